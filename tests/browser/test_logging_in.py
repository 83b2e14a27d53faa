"""In a browser: logging in, being remembered, and logging out."""

from __future__ import annotations

import typing as t

import pytest
from browser_kit import BrowserContext
from browser_kit import confirm
from browser_kit import expect
from browser_kit import log_in
from browser_kit import login_url
from browser_kit import Page
from browser_kit import PASSWORD
from browser_kit import submit
from browser_kit import Visit


def test_login_opens_the_dashboard(visitor: Page) -> None:
    log_in(visitor)
    expect(visitor.locator("#who")).to_have_text("Ada Lovelace")


def test_wrong_password_says_so(visitor: Page) -> None:
    log_in(visitor, password="wrong")
    expect(visitor.get_by_role("alert")).to_have_text("The name or the password is wrong.")


def test_wrong_password_keeps_the_name(visitor: Page) -> None:
    log_in(visitor, password="wrong")
    expect(visitor.get_by_label("Name", exact=True)).to_have_value("ada")


def test_after_a_wrong_password_the_right_one_leads_on(visitor: Page) -> None:
    log_in(visitor, password="wrong", url=login_url("/account/devices"))
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor).to_have_url("/account/devices")


def test_logout_says_so(ada: Page) -> None:
    ada.get_by_role("button", name="Log out").click()
    expect(ada.get_by_role("status")).to_have_text("You are logged out.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_back_button_shows_nothing_after_a_logout(visit: Visit, scripts: bool) -> None:
    ada = visit("ada", java_script_enabled=scripts)
    ada.goto("/account/")
    ada.get_by_role("button", name="Log out").click()
    ada.wait_for_url("/login")
    ada.go_back()
    expect(ada).to_have_url(login_url("/account/"))


def test_page_that_the_browser_kept_is_loaded_anew(ada: Page) -> None:
    ada.goto("/account/")
    ada.context.clear_cookies()
    # Playwright switches off the cache that keeps pages as they were.
    ada.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(ada).to_have_url(login_url("/account/"))


def restart(context: BrowserContext, open_browser: t.Any) -> Page:
    """A browser that was closed and opened again: only cookies with an end are left."""
    kept = [cookie for cookie in context.cookies() if cookie["expires"] != -1]
    return t.cast(Page, open_browser(storage_state={"cookies": kept}).new_page())


@pytest.fixture
def remembered(visitor: Page, open_browser: t.Any) -> Page:
    """A page in a browser that was started again after a login with "remember me"."""
    visitor.goto("/login")
    visitor.get_by_label("Remember me").check()
    submit(visitor, "ada")
    visitor.wait_for_url("/")
    return restart(visitor.context, open_browser)


def test_remember_me_outlives_the_browser(remembered: Page) -> None:
    remembered.goto("/")
    expect(remembered.locator("#who")).to_have_text("Ada Lovelace")


def test_login_without_remember_me_ends_with_the_browser(ada: Page, open_browser: t.Any) -> None:
    again = restart(ada.context, open_browser)
    again.goto("/")
    expect(again).to_have_url(login_url("/"))


def test_logout_forgets_for_good(remembered: Page, open_browser: t.Any) -> None:
    remembered.goto("/")
    remembered.get_by_role("button", name="Log out").click()
    remembered.wait_for_url("/login")
    again = restart(remembered.context, open_browser)
    again.goto("/")
    expect(again).to_have_url(login_url("/"))


def test_password_asks_who_is_remembered_for_a_fresh_login(remembered: Page) -> None:
    remembered.goto("/account/password")
    expect(remembered.get_by_role("heading", name="Is it you?")).to_be_visible()


def test_fresh_login_leads_on_to_the_password(remembered: Page) -> None:
    remembered.goto("/account/password")
    confirm(remembered)
    expect(remembered).to_have_url("/account/password")


def test_fresh_login_wants_the_right_password(remembered: Page) -> None:
    remembered.goto("/account/password")
    confirm(remembered, "wrong")
    expect(remembered.get_by_role("alert")).to_have_text("The password is wrong.")


def test_login_leads_back_to_the_page_that_was_asked_for(visitor: Page) -> None:
    visitor.goto("/services/zürich-edge?hours=6&note=a%26b")
    submit(visitor, "ada")
    expect(visitor).to_have_url("/services/z%C3%BCrich-edge?hours=6&note=a%26b")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Zürich edge")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "/%09/evil.test",
        "javascript:alert(1)",
    ],
)
def test_login_leads_to_no_other_site(visitor: Page, url: str, target: str) -> None:
    log_in(visitor, url=login_url(target))
    visitor.wait_for_function("location.pathname != '/login'")
    assert visitor.evaluate("location.origin") == url


def test_too_many_wrong_passwords_show_a_page(visitor: Page) -> None:
    visitor.goto("/login")

    for _ in range(3):
        submit(visitor, "ada", "wrong")
        expect(visitor.get_by_role("alert")).to_be_visible()
        visitor.goto("/login")

    with visitor.expect_response("**/login") as refused:
        submit(visitor, "ada", "wrong")

    assert refused.value.status == 429
    expect(visitor.get_by_role("heading")).to_have_text("Too many attempts")


def test_role_is_refused_with_a_page(visit: Visit) -> None:
    alan = visit("alan")
    response = alan.goto("/admin/")
    assert response
    assert response.status == 403
    expect(alan.get_by_role("heading")).to_have_text("Not for you")


def test_button_for_others_is_not_offered(visit: Visit) -> None:
    expect(visit("alan").get_by_role("link", name="Operators")).to_have_count(0)


@pytest.mark.parametrize("locale", ["de-AT", "en-GB"])
def test_language_is_that_of_the_browser(visit: Visit, locale: str) -> None:
    page = visit(locale=locale)
    page.goto("/login")
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
