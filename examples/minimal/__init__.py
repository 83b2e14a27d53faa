"""A small site with logins: a password form that can remember, a page that asks again, an API
token, and a logout.

``flask --app examples/minimal run`` starts it. The first start makes a database with two users,
``ada`` (whose password is ``correct-horse``) and ``brian`` (``battery-staple``), and prints ada's
API token. Brian's account is closed.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Blueprint
from flask import flash
from flask import Flask
from flask import redirect
from flask import render_template
from flask import Request
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column
from werkzeug.exceptions import Unauthorized
from werkzeug.security import check_password_hash
from werkzeug.security import generate_password_hash

from flask_login import confirm_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin

db = SQLAlchemy()
pages = Blueprint("pages", __name__)
api = Blueprint("api", __name__, url_prefix="/api")

login_manager = LoginManager()
login_manager.login_view = "pages.login"
login_manager.refresh_view = "pages.confirm"
login_manager.blueprint_login_views["api"] = None  # A program is answered 401, not a form.


def create_app(instance_path: str | None = None) -> Flask:
    """Make the application. ``MINIMAL_INSTANCE_PATH`` in the environment, too, says where it keeps
    its database and secret key.
    """
    app = Flask(__name__, instance_path=instance_path or os.environ.get("MINIMAL_INSTANCE_PATH"))
    instance = Path(app.instance_path)
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)

    app.config.from_mapping(
        SECRET_KEY=load_secret_key(instance / "minimal.key"),
        SQLALCHEMY_ENGINES={"default": "sqlite:///minimal.sqlite"},
        # Lax cookies stay at home when another site sends a POST, and here nothing but a POST
        # changes anything. That leaves what needs no cookie, a foreign form that logs the visitor
        # in as someone else, and what is the same site, a subdomain you do not trust: where either
        # matters, add tokens, as Flask-WTF does. Under HTTPS, set SESSION_COOKIE_SECURE as well.
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SAMESITE="Lax",
    )

    db.init_app(app)
    login_manager.init_app(app)
    app.register_blueprint(pages)
    app.register_blueprint(api)

    with app.app_context():
        create_database()

    return app


class Model(DeclarativeBase):
    pass


class User(UserMixin, Model):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_active(self) -> bool:
        return self.active

    def renew_token(self) -> str:
        """Replace the API token. The new one is not kept, so it is told now or never."""
        token = secrets.token_urlsafe()
        self.token_hash = hash_token(token)
        return token


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    return db.session.get(User, int(user_id))


@login_manager.request_loader
def load_user_by_token(request: Request) -> User | None:
    # Not 'request.authorization', which raises for some junk that anyone can send.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")

    if scheme.lower() != "bearer":
        return None

    token_hash = hash_token(token.strip())
    return db.session.scalar(sa.select(User).where(User.token_hash == token_hash))


@pages.get("/")
def index() -> ResponseReturnValue:
    return render_template("index.html")


@pages.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    if request.method == "POST":
        user = authenticate(request.form["name"], request.form["password"])

        if user is None:
            flash("Wrong name or password.")
        elif not login_user(user, remember="remember" in request.form):
            flash("This account is closed.")
        else:
            return redirect(find_return_url())

    return render_template("login.html")


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    logout_user()
    return redirect(url_for("pages.index"))


@pages.get("/account")
@login_required
def account() -> ResponseReturnValue:
    return render_template("account.html")


@pages.route("/token", methods=["GET", "POST"])
@fresh_login_required
def token() -> ResponseReturnValue:
    new_token = None

    if request.method == "POST":
        new_token = current_user.renew_token()
        db.session.commit()

    return render_template("token.html", token=new_token)


@pages.route("/confirm", methods=["GET", "POST"])
@login_required
def confirm() -> ResponseReturnValue:
    if request.method == "POST":
        if check_password_hash(current_user.password_hash, request.form["password"]):
            confirm_login()
            return redirect(find_return_url())

        flash("Wrong password.")

    return render_template("confirm.html")


@api.get("/me")
@login_required
def me() -> ResponseReturnValue:
    return {"name": current_user.name}


@api.errorhandler(Unauthorized)
def ask_for_token(error: Unauthorized) -> ResponseReturnValue:
    return {"error": "A valid token is required."}, 401, {"WWW-Authenticate": "Bearer"}


def authenticate(name: str, password: str) -> User | None:
    """The user who has this name and password."""
    user = db.session.scalar(sa.select(User).where(User.name == name))
    # Hashing takes a while. An unknown name takes as long, or the time would tell who is a user.
    known_hash = nobodys_password_hash if user is None else user.password_hash
    return user if check_password_hash(known_hash, password) else None


nobodys_password_hash = generate_password_hash(secrets.token_urlsafe())


def find_return_url() -> str:
    """The page that the visitor came for, if it is on this site."""
    target = request.args.get("next", "")

    # Browsers take "//evil.example" for another site, read "\" as "/", and skip tabs and newlines.
    if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        return target

    return url_for("pages.index")


def hash_token(token: str) -> str:
    # Nobody can guess 256 random bits, so unlike a password's, this hash may be a fast one.
    return sha256(token.encode()).hexdigest()


def load_secret_key(path: Path) -> str:
    """The key in a file, made on the first start, that its owner alone may read."""
    with suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_hex())

    return path.read_text()


def create_database() -> None:
    """Make the tables and the first users, unless there are any."""
    Model.metadata.create_all(db.engine)

    if db.session.scalar(sa.select(User).limit(1)) is not None:
        return

    ada = User(name="ada", password_hash=generate_password_hash("correct-horse"))
    brian = User(name="brian", password_hash=generate_password_hash("battery-staple"), active=False)
    token = ada.renew_token()
    db.session.add_all([ada, brian])
    db.session.commit()
    click.echo(f"ada's API token, shown this once: {token}")
