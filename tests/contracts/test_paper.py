"""The tables of docs/paper.md name only what exists."""

import importlib
import re
from pathlib import Path

import pytest

import w2slens
from simulations.catalogue import claim_names

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "paper.md").read_text()
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith("|---")
]
NAMES = sorted(set(re.findall(r"`(w2slens[\w.]+)`", PAGE)))
CLAIMS = {name for row in ROWS if len(row) == 4 for name in re.findall(r"`(\w+)`", row[2])}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name):
    path = name.split(".")
    thing = importlib.import_module(path[0])
    for depth, part in enumerate(path[1:], 2):
        thing = getattr(thing, part) if hasattr(thing, part) else importlib.import_module(".".join(path[:depth]))


def test_every_claim_exists():
    assert set(claim_names()) >= CLAIMS


def test_every_claim_is_named():
    assert not [name for name in claim_names() if f"`{name}`" not in PAGE]


def test_rows_are_complete():
    assert {len(row) for row in ROWS} == {3, 4}
    assert all(row[1] for row in ROWS)
    assert len(NAMES) > 30


def test_every_chapter_of_the_theory_is_named():
    chapters = [f"w2slens.theory.{name}" for name in w2slens.theory.__all__]
    assert not [chapter for chapter in chapters if f"`{chapter}" not in PAGE]
