"""A browser, what comes from npm, and the portal in a process of its own."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import which
from urllib.request import urlopen as open_url

import pytest

if t.TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import BrowserContext
    from playwright.sync_api import ConsoleMessage
    from playwright.sync_api import Page

HERE = Path(__file__).parent

#: What npm has installed. The portal serves it.
NPM = Path(os.environ.get("FLASK_LOGIN_TEST_NPM", HERE / "node_modules"))

#: What Debian calls it. The first one has no windows, and takes a quarter of the processor's time.
NAMES = ["chromium-headless-shell", "chromium"]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

NewContext = t.Callable[..., "BrowserContext"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", action="store_true", help="take the pictures in docs/_static anew"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Where a variable names it, it has to be there."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("FLASK_LOGIN_TEST_CHROMIUM")
    path = named or next(filter(None, map(which, NAMES)), None)

    if path is None:
        pytest.skip("Chromium is not installed, and FLASK_LOGIN_TEST_CHROMIUM names no other one.")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Opens a browser that has never been anywhere. What it complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new_context(**how: t.Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", **how})
        context.set_default_timeout(20_000)
        listen(context, complaints)
        contexts.append(context)
        return context

    yield new_context

    for context in contexts:
        context.close()

    assert complaints == []


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A page that shows nothing yet, of the portal or else."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def npm() -> Path:
    """The folder that npm has installed to. Where a variable names it, it has to be there."""
    if "FLASK_LOGIN_TEST_NPM" not in os.environ and not NPM.exists():
        pytest.skip("axe-core, htmx and Turbo are missing: npm install --prefix tests/browser")

    assert NPM.exists(), f"npm has not installed anything to {NPM}."
    return NPM


@pytest.fixture(scope="session")
def axe(npm: Path) -> str:
    """The source of axe-core."""
    return (npm / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def start_portal(tmp_path_factory: pytest.TempPathFactory) -> t.Any:
    """Starts a portal, with options of its own."""
    return lambda *options: run_portal(tmp_path_factory.mktemp("portal"), *options)


@pytest.fixture(scope="session")
def server(start_portal: t.Any) -> Iterator[str]:
    """The address of the portal."""
    with start_portal() as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    """The address of the portal as it is after its first start."""
    call(f"{server}/-/start-over")
    return server


@pytest.fixture
def forward(url: str) -> Callable[[float], None]:
    """Moves the server's clock."""
    return lambda minutes: call(f"{url}/-/forward?minutes={minutes}")


@pytest.fixture
def open_browser(new_context: NewContext, url: str) -> NewContext:
    """Opens a browser that has never been to the portal."""
    return partial(new_context, base_url=url)


@pytest.fixture
def visit(open_browser: NewContext) -> Callable[..., Page]:
    """Opens a page in a browser of its own, in which an operator is logged in, if one is named."""

    def visit(name: str | None = None, **how: t.Any) -> Page:
        page = open_browser(**how).new_page()

        if name is not None:
            page.goto(f"/-/log-in?name={name}")

        return page

    return visit


@pytest.fixture
def visitor(visit: Callable[..., Page]) -> Page:
    """The page of somebody who has not logged in."""
    return visit()


@pytest.fixture
def ada(visit: Callable[..., Page]) -> Page:
    """The page of an administrator."""
    return visit("ada")


def listen(context: BrowserContext, complaints: list[str]) -> None:
    """Take down what a browser complains about."""

    def hear(message: ConsoleMessage) -> None:
        # For a page with such a status, it is all right.
        is_page = "the server responded with a status of 4" in message.text
        is_file = "/static/" in message.location["url"]

        if message.type in {"error", "warning"} and (is_file or not is_page):
            complaints.append(f"{message.text} ({message.location['url']})")

    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(str(error.error)))


def call(url: str) -> None:
    # The certificate is the server's own.
    open_url(url, context=ssl._create_unverified_context()).close()


@contextmanager
def run_portal(folder: Path, *options: str) -> Iterator[str]:
    script = [sys.executable, str(HERE / "portal_server.py")]
    command = [*script, str(folder / "instance"), str(NPM), *options]

    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)

        with process:
            assert process.stdout
            # The passwords come first.
            lines = (line.strip() for line in process.stdout)
            url = next((line for line in lines if line.startswith("http")), None)

            try:
                assert url, (folder / "log").read_text()
                yield url
            finally:
                process.terminate()
