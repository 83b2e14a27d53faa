"""A manager that knows the class of its users."""

from __future__ import annotations

import asyncio
import typing as t
from collections.abc import Awaitable
from dataclasses import dataclass

from flask import Flask
from flask import Request
from flask.typing import ResponseReturnValue
from typing_extensions import assert_type

from flask_login import AnonymousUserMixin
from flask_login import current_user
from flask_login import get_current_user
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.typing import ChallengeCallback
from flask_login.typing import HeaderCallback
from flask_login.typing import LoginView
from flask_login.typing import MaybeAwaitable
from flask_login.typing import RequestCallback
from flask_login.typing import UserCallback


@dataclass
class User(UserMixin):
    id: int
    name: str = ""


class Admin(User):
    pass


login_manager: LoginManager[User] = LoginManager()
direct = LoginManager[User](Flask(__name__))
any_users: LoginManager = login_manager
made: LoginManager[User] = LoginManager()

# The same proxy, typed.
assert_type(login_manager.current_user, User)
assert_type(login_manager.current_user.name, str)
assert_type(direct.current_user, User)


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    return User(int(user_id))


@direct.user_loader
async def load_user_async(user_id: str) -> User | None:
    return User(int(user_id))


@login_manager.request_loader
def load_user_by_key(request: Request) -> User | None:
    return User(1) if "X-Key" in request.headers else None


@direct.request_loader
async def load_user_by_key_async(request: Request) -> User | None:
    return User(1)


@login_manager.loader("bearer", challenge="Bearer", vary="Authorization")
def load_user_by_token(request: Request) -> User | None:
    return None


# Decorated loaders can still be called.
assert_type(load_user("1"), User | None)
assert_type(load_user_by_token(t.cast(Request, None)), User | None)


async def load_both() -> None:
    assert_type(await load_user_async("1"), User | None)
    assert_type(await load_user_by_key_async(t.cast(Request, None)), User | None)


# A loader may promise more than is asked of it, and take more than it is given.
def load_admin(user_id: str | int) -> Admin:
    return Admin(int(user_id))


made.user_loader(load_admin)
made.user_loader(lambda user_id: User(int(user_id)))
made.request_loader(lambda request: None)

assert_type(login_manager.user_callback, UserCallback[User] | None)
assert_type(login_manager.request_callback, RequestCallback[User] | None)


class UserManager(LoginManager[User]):
    def _load_user_from_request(self, request: Request) -> User | None:
        return None


assert_type(UserManager().current_user, User)


def greet(user: User) -> str:
    return user.name


# The module's own proxy may be passed on as any user, and read as one.
greet(current_user)
greet(login_manager.current_user)
greet(get_current_user())
user: User = current_user
kept: User = get_current_user()
login_user(current_user)
login_user(login_manager.current_user)
name: str = current_user.name

# Aliases, with a class of users and without.
user_callback: UserCallback[User] = load_user
user_callback = load_user_async
any_user_callback: UserCallback = load_user
request_callback: RequestCallback[User] = load_user_by_key
header_callback: HeaderCallback[User] = load_user
login_view: LoginView = "auth.login"
login_view = None
login_manager.login_view = lambda: "auth.login"


def answer() -> ResponseReturnValue:
    return "no", 401


async def answer_async() -> ResponseReturnValue:
    return {"error": "no"}, 401


challenge: ChallengeCallback = answer
challenge = answer_async
login_manager.unauthorized_callback = answer
login_manager.needs_refresh_callback = answer_async


# What the aliases name can be registered, and an async loader is still a coroutine function.
def register(by_id: UserCallback[User], by_request: RequestCallback[User]) -> None:
    made.user_loader(by_id)
    made.request_loader(by_request)


def begin_to_load(user_id: str) -> asyncio.Task[User | None]:
    return asyncio.create_task(load_user_async(user_id))


# Where visitors come as well, the type can say so.
guest_manager: LoginManager[User | AnonymousUserMixin] = LoginManager()
guest_manager.user_loader(load_user)
visitor = guest_manager.current_user
visitor_name = visitor.name if isinstance(visitor, User) else "stranger"
assert_type(visitor_name, str)


async def ask(callback: UserCallback[User], user_id: str) -> User | None:
    found: MaybeAwaitable[User | None] = callback(user_id)
    return await found if isinstance(found, Awaitable) else found
