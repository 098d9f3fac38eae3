"""The command line never ends in a traceback, whatever files, names and outputs it is given."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from w2slens import cli

#: Beyond ASCII, beyond UTF-8, and of the greatest length.
NAMES = ["ausgabe-\u00e4\u6f22.parquet", os.fsdecode(b"out-\xff.parquet"), "x" * 240 + ".parquet"]
SCORE = ["score", "emb.npy", "--proba", "proba.npy", "-o"]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Embeddings and probabilities of 60 points, in a folder of their own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    np.save("emb.npy", rng.standard_normal((60, 8)))
    np.save("proba.npy", rng.random(60))


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "w2slens.cli", *arguments], capture_output=True, check=False, timeout=120, **options
    )


@pytest.mark.parametrize("which", ["emb.npy", "proba.npy"])
@pytest.mark.parametrize("kind", ["longdouble", "bool", "complex", "U3", "datetime64[s]"])
def test_a_file_of_any_type_is_scored_or_refused_in_one_line(data, capsys, which, kind):
    np.save(which, np.load(which).astype(kind) if kind != "datetime64[s]" else np.load(which).astype(int).astype(kind))
    assert cli.main([*SCORE, "out.parquet"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert which in err


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
@pytest.mark.parametrize(
    "name", ["ausgabe-\u00e4\u6f22.parquet", os.fsdecode(b"out-\xff.parquet"), "x" * 240 + ".parquet"]
)
@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_an_output_may_have_any_name(data, name, locale):
    found = run(*SCORE, name, env=os.environ | locale)
    assert found.returncode == 0, found.stderr
    assert b"Traceback" not in found.stderr
    with open(os.fsencode(name), "rb") as file:
        assert pq.read_table(file).num_rows == 60
    again = run("score", "emb.npy", "--proba", "proba.npy", "-o", "again.parquet", "--json", env=os.environ | locale)
    assert again.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_standard_output_is_one_line_and_an_exit_code(data):
    with open("/dev/full", "wb") as full:
        found = subprocess.run(
            [sys.executable, "-m", "w2slens.cli", *SCORE, "out.parquet"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert found.returncode == 1
    assert found.stderr == b"error: standard output cannot be written: No space left on device\n"
    assert pq.read_table("out.parquet").num_rows == 60


@pytest.mark.parametrize("plot", ["q.png", "folder/../q.png", "./q.png"])
def test_outputs_that_are_one_file_are_told_apart_by_the_file_not_the_name(data, capsys, plot):
    Path("folder").mkdir()
    Path("link.parquet").symlink_to("q.png")
    Path("q.png").write_bytes(b"a figure")
    assert cli.main([*SCORE, "link.parquet", "--plot", plot, "-f"]) == 2
    assert "is also OUT" in " ".join(capsys.readouterr().err.split())
    assert Path("q.png").read_bytes() == b"a figure"


@pytest.mark.parametrize("name", ["x.csv", "x.npy", "x.PNG", "-"])
def test_an_output_that_promises_another_format_is_refused(data, capsys, name):
    assert cli.main([*SCORE, name]) == 2
    assert "Parquet" in capsys.readouterr().err
    assert sorted(os.listdir()) == ["emb.npy", "proba.npy"]


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_an_overwritten_file_keeps_its_mode(data):
    Path("out.parquet").write_bytes(b"old")
    Path("out.parquet").chmod(0o640)
    assert cli.main([*SCORE, "out.parquet", "-f"]) == 0
    assert stat.S_IMODE(os.stat("out.parquet").st_mode) == 0o640


def test_help_is_found_by_its_short_name(capsys):
    for arguments in (["-h"], ["score", "-h"], ["demo", "-h"]):
        assert cli.main(arguments) == 0
        assert "Usage: w2slens" in capsys.readouterr().out


def test_the_version_needs_no_extra():
    code = "import sys; sys.modules['typer'] = None; from w2slens.cli import main; sys.exit(main(['--version']))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.split()[0]) == (0, "w2slens")


@pytest.mark.skipif(sys.platform != "linux", reason="mapped files there")
def test_a_file_truncated_while_it_is_read_ends_in_a_line(data):
    code = (
        "import os, sys, numpy as np\n"
        "from w2slens import cli\n"
        "from w2slens.scoring import rows\n"
        "from w2slens.cli import commands\n"
        "def truncating(path, **options):\n"
        "    found = rows.open_rows(path, **options)\n"
        "    os.truncate(path, 128)\n"
        "    return found\n"
        "commands.open_rows = truncating\n"
        "sys.exit(cli.main(['score', 'emb.npy', '--proba', 'proba.npy', '-o', 'out.parquet']))\n"
    )
    np.save("emb.npy", np.random.default_rng(0).standard_normal((4000, 64)))
    np.save("proba.npy", np.random.default_rng(0).random(4000))
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == "error: a file was truncated while it was read\n"
    assert sorted(os.listdir()) == ["emb.npy", "proba.npy"]
