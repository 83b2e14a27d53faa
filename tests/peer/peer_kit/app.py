"""The application that is run on both packages: ``flask_login`` is whichever is found first."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from flask import current_app
from flask import Flask
from flask import got_request_exception
from flask import render_template_string
from flask import request
from flask import session
from flask import template_rendered
from werkzeug.exceptions import NotFound

import flask_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required

SIGNALS = (
    "session_protected",
    "user_accessed",
    "user_loaded_from_cookie",
    "user_loaded_from_request",
    "user_logged_in",
    "user_logged_out",
    "user_login_confirmed",
    "user_needs_refresh",
    "user_unauthorized",
)
METHODS = ["GET", "POST", "PUT", "OPTIONS"]


#: What loaders raise in the wild.
ERRORS = (AttributeError, KeyError, LookupError, NotFound, RuntimeError, TypeError)


@dataclass(eq=False)
class User(flask_login.UserMixin):
    id: str
    active: bool = True

    @property
    def is_active(self) -> bool:
        return self.active

    def get_number(self) -> int:
        return int(self.id)


def build_app(
    config: Mapping[str, t.Any],
    manager: Mapping[str, t.Any],
    callbacks: Collection[str],
    parts: Collection[str] = (),
) -> tuple[Flask, list[str]]:
    """Build the application and the list of what is heard from it.

    :param config: For ``app.config``.
    :param manager: Attributes of the manager.
    :param callbacks: Which of the callbacks below are registered.
    :param parts: Which modules of ``peer_kit.parts`` are added.
    """
    app = Flask("peer")
    app.config.update(SECRET_KEY="deterministic")
    app.config.update(config)
    app.test_client_class = flask_login.FlaskLoginClient
    login_manager = flask_login.LoginManager(app)
    heard: list[str] = []
    users: dict[str, User] = {}
    app.extensions["peer_users"] = users
    restore_users(app)

    for name, value in manager.items():
        setattr(login_manager, name, value)

    for name, callback in _callbacks(users, heard).items():
        if name in callbacks:
            getattr(login_manager, name.partition(" ")[0])(callback)

    _listen(app, heard)
    _add_login_views(app, users)
    _add_guarded_views(app, heard)

    for part in parts:
        import_module(f"peer_kit.parts.{part}").add_to(app, users)

    return app, heard


def restore_users(app: Flask) -> None:
    users = app.extensions["peer_users"]
    users.clear()
    users.update({id: User(id, active=id != "3") for id in "1234"})


def _callbacks(users: dict[str, User], heard: list[str]) -> dict[str, Callable[..., t.Any]]:
    def load_by_header(request: t.Any) -> User | None:
        return users.get(request.headers.get("X-Api-User", ""))

    def load_and_tell(user_id: str) -> User | None:
        login = {key: session.get(key) for key in ("_user_id", "_fresh")}
        heard.append(f"loader asked for {user_id!r} with {login}")
        return users.get(user_id)

    def failing(error: type[Exception]) -> Callable[..., t.Any]:
        def load_and_fail(asked_for: t.Any) -> User:
            raise error("from the loader")

        return load_and_fail

    raising = {
        f"{loader} that raises {error.__name__}": failing(error)
        for loader in ("user_loader", "request_loader")
        for error in ERRORS
    }
    return {
        **raising,
        "user_loader": lambda user_id: users.get(str(user_id)),
        "user_loader that tells": load_and_tell,
        "request_loader": load_by_header,
        "unauthorized_handler": lambda: ("the handler refuses", 403),
        "needs_refresh_handler": lambda: ("the handler wants a refresh", 403),
    }


def _listen(app: Flask, heard: list[str]) -> None:
    for name in SIGNALS:

        def hear(sender: t.Any, name: str = name, **kwargs: t.Any) -> None:
            user = kwargs["user"].get_id() if "user" in kwargs else "-"
            heard.append(f"{name} {user}" if sender is app else f"{name} from {sender!r}")

        getattr(flask_login, name).connect(hear, app, weak=False)

    def hear_of_error(sender: t.Any, exception: Exception) -> None:
        heard.append(f"raised {type(exception).__name__}")

    def hear_of_template(sender: t.Any, context: dict[str, t.Any], **kwargs: t.Any) -> None:
        heard.append(f"template with {type(context.get('current_user')).__name__}")

    got_request_exception.connect(hear_of_error, app, weak=False)
    template_rendered.connect(hear_of_template, app, weak=False)


def _add_login_views(app: Flask, users: dict[str, User]) -> None:
    @app.get("/plain")
    def plain() -> str:
        return "plain"

    @app.get("/who")
    def who() -> str:
        return str(current_user.get_id())

    @app.get("/state")
    def state() -> dict[str, t.Any]:
        return {
            "user": current_user.get_id(),
            "authenticated": current_user.is_authenticated,
            "fresh": flask_login.login_fresh(),
            "remembered": flask_login.login_remembered(),
        }

    @app.get("/call/<name>")
    def call(name: str) -> dict[str, t.Any]:
        return {name: getattr(flask_login, name)()}

    @app.get("/template")
    def template() -> str:
        return render_template_string("Hello {{ current_user.get_id() }}")

    @app.get("/login/<user_id>")
    @app.get("/login/<user_id>/<then>")
    def login(user_id: str, then: str | None = None) -> dict[str, t.Any]:
        asked = request.args
        minutes, seconds = asked.get("minutes", type=int), asked.get("seconds", type=int)
        accepted = flask_login.login_user(
            users[user_id],
            remember="remember" in asked,
            duration=seconds if minutes is None else timedelta(minutes=minutes),
            force="force" in asked,
            fresh="stale" not in asked,
        )

        if then is not None:
            flask_login.login_user(users[then])

        answer = {"accepted": accepted, "user": current_user.get_id()}

        if "ask" in asked:
            answer["remembered"] = flask_login.login_remembered()

        return answer

    @app.get("/logout")
    @app.get("/app/logout", endpoint="app_logout")
    def logout() -> dict[str, t.Any]:
        returned = flask_login.logout_user()

        if "clear" in request.args:
            session.clear()

        return {"returned": returned, "user": current_user.get_id()}

    @app.get("/session/<key>/<value>")
    def put(key: str, value: str) -> dict[str, t.Any]:
        if key == "permanent":
            session.permanent = True
        else:
            session[key] = value

        return {"user": current_user.get_id() if "ask" in request.args else "not asked"}

    @app.get("/delete/<user_id>")
    def delete(user_id: str) -> str:
        del users[user_id]
        return "deleted"


def _add_guarded_views(app: Flask, heard: list[str]) -> None:
    def answer() -> str:
        heard.append("view entered")
        return f"{request.method} by {current_user.get_id()}"

    app.extensions["peer_view"] = answer
    app.add_url_rule("/private", "private", login_required(answer), methods=METHODS)
    app.add_url_rule("/fresh", "fresh", fresh_login_required(answer), methods=METHODS)
    app.add_url_rule("/login-page", "login_page", lambda: "the login page")
    app.add_url_rule("/refresh-page", "refresh_page", lambda: "the refresh page")

    @app.get("/refuse/<name>")
    def refuse(name: str) -> t.Any:
        return getattr(current_app.login_manager, name)()  # type: ignore[attr-defined]
