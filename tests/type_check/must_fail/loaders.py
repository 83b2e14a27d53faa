"""Loaders of a manager that knows the class of its users."""

from __future__ import annotations

from flask import Request

from flask_login import LoginManager
from flask_login import UserMixin


class User(UserMixin):
    name = "ada"


class Stranger:
    pass


login_manager: LoginManager[User] = LoginManager()


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    return User()


def load_stranger(user_id: str) -> Stranger | None:
    return None


async def load_stranger_async(user_id: str) -> Stranger | None:
    return None


def load_by_number(user_id: int) -> User | None:
    return None


def load_by_request(request: Request) -> User | None:
    return None


def load_anyone() -> User | None:
    return None


login_manager.user_loader(load_stranger)
login_manager.user_loader(load_stranger_async)
login_manager.user_loader(load_by_number)
login_manager.user_loader(load_by_request)
login_manager.user_loader(load_anyone)
login_manager.user_loader(User)
login_manager.request_loader(load_stranger)
login_manager.request_loader(load_anyone)
login_manager.loader("bearer")("load_user")
login_manager.loader("bearer", "Bearer")
LoginManager().user_loader(load_by_number)

# Users have what their class has, and a loader may find none.
login_manager.current_user.nickname
login_manager.current_user = User()
load_user("1").name
load_user(1)
strangers: LoginManager[Stranger] = login_manager
