"""What every claim owes: one run of all smoke grids, then the contract, claim by claim."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from simulations import run
from simulations.claim import Verdict, claim_names, load_claim
from simulations.grid import Grid, Seeds
from simulations.store import ROOT, Store, code_digest


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("results"), "smoke", 0)
    assert run.run(store, claim_names(), jobs=1) == []
    return store


@pytest.fixture(params=claim_names())
def claim(request):
    return load_claim(request.param)


def table(store, claim):
    return store.read(claim.CLAIM.name, claim.GRID["smoke"])


def test_every_cell_and_replicate_has_a_row_with_a_status(store, claim):
    columns = table(store, claim)
    grid = claim.GRID["smoke"]
    assert set(grid.axes) <= set(columns)
    found = set(zip(*(columns[axis] for axis in grid.axes), columns["replicate"], strict=True))
    wanted = {(*part.cell.values(), r) for part in grid.parts() for r in part.replicates}
    assert found == wanted
    assert np.issubdtype(columns["status"].dtype, np.integer)


def test_chunks_and_order_do_not_change_a_row(claim):
    grid = claim.GRID["smoke"]
    cell = grid.cells[-1]
    seeds = Seeds.of(0, claim.CLAIM.name, cell, grid.paired)
    whole = claim.one_cell(cell, range(3), seeds)
    for replicate in (2, 0):
        alone = claim.one_cell(cell, range(replicate, replicate + 1), seeds)
        for name, column in alone.items():
            np.testing.assert_array_equal(column, whole[name][whole["replicate"] == replicate])


def test_figures_are_described_and_their_axes_labelled(store, claim):
    figures = claim.plot(table(store, claim))
    assert set(figures) == set(claim.CLAIM.figures)
    for name, figure in figures.items():
        for ax in figure.axes:
            drawn = bool(ax.lines or ax.collections or ax.patches)
            shared = ax.get_shared_x_axes().joined(ax, figure.axes[-1])
            assert not drawn or ax.get_xlabel() or ax.get_title() or shared, name
        assert any(ax.get_ylabel() for ax in figure.axes), name
        plt.close(figure)


def test_verdicts_name_the_claim_and_a_rule(store, claim):
    verdicts = claim.check(table(store, claim))
    assert verdicts
    for verdict in verdicts:
        assert isinstance(verdict, Verdict)
        assert verdict.claim == claim.CLAIM.name
        assert verdict.statement
        assert verdict.rule
        assert verdict.passed == (verdict.margin >= 0)


def test_numbers_behind_the_figures_are_a_table(store, claim):
    columns = claim.summarise(table(store, claim))
    assert len({len(column) for column in columns.values()}) == 1


def test_every_claim_has_its_page_and_its_room(claim):
    assert (ROOT / "docs" / f"{claim.CLAIM.name}.md").is_file()
    package, _, room = claim.CLAIM.room.partition(".")
    assert (ROOT / "python" / package / f"{room.replace('.', '/')}.py").is_file()


def test_full_grids_are_no_smaller_than_smoke(claim):
    assert isinstance(claim.GRID["full"], Grid)
    size = {profile: sum(len(part.replicates) for part in grid.parts()) for profile, grid in claim.GRID.items()}
    assert size["full"] > size["smoke"]


def test_a_claims_digest_follows_what_it_imports(monkeypatch, tmp_path):
    before = code_digest("mixing")
    assert before == code_digest("mixing")
    from simulations import store

    assert {"digits", "dominoes", "_strong", "datasets"} <= store._imported(ROOT / "simulations/claims/mixing.py")
