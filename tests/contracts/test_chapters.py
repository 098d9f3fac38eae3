"""Chapters: what is public, what is loaded when, and what type checkers see."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import w2slens


def packages() -> list[str]:
    found = pkgutil.walk_packages(w2slens.__path__, "w2slens.")
    names = ["w2slens", *(m.name for m in found if m.ispkg)]
    return [name for name in names if "attach(" in inspect.getsource(importlib.import_module(name))]


def seen_by_type_checkers(package) -> set[str]:
    tree = ast.parse(inspect.getsource(package))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    names = {alias.asname for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    return names | {node.target.id for node in block.body if isinstance(node, ast.AnnAssign)}


def loaded_by(code: str) -> set[str]:
    code += "; import sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", packages())
def test_every_public_name_is_there_and_seen_by_type_checkers(name):
    package = importlib.import_module(name)
    assert set(package.__all__) == set(dir(package))
    assert all(getattr(package, public) is not None for public in package.__all__)
    chapters = {m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")}
    assert set(package.__all__) <= seen_by_type_checkers(package) <= set(package.__all__) | chapters


@pytest.mark.parametrize("name", packages())
def test_every_public_package_says_how_its_parts_call_each_other(name):
    assert ".. code-block:: text" in importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", packages())
def test_unknown_names_are_refused_with_what_there_is(name):
    package = importlib.import_module(name)
    with pytest.raises(AttributeError, match=rf"'{name}' has no attribute 'nothing'; it has .*{package.__all__[-1]}"):
        package.nothing  # noqa: B018


def test_names_are_loaded_when_first_used():
    before = loaded_by("import numpy")
    ours = {name for name in loaded_by("import w2slens") - before if name.startswith("w2slens")}
    assert ours == {"w2slens", "w2slens._lazy"}
    heavy = {"scipy", "sklearn", "joblib", "matplotlib", "pyarrow", "hypothesis"}
    assert not heavy & loaded_by("import w2slens")
    scoring = "import w2slens as wl; wl.overlap_scores([[1.0]], [[2.0]]); wl.change_point([0, 1]); wl.confidence([0.5])"
    assert not heavy & loaded_by(scoring)


def test_every_chapter_is_reachable():
    chapters = ["bandit", "learning", "plotting", "scoring", "selection", "testing", "theory", "errors", "regions"]
    code = "import w2slens as wl; " + "; ".join(f"wl.{name}" for name in chapters)
    assert {f"w2slens.{name}" for name in chapters} <= loaded_by(code)
