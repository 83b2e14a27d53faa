from __future__ import annotations

import typing as t
from collections.abc import Coroutine

from flask import Flask
from flask import Request
from flask.typing import ResponseReturnValue
from typing_extensions import assert_type

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login import UserMixin

app = Flask(__name__)
login_manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


@login_manager.user_loader
async def load_user(user_id: str) -> User | None:
    return User(user_id)


@login_manager.request_loader
async def load_user_by_key(request: Request) -> User | None:
    key = request.headers.get("X-Key")
    return None if key is None else User(key)


@login_manager.unauthorized_handler
async def refuse() -> ResponseReturnValue:
    return {"error": "unauthorized"}, 401


@login_manager.needs_refresh_handler
async def ask_again() -> ResponseReturnValue:
    return {"error": "not fresh"}, 401


@app.get("/")
@login_required
async def index() -> str:
    return f"{current_user.id}"


@app.get("/users/<user_id>")
@fresh_login_required
async def show(user_id: str) -> ResponseReturnValue:
    user = await load_user(user_id)
    return {"id": user.id} if user else ("nobody", 404)


# A guarded coroutine function is still one.
coroutine: Coroutine[t.Any, t.Any, str] = index()


async def is_admin(user: User) -> bool:
    return user.id == "1"


async def greet(name: str, *, loudly: bool = False) -> str:
    assert_type(await login_required(greet)(name, loudly=True), str)
    assert_type(await login_required(via="session")(greet)(name, loudly=True), str)
    assert_type(await fresh_login_required(greet)(name, loudly=True), str)
    assert_type(await fresh_login_required(max_age=60)(greet)(name, loudly=True), str)
    assert_type(await user_passes_test(is_admin)(greet)(name, loudly=True), str)
    return name
