"""What ``SESSION_PROTECTION`` may say: every other value protects as ``"basic"``, and is told."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import LoginManager

ANOTHER = {"User-Agent": "another browser"}

unknown = pytest.mark.parametrize(
    "mode",
    ["storng", "Strong", "STRONG", " strong", "Basic", "None", True, 1, ["strong"]],
    ids=repr,
)
off = pytest.mark.parametrize("mode", [None, False, "", 0, (), "none"], ids=repr)


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> t.Callable[[], list[str]]:
    """What was warned of so far."""
    return lambda: [record.message for record in caplog.records if record.name == "flask_login"]


def set_mode(app: Flask, login_manager: LoginManager, where: str, mode: t.Any) -> None:
    if where == "config":
        app.config["SESSION_PROTECTION"] = mode
    else:
        login_manager.session_protection = mode


each_place = pytest.mark.parametrize("where", ["config", "manager"])


@unknown
def test_unknown_mode_in_the_config_stops_no_start(app: Flask, mode: t.Any) -> None:
    app.config["SESSION_PROTECTION"] = mode
    assert LoginManager(app)


@each_place
@unknown
def test_unknown_mode_ends_no_login_and_demotes_it(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, where: str, mode: t.Any
) -> None:
    set_mode(app, login_manager, where, mode)
    browser.get("/login/1")
    assert browser.get("/me", headers=ANOTHER).text == "1"
    assert browser.get("/fresh", headers=ANOTHER).text == "False"


@each_place
@off
def test_false_values_and_none_switch_it_off(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, where: str, mode: t.Any
) -> None:
    set_mode(app, login_manager, where, mode)
    browser.get("/login/1")
    assert browser.get("/fresh", headers=ANOTHER).text == "True"


@each_place
@unknown
def test_unknown_mode_is_shown_in_one_warning(
    app: Flask,
    login_manager: LoginManager,
    browser: FlaskClient,
    warnings: t.Any,
    where: str,
    mode: t.Any,
) -> None:
    set_mode(app, login_manager, where, mode)
    browser.get("/login/1")
    browser.get("/me")
    browser.get("/me", headers=ANOTHER)
    (warning,) = warnings()
    assert f"Session protection {mode!r} is not a valid mode" in warning


def test_unknown_mode_is_told_at_start_up(app: Flask, warnings: t.Any) -> None:
    app.config["SESSION_PROTECTION"] = "storng"
    LoginManager(app)
    assert len(warnings()) == 1


def test_each_application_is_told(warnings: t.Any) -> None:
    for name in ("one", "two"):
        app = Flask(name)
        app.config["SESSION_PROTECTION"] = "storng"
        LoginManager(app)

    assert len(warnings()) == 2


@pytest.mark.parametrize("mode", ["basic", "strong", "none", None, False, ""], ids=repr)
def test_known_mode_is_nothing_to_tell(
    app: Flask, browser: FlaskClient, warnings: t.Any, mode: t.Any
) -> None:
    app.config["SESSION_PROTECTION"] = mode
    LoginManager(app).user_loader(lambda user_id: None)
    browser.get("/login/1")
    browser.get("/me", headers=ANOTHER)
    assert not any("not a mode" in warning for warning in warnings())
