"""When a closed application asks for a login: in every request, after what was to run before."""

from __future__ import annotations

import typing as t

from flask import Blueprint
from flask import Flask
from flask import g

from flask_login import LoginManager
from flask_login import UserMixin


def test_functions_that_were_to_run_before_have_run(
    app: Flask, users: dict[str, UserMixin]
) -> None:
    """A loader may need the database connection that one of them opens."""
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.before_request(lambda: setattr(g, "users", users))
    login_manager = LoginManager(app)
    login_manager.user_loader(lambda user_id: g.users.get(user_id))
    app.add_url_rule("/page", "page", lambda: "inside")
    client = app.test_client()

    with client.session_transaction() as session:
        session["_user_id"] = "1"

    assert client.get("/page").text == "inside"


def test_first_requests_are_refused_that_come_at_the_same_time(
    app: Flask, login_manager: LoginManager
) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.add_url_rule("/page", "page", lambda: "inside")
    codes: list[int] = []

    class Busy(dict):  # type: ignore[type-arg]
        """The functions of an app that answers another request whenever it looks at them."""

        def look(self) -> None:
            if len(codes) < 5:
                codes.append(0)
                codes.append(app.test_client().get("/page").status_code)

        def setdefault(self, *args: t.Any) -> t.Any:
            self.look()
            return super().setdefault(*args)

        def __getitem__(self, key: t.Any) -> t.Any:
            self.look()
            return super().__getitem__(key)

    app.before_request_funcs = Busy(app.before_request_funcs)
    codes.append(app.test_client().get("/page").status_code)

    assert set(codes) <= {0, 401}


def test_view_is_closed_that_was_open_in_the_first_request(
    app: Flask, login_manager: LoginManager
) -> None:
    calls: list[str] = []
    app.add_url_rule("/page", "page", lambda: calls.append("called") or "inside")
    client = app.test_client()
    client.get("/page")
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True

    assert client.get("/page").status_code == 401
    assert calls == ["called"]


def test_function_that_answers_before_is_not_asked_for_a_login(app: Flask) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.before_request(lambda: "closed for repairs")
    LoginManager(app).request_loader(lambda request: None)
    client = app.test_client()

    assert [client.get("/").text, client.get("/").text] == ["closed for repairs"] * 2


def test_blueprint_stays_closed_where_a_test_replaces_the_manager(
    app: Flask, login_manager: LoginManager, users: dict[str, UserMixin]
) -> None:
    class OnlyLoads:
        def _load_user(self) -> None:
            g._login_user = None

        def unauthorized(self) -> str:
            return "refused"

    shop = Blueprint("shop", __name__)
    shop.add_url_rule("/page", "page", lambda: "inside")
    app.register_blueprint(shop)
    login_manager.require_login(shop)
    app.login_manager = OnlyLoads()  # type: ignore[attr-defined]

    assert app.test_client().get("/page").text == "refused"


def test_no_further_hook_is_added_where_no_function_comes_before(app: Flask) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    LoginManager(app).request_loader(lambda request: None)
    app.add_url_rule("/page", "page", lambda: "inside")

    assert app.test_client().get("/page").status_code == 401
    assert len(app.before_request_funcs[None]) == 1
