"""The store, files and verdicts, without running a claim."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulations import store as room
from simulations.claim import Verdict
from simulations.experiment import Experiment
from simulations.files import replace_file
from simulations.grid import Grid, Part
from simulations.judge import number
from simulations.store import IncompleteError, Store, write_part


def toy(grid, name="runs"):
    return Experiment("toy", name, lambda *_: {}, {"smoke": grid, "full": grid}, "toy")


@pytest.fixture(autouse=True)
def _sources(monkeypatch):
    # The toy is of no file; what enters the digest of real ones is tested in test_imports.py.
    monkeypatch.setattr(room, "code_digest", lambda module: "code")


def fill(store, experiment, seed=0):
    for part in reversed(list(store.parts(experiment))):
        rows = np.array(part.replicates)
        columns = {"replicate": rows, "status": np.zeros(len(rows), int)}
        write_part(store.part_path(experiment, part), experiment.key, seed, part, columns)


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


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
    with pytest.raises(ValueError, match=message):
        write_part(tmp_path / "part.parquet", "toy.runs", 0, Part({"n": 1}, 0, 2), columns)
    assert not list(tmp_path.iterdir())


def test_tables_follow_the_grid_whatever_was_computed_first(tmp_path):
    store, experiment = Store(tmp_path, "smoke", 0), toy(Grid(Grid.product(n=[2, 1]), replicates=4, chunk=2))
    fill(store, experiment)
    columns = store.read(experiment)
    assert columns["n"].tolist() == [2, 2, 2, 2, 1, 1, 1, 1]
    assert columns["replicate"].tolist() == [0, 1, 2, 3, 0, 1, 2, 3]


def test_reading_writes_nothing(tmp_path):
    store, experiment = Store(tmp_path, "smoke", 0), toy(Grid([{"n": 1}], 4, 2))
    fill(store, experiment)
    before = files(tmp_path)
    from_parts = store.read(experiment)
    assert files(tmp_path) == before  # no table yet, and none is made
    store.consolidate(experiment)
    before = files(tmp_path)
    from_table = store.read(experiment)
    assert files(tmp_path) == before
    for name, column in from_parts.items():
        np.testing.assert_array_equal(column, from_table[name])


def test_a_table_of_other_parts_is_not_read(tmp_path):
    store, experiment = Store(tmp_path, "smoke", 0), toy(Grid([{"n": 1}], 4, 2))
    fill(store, experiment)
    store.consolidate(experiment)
    longer = toy(Grid([{"n": 1}], 6, 2))
    with pytest.raises(IncompleteError, match="1 of 3 parts are missing"):
        store.read(longer)
    fill(store, longer)
    assert len(store.read(longer)["replicate"]) == 6


def test_reading_before_the_run_says_so(tmp_path):
    with pytest.raises(IncompleteError, match=r"toy\.runs: 1 of 1 parts are missing"):
        Store(tmp_path, "smoke", 0).read(toy(Grid([{"n": 1}], 2)))


def test_stale_is_what_no_experiment_needs(tmp_path, monkeypatch):
    store, other_seed = Store(tmp_path, "smoke", 0), Store(tmp_path, "smoke", 7)
    kept, gone = toy(Grid([{"n": 1}], 4, 2)), toy(Grid([{"n": 2}], 2), "gone")
    fill(store, kept)
    fill(other_seed, kept, seed=7)
    assert store.stale([kept]) == []
    fill(store, gone)
    store.consolidate(gone)
    stale = {path.relative_to(tmp_path / "smoke").parts[:3] for path in store.stale([kept])}
    assert stale == {("parts", "toy", "gone"), ("tables", "toy", "gone.parquet")}
    monkeypatch.setattr(room, "code_digest", lambda module: "changed")
    assert len([path for path in store.stale([kept]) if "runs" in path.parts]) == 4


def test_parts_say_which_seed_they_are_of(tmp_path):
    store, experiment = Store(tmp_path, "smoke", 5), toy(Grid([{"n": 1}], 2))
    fill(store, experiment, seed=5)
    (path,) = tmp_path.rglob("*.parquet")
    assert pq.read_schema(path).metadata[b"root_seed"] == b"5"


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
    assert not Verdict.at_most("s", nan, 1.0, "r").passed
    assert not Verdict.at_least("s", nan, 1.0, "r").passed
    assert not Verdict.estimated("s", nan, 1.0, "r").passed


@pytest.mark.parametrize(
    ("value", "shown"),
    [(float("nan"), "–"), (float("inf"), "∞"), (-float("inf"), "−∞"), (1234567.0, "1,234,567"), (0.12344, "0.1234")],
)
def test_numbers_read_as_a_person_writes_them(value, shown):
    assert number(value) == shown
