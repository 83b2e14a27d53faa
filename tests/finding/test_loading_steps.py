"""The steps that find a user, called one by one as subclasses call them."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import request

from flask_login import encode_cookie
from flask_login import LoginManager

steps = pytest.mark.parametrize(
    ("step", "argument"),
    [
        ("_load_user_from_remember_cookie", lambda: encode_cookie("1")),
        ("_load_user_from_request", lambda: request),
        ("_load_user_from_header", lambda: "Bearer token"),
    ],
)


@steps
def test_step_without_its_loader_finds_nobody(app: Flask, step: str, argument: t.Any) -> None:
    manager = LoginManager(app)

    with app.test_request_context():
        assert getattr(manager, step)(argument()) is None


def test_cookie_step_finds_a_user(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    with app.test_request_context():
        user = login_manager._load_user_from_remember_cookie(encode_cookie("1"))

    assert user is users["1"]
