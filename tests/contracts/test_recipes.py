"""The recipes of CONTRIBUTING.md, carried out line by line on a copy of the repository; the files touched counted."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import w2slens

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
#: Files that a recipe may touch, in all.
LIMITS = {"law": 3, "kernel": 12}
STEP = re.compile(
    r"(?:New file `(?P<new>[^`]+)`|In `(?P<old>[^`]+)`, after `(?P<after>[^`]+)`)[^\n:]*(?:\n[^\n:`]+)*:\n\n"
    r"(?P<fence>`{3,})\w+\n(?P<content>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass
class Recipe:
    """One section of CONTRIBUTING.md."""

    name: str
    text: str
    touched: set[str] = field(default_factory=set)

    def follow(self, tree: Path) -> None:
        """Write the files that it shows, and put the lines in where it says."""
        for step in STEP.finditer(self.text):
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
            self.touched.add(step["new"] or step["old"])

    def commands(self) -> list[str]:
        """Return what it says to run."""
        return [line for block in COMMANDS.findall(self.text) for line in block.splitlines() if line]


def recipes() -> dict[str, Recipe]:
    parts = re.split(r"<!-- recipe: (\w+) -->\n", TEXT)
    return {name: Recipe(name, text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


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


def run(tree, command, **environment):
    """Run a command of a recipe as if the copy were installed."""
    # Paths of the copy come first, before those of the editable installation.
    paths = os.pathsep.join([str(tree / "python"), str(tree)])
    words = command.replace("python ", f"{sys.executable} ", 1) if command.startswith("python ") else command
    finished = subprocess.run(
        words,
        shell=True,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert finished.returncode == 0, f"{command}\n{finished.stdout[-4000:]}\n{finished.stderr[-4000:]}"
    return finished.stdout


def test_every_recipe_has_a_limit():
    assert set(recipes()) == set(LIMITS)
    assert all(STEP.search(recipe.text) and recipe.commands() for recipe in recipes().values())


def test_the_copy_is_what_runs(tree):
    where = run(tree, 'python -c "import w2slens, simulations; print(w2slens.__file__, simulations.__file__)"')
    assert where.count(str(tree)) == 2


@pytest.mark.parametrize("name", ["law"])
def test_a_recipe_works_as_written(name, tree):
    recipe = recipes()[name]
    recipe.follow(tree)
    for command in recipe.commands():
        run(tree, command)
    assert 0 < len(recipe.touched) <= LIMITS[name]


def test_the_kernel_recipe_fits_the_tree(tree):
    recipe = recipes()["kernel"]
    recipe.follow(tree)
    assert 0 < len(recipe.touched) <= LIMITS["kernel"]
