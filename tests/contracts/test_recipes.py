"""The recipes of CONTRIBUTING.md, carried out line by line on a copy of the repository; the files touched counted."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import w2slens

ROOT = Path(__file__).resolve().parents[2]
#: Files that a recipe may touch, in all.
LIMITS = {"claim": 4, "policy": 5, "kernel": 12, "law": 3}
#: Recipes that compile the kernels anew, which takes a minute.
COMPILED = ("policy", "kernel")
STEP = re.compile(
    r"(?:New file `(?P<new>[^`]+)`|In `(?P<old>[^`]+)`, after `(?P<after>[^`]+)`)(?:(?!\n\n).)*:\n\n"
    r"(?P<fence>`{3,})\w+\n(?P<content>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: What building and running leaves behind.
LEFT = ("__pycache__", "target", ".pytest_cache", ".hypothesis", "results", "figures")


@dataclass
class Recipe:
    """One section of CONTRIBUTING.md."""

    text: str

    @property
    def steps(self) -> list[re.Match]:
        return list(STEP.finditer(self.text))

    @property
    def commands(self) -> list[str]:
        return [line for block in COMMANDS.findall(self.text) for line in block.splitlines() if line]

    def follow(self, tree: Path) -> None:
        """Write the files that it shows, and put the lines in where it says."""
        for step in self.steps:
            path = tree / (step["new"] or step["old"])
            if step["new"]:
                assert not path.exists(), f"{step['new']} is there already"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(step["content"])
            else:
                lines = path.read_text().splitlines(keepends=True)
                found = [i for i, line in enumerate(lines) if line.lstrip().startswith(step["after"])]
                assert found, f"{step['old']} has no line that begins with {step['after']}"
                lines.insert(found[-1] + 1, step["content"])
                path.write_text("".join(lines))


def recipes() -> dict[str, Recipe]:
    parts = re.split(r"<!-- recipe: (\w+) -->\n", (ROOT / "CONTRIBUTING.md").read_text())
    return {name: Recipe(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


RECIPES = recipes()


@pytest.fixture
def tree(tmp_path):
    """A copy of what is under version control, with the compiled kernels of this installation."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file() and not name.endswith(".png"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    for kernels in Path(w2slens.__file__).parent.glob("_kernels*.so"):
        shutil.copyfile(kernels, tmp_path / "python/w2slens" / kernels.name)
    return tmp_path


def contents(tree: Path) -> dict[str, bytes]:
    """All files but those that building and running leaves behind."""
    files = [path.relative_to(tree) for path in tree.rglob("*") if path.is_file() and path.suffix != ".so"]
    return {path.as_posix(): (tree / path).read_bytes() for path in files if not set(path.parts) & set(LEFT)}


def changed(tree: Path, before: dict[str, bytes]) -> list[str]:
    """Files that are new or differ."""
    return [name for name, content in contents(tree).items() if before.get(name) != content]


def run(tree: Path, command: str) -> str:
    """Run a command of a recipe as if the copy were installed; setting up is only building the kernels."""
    build = "cargo build --release --locked --quiet -p w2slens-bindings --features pyo3/extension-module"
    command = {"make setup": build}.get(command, re.sub(r"^python ", f"{sys.executable} ", command))
    finished = subprocess.run(
        command,
        shell=True,
        cwd=tree,
        env=os.environ
        | {
            # The copy comes first, before what is installed.
            "PYTHONPATH": os.pathsep.join([str(tree / "python"), str(tree)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CARGO_TARGET_DIR": str(ROOT / "target/recipes"),
            "MPLBACKEND": "Agg",
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert finished.returncode == 0, f"{command}\n{finished.stdout[-4000:]}\n{finished.stderr[-4000:]}"
    if command == build:
        (built,) = (ROOT / "target/recipes/release").glob("lib_kernels.*[!d]")
        (installed,) = (tree / "python/w2slens").glob("_kernels*.so")
        shutil.copyfile(built, installed)
    return finished.stdout


def test_there_are_four_recipes():
    assert set(RECIPES) == set(LIMITS)
    assert all(recipe.steps and recipe.commands for recipe in RECIPES.values())


@pytest.mark.parametrize("name", LIMITS)
def test_every_block_but_commands_is_a_step(name):
    fences = re.findall(r"^(`{3,})(\w+)$", re.sub(r"(?s)^````.*?^````$", "```md", RECIPES[name].text, flags=re.M), re.M)
    assert len([kind for _, kind in fences if kind != "sh"]) == len(RECIPES[name].steps)


def test_the_copy_is_what_runs(tree):
    where = run(tree, 'python -c "import w2slens, simulations; print(w2slens.__file__, simulations.__file__)"')
    assert where.count(str(tree)) == 2


@pytest.mark.parametrize("name", LIMITS)
def test_a_recipe_fits_the_tree_and_touches_few_files(name, tree):
    before = contents(tree)
    RECIPES[name].follow(tree)
    assert 0 < len(changed(tree, before)) <= LIMITS[name]


@pytest.mark.parametrize("name", [name for name in LIMITS if name not in COMPILED])
def test_a_recipe_works_as_written(name, tree):
    before = contents(tree)
    RECIPES[name].follow(tree)
    for command in RECIPES[name].commands:
        run(tree, command)
    assert len(changed(tree, before)) <= LIMITS[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPILED)
def test_a_compiled_recipe_works_as_written(name, tree):
    before = contents(tree)
    RECIPES[name].follow(tree)
    for command in RECIPES[name].commands:
        run(tree, command)
    assert len(changed(tree, before)) <= LIMITS[name]


def test_a_claim_is_one_folder():
    folders = {Path(step["new"] or "").parent for step in RECIPES["claim"].steps}
    assert len(folders) == 1
    assert Path() not in folders
