"""Every exception that the package raises is Python's own or importable from `w2slens.errors`, and pickles."""

import ast
import builtins
import pickle
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import w2slens as wl
from w2slens import errors
from w2slens.errors import DoesNotApply, ExistsError, FileError, SelectionError, UndefinedError
from w2slens.theory.expansion import expansion_bound

MODULES = [m.name for m in pkgutil.walk_packages(wl.__path__, "w2slens.") if not m.name.endswith("_kernels")]
OURS = {getattr(errors, name) for name in errors.__all__}


def raised(tree: ast.AST) -> list[ast.expr]:
    """What is raised, but for an exception that was caught or is given (``raise``, ``raise error``)."""
    found = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    return [exc.func if isinstance(exc, ast.Call) else exc for exc in found]


@pytest.mark.parametrize("name", MODULES)
def test_what_is_raised_is_pythons_own_or_listed(name):
    module = import_module(name)
    for thing in raised(ast.parse(Path(module.__file__).read_text())):
        text = ast.unparse(thing)
        if text.startswith("typer.") and name.startswith("w2slens.cli."):
            continue  # typer turns its own into an exit code
        if isinstance(thing, ast.Call) or text in ("entry", "error"):
            continue  # the type of an error that was caught, or an error of a script
        kind = getattr(module, text, None) or getattr(builtins, text)
        assert kind in OURS or kind.__module__ == "builtins", f"{name} raises {text}"


def test_every_exception_is_defined_once():
    assert errors.__all__ == sorted(errors.__all__)
    for name in MODULES:
        module = import_module(name)
        defined = {
            node.name
            for node in ast.parse(Path(module.__file__).read_text()).body
            if isinstance(node, ast.ClassDef) and issubclass(getattr(module, node.name), BaseException)
        }
        assert name == "w2slens.errors" or not defined
    assert all(issubclass(kind, ValueError | RuntimeError) for kind in OURS)


def applied() -> DoesNotApply:
    with pytest.raises(DoesNotApply) as caught:
        expansion_bound(0.1, c=0.1, q=0.5, alpha=0.9, teacher_disagreement=0.2)
    return caught.value


HISTORY = wl.selection.SelectionHistory(["web", "book"])


@pytest.mark.parametrize(
    "error",
    [
        UndefinedError("constant"),
        FileError("x.npy is empty"),
        ExistsError(Path("out.parquet")),
        DoesNotApply("Theorem 1", "q > α", q=0.25, alpha=0.5),
        SelectionError("web: gone", HISTORY, [1, 2]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_exception_pickles(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(again) is type(error)
    assert str(again) == str(error)
    for name, value in vars(error).items():
        if name == "history":
            assert again.history.names == value.names
        else:
            assert getattr(again, name) == value


def test_the_list_above_is_whole():
    (marks,) = test_every_exception_pickles.pytestmark
    assert {type(error) for error in marks.args[1]} == OURS


def test_a_kernel_error_pickles():
    with pytest.raises(UndefinedError) as caught:
        wl.change_point([1.0, 1.0])
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


def test_what_exists_names_its_path_and_no_option_of_a_command(tmp_path):
    path = tmp_path / "history.npz"
    path.touch()
    with pytest.raises(ExistsError, match=r"history\.npz exists; only force=True overwrites it") as caught:
        HISTORY.save(path, force=False)
    assert caught.value.path == path
    assert "--force" not in str(caught.value)
