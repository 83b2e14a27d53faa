"""The application on bare Flask: each view does by hand the least that its scenario needs.

A login writes the same three values into the session that Flask-Login 0.6.3 does, a guarded page
compares the browser with the one that logged in, and a logout clears the session. There is no
remember-me cookie: that is a library's work.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from hashlib import sha512
from urllib.parse import quote

from flask import abort
from flask import flash
from flask import Flask
from flask import redirect
from flask import request
from flask import session
from scenarios import SECRET_KEY
from scenarios import TOKEN
from werkzeug.wrappers import Response


@dataclass
class User:
    id: str
    name: str


USERS = {"ada": User("ada", "Ada")}
TOKENS = {TOKEN: USERS["ada"]}


def create_app(*, api: bool = False) -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = SECRET_KEY

    @app.get("/public")
    def public() -> str:
        return "Hello."

    @app.get("/greeting")
    def greeting() -> str:
        return "Welcome back." if "_user_id" in session else "Hello, stranger."

    @app.get("/account")
    def account() -> t.Any:
        user = find_user()
        return refuse() if user is None else f"Hello, {user.name}."

    @app.get("/long")
    def long() -> t.Any:
        user = find_user()
        return refuse() if user is None else "".join([user.name for _ in range(100)])

    @app.get("/api")
    def api_page() -> str:
        return "Welcome." if request.headers.get("Authorization") in TOKENS else abort(401)

    @app.post("/login")
    @app.post("/login/session", endpoint="login_session")
    def login() -> str:
        session.update(_user_id="ada", _fresh=True, _id=identify_browser())
        return "Welcome."

    @app.post("/logout")
    def logout() -> str:
        session.clear()
        return "Goodbye."

    return app


def find_user() -> User | None:
    user = USERS.get(session.get("_user_id", ""))

    if user is not None and session["_id"] != identify_browser():
        session["_fresh"] = False

    return user


def identify_browser() -> str:
    return sha512(f"{request.remote_addr}|{request.headers.get('User-Agent')}".encode()).hexdigest()


def refuse() -> Response:
    flash("Please log in to access this page.")
    return redirect(f"/login?next={quote(request.path, safe='')}", 302)
