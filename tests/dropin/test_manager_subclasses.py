"""What subclasses of ``LoginManager`` do in place of its methods, without calling them."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask import g
from flask import Request
from flask import Response
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin

Users = dict[str, UserMixin]
Start = Callable[[type[LoginManager]], FlaskClient]


@pytest.fixture
def start(app: Flask, users: Users) -> Start:
    """Starts a client of an application with a manager of the given class."""

    def start(manager_class: type[LoginManager]) -> FlaskClient:
        login_manager = manager_class(app)
        login_manager.user_loader(users.get)
        login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
        return app.test_client()

    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
    app.add_url_rule("/me", "me", lambda: str(current_user.get_id()))
    app.add_url_rule("/login", "login", lambda: str(login_user(users["1"], remember=True)))
    app.add_url_rule("/logout", "logout", lambda: str(logout_user()))
    return start


def test_refusal_is_what_a_subclass_answers(start: Start) -> None:
    class Manager(LoginManager):
        def unauthorized(self) -> t.Any:
            return "refused"

    assert start(Manager).get("/guarded").text == "refused"


def test_user_is_whom_a_subclass_loads(start: Start, users: Users) -> None:
    class Manager(LoginManager):
        def _load_user(self) -> None:
            g._login_user = users["2"]

    assert start(Manager).get("/me").text == "2"


class PlainManager(LoginManager):
    def _update_request_context_with_user(self, user: t.Any = None) -> None:
        g._login_user = self.anonymous_user() if user is None else user


@pytest.mark.parametrize(
    ("headers", "name"), [({}, "None"), ({"X-User": "2"}, "2")], ids=["anonymous", "request"]
)
def test_subclass_puts_the_user_of_a_request_in_place(
    start: Start, headers: dict[str, str], name: str
) -> None:
    assert start(PlainManager).get("/me", headers=headers).text == name


def test_subclass_puts_the_user_of_a_session_in_place(start: Start) -> None:
    client = start(PlainManager)
    client.get("/login")
    assert client.get("/me").text == "1"

    client.get("/logout")
    assert client.get("/me").text == "None"


def test_subclass_puts_the_user_of_a_remember_cookie_in_place(start: Start) -> None:
    client = start(PlainManager)
    client.get("/login")
    client.delete_cookie("session")

    assert client.get("/me").text == "1"


def test_subclass_puts_another_user_in_place(start: Start, users: Users) -> None:
    class Manager(LoginManager):
        def _update_request_context_with_user(self, user: t.Any = None) -> None:
            super()._update_request_context_with_user(users["2"] if user is users["1"] else user)

    client = start(Manager)
    client.get("/login")

    assert client.get("/me").text == "2"


@pytest.mark.parametrize(
    ("failed", "name"), [(True, "None"), (False, "1")], ids=["failed", "passed"]
)
def test_subclass_protects_the_session(app: Flask, start: Start, failed: bool, name: str) -> None:
    class Manager(LoginManager):
        def _session_protection_failed(self) -> bool:
            return failed

    app.config["SESSION_PROTECTION"] = "strong"
    client = start(Manager)

    with client.session_transaction() as session:
        session["_user_id"] = "1"

    assert client.get("/me").text == name


class OwnCookieManager(LoginManager):
    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any:
        user = UserMixin()
        user.id = f"user of {cookie}"  # type: ignore[attr-defined]
        return user


def test_subclass_reads_the_remember_cookie(start: Start) -> None:
    client = start(OwnCookieManager)
    client.set_cookie("remember_token", "own")

    assert client.get("/me").text == "user of own"


def test_subclass_reads_the_remember_cookie_without_a_user_loader(app: Flask) -> None:
    OwnCookieManager(app).request_loader(lambda request: None)
    app.add_url_rule("/me", "me", lambda: str(current_user.get_id()))
    client = app.test_client()
    client.set_cookie("remember_token", "own")

    assert client.get("/me").text == "user of own"


def test_subclass_reads_the_request(start: Start, users: Users) -> None:
    class Manager(LoginManager):
        def _load_user_from_request(self, request: Request) -> t.Any:
            return users[request.args["user"]]

    assert start(Manager).get("/me?user=2").text == "2"


def test_subclass_sets_and_deletes_its_own_cookie(start: Start) -> None:
    class Manager(LoginManager):
        def _set_cookie(self, response: Response) -> None:
            response.set_cookie("own", "value")

        def _clear_cookie(self, response: Response) -> None:
            response.delete_cookie("own")

    client = start(Manager)
    client.get("/login")
    assert client.get_cookie("own") is not None
    assert client.get_cookie("remember_token") is None

    client.set_cookie("remember_token", "junk")
    client.get("/logout")
    assert client.get_cookie("own") is None


def test_subclass_answers_with_another_response(start: Start) -> None:
    class Manager(LoginManager):
        def _update_remember_cookie(self, response: Response) -> Response:
            return Response("another")

    assert start(Manager).get("/me").text == "another"
