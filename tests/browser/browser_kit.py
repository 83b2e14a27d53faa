"""What the tests in a browser share. Without Playwright, modules that import this are skipped."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed.")

from playwright.sync_api import BrowserContext
from playwright.sync_api import expect
from playwright.sync_api import Page
from playwright.sync_api import Route

# Other environments of tox may have the processors at the same time.
expect.set_options(timeout=20_000)

#: The password of all operators.
PASSWORD = "correct horse battery"

#: Opens a page in a browser of its own, in which an operator may be logged in.
Visit = t.Callable[..., Page]

#: Moves the server's clock, by minutes.
Forward = t.Callable[[float], None]

#: A colour scheme, and the rules of axe-core to look at, or all. The second one differs in colours.
SCHEMES: list[tuple[t.Any, list[str] | None]] = [
    ("light", None),
    ("dark", ["color-contrast", "link-in-text-block"]),
]

RUN_AXE = """
async (rules) => {
    const quick = {resultTypes: ["violations"], selectors: false, preload: false};
    const {violations} = await axe.run({...quick, ...(rules && {runOnly: rules})});
    return violations.map(
        ({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}
"""

#: By how many pixels the page is too wide.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

__all__ = [
    "OVERFLOW",
    "PASSWORD",
    "BrowserContext",
    "Forward",
    "Page",
    "Route",
    "Visit",
    "confirm",
    "expect",
    "find_violations",
    "log_in",
    "login_url",
    "resize",
    "submit",
    "tab_to",
]


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


def tab_to(page: Page, name: str) -> None:
    """Press the tab key until something of this name has the focus."""
    found = (
        page.locator(":focus")
        .and_(page.get_by_role("link", name=name, exact=True))
        .or_(page.locator(":focus").and_(page.get_by_role("button", name=name, exact=True)))
    )

    for _ in range(60):
        if found.count():
            return

        page.keyboard.press("Tab")

    raise AssertionError(f"The tab key does not lead to {name!r}.")


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def find_violations(page: Page, axe: str) -> dict[str, list[str]]:
    """What breaks a rule of WCAG 2.2 A or AA, or a good practice, by colour scheme.

    :param axe: The source of axe-core.
    """
    found = {}

    if page.evaluate("'axe' in window") is False:
        page.evaluate(axe)

    for scheme, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found[scheme] = page.evaluate(RUN_AXE, rules)

    return found
