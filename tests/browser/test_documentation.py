"""The documentation as ``tox -e docs`` has built it: nothing is cut off, axe finds nothing, and its
search finds the page that people want first.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

if t.TYPE_CHECKING:
    from playwright.sync_api import Page

DOCS = Path(__file__).parents[2] / "docs"
BUILT = DOCS / "_build" / "dirhtml"

#: Beside those of the sources.
GENERATED = ["genindex", "search"]

SOURCES = [path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")]
PAGES = sorted({path for path in SOURCES if not path.startswith("_")} | {*GENERATED})

#: What goes beyond the right edge of the column of text, or can be seen only by scrolling in it.
TOO_WIDE = """() => {
    const column = document.querySelector(".content").getBoundingClientRect();
    const isTooWide = (element) =>
        element.getBoundingClientRect().right > column.right + 1 ||
        (element.scrollWidth > element.clientWidth + 1 &&
            getComputedStyle(element).overflowX !== "visible");
    return [...document.querySelectorAll("article *")]
        .filter(isTooWide)
        .map((element) => element.outerHTML.slice(0, 100));
}"""

#: What people type, and the page that they want.
WANTED = {
    "401": "howto/api-clients",
}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: t.Any) -> None:
        pass


@pytest.fixture(scope="session")
def documentation() -> Iterator[str]:
    """The address of the built documentation."""
    if not BUILT.exists():
        pytest.skip("The documentation is not built: run 'tox -e docs'.")

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=BUILT)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def open_page(page: Page, documentation: str) -> t.Callable[[str], Page]:
    """Opens a page of the documentation on a small laptop."""

    def open_page(path: str) -> Page:
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{documentation}/{path}")
        return page

    return open_page


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off(open_page: t.Callable[[str], Page], name: str) -> None:
    page = open_page(address_of(name))

    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    open_page: t.Callable[[str], Page], axe: str, name: str, theme: t.Literal["light", "dark"]
) -> None:
    page = open_page(address_of(name))
    page.emulate_media(color_scheme=theme)

    page.evaluate(axe)

    assert page.evaluate("axe.run().then((found) => found.violations.map((v) => v.id))") == []


@pytest.mark.parametrize("words", WANTED)
def test_search_finds_the_page_first(open_page: t.Callable[[str], Page], words: str) -> None:
    page = open_page(f"search/?q={words}")

    first = page.locator("#search-results li a").first.get_attribute("href")

    assert first is not None
    assert first.partition("#")[0].removeprefix("../").strip("/") == WANTED[words]


def address_of(name: str) -> str:
    return "" if name == "index" else f"{name}/"
