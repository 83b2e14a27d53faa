"""Methods of ``LoginManager`` that subclasses override: what calls them, and with what."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask import g
from flask import request
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin

Users = dict[str, UserMixin]
Calls = dict[str, list[tuple[t.Any, ...]]]

OVERRIDABLE = [
    "unauthorized",
    "needs_refresh",
    "_load_user",
    "_update_request_context_with_user",
    "_session_protection_failed",
    "_load_user_from_remember_cookie",
    "_load_user_from_request",
    "_update_remember_cookie",
    "_set_cookie",
    "_clear_cookie",
]


@pytest.fixture
def calls() -> Calls:
    """The arguments that each method was called with."""
    return {name: [] for name in OVERRIDABLE}


@pytest.fixture
def login_manager(app: Flask, users: Users, calls: Calls) -> LoginManager:
    """A manager of a subclass that overrides everything."""

    def overriding(name: str) -> Callable[..., t.Any]:
        def method(self: LoginManager, *args: t.Any, **kwargs: t.Any) -> t.Any:
            calls[name].append((*args, *kwargs.values()))
            return getattr(super(cls, self), name)(*args, **kwargs)

        return method

    cls = type("Manager", (LoginManager,), {name: overriding(name) for name in OVERRIDABLE})
    login_manager: LoginManager = cls(app)
    login_manager.user_loader(users.get)
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "settings"))
    return login_manager


def forget(calls: Calls) -> None:
    for arguments in calls.values():
        arguments.clear()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/guarded", "unauthorized"),
        ("/settings", "unauthorized"),
        ("/me", "_load_user"),
        ("/me", "_session_protection_failed"),
        ("/fresh", "_session_protection_failed"),
        ("/me", "_update_request_context_with_user"),
        ("/logout", "_update_request_context_with_user"),
    ],
)
def test_method_without_arguments_is_called(
    browser: FlaskClient, calls: Calls, path: str, name: str
) -> None:
    browser.get(path)

    assert set(calls[name]) == {()}


def test_stale_login_calls_needs_refresh(browser: FlaskClient, calls: Calls) -> None:
    browser.get("/login/1?stale")
    browser.get("/settings")

    assert calls["needs_refresh"] == [()]
    assert calls["unauthorized"] == []


def test_user_is_loaded_once_in_a_request(browser: FlaskClient, calls: Calls) -> None:
    browser.get("/guarded")

    assert calls["_load_user"] == [()]
    assert calls["_session_protection_failed"] == [()]


@pytest.mark.parametrize("path", ["/plain", "/login/1"])
def test_user_is_not_loaded_unless_asked_for(browser: FlaskClient, calls: Calls, path: str) -> None:
    browser.get(path)

    assert calls["_load_user"] == []


@pytest.mark.parametrize("path", ["/login/1", "/me"], ids=["login", "next request"])
def test_user_is_put_in_place(browser: FlaskClient, users: Users, calls: Calls, path: str) -> None:
    browser.get("/login/1")
    forget(calls)
    browser.get(path)

    assert calls["_update_request_context_with_user"] == [(users["1"],)]


def test_remember_cookie_is_handed_over_as_it_came(browser: FlaskClient, calls: Calls) -> None:
    browser.set_cookie("remember_token", "junk")
    browser.get("/me")

    assert calls["_load_user_from_remember_cookie"] == [("junk",)]


def test_remember_cookie_is_not_read_beside_a_session(browser: FlaskClient, calls: Calls) -> None:
    browser.get("/login/1?remember")
    browser.get("/me")

    assert calls["_load_user_from_remember_cookie"] == []


def test_request_is_handed_over(
    login_manager: LoginManager, browser: FlaskClient, calls: Calls
) -> None:
    paths: list[str] = []
    login_manager.request_loader(lambda request: paths.append(request.path))

    browser.get("/me")

    assert paths == ["/me"]
    assert len(calls["_load_user_from_request"]) == 1


def test_request_is_not_asked_beside_a_session(
    login_manager: LoginManager, browser: FlaskClient, calls: Calls
) -> None:
    login_manager.request_loader(lambda request: None)
    browser.get("/login/1")
    browser.get("/me")

    assert calls["_load_user_from_request"] == []


@pytest.mark.parametrize("path", ["/login/1?remember", "/logout", "/me"])
def test_response_of_a_request_with_a_login_is_handed_over(
    browser: FlaskClient, calls: Calls, path: str
) -> None:
    response = browser.get(path)

    ((handed_over,),) = calls["_update_remember_cookie"]
    assert handed_over.get_data(as_text=True) == response.text


def test_remember_cookie_is_set_by_one_method(browser: FlaskClient, calls: Calls) -> None:
    browser.get("/login/1?remember")

    assert [isinstance(response, Response) for (response,) in calls["_set_cookie"]] == [True]
    assert calls["_clear_cookie"] == []


def test_remember_cookie_is_deleted_by_one_method(browser: FlaskClient, calls: Calls) -> None:
    browser.get("/login/1?remember")
    forget(calls)
    browser.get("/logout")

    assert [isinstance(response, Response) for (response,) in calls["_clear_cookie"]] == [True]
    assert calls["_set_cookie"] == []


def test_load_user_works_before_any_hook_has_run(
    app: Flask, login_manager: LoginManager, users: Users
) -> None:
    with app.test_request_context() as context:
        context.session["_user_id"] = "1"

        assert login_manager._load_user() is None  # type: ignore[func-returns-value]
        assert g._login_user is users["1"]


def test_load_user_of_a_stranger_puts_an_anonymous_one_in_place(
    app: Flask, login_manager: LoginManager
) -> None:
    with app.test_request_context():
        login_manager._load_user()

        assert g._login_user.is_anonymous


@pytest.mark.parametrize("arguments", [(), (None,)], ids=["nothing", "None"])
def test_update_request_context_makes_an_anonymous_user_by_default(
    app: Flask, login_manager: LoginManager, arguments: tuple[None, ...]
) -> None:
    with app.test_request_context():
        login_manager._update_request_context_with_user(*arguments)

        assert current_user.is_anonymous


def test_update_request_context_takes_a_user(
    app: Flask, login_manager: LoginManager, users: Users
) -> None:
    with app.test_request_context():
        login_manager._update_request_context_with_user(user=users["1"])

        assert g._login_user is current_user._get_current_object() is users["1"]


def test_set_cookie_can_be_replaced_on_the_class(
    app: Flask, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_cookie(self: LoginManager, response: Response) -> None:
        response.headers["X-Remember"] = str(request.path)

    monkeypatch.setattr(LoginManager, "_set_cookie", set_cookie)
    response = browser.get("/login/1?remember")

    assert response.headers["X-Remember"] == "/login/1"
    assert browser.get_cookie("remember_token") is None
