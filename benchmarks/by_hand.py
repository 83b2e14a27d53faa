"""The application on bare Flask: each view does by hand the least that its scenario needs.

Guarded views that expect a login of this session also compare the browser, which
``POST /login/bound`` recorded. All others do without.
"""

from __future__ import annotations

import hmac
import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha512
from urllib.parse import quote

from flask import abort
from flask import flash
from flask import Flask
from flask import make_response
from flask import redirect
from flask import request
from flask import session
from scenarios import SECRET_KEY
from scenarios import TOKEN
from werkzeug.wrappers import Response

A_YEAR = 365 * 24 * 60 * 60


@dataclass
class User:
    id: str
    name: str


USERS = {"ada": User("ada", "Ada")}
TOKENS = {TOKEN: USERS["ada"]}

FindUser = Callable[[t.Any], User | None]


def create_app(
    *, find_user: FindUser = USERS.get, routes: int = 0, closed: bool = False, api: bool = False
) -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = SECRET_KEY

    @app.get("/public")
    def public() -> str:
        return "Hello."

    @app.get("/greeting")
    def greeting() -> str:
        return "Welcome back." if "user_id" in session else "Hello, stranger."

    @app.get("/account")
    def account() -> t.Any:
        user = find_user(session.get("user_id"))

        if user is None:
            return refuse()

        protect()
        return f"Hello, {user.name}."

    @app.get("/long")
    def long() -> t.Any:
        user = find_user(session.get("user_id"))

        if user is None:
            return refuse()

        protect()
        return "".join([user.name for _ in range(100)])

    @app.get("/api")
    def api_() -> t.Any:
        user = TOKENS.get(request.headers.get("Authorization", ""))
        return abort(401) if user is None else f"Hello, {user.name}."

    @app.get("/remembered")
    def remembered() -> t.Any:
        user_id = session.get("user_id")

        if user_id is None:
            user_id, _, signature = request.cookies.get("remember_token", "").partition("|")

            if not hmac.compare_digest(signature, sign(user_id)):
                return refuse()

            session["user_id"] = user_id

        user = find_user(user_id)
        return refuse() if user is None else f"Hello, {user.name}."

    @app.post("/login")
    def login() -> Response:
        session["user_id"] = "ada"
        return welcome()

    @app.post("/login/bound")
    def login_bound() -> Response:
        session.update(user_id="ada", fresh=True, browser=identify_browser())
        return welcome()

    @app.post("/logout")
    def logout() -> Response:
        session.pop("user_id", None)
        response = make_response("Goodbye.")
        response.delete_cookie("remember_token", httponly=True)
        return response

    for number in range(routes):
        app.add_url_rule(f"/pages/{number}", f"page_{number}", account)

    return app


def welcome() -> Response:
    response = make_response("Welcome.")
    cookie = f"ada|{sign('ada')}"
    response.set_cookie("remember_token", cookie, max_age=A_YEAR, httponly=True)
    return response


def refuse() -> Response:
    flash("Please log in to access this page.")
    return redirect(f"/login?next={quote(request.path, safe='')}", 302)


def identify_browser() -> str:
    return sha512(f"{request.remote_addr}|{request.headers.get('User-Agent')}".encode()).hexdigest()


def protect() -> None:
    if session.get("fresh") and session["browser"] != identify_browser():
        session["fresh"] = False


def sign(user_id: str) -> str:
    return hmac.new(SECRET_KEY.encode(), user_id.encode(), "sha512").hexdigest()
