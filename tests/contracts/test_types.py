"""What a type checker sees of names that are loaded when first used: their exact types."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

ROOT = Path(__file__).resolve().parents[2]

#: Expressions, and the types that mypy must reveal; without the imports for type checkers all would be Any.
SEEN = {
    "wl.Region.EASY": "Literal[w2slens.regions.Region.EASY]?",
    "wl.change_point([0.0, 1.0])": "w2slens.scoring.changepoint.ChangePoint",
    "wl.change_point([0.0, 1.0]).index": "int",
    "wl.overlap_density([0, 2])": "float",
    "wl.OverlapDetector()": "w2slens.scoring.detectors.overlap.OverlapDetector",
    "wl.OverlapDetector().fit([[1.0]], [0.5])": "w2slens.scoring.detectors.overlap.OverlapDetector",
    "wl.OverlapDetector().density_": "float",
    "wl.IncrementalDetector().add([[1.0]], [0.5])": "w2slens.scoring.detectors.incremental.BatchDetection",
    "wl.scoring.open_rows('X.npy')": "w2slens.scoring.rows.contract.Rows",
    "wl.GaussianMixture([1.0], 1.0, 0).d": "int",
    "wl.learning.fit_logistic([[1.0]], [1]).intercept": "float",
    "wl.bandit.MOSS(2, horizon=10).select()": "int",
    "wl.selection.ArraySource([[1.0]], [0.5])": "w2slens.selection.sources.ArraySource",
    "wl.theory.overlap.hard_law(20, accuracy=0.8, t=2.5, sigma=1.0, d_hard=20).mean()": "float",
    "wl.errors.UndefinedError('none')": "w2slens._kernels.UndefinedError",
    "wl.__version__": "str",
}


def test_mypy_sees_exact_types(tmp_path):
    lines = ["import w2slens as wl", *(f"reveal_type({expression})" for expression in SEEN)]
    (tmp_path / "seen.py").write_text("\n".join(lines) + "\n")
    # Of the configuration, only what is left out: the packages that it names are checked by `make lint`.
    (tmp_path / "mypy.ini").write_text(
        f"[mypy]\nmypy_path = {ROOT / 'python'}\nfollow_imports = silent\n"
        + "".join(
            f"[mypy-{name}.*]\nignore_missing_imports = True\nfollow_imports = skip\n"
            for name in ("scipy", "sklearn", "matplotlib", "pyarrow", "hypothesis")
        )
    )
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [*command, "--config-file", str(tmp_path / "mypy.ini"), "seen.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Some releases of mypy say builtins.int, others int.
    told = [line.partition('Revealed type is "')[2].replace("builtins.", "") for line in done.stdout.splitlines()]
    assert len(told) == len(SEEN), done.stdout
    assert {expression: seen.removesuffix('"') for expression, seen in zip(SEEN, told, strict=True)} == SEEN
