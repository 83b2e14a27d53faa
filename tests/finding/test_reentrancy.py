"""Loaders and receivers that use what they are part of: ``current_user``, logins and logouts."""

from __future__ import annotations

import typing as t
from contextlib import suppress

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_fresh
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import session_protected
from flask_login import user_accessed
from flask_login import user_loaded_from_cookie
from flask_login import user_loaded_from_request
from flask_login import user_logged_in
from flask_login import user_logged_out


@pytest.fixture
def seen() -> list[t.Any]:
    """What receivers and loaders found."""
    return []


@pytest.mark.parametrize("look", [bool, lambda user: user.is_authenticated], ids=["bool", "ask"])
def test_user_loader_may_use_current_user(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any], look: t.Any
) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        look(current_user)
        return users[user_id]

    browser.get("/login/1")
    assert browser.get("/me").text == "1"


def test_user_loader_for_a_cookie_may_use_current_user(
    remembered_browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        assert not current_user.is_authenticated
        return users[user_id]

    assert remembered_browser.get("/me").text == "1"


def test_request_loader_may_use_current_user(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @login_manager.request_loader
    def load_user(request: t.Any) -> t.Any:
        return users["1"] if not current_user.is_authenticated else None

    assert browser.get("/me").text == "1"


def test_user_accessed_receiver_may_use_current_user(
    app: Flask, browser: FlaskClient, seen: list[t.Any]
) -> None:
    def receive(sender: Flask) -> None:
        seen.append(current_user.get_id())

    browser.get("/login/1")

    with user_accessed.connected_to(receive, app):
        assert browser.get("/me").text == "1"

    assert seen == ["1"]


@pytest.mark.parametrize("protection", ["basic", "strong"])
def test_user_loaded_from_cookie_receiver_sees_the_user(
    app: Flask, remembered_browser: FlaskClient, seen: list[t.Any], protection: str
) -> None:
    app.config["SESSION_PROTECTION"] = protection

    def receive(sender: Flask, user: t.Any) -> None:
        seen.append(current_user.get_id())

    with user_loaded_from_cookie.connected_to(receive, app):
        assert remembered_browser.get("/me").text == "1"

    assert seen == ["1"]
    assert remembered_browser.get("/me").text == "1"


def test_user_loaded_from_request_receiver_sees_the_user(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    users: dict[str, t.Any],
    seen: list[t.Any],
) -> None:
    login_manager.request_loader(lambda request: users["2"])

    def receive(sender: Flask, user: t.Any) -> None:
        seen.append(current_user.get_id())

    with user_loaded_from_request.connected_to(receive, app):
        assert browser.get("/me").text == "2"

    assert seen == ["2"]


@pytest.mark.parametrize(("protection", "user_id"), [("basic", "1"), ("strong", "nobody")])
def test_session_protected_receiver_may_use_current_user(
    app: Flask, browser: FlaskClient, protection: str, user_id: str, seen: list[t.Any]
) -> None:
    app.config["SESSION_PROTECTION"] = protection

    def receive(sender: Flask) -> None:
        seen.append(current_user.is_authenticated)

    browser.get("/login/1")

    with session_protected.connected_to(receive, app):
        assert browser.get("/me", headers={"User-Agent": "another"}).text == user_id

    assert len(seen) == 1


def test_login_receiver_sees_the_user(app: Flask, browser: FlaskClient, seen: list[t.Any]) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        seen.append((current_user.get_id(), session["_user_id"], login_fresh()))

    with user_logged_in.connected_to(receive, app):
        browser.get("/login/1")

    assert seen == [("1", "1", True)]


def test_logout_receiver_sees_the_user_and_no_login(
    app: Flask, browser: FlaskClient, seen: list[t.Any]
) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        seen.append((user.get_id(), current_user.get_id(), "_user_id" in session))

    browser.get("/login/1")

    with user_logged_out.connected_to(receive, app):
        browser.get("/logout")

    assert seen == [("1", "1", False)]


@pytest.mark.parametrize("name", ["fails", "succeeds"])
def test_nobody_is_there_after_the_logout_receivers(
    app: Flask, browser: FlaskClient, seen: list[t.Any], name: str
) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        if name == "fails":
            raise LookupError

    @app.route("/leave")
    def leave() -> str:
        with suppress(LookupError):
            logout_user()

        return str(current_user.get_id())

    browser.get("/login/1")

    with user_logged_out.connected_to(receive, app):
        assert browser.get("/leave").text == "None"


def test_logout_receiver_may_log_somebody_in(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    app.add_url_rule("/leave", "leave", lambda: logout_user() and str(current_user.get_id()))
    browser.get("/login/1")

    with user_logged_out.connected_to(lambda sender, user: login_user(users["2"]), app):
        assert browser.get("/leave").text == "2"

    assert browser.get("/me").text == "2"


@pytest.mark.parametrize("answer", ["1", None], ids=["user", "nobody"])
def test_user_loader_may_log_out(
    browser: FlaskClient,
    login_manager: LoginManager,
    users: dict[str, t.Any],
    answer: t.Any,
    session_of: t.Any,
) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        logout_user()
        return users.get(answer)

    browser.get("/login/1")
    assert browser.get("/me").text == "nobody"
    assert session_of(browser) == {}


@pytest.mark.parametrize("answer", ["1", None], ids=["user", "nobody"])
def test_user_loader_for_a_cookie_may_log_out(
    remembered_browser: FlaskClient,
    login_manager: LoginManager,
    users: dict[str, t.Any],
    answer: t.Any,
    session_of: t.Any,
) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        logout_user()
        return users.get(answer)

    assert remembered_browser.get("/me").text == "nobody"
    assert session_of(remembered_browser) == {}
    assert remembered_browser.get_cookie("remember_token") is None


def test_request_loader_may_log_out(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @login_manager.request_loader
    def load_user(request: t.Any) -> t.Any:
        logout_user()
        return users["1"]

    assert browser.get("/me").text == "nobody"


def test_user_loader_that_logs_out_is_not_followed_by_the_request_loader(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    login_manager.user_loader(lambda user_id: logout_user() and None)
    login_manager.request_loader(lambda request: users["2"])
    browser.get("/login/1")
    assert browser.get("/me").text == "nobody"


def test_request_loader_may_log_in(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any], session_of: t.Any
) -> None:
    @login_manager.request_loader
    def load_user(request: t.Any) -> t.Any:
        login_user(users["2"])

    assert browser.get("/me").text == "2"
    assert session_of(browser)["_user_id"] == "2"


def test_user_accessed_receiver_may_log_out(
    app: Flask, browser: FlaskClient, session_of: t.Any
) -> None:
    def receive(sender: Flask) -> None:
        logout_user()

    browser.get("/login/1")

    with user_accessed.connected_to(receive, app):
        assert browser.get("/me").text == "nobody"

    assert session_of(browser) == {}


def test_user_loaded_from_cookie_receiver_may_log_out(
    app: Flask, remembered_browser: FlaskClient, session_of: t.Any
) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        logout_user()

    with user_loaded_from_cookie.connected_to(receive, app):
        assert remembered_browser.get("/me").text == "nobody"

    assert session_of(remembered_browser) == {}
    assert remembered_browser.get_cookie("remember_token") is None


def test_session_protected_receiver_may_log_out(
    app: Flask, browser: FlaskClient, session_of: t.Any
) -> None:
    def receive(sender: Flask) -> None:
        logout_user()

    browser.get("/login/1")

    with session_protected.connected_to(receive, app):
        assert browser.get("/me", headers={"User-Agent": "another"}).text == "nobody"

    assert session_of(browser) == {}


def test_logout_inside_a_loader_sends_the_signal_once(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, seen: list[t.Any]
) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        seen.append(user.is_anonymous)

    login_manager.user_loader(lambda user_id: logout_user() and None)
    browser.get("/login/1")

    with user_logged_out.connected_to(receive, app):
        browser.get("/me")

    assert seen == [True]


def test_anonymous_user_is_not_made_for_a_request_that_has_a_user(
    browser: FlaskClient, login_manager: LoginManager, seen: list[t.Any]
) -> None:
    login_manager.anonymous_user = lambda: seen.append("made")
    browser.get("/login/1")
    browser.get("/me")
    assert seen == []


def test_anonymous_user_is_made_once(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, seen: list[t.Any]
) -> None:
    app.add_url_rule("/none", view_func=lambda: str(current_user == None))  # noqa: E711
    login_manager.anonymous_user = lambda: seen.append("made")
    browser.get("/none")
    assert seen == ["made"]


def test_login_by_a_loader_that_then_raises_stays(
    app: Flask, login_manager: LoginManager, users: t.Any, remembered_browser: FlaskClient
) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        login_user(users["2"])
        raise LookupError("after a login")

    cookie = remembered_browser.get_cookie("remember_token")
    assert cookie is not None

    with app.test_request_context(headers={"Cookie": f"remember_token={cookie.value}"}):
        with pytest.raises(LookupError):
            current_user.get_id()

        assert session["_user_id"] == "2"
