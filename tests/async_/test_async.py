"""Async views, guarded or not, and the async ``user_loader`` that they need loaded in time."""

from __future__ import annotations

import typing as t
from functools import wraps

import pytest
from flask import Flask
from flask import request_started
from flask.testing import FlaskClient
from flask.views import MethodView
from flask.views import View

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin

pytest.importorskip("asgiref")

Users = dict[str, UserMixin]


@pytest.fixture
def loads(login_manager: LoginManager, users: Users) -> list[str]:
    """What an async ``user_loader`` was asked for."""
    loads: list[str] = []

    @login_manager.user_loader
    async def load_user(user_id: str) -> UserMixin | None:
        loads.append(user_id)
        return users.get(user_id)

    return loads


async def name_of_user() -> str:
    """A view, a coroutine function."""
    return str(current_user.get_id())


@pytest.fixture(
    params=[login_required, fresh_login_required], ids=["login_required", "fresh_login_required"]
)
def guarded(request: pytest.FixtureRequest, app: Flask) -> list[str]:
    """The calls of the guarded coroutine function at ``/guarded``."""
    calls: list[str] = []

    @app.route("/guarded", methods=["GET", "OPTIONS"])
    @request.param
    async def guarded() -> str:
        calls.append("view")
        return "inside"

    return calls


def test_guarded_async_view_is_entered_by_its_user(
    browser: FlaskClient, guarded: list[str]
) -> None:
    browser.get("/login/1")

    assert browser.get("/guarded").text == "inside"
    assert guarded == ["view"]


def test_guarded_async_view_is_closed_to_others(browser: FlaskClient, guarded: list[str]) -> None:
    assert browser.get("/guarded").status_code == 401
    assert guarded == []


def test_exempt_method_reaches_an_async_view(browser: FlaskClient, guarded: list[str]) -> None:
    assert browser.options("/guarded").text == "inside"


def test_everyone_passes_to_an_async_view_while_login_is_disabled(
    app: Flask, browser: FlaskClient, guarded: list[str]
) -> None:
    app.config["LOGIN_DISABLED"] = True

    assert browser.get("/guarded").text == "inside"


def test_guarded_async_view_knows_the_user_of_an_async_loader(
    app: Flask, browser: FlaskClient, loads: list[str]
) -> None:
    app.add_url_rule("/name", view_func=login_required(name_of_user))
    browser.get("/login/1")

    assert browser.get("/name").text == "1"
    assert loads == ["1"]


def test_async_view_finds_the_user_of_an_async_loader_loaded(
    app: Flask, browser: FlaskClient, loads: list[str]
) -> None:
    app.add_url_rule("/name", view_func=name_of_user)
    browser.get("/login/1")

    assert browser.get("/name").text == "1"
    assert loads == ["1"]


def test_async_view_below_a_decorator_finds_the_user_loaded(
    app: Flask, browser: FlaskClient, loads: list[str]
) -> None:
    @wraps(name_of_user)
    def decorated() -> t.Any:
        return app.ensure_sync(name_of_user)()

    app.add_url_rule("/name", view_func=decorated)
    browser.get("/login/1")

    assert browser.get("/name").text == "1"


class NameView(View):
    async def dispatch_request(self) -> str:
        return await name_of_user()


class NameMethodView(MethodView):
    async def get(self) -> str:
        return await name_of_user()


@pytest.mark.parametrize("view_class", [NameView, NameMethodView])
@pytest.mark.parametrize("decorators", [[], [login_required]], ids=["public", "guarded"])
def test_async_class_based_view_finds_the_user_loaded(
    app: Flask,
    browser: FlaskClient,
    loads: list[str],
    view_class: type[View],
    decorators: list[t.Any],
) -> None:
    guarded_class = type("Page", (view_class,), {"decorators": decorators})
    app.add_url_rule("/name", view_func=guarded_class.as_view("name"))
    browser.get("/login/1")

    assert browser.get("/name").text == "1"
    assert loads == ["1"]


def test_guarded_method_of_an_async_class_based_view_is_closed(
    app: Flask, browser: FlaskClient, loads: list[str]
) -> None:
    class Page(MethodView):
        get = login_required(NameMethodView.get)

    app.add_url_rule("/name", view_func=Page.as_view("name"))

    assert browser.get("/name").status_code == 401
    browser.get("/login/1")
    assert browser.get("/name").text == "1"


def test_remembered_user_is_loaded_for_an_async_view(
    app: Flask, browser: FlaskClient, loads: list[str]
) -> None:
    app.add_url_rule("/name", view_func=name_of_user)
    browser.get("/login/1?remember")
    browser.delete_cookie("session")

    assert browser.get("/name").text == "1"


def test_user_who_is_loaded_already_is_not_loaded_again(
    app: Flask, browser: FlaskClient, loads: list[str]
) -> None:
    app.add_url_rule("/name", view_func=name_of_user)
    browser.get("/login/1")

    with request_started.connected_to(lambda sender, **kwargs: current_user.get_id()):
        assert browser.get("/name").text == "1"

    assert loads == ["1"]


@pytest.mark.parametrize("path", ["/plain", "/nowhere", "/class"])
def test_async_loader_is_not_asked_for_a_sync_view(
    app: Flask, browser: FlaskClient, loads: list[str], path: str
) -> None:
    class Page(MethodView):
        def get(self) -> str:
            return "page"

    app.add_url_rule("/class", view_func=Page.as_view("class"))
    browser.get("/login/1")

    browser.get(path)

    assert loads == []


def test_sync_loader_is_asked_within_an_async_view(
    app: Flask, browser: FlaskClient, users: Users
) -> None:
    app.add_url_rule("/name", view_func=name_of_user)
    browser.get("/login/1")

    assert browser.get("/name").text == "1"
