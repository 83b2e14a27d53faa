"""The historic format of the remember-me cookie beside our own: who writes it, who accepts it, and
how one replaces the other.
"""

from __future__ import annotations

import typing as t
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import decode_cookie
from flask_login import encode_cookie
from flask_login import LoginManager

YEAR = 365 * 24 * 3600


@pytest.fixture
def legacy(app: Flask) -> str:
    """The historic cookie of user 1."""
    with app.app_context():
        return encode_cookie("1")


@pytest.fixture
def visitor(browser: FlaskClient, clock: t.Any, legacy: str) -> FlaskClient:
    """A browser that comes with a historic cookie."""
    browser.set_cookie("remember_token", legacy)
    return browser


def in_zone(clock: t.Any, hours: int) -> datetime:
    return datetime.fromtimestamp(clock.now, timezone(timedelta(hours=hours)))


def test_timed_format_is_the_default(browser: FlaskClient, token_of: t.Any, legacy: str) -> None:
    browser.get("/login/1?remember")
    assert token_of(browser) != legacy


def test_legacy_format_is_the_historic_one(
    app: Flask, browser: FlaskClient, token_of: t.Any, legacy: str
) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    browser.get("/login/1?remember")
    assert token_of(browser) == legacy


@pytest.mark.parametrize("value", ["Timed", "historic", "", None, True], ids=repr)
def test_other_formats_are_errors(app: Flask, value: t.Any) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = value

    with pytest.raises(ValueError, match="REMEMBER_COOKIE_FORMAT must be 'timed' or 'legacy'"):
        LoginManager(app)


def test_historic_cookie_is_accepted_by_default(visitor: FlaskClient) -> None:
    assert visitor.get("/me").text == "1"


