"""Remember-me cookies and a secret key that changes: they are signed anew, and last no longer."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login.remember import decode_timed

formats = pytest.mark.parametrize("format", ["timed", "legacy"])

# The key that signed, and the keys that a worker then knows.
known_keys = pytest.mark.parametrize(
    ("signed", "secret_key", "fallbacks"),
    [
        ("old", "new", ["old"]),
        ("oldest", "new", ["oldest", "old"]),
        ("old", "new", ["oldest", "old"]),
        ("new", "old", ["new"]),
        ("old", "new", ["old", "new"]),
    ],
    ids=["forth", "two forth", "one of two", "back", "new one also a fallback"],
)


@pytest.fixture
def rotate(app: Flask) -> t.Callable[..., None]:
    """Sign with another key from now on, and name the older ones."""

    def rotate(key: str, fallbacks: t.Sequence[str] = ()) -> None:
        app.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=list(fallbacks))

    return rotate


@pytest.fixture
def remember(app: Flask, browser: FlaskClient, clock: t.Any, rotate: t.Any) -> t.Any:
    """Remember user 1 for a minute, by a cookie that a key signed, and lose the session."""

    def remember(format: str, key: str) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = format
        rotate(key)
        browser.get("/login/1?remember&duration=60")
        browser.delete_cookie("session")

    return remember


@formats
@known_keys
def test_cookie_signed_by_a_known_key_is_accepted(
    browser: FlaskClient,
    remember: t.Any,
    rotate: t.Any,
    format: str,
    signed: str,
    secret_key: str,
    fallbacks: list[str],
) -> None:
    remember(format, signed)
    rotate(secret_key, fallbacks)
    assert browser.get("/me").text == "1"


@formats
@known_keys
def test_cookie_signed_by_an_older_key_is_signed_anew_on_sight(
    browser: FlaskClient,
    remember: t.Any,
    rotate: t.Any,
    format: str,
    signed: str,
    secret_key: str,
    fallbacks: list[str],
) -> None:
    remember(format, signed)
    rotate(secret_key, fallbacks)
    browser.get("/me")
    browser.delete_cookie("session")
    rotate(secret_key)
    assert browser.get("/me").text == "1"


@formats
def test_cookie_signed_by_the_current_key_stays(
    browser: FlaskClient, remember: t.Any, rotate: t.Any, cookie_of: t.Any, format: str
) -> None:
    remember(format, "new")
    rotate("new", ["old"])
    assert cookie_of(browser.get("/me")) is None


@pytest.mark.asvs("7.4.5")
@formats
@pytest.mark.parametrize("fallbacks", [[], ["older"]], ids=str)
def test_cookie_signed_by_an_unknown_key_is_left_alone(
    browser: FlaskClient, remember: t.Any, rotate: t.Any, format: str, fallbacks: list[str]
) -> None:
    remember(format, "old")
    rotate("new", fallbacks)
    assert browser.get("/me").text == "nobody"
    assert browser.get_cookie("remember_token") is not None


@pytest.mark.parametrize(
    ("before", "after"), [("legacy", "timed"), ("timed", "legacy")], ids=["forth", "back"]
)
def test_format_and_key_may_change_at_once(
    app: Flask, browser: FlaskClient, remember: t.Any, rotate: t.Any, before: str, after: str
) -> None:
    remember(before, "old")
    app.config["REMEMBER_COOKIE_FORMAT"] = after
    rotate("new", ["old"])
    browser.get("/me")
    browser.delete_cookie("session")
    rotate("new")
    assert browser.get("/me").text == "1"


def test_cookie_signed_anew_says_the_same(
    browser: FlaskClient, remember: t.Any, rotate: t.Any, clock: t.Any, token_of: t.Any
) -> None:
    remember("timed", "old")
    before = decode_timed(token_of(browser), [b"old"])
    rotate("new", ["old"])
    clock.tick(20)
    browser.get("/me")
    assert decode_timed(token_of(browser), [b"new"]) == before


def test_cookie_signed_anew_expires_when_it_did(
    browser: FlaskClient, remember: t.Any, rotate: t.Any, clock: t.Any, expiry_of: t.Any
) -> None:
    remember("timed", "old")
    rotate("new", ["old"])
    clock.tick(20)
    assert expiry_of(browser.get("/me")) == clock.now + 40


@pytest.mark.parametrize(("seconds", "user"), [(59, "1"), (60, "nobody")], ids=["before", "after"])
def test_cookie_signed_anew_is_good_for_no_longer(
    browser: FlaskClient,
    remember: t.Any,
    rotate: t.Any,
    clock: t.Any,
    seconds: int,
    user: str,
) -> None:
    remember("timed", "old")
    rotate("new", ["old"])
    clock.tick(20)
    browser.get("/me")
    browser.delete_cookie("session")
    clock.tick(seconds - 20)
    assert browser.get("/me").text == user
