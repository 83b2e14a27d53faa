"""A logout on a machine that could not open the session, because its clock is behind."""

from __future__ import annotations

import time
import typing as t

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from flask_login import login_user
from flask_login import logout_user


@pytest.fixture
def ahead(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser whose session was signed by a machine whose clock is ahead."""
    with monkeypatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda self: int(time.time()) + 100)

        with browser.session_transaction() as stored:
            stored.update(_user_id="1", _fresh=True, cart=[1])

    return browser


@pytest.fixture
def catch_up(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[], None]:
    """Let the machine's clock catch up with the other."""
    later = int(time.time()) + 101
    return lambda: monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: later)


def test_session_opens_later(ahead: FlaskClient, catch_up: t.Any) -> None:
    assert ahead.get("/me").text == "nobody"
    catch_up()
    assert ahead.get("/me").text == "1"


def test_logout_lasts(ahead: FlaskClient, catch_up: t.Any) -> None:
    ahead.get("/logout")
    catch_up()
    assert ahead.get("/me").text == "nobody"


def test_logout_has_the_cookie_deleted(ahead: FlaskClient) -> None:
    ahead.get("/logout")
    assert ahead.get_cookie("session") is None


def test_logout_by_another_cookie_name_has_that_one_deleted(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["SESSION_COOKIE_NAME"] = "other"
    browser.set_cookie("other", "does not open")
    browser.get("/logout")
    assert browser.get_cookie("other") is None


def test_logout_deletes_the_remember_cookie_as_well(ahead: FlaskClient, catch_up: t.Any) -> None:
    ahead.set_cookie("remember_token", "junk")
    ahead.get("/logout")
    assert ahead.get_cookie("remember_token") is None
    assert ahead.get_cookie("session") is None


def test_login_after_the_logout_is_written(
    app: Flask, ahead: FlaskClient, users: dict[str, t.Any]
) -> None:
    def switch() -> str:
        logout_user()
        return str(login_user(users["2"]))

    app.view_functions["plain"] = switch
    ahead.get("/plain")
    assert ahead.get("/me").text == "2"


def test_session_that_opened_keeps_the_application_s_keys(
    browser: FlaskClient, session_of: t.Any
) -> None:
    browser.get("/login/1")

    with browser.session_transaction() as stored:
        stored["cart"] = [1]

    browser.get("/logout")
    assert session_of(browser) == {"cart": [1]}


def test_what_the_application_writes_before_the_logout_is_kept(
    app: Flask, ahead: FlaskClient, catch_up: t.Any
) -> None:
    def leave() -> str:
        session["cart"] = [2]
        return str(logout_user())

    app.view_functions["plain"] = leave
    ahead.get("/plain")
    catch_up()
    assert ahead.get("/me").text == "nobody"


def test_browser_without_a_session_is_sent_none(browser: FlaskClient) -> None:
    assert "Set-Cookie" not in browser.get("/logout").headers


def test_application_without_a_secret_key_logs_out(app: Flask, browser: FlaskClient) -> None:
    app.config["SECRET_KEY"] = None
    browser.set_cookie("session", "does not open")
    assert browser.get("/logout").text == "True"
