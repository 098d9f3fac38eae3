"""Write the measured parts of README.md and of the pages from the files that commands left: ``make readme``.

========== ============================================================= ==========================================
block      from                                                          into
========== ============================================================= ==========================================
chapters   the chapters' own pages                                       README.md
claims     simulations/results/full/verdicts.json (``make reproduce``)   README.md, the chapters, reference/verdicts
figures    simulations/figures/full (``make reproduce``)                 the claims' pages, docs/figures
benchmarks benchmarks/results/benchmarks.json (``make bench``)           README.md, reference/measurements
policies   their classes                                                 bandit/bandit
seconds    simulations/results/full/manifest.json (``make reproduce``)   simulations/seconds.json
========== ============================================================= ==========================================

Without arguments all blocks are written, else those named. What a block holds lies between two comments of its name;
the words around them are nobody's but the author's.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
WIDTH = 120
sys.path.insert(0, str(ROOT))

Record = dict[str, Any]


# --- Markdown


def block(text: str, name: str, content: str, page: str) -> str:
    """Put content between the markers of a block."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    head, _, rest = text.partition(begin)
    _, found, tail = rest.partition(end)
    if not found:
        raise SystemExit(f"{page} has no markers of the block {name!r}")
    return f"{head}{begin}\n{content}\n{end}{tail}"


def put(page: Path, name: str, content: str) -> None:
    """Write a block of a page."""
    page.write_text(block(page.read_text(), name, content, str(page.relative_to(ROOT))))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; what follows a ``|`` in a cell stays in it."""
    head = list(head)
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def wrapped(text: str, indent: str = "") -> str:
    """Return one paragraph, wrapped like the pages; formulas and links stay whole."""
    words = re.findall(r"(?:\$[^$]*\$|`[^`]*`|\[[^\]]*\]\([^)]*\)|\S)+", text)
    lines, line = [], indent
    for word in words:
        if len(line) + len(word) + 1 > WIDTH and line.strip():
            lines.append(line)
            line = indent
        line += word if line == indent else f" {word}"
    return "\n".join([*lines, line])


def title_and_purpose(page: Path) -> tuple[str, str]:
    """Return a page's title and the first sentence below it."""
    title, _, rest = page.read_text().partition("\n")
    paragraph = " ".join(rest.strip().split("\n\n")[0].split())
    return title.removeprefix("# "), re.split(r"(?<=\.)\s", paragraph)[0]


# --- chapters


def chapter_pages() -> list[Path]:
    """Return the index pages of all chapters."""
    sys.path.insert(0, str(DOCS / "_extensions"))
    from found import chapters

    return [DOCS / name / "index.md" for name in chapters(DOCS)]


def chapters() -> str:
    """Return a row per chapter: its title and what it is about."""
    rows = []
    for page in chapter_pages():
        title, purpose = title_and_purpose(page)
        rows.append([f"[{title}]({page.relative_to(ROOT).as_posix()})", purpose])
    return table(["chapter", "what it answers"], rows)


def write_chapters() -> None:
    """Write the README's table of chapters."""
    put(ROOT / "README.md", "chapters", chapters())


def write_policies() -> None:
    """Write the table of policies, as their classes describe themselves."""
    from w2slens.bandit.policies import table as policies

    put(DOCS / "bandit/bandit.md", "policies", policies().rstrip())


# --- claims


def held(verdicts: list[Record]) -> str:
    """Return how many statements hold, in bold where one does not."""
    passed = sum(verdict["passed"] for verdict in verdicts)
    score = f"{passed} of {len(verdicts)}"
    return score if passed == len(verdicts) else f"**{score}**"


def write_claims() -> None:
    """Write the verdicts: a row a chapter, a row a claim on the chapter's page, all of them on a page of their own."""
    from simulations.catalogue import claim_names, load_claim, titles
    from simulations.judge import number

    verdicts = json.loads((ROOT / "simulations/results/full/verdicts.json").read_text())
    rows, page = [], []
    for chapter, described in titles().items():
        entries = [load_claim(name) for name in claim_names(chapter)]
        of = {entry.name: [v for v in verdicts if v["claim"] == entry.name] for entry in entries}
        everything = [verdict for name in of for verdict in of[name]]
        links = ", ".join(f"[{name}](docs/{chapter}/{name}.md)" for name in of)
        title, anchor = described.title, slug(described.title)
        rows.append([title, links, f"[{held(everything)}](docs/reference/verdicts.md#{anchor})"])
        lines = [[f"[{e.name}]({e.name}.md)", e.claim.statement, held(of[e.name])] for e in entries]
        put(DOCS / chapter / "index.md", "claims", table(["claim", "what is claimed", "statements that hold"], lines))
        page += ["", f"## {title}"]
        for entry in entries:
            page += ["", f"### [{entry.name}](../{chapter}/{entry.name}.md)", ""]
            source = re.sub(r"docs/([\w/]+)\.md", r"[\1](../\1.md)", entry.claim.source)
            page += [wrapped(f"{entry.claim.statement} Room: `{entry.claim.room}`. Source: {source}."), ""]
            cells = [
                [
                    verdict["statement"],
                    "pass" if verdict["passed"] else "**FAIL**",
                    number(verdict["statistic"]),
                    number(verdict["bound"]),
                    verdict["rule"],
                ]
                for verdict in of[entry.name]
            ]
            page.append(table(["statement", "verdict", "statistic", "bound", "rule"], cells))
    put(ROOT / "README.md", "claims", table(["chapter", "claims", "statements that hold"], rows))
    put(DOCS / "reference/verdicts.md", "verdicts", "\n".join(page[1:]))


