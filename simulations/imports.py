"""The import graph of the sources, read without running them: what an experiment's numbers depend on.

Names that a package hands on, by ``from .module import name`` or by a table of lazy names (a dictionary from names to
modules), lead to the module that defines them; so do attributes of imported packages (``wl.bandit.MOSS``). A name that
a package finds by its folders leads to the one module inside that defines it, or, if there is not just one, to
everything in the package: rather too much than too little. What is imported for type checkers only does not count, and
neither does what only draws.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from .grid import digest
from .provenance import ROOT

__all__ = ["Sources", "code_digest"]

#: Folders of Python packages, relative to the root.
PLACES = ("python", ".")
#: First names of what is followed; everything else is somebody else's.
OURS = ("w2slens", "simulations")
#: What only draws: no number depends on it, whoever imports it.
DRAWING = ("w2slens.plotting",)


class Module:
    """One file of source: what it binds by imports, and what it looks up."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.is_package = path.name == "__init__.py"
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed source, without what only type checkers see."""
        return _WithoutTypes().visit(ast.parse(self.text))  # type: ignore[no-any-return]

    def absolute(self, node: ast.ImportFrom) -> str:
        """The module that ``from ... import`` names."""
        if not node.level:
            return node.module or ""
        base = self.name.split(".")
        base = base[: len(base) - node.level + (1 if self.is_package else 0)]
        return ".".join([*base, *([node.module] if node.module else [])])

    @cached_property
    def lazy(self) -> dict[str, str]:
        """Entries of module-level dictionaries of strings: candidates for lazy names."""
        found: dict[str, str] = {}
        for node in self.tree.body:
            value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)) else None
            for part in ast.walk(value) if value is not None else ():
                if isinstance(part, ast.Dict):
                    found |= dict(_pairs(part))
        return found


class _WithoutTypes(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if "TYPE_CHECKING" in ast.dump(node.test):
            return [self.visit(part) for part in node.orelse]
        return self.generic_visit(node)


def _pairs(table: ast.Dict) -> Iterator[tuple[str, str]]:
    """Names and modules in either direction: name to module, or module to names."""
    for key, value in zip(table.keys, table.values, strict=True):
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            continue
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield key.value, value.value
        elif isinstance(value, (ast.Tuple, ast.List)):
            for part in value.elts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, key.value


class Sources:
    """The sources under a root, but for the modules ``without``."""

    def __init__(self, root: Path = ROOT, without: tuple[str, ...] = DRAWING) -> None:
        self.root, self.without = root, without
        self._modules: dict[str, Module | None] = {}
        self._direct: dict[str, frozenset[str]] = {}

    def module(self, name: str) -> Module | None:
        """The module of that name, or None if it is none of ours."""
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def _find(self, name: str) -> Module | None:
        parts = name.split(".")
        if parts[0] not in OURS or any(f"{name}.".startswith(f"{module}.") for module in self.without):
            return None
        for place in PLACES:
            path = self.root.joinpath(place, *parts)
            for candidate in (path.with_suffix(".py"), path / "__init__.py"):
                if candidate.is_file():
                    return Module(name, candidate)
        return None

    def _is_elsewhere(self, name: str) -> bool:
        """Whether a module is left out, or known by its types: the kernels, whose sources the digest has anyway."""
        return name in self.without or any(
            self.root.joinpath(place, *name.split(".")).with_suffix(".pyi").is_file() for place in PLACES
        )

    def closure(self, name: str) -> set[str]:
        """Names of the modules that a module needs, itself among them."""
        seen: set[str] = set()
        queue = [name]
        while queue:
            found = queue.pop()
            if found not in seen:
                seen.add(found)
                queue.extend(self.direct(found))
        return seen

    def direct(self, name: str) -> frozenset[str]:
        """Names of the modules that a module imports or looks up."""
        if name not in self._direct:
            module = self.module(name)
            if module is None:
                raise ValueError(f"there is no module {name!r} under {self.root}")
            self._direct[name] = frozenset(self._imported(module)) - {name}
        return self._direct[name]

    def _imported(self, module: Module) -> Iterator[str]:
        bound: dict[str, str] = {}  # local names of our packages and modules
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if self.module(alias.name):
                        bound[alias.asname or alias.name.split(".")[0]] = (
                            alias.name if alias.asname else alias.name.split(".")[0]
                        )
                        yield from self._as_module(alias.name)
            elif isinstance(node, ast.ImportFrom):
                origin = module.absolute(node)
                for alias in node.names:
                    target = f"{origin}.{alias.name}"
                    if self.module(target):
                        bound[alias.asname or alias.name] = target
                        yield from self._as_module(target)
                    elif self.module(origin) and not self._is_elsewhere(target):
                        yield from self._trace(origin, alias.name)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):
                chain = _chain(node)
                if chain and chain[0] in bound:
                    yield from self._follow(bound[chain[0]], chain[1:])

    def _as_module(self, name: str) -> Iterator[str]:
        """A package by itself is only a way to its names; a module is what it is."""
        module = self.module(name)
        if module is not None and not module.is_package:
            yield name

    def _follow(self, name: str, rest: list[str]) -> Iterator[str]:
        """Where the attributes ``rest`` of a bound package or module lead."""
        module = self.module(name)
        if module is None or not module.is_package or not rest:
            yield from self._as_module(name)
            return
        inner = f"{name}.{rest[0]}"
        if self.module(inner):
            yield from self._follow(inner, rest[1:])
        elif not rest[0].startswith("__") and not self._is_elsewhere(inner):
            yield from self._trace(name, rest[0])

    def _trace(self, name: str, wanted: str) -> Iterator[str]:
        """Modules that define what a module or package calls ``wanted``."""
        module = self.module(name)
        if module is None:
            return
        if not module.is_package:
            yield name
            return
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == wanted:
                        origin = module.absolute(node)
                        target = f"{origin}.{alias.name}"
                        yield from self._as_module(target) if self.module(target) else self._trace(origin, alias.name)
                        return
        if _defines(module.tree, wanted):
            yield name
            return
        place = module.lazy.get(wanted)
        if place is not None:
            target = place if self.module(place) else f"{name}.{place.lstrip('.')}"
            if self.module(target):
                yield from self._trace(target, wanted)
                return
            if self._is_elsewhere(target):
                return
        inside = list(self._inside(module))
        homes = [inner for inner in inside if (found := self.module(inner)) and _defines(found.tree, wanted)]
        # A member of a family, found by its folder; else all that the package holds.
        yield from homes if len(homes) == 1 else [name, *inside]

    def _inside(self, package: Module) -> Iterator[str]:
        """Names of the modules and packages in a package."""
        folder = package.path.parent
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            inner = ".".join([package.name, *(parts[:-1] if parts[-1] == "__init__" else parts)])
            if inner != package.name and self.module(inner):
                yield inner

    def digest(self, name: str) -> str:
        """Digest of the modules that a module needs and of the kernels."""
        files = [module.path for found in self.closure(name) if (module := self.module(found)) is not None]
        files += [*(self.root / "rust").rglob("*.rs"), self.root / "Cargo.lock"]
        names = sorted({str(file.relative_to(self.root)) for file in files if file.is_file()})
        return digest([[file, (self.root / file).read_text(encoding="utf-8")] for file in names])


def _chain(node: ast.Attribute) -> list[str] | None:
    """``a.b.c`` as names, or None if it does not start with a name."""
    names = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        names.append(value.attr)
        value = value.value
    return [value.id, *reversed(names)] if isinstance(value, ast.Name) else None


def _defines(tree: ast.Module, name: str) -> bool:
    """Whether a module-level statement defines the name."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            return True
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return True
    return False


_HERE = Sources()
_DIGESTS: dict[str, str] = {}


def code_digest(module: str) -> str:
    """Digest of what a module of this checkout depends on; computed once per process."""
    if module not in _DIGESTS:
        _DIGESTS[module] = _HERE.digest(module)
    return _DIGESTS[module]
