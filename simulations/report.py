"""One self-contained HTML page: the claim table first, then every figure with its verdict and the numbers behind it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from .claim import Columns, Verdict, load_claim
from .judge import check, figures_folder, number
from .store import Store, replace_file

__all__ = ["report"]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
h1 { font-size: 1.7rem } h2 { margin-top: 3rem; border-bottom: 1px solid #bbb; font-size: 1.3rem }
table { border-collapse: collapse; font-size: .85rem; margin: 1rem 0 } td, th { padding: .25rem .6rem; text-align: left;
border-bottom: 1px solid #ddd; vertical-align: top } td.n { text-align: right; font-variant-numeric: tabular-nums }
.pass { font-weight: 600; color: #14532d } .fail { font-weight: 700; color: #fff; background: #991b1b; padding: 0 .4em }
figure { margin: 1.5rem 0 } img { max-width: 100% } figcaption, .rule { color: #555; font-size: .9rem }
code, pre { background: #f3f3f3; padding: .1em .3em } .scroll { overflow-x: auto; max-height: 28rem }
"""


def report(store: Store, claims: Sequence[str], figures: Path, path: Path) -> Path:
    """Write the page for the claims; figures must have been plotted.

    Raises
    ------
    FileNotFoundError
        If a figure is missing.
    """
    verdicts = check(store, claims)
    manifest = store.read_json("manifest") or {"claims": {}}
    modules = {claim: load_claim(claim) for claim in claims}
    passed = sum(v.passed for v in verdicts)
    sections = [_section(store, modules[claim], verdicts, manifest, figures) for claim in claims]
    title = f"w2slens: {passed} of {len(verdicts)} statements hold"
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{STYLE}</style></head><body>
<h1>{title}</h1>
<p>Each statement is judged by a rule fixed before the run; its slack comes from Monte Carlo error alone. The margin is
what is left before the verdict would turn, in the units of the statistic.</p>
{_claim_table(modules, verdicts)}
{"".join(sections)}
<h2>How this page was made</h2>
{_provenance(store, manifest)}
</body></html>
"""
    with replace_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _mark(passed: bool) -> str:
    return '<span class="pass">pass</span>' if passed else '<span class="fail">FAIL</span>'


def _claim_table(modules: dict[str, ModuleType], verdicts: Sequence[Verdict]) -> str:
    rows = []
    for verdict in verdicts:
        claim = modules[verdict.claim].CLAIM
        rows.append(
            f'<tr><td><a href="#{claim.name}">{escape(claim.name)}</a></td><td>{escape(verdict.statement)}</td>'
            f"<td><code>{escape(claim.room)}</code></td><td>{_mark(verdict.passed)}</td>"
            f'<td class="n">{number(verdict.statistic)}</td><td class="n">{number(verdict.bound)}</td>'
            f'<td class="n">{number(verdict.margin)}</td></tr>'
        )
    names = ("claim", "statement", "room", "verdict", "statistic", "bound", "margin")
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _section(
    store: Store, module: ModuleType, verdicts: Sequence[Verdict], manifest: dict[str, Any], figures: Path
) -> str:
    claim = module.CLAIM
    own = [v for v in verdicts if v.claim == claim.name]
    rules = "".join(
        f'<li>{_mark(v.passed)} {escape(v.statement)}<br><span class="rule">statistic {number(v.statistic)}, bound '
        f"{number(v.bound)}, margin {number(v.margin)}. Rule: {escape(v.rule)}</span></li>"
        for v in own
    )
    pictures = []
    for name, caption in claim.figures.items():
        png = (figures_folder(figures, store) / f"{claim.name}-{name}.png").read_bytes()
        source = base64.b64encode(png).decode()
        pictures.append(
            f'<figure><img alt="{escape(caption, quote=True)}" src="data:image/png;base64,{source}">'
            f"<figcaption>{escape(caption)}</figcaption></figure>"
        )
    columns = module.summarise(store.read(claim.name, module.GRID[store.profile]))
    entry = manifest["claims"].get(claim.name, {})
    counts = ", ".join(f"{count:,} with status {value}" for value, count in entry.get("status", {}).items())
    rerun = f"python -m simulations run --profile {store.profile} --claim {claim.name} --seed {store.root_seed}"
    return f"""
<h2 id="{claim.name}">{escape(claim.name)}</h2>
<p>{escape(claim.statement)}</p>
<p class="rule">Source: {escape(claim.source)}. Room: <code>{escape(claim.room)}</code>.</p>
<ul>{rules}</ul>
{"".join(pictures)}
<details><summary>The numbers behind the figures</summary><div class="scroll">{_table(columns)}</div></details>
<p class="rule">{entry.get("rows", 0):,} rows ({counts}); {entry.get("compute_s", 0):.1f} s of computing.
Run it again: <code>{rerun}</code></p>
"""


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
