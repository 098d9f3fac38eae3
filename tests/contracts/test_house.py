"""The house keeps its rules, and its rules can be broken."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("house", ROOT / "tools" / "house.py")
house = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(house)


def test_no_rule_is_broken():
    arrows = house.arrows_between(house.Sources(ROOT, without=()), house.modules(ROOT))
    assert list(house.broken_rules(ROOT, arrows)) == []


@pytest.mark.parametrize(
    ("here", "there", "reason"),
    [
        ("w2slens.scoring.cuts", "simulations.bands", "must not need the simulations"),
        ("w2slens.theory.overlap.student", "w2slens.theory.detection.scores", "quadrature alone"),
        ("w2slens.theory.overlap.student", "w2slens.learning.mixture", "no other chapter"),
        (
            "simulations.claims.overlap.mixing.figures",
            "simulations.claims.detection.detection_law",
            "chapters of claims",
        ),
        ("simulations.claims.overlap.mixing", "simulations.claims.overlap.overlap_law", "simulations.worlds"),
    ],
)
def test_forbidden_arrows_are_seen(here, there, reason, tmp_path):
    (broken,) = house.broken_rules(tmp_path, {here: {there}, there: set()})
    assert broken.startswith(f"arrow: {here} needs {there}, but ")
    assert reason in broken


def test_circles_and_long_files_are_seen(tmp_path):
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "long.py").write_text("x = 1\n" * 401)
    circle = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert list(house.broken_rules(tmp_path, circle)) == [
        "circle: a and b and c need each other",
        "length: python/long.py has 401 lines, more than 400: it is two rooms",
    ]


def test_rooms_floors_and_circles_are_counted():
    arrows = {"p.a.x": {"p.b.y", "p.a.z"}, "p.a.z": set(), "p.b.y": {"p.c"}, "p.c": set(), "q": {"p.a.x"}}
    rooms = house.rooms_of("p", arrows)
    assert rooms == {"a": {"b"}, "b": {"c"}, "c": set()}
    assert house.floors(rooms) == 3
    assert house.floors({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == 2
    assert house.circles(rooms) == []
