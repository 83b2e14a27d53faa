"""One small application, and the ways to reach it."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import LoginManager
from flask_login import UserMixin


class User(UserMixin):
    def __init__(self, id: t.Any, name: str = "", active: bool = True) -> None:
        self.id = id
        self.name = name
        self.active = active

    @property
    def is_active(self) -> bool:
        return self.active


@pytest.fixture
def users() -> dict[str, User]:
    """The users that the loader knows. Tests add and remove some."""
    return {
        "1": User("1", "ada"),
        "2": User("2", "brian"),
        "3": User("3", "closed account", active=False),
    }


@pytest.fixture
def app() -> Flask:
    app = Flask("app")
    app.config.update(TESTING=True, SECRET_KEY="deterministic")
    return app


@pytest.fixture
def login_manager(app: Flask, users: dict[str, User]) -> LoginManager:
    login_manager = LoginManager(app)
    login_manager.user_loader(lambda user_id: users.get(str(user_id)))
    return login_manager


@pytest.fixture
def client(app: Flask, login_manager: LoginManager) -> FlaskClient:
    return app.test_client()
