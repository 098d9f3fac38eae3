"""What a part's digest covers: all that its numbers depend on, and nothing that only draws, judges or tells."""

import shutil
from pathlib import Path

import pytest

from simulations.catalogue import claim_names, load_claim
from simulations.imports import Sources

ROOT = Path(__file__).resolve().parents[2]
GAIN = "simulations.claims.overlap.overlap_gain"
DOMINOES = "simulations.claims.practice.dominoes"


@pytest.fixture
def copy(tmp_path):
    """A copy of the sources, and how to change a file of it."""
    unwanted = shutil.ignore_patterns("__pycache__", "results", "figures", "*.so", "target")
    for folder in ("simulations", "python", "rust"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unwanted)
    return tmp_path


def touch(root, name):
    path = root / name
    comment = "//" if path.suffix == ".rs" else "#"
    path.write_text(path.read_text() + f"\n{comment} changed\n")


@pytest.mark.parametrize(
    "name",
    [
        "simulations/claims/overlap/overlap_gain/__init__.py",
        "simulations/claims/overlap/overlap_gain/figures.py",
        "simulations/claims/overlap/overlap_gain/verdicts.py",
        "simulations/claims/overlap/mixing/experiments.py",
        "simulations/bands.py",
        "simulations/claim.py",
        "simulations/report.py",
        "simulations/run.py",
        "simulations/worlds/dominoes.py",
        "python/w2slens/plotting.py",
        "python/w2slens/bandit/policy.py",
        "python/w2slens/theory/overlap/student.py",
    ],
)
def test_what_draws_judges_or_belongs_to_others_recomputes_nothing(copy, name):
    before = Sources(copy).digest(f"{GAIN}.experiments")
    touch(copy, name)
    assert Sources(copy).digest(f"{GAIN}.experiments") == before


@pytest.mark.parametrize(
    "name",
    [
        "simulations/claims/overlap/overlap_gain/experiments.py",
        "simulations/worlds/published.py",
        "simulations/grid.py",
        "python/w2slens/learning/trials.py",
        "python/w2slens/_random.py",
        "rust/kernels/src/trials.rs",
    ],
)
def test_what_numbers_depend_on_recomputes_them(copy, name):
    before = Sources(copy).digest(f"{GAIN}.experiments")
    touch(copy, name)
    assert Sources(copy).digest(f"{GAIN}.experiments") != before


def test_a_detector_behind_two_lazy_tables_and_a_world_is_found():
    closure = Sources(ROOT).closure(f"{DOMINOES}.experiments")
    assert {"simulations.worlds.dominoes", "simulations.worlds.strong"} <= closure
    assert {"w2slens.scoring.detectors.overlap", "w2slens.scoring.similarity", "w2slens.regions"} <= closure
    assert "w2slens.learning.logistic" in closure
    assert not [name for name in closure if "bandit" in name or "theory" in name]


@pytest.mark.parametrize("name", claim_names())
def test_no_experiment_depends_on_what_draws_or_judges(name):
    entry = load_claim(name)
    module = next(iter(entry.experiments.values())).one_cell.__module__
    closure = Sources(ROOT).closure(module)
    own = module.rpartition(".")[0]
    assert not closure & {"simulations.bands", "simulations.claim", "simulations.looks", "w2slens.plotting"}
    assert not [other for other in closure if other.startswith("simulations.claims") and not other.startswith(own)]
    assert not closure & {f"{own}.figures", f"{own}.verdicts"}


@pytest.fixture
def package(tmp_path):
    """A package with every way to hand on a name."""
    texts = {
        "python/w2slens/__init__.py": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .typed import Typed
else:
    load = attach(__name__, {"lazy": ("Lazy",), "inner": ("Deep",)})
""",
        "python/w2slens/lazy.py": "from . import _kernels\nclass Lazy: pass\n",
        "python/w2slens/_kernels.pyi": "",
        "python/w2slens/typed.py": "class Typed: pass\n",
        "python/w2slens/plotting.py": "",
        "python/w2slens/inner/__init__.py": "from .deep import Deep\nlisted = find()\n",
        "python/w2slens/inner/deep.py": "class Deep: pass\n",
        "python/w2slens/inner/member.py": "class Member: pass\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import w2slens as wl\nwl.Lazy()", {"lazy"}),
        ("import w2slens as wl\nwl.inner.Deep()", {"inner.deep"}),
        ("from w2slens import Deep", {"inner.deep"}),
        ("from w2slens.inner import Member", {"inner.member"}),
        ("import w2slens.lazy", {"lazy"}),
        ("from w2slens import plotting\nplotting.points()", set()),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from w2slens import Lazy", set()),
        ("def late():\n    from w2slens import Lazy", {"lazy"}),
        ("from w2slens.inner import whatever", {"inner", "inner.deep", "inner.member"}),
    ],
)
def test_names_are_traced_to_where_they_are_defined(package, source, found):
    path = package / "simulations/toy.py"
    path.parent.mkdir()
    path.write_text(source)
    assert Sources(package).closure("simulations.toy") == {"simulations.toy"} | {f"w2slens.{name}" for name in found}
