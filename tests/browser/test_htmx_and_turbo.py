"""In a browser: what htmx and Turbo get when a login has ended."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from browser_kit import confirm
from browser_kit import expect
from browser_kit import Forward
from browser_kit import login_url
from browser_kit import Page
from browser_kit import submit
from browser_kit import Visit

pytestmark = pytest.mark.usefixtures("npm")


@pytest.fixture(params=[2, 4])
def htmx(visit: Visit, request: pytest.FixtureRequest) -> Page:
    """A page with htmx on it, and with what it does: load a part, and visit a page."""
    # It adds styles to the page, which the portal's policy does not allow.
    page = visit("ada", bypass_csp=True)
    page.goto("/account/")
    page.add_script_tag(url=f"/-/npm/htmx-{request.param}/dist/htmx.min.js")
    page.evaluate(
        """() => {
            document.querySelector("main").insertAdjacentHTML("beforeend", `
                <button hx-get="/live" hx-target="#part">Load a part</button>
                <button hx-get="/account/password" hx-target="#part">Load a form</button>
                <p hx-boost="true"><a href="/account/devices" hx-boost="true">Visit</a></p>
                <div id="part"></div>`);
            htmx.process(document.body);
        }"""
    )
    return page


def test_htmx_loads_a_part(htmx: Page) -> None:
    htmx.get_by_role("button", name="Load a part").click()
    expect(htmx.locator("#part #services")).to_be_visible()


def test_htmx_sends_the_page_to_log_in(htmx: Page, forward: Forward) -> None:
    forward(31)
    htmx.get_by_role("button", name="Load a part").click()
    expect(htmx).to_have_url(login_url("/account/"))
    expect(htmx.get_by_role("heading")).to_have_text("Log in")


def test_htmx_comes_back_to_the_page_that_it_was_on(htmx: Page, forward: Forward) -> None:
    forward(31)
    htmx.get_by_role("button", name="Load a part").click()
    submit(htmx, "ada")
    expect(htmx).to_have_url("/account/")


def test_htmx_sends_the_page_to_confirm(htmx: Page, forward: Forward) -> None:
    forward(16)
    htmx.get_by_role("button", name="Load a form").click()
    confirm(htmx)
    expect(htmx).to_have_url("/account/")


def test_boosted_link_shows_the_login_form(htmx: Page, forward: Forward) -> None:
    forward(31)
    htmx.get_by_role("link", name="Visit", exact=True).click()
    expect(htmx.get_by_role("heading", name="Log in")).to_be_visible()
    submit(htmx, "ada")
    expect(htmx).to_have_url("/account/devices")


@pytest.fixture
def open_with_turbo(visit: Visit) -> Callable[..., Page]:
    """Opens a page that Turbo is on."""

    def open_with_turbo(path: str, name: str | None = None) -> Page:
        page = visit(name, bypass_csp=True)
        page.goto(path)
        page.add_script_tag(url="/-/npm/@hotwired/turbo/dist/turbo.es2017-umd.js")
        # What is lost when a page is loaded as a whole.
        page.evaluate("window.wasKept = true")
        return page

    return open_with_turbo


def test_turbo_visits_pages(open_with_turbo: t.Any) -> None:
    page = open_with_turbo("/account/", "ada")
    page.get_by_role("link", name="Devices", exact=True).click()
    expect(page.get_by_role("heading", name="Your devices")).to_be_visible()
    assert page.evaluate("window.wasKept")


def test_turbo_shows_the_login_form(open_with_turbo: t.Any, forward: Forward) -> None:
    page = open_with_turbo("/account/", "ada")
    forward(31)
    page.get_by_role("link", name="Devices", exact=True).click()
    expect(page).to_have_url(login_url("/account/devices"))
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_turbo_shows_what_was_wrong(open_with_turbo: t.Any) -> None:
    page = open_with_turbo("/login")
    submit(page, "ada", "wrong")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert page.evaluate("window.wasKept")


def test_turbo_logs_in(open_with_turbo: t.Any) -> None:
    page = open_with_turbo(login_url("/account/devices"))
    submit(page, "ada")
    expect(page).to_have_url("/account/devices")


def test_turbo_shows_why_the_login_ended(open_with_turbo: t.Any, forward: Forward) -> None:
    page = open_with_turbo("/services/search", "ada")
    forward(31)
    page.get_by_role("button", name="Restart").click()
    expect(page.locator("main")).to_contain_text("without activity")
    assert page.evaluate("window.wasKept")


def test_turbo_asks_for_the_password_again(open_with_turbo: t.Any, forward: Forward) -> None:
    page = open_with_turbo("/account/", "ada")
    forward(16)
    page.get_by_role("link", name="Password", exact=True).click()
    confirm(page)
    expect(page).to_have_url("/account/password")
    assert page.evaluate("window.wasKept")


def test_turbo_logs_out(open_with_turbo: t.Any) -> None:
    page = open_with_turbo("/account/", "ada")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
    page.go_back()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
