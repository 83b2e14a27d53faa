from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import assert_type

from flask_login import AnonymousUserMixin
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.typing import UserProtocol


@dataclass
class User(UserMixin):
    id: int
    name: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FrozenUser(UserMixin):
    id: str


@dataclass
class Member(UserMixin):
    """One whose fields are what the mixin answers otherwise."""

    id: int
    is_active: bool
    is_authenticated: bool = True


@dataclass(slots=True)
class SlottedMember(UserMixin):
    id: int
    is_active: bool = True


@dataclass
class NamedGuest(AnonymousUserMixin):
    name: str = "guest"
    is_anonymous: bool = True


@dataclass(eq=False)
class Account:
    """A user class of its own, without the mixin."""

    key: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.key


class Guest(AnonymousUserMixin):
    name = "guest"


def make_guest() -> Guest:
    return Guest()


login_manager = LoginManager()
login_manager.anonymous_user = Guest
login_manager.anonymous_user = make_guest
login_manager.anonymous_user = lambda: None

users: dict[str, UserProtocol] = {
    "1": User(1, "ada"),
    "2": FrozenUser("2"),
    "3": Account("3"),
    "4": Guest(),
    "5": Member(5, is_active=False),
    "6": SlottedMember(6),
    "7": NamedGuest(),
}

login_manager.user_loader(users.get)


def enter(user: UserProtocol) -> bool:
    return user.is_active and login_user(user)


enter(User(1, "ada"))
enter(Member(2, is_active=True))
assert_type(Member(2, True).is_active, bool)
assert_type(SlottedMember(3).is_active, bool)