@pytest.mark.asvs("7.2.2")
@pytest.mark.parametrize(("accept", "user"), [(True, "1"), (False, "nobody")], ids=str)
def test_historic_cookie_is_accepted_or_not(
    app: Flask, visitor: FlaskClient, accept: bool, user: str
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = accept
    assert visitor.get("/me").text == user


@pytest.mark.parametrize("hours", [0, 9, -7])
@pytest.mark.parametrize(("seconds", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"])
def test_historic_cookie_is_accepted_until_a_date(
    app: Flask, visitor: FlaskClient, clock: t.Any, hours: int, seconds: int, user: str
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = in_zone(clock, hours)
    clock.tick(seconds)
    assert visitor.get("/me").text == user


def test_refused_historic_cookie_is_deleted(app: Flask, visitor: FlaskClient) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
    visitor.get("/me")
    assert visitor.get_cookie("remember_token") is None


def decoded(app: Flask, cookie: str | bytes, key: str | None = None) -> str | None:
    with app.app_context():
        return decode_cookie(cookie, key)


@pytest.mark.parametrize(("accept", "user_id"), [(True, "1"), (False, None)], ids=str)
def test_decode_cookie_accepts_what_the_application_does(
    app: Flask, legacy: str, accept: bool, user_id: str | None
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = accept
    assert decoded(app, legacy) == decoded(app, legacy.encode()) == user_id


@pytest.mark.parametrize(("seconds", "user_id"), [(-1, "1"), (0, None)], ids=["before", "after"])
def test_decode_cookie_accepts_it_until_the_date(
    app: Flask, clock: t.Any, legacy: str, seconds: int, user_id: str | None
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = in_zone(clock, 0)
    clock.tick(seconds)
    assert decoded(app, legacy) == user_id


def test_decode_cookie_refuses_it_under_secure_defaults(app: Flask, legacy: str) -> None:
    app.config["LOGIN_DEFAULTS"] = "secure"
    assert decoded(app, legacy) is None


def test_decode_cookie_reads_whatever_a_given_key_signed(app: Flask, legacy: str) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
    assert decoded(app, legacy, "deterministic") == "1"


def test_decode_cookie_reads_our_own_format_where_historic_cookies_are_refused(
    app: Flask, browser: FlaskClient, token_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
    browser.get("/login/1?remember")
    assert decoded(app, token_of(browser)) == "1"


def test_refused_historic_cookie_stands_behind_no_login(
    app: Flask, browser: FlaskClient, legacy: str
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
    browser.get("/login/1")
    browser.set_cookie("remember_token", legacy)
    assert browser.get("/remembered").text == "False"


def test_timed_cookie_is_accepted_where_historic_ones_are_not(
    app: Flask, remembered_browser: FlaskClient
) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
    assert remembered_browser.get("/me").text == "1"


def test_date_in_no_time_zone_is_an_error(app: Flask) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = datetime(2030, 1, 1)

    with pytest.raises(ValueError, match="REMEMBER_COOKIE_ACCEPT_LEGACY must be an aware datetime"):
        LoginManager(app)


@pytest.mark.parametrize("value", ["2030-01-01", 1, None, datetime(2030, 1, 1).date()], ids=repr)
def test_neither_switch_nor_date_is_an_error(app: Flask, value: t.Any) -> None:
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = value

    with pytest.raises(TypeError, match="REMEMBER_COOKIE_ACCEPT_LEGACY must be True, False or a"):
        LoginManager(app)


def test_historic_cookie_is_replaced_on_sight(
    app: Flask, visitor: FlaskClient, legacy: str, token_of: t.Any
) -> None:
    visitor.get("/me")
    assert token_of(visitor) != legacy
    app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
    visitor.delete_cookie("session")
    assert visitor.get("/me").text == "1"


def test_cookie_that_replaces_it_expires_a_duration_from_then(
    visitor: FlaskClient, clock: t.Any, expiry_of: t.Any
) -> None:
    clock.tick(1000)
    assert expiry_of(visitor.get("/me")) == clock.now + YEAR


@pytest.mark.parametrize(("more", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"])
def test_cookie_that_replaces_it_is_good_for_a_duration(
    visitor: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    visitor.get("/me")
    visitor.delete_cookie("session")
    clock.tick(YEAR + more)
    assert visitor.get("/me").text == user


def test_two_copies_of_it_are_replaced_by_different_cookies(
    visitor: FlaskClient, legacy: str, token_of: t.Any
) -> None:
    visitor.get("/me")
    first = token_of(visitor)
    visitor.delete_cookie("session")
    visitor.set_cookie("remember_token", legacy)
    visitor.get("/me")
    assert token_of(visitor) != first


def test_historic_cookie_of_nobody_is_not_replaced(
    visitor: FlaskClient, users: dict[str, t.Any]
) -> None:
    users.clear()
    visitor.get("/me")
    assert visitor.get_cookie("remember_token") is None


def test_legacy_format_leaves_a_historic_cookie_alone(
    app: Flask, visitor: FlaskClient, cookie_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    assert cookie_of(visitor.get("/me")) is None


def test_legacy_format_leaves_the_historic_cookie_of_a_user_with_a_stamp_alone(
    app: Flask, visitor: FlaskClient, users: dict[str, t.Any], cookie_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    users["1"].stamp = "password hash"
    assert cookie_of(visitor.get("/me")) is None


def test_legacy_format_accepts_a_timed_cookie(app: Flask, remembered_browser: FlaskClient) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    assert remembered_browser.get("/me").text == "1"


def test_legacy_format_replaces_a_timed_cookie(
    app: Flask, remembered_browser: FlaskClient, legacy: str, token_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    remembered_browser.get("/me")
    assert token_of(remembered_browser) == legacy


def test_historic_cookie_that_replaces_a_timed_one_expires_with_it(
    app: Flask, browser: FlaskClient, clock: t.Any, expiry_of: t.Any
) -> None:
    expiry = expiry_of(browser.get("/login/1?remember&duration=60"))
    browser.delete_cookie("session")
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    clock.tick(20)
    assert expiry_of(browser.get("/me")) == expiry
