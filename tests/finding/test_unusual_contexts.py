"""Logins where a request is not quite one, or a session not Flask's."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from flask import Flask
from flask import Request
from flask.sessions import SecureCookieSession
from flask.sessions import SecureCookieSessionInterface
from flask.sessions import SessionMixin
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login import LoginManager
from flask_login import utils
from flask_login.testing import assert_login_required


def test_login_in_an_app_context_writes_to_the_session_of_a_patch(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    request = mock.Mock(remote_addr="127.0.0.1", headers={}, cookies={}, root_path="", path="/")
    session: dict[str, t.Any] = {}

    with app.app_context(), mock.patch("flask_login.utils.session", session):
        with mock.patch("flask_login.utils.request", request):
            assert login_user(users["1"])

    assert session["_user_id"] == "1"


class ManagedSession(dict[str, t.Any], SessionMixin):
    """A session that is kept by something else than the session interface."""


class Interface(SecureCookieSessionInterface):
    session_class = SecureCookieSession
    regenerated = 0

    def open_session(self, app: Flask, request: t.Any) -> t.Any:
        return ManagedSession()

    def save_session(self, app: Flask, session: t.Any, response: t.Any) -> None:
        pass

    def regenerate(self, session: t.Any) -> None:
        self.regenerated += 1


def test_session_that_the_interface_does_not_keep_gets_no_id_from_it(
    app: Flask, browser: FlaskClient
) -> None:
    app.session_interface = interface = Interface()
    assert browser.get("/login/1").status_code == 200
    assert interface.regenerated == 0


def test_cookie_for_nobody_is_an_error(app: Flask, login_manager: LoginManager) -> None:
    with app.test_request_context(), pytest.raises(LookupError, match="No user is logged in"):
        login_manager._set_cookie(app.response_class())


def test_refreshed_historic_cookie_keeps_the_duration_of_its_login(
    app: Flask, browser: FlaskClient, clock: t.Any, users: dict[str, t.Any], expiry_of: t.Any
) -> None:
    app.config.update(REMEMBER_COOKIE_FORMAT="legacy", REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True)
    app.add_url_rule(
        "/minute", "minute", lambda: str(login_user(users["1"], remember=True, duration=60))
    )
    browser.get("/minute")
    clock.tick(30)
    assert expiry_of(browser.get("/me")) == clock.now + 60


def test_stamp_that_is_none_of_the_kinds_is_an_error(app: Flask, browser: FlaskClient) -> None:
    class Account:
        is_active = True

        def get_id(self) -> str:
            return "1"

        def get_session_stamp(self) -> t.Any:
            return object()

    with app.test_request_context(), pytest.raises(TypeError, match="'get_session_stamp' must"):
        login_user(Account())


def test_redirect_to_nowhere_is_no_refusal(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/lost", "lost", lambda: ("", 302))

    with pytest.raises(AssertionError, match="/lost is open"):
        assert_login_required(client, "/lost")


class ItemwiseSession(dict[str, t.Any], SessionMixin):
    """A session that learns of changes by assignments only."""

    modified = False

    def __setitem__(self, key: str, value: t.Any) -> None:
        self.modified = True
        super().__setitem__(key, value)


def test_login_is_noted_by_a_session_that_knows_assignments_only(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    with app.test_request_context(), mock.patch("flask_login.utils.session", ItemwiseSession()):
        login_user(users["1"])
        assert utils.session.modified


def test_request_class_may_answer_to_any_name(app: Flask, browser: FlaskClient) -> None:
    class Obliging(Request):
        def __getattr__(self, name: str) -> str:
            return name

    app.request_class = Obliging
    browser.get("/login/1")

    assert browser.get("/me").text == "1"
