"""Writing files whole or not at all."""

import os
import signal
import subprocess
import sys

import pytest

from w2slens._files import check_output, replace_file
from w2slens.errors import FileError


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "out"
    with replace_file(path, force=False) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == path.parent
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["out"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "out"
    path.write_text("old")

    def interrupted():
        with replace_file(path, force=True) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out"]


def test_a_file_that_appeared_meanwhile_is_kept(tmp_path):
    path = tmp_path / "out"

    def late():
        with replace_file(path, force=False) as temporary:
            temporary.write_text("ours")
            path.write_text("theirs")

    with pytest.raises(FileError, match="out exists"):
        late()
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["out"]


def test_outputs_that_cannot_be_written_are_refused_first(tmp_path):
    (tmp_path / "file").write_text("x")
    cases = {
        "file": "exists; only force=True overwrites it",
        "missing/out": "is not a folder",
        "file/out": "is not a folder",
        ".": "not a regular file",
        "n" * 300: "cannot be written",
    }
    for name, message in cases.items():
        with pytest.raises(FileError, match=message):
            check_output(tmp_path / name, force=False)
    check_output(tmp_path / "new", force=False)
    check_output(tmp_path / "file", force=True)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["folder", "pipe"])
def test_force_replaces_regular_files_only(tmp_path, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="not a regular file"):
        check_output(tmp_path / name, force=True)


def test_an_input_is_never_overwritten(tmp_path):
    source = tmp_path / "emb.npy"
    source.write_text("data")
    (tmp_path / "link").symlink_to(source)
    with pytest.raises(FileError, match="also an input"):
        check_output(tmp_path / "link", force=True, inputs=(tmp_path / "absent", source))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="Permission denied"):
        check_output(tmp_path / "out", force=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_writing_leaves_nothing(tmp_path, number):
    script = (
        "import sys, time; from pathlib import Path; import w2slens.cli.commands as c; import w2slens.cli as cli\n"
        "from w2slens._files import replace_file\n"
        "def run(arguments):\n"
        "    with replace_file(Path(arguments[0]), force=False) as temporary:\n"
        "        temporary.write_text('half'); print('writing', flush=True); time.sleep(60)\n"
        "c.run = run\n"
        "sys.exit(cli.main())\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "out")], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "writing\n"
        assert len(os.listdir(tmp_path)) == 1
        process.send_signal(number)
        assert process.wait(timeout=30) == 128 + number
    assert os.listdir(tmp_path) == []
