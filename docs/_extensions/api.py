"""Write a page of reference/api for every public room of the package: what its ``__all__`` lists, nothing by hand."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any, get_origin

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import w2slens

PAGE = "reference/api"


def rooms(package: ModuleType = w2slens) -> list[str]:
    """Return the dotted names of public modules; in a chapter, which lists names itself, public is what it lists."""
    found = []
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        room = importlib.import_module(module.name)
        if module.name.rsplit(".", 1)[1].startswith("_"):
            continue
        if names(room):
            found.append(module.name)
        elif module.ispkg:
            found += rooms(room)
    return found


def names(room: ModuleType) -> list[str]:
    """Return what a room lists, but for other rooms."""
    return [name for name in getattr(room, "__all__", ()) if not inspect.ismodule(getattr(room, name))]


def documented() -> dict[str, list[str]]:
    """Return the names that each page documents; one that has two addresses is documented once."""
    pages: dict[str, list[str]] = {}
    seen: set[int] = set()
    for room in rooms():
        module = importlib.import_module(room)
        things = {name: getattr(module, name) for name in names(module)}
        pages[room] = [name for name, thing in things.items() if not (callable(thing) and id(thing) in seen)]
        seen.update(id(thing) for thing in things.values())
    return pages


def summary(thing: Any) -> str:
    """Return the first sentence of a docstring."""
    text = inspect.getdoc(thing) or ""
    return re.split(r"(?<=\.)\s", " ".join(text.split("\n\n")[0].split()))[0]


def directive(module: ModuleType, name: str) -> str:
    """Return the autodoc directive for a name."""
    thing = getattr(module, name)
    if get_origin(thing) or (inspect.isclass(thing) and not thing.__module__.startswith("w2slens")):
        return f".. data:: {module.__name__}.{name}"  # an alias of somebody else's type
    if inspect.isclass(thing):
        kind = "autoexception" if issubclass(thing, BaseException) else "autoclass"
    else:
        kind = "autofunction" if callable(thing) else "autodata"
    options = "\n   :no-value:" if kind == "autodata" else ""
    return f".. {kind}:: {module.__name__}.{name}{options}"


def page(room: str, listed: list[str]) -> str:
    """Return the page of a room: its own words, a table of its names, then each of them."""
    module = importlib.import_module(room)
    lines = [room, "=" * len(room), "", f".. automodule:: {room}", "   :no-members:", ""]
    lines += [f".. currentmodule:: {room}", "", ".. list-table::", "   :widths: 30 70", ""]
    for name in listed:
        thing = getattr(module, name)
        told = re.sub(r"(?<!\\)\|(?=[^`]*(?:`[^`]*`[^`]*)*$)", r"\|", summary(thing)) if callable(thing) else ""
        lines += [f"   * - `{name} <{room}.{name}>`", f"     - {told}"]
    return "\n".join([*lines, "", *(f"{directive(module, name)}\n" for name in listed)])


def write(app: Sphinx) -> None:
    """Write what has changed, and remove pages of rooms that are gone."""
    folder = Path(app.srcdir) / PAGE
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{room}.rst": page(room, listed) for room, listed in documented().items()}
    for old in folder.glob("*.rst"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def resolve(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node | None:
    """Resolve a bare name in a docstring wherever it is documented, and a path of docs/ to its page."""
    if node.get("reftype") != "obj":
        return None
    target = node["reftarget"]
    if target.startswith("docs/") and target.endswith(".md"):
        page = target.removeprefix("docs/").removesuffix(".md")
        if page not in env.all_docs:
            raise ValueError(f"a docstring names {target}, which is not there")
        uri = app.builder.get_relative_uri(node["refdoc"], page)
        return nodes.reference("", "", content, internal=True, refuri=uri)
    last = target.removeprefix("w2slens.").split(".")[-1]
    objects = env.get_domain("py").objects
    found = [name for name in objects if name.split(".")[-1] == last and name.startswith("w2slens.")]
    found = [name for name in found if name.endswith(target.removeprefix("w2slens"))] or found
    if len(found) != 1 or not target:
        return None
    uri = app.builder.get_relative_uri(node["refdoc"], objects[found[0]].docname)
    return nodes.reference("", "", content, internal=True, refuri=f"{uri}#{found[0]}")


def escape(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Take ``|`` and trailing underscores in a docstring as the characters that they are; RST takes them otherwise."""
    code = False
    for i, line in enumerate(lines):
        code = line.lstrip().startswith(">>>") or (code and bool(line.strip()))
        if not code:
            pieces = re.split(r"(`+[^`]+`+)", line)
            pieces[::2] = [re.sub(r"(?<!\\)(\||(?<=\w)_(?=[\s,.;:)\]]|$))", r"\\\1", piece) for piece in pieces[::2]]
            lines[i] = "".join(pieces)


def remark(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Keep a colon in an attribute's one line from being read as the end of its type."""
    if what == "attribute" and lines:
        lines[0] = lines[0].replace(": ", " – ", 1)


def skip(app: Sphinx, what: str, name: str, thing: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out what tuples and scikit-learn add to a class, and what it tells registries of itself."""
    if what == "class" and isinstance(thing, str | tuple):
        return True
    told = inspect.getdoc(thing) or ""
    inherited = "Alias for field number" in told or "metadata routing" in told.lower()
    return True if inherited else None


def unlink_sizes(app: Sphinx, doctree: nodes.document) -> None:
    """Leave the letters of a shape, as in ``(n, d) array``, without a link to attributes that are called so."""
    for reference in list(doctree.findall(addnodes.pending_xref)):
        if reference.get("refdomain") == "py" and len(reference.get("reftarget", "")) == 1:
            reference.replace_self(reference.children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Hook the writer and the resolver in."""
    app.connect("builder-inited", write)
    app.connect("doctree-read", unlink_sizes)
    app.connect("missing-reference", resolve)
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-docstring", remark, priority=100)
    app.connect("autodoc-process-docstring", escape, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