def slug(title: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


# --- figures


def write_seconds() -> None:
    """Write how long each experiment computed, from which the next run foretells how long it will take."""
    from simulations.estimate import record

    record({"full": json.loads((ROOT / "simulations/results/full/manifest.json").read_text())})


def write_figures() -> None:
    """Copy every claim's figures, with fewer colours, and put them and their captions on its page."""
    from simulations.catalogue import claim_names, load_claim

    (DOCS / "figures").mkdir(exist_ok=True)
    wanted = set()
    for name in claim_names():
        entry = load_claim(name)
        shown = []
        for figure, drawing in entry.figures.items():
            file = f"{name}-{figure}.png"
            compress(ROOT / "simulations/figures/full" / file, DOCS / "figures" / file)
            wanted.add(file)
            caption = drawing.caption.replace("|", "\\|")
            shown.append(f"![{figure.replace('_', ' ')}](../figures/{file})\n\n{wrapped(caption)}")
        put(DOCS / entry.chapter / f"{name}.md", "figures", "\n\n".join(shown))
    for old in (DOCS / "figures").glob("*.png"):
        if old.name not in wanted:
            old.unlink()


def compress(source: Path, target: Path) -> None:
    """Write a PNG with a palette of 128 colours: a third of the size, and no difference to the eye."""
    from PIL import Image

    with Image.open(source) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)


# --- benchmarks


def write_benchmarks() -> None:
    """Write the ratio of every case against its peers, and of one case a kernel into the README."""
    from benchmarks.__main__ import seconds
    from simulations.judge import number

    content = json.loads((ROOT / "benchmarks/results/benchmarks.json").read_text())
    machine = content["machine"]
    if machine["quick"]:
        raise SystemExit("benchmarks/results holds quick sizes, which are not to be quoted; run make bench")
    told = f"{machine['cpu']}, {machine['threads']} threads in all, {machine['similarity_path']} kernels."

    def row(m: Record) -> list[str]:
        memory = m["peak_mib"].get("ours")
        ratios = {peer: f"{peer} **{number(float(f'{ratio:.3g}'))}**" for peer, ratio in m["peer_over_ours"].items()}
        first = ratios.pop(m["reference"])
        shown = "" if memory is None else f"{memory:,.0f} MiB"
        return [
            m["noun"],
            m["name"],
            str(m["threads"]),
            seconds(m["median_s"]["ours"]),
            first,
            ", ".join(ratios.values()),
            shown,
        ]

    measured = content["measurements"]
    head = ["kernel", "work", "threads", "ours", "peer / ours", "other peers / ours", "our peak memory"]
    put(DOCS / "reference/measurements.md", "measurements", f"{told}\n\n{table(head, map(row, measured))}")
    chosen = [row(m) for m in representatives(measured)]
    short = [[cells[0], *cells[1:5], cells[6]] for cells in chosen]
    put(ROOT / "README.md", "benchmarks", f"{told}\n\n{table([*head[:5], head[6]], short)}")


def representatives(measured: list[Record]) -> list[Record]:
    """Return one case a kernel: that whose ratio is the median of the kernel's, the lower one of two."""
    nouns = dict.fromkeys(m["noun"] for m in measured)
    chosen = []
    for noun in nouns:
        ratios = {m["peer_over_ours"][m["reference"]]: m for m in measured if m["noun"] == noun}
        chosen.append(ratios[statistics.median_low(ratios)])
    return chosen


BLOCKS: dict[str, Callable[[], None]] = {
    "chapters": write_chapters,
    "policies": write_policies,
    "claims": write_claims,
    "figures": write_figures,
    "benchmarks": write_benchmarks,
    "seconds": write_seconds,
}

if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(BLOCKS)
    if unknown:
        raise SystemExit(f"there is no block {', '.join(sorted(unknown))}; the blocks are {', '.join(BLOCKS)}")
    for name in sys.argv[1:] or BLOCKS:
        BLOCKS[name]()
