"""In a browser: the cookies as it stores them. Over HTTPS, with a certificate of its own."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator

import pytest
from browser_kit import expect
from browser_kit import Page
from browser_kit import submit
from browser_kit import Visit


@pytest.fixture(scope="module")
def server(start_portal: t.Any) -> Iterator[str]:
    with start_portal("--https") as url:
        yield url


@pytest.fixture
def remembered(visit: Visit) -> Page:
    """A page after a login with "remember me"."""
    page = visit(ignore_https_errors=True)
    page.goto("/login")
    page.get_by_label("Remember me").check()
    submit(page, "ada")
    page.wait_for_url("/")
    return page


def test_cookies_are_stored_as_they_should_be(remembered: Page) -> None:
    cookies = {cookie["name"]: cookie for cookie in remembered.context.cookies()}
    flags = {"path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
    assert all(cookie.items() >= flags.items() for cookie in cookies.values())


def test_cookies_are_this_hosts_alone(remembered: Page) -> None:
    names = {cookie["name"] for cookie in remembered.context.cookies()}
    assert names == {"__Host-portal", "__Host-portal_remember"}


def test_scripts_see_no_cookie(remembered: Page) -> None:
    assert remembered.evaluate("document.cookie") == ""


def test_session_cookie_ends_with_the_browser(remembered: Page) -> None:
    ends = {cookie["name"]: cookie["expires"] for cookie in remembered.context.cookies()}
    assert ends["__Host-portal"] == -1


def test_remember_cookie_lasts_as_long_as_the_form_says(remembered: Page) -> None:
    ends = {cookie["name"]: cookie["expires"] for cookie in remembered.context.cookies()}
    days = (ends["__Host-portal_remember"] - time.time()) / 86_400
    assert days == pytest.approx(30, abs=0.1)


def test_logout_leaves_no_login_behind(remembered: Page) -> None:
    remembered.get_by_role("button", name="Log out").click()
    remembered.wait_for_url("/login")
    names = {cookie["name"] for cookie in remembered.context.cookies()}
    assert "__Host-portal_remember" not in names


def test_devices_end_over_https_as_well(remembered: Page) -> None:
    # Under HTTPS, forms also have to come from this site.
    remembered.goto("/account/devices")
    remembered.locator("#this-device").get_by_role("button", name="Log out").click()
    expect(remembered).to_have_url("/login")
