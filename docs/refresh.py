"""Write the measured parts of README.md from the files that commands left: ``make readme``.

The claim table and docs/verdicts.md come from simulations/results/full/verdicts.json (``make reproduce``), the ratios
from benchmarks/results/benchmarks.json (``make bench``), the figures from simulations/figures/full. Without arguments
both blocks are written, else those named.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERDICTS = """# Verdicts

Every statement that `make reproduce` judges, with the rule that judged it: written by `make readme` from the verdicts
of the full profile. A statement passes or fails by a rule fixed before the run; slack comes from Monte Carlo error
only. Where a rule was changed after a first look, the claim's page says so."""
sys.path.insert(0, str(ROOT))

from benchmarks.__main__ import seconds  # noqa: E402
from simulations.claim import load_claim  # noqa: E402
from simulations.judge import number  # noqa: E402


def claims() -> str:
    """Return a row per claim; write every verdict to docs/verdicts.md, and a figure of each claim to docs/figures."""
    verdicts = json.loads((ROOT / "simulations/results/full/verdicts.json").read_text())
    rows = ["| claim | what is claimed | statements that hold | figure |", "|---|---|---|---|"]
    page = [VERDICTS]
    for name in dict.fromkeys(verdict["claim"] for verdict in verdicts):
        claim = load_claim(name).CLAIM
        figure = f"{name}-{next(iter(claim.figures))}.png"
        (ROOT / "docs/figures").mkdir(exist_ok=True)
        shutil.copy(ROOT / "simulations/figures/full" / figure, ROOT / "docs/figures" / figure)
        mine = [verdict for verdict in verdicts if verdict["claim"] == name]
        held = sum(verdict["passed"] for verdict in mine)
        score = f"{held} of {len(mine)}"
        rows.append(
            f"| [{name}](docs/{name}.md) | {claim.statement} | {score if held == len(mine) else f'**{score}**'} "
            f"| [figure](docs/figures/{figure}) |"
        )
        page += ["", f"## [{name}]({name}.md)", "", f"Room: `{claim.room}`. Source: {claim.source}.", ""]
        page += ["| statement | verdict | statistic | bound | rule |", "|---|---|---|---|---|"]
        for verdict in mine:
            cells = [
                verdict["statement"],
                "pass" if verdict["passed"] else "**FAIL**",
                number(verdict["statistic"]),
                number(verdict["bound"]),
                verdict["rule"],
            ]
            page.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    (ROOT / "docs/verdicts.md").write_text("\n".join(page) + "\n")
    return "\n".join(rows)


def benchmarks() -> str:
    """Return the ratio of every case against its peers, the reference first."""
    content = json.loads((ROOT / "benchmarks/results/benchmarks.json").read_text())
    machine = content["machine"]
    if machine["quick"]:
        raise SystemExit("benchmarks/results holds quick sizes, which are not to be quoted; run make bench")
    rows = [
        f"{machine['cpu']}, {machine['threads']} threads in all, {machine['similarity_path']} kernels. "
        "Above 1, ours is faster.",
        "",
        "| work | threads | ours | peer / ours | other peers / ours | our peak memory |",
        "|---|---|---|---|---|---|",
    ]
    for m in content["measurements"]:
        memory = m["peak_mib"].get("ours")
        shown = "" if memory is None else f"{memory:,.0f} MiB"
        ratios = {peer: f"{peer} **{number(float(f'{ratio:.3g}'))}**" for peer, ratio in m["peer_over_ours"].items()}
        first = ratios.pop(m["reference"])
        rows.append(
            f"| {m['noun']}: {m['name']} | {m['threads']} | {seconds(m['median_s']['ours'])} | {first} "
            f"| {', '.join(ratios.values())} | {shown} |"
        )
    return "\n".join(rows)


def replace(text: str, block: str, content: str) -> str:
    """Put content between the block's markers."""
    begin, end = f"<!-- {block}: begin -->", f"<!-- {block}: end -->"
    head, _, rest = text.partition(begin)
    _, found, tail = rest.partition(end)
    if not found:
        raise SystemExit(f"README.md has no markers of the block {block!r}")
    return f"{head}{begin}\n{content}\n{end}{tail}"


if __name__ == "__main__":
    readme = ROOT / "README.md"
    text = readme.read_text()
    blocks = {"claims": claims, "benchmarks": benchmarks}
    for block in sys.argv[1:] or blocks:
        text = replace(text, block, blocks[block]())
    readme.write_text(text)
