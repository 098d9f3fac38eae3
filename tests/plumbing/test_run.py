"""Running, resuming, judging and reporting, in processes of their own, as a user would."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulations.claim import claim_names

ROOT = Path(__file__).resolve().parents[2]
PARTS = Path("results/full/parts/toy")


def start(folder, step, *, pause=0.0, bound=1.0, fail="no", extra=()):
    folders = ["--results", str(folder / "results"), "--figures", str(folder / "figures")]
    script = ROOT / "tests/simulations/toy.py"
    command = [sys.executable, str(script), str(pause), str(bound), fail, step, *folders, *extra]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def toy(folder, step, **options):
    process = start(folder, step, **options)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def stored(folder):
    return {path.name: path.stat().st_mtime_ns for path in (folder / PARTS).glob("[!.]*.parquet")}


def test_a_run_killed_in_the_middle_resumes_to_the_same_table(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert toy(whole, "run")[0] == 0
    process = start(broken, "run", pause=0.2)
    deadline = time.monotonic() + 60
    while len(stored(broken)) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before = stored(broken)
    assert 3 <= len(before) < 12
    assert toy(broken, "run")[0] == 0
    after = stored(broken)
    assert len(after) == 12
    assert before.items() <= after.items()  # nothing was computed twice
    table = "results/full/toy.parquet"
    assert (broken / table).read_bytes() == (whole / table).read_bytes()


def test_a_failing_cell_is_named_and_the_others_go_on(tmp_path):
    code, _, err = toy(tmp_path, "run", fail="fail")
    assert code == 1
    assert "this cell cannot be computed" in err
    manifest = json.loads((tmp_path / "results/full/manifest.json").read_text())
    assert len(manifest["claims"]["toy"]["failures"]) == 6
    assert len(stored(tmp_path)) == 6
    code, _, err = toy(tmp_path, "check")
    assert code == 1
    assert "6 of 12 parts are missing" in err


def test_a_claim_that_does_not_hold_ends_with_an_error_and_a_report(tmp_path):
    code, out, _ = toy(tmp_path, "reproduce", bound=-1.0)
    assert code == 1
    assert "FAIL" in out
    page = (tmp_path / "results/report.html").read_text()
    assert "0 of 1 statements hold" in page
    assert 'class="fail"' in page


def test_the_report_is_one_self_contained_page(tmp_path):
    code, out, err = toy(tmp_path, "reproduce")
    assert code == 0
    assert "1 of 1 statements hold" in out
    assert err == ""  # no progress where nobody looks
    page = (tmp_path / "results/report.html").read_text()
    assert "data:image/png;base64," in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    assert "<script" not in page
    assert page.index("<table>") < page.index("<figure>")


def test_the_manifest_says_what_ran_where(tmp_path):
    assert toy(tmp_path, "run", extra=("--seed", "5"))[0] == 0
    manifest = json.loads((tmp_path / "results/full/manifest.json").read_text())
    assert manifest["root_seed"] == 5
    assert manifest["claims"]["toy"]["rows"] == 48
    assert manifest["claims"]["toy"]["status"] == {"0": 48}
    assert {"commit", "cpu", "threads", "versions", "finished"} <= set(manifest)


@pytest.mark.skipif(not claim_names(), reason="no claims yet")
def test_jobs_do_not_change_a_table(tmp_path):
    claim = claim_names()[0]
    tables = []
    for jobs in ("1", "2"):
        results = tmp_path / jobs
        command = [sys.executable, "-m", "simulations", "run", "--profile", "smoke", "--claim", claim]
        subprocess.run([*command, "--jobs", jobs, "--results", str(results)], cwd=ROOT, check=True, timeout=300)
        tables.append((results / "smoke" / f"{claim}.parquet").read_bytes())
    assert tables[0] == tables[1]


@pytest.mark.parametrize("arguments", [["run", "--claim", "nothing"], ["run", "--jobs", "0"], ["run", "--seed", "-1"]])
def test_wrong_words_are_a_usage_error(arguments):
    command = [sys.executable, "-m", "simulations", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
