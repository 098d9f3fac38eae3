"""The benchmark harness: what it measures, and what every benchmark must offer. No test here judges a time."""

import json

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import harness
from benchmarks.harness import Case, Measurement


def toy(**changes) -> Case:
    def work(n_threads):
        return np.arange(1000).sum()

    settings = {"noun": "toy", "name": "a sum", "ours": work, "peers": {"numpy": work}, "reference": "numpy"}
    return Case(**(settings | {"threads": (1,), "repeats": 3, "memory": False} | changes))


def test_every_contender_is_timed_as_often():
    calls = []
    case = toy(ours=lambda n_threads: calls.append("ours"), peers={"numpy": lambda n_threads: calls.append("numpy")})
    measurement = harness.measure(case, 0, True, 1)
    assert [len(seconds) for seconds in measurement.seconds.values()] == [3, 3]
    assert calls == ["ours", "numpy", "ours", "numpy", "numpy", "ours", "ours", "numpy"]  # warm-up, then by turns


def test_a_check_that_fails_stops_the_benchmark():
    def check(ours, peer):
        assert ours == peer, "the two differ"

    with pytest.raises(AssertionError, match="the two differ"):
        harness.measure(toy(ours=lambda n_threads: 0, check=check), 0, True, 1)


def test_ratio_above_one_means_ours_is_faster():
    measurement = Measurement("toy", "a sum", 1, "numpy", {"ours": [1.0, 2.0, 9.0], "numpy": [4.0, 4.0, 1.0]}, {})
    assert measurement.ratio("numpy") == 2.0
    assert "| numpy | 4 s | 2 |" in command.markdown([measurement], command._machine(True))


@pytest.mark.parametrize("changes", [{"reference": "faiss"}, {"repeats": 0}, {"threads": (0,)}])
def test_cases_that_make_no_sense_are_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        toy(**changes)


@pytest.mark.parametrize("noun", harness.nouns())
def test_every_room_builds_its_cases(noun):
    cases = harness.load_cases(noun, quick=True)
    assert cases
    assert {case.noun for case in cases} == {noun}
    assert len({case.name for case in cases}) == len(cases)


def test_results_are_written_for_people_and_for_programs(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "load_cases", lambda noun, quick: [toy()])
    assert command.main(["--quick", "--noun", "mixture", "--results", str(tmp_path)]) == 0
    content = json.loads((tmp_path / "benchmarks.json").read_text())
    assert content["measurements"][0]["peer_over_ours"]["numpy"] > 0
    assert content["machine"]["quick"]
    assert (tmp_path / "benchmarks.md").read_text() in capsys.readouterr().out


def test_measuring_one_room_keeps_the_others_of_the_same_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "load_cases", lambda noun, quick: [toy(noun=noun)])

    def rooms(*arguments):
        command.main(["--results", str(tmp_path), *arguments])
        return [m["noun"] for m in json.loads((tmp_path / "benchmarks.json").read_text())["measurements"]]

    assert rooms("--quick", "--noun", "mixture") == ["mixture"]
    assert rooms("--quick", "--noun", "bandit") == ["bandit", "mixture"]
    assert rooms("--quick", "--noun", "bandit") == ["bandit", "mixture"]
    content = json.loads((tmp_path / "benchmarks.json").read_text())
    content["machine"]["versions"].pop("numpy")  # a peer that has come since
    (tmp_path / "benchmarks.json").write_text(json.dumps(content))
    assert rooms("--quick", "--noun", "bandit") == ["bandit", "mixture"]
    content["machine"]["versions"]["numpy"] = "0.1"
    (tmp_path / "benchmarks.json").write_text(json.dumps(content))
    assert rooms("--quick", "--noun", "bandit") == ["bandit"]
    assert rooms("--noun", "trials") == ["trials"]  # other sizes: not to be mixed


def test_peak_memory_sees_an_allocation():
    case = harness.load_cases("mixture", quick=True)[0]
    peak = harness.peak_memory(case, 0, True, 1, "ours")
    if peak is None:
        pytest.skip("the system does not tell a process's peak memory")
    assert 1 < peak < 50  # the sample alone takes 8,000 × 40 × 8 bytes = 2.4 MiB
