"""The application on whichever ``flask_login`` is found: this library or Flask-Login 0.6.3."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort
from flask import Blueprint
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


def create_app(
    *,
    api: bool = False,
    closed: bool = False,
    routes: int = 0,
    blueprints: int = 0,
    loaders: int = 0,
    login_views: int = 0,
) -> Flask:
    """
    :param api: Whether users come with a token, too.
    :param closed: Whether all views are guarded by default.
    :param routes: How many more pages there are.
    :param blueprints: How many blueprints, with a page each.
    :param loaders: How many loaders by name there are, each for the token.
    :param login_views: How many blueprints have a login view of their own.
    """
    app = Flask(__name__)
    app.config["SECRET_KEY"] = SECRET_KEY
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = closed
    login_manager = LoginManager(app)
    login_manager.login_view = "login"
    login_manager.user_loader(USERS.get)

    if api:
        login_manager.request_loader(load_by_token)

    for number in range(loaders):
        login_manager.loader(f"loader_{number}")(load_by_token)

    @app.get("/public")
    def public() -> str:
        return "Hello."

    @app.get("/greeting")
    def greeting() -> str:
        return "Welcome back." if current_user.is_authenticated else "Hello, stranger."

    @app.get("/long")
    @login_required
    def long() -> str:
        return "".join([current_user.name for _ in range(100)])

    @app.get("/api")
    def api_page() -> str:
        return "Welcome." if current_user.is_authenticated else abort(401)

    app.add_url_rule("/account", "account", login_required(account))

    @app.post("/login/session")
    def login_session() -> str:
        login_user(USERS["ada"])
        return "Welcome."

    @app.post("/login")
    def login() -> str:
        login_user(USERS["ada"], remember=True)
        return "Welcome."

    @app.post("/logout")
    def logout() -> str:
        logout_user()
        return "Goodbye."

    for number in range(routes):
        app.add_url_rule(f"/pages/{number}", f"page_{number}", account)

    for number in range(blueprints):
        blueprint = Blueprint(f"blueprint_{number}", __name__)
        blueprint.add_url_rule(f"/blueprints/{number}", "page", account)
        app.register_blueprint(blueprint)

    for number in range(login_views):
        blueprint = Blueprint(f"shop_{number}", __name__)
        blueprint.add_url_rule(f"/shops/{number}/login", "login", account)
        app.register_blueprint(blueprint)
        login_manager.blueprint_login_views[blueprint.name] = f"{blueprint.name}.login"

    return app


def account() -> str:
    return f"Hello, {current_user.name}."


def load_by_token(request: Request) -> User | None:
    return TOKENS.get(request.headers.get("Authorization", ""))
