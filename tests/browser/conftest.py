"""A browser, and the portal in a process of its own."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen as open_url

import pytest

if t.TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import BrowserContext
    from playwright.sync_api import Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", action="store_true", help="take the pictures in docs/_static anew"
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Where a variable names it, it has to be there."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("FLASK_LOGIN_TEST_CHROMIUM")

    if not named and not os.path.exists(CHROMIUM):
        pytest.skip(f"There is no {CHROMIUM}, and FLASK_LOGIN_TEST_CHROMIUM names no other one.")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named or CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the portal."""
    with start_portal(tmp_path_factory.mktemp("portal")) as url:
        yield url


@pytest.fixture(scope="session")
def run_portal() -> t.Any:
    """Runs another portal, with options of its own."""
    return start_portal


@contextmanager
def start_portal(folder: Path, *options: str) -> Iterator[str]:
    script = Path(__file__).with_name("portal_server.py")
    command = [sys.executable, str(script), str(folder / "instance"), *options]

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


def call(url: str) -> None:
    # The certificate is the server's own.
    open_url(url, context=ssl._create_unverified_context()).close()


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
def open_browser(chromium: Browser, url: str) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser that has never been to the portal."""
    contexts: list[BrowserContext] = []

    def open_browser(**how: t.Any) -> BrowserContext:
        context = chromium.new_context(base_url=url, **{"locale": "en-GB", **how})
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context

    yield open_browser

    for context in contexts:
        context.close()


@pytest.fixture
def visit(open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens a page in a browser of its own, in which an operator is logged in, if one is named."""

    def visit(name: str | None = None, **how: t.Any) -> Page:
        page = open_browser(**how).new_page()

        if name is not None:
            page.goto(f"/-/log-in?name={name}")

        return page

    return visit


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit()


@pytest.fixture
def ada(visit: Callable[..., Page]) -> Page:
    """The page of an administrator."""
    return visit("ada")
