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


login_manager.user_loader(load_stranger)  # fails: arg-type | reportArgumentType
login_manager.user_loader(load_stranger_async)  # fails: arg-type | reportArgumentType
login_manager.user_loader(load_by_number)  # fails: arg-type | reportArgumentType
login_manager.user_loader(load_by_request)  # fails: arg-type | reportArgumentType
login_manager.user_loader(load_anyone)  # fails: arg-type | reportArgumentType
login_manager.user_loader(User)  # fails: arg-type | reportArgumentType
login_manager.request_loader(load_stranger)  # fails: arg-type | reportArgumentType
login_manager.request_loader(load_anyone)  # fails: arg-type | reportArgumentType
login_manager.loader("bearer")(load_stranger)  # fails: arg-type | reportArgumentType
login_manager.loader("bearer")(load_stranger_async)  # fails: arg-type | reportArgumentType
login_manager.loader("bearer")(load_anyone)  # fails: arg-type | reportArgumentType
login_manager.loader("bearer")("load_user")  # fails: call-overload | reportArgumentType
login_manager.loader("bearer", vary=1)  # fails: arg-type | reportArgumentType
login_manager.loader("bearer", "Bearer")  # fails: call-arg | reportCallIssue
LoginManager().user_loader(load_by_number)  # fails: arg-type | reportArgumentType

# Users have what their class has, and a loader may find none.
print(login_manager.current_user.nickname)  # fails: attr-defined | reportAttributeAccessIssue
login_manager.current_user = User()  # fails: misc | reportAttributeAccessIssue
print(load_user("1").name)  # fails: union-attr | reportOptionalMemberAccess
load_user(1)  # fails: arg-type | reportArgumentType
strangers: LoginManager[Stranger] = login_manager  # fails: assignment | reportAssignmentType
