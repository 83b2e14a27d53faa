"""What the tests in a browser share. Without Playwright, modules that import this are skipped."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed.")

from playwright.sync_api import BrowserContext
from playwright.sync_api import expect
from playwright.sync_api import Page

# Other environments of tox may have the processors at the same time.
expect.set_options(timeout=20_000)

#: The password of all operators.
PASSWORD = "correct horse battery"

#: Opens a page in a browser of its own, in which an operator may be logged in.
Visit = t.Callable[..., Page]

__all__ = ["PASSWORD", "BrowserContext", "Page", "Visit", "confirm", "expect", "log_in", "submit"]


def log_in(page: Page, name: str = "ada", password: str = PASSWORD, url: str = "/login") -> None:
    page.goto(url)
    submit(page, name, password)


def submit(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def confirm(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Go on").click()


def login_url(target: str) -> str:
    return f"/login?next={quote(target, safe='')}"
