from __future__ import annotations

import typing as t

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column
from sqlalchemy.orm import MappedAsDataclass
from typing_extensions import assert_type

from flask_login import current_user
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.typing import UserProtocol

db = SQLAlchemy()
login_manager = LoginManager()


class Model(DeclarativeBase):
    pass


class User(UserMixin, Model):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_active(self) -> bool:
        return self.active


class Account(UserMixin, Model):
    """One whose columns are what the mixin answers otherwise."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_anonymous: Mapped[bool]


class Reader(MappedAsDataclass, UserMixin, Model):
    """A model that is a dataclass, too."""

    __tablename__ = "reader"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    is_active: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")


class AlternativeUser(UserMixin, Model):
    __tablename__ = "alternative_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    alternative_id: Mapped[str] = mapped_column(unique=True)

    def get_id(self) -> str:
        return self.alternative_id


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    return db.session.get(User, int(user_id))


def find_alternative_user(user_id: str) -> AlternativeUser | None:
    return db.session.scalar(
        sa.select(AlternativeUser).where(AlternativeUser.alternative_id == user_id)
    )


def get_current_user() -> User | None:
    return t.cast(User, current_user) if current_user.is_authenticated else None


def create_app() -> Flask:
    app = Flask(__name__)
    db.init_app(app)
    login_manager.init_app(app)
    return app


user = User(name="ada")
login_user(user)
active: bool = user.is_active
user_id: str | None = user.get_id()
protocol: UserProtocol = user

account = Account(id=1, is_active=False)
account.is_active = True
assert_type(account.is_active, bool)
assert_type(Account.is_active, InstrumentedAttribute[bool])
login_user(account)
active_accounts = sa.select(Account).where(Account.is_active)
login_user(Reader(is_active=True))

# What a decorated loader returns is still known.
loaded = load_user("1")
name: str = loaded.name if loaded else ""
