"""Session stamps and a secret key that changes: digests by older keys are accepted, and renewed,
in the session and in the remember-me cookie behind it.
"""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from flask_login import current_user
from flask_login import encode_cookie
from flask_login import refresh_login


class OwnKey(SecureCookieSessionInterface):
    """Sessions that no change of the secret key makes unreadable."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer("session key", serializer=self.serializer)


@pytest.fixture(autouse=True)
def rotated(app: Flask, browser: FlaskClient, users: dict[str, t.Any]) -> None:
    users["1"].stamp = "hash"
    app.session_interface = OwnKey()
    browser.get("/login/1?remember")
    app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["deterministic"])


def test_session_is_accepted(browser: FlaskClient) -> None:
    browser.delete_cookie("remember_token")
    assert browser.get("/me").text == "1"


def test_session_is_renewed(app: Flask, browser: FlaskClient) -> None:
    browser.delete_cookie("remember_token")
    browser.get("/me")
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert browser.get("/me").text == "1"


def test_session_that_was_not_renewed_ends_with_the_key(app: Flask, browser: FlaskClient) -> None:
    browser.delete_cookie("remember_token")
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert browser.get("/me").text == "nobody"


def test_cookie_is_accepted(browser: FlaskClient) -> None:
    browser.delete_cookie("session")
    assert browser.get("/me").text == "1"


def test_cookie_is_renewed(app: Flask, browser: FlaskClient) -> None:
    browser.delete_cookie("session")
    browser.get("/me")
    app.config["SECRET_KEY_FALLBACKS"] = []
    browser.delete_cookie("session")
    assert browser.get("/me").text == "1"


def test_other_credentials_end_it_all_the_same(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    users["1"].stamp = "another"
    assert browser.get("/me").text == "nobody"


@pytest.fixture
def change_password(app: Flask, browser: FlaskClient) -> t.Callable[[], None]:
    """Change the credentials of user 1, and let this login go on."""

    def change_password() -> str:
        current_user.stamp = "another"
        return str(refresh_login())

    app.view_functions["plain"] = change_password
    return lambda: browser.get("/plain").close()


class TestCookieBesideItsSession:
    """The user's own good cookie is never taken for a void one."""

    def is_good(self, app: Flask, browser: FlaskClient) -> bool:
        app.config["SECRET_KEY_FALLBACKS"] = []
        browser.delete_cookie("session")
        return browser.get("/me").text == "1"

    def test_it_is_renewed_with_the_session(self, app: Flask, browser: FlaskClient) -> None:
        browser.get("/me")
        assert self.is_good(app, browser)

    def test_it_is_renewed_once(self, browser: FlaskClient, cookie_of: t.Any) -> None:
        assert cookie_of(browser.get("/me")) is not None
        assert cookie_of(browser.get("/me")) is None

    def test_it_remembers_the_login_still(self, browser: FlaskClient) -> None:
        assert browser.get("/remembered").text == "True"
        assert browser.get("/remembered").text == "True"

    @pytest.mark.parametrize("seen", [True, False])
    def test_it_is_replaced_where_the_credentials_change(
        self, app: Flask, browser: FlaskClient, change_password: t.Any, seen: bool
    ) -> None:
        if seen:
            browser.get("/me")

        change_password()
        assert self.is_good(app, browser)

    def test_it_does_not_end_the_session_where_the_credentials_change(
        self, browser: FlaskClient, change_password: t.Any
    ) -> None:
        change_password()
        assert browser.get("/remembered").text == "True"

    def test_it_is_renewed_with_each_request(self, app: Flask, browser: FlaskClient) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
        browser.get("/me")
        browser.get("/me")
        assert self.is_good(app, browser)

    def test_it_expires_when_it_did(
        self, browser: FlaskClient, clock: t.Any, expiry_of: t.Any
    ) -> None:
        response = browser.get("/login/1?remember")
        expiry = expiry_of(response)
        browser.application.config.update(
            SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["new", "deterministic"]
        )
        clock.tick(100)
        assert expiry_of(browser.get("/me")) == expiry

    def test_void_cookie_is_not_revived(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any], token_of: t.Any
    ) -> None:
        void = token_of(browser)
        users["1"].stamp = "another"
        browser.get("/login/1")
        browser.set_cookie("remember_token", void)
        app.config.update(SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["new", "deterministic"])
        browser.get("/me")
        assert not self.is_good(app, browser)

    def test_cookie_of_another_user_is_left_alone(
        self, app: Flask, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
        browser.set_cookie("remember_token", encode_cookie("2", key="new"))
        assert cookie_of(browser.get("/me")) is None

    def test_historic_cookie_stays_in_the_historic_format(
        self, app: Flask, browser: FlaskClient, token_of: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
        historic = encode_cookie("1", key="new")
        browser.set_cookie("remember_token", historic)
        browser.get("/me")
        assert token_of(browser) == historic
