"""Every Python snippet of README.md and docs/ runs, every link inside them resolves, every doctest holds."""

import doctest
import importlib
import pkgutil
import re
import warnings
from pathlib import Path

import pytest

import w2slens

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


def modules() -> list[str]:
    found = pkgutil.walk_packages(w2slens.__path__, "w2slens.")
    return ["w2slens", *(m.name for m in found if not m.name.endswith("_kernels"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_run_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text = page.read_text()
    namespace = {"__name__": "__docs__"}
    for match in SNIPPET.finditer(text):
        line = text[: match.start()].count("\n") + 1
        # Blank lines in front, so that a traceback names the line of the page.
        exec(compile("\n" * line + match.group(1), str(page), "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_resolve(page):
    targets = [target for target, _ in LINK.findall(page.read_text()) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("name", modules())
def test_doctests_hold(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_every_public_name_has_an_example():
    without = []
    for name in w2slens.__all__:
        thing = getattr(w2slens, name)
        if (
            callable(thing)
            and not (isinstance(thing, type) and issubclass(thing, Exception))
            and ">>>" not in (thing.__doc__ or "")
        ):
            without.append(name)
    assert not without
