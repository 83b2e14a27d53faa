"""Async callbacks and receivers that are reached from where an event loop runs already: async
views, async functions before requests, and async error handlers.
"""

from __future__ import annotations

import asyncio
import threading
import typing as t
from functools import wraps

import pytest
from flask import Flask
from flask import request
from flask import session
from flask.testing import FlaskClient
from flask.views import MethodView
from flask.views import View

from flask_login import confirm_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import user_accessed
from flask_login import user_loaded_from_cookie
from flask_login import user_logged_in
from flask_login import user_logged_out
from flask_login import user_login_confirmed
from flask_login import user_passes_test
from flask_login import user_unauthorized

pytest.importorskip("asgiref")

Users = dict[str, t.Any]


@pytest.fixture
def loads(login_manager: LoginManager, users: Users) -> list[str]:
    """What an async ``user_loader`` was asked for."""
    loads: list[str] = []

    @login_manager.user_loader
    async def load_user(user_id: str) -> t.Any:
        await asyncio.sleep(0)
        loads.append(user_id)
        return users.get(user_id)

    return loads


async def name_of_user() -> str:
    await asyncio.sleep(0)
    return str(current_user.get_id() or "nobody")


class TestAsyncLoader:
    def test_function_before_requests_finds_the_user(
        self, app: Flask, browser: FlaskClient, loads: list[str]
    ) -> None:
        seen: list[str] = []

        @app.before_request
        async def look() -> None:
            seen.append(await name_of_user())

        browser.get("/login/1")
        browser.get("/plain")

        assert seen == ["nobody", "1"]
        assert loads == ["1"]

    def test_error_handler_finds_the_user(
        self, app: Flask, browser: FlaskClient, loads: list[str]
    ) -> None:
        @app.errorhandler(404)
        async def not_found(error: Exception) -> tuple[str, int]:
            return f"nothing here, {await name_of_user()}", 404

        browser.get("/login/1")

        assert browser.get("/nowhere").text == "nothing here, 1"

    def test_function_after_requests_finds_the_user(
        self, app: Flask, browser: FlaskClient, loads: list[str]
    ) -> None:
        @app.after_request
        async def look(response: t.Any) -> t.Any:
            response.headers["X-User"] = await name_of_user()
            return response

        browser.get("/login/1")

        assert browser.get("/plain").headers["X-User"] == "1"

    def test_remembered_user_is_found(
        self, app: Flask, browser: FlaskClient, loads: list[str]
    ) -> None:
        @app.before_request
        async def look() -> None:
            await name_of_user()

        browser.get("/login/1?remember")
        browser.delete_cookie("session")

        assert browser.get("/me").text == "1"
        assert loads == ["1"]

    def test_user_of_the_request_is_found(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, users: Users
    ) -> None:
        @login_manager.request_loader
        async def load_user(request: t.Any) -> t.Any:
            return users.get(request.headers.get("X-Key"))

        app.before_request(name_of_user_in_header)

        assert browser.get("/plain", headers={"X-Key": "2"}).text == "2"

    def test_loader_sees_the_request_and_the_session(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, users: Users
    ) -> None:
        @login_manager.user_loader
        async def load_user(user_id: str) -> t.Any:
            return users.get(request.args["as"]) if session["_user_id"] == user_id else None

        app.before_request(name_of_user_in_header)
        browser.get("/login/1?as=1")

        assert browser.get("/plain?as=2").text == "2"

    def test_error_of_the_loader_is_raised_there(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        @login_manager.user_loader
        async def load_user(user_id: str) -> t.Any:
            raise LookupError(user_id)

        @app.get("/caught")
        async def caught() -> str:
            return "unreachable"

        @app.before_request
        async def look() -> str | None:
            try:
                await name_of_user()
            except LookupError as error:
                return f"caught {error}, {error.__notes__[0][:29]}"  # type: ignore[attr-defined]

            return None

        with browser.session_transaction() as kept:
            kept["_user_id"] = "1"

        assert browser.get("/caught").text == "caught 1, Raised by the user_loader 'Te"

    def test_sync_loader_stays_in_the_thread_of_the_request(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, users: Users
    ) -> None:
        threads: list[int] = []

        @login_manager.user_loader
        def load_user(user_id: str) -> t.Any:
            threads.append(threading.get_ident())
            return users.get(user_id)

        @app.before_request
        async def look() -> None:
            threads.append(threading.get_ident())
            await name_of_user()

        with browser.session_transaction() as kept:
            kept["_user_id"] = "1"

        browser.get("/plain")

        assert threads[0] == threads[1]


async def name_of_user_in_header() -> str:
    return await name_of_user()


class TestAsyncReceiver:
    """Receivers of signals that are sent within an async view."""

    @pytest.mark.parametrize(
        ("signal", "act"),
        [
            (user_logged_in, lambda users: login_user(users["1"])),
            (user_logged_out, lambda users: logout_user()),
            (user_login_confirmed, lambda users: confirm_login()),
            (user_accessed, lambda users: current_user.is_authenticated),
            (user_unauthorized, lambda users: login_required(lambda: "inside")()),
        ],
        ids=["logged in", "logged out", "confirmed", "accessed", "unauthorized"],
    )
    def test_receiver_is_waited_for(
        self,
        app: Flask,
        client: FlaskClient,
        login_manager: LoginManager,
        users: Users,
        signal: t.Any,
        act: t.Any,
    ) -> None:
        login_manager.unauthorized_handler(lambda: "refused")
        sent: list[t.Any] = []

        async def receive(sender: Flask, **kwargs: t.Any) -> None:
            await asyncio.sleep(0)
            sent.append(sender)

        @app.get("/act")
        async def view() -> str:
            act(users)
            return f"{len(sent)} sent"

        with signal.connected_to(receive, app):
            assert client.get("/act").text == "1 sent"

    def test_receiver_sees_what_has_happened(
        self, app: Flask, client: FlaskClient, users: Users
    ) -> None:
        seen: list[t.Any] = []

        async def receive(sender: Flask, user: t.Any) -> None:
            seen.append((current_user == user, session["_user_id"], login_fresh()))

        @app.get("/act")
        async def view() -> str:
            return str(login_user(users["1"]))

        with user_logged_in.connected_to(receive, app):
            client.get("/act")

        assert seen == [(True, "1", True)]

    def test_receiver_of_a_restore_is_waited_for(
        self, app: Flask, browser: FlaskClient, loads: list[str]
    ) -> None:
        seen: list[str] = []

        async def receive(sender: Flask, user: t.Any) -> None:
            seen.append(await name_of_user())

        app.before_request(name_of_user_in_header)
        browser.get("/plain")

        with app.test_request_context(), user_logged_in.connected_to(receive, app):
            login_user(t.cast(t.Any, current_user) if False else _user_of(loads, app))

        assert seen == ["1"]


def _user_of(loads: list[str], app: Flask) -> t.Any:
    raise NotImplementedError
