"""Grids, seeds and the store, without running anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.claim import Verdict, load_claim
from simulations.grid import Grid, Part, Seeds, digest
from simulations.judge import number
from simulations.store import IncompleteError, Store, replace_file


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=5))))
def test_digest_does_not_depend_on_the_order_of_axes(cell):
    assert digest(cell) == digest(dict(reversed(cell.items())))


@given(st.integers(0, 2**40), st.integers(0, 100), st.integers(0, 100))
def test_seeds_tell_replicates_and_cells_apart_but_not_paired_axes(root, a, b):
    def draw(n, student, replicate):
        return Seeds.of(root, "toy", {"n": n, "student": student}, ("student",)).generator(replicate).integers(2**62)

    assert draw(1, "x", a) == draw(1, "y", a)
    assert draw(1, "x", a) != draw(2, "x", a)
    assert (draw(1, "x", a) == draw(1, "x", b)) == (a == b)


@given(st.integers(1, 40), st.integers(1, 50))
def test_parts_cover_every_replicate_once(replicates, chunk):
    grid = Grid(Grid.product(n=[1, 2]), replicates, chunk)
    covered = [(part.cell["n"], r) for part in grid.parts() for r in part.replicates]
    assert covered == [(n, r) for n in (1, 2) for r in range(replicates)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 5), "cells is empty"),
        (([{"n": 1}, {"m": 1}], 5), r"cells\[1\]"),
        (([{"n": 1}, {"n": 1}], 5), "same cell twice"),
        (([{"n": 1}], 0), "replicates is 0"),
        (([{"n": 1}], 5, 0), "chunk 0"),
        (([{"n": 1}], 5, None, ("m",)), "no axes"),
    ],
)
def test_grids_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Grid(*arguments)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"replicate": np.arange(2), "status": np.zeros(1)}, "different lengths"),
        ({"replicate": np.arange(2)}, "no column 'status'"),
        ({"replicate": np.arange(3), "status": np.zeros(3)}, "replicates 0..1"),
        ({"replicate": np.arange(2), "status": np.zeros(2), "n": np.zeros(2)}, "named as axes"),
    ],
)
def test_rows_that_break_the_contract_are_not_stored(tmp_path, columns, message):
    store = Store(tmp_path, "smoke", 0)
    with pytest.raises(ValueError, match=message):
        store.write_part("toy", Part({"n": 1}, 0, 2), columns)
    assert not list(tmp_path.rglob("*.parquet"))


def test_tables_follow_the_grid_whatever_was_computed_first(tmp_path):
    store, grid = Store(tmp_path, "smoke", 0), Grid(Grid.product(n=[2, 1]), replicates=4, chunk=2)
    for part in reversed(list(grid.parts())):
        rows = np.array(part.replicates)
        store.write_part("toy", part, {"replicate": rows, "status": np.zeros(len(rows), int)})
    columns = store.read("toy", grid)
    assert columns["n"].tolist() == [2, 2, 2, 2, 1, 1, 1, 1]
    assert columns["replicate"].tolist() == [0, 1, 2, 3, 0, 1, 2, 3]


def test_reading_before_the_run_says_so(tmp_path):
    with pytest.raises(IncompleteError, match="1 of 1 parts are missing"):
        Store(tmp_path, "smoke", 0).read("toy", Grid([{"n": 1}], 2))


def test_nothing_half_written_remains(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old")

    def fail():
        with replace_file(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_verdict_on_nan_never_passes():
    nan = float("nan")
    assert not Verdict.at_most("toy", "s", nan, 1.0, "r").passed
    assert not Verdict.at_least("toy", "s", nan, 1.0, "r").passed


@pytest.mark.parametrize(
    ("value", "shown"),
    [(float("nan"), "–"), (float("inf"), "∞"), (-float("inf"), "−∞"), (1234567.0, "1,234,567"), (0.12344, "0.1234")],
)
def test_numbers_read_as_a_person_writes_them(value, shown):
    assert number(value) == shown


def test_an_unknown_claim_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="there is no claim 'nothing'"):
        load_claim("nothing")
