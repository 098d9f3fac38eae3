"""The command line: it agrees with the detector, refuses bad data in one line, and leaves nothing half-written."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import w2slens as wl
from w2slens import cli


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Embeddings and probabilities of 300 points, in a folder of their own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    mixture = wl.GaussianMixture(np.ones(16), 1.0, 8, noise="full")
    training = mixture.sample((150, 75, 75, 0), rng)
    X = mixture.sample((150, 75, 75, 0), rng, dtype=np.float32).X
    p = wl.train_weak(training.X, training.y, 8, C=0.01).predict_proba(X)[:, 1]
    np.save("emb.npy", X)
    np.save("proba.npy", p)
    return X, p


SCORE = ["score", "emb.npy", "--proba", "proba.npy", "-o", "out.parquet"]


def files():
    return sorted(os.listdir())


def refused(capsys, arguments, *words):
    """Run, expect a data error in one line that holds the words, and no new file."""
    before = files()
    assert cli.main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("error: ")
    for word in words:
        assert word in err
    assert files() == before


OPTIONS = [
    ([], {}),
    (["--signed", "--threads", "1"], {"absolute": False}),
    (
        ["--metric", "inner_product", "--hard-rule", "at_or_below"],
        {"metric": "inner_product", "hard_rule": "at_or_below"},
    ),
    (["--compat", "ruptures"], {"compat": "ruptures"}),
]


@pytest.mark.parametrize(("options", "parameters"), OPTIONS, ids=lambda value: " ".join(value) or "defaults")
@pytest.mark.parametrize("kind", ["npy", "lists", "columns"])
def test_results_equal_the_detector(data, capsys, options, parameters, kind):
    X, p = data
    arguments = list(SCORE)
    if kind == "lists":
        lists = pa.FixedSizeListArray.from_arrays(X.ravel(), X.shape[1])
        pq.write_table(pa.table({"id": np.arange(len(X)), "embedding": lists}), "emb.parquet")
        pq.write_table(pa.table({"p": p}), "proba.parquet")
        arguments[1:4] = ["emb.parquet", "--proba", "proba.parquet"]
    elif kind == "columns":
        pq.write_table(pa.table({"id": np.arange(len(X))} | {f"e{i}": X[:, i] for i in range(16)}), "emb.parquet")
        pq.write_table(pa.table({"id": np.arange(len(X)), "no": 1 - p, "yes": p}), "proba.parquet")
        arguments[1:4] = ["emb.parquet", "--column", "e*", "--proba", "proba.parquet"]
        arguments += ["--proba-column", "no", "--proba-column", "yes"]
    assert cli.main([*arguments, *options, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""  # no progress where nobody looks
    summary = json.loads(out)

    detector = wl.OverlapDetector(**parameters).fit(X, np.column_stack([1 - p, p]) if kind == "columns" else p)
    assert summary["density"] == detector.density_
    assert summary["hard_threshold"] == detector.hard_threshold_
    assert summary["overlap_threshold"] == detector.overlap_threshold_
    assert summary["overlap"] == detector.partition_.overlap.size > 0

    table = pq.read_table("out.parquet")
    hard = detector.labels_ == wl.Region.HARD
    assert table.column_names == ["row", "region", "confidence", "score", "nearest_hard"]
    assert table["row"].to_pylist() == list(range(300))
    assert table["region"].to_pylist() == [wl.Region(label).name.lower() for label in detector.labels_]
    assert pa.types.is_dictionary(table["region"].type)
    assert table["score"].type == pa.float32()
    assert np.array_equal(table["confidence"].to_numpy(), detector.confidence_)
    assert table["score"].is_null().to_pylist() == hard.tolist()
    assert table["nearest_hard"].is_null().to_pylist() == hard.tolist()
    assert np.array_equal(table["score"].drop_null().to_numpy(), detector.scores_[~hard])
    assert np.array_equal(table["nearest_hard"].drop_null().to_numpy(), detector.nearest_hard_[~hard])
    kept = json.loads(table.schema.metadata[b"w2slens"])
    assert kept["density"] == detector.density_
    assert kept["version"] == wl.__version__


def test_logits_may_be_given_instead(data, capsys):
    X, p = data
    np.save("logits.npy", np.log(p / (1 - p)))
    assert cli.main(["score", "emb.npy", "--proba", "logits.npy", "--logits", "-o", "out.parquet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["overlap"] == wl.OverlapDetector().fit(X, p).partition_.overlap.size


def test_the_summary_is_for_people_by_default(data, capsys):
    assert cli.main(SCORE) == 0
    out = capsys.readouterr().out
    detector = wl.OverlapDetector().fit(*data)
    assert f"overlap density    {detector.density_:.6g}" in out
    assert f"hard threshold     {detector.hard_threshold_:.6g}" in out
    assert f"overlap threshold  {detector.overlap_threshold_:.6g}" in out
    assert "written to         out.parquet" in out


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_the_figure_is_drawn(data, suffix, start):
    assert cli.main([*SCORE, "--plot", f"figure.{suffix}"]) == 0
    assert Path(f"figure.{suffix}").read_bytes().startswith(start)


def test_two_commands_lead_from_nothing_to_a_figure(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["demo", "-o", "demo"]) == 0
    told = capsys.readouterr().out.splitlines()[-1].split()
    assert told[0] == "w2slens"
    assert cli.main([*told[1:], "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert 0.2 < summary["density"] < 0.3  # a quarter of the points are overlap points
    assert files() == ["demo", "scores.parquet", "scores.png"]
    first = Path("demo/embeddings.npy").read_bytes()
    assert cli.main(["demo", "-o", "demo"]) == 1
    assert "--force" in capsys.readouterr().err
    assert cli.main(["demo", "-o", "demo", "--force"]) == 0
    assert Path("demo/embeddings.npy").read_bytes() == first
    assert cli.main(["demo", "-o", "demo", "--force", "--seed", "1"]) == 0
    assert Path("demo/embeddings.npy").read_bytes() != first


def test_progress_is_drawn_on_a_terminal(data):
    pty = pytest.importorskip("pty", reason="pseudo-terminals are of POSIX")
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "w2slens.cli", *SCORE]
    done = subprocess.run(
        command, env=environment() | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=slave, text=True, timeout=60
    )
    os.close(slave)
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert done.returncode == 0
    assert "scoring" in shown
    assert "100%" in shown
    assert "scoring" not in done.stdout


def test_the_page_shows_what_the_example_prints(tmp_path, monkeypatch, capsys):
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md"
    shown = page.read_text().split("```text\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    cli.main(["demo", "-o", "demo"])
    capsys.readouterr()
    cli.main(["score", "demo/embeddings.npy", "--proba", "demo/proba.npy", "-o", "scores.parquet"])
    assert capsys.readouterr().out == shown


def test_help_teaches_with_an_example(capsys):
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "  w2slens demo -o demo\n" in out
    assert "  w2slens score demo/embeddings.npy --proba demo/proba.npy -o scores.parquet --plot scores.png\n" in out
    assert cli.main(["score", "--help"]) == 0
    out = capsys.readouterr().out
    assert "  w2slens score embeddings.npy --proba proba.npy -o scores.parquet --plot scores.png\n" in out
    for option in ("--metric", "--signed", "--hard-rule", "--compat", "--threads", "--force", "--json", "--column"):
        assert option in out


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"w2slens {wl.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["score"],
        ["nothing"],
        ["score", "emb.npy", "-o", "out"],
        [*SCORE, "--metric", "euclidean"],
        [*SCORE, "--threads", "0"],
        [*SCORE, "--plot", "figure.txt"],
        ["score", "emb.npy", "--proba", "proba.npy", "-o", "same.png", "--plot", "same.png"],
        ["demo", "-o", "demo", "--seed", "-1"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(data, capsys, arguments):
    before = files()
    assert cli.main(arguments) == 2
    assert "Usage: w2slens" in capsys.readouterr().err
    assert files() == before


def test_truncated_npy(data, capsys):
    for name in ("emb.npy", "proba.npy"):
        whole = Path(name).read_bytes()
        Path(name).write_bytes(whole[:-1])
        refused(capsys, SCORE, name, "truncated")
        Path(name).write_bytes(whole)


def test_pickle_in_npy(data, capsys):
    np.save("emb.npy", np.array([[1, "a"]], dtype=object), allow_pickle=True)
    refused(capsys, SCORE, "emb.npy", "pickle")


def test_parquet_with_nulls(data, capsys):
    p = data[1].tolist()
    p[17] = None
    pq.write_table(pa.table({"p": p}), "proba.npy")
    refused(capsys, SCORE, "proba.npy", "null in column 'p' at row 17")


def test_output_exists(data, capsys):
    Path("out.parquet").write_text("precious")
    refused(capsys, SCORE, "out.parquet exists", "--force")
    assert Path("out.parquet").read_text() == "precious"
    assert cli.main([*SCORE, "--force"]) == 0
    assert pq.read_table("out.parquet").num_rows == 300


def test_figure_exists(data, capsys):
    Path("figure.png").write_text("precious")
    refused(capsys, [*SCORE, "--plot", "figure.png"], "figure.png exists")


@pytest.mark.parametrize("output", ["missing/out.parquet", "emb.npy/out.parquet", "."])
def test_output_cannot_be_written(data, capsys, output):
    # Said before the inputs are read: they do not even exist.
    refused(capsys, ["score", "absent.npy", "--proba", "absent.npy", "-o", output], f"{output} ")


def test_output_is_an_input(data, capsys):
    refused(capsys, [*SCORE[:-1], "emb.npy", "--force"], "emb.npy is also an input")


def test_missing_input(data, capsys):
    refused(capsys, ["score", "absent.npy", *SCORE[2:]], "absent.npy cannot be read: No such file")


def without(array, position, value):
    changed = array.copy()
    changed[position] = value
    return changed


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("proba", lambda p: p[:-1], ("weak_proba has 299 rows, but X has 300",)),
        ("proba", lambda p: without(p, 3, 1.5), ("weak_proba has 1.5 at index 3", "[0, 1]")),
        ("proba", lambda p: without(p, 3, -0.1), ("weak_proba has -0.1 at index 3",)),
        ("proba", lambda p: without(p, 3, np.nan), ("weak_proba has NaN at index 3",)),
        ("proba", lambda p: np.column_stack([p, p]), ("weak_proba sums to",)),
        ("proba", lambda p: np.full_like(p, 0.7), ("hard_threshold_",)),
        ("emb", lambda X: without(X, (5, 2), np.inf), ("X has inf at row 5, column 2",)),
        ("emb", lambda X: without(X, 5, 0), ("X has zero norm at row 5",)),
        ("emb", lambda X: np.ones_like(X), ("overlap_threshold_",)),
        ("emb", lambda X: X[:1], ("n_samples = 1",)),
        ("emb", lambda X: X[:, 0], ("emb.npy has shape (300,), expected (n, d)",)),
    ],
)
def test_bad_data(data, capsys, name, change, words):
    array = data[0] if name == "emb" else data[1]
    np.save(f"{name}.npy", change(array))
    refused(capsys, SCORE, f"{name}.npy", *words)


def test_all_hard(data, capsys):
    np.save("proba.npy", np.r_[np.full(299, 0.9), 0.6])
    refused(capsys, [*SCORE, "--hard-rule", "at_or_below"], "all 300 points are hard")


def without_module(name, *arguments):
    """Run the command in a process in which a module cannot be found."""
    script = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {name!r}:\n"
        f"            raise ModuleNotFoundError(f'No module named {{name}}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "from w2slens.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, env=environment(), timeout=60
    )


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.mark.parametrize("name", ["typer", "pyarrow", "rich"])
def test_without_the_extra_it_says_what_to_install(name):
    done = without_module(name, "--help")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert name in done.stderr
    assert 'pip install "w2slens[cli]"' in done.stderr


def test_a_missing_module_of_ours_is_not_blamed_on_the_extra():
    done = without_module("numpy", "--help")
    assert "pip install" not in done.stderr
    assert "ModuleNotFoundError" in done.stderr


def children_seconds():
    """Seconds of processor of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def big_run(folder):
    """Start a run that takes about ten seconds, on memory-mapped embeddings; wait until it is under way.

    Returns the process and the seconds of processor that it has spent so far.
    """
    n, d = 150_000, 64
    rng = np.random.default_rng(0)
    X = np.lib.format.open_memmap(folder / "emb.npy", mode="w+", dtype=np.float32, shape=(n, d))
    X[:] = rng.standard_normal((n, d), dtype=np.float32)
    np.save(folder / "proba.npy", np.where(rng.random(n) < 0.5, 0.5, 0.99) + rng.uniform(-0.01, 0.01, n))
    script = (
        "import sys, time, w2slens.cli as cli, w2slens.scoring.scores as room\n"
        "scores = room.overlap_scores\n"
        "def loud(*arguments, **options):\n"
        "    print('scoring after', time.process_time(), flush=True)\n"
        "    return scores(*arguments, **options)\n"
        "room.overlap_scores = loud\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, *SCORE, "--threads", "1", "--force"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said, _, spent = process.stdout.readline().rpartition(" ")
    assert said == "scoring after"
    return process, float(spent)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("before", [None, "precious"])
def test_a_run_that_is_ended_leaves_no_half_output(tmp_path, number, before):
    if before:
        (tmp_path / "out.parquet").write_text(before)
    earlier = children_seconds()
    process, spent = big_run(tmp_path)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    # The kernel is left within a fraction of a second, not at its end. (Seconds of processor: other work may wait.)
    assert children_seconds() - earlier - spent < 2
    assert "Traceback" not in err
    assert sorted(os.listdir(tmp_path)) == ["emb.npy", *(["out.parquet"] if before else []), "proba.npy"]
    if before:
        assert (tmp_path / "out.parquet").read_text() == before
