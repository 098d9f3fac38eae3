"""Put into pages what lies elsewhere in the tree: the chapters that there are, and the documents of the root.

``@chapters@`` in a page becomes the index pages of the folders of docs/, so that a new chapter touches no list.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

#: Folders that are no chapter.
OTHERS = {"start", "gallery", "reference", "figures"}
#: Documents of the repository's root that the site shows, by page.
ROOT = {f"reference/{name.lower()}": f"{name}.md" for name in ("ARCHITECTURE", "CHANGELOG", "CONTRIBUTING")}


def chapters(folder: Path) -> list[str]:
    """Return the names of the folders that are chapters, in the order of the places that their index pages ask for."""
    pages = [page for page in folder.glob("*/index.md") if page.parent.name not in OTHERS]
    return [page.parent.name for page in sorted(pages, key=lambda page: (place(page), page))]


def place(page: Path) -> int:
    """Return the number in a page's comment ``place``; pages without one come last."""
    asked = re.search(r"<!-- place: (\d+) -->", page.read_text())
    return int(asked[1]) if asked else 1_000


def example_place(folder: str) -> tuple[int, str]:
    """Return where the examples of a folder stand in the gallery: where their chapter does."""
    name = Path(folder).name
    page = Path(__file__).resolve().parents[1] / name / "index.md"
    return (place(page) if page.exists() else 1_000), name


def document(path: Path) -> str:
    """Return a document of the root, with its links turned into those of its page in reference/."""
    text = re.sub(r"\]\(docs/", "](../", path.read_text())
    return re.sub(r"\]\(([A-Z]+)\.md\b", lambda match: f"]({match[1].lower()}.md", text)


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Fill in what was found."""
    folder = Path(app.srcdir)
    # A link to a document of the root goes to the page that shows it.
    shown = {name: page for page, name in ROOT.items()}
    source[0] = re.sub(
        r"\]\((?:\.\./)+([A-Z]+\.md)",
        lambda match: f"](/{shown[match[1]]}.md" if match[1] in shown else match[0],
        source[0],
    )
    if docname in ROOT:
        path = folder.parent / ROOT[docname]
        app.env.note_dependency(str(path))
        source[0] = document(path)
    listed = "\n".join(f"{name}/index" for name in chapters(folder))
    source[0] = source[0].replace("@chapters@", listed)


def setup(app: Sphinx) -> dict[str, bool]:
    """Hook it in before pages are parsed."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
