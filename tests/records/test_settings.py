"""Settings of logins on record that cannot work are errors at start-up."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest
from flask import Flask

from flask_login import LoginManager


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("LOGIN_RECORDS_TOUCH", -1, ValueError),
        ("LOGIN_RECORDS_TOUCH", "soon", TypeError),
        ("LOGIN_RECORDS_LIMIT", 0, ValueError),
        ("LOGIN_RECORDS_LIMIT", True, TypeError),
        ("LOGIN_RECORDS_LIMIT", "5", TypeError),
        ("LOGIN_RECORDS_LIMIT_REACHED", "end", ValueError),
        ("LOGIN_RECORDS_ON_ERROR", "ignore", ValueError),
        ("LOGIN_RECORDS_ON_REUSE", "session", ValueError),
        ("LOGIN_RECORDS_ADDRESS", "half", ValueError),
        ("LOGIN_RECORDS_ADOPT", "yes", TypeError),
        ("LOGIN_RECORDS_ADOPT", datetime(2030, 1, 1), ValueError),
        ("REMEMBER_COOKIE_ROTATE", 0, ValueError),
        ("REMEMBER_COOKIE_ROTATE_GRACE", -1, ValueError),
    ],
)
def test_setting_that_cannot_work_is_an_error(
    app: Flask, name: str, value: t.Any, error: type[Exception]
) -> None:
    app.config[name] = value

    with pytest.raises(error, match=name):
        LoginManager(app)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOGIN_RECORDS_TOUCH", 0),
        ("LOGIN_RECORDS_LIMIT", 1),
        ("LOGIN_RECORDS_LIMIT", len),
        ("LOGIN_RECORDS_ON_REUSE", "user"),
        ("LOGIN_RECORDS_ON_REUSE", len),
        ("REMEMBER_COOKIE_ROTATE", None),
    ],
)
def test_setting_that_works_is_accepted(app: Flask, name: str, value: t.Any) -> None:
    app.config[name] = value
    LoginManager(app)
