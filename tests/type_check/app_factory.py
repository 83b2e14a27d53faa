from __future__ import annotations

import typing as t
from datetime import timedelta

from flask import abort
from flask import Blueprint
from flask import Flask
from flask import redirect
from flask import url_for
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from flask_login import FlaskLoginClient
from flask_login import LoginManager
from flask_login import set_login_view
from flask_login import user_logged_in
from flask_login import UserMixin

login_manager = LoginManager()
login_manager.login_view = "auth.login"
login_manager.login_message = "Log in, please."
login_manager.login_message_category = "info"
login_manager.refresh_view = "auth.confirm"
login_manager.needs_refresh_message = None
login_manager.session_protection = "strong"
login_manager.session_protection = None
login_manager.localize_callback = str.upper
login_manager.blueprint_login_views = {"admin": "admin.login", "api": None}
login_manager.blueprint_login_views["hooks"] = None

auth = Blueprint("auth", __name__)


class User(UserMixin):
    id = 1


@login_manager.user_loader
def load_user(user_id: str) -> User:
    return User()


@login_manager.unauthorized_handler
def refuse() -> ResponseReturnValue:
    return redirect(url_for("auth.login"))


@login_manager.needs_refresh_handler
def ask_again() -> t.NoReturn:
    abort(401)


def create_app(config: dict[str, t.Any] | None = None) -> Flask:
    app = Flask(__name__)
    app.config["REMEMBER_COOKIE_DURATION"] = timedelta(days=30)
    app.config.from_mapping(config)
    app.register_blueprint(auth)
    login_manager.init_app(app, add_context_processor=False)
    app.test_client_class = FlaskLoginClient

    @user_logged_in.connect_via(app)
    def count(sender: Flask, user: User, **kwargs: t.Any) -> None:
        app.logger.info("%s logged in", user.id)

    with app.app_context():
        set_login_view("auth.login")
        set_login_view("auth.login", blueprint=auth)

    return app


app = create_app({"TESTING": True})
client: FlaskClient = app.test_client(user=User(), fresh_login=False)
manager: LoginManager = app.extensions["login_manager"]
direct = LoginManager(Flask(__name__))
