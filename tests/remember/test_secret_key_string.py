"""``SECRET_KEY_FALLBACKS`` that is one string: one key here, and many for Flask's session."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import decode_cookie
from flask_login import encode_cookie
from flask_login import LoginManager

each_type = pytest.mark.parametrize("fallbacks", ["old key", b"old key"], ids=repr)
each_format = pytest.mark.parametrize("format", ["timed", "legacy"])


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> t.Callable[[], list[str]]:
    """What was warned of so far."""
    return lambda: [record.message for record in caplog.records if record.name == "flask_login"]


@pytest.fixture
def signed_by(app: Flask, browser: FlaskClient) -> t.Callable[..., FlaskClient]:
    """A browser with a remember-me cookie that a key signed, of an application with another key."""

    def remember(key: str, format: str, fallbacks: t.Any) -> FlaskClient:
        app.config.update(SECRET_KEY=key, REMEMBER_COOKIE_FORMAT=format)
        browser.get("/login/1?remember")
        browser.delete_cookie("session")
        app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=fallbacks)
        return browser

    return remember


@each_type
@each_format
def test_whole_string_is_a_key(signed_by: t.Any, fallbacks: t.Any, format: str) -> None:
    assert signed_by("old key", format, fallbacks).get("/me").text == "1"


@each_type
@each_format
@pytest.mark.parametrize("key", ["o", "y", " ", "old"])
def test_part_of_the_string_is_none(
    signed_by: t.Any, fallbacks: t.Any, format: str, key: str
) -> None:
    assert signed_by(key, format, fallbacks).get("/me").text == "nobody"


@each_type
def test_decode_cookie_knows_the_whole_string_alone(app: Flask, fallbacks: t.Any) -> None:
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks

    with app.app_context():
        assert decode_cookie(encode_cookie("1", key="old key")) == "1"
        assert decode_cookie(encode_cookie("1", key="o")) is None


@each_type
def test_first_request_warns_once(
    app: Flask, browser: FlaskClient, warnings: t.Any, fallbacks: t.Any
) -> None:
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks
    browser.get("/plain")
    browser.get("/me")
    assert len(warnings()) == 1


@each_type
def test_warning_names_the_setting_and_not_the_key(
    app: Flask, browser: FlaskClient, warnings: t.Any, fallbacks: t.Any
) -> None:
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks
    browser.get("/plain")
    (warning,) = warnings()
    assert warning.startswith("SECRET_KEY_FALLBACKS is a string")
    assert "Flask's own session" in warning
    assert "old key" not in warning


@each_type
def test_it_stops_no_start(app: Flask, fallbacks: t.Any) -> None:
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks
    assert LoginManager(app)


@pytest.mark.parametrize("fallbacks", [None, [], ["old key"], ("old key",), [b"old key"]], ids=repr)
def test_list_is_nothing_to_tell(
    app: Flask, browser: FlaskClient, warnings: t.Any, fallbacks: t.Any
) -> None:
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks
    browser.get("/plain")
    assert warnings() == []
