"""Grids, seeds and experiments, without running anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.experiment import Experiment
from simulations.grid import Grid, digest


def experiment(draws="toy", constants=None, paired=(), cells=({"n": 1, "student": "x"},)):
    grid = Grid(cells, 5)
    return Experiment("toy", "runs", lambda *_: {}, {"smoke": grid, "full": grid}, draws, constants or {}, paired)


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=5))))
def test_digest_does_not_depend_on_the_order_of_axes(cell):
    assert digest(cell) == digest(dict(reversed(cell.items())))


@given(st.integers(0, 2**40), st.integers(0, 100), st.integers(0, 100))
def test_seeds_tell_replicates_and_cells_apart_but_not_paired_axes(root, a, b):
    toy = experiment(paired=("student",))

    def draw(n, student, replicate):
        return toy.seeds(root, {"n": n, "student": student}).generator(replicate).integers(2**62)

    assert draw(1, "x", a) == draw(1, "y", a)
    assert draw(1, "x", a) != draw(2, "x", a)
    assert (draw(1, "x", a) == draw(1, "x", b)) == (a == b)


def test_experiments_of_one_name_share_draws_where_the_same_enters():
    axis, constant = experiment(), experiment(constants={"student": "x"}, cells=({"n": 1},))
    assert axis.seeds(3, {"n": 1, "student": "x"}).key(0) == constant.seeds(3, {"n": 1}).key(0)
    other = experiment(draws="other")
    assert axis.seeds(3, {"n": 1, "student": "x"}).key(0) != other.seeds(3, {"n": 1, "student": "x"}).key(0)


def test_seeds_are_what_they_were():
    # Every stored number hangs on this; the digest must not change.
    assert experiment().seeds(0, {"n": 5, "student": "x"}).key(3, "teacher").hex()[:16] == "d90c8ba01505aa69"


@given(st.integers(1, 40), st.integers(1, 50))
def test_parts_cover_every_replicate_once(replicates, chunk):
    grid = Grid(Grid.product(n=[1, 2]), lambda cell: cell["n"] * replicates, chunk)
    covered = [(part.cell["n"], r) for part in grid.parts() for r in part.replicates]
    assert covered == [(n, r) for n in (1, 2) for r in range(n * replicates)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 5), "cells is empty"),
        (([{"n": 1}, {"m": 1}], 5), r"cells\[1\]"),
        (([{"n": 1}, {"n": 1}], 5), "same cell twice"),
        (([{"n": 1}], 0), "replicates is 0"),
        (([{"n": 1}, {"n": 0}], lambda cell: cell["n"]), "replicates is 0"),
        (([{"n": 1}], 5, 0), "chunk 0"),
    ],
)
def test_grids_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Grid(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"paired": ("m",)}, "paired names .*no axes"), ({"constants": {"n": 1}}, "constants names .*are axes")],
)
def test_experiments_whose_seeds_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        experiment(**options)
