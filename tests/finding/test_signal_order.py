"""Signals tell of what has happened: when a receiver runs, and when it raises, the state is set."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_denied_reason
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_required
from flask_login import login_source
from flask_login import LoginManager
from flask_login import session_ended
from flask_login import session_protected
from flask_login import user_accessed
from flask_login import user_loaded_from_cookie
from flask_login import user_loaded_from_request
from flask_login import user_logged_in
from flask_login import user_logged_out
from flask_login import user_login_confirmed
from flask_login import user_needs_refresh
from flask_login import user_unauthorized

Users = dict[str, t.Any]
State = tuple[t.Any, ...]

ANOTHER_BROWSER = {"User-Agent": "another"}


@pytest.fixture(autouse=True)
def guarded(app: Flask, browser: FlaskClient) -> None:
    app.add_url_rule("/inside", "inside", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "settings"))
    app.config["PROPAGATE_EXCEPTIONS"] = False


@pytest.fixture
def seen_at(app: Flask) -> t.Iterator[Callable[[t.Any], list[State]]]:
    """What receivers of a signal see: who the user is, who the session names, whether the login is
    fresh and remembered, and what told of the user.
    """
    receivers: list[t.Any] = []

    def watch(signal: t.Any) -> list[State]:
        seen: list[State] = []

        def receive(sender: Flask, **kwargs: t.Any) -> None:
            user_id = current_user.get_id()
            state = (user_id, session.get("_user_id"), login_fresh(), login_remembered())
            seen.append((*state, login_source()))

        signal.connect(receive, app)
        receivers.append((signal, receive))
        return seen

    yield watch

    for signal, receive in receivers:
        signal.disconnect(receive, app)


class TestWhatReceiversSee:
    @pytest.mark.parametrize(
        ("path", "state"),
        [
            ("/login/2", ("2", "2", True, False, "session")),
            ("/login/2?stale", ("2", "2", False, False, "session")),
            ("/login/2?remember", ("2", "2", True, True, "session")),
        ],
    )
    def test_login(self, browser: FlaskClient, seen_at: t.Any, path: str, state: State) -> None:
        browser.get("/login/1?remember")
        seen = seen_at(user_logged_in)
        browser.get(path)

        assert seen == [state]

    def test_logout(self, browser: FlaskClient, seen_at: t.Any) -> None:
        seen = seen_at(user_logged_out)
        browser.get("/login/1?remember")
        browser.get("/logout")

        assert seen == [("1", None, False, False, None)]

    def test_confirmation(self, browser: FlaskClient, seen_at: t.Any) -> None:
        seen = seen_at(user_login_confirmed)
        browser.get("/login/1?stale")
        browser.get("/confirm")

        assert seen == [("1", "1", True, False, "session")]

    def test_restore(self, remembered_browser: FlaskClient, seen_at: t.Any) -> None:
        seen = seen_at(user_loaded_from_cookie)
        remembered_browser.get("/me")

        assert seen == [("1", "1", False, True, "remember")]

    def test_user_of_the_request(
        self, browser: FlaskClient, login_manager: LoginManager, users: Users, seen_at: t.Any
    ) -> None:
        login_manager.request_loader(lambda request: users["2"])
        seen = seen_at(user_loaded_from_request)
        browser.get("/me")

        assert seen == [("2", None, False, False, "request")]

    @pytest.mark.parametrize(
        ("signal", "path", "state"),
        [
            (user_unauthorized, "/inside", (None, None, False, False, None)),
            (user_needs_refresh, "/settings", ("1", "1", False, True, "session")),
        ],
        ids=["unauthorized", "needs refresh"],
    )
    def test_refusal(
        self,
        remembered_browser: FlaskClient,
        seen_at: t.Any,
        signal: t.Any,
        path: str,
        state: State,
    ) -> None:
        seen = seen_at(signal)

        if signal is user_unauthorized:
            remembered_browser.delete_cookie("remember_token")
        else:
            remembered_browser.get("/me")

        remembered_browser.get(path)

        assert seen == [state]


@pytest.mark.parametrize("mode", ["basic", "strong"])
def test_protection_has_acted_when_it_is_told(app: Flask, browser: FlaskClient, mode: str) -> None:
    app.config["SESSION_PROTECTION"] = mode
    seen: list[t.Any] = []

    def receive(sender: Flask) -> None:
        seen.append((session.get("_user_id"), session.get("_fresh")))

    browser.get("/login/1")

    with session_protected.connected_to(receive, app):
        browser.get("/me", headers=ANOTHER_BROWSER)

    assert seen == [("1", False) if mode == "basic" else (None, None)]


def test_login_has_ended_when_that_is_told(app: Flask, browser: FlaskClient, users: Users) -> None:
    seen: list[t.Any] = []

    def receive(sender: Flask, user_id: str, reason: str) -> None:
        seen.append((user_id, reason, dict(session), login_denied_reason()))

    browser.get("/login/1")
    del users["1"]

    with session_ended.connected_to(receive, app):
        browser.get("/me")

    assert seen == [("1", "unknown_user", {}, "unknown_user")]


def fail(sender: Flask, **kwargs: t.Any) -> None:
    raise LookupError("receiver")


class TestReceiverThatFails:
    """What is left by a request that failed because a receiver did."""

    @pytest.mark.parametrize("path", ["/login/2", "/login/2?remember"])
    def test_login_is_whole(self, app: Flask, browser: FlaskClient, path: str) -> None:
        browser.get("/login/1")

        with user_logged_in.connected_to(fail, app):
            assert browser.get(path).status_code == 500

        assert browser.get("/me").text == "2"
        assert browser.get("/fresh").text == "True"
        assert browser.get("/remembered").text == str("remember" in path)

    def test_login_by_view_that_catches_is_whole(
        self, app: Flask, browser: FlaskClient, users: Users
    ) -> None:
        view = app.view_functions["login"]

        def caught(user_id: str) -> str:
            with pytest.raises(LookupError):
                view(user_id)

            return str(current_user.get_id())

        app.view_functions["login"] = caught

        with user_logged_in.connected_to(fail, app):
            assert browser.get("/login/1").text == "1"

        assert browser.get("/me").text == "1"

    def test_logout_is_whole(self, app: Flask, browser: FlaskClient, session_of: t.Any) -> None:
        browser.get("/login/1?remember")

        with user_logged_out.connected_to(fail, app):
            assert browser.get("/logout").status_code == 500

        assert session_of(browser) == {}
        assert browser.get_cookie("remember_token") is None
        assert browser.get("/me").text == "nobody"

    def test_confirmation_is_whole(self, app: Flask, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")

        with user_login_confirmed.connected_to(fail, app):
            assert browser.get("/confirm").status_code == 500

        assert browser.get("/fresh").text == "True"

    @pytest.mark.parametrize(
        "signal", [user_accessed, user_loaded_from_cookie], ids=["accessed", "loaded from cookie"]
    )
    def test_restore_is_whole_or_made_again(
        self, app: Flask, remembered_browser: FlaskClient, signal: t.Any
    ) -> None:
        with signal.connected_to(fail, app):
            assert remembered_browser.get("/me").status_code == 500

        assert remembered_browser.get("/me").text == "1"
        assert remembered_browser.get("/remembered").text == "True"

    def test_user_is_there_after_the_restore_that_failed(
        self, app: Flask, browser: FlaskClient
    ) -> None:
        @app.errorhandler(500)
        def failed(error: Exception) -> str:
            return f"{current_user.get_id()} by {login_source()}"

        browser.get("/login/1?remember")
        browser.delete_cookie("session")

        with user_loaded_from_cookie.connected_to(fail, app):
            assert browser.get("/me").text == "1 by remember"

    def test_user_of_the_request_is_there(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, users: Users
    ) -> None:
        @app.errorhandler(500)
        def failed(error: Exception) -> str:
            return f"{current_user.get_id()} by {login_source()}"

        login_manager.request_loader(lambda request: users["2"])

        with user_loaded_from_request.connected_to(fail, app):
            assert browser.get("/me").text == "2 by request"

    @pytest.mark.parametrize(("mode", "user_id"), [("basic", "1"), ("strong", "nobody")])
    @pytest.mark.parametrize(
        "signal", [session_protected, session_ended], ids=["session_protected", "session_ended"]
    )
    def test_protection_is_whole(
        self, app: Flask, browser: FlaskClient, mode: str, user_id: str, signal: t.Any
    ) -> None:
        app.config["SESSION_PROTECTION"] = mode
        browser.get("/login/1?remember")

        with signal.connected_to(fail, app):
            browser.get("/me", headers=ANOTHER_BROWSER)

        assert browser.get("/me").text == user_id
        assert browser.get("/fresh").text == "False"

    def test_nobody_enters_by_a_refusal_that_failed(self, app: Flask, browser: FlaskClient) -> None:
        with user_unauthorized.connected_to(fail, app):
            response = browser.get("/inside")

        assert (response.status_code, "inside" in response.text) == (500, False)
