"""Guards and handlers in an event loop: what async decorators and dispatchers await is the view."""

from __future__ import annotations

import typing as t
from functools import wraps

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import View

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test

pytest.importorskip("asgiref")

Users = dict[str, t.Any]


async def is_user(user: t.Any) -> bool:
    return not user.is_anonymous


def counted(view: t.Any) -> t.Any:
    """An async decorator, as applications have them."""

    @wraps(view)
    async def inner(*args: t.Any, **kwargs: t.Any) -> t.Any:
        answer = await view(*args, **kwargs)
        return f"counted {answer}" if isinstance(answer, str) else answer

    return inner


async def name_of_user() -> str:
    return str(current_user.get_id())


each_guard = pytest.mark.parametrize(
    "guard",
    [
        login_required,
        fresh_login_required,
        login_required(via="session"),
        user_passes_test(is_user),
    ],
    ids=["login_required", "fresh_login_required", "via", "user_passes_test"],
)


class TestBelowAnAsyncDecorator:
    @each_guard
    def test_user_enters_the_view(self, app: Flask, browser: FlaskClient, guard: t.Any) -> None:
        app.add_url_rule("/name", view_func=counted(guard(name_of_user)))
        browser.get("/login/1")

        assert browser.get("/name").text == "counted 1"

    @each_guard
    def test_stranger_is_refused(self, app: Flask, browser: FlaskClient, guard: t.Any) -> None:
        app.add_url_rule("/name", view_func=counted(guard(name_of_user)))

        assert browser.get("/name").status_code == 401

    @each_guard
    def test_stranger_is_sent_to_log_in(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, guard: t.Any
    ) -> None:
        app.add_url_rule("/name", view_func=counted(guard(name_of_user)))
        login_manager.login_view = "/login"

        assert browser.get("/name").location == "/login?next=%2Fname"

    def test_user_enters_a_view_with_several_guards(self, app: Flask, browser: FlaskClient) -> None:
        guarded = login_required(fresh_login_required(name_of_user))
        app.add_url_rule("/name", view_func=counted(guarded))
        browser.get("/login/1")

        assert browser.get("/name").text == "counted 1"

    def test_stranger_is_refused_by_the_first_of_several_guards(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        guarded = login_required(fresh_login_required(name_of_user))
        app.add_url_rule("/name", view_func=counted(guarded))
        login_manager.login_view = "/login"

        assert browser.get("/name").location == "/login?next=%2Fname"

    def test_everyone_enters_while_guards_are_off(self, app: Flask, browser: FlaskClient) -> None:
        app.config["LOGIN_DISABLED"] = True
        app.add_url_rule("/name", view_func=counted(login_required(name_of_user)))

        assert browser.get("/name").text == "counted None"


def test_guarded_method_can_be_awaited_by_its_class(app: Flask, browser: FlaskClient) -> None:
    class Page(View):
        async def dispatch_request(self) -> str:
            return await self.show()

        @login_required
        async def show(self) -> str:
            return await name_of_user()

    app.add_url_rule("/name", view_func=Page.as_view("name"))
    browser.get("/login/1")

    assert browser.get("/name").text == "1"


class TestAsyncHandler:
    """Handlers of refusals that come about in an event loop."""

    def test_unauthorized_handler_answers(
        self, app: Flask, client: FlaskClient, login_manager: LoginManager
    ) -> None:
        @login_manager.unauthorized_handler
        async def refuse() -> tuple[str, int]:
            return f"refused {await name_of_user()}", 403

        @app.get("/act")
        async def view() -> t.Any:
            return login_manager.unauthorized()

        assert client.get("/act").text == "refused None"

    def test_needs_refresh_handler_answers(
        self, app: Flask, client: FlaskClient, login_manager: LoginManager
    ) -> None:
        @login_manager.needs_refresh_handler
        async def refuse() -> tuple[str, int]:
            return "again, please", 403

        @app.errorhandler(404)
        async def not_found(error: Exception) -> t.Any:
            return login_manager.needs_refresh()

        assert client.get("/nowhere").text == "again, please"

    def test_function_before_requests_may_be_guarded(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        @login_manager.unauthorized_handler
        async def refuse() -> tuple[str, int]:
            return "refused", 403

        @app.before_request
        @login_required
        async def guard() -> None:
            return None

        assert browser.get("/plain").text == "refused"
