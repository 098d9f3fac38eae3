"""Every snippet of every page runs, every link resolves, every doctest holds, and lines are wrapped."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import unicodedata
import warnings
from pathlib import Path

import pytest

import w2slens

ROOT = Path(__file__).resolve().parents[2]
#: Those under version control: neither built pages nor those written before a build.
PAGES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if (ROOT / name).exists()
]
#: CONTRIBUTING's snippets are files of recipes, which have a test of their own.
RUN = [page for page in PAGES if page.name != "CONTRIBUTING.md"]
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
GALLERY = ROOT / "docs/gallery"
EXAMPLES = ROOT / "examples"


def label(page):
    return page.relative_to(ROOT).as_posix()


def modules() -> list[str]:
    found = pkgutil.walk_packages(w2slens.__path__, "w2slens.")
    return ["w2slens", *(m.name for m in found if not m.name.endswith("_kernels"))]


def prose(text):
    """A page without its code."""
    return re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """What headings can be linked to."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", prose(page.read_text()), re.MULTILINE):
        words = unicodedata.normalize("NFKC", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).lower()
        found.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return found


def exists(target):
    """Whether a link's file is there, or will be: the gallery is written from examples/."""
    if target.is_relative_to(GALLERY):
        inside = target.relative_to(GALLERY)
        return inside == Path("index.rst") or (EXAMPLES / inside.with_suffix(".py")).exists()
    return target.exists()


def test_there_are_pages():
    assert len(RUN) > 40


@pytest.mark.parametrize("page", RUN, ids=label)
def test_snippets_run_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text = page.read_text()
    namespace = {"__name__": "__docs__"}
    for match in SNIPPET.finditer(text):
        line = text[: match.start()].count("\n") + 1
        # Blank lines in front, so that a traceback names the line of the page.
        exec(compile("\n" * line + match.group(1), str(page), "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_links_resolve(page):
    missing = []
    for target, anchor in LINK.findall(prose(page.read_text())):
        if "://" in target:
            continue
        path = (page.parent / target).resolve() if target else page
        if not exists(path) or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            missing.append(f"{target}#{anchor}" if anchor else target)
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_lines_are_wrapped_like_code(page):
    # A row of a table cannot be wrapped.
    lines = enumerate(page.read_text().splitlines(), 1)
    assert not [f"{n}: {line}" for n, line in lines if len(line) > 120 and not line.lstrip().startswith("|")]


@pytest.mark.parametrize("page", [p for p in PAGES if p.is_relative_to(ROOT / "docs")], ids=label)
def test_pages_begin_with_what_they_are_for(page):
    lines = [line for line in page.read_text().splitlines() if line]
    assert lines[0].startswith(("# ", "```{include}"))
    assert lines[0].startswith("```{include}") or not lines[1].startswith(("#", "|", "$$"))


def test_no_source_names_a_page_that_is_not_there():
    folders = [ROOT / "python", ROOT / "simulations", ROOT / "rust", ROOT / "benchmarks", ROOT / "examples"]
    sources = [path for folder in folders for kind in ("*.py", "*.rs") for path in folder.rglob(kind)]
    assert len(sources) > 100
    named = {(path, page) for path in sources for page in re.findall(r"docs/[\w/]+\.md", path.read_text())}
    assert named
    assert not [f"{path.relative_to(ROOT)}: {page}" for path, page in named if not (ROOT / page).exists()]


@pytest.mark.parametrize("name", modules())
def test_doctests_hold(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
