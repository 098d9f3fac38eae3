"""Every script of examples/ runs without a warning, in seconds, and draws a figure."""

import runpy
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*/*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.relative_to(EXAMPLES).as_posix())
def test_it_runs_and_draws(script, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    from matplotlib import pyplot as plt

    plt.close("all")
    monkeypatch.setattr(plt, "show", lambda: None)
    start = time.process_time()
    runpy.run_path(str(script), run_name="__main__")
    assert time.process_time() - start < 30
    assert plt.get_fignums()
    assert all(plt.figure(number).axes for number in plt.get_fignums())
    plt.close("all")


def test_every_chapter_with_examples_says_what_they_are_about():
    folders = {script.parent for script in SCRIPTS}
    assert len(folders) >= 7
    assert all((folder / "GALLERY_HEADER.rst").exists() for folder in folders)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_begins_with_a_title(script):
    title, underline = script.read_text().splitlines()[1:3]
    assert set(underline) == {"="}
    assert len(underline) == len(title)
