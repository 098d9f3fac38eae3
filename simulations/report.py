"""One self-contained HTML page: how many statements hold, by chapter; then every claim with figures and numbers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from .catalogue import Choice, titles
from .claim import Verdict
from .files import replace_file
from .judge import check, figure_path, number
from .store import Store
from .tables import Columns

__all__ = ["report"]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
h1 { font-size: 1.7rem } h2 { margin-top: 3.5rem; border-bottom: 2px solid #888; font-size: 1.4rem }
h3 { margin-top: 2.5rem; font-size: 1.15rem } a { color: #0b4f8a } a.claim { white-space: nowrap }
table { border-collapse: collapse; font-size: .85rem; margin: 1rem 0; max-width: 100% }
td, th { padding: .25rem .6rem; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top }
td { overflow-wrap: break-word } td span.pass, span.fail, span.estimate { white-space: nowrap }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.pass { font-weight: 600; color: #14532d } .fail { font-weight: 700; color: #fff; background: #991b1b; padding: 0 .4em }
.estimate { font-weight: 600; color: #7c4a03 } .told { font-size: 1.15rem }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto } figcaption, .rule { color: #555; font-size: .9rem }
code, pre { background: #f3f3f3; padding: .1em .3em; overflow-wrap: anywhere }
.scroll { overflow: auto; max-height: 28rem } .scroll td { white-space: nowrap }
"""


def report(store: Store, choices: Sequence[Choice], figures: Path, path: Path) -> Path:
    """Write the page for the chosen claims; figures must have been plotted.

    Raises
    ------
    FileNotFoundError
        If a figure is missing.
    """
    verdicts = check(store, choices)
    manifest = store.read_json("manifest") or {}
    passed = sum(v.passed for v in verdicts)
    title = f"w2slens: {passed} of {len(verdicts)} statements hold"
    by_chapter: dict[str, list[Choice]] = {}
    for choice in choices:
        by_chapter.setdefault(choice.entry.chapter, []).append(choice)
    sections = []
    for chapter, members in by_chapter.items():
        sections.append(f'<h2 id="chapter-{chapter}">{escape(titles()[chapter].title)}</h2>')
        sections += [_section(store, choice, verdicts, manifest, figures) for choice in members]
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{STYLE}</style></head><body>
<h1>{title}</h1>
<p>Each statement is judged by a rule fixed before the run; its slack comes from Monte Carlo error alone. The margin is
what is left before the verdict would turn, in the units of the statistic.{_small(store)}</p>
{_summary(by_chapter, verdicts)}
{_listed("What fails", [v for v in verdicts if not v.passed], "Nothing fails.")}
{_listed("What is only estimated", [v for v in verdicts if v.estimate and v.passed], "")}
{"".join(sections)}
<h2 id="provenance">How this page was made</h2>
{_provenance(store, manifest)}
</body></html>
"""
    with replace_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _small(store: Store) -> str:
    """A word of warning about profiles that are too small to judge by."""
    warning = f" This is the profile <code>{store.profile}</code>, in which most rules have too few runs to pass by."
    return "" if store.profile == "full" else warning


def _mark(verdict: Verdict) -> str:
    if not verdict.passed:
        return '<span class="fail">FAIL</span>'
    return '<span class="estimate">estimate</span>' if verdict.estimate else '<span class="pass">pass</span>'


def _summary(by_chapter: dict[str, list[Choice]], verdicts: Sequence[Verdict]) -> str:
    """A row per chapter: how many statements hold, fail, and are only estimated; the last row has the sums."""

    def counts(own: Sequence[Verdict]) -> str:
        failed = sum(not v.passed for v in own)
        hold = sum(v.passed and not v.estimate for v in own)
        estimated = sum(v.passed and v.estimate for v in own)
        shown = f'<span class="fail">{failed}</span>' if failed else "0"
        return f'<td class="n">{shown}</td><td class="n">{hold}</td><td class="n">{estimated}</td>'

    rows = []
    for chapter, members in by_chapter.items():
        names = [choice.entry.name for choice in members]
        links = ", ".join(f'<a class="claim" href="#{name}">{escape(name)}</a>' for name in names)
        own = [v for v in verdicts if v.claim in names]
        title = f'<a href="#chapter-{chapter}">{escape(titles()[chapter].title)}</a>'
        rows.append(f"<tr><td>{title}</td><td>{links}</td>{counts(own)}</tr>")
    head = "".join(f'<th class="n">{name}</th>' for name in ("fail", "hold", "estimated"))
    return (
        f'<table id="summary"><tr><th>chapter</th><th>claims</th>{head}</tr>{"".join(rows)}'
        f"<tr><th>all</th><td></td>{counts(verdicts)}</tr></table>"
    )


def _listed(title: str, verdicts: Sequence[Verdict], nothing: str) -> str:
    """A table of some verdicts, each linked to its place below."""
    if not verdicts:
        return f'<p class="told">{nothing}</p>' if nothing else ""
    rows = "".join(
        f'<tr><td><a class="claim" href="#{v.claim}.{v.name}">{escape(v.claim)}</a></td>'
        f"<td>{escape(v.statement)}</td><td>{_mark(v)}</td>"
        f'<td class="n">{number(v.statistic)}</td><td class="n">{number(v.bound)}</td></tr>'
        for v in verdicts
    )
    head = '<th>claim</th><th>statement</th><th>verdict</th><th class="n">statistic</th><th class="n">bound</th>'
    return f'<p class="told">{title}:</p><table><tr>{head}</tr>{rows}</table>'


def _section(store: Store, choice: Choice, verdicts: Sequence[Verdict], manifest: dict[str, Any], figures: Path) -> str:
    entry, tables = choice.entry, store.tables(choice)
    judged = "".join(
        f'<tr id="{v.claim}.{v.name}"><td>{escape(v.statement)}<br><span class="rule">{escape(v.rule)}</span></td>'
        f'<td>{_mark(v)}</td><td class="n">{number(v.statistic)}</td><td class="n">{number(v.bound)}</td>'
        f'<td class="n">{number(v.margin)}</td></tr>'
        for v in verdicts
        if v.claim == entry.name
    )
    head = '<th>statement, and its rule</th><th>verdict</th><th class="n">statistic</th><th class="n">bound</th>'
    pictures = []
    for name, drawing in choice.readable(entry.figures).items():
        source = base64.b64encode(figure_path(figures, store, entry.name, name).read_bytes()).decode()
        pictures.append(
            f'<figure id="{entry.name}-{name}">'
            f'<img alt="{escape(drawing.caption, quote=True)}" src="data:image/png;base64,{source}">'
            f"<figcaption>{escape(drawing.caption)}</figcaption></figure>"
        )
    behind = "".join(
        f"<details><summary>{escape(_told(table.function.__doc__, name))}</summary>"
        f'<div class="scroll">{_table(table.of(tables))}</div></details>'
        for name, table in choice.readable(entry.numbers).items()
    )
    rerun = f"python -m simulations run --profile {store.profile} --claim {entry.name} --seed {store.root_seed}"
    return f"""
