"""Session stamps and a secret key that changes: digests by older keys are accepted, and renewed."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer


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
