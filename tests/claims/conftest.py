"""Tables of claims for the tests of their statements: computed once, from small grids."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from simulations.catalogue import load_claim
from simulations.tables import concatenate


def computed(experiment, grid):
    """The table that a run of the grid would leave."""
    parts = []
    for part in grid.parts():
        columns = experiment.one_cell(part.cell, part.replicates, experiment.seeds(0, part.cell))
        rows = len(columns["replicate"])
        parts.append({axis: np.array([value] * rows) for axis, value in part.cell.items()} | columns)
    return concatenate(parts)


@cache
def smoke(name):
    return {e.name: computed(e, e.grids["smoke"]) for e in load_claim(name).experiments.values()}


class Judged:
    """A claim's statements on tables that a test may change."""

    def __init__(self, name, tables):
        self.statements = load_claim(name).statements
        self.tables = tables

    def passes(self, statement):
        return self.statements[statement].of(self.tables).passed

    def passed(self):
        return {name for name in self.statements if self.passes(name)}

    def changed(self, experiment, rows=None, **values):
        """A copy in which the named columns are ``value(column)``, in some rows: a mask, or values of the axes."""
        table = {name: column.copy() for name, column in self.tables[experiment].items()}
        if isinstance(rows, dict):
            rows = np.all([table[axis] == value for axis, value in rows.items()], axis=0)
        rows = np.ones(len(table["replicate"]), bool) if rows is None else rows
        assert rows.any()
        for name, value in values.items():
            table[name][rows] = value(table[name][rows])
        copy = Judged.__new__(Judged)
        copy.statements, copy.tables = self.statements, self.tables | {experiment: table}
        return copy


@pytest.fixture(scope="session")
def judged():
    """A claim's statements on its smoke tables, by name; or on tables that are given."""
    return lambda name, tables=None: Judged(name, tables or smoke(name))


@pytest.fixture(scope="session")
def compute():
    return computed


HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Tree:
    """A copy of the sources with a folder more: the claim `toy`; commands run in it as a user would run them."""

    def __init__(self, folder):
        self.folder = folder
        unwanted = shutil.ignore_patterns("__pycache__", "results", "figures", "*.so")
        shutil.copytree(ROOT / "simulations", folder / "simulations", ignore=unwanted)
        shutil.copytree(ROOT / "python", folder / "python", ignore=unwanted)
        self.claim = folder / "simulations/claims/practice/toy"
        shutil.copytree(HERE / "toy", self.claim, ignore=unwanted)

    def start(self, results, step, *arguments, **environment):
        command = [sys.executable, "-m", "simulations", step]
        command += ["--results", str(results / "results"), "--figures", str(results / "figures"), *arguments]
        path = os.pathsep.join([str(self.folder), *filter(None, sys.path)])
        told = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"} | environment
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=told, **pipes)

    def run(self, results, step, *arguments, **environment):
        """Exit status, standard output and standard error of a step for the claim `toy`, in one process."""
        process = self.start(results, step, "--claim", "toy", "--jobs", "1", *arguments, **environment)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err


@pytest.fixture
def tree(tmp_path_factory):
    return Tree(tmp_path_factory.mktemp("tree"))
