"""Adding a claim by its folder; running, resuming, judging, reporting and pruning it, as a user would."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulations.catalogue import chapters, choose, claim_names

ROOT = Path(__file__).resolve().parents[2]
PARTS = 13  # 12 of means, 1 of the law


def stored(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("results/full/parts/toy/**/[!.]*.parquet")}


def tables(folder):
    return {path.name: path.read_bytes() for path in folder.glob("results/full/tables/toy/*.parquet")}


def test_a_folder_more_is_a_claim_more(tree, tmp_path):
    assert "toy" not in claim_names()
    code, out, err = tree.run(tmp_path, "list")
    assert (code, err) == (0, "")
    assert "toy: The mean of normals is 0." in out
    assert re.search(r"means +4 cells, +48 replicates", out)
    code, out, err = tree.run(tmp_path, "reproduce")
    assert (code, err) == (0, "")  # no progress where nobody looks
    assert out.startswith("full: 13 of 13 parts to compute, for an unknown time (never measured: toy.law, toy.means)")
    assert "2 of 2 statements hold" in out
    page = (tmp_path / "results/report.html").read_text()
    assert page.count("data:image/png;base64,") == 2
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    assert "<script" not in page
    assert page.index('id="summary"') < page.index("What is only estimated") < page.index("<figure")
    assert "Nothing fails." in page
    assert "the deviation is known" in page
    assert "Average mean by n and student." in page


def test_a_chapter_more_is_a_folder_more(tree, tmp_path):
    chapter = tree.folder / "simulations/claims/toys"
    chapter.mkdir()
    chapter.joinpath("__init__.py").write_text(
        '"""Toys."""\n\nfrom simulations.claim import Chapter\n\nCHAPTER = Chapter("Toys", place=9)\n'
    )
    tree.claim.rename(chapter / "toy")
    code, out, _ = tree.run(tmp_path, "list", "--chapter", "toys")
    assert code == 0
    assert out.startswith("toys\n  toy:")


def test_a_run_killed_in_the_middle_resumes_to_the_same_tables(tree, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert tree.run(whole, "run")[0] == 0
    process = tree.start(broken, "run", "--claim", "toy", "--jobs", "1", TOY_PAUSE="0.3")
    deadline = time.monotonic() + 120
    while len(stored(broken)) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before = stored(broken)
    assert 3 <= len(before) < PARTS
    code, out, _ = tree.run(broken, "run")
    assert code == 0
    assert f"{PARTS - len(before)} of {PARTS} parts to compute" in out
    after = stored(broken)
    assert len(after) == PARTS
    assert before.items() <= after.items()  # nothing was computed twice
    assert tables(broken) == tables(whole)
    assert set(tables(whole)) == {"means.parquet", "law.parquet"}


def test_a_new_caption_or_verdict_recomputes_nothing_and_prune_removes_what_a_change_leaves(tree, tmp_path):
    assert tree.run(tmp_path, "run")[0] == 0
    before = stored(tmp_path)
    for name, old, new in (("figures", "Means against", "All means against"), ("verdicts", "is small", "is tiny")):
        path = tree.claim / f"{name}.py"
        path.write_text(path.read_text().replace(old, new))
    code, out, _ = tree.run(tmp_path, "reproduce")
    assert code == 0
    assert f"all {PARTS} parts are there, nothing to compute" in out
    assert "the mean is tiny" in out
    assert stored(tmp_path) == before
    assert "All means against" in (tmp_path / "results/report.html").read_text()

    path = tree.claim / "experiments.py"
    path.write_text(path.read_text() + "\n# changed\n")
    code, _, err = tree.run(tmp_path, "check")
    assert code == 1
    assert "12 of 12 parts are missing; run it first" in err
    code, out, _ = tree.run(tmp_path, "run")
    assert re.search(rf"{PARTS} of {PARTS} parts to compute, about \d+ s on 1 worker", out)
    assert len(stored(tmp_path)) == 2 * PARTS
    told = tree.run(tmp_path, "prune", "--dry-run")[1]
    assert f"{PARTS} files" in told
    assert "would be removed" in told
    assert len(stored(tmp_path)) == 2 * PARTS
    assert set(tree.run(tmp_path, "prune")[1].splitlines()[:-1]) == {str(path) for path in before}
    assert len(stored(tmp_path)) == PARTS
    assert not before.keys() & stored(tmp_path).keys()
    assert tree.run(tmp_path, "check")[0] == 0


def test_one_experiment_is_run_drawn_and_judged_alone(tree, tmp_path):
    code, out, err = tree.run(tmp_path, "reproduce", "--experiment", "toy.means")
    assert (code, err) == (0, "")
    assert "1 figures" in out
    assert "1 of 1 statements hold" in out
    assert set(tables(tmp_path)) == {"means.parquet"}
    assert tree.run(tmp_path, "run", "--experiment", "law")[0] == 0
    assert "2 of 2 statements hold" in tree.run(tmp_path, "check")[1]


def test_a_failing_cell_is_named_and_the_others_go_on(tree, tmp_path):
    code, _, err = tree.run(tmp_path, "run", TOY_FAIL="yes")
    assert code == 1
    assert "failed: toy.means, cell {'n': 100, 'student': 'a'}, replicates 0..3" in err
    assert "this cell cannot be computed" in err
    manifest = json.loads((tmp_path / "results/full/manifest.json").read_text())
    assert len(manifest["experiments"]["toy.means"]["failures"]) == 6
    assert manifest["experiments"]["toy.law"]["failures"] == []
    assert len(stored(tmp_path)) == PARTS - 6
    code, _, err = tree.run(tmp_path, "check")
    assert code == 1
    assert "6 of 12 parts are missing" in err


def test_a_claim_that_does_not_hold_ends_with_an_error_and_comes_first_in_the_report(tree, tmp_path):
    code, out, _ = tree.run(tmp_path, "reproduce", TOY_BOUND="-1")
    assert code == 1
    assert "FAIL" in out
    page = (tmp_path / "results/report.html").read_text()
    assert "1 of 2 statements hold" in page
    assert page.index("What fails") < page.index("What is only estimated") < page.index('<h3 id="toy"')
    assert 'class="fail"' in page


def test_the_manifest_says_what_ran_where(tree, tmp_path):
    assert tree.run(tmp_path, "run", "--seed", "5")[0] == 0
    manifest = json.loads((tmp_path / "results/full/manifest.json").read_text())
    assert manifest["root_seed"] == 5
    means = manifest["experiments"]["toy.means"]
    assert (means["rows"], means["replicates"], means["parts"]) == (48, 48, 12)
    assert means["status"] == {"0": 48}
    assert {"commit", "cpu", "threads", "versions", "finished"} <= set(manifest)


def test_jobs_do_not_change_a_table(tree, tmp_path):
    for jobs in ("1", "2"):
        process = tree.start(tmp_path / jobs, "run", "--claim", "toy", "--jobs", jobs)
        assert process.communicate(timeout=300) == (process.communicate()[0], "")
        assert process.returncode == 0
    assert tables(tmp_path / "1") == tables(tmp_path / "2")


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--seed", "-1"], ["--profile", "huge"]])
def test_wrong_words_are_a_usage_error(arguments):
    command = [sys.executable, "-m", "simulations", "run", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--claim", "nothing"], f"there is no claim 'nothing'; the claims are {', '.join(claim_names())}"),
        (["--chapter", "nothing"], f"there is no chapter 'nothing'; the chapters are {', '.join(chapters())}"),
        (
            ["--claim", "digits", "--experiment", "nothing"],
            "no experiment 'nothing'; the experiments are digits.students",
        ),
    ],
)
def test_unknown_names_are_answered_with_the_known_ones(asked, message):
    command = [sys.executable, "-m", "simulations", "run", *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert message in done.stderr


def test_chapters_and_claims_add_up():
    assert [c.entry.name for c in choose(["digits"], ["detection"])] == ["digits", "detection_law"]
    (only,) = choose(["overlap_law"], experiments=["trained", "overlap_law.line"])
    assert only.experiments == ("trained", "line")
    assert set(only.readable(only.entry.statements)) == {"trained_means"}
