"""Async callbacks and receivers that are reached from where an event loop runs already: async
views, async functions before requests, and async error handlers.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import typing as t

import pytest
from flask import Flask
from flask import request
from flask import session
from flask.testing import FlaskClient

from flask_login import confirm_login
from flask_login import current_user
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
from flask_login import user_unauthorized
from flask_login._async import in_event_loop

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


def name_in_session(client: FlaskClient, user_id: str) -> None:
    with client.session_transaction() as login:
        login["_user_id"] = user_id


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

        # It answers in place of the view.
        app.before_request(name_of_user)

        assert browser.get("/plain", headers={"X-Key": "2"}).text == "2"

    def test_loader_sees_the_request_and_the_session(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, users: Users
    ) -> None:
        @login_manager.user_loader
        async def load_user(user_id: str) -> t.Any:
            return users.get(request.args["as"]) if session["_user_id"] == user_id else None

        app.before_request(name_of_user)
        name_in_session(browser, "1")

        assert browser.get("/plain?as=2").text == "2"

    def test_error_of_the_loader_is_raised_there(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        @login_manager.user_loader
        async def load_user(user_id: str) -> t.Any:
            raise LookupError(user_id)

        @app.before_request
        async def look() -> str:
            with pytest.raises(LookupError) as caught:
                await name_of_user()

            return str(caught.value.__notes__)  # type: ignore[attr-defined]

        name_in_session(browser, "1")

        assert "Raised by the user_loader" in browser.get("/plain").text

    def test_sync_loader_stays_in_the_thread_of_the_view(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        threads: list[int] = []
        login_manager.user_loader(lambda user_id: threads.append(threading.get_ident()))

        @app.before_request
        async def look() -> None:
            threads.append(threading.get_ident())
            await name_of_user()

        name_in_session(browser, "1")
        browser.get("/plain")

        assert threads[0] == threads[1]


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

    def test_receiver_of_a_restore_is_waited_for(self, app: Flask, browser: FlaskClient) -> None:
        seen: list[str] = []

        async def receive(sender: Flask, user: t.Any) -> None:
            seen.append(await name_of_user())

        app.add_url_rule("/name", view_func=name_of_user)
        browser.get("/login/1?remember")
        browser.delete_cookie("session")

        with user_loaded_from_cookie.connected_to(receive, app):
            assert browser.get("/name").text == "1"

        assert seen == ["1"]

    def test_error_of_a_receiver_is_raised_there(
        self, app: Flask, client: FlaskClient, users: Users
    ) -> None:
        async def receive(sender: Flask, user: t.Any) -> None:
            raise LookupError("receiver")

        @app.get("/act")
        async def view() -> str:
            with pytest.raises(LookupError, match="receiver"):
                login_user(users["1"])

            return str(current_user.get_id())

        with user_logged_in.connected_to(receive, app):
            assert client.get("/act").text == "1"


def test_no_event_loop_runs_where_nobody_has_imported_asyncio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "asyncio")

    assert not in_event_loop()
