"""Histories of selections on disk."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import w2slens as wl
from w2slens._saved import sealed
from w2slens.errors import FileError
from w2slens.testing.selection import ScriptedSource, sources

GOOD = {"rounds": 2, "batch": 3}
POINTS = (np.eye(3) + 0.1, [0.5, 0.9, 1.0], [1, 0, 2])


@settings(max_examples=100)
@given(st.lists(sources(errors=False), min_size=1, max_size=3), st.integers(1, 8), st.integers(0, 9))
def test_a_history_saves_and_loads(tmp_path_factory, pools, rounds, seed):
    history = wl.selection.select_sources(
        pools, wl.bandit.UniformPolicy(len(pools), rng=seed), rounds, 3, wl.OverlapDetector()
    )
    path = tmp_path_factory.mktemp("history") / "history.npz"
    history.save(path)
    loaded = wl.selection.SelectionHistory.load(path)
    for name, column in history.to_table().items():
        np.testing.assert_array_equal(loaded.to_table()[name], column)
    assert (loaded.names, loaded.events) == (history.names, history.events)
    np.testing.assert_array_equal(loaded.labels, history.labels)
    if history.n_rounds:
        for name, column in history.data().items():
            np.testing.assert_array_equal(loaded.data()[name], column)


def test_a_history_of_bfloat16_features_goes_on(tmp_path):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    rng = np.random.default_rng(0)
    given = [wl.selection.Batch(rng.random((8, 3)).astype(ml_dtypes.bfloat16), rng.random(8)) for _ in range(4)]
    whole = wl.selection.select_sources([ScriptedSource(given)], wl.bandit.RoundRobin(1), 4, 8, wl.OverlapDetector())
    policy = wl.bandit.RoundRobin(1)
    part = wl.selection.select_sources([ScriptedSource(given)], policy, 2, 8, wl.OverlapDetector())
    part.save(tmp_path / "history.npz")
    later = wl.selection.SelectionHistory.load(tmp_path / "history.npz")
    wl.selection.select_sources([ScriptedSource(given)], policy, 2, 8, wl.OverlapDetector(), history=later)
    np.testing.assert_array_equal(later.labels, whole.labels)
    np.testing.assert_array_equal(later.data()["X"], whole.data()["X"].astype(np.float32))


@settings(max_examples=200)
@given(st.data())
def test_every_edited_number_and_every_damaged_bit_is_refused_or_harmless(tmp_path_factory, data):
    history = wl.selection.select_sources([[POINTS]], wl.bandit.RoundRobin(1), **GOOD)
    path = tmp_path_factory.mktemp("damaged") / "history.npz"
    history.save(path)
    raw = bytearray(path.read_bytes())
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    name = data.draw(st.sampled_from(sorted(set(arrays) - {"header"})))
    edited = arrays[name].copy()
    octets = edited.reshape(-1).view(np.uint8)
    octets[data.draw(st.integers(0, octets.size - 1))] ^= 1 << data.draw(st.integers(0, 7))
    np.savez(path, **(arrays | {name: edited}))
    with pytest.raises(FileError, match="digest does not fit"):
        wl.selection.SelectionHistory.load(path)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(raw[: len(raw) - data.draw(st.just(0) | st.integers(0, len(raw)))])
    try:
        loaded = wl.selection.SelectionHistory.load(path)
    except FileError:
        return
    # The bit was the archive's: a date, a permission.
    for column, values in history.data().items():
        np.testing.assert_array_equal(loaded.data()[column], values)


def saved_again(path, arrays):
    """Write arrays with a digest that fits."""
    told = {name: values for name, values in arrays.items() if name != "header"}
    header = json.loads(str(arrays["header"]))
    header = sealed(header.pop("format"), header.pop("version"), header, told)
    np.savez(path, **told, header=np.array(json.dumps(header)))


def test_damaged_files_are_refused(tmp_path):
    history = wl.selection.select_sources([[POINTS]], wl.bandit.RoundRobin(1), **GOOD)
    path = tmp_path / "history.npz"
    history.save(path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for change, message in [
        ({"source": np.array([4])}, "contradict"),
        ({"labels": np.zeros(2, np.int8)}, "contradict"),
        ({"X": np.eye(2)}, "X has 2 rows"),
        ({"has_X": np.array([False])}, "X is incomplete"),
        ({"densities": np.zeros((3, 1))}, "different lengths"),
    ]:
        saved_again(path, arrays | change)
        with pytest.raises(ValueError, match=message):
            wl.selection.SelectionHistory.load(path)
    for text, message in [
        (json.dumps({"format": "else"}), "another format"),
        ("{", "holds no selection history"),
        ("[" * 100_000, "holds no selection history"),
        (str(arrays["header"]).replace('"events": [', '"events": [[1e999, 0, "dry", ""], '), "digest does not fit"),
        (str(arrays["header"]).replace("sources[0]", "mine"), "digest does not fit"),
    ]:
        np.savez(path, **(arrays | {"header": np.array(text)}))
        with pytest.raises(ValueError, match=message):
            wl.selection.SelectionHistory.load(path)
    saved_again(path, {name: value for name, value in arrays.items() if name != "size"})
    with pytest.raises(ValueError, match="'size' is missing"):
        wl.selection.SelectionHistory.load(path)
    np.savez(path, header=np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(ValueError, match="holds no selection history"):
        wl.selection.SelectionHistory.load(path)
    path.write_bytes(b"PK\x03\x04 truncated")
    with pytest.raises(ValueError, match=r"history\.npz"):
        wl.selection.SelectionHistory.load(path)
    with pytest.raises(ValueError, match="cannot be read"):
        wl.selection.SelectionHistory.load(tmp_path / "none.npz")
