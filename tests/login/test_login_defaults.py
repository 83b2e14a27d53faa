"""``LOGIN_DEFAULTS``: the two sets of defaults, side by side."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import LoginManager
from flask_login.config import Setting
from flask_login.config import Settings

#: A setting, its defaults in both sets, and another value that an app may choose.
TABLE = [
    ("REMEMBER_COOKIE_DURATION", timedelta(days=365), timedelta(days=30), timedelta(days=7)),
    ("REMEMBER_COOKIE_SECURE", False, True, False),
    ("REMEMBER_COOKIE_SAMESITE", None, "Lax", "Strict"),
    ("REMEMBER_COOKIE_ACCEPT_LEGACY", True, False, True),
    ("LOGIN_RECORDS_ADOPT", True, False, True),
    ("LOGIN_RESET_KEYS", (), ("csrf_token",), ("nonce",)),
    ("LOGIN_CLEAR_ON_USER_CHANGE", False, True, False),
    ("LOGIN_CHECK_ACTIVE", False, True, False),
    ("LOGIN_UNAUTHORIZED", "redirect", "auto", "status"),
    ("LOGIN_FRESH_LIFETIME", None, timedelta(hours=1), timedelta(minutes=5)),
    ("LOGIN_ABSOLUTE_TIMEOUT", None, timedelta(days=30), timedelta(days=1)),
    # The same in both.
    ("LOGIN_IDLE_TIMEOUT", None, None, timedelta(minutes=30)),
    ("LOGIN_PRESERVE_KEYS", (), (), ("locale",)),
    ("REMEMBER_COOKIE_FORMAT", "timed", "timed", "timed"),
    ("REMEMBER_COOKIE_HTTPONLY", True, True, False),
    ("REMEMBER_COOKIE_NAME", "remember_token", "remember_token", "token"),
    ("REMEMBER_COOKIE_DOMAIN", None, None, "example.com"),
    ("REMEMBER_COOKIE_PATH", "/", "/", "/app"),
    ("REMEMBER_COOKIE_PARTITIONED", False, False, False),
    ("REMEMBER_COOKIE_REFRESH_EACH_REQUEST", False, False, True),
]

ATTRIBUTES = {
    setting.key: name.lstrip("_")
    for name, setting in vars(Settings).items()
    if hasattr(setting, "key")
}

table = pytest.mark.parametrize(
    ("key", "compatible", "secure", "chosen"), TABLE, ids=[row[0] for row in TABLE]
)


def value_of(app: Flask, key: str) -> t.Any:
    value = getattr(Settings(app.config), ATTRIBUTES[key])
    is_duration = key.endswith(("_DURATION", "_TIMEOUT", "_LIFETIME"))
    return timedelta(seconds=value) if is_duration and value is not None else value


@table
def test_compatible_defaults(
    app: Flask, key: str, compatible: t.Any, secure: t.Any, chosen: t.Any
) -> None:
    app.config["LOGIN_DEFAULTS"] = "compatible"
    assert value_of(app, key) == compatible


@table
def test_compatible_defaults_are_the_default(
    app: Flask, key: str, compatible: t.Any, secure: t.Any, chosen: t.Any
) -> None:
    assert value_of(app, key) == compatible


@table
def test_secure_defaults(
    app: Flask, key: str, compatible: t.Any, secure: t.Any, chosen: t.Any
) -> None:
    app.config["LOGIN_DEFAULTS"] = "secure"
    assert value_of(app, key) == secure


@table
@pytest.mark.parametrize("defaults", ["compatible", "secure"])
def test_setting_can_be_set_by_itself(
    app: Flask, defaults: str, key: str, compatible: t.Any, secure: t.Any, chosen: t.Any
) -> None:
    app.config.update({"LOGIN_DEFAULTS": defaults, key: chosen})
    assert value_of(app, key) == chosen


@table
def test_compatible_value_can_be_set_under_secure_defaults(
    app: Flask, key: str, compatible: t.Any, secure: t.Any, chosen: t.Any
) -> None:
    app.config.update({"LOGIN_DEFAULTS": "secure", key: compatible})
    assert value_of(app, key) == compatible


def test_table_has_every_setting_that_differs() -> None:
    settings = [getattr(Settings, name) for name in vars(Settings)]
    differing = {
        setting.key
        for setting in settings
        if isinstance(setting, Setting) and setting.secure != setting.compatible
    }
    assert differing == {key for key, compatible, secure, _ in TABLE if compatible != secure}


@pytest.mark.parametrize("value", ["Secure", "safe", "", None, True], ids=repr)
def test_other_sets_are_an_error_at_start_up(app: Flask, value: t.Any) -> None:
    app.config["LOGIN_DEFAULTS"] = value

    with pytest.raises(ValueError, match="LOGIN_DEFAULTS must be 'compatible' or 'secure'"):
        LoginManager(app)


def test_other_sets_that_come_later_are_an_error_at_first_use(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["LOGIN_DEFAULTS"] = "safe"

    with pytest.raises(ValueError, match="LOGIN_DEFAULTS must be 'compatible' or 'secure'"):
        browser.get("/login/1")


def test_secure_defaults_work_together(app: Flask) -> None:
    app.config["LOGIN_DEFAULTS"] = "secure"
    assert LoginManager(app)


class TestSecureCookie:
    """Under secure defaults the remember-me cookie is Secure, unless the app is in debug."""

    @pytest.fixture(autouse=True)
    def secure(self, app: Flask) -> None:
        app.config["LOGIN_DEFAULTS"] = "secure"

    @pytest.mark.asvs("3.3.1", "3.3.2", "3.3.4")
    def test_attributes(self, browser: FlaskClient, cookie_of: t.Any) -> None:
        response = browser.get("/login/1?remember", base_url="https://localhost")
        cookie = cookie_of(response)
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")

    def test_expiry(self, browser: FlaskClient, clock: t.Any, expiry_of: t.Any) -> None:
        response = browser.get("/login/1?remember", base_url="https://localhost")
        assert expiry_of(response) == clock.now + 30 * 24 * 3600

    @pytest.mark.parametrize(
        ("config", "secure"),
        [
            ({}, False),
            ({"SESSION_COOKIE_SECURE": True}, True),
            ({"REMEMBER_COOKIE_SECURE": True}, True),
            ({"REMEMBER_COOKIE_SECURE": False, "SESSION_COOKIE_SECURE": True}, False),
        ],
        ids=str,
    )
    def test_development_server_speaks_http(
        self, app: Flask, config: dict[str, bool], secure: bool
    ) -> None:
        app.debug = True
        app.config.update(config)
        assert Settings(app.config).cookie_secure is secure

    @pytest.mark.asvs("3.3.2")
    @pytest.mark.parametrize("samesite", ["Strict", "Lax"])
    def test_samesite_of_the_session_cookie_is_followed(self, app: Flask, samesite: str) -> None:
        app.config["SESSION_COOKIE_SAMESITE"] = samesite
        assert Settings(app.config).cookie_samesite == samesite

    def test_historic_cookie_is_refused(self, app: Flask, browser: FlaskClient) -> None:
        with app.app_context():
            browser.set_cookie("remember_token", encode_cookie("1"))

        assert browser.get("/me").text == "nobody"

    @pytest.mark.parametrize(("days", "user"), [(29, "1"), (30, "nobody")])
    def test_login_lasts_for_thirty_days(
        self, browser: FlaskClient, clock: t.Any, days: int, user: str
    ) -> None:
        browser.get("/login/1")
        clock.tick(days * 24 * 3600)
        assert browser.get("/me").text == user

    @pytest.mark.parametrize(("minutes", "fresh"), [(59, "True"), (60, "False")])
    def test_login_is_fresh_for_an_hour(
        self, browser: FlaskClient, clock: t.Any, minutes: int, fresh: str
    ) -> None:
        browser.get("/login/1")
        clock.tick(minutes * 60)
        assert browser.get("/fresh").text == fresh