<h3 id="{entry.name}">{escape(entry.name)}</h3>
<p>{escape(entry.claim.statement)}</p>
<p class="rule">Source: {escape(entry.claim.source)}. Room: <code>{escape(entry.claim.room)}</code>.</p>
<table><tr>{head}<th class="n">margin</th></tr>{judged}</table>
{"".join(pictures)}
<p>The numbers behind the figures:</p>{behind}
<p class="rule">{_experiments(choice, manifest)} Run again what is missing: <code>{rerun}</code></p>
"""


def _told(docstring: str | None, name: str) -> str:
    """The first sentence of a docstring, or the name."""
    return (docstring or name).strip().splitlines()[0]


def _experiments(choice: Choice, manifest: dict[str, Any]) -> str:
    """What each experiment's table holds, and what it took."""
    told = []
    for name in choice.experiments:
        entry = manifest.get("experiments", {}).get(choice.entry.experiments[name].key, {})
        counts = ", ".join(f"{count:,} with status {value}" for value, count in entry.get("status", {}).items())
        told.append(f"{name}: {entry.get('rows', 0):,} rows ({counts}), {entry.get('compute_s', 0):.1f} s.")
    return " ".join(told)


def _table(columns: Columns) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = []
    for values in zip(*columns.values(), strict=True):
        cells = (
            f'<td class="n">{number(float(v))}</td>' if not isinstance(v, str) else f"<td>{escape(v)}</td>"
            for v in values
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _provenance(store: Store, manifest: dict[str, Any]) -> str:
    rows = {
        "profile": store.profile,
        "root seed": store.root_seed,
        "commit": manifest.get("commit", "unknown"),
        "CPU": f"{manifest.get('cpu', 'unknown')}, {manifest.get('threads', '?')} threads",
        "versions": ", ".join(f"{name} {version}" for name, version in manifest.get("versions", {}).items()),
        "finished": manifest.get("finished", "unknown"),
    }
    body = "".join(f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>" for name, value in rows.items())
    return f"<table>{body}</table>"
