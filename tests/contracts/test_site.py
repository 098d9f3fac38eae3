"""The built site, opened page by page in a headless browser without network: figures, formulas, widths and anchors.

Runs where `make docs` has built docs/_build/html and chromium is installed; skipped by name elsewhere.
"""

import json
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs/_build/html"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_static" not in path.parts)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTH = 1280

pytestmark = [
    pytest.mark.skipif(not PAGES, reason="docs/_build/html is not there: make docs builds it"),
    pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed"),
]

#: Opens every page in a frame of the given width and sends home what it sees.
WALK = """<!doctype html><body><script>
async function look(page) {
  const frame = document.createElement("iframe");
  frame.style.cssText = "border:0;width:%(width)dpx;height:900px";
  const loaded = new Promise(done => frame.onload = done);
  frame.src = page;
  document.body.append(frame);
  await loaded;
  const view = frame.contentWindow, page_ = view.document;
  if (view.MathJax && view.MathJax.startup) await view.MathJax.startup.promise;
  await Promise.all([...page_.images].map(image => {
    image.loading = "eager";
    return image.complete ? 0 : new Promise(done => image.onload = image.onerror = done);
  }));
  const words = (page_.querySelector("article") || page_.body).cloneNode(true);
  words.querySelectorAll("pre, code, mjx-container, script").forEach(node => node.remove());
  const seen = {
    missing: [...page_.images].filter(image => !image.naturalWidth).map(image => image.src),
    width: page_.documentElement.scrollWidth,
    formulas: page_.querySelectorAll(".math").length,
    undrawn: [...page_.querySelectorAll(".math")].filter(node => !node.querySelector("mjx-container svg"))
      .map(node => node.textContent),
    cut: [...page_.querySelectorAll("mjx-container[display=true], .pst-scrollable-table-container")]
      .filter(node => node.scrollWidth > node.clientWidth + 1)
      .map(node => node.parentElement.id || node.textContent.slice(0, 40)),
    errors: page_.querySelectorAll("mjx-merror, [data-mjx-error], .problematic").length,
    raw: (words.textContent.match(/\\$\\$|\\\\\\(|\\\\\\[|\\\\frac|\\\\mathrm|\\]\\(/g) || []),
    foreign: view.performance.getEntriesByType("resource").map(entry => entry.name)
      .filter(name => !name.startsWith(location.origin) && !name.startsWith("data:")),
    anchors: [...page_.querySelectorAll("[id]")].map(node => node.id),
    links: [...page_.querySelectorAll("article a[href]")].map(link => link.href),
  };
  frame.remove();
  return seen;
}
(async () => {
  const found = [];
  const late = () => new Promise(done => setTimeout(() => done({failed: "took more than 20 s"}), 20000));
  for (const page of %(pages)s) {
    const looked = await Promise.race([look("/" + page).catch(error => ({failed: String(error)})), late()]);
    found.push({page: page, ...looked});
  }
  await fetch("/found", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""


class Handler(SimpleHTTPRequestHandler):
    """Serves the site, the walk through it, and takes what was found."""

    def __init__(self, found, done, *arguments, **options):
        self.found, self.done = found, done
        super().__init__(*arguments, directory=str(SITE), **options)

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        if self.path != "/walk":
            super().do_GET()
            return
        body = (WALK % {"width": WIDTH, "pages": json.dumps(PAGES)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.found.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        self.done.set()


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    seen, done = [], threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, seen, done)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        browser = subprocess.Popen(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
                "--remote-debugging-port=0",  # keeps the browser open until it is ended
                f"--window-size={WIDTH},900",
                f"{origin}/walk",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert done.wait(240), "the browser did not come back"
        finally:
            browser.terminate()
            browser.wait(30)
            server.shutdown()
    assert not [page for page in seen if "failed" in page]
    return {page["page"]: page | {"origin": origin} for page in seen}


def test_every_page_was_opened(found):
    assert list(found) == PAGES
    assert len(PAGES) > 50


def test_no_figure_is_missing(found):
    assert not {name: page["missing"] for name, page in found.items() if page["missing"]}


def test_no_page_scrolls_sideways(found):
    assert not {name: page["width"] for name, page in found.items() if page["width"] > WIDTH}


def test_every_formula_is_drawn(found):
    assert sum(page["formulas"] for page in found.values()) > 500
    assert not {name: page["errors"] for name, page in found.items() if page["errors"]}
    assert not {name: page["undrawn"] for name, page in found.items() if page["undrawn"]}


def test_no_formula_and_no_table_is_cut_off(found):
    assert not {name: page["cut"] for name, page in found.items() if page["cut"]}


def test_no_markup_is_left_raw(found):
    assert not {name: page["raw"] for name, page in found.items() if page["raw"]}


def test_nothing_comes_from_elsewhere(found):
    assert not {name: page["foreign"] for name, page in found.items() if page["foreign"]}


def test_links_and_anchors_work(found):
    broken = []
    for name, page in found.items():
        for link in page["links"]:
            if not link.startswith(page["origin"]):
                continue
            target = urlsplit(link)
            path = unquote(target.path).lstrip("/")
            if path in found:
                wrong = target.fragment and unquote(target.fragment) not in found[path]["anchors"]
            else:
                wrong = not (SITE / path).is_file()
            if wrong:
                broken.append(f"{name}: {link.removeprefix(page['origin'])}")
    assert not broken
