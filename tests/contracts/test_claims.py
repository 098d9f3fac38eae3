"""What every claim owes: one run of all smoke grids, then the contract, claim by claim, and the report in a browser."""

import inspect
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from simulations.catalogue import chapters, choose, claim_names, load_claim, titles
from simulations.claim import Verdict
from simulations.experiment import PROFILES
from simulations.judge import plot
from simulations.provenance import ROOT
from simulations.report import report
from simulations.run import run
from simulations.store import Store

EXPERIMENTS = [e.key for name in claim_names() for e in load_claim(name).experiments.values()]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("results"), "smoke", 0)
    assert run(store, jobs=1) == []
    return store


@pytest.fixture(params=claim_names())
def choice(request):
    (only,) = choose([request.param])
    return only


@pytest.fixture(params=EXPERIMENTS)
def experiment(request):
    claim, name = request.param.split(".")
    return load_claim(claim).experiments[name]


def test_every_chapter_has_a_title_and_a_claim():
    assert len({chapter.place for chapter in titles().values()}) == len(chapters())
    assert all(claim_names(chapter) for chapter in chapters())
    assert sum(len(claim_names(chapter)) for chapter in chapters()) == len(claim_names())


def test_every_cell_and_replicate_has_a_row_with_a_status(store, experiment):
    columns, grid = store.read(experiment), experiment.grids["smoke"]
    assert set(grid.axes) <= set(columns)
    found = set(zip(*(columns[axis] for axis in grid.axes), columns["replicate"], strict=True))
    wanted = {(*part.cell.values(), r) for part in grid.parts() for r in part.replicates}
    assert found == wanted
    assert np.issubdtype(columns["status"].dtype, np.integer)


def test_chunks_and_order_do_not_change_a_row(experiment):
    cell = experiment.grids["smoke"].cells[-1]
    seeds = experiment.seeds(0, cell)
    whole = experiment.one_cell(cell, range(3), seeds)
    for replicate in (2, 0):
        alone = experiment.one_cell(cell, range(replicate, replicate + 1), seeds)
        for name, column in alone.items():
            np.testing.assert_array_equal(column, whole[name][whole["replicate"] == replicate])


def test_no_axis_holds_the_plumbing(experiment):
    for profile in PROFILES:
        assert not {"part", "replicate", "replicates", "status"} & set(experiment.grids[profile].axes)
    assert experiment.one_cell.__doc__


def test_full_grids_are_no_smaller_than_smoke(experiment):
    size = {p: sum(len(part.replicates) for part in experiment.grids[p].parts()) for p in PROFILES}
    assert size["full"] >= size["smoke"]


def test_figures_are_described_and_their_axes_labelled(store, choice):
    tables = store.tables(choice)
    for name, drawing in choice.entry.figures.items():
        assert drawing.caption.endswith(".")
        figure = drawing.of(tables)
        assert isinstance(figure, Figure)
        for ax in figure.axes:
            drawn = bool(ax.lines or ax.collections or ax.patches)
            shared = ax.get_shared_x_axes().joined(ax, figure.axes[-1])
            assert not drawn or ax.get_xlabel() or ax.get_title() or shared, name
        assert any(ax.get_ylabel() for ax in figure.axes), name
        plt.close(figure)


def test_figures_and_verdicts_only_read(store, choice):
    tables = store.tables(choice)
    before = {name: {c: column.copy() for c, column in table.items()} for name, table in tables.items()}
    for column in (column for table in tables.values() for column in table.values()):
        column.flags.writeable = False
    for reader in (*choice.entry.figures.values(), *choice.entry.numbers.values(), *choice.entry.statements.values()):
        reader.of(tables)
    plt.close("all")
    for name, table in before.items():
        for column in table:
            np.testing.assert_array_equal(tables[name][column], table[column])


def test_statements_have_a_rule_and_a_margin(store, choice):
    tables = store.tables(choice)
    told = []
    for statement in choice.entry.statements.values():
        verdict = statement.of(tables)
        assert isinstance(verdict, Verdict)
        assert verdict.rule
        assert verdict.passed == (verdict.margin >= 0)
        told.append(verdict.statement)
    assert all(told)
    assert len(set(told)) == len(told)


def test_every_experiment_is_read(choice):
    readers = (*choice.entry.figures.values(), *choice.entry.statements.values())
    assert {name for reader in readers for name in reader.reads} == set(choice.entry.experiments)


def test_numbers_behind_the_figures_are_tables(store, choice):
    tables = store.tables(choice)
    assert choice.entry.numbers
    for numbers in choice.entry.numbers.values():
        columns = numbers.of(tables)
        assert len({len(column) for column in columns.values()}) == 1
        assert numbers.function.__doc__


def test_levels_are_said_in_one_place(choice):
    folder = ROOT / "simulations/claims" / choice.entry.chapter / choice.entry.name
    for path in folder.glob("*.py"):
        assert "99.9" not in path.read_text(), path
        assert "0.999" not in path.read_text(), path


def test_every_claim_has_its_page_and_its_room(choice):
    assert len(list((ROOT / "docs").rglob(f"{choice.entry.name}.md"))) == 1
    package, _, room = choice.entry.claim.room.partition(".")
    path = ROOT / "python" / package / room.replace(".", "/")
    assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


PROBE = """
<script>
window.addEventListener("load", () => {
  const broken = [...document.images].filter(i => !i.complete || !i.naturalWidth).length;
  const dead = [...document.querySelectorAll("a[href^='#']")]
    .map(a => a.getAttribute("href").slice(1)).filter(id => !document.getElementById(id));
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll")
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.tagName);
  const found = {images: document.images.length, broken, dead, wide, links: document.links.length,
    twice: ids.length - new Set(ids).size, inner: window.innerWidth,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth};
  const told = document.createElement("pre");
  told.id = "probe"; told.textContent = JSON.stringify(found); document.body.append(told);
});
</script>
"""


def test_the_report_opens_in_a_browser_without_missing_figures_overflow_or_dead_anchors(store, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("chromium is not installed: the report is not opened in a browser")
    choices = choose()
    figures = plot(store, choices, tmp_path / "figures")
    page = report(store, choices, tmp_path / "figures", tmp_path / "report.html")
    probed = tmp_path / "probed.html"
    probed.write_text(page.read_text().replace("</body>", PROBE + "</body>"))
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"]
    command += [f"--user-data-dir={tmp_path / 'browser'}", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run([*command, probed.as_uri()], capture_output=True, text=True, check=True, timeout=300)
    told = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told, done.stdout[-2000:]
    found = json.loads(told.group(1))
    assert found["inner"] == 1280
    assert found["images"] == len(figures)
    assert found["links"] > 2 * len(claim_names())
    assert (found["broken"], found["dead"], found["twice"]) == (0, [], 0)
    assert (found["overflow"], found["wide"]) == (0, [])


def test_statements_and_figures_are_functions_of_the_tables_they_name(choice):
    for reader in (*choice.entry.figures.values(), *choice.entry.statements.values()):
        for parameter in inspect.signature(reader.function).parameters.values():
            assert parameter.default is inspect.Parameter.empty
