"""The application that is run on both packages: ``flask_login`` is whichever is found first."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint
from flask import current_app
from flask import Flask
from flask import render_template_string
from flask import request
from flask import session

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


class User(flask_login.UserMixin):
    def __init__(self, id: str, active: bool = True) -> None:
        self.id = id
        self.active = active

    @property
    def is_active(self) -> bool:
        return self.active

    def get_number(self) -> int:
        return int(self.id)


def build_app(
    config: Mapping[str, t.Any],
    manager: Mapping[str, t.Any],
    callbacks: Collection[str],
) -> tuple[Flask, list[str]]:
    """Build the application and the list of what is heard from it.

    :param config: For ``app.config``.
    :param manager: Attributes of the manager.
    :param callbacks: Which of the callbacks below are registered.
    """
    app = Flask("peer")
    app.config.update(SECRET_KEY="deterministic", REMEMBER_COOKIE_FORMAT="legacy")
    app.test_client_class = flask_login.FlaskLoginClient
    login_manager = flask_login.LoginManager(app)
    # Afterwards, because this package tells of a setting that cannot work as soon as it sees it.
    app.config.update(config)
    heard: list[str] = []
    users = {id: User(id, active=id != "3") for id in "1234"}
    app.extensions["peer_users"] = users

    for name, value in manager.items():
        setattr(login_manager, name, value)

    for name, callback in _callbacks(users, heard).items():
        if name in callbacks:
            getattr(login_manager, name.partition(" ")[0])(callback)

    _listen(app, heard)
    _add_login_views(app, users)
    _add_guarded_views(app, heard)
    _add_blueprints(app)
    return app, heard


def _callbacks(users: dict[str, User], heard: list[str]) -> dict[str, Callable[..., t.Any]]:
    def load_by_header(request: t.Any) -> User | None:
        return users.get(request.headers.get("X-Api-User", ""))

    def load_and_tell(user_id: str) -> User | None:
        login = {key: session.get(key) for key in ("_user_id", "_fresh")}
        heard.append(f"loader asked for {user_id!r} with {login}")
        return users.get(user_id)

    def load_and_fail(user_id: str) -> User:
        raise KeyError(user_id)

    return {
        "user_loader": lambda user_id: users.get(str(user_id)),
        "user_loader that tells": load_and_tell,
        "user_loader that fails": load_and_fail,
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
        minutes = asked.get("minutes", type=int)
        accepted = flask_login.login_user(
            users[user_id],
            remember="remember" in asked,
            duration=None if minutes is None else timedelta(minutes=minutes),
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

    async def answer_async() -> str:
        return answer()

    def fail() -> str:
        heard.append("view entered")
        raise AttributeError("a bug of the view's own")

    for name, view in {"": answer, "-async": answer_async, "-failing": fail}.items():
        for guard, path in ((login_required, "private"), (fresh_login_required, "fresh")):
            app.add_url_rule(f"/{path}{name}", f"{path}{name}", guard(view), methods=METHODS)

    app.add_url_rule("/post-only", "post_only", login_required(answer), methods=["POST"])
    app.add_url_rule("/put-only", "put_only", login_required(answer), methods=["PUT"])
    app.add_url_rule("/login-page", "login_page", lambda: "the login page")
    app.add_url_rule("/refresh-page", "refresh_page", lambda: "the refresh page")

    @app.get("/refuse/<name>")
    def refuse(name: str) -> t.Any:
        return getattr(current_app.login_manager, name)()  # type: ignore[attr-defined]


def _add_blueprints(app: Flask) -> None:
    own, other, inner = (Blueprint(name, "peer") for name in ("own", "other", "inner"))

    for blueprint in (own, other, inner):
        view = login_required(lambda: "inside")
        blueprint.add_url_rule("/private", "private", view)
        blueprint.add_url_rule("/login", "login", lambda: "the blueprint's login page")

    own.register_blueprint(inner, url_prefix="/inner")
    app.register_blueprint(own, url_prefix="/own")
    app.register_blueprint(other, url_prefix="/other")
