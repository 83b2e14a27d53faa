"""When a closed application asks for a login: in every request, after what was to run before."""

from __future__ import annotations

import typing as t

from flask import Flask
from flask import g

from flask_login import LoginManager
from flask_login import UserMixin


def test_functions_that_were_to_run_before_have_run(
    app: Flask, users: dict[str, UserMixin]
) -> None:
    """A loader may need the database connection that one of them opens."""
    app.config["LOGIN_REQUIRED"] = True
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
    app.config["LOGIN_REQUIRED"] = True
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
