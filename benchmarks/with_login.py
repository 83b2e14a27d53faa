"""The application on whichever ``flask_login`` is found: this library or Flask-Login 0.6.3."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask import Request
from scenarios import SECRET_KEY
from scenarios import TOKEN

from flask_login import current_user
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin


@dataclass(eq=False)
class User(UserMixin):
    id: str
    name: str


USERS = {"ada": User("ada", "Ada")}
TOKENS = {TOKEN: USERS["ada"]}

FindUser = Callable[[t.Any], User | None]


def create_app(
    *, find_user: FindUser = USERS.get, routes: int = 0, closed: bool = False, api: bool = False
) -> Flask:
    """
    :param routes: How many more pages there are.
    :param closed: Whether a setting guards them, and not a decorator on each.
    :param api: Whether users come with a token, too.
    """
    app = Flask(__name__)
    app.config["SECRET_KEY"] = SECRET_KEY
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = closed
    login_manager = LoginManager(app)
    login_manager.login_view = "login"
    login_manager.user_loader(find_user)

    if api:

        @login_manager.request_loader
        def load_by_token(request: Request) -> User | None:
            return TOKENS.get(request.headers.get("Authorization", ""))

    @app.get("/public")
    def public() -> str:
        return "Hello."

    @app.get("/greeting")
    def greeting() -> str:
        return "Welcome back." if current_user.is_authenticated else "Hello, stranger."

    def account() -> str:
        return f"Hello, {current_user.name}."

    @app.get("/long")
    @login_required
    def long() -> str:
        return "".join([current_user.name for _ in range(100)])

    guarded = login_required(account)

    for path in ("/account", "/api", "/remembered"):
        app.add_url_rule(path, path[1:], guarded)

    @app.post("/login/bound", endpoint="login")
    @app.post("/login")
    def login() -> str:
        login_user(USERS["ada"], remember=True)
        return "Welcome."

    @app.post("/logout")
    def logout() -> str:
        logout_user()
        return "Goodbye."

    for number in range(routes):
        app.add_url_rule(
            f"/pages/{number}", f"page_{number}", account if closed else login_required(account)
        )

    return app
