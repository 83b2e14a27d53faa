"""``login_required(via=...)`` lets only those in whose login came a certain way."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin

BY_TOKEN = {"X-Token": "1"}
BY_REQUEST = {"X-User": "1"}
WAYS = {
    "session": "session",
    "remember": ["remember"],
    "request": ("request",),
    "token": {"token"},
    "by-session-or-remember": ("session", "remember"),
    "by-any": None,
    "by-none": (),
}


@pytest.fixture(autouse=True)
def views(app: Flask, login_manager: LoginManager, users: dict[str, UserMixin]) -> None:
    """Views that are for users who came one way, under the name of that way."""
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User", "")))
    login_manager.loader("token")(lambda request: users.get(request.headers.get("X-Token", "")))

    for name, via in WAYS.items():
        guard: t.Any = login_required(via=via)
        app.add_url_rule(f"/{name}", f"via_{name}", guard(lambda: "inside"))


def open_views(client: FlaskClient, **headers: str) -> set[str]:
    """The ways whose view can be entered. A remembered login is made anew for each."""
    return {name for name in WAYS if client.get(f"/{name}", headers=headers).status_code == 200}


def test_anonymous_user_is_refused(client: FlaskClient) -> None:
    assert open_views(client) == set()


def test_login_of_the_session_enters(browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert open_views(browser) == {"session", "by-session-or-remember", "by-any"}


@pytest.mark.parametrize(
    ("way", "code"),
    [("session", 401), ("remember", 200), ("by-session-or-remember", 200), ("by-any", 200)],
)
def test_remembered_login_enters(remembered_browser: FlaskClient, way: str, code: int) -> None:
    assert remembered_browser.get(f"/{way}").status_code == code


def test_remembered_login_is_one_of_the_session_from_then_on(
    remembered_browser: FlaskClient,
) -> None:
    remembered_browser.get("/me")

    assert remembered_browser.get("/session").status_code == 200
    assert remembered_browser.get("/remember").status_code == 401


def test_user_of_the_request_loader_enters(client: FlaskClient) -> None:
    assert open_views(client, **BY_REQUEST) == {"request", "by-any"}


def test_user_of_a_named_loader_enters(client: FlaskClient) -> None:
    assert open_views(client, **BY_TOKEN) == {"token", "by-any"}


def test_refusal_is_that_of_the_anonymous(
    login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager.login_view = "/log-in"
    browser.get("/login/1")

    assert browser.get("/token").location == "/log-in?next=%2Ftoken"


def test_refusal_asks_the_handler(login_manager: LoginManager, browser: FlaskClient) -> None:
    login_manager.unauthorized_handler(lambda: ("another way, please", 418))
    browser.get("/login/1")

    assert browser.get("/token").status_code == 418


def test_login_in_the_same_request_is_one_of_the_session(
    app: Flask, client: FlaskClient, users: dict[str, UserMixin]
) -> None:
    from_session: t.Any = login_required(via="session")(lambda: "inside")
    app.add_url_rule("/page", "page", lambda: login_user(users["1"]) and from_session())

    assert client.get("/page", headers=BY_TOKEN).text == "inside"


def test_everyone_passes_while_login_is_disabled(app: Flask, client: FlaskClient) -> None:
    app.config["LOGIN_DISABLED"] = True

    assert open_views(client) == set(WAYS)


def test_async_view_is_guarded(app: Flask, browser: FlaskClient) -> None:
    pytest.importorskip("asgiref")

    @app.get("/async")
    @login_required(via="token")
    async def page() -> str:
        return "inside"

    browser.get("/login/1")
    assert browser.get("/async").status_code == 401
    browser.get("/logout")
    assert browser.get("/async", headers=BY_TOKEN).text == "inside"


def test_method_of_a_class_based_view_is_guarded(app: Flask, client: FlaskClient) -> None:
    class Page(MethodView):
        @login_required(via="token")
        def get(self) -> str:
            return "inside"

    app.add_url_rule("/class", view_func=Page.as_view("class"))

    assert client.get("/class", headers=BY_REQUEST).status_code == 401
    assert client.get("/class", headers=BY_TOKEN).text == "inside"


def test_called_guard_without_a_way_is_the_bare_one(app: Flask, browser: FlaskClient) -> None:
    app.add_url_rule("/called", "called", login_required()(lambda: "inside"))

    assert browser.get("/called").status_code == 401
    browser.get("/login/1")
    assert browser.get("/called").text == "inside"


@pytest.mark.parametrize("guard", [login_required, fresh_login_required], ids=["login", "fresh"])
@pytest.mark.parametrize("argument", ["session", 60], ids=repr)
def test_argument_without_its_name_is_an_error(guard: t.Any, argument: object) -> None:
    with pytest.raises(TypeError, match="Use keyword arguments"):
        guard(argument)


@pytest.mark.parametrize("via", [[1], ("session", None), [("session",)]], ids=repr)
def test_ways_that_are_no_names_are_an_error(via: t.Any) -> None:
    with pytest.raises(TypeError, match="via must be a name or names of loaders"):
        login_required(via=via)
