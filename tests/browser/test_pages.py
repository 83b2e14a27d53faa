"""In a browser: all pages, for all who look at them in their own way."""

from __future__ import annotations

import typing as t
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from browser_kit import confirm
from browser_kit import expect
from browser_kit import login_url
from browser_kit import Page
from browser_kit import PASSWORD
from browser_kit import submit
from browser_kit import Visit

#: The pages that an administrator sees.
PAGES = [
    "/",
    "/services/zürich-edge?hours=6",
    "/services/reports",
    "/account/",
    "/account/password",
    "/account/tokens",
    "/account/devices",
    "/admin/",
    "/admin/operators/1",
    "/admin/operators/2",
    "/api/",
    "/confirm",
    "/nowhere",
]

#: Reports what breaks a rule of WCAG 2.2 A or AA, or a good practice.
RUN_AXE = """
async () => (await axe.run({resultTypes: ["violations"]})).violations.map(
    ({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`
)
"""


@cache
def axe() -> str:
    """The source of axe-core."""
    found = find_spec("axe_playwright_python")
    assert found
    assert found.origin
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


#: What is too small for a finger. Links in running text may be.
FIND_SMALL = """
() => [...document.querySelectorAll("a, button, summary, select")]
    .filter((element) => !element.matches(".skip, p:not(.crumb) > a"))
    .map((element) => [element.outerHTML, element.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 44 || box.width < 44))
    .map(([html]) => html)
"""

#: By how many pixels the page is too wide.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

#: What browsers say of each page that has such a status.
EXPECTED = ("status of 404", "status of 422")

Problems = dict[str, dict[str, t.Any]]


def find_problems(page: Page) -> dict[str, t.Any]:
    """What is wrong with a page, by kind."""
    found = {}
    page.evaluate(axe())

    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 900})

        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=t.cast(t.Any, scheme))
            found[f"{scheme}, {width} px"] = page.evaluate(RUN_AXE)

    for width in (1920, 320, 375):
        page.set_viewport_size({"width": width, "height": 900})
        found[f"{width} px"] = page.evaluate(OVERFLOW)

    found["targets"] = page.evaluate(FIND_SMALL)
    return found


def walk_through(page: Page) -> t.Iterator[str]:
    """Go to all pages, and to those that come after a button."""
    for path in PAGES:
        page.goto(path)
        yield path

    page.goto("/api/")
    press(page, "Show me the lines")
    yield "the lines"
    page.goto("/account/tokens")
    page.get_by_label("What it is for").fill("a test")
    press(page, "Make a token")
    yield "a new token"
    page.goto("/account/password")
    press(page, "Change the password")
    yield "a mistake"
    press(page, "Log out")
    yield "after a logout"
    page.get_by_label("Name", exact=True).fill("ada")
    page.get_by_label("Password", exact=True).fill("wrong")
    press(page, "Log in")
    yield "a wrong password"


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


@pytest.fixture(scope="module")
def problems(chromium: t.Any, server: str) -> t.Iterator[Problems]:
    """What is wrong with the pages, by kind and page."""
    context = chromium.new_context(base_url=server, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/-/start-over")
    page.goto("/-/log-in?name=ada")
    found: Problems = {}

    for name in walk_through(page):
        for kind, problem in find_problems(page).items():
            found.setdefault(kind, {}).update({name: problem} if problem else {})

        heard = [line for line in complaints if not any(text in line for text in EXPECTED)]
        found.setdefault("complaints", {}).update({name: heard} if heard else {})
        complaints.clear()

    yield found
    context.close()


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(problems: Problems, scheme: str, width: int) -> None:
    assert problems[f"{scheme}, {width} px"] == {}


@pytest.mark.parametrize("width", [320, 375, 1920])
def test_pages_fit(problems: Problems, width: int) -> None:
    assert problems[f"{width} px"] == {}


def test_targets_are_large_enough_for_fingers(problems: Problems) -> None:
    assert problems["targets"] == {}


def test_browser_complains_about_nothing(problems: Problems) -> None:
    assert problems["complaints"] == {}


def test_keyboard_is_enough(page: Page) -> None:
    page.goto("/login?next=/account/")
    # The name has the focus.
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/account/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_everything_that_takes_the_focus_shows_it(ada: Page) -> None:
    ada.goto("/account/devices")

    for _ in range(15):
        ada.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert ada.evaluate(f"{style}.outlineStyle + {style}.outlineWidth") != "none0px"


@pytest.fixture
def plain(visit: Visit) -> Page:
    """A page in a browser without JavaScript, after a login."""
    page = visit(java_script_enabled=False)
    page.goto("/login")
    submit(page, "ada")
    return page


def test_login_needs_no_script(plain: Page) -> None:
    expect(plain.locator("#who")).to_have_text("Ada Lovelace")


def test_session_is_kept_alive_without_script(plain: Page) -> None:
    plain.goto("/services/search?hours=6")
    plain.get_by_role("button", name="Stay logged in").click()
    expect(plain).to_have_url("/services/search?hours=6")


def test_service_is_restarted_without_script(plain: Page) -> None:
    plain.get_by_role("button", name="Restart Reports").click()
    expect(plain.locator("#state")).to_have_text("Running")


def test_logout_needs_no_script(plain: Page) -> None:
    plain.get_by_role("button", name="Log out").click()
    expect(plain).to_have_url("/login")


@pytest.fixture
def worked(visit: Visit) -> Page:
    """A page that a service worker fetches."""
    page = visit()
    page.goto("/login")
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.register("/-/worker.js", {scope: "/"});
            await navigator.serviceWorker.ready;
            if (!navigator.serviceWorker.controller) await new Promise((done) =>
                navigator.serviceWorker.addEventListener("controllerchange", done));
        }"""
    )
    return page


def test_service_worker_leads_to_the_login_page(worked: Page) -> None:
    response = worked.goto("/account/devices")
    assert response
    assert response.from_service_worker
    expect(worked).to_have_url(login_url("/account/devices"))


def test_service_worker_logs_in(worked: Page) -> None:
    worked.goto("/account/devices")
    submit(worked, "ada")
    expect(worked).to_have_url("/account/devices")


def test_service_worker_asks_for_the_password_again(worked: Page, forward: t.Any) -> None:
    worked.goto("/-/log-in?name=ada")
    forward(16)
    worked.goto("/account/password")
    confirm(worked)
    expect(worked).to_have_url("/account/password")
