"""Draw formulas by a MathJax that the site holds itself, so that they show without any network."""

import importlib.util
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

#: Draws formulas as SVG: one file, with its fonts in it.
SCRIPT = "tex-svg-full.js"


def copy_script(app: Sphinx, exception: Exception | None) -> None:
    """Copy the one script from the package that ships MathJax into the finished site."""
    if exception is not None or app.builder.format != "html":
        return
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise ExtensionError("the package sphinx-mathjax-offline, of the extra docs, is not installed")
    folder = Path(app.outdir) / "_static"
    shutil.copyfile(Path(package.origin).parent / "static/mathjax" / SCRIPT, folder / SCRIPT)


def keep_together(app: Sphinx, doctree: nodes.document) -> None:
    """Take the comma or full stop behind a formula into it; a line would be broken between the two."""
    for formula in doctree.findall(nodes.math):
        after = formula.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and after[:1] in tuple(",.;:"):
            formula.children = [nodes.Text(f"{formula.astext()}{{{after[0]}}}")]
            after.parent.replace(after, nodes.Text(after[1:]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Point Sphinx to the local script."""
    app.config.mathjax_path = SCRIPT
    # Menus and speech load further files, from the network.
    app.config.mathjax3_config = {"options": {"enableMenu": False}}
    app.connect("doctree-read", keep_together)
    app.connect("build-finished", copy_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
