"""The remember-me cookie that responses set on demand is the one of Flask-Login 0.6.3."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "flask-login-0.6.3.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    "vector",
    VECTORS["remember_cookies"],
    ids=lambda vector: f"{vector['secret_key'][:1]} {vector['user_id']}",
)
def test_cookie_is_the_historic_one(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], vector: dict[str, str]
) -> None:
    app.config.update(SECRET_KEY=vector["secret_key"], REMEMBER_COOKIE_FORMAT="legacy")
    users["1"].id = vector["user_id"]
    browser.get("/login/1?remember")
    cookie = browser.get_cookie("remember_token")
    assert cookie is not None
    assert cookie.decoded_value == vector["cookie"]
