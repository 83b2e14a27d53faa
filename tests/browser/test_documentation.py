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
    from playwright.sync_api import Browser
    from playwright.sync_api import Page

OpenPage: t.TypeAlias = "t.Callable[[str], Page]"

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
    "403": "howto/roles-without-a-framework",
    "503": "howto/when-the-record-store-is-down",
    "AJAX": "howto/api-clients",
    "API key": "howto/api-clients",
    "ASVS": "asvs",
    "async": "howto/async",
    "bearer token": "howto/api-clients",
    "blueprint": "howto/blueprints",
    "CI": "howto/prove-it-in-ci",
    "CSRF": "howto/csrf",
    "devices": "your-devices",
    "Docker": "depending-on-it",
    "fetch": "howto/api-clients",
    "glossary": "glossary",
    "gunicorn": "several-workers",
    "htmx": "howto/api-clients",
    "idle": "how-long-a-login-lasts",
    "install": "start",
    "JWT": "out-of-scope",
    "key rotation": "howto/rotate-keys",
    "log out everywhere": "howto/log-out-everywhere",
    "logout": "howto/log-out-everywhere",
    "MFA": "out-of-scope",
    "migrate": "migrate-from-flask-login",
    "OAuth": "howto/social-login",
    "open redirect": "howto/coming-back-after-login",
    "permissions": "howto/roles-without-a-framework",
    "poetry": "depending-on-it",
    "proxy": "howto/proxy",
    "pytest": "howto/testing-your-application",
    "rate limit": "out-of-scope",
    "Redis": "howto/sessions-and-records-in-redis",
    "remember me": "remember-me",
    "roles": "howto/roles-without-a-framework",
    "server-side sessions": "howto/server-side-sessions",
    "session timeout": "how-long-a-login-lasts",
    "social login": "howto/social-login",
    "SQLAlchemy": "howto/users-in-sqlalchemy",
    "two-factor": "out-of-scope",
    "upgrade": "migrate-from-flask-login",
    "workers": "several-workers",
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


@pytest.fixture(scope="module")
def small_laptop(browser: Browser) -> Iterator[Page]:
    """A page of its own: Sphinx's search complains about anchors that have a dot."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    yield page
    page.close()


@pytest.fixture
def open_page(small_laptop: Page, documentation: str) -> OpenPage:
    """Opens a page of the documentation on a small laptop."""

    def open_page(path: str) -> Page:
        small_laptop.goto(f"{documentation}/{path}")
        return small_laptop

    return open_page


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off(open_page: OpenPage, name: str) -> None:
    page = open_page(address_of(name))

    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    open_page: OpenPage, axe: str, name: str, theme: t.Literal["light", "dark"]
) -> None:
    page = open_page(address_of(name))
    page.emulate_media(color_scheme=theme)
    page.evaluate(axe)

    assert page.evaluate("axe.run().then((found) => found.violations.map((v) => v.id))") == []


@pytest.mark.parametrize("words", WANTED)
def test_search_finds_the_page_first(open_page: OpenPage, words: str) -> None:
    page = open_page(f"search/?q={words}")

    first = page.locator("#search-results li a").first.get_attribute("href")

    assert first is not None
    assert first.partition("#")[0].removeprefix("../").strip("/") == WANTED[words]


def address_of(name: str) -> str:
    return "" if name == "index" else f"{name}/"
