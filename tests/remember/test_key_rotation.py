"""Secret keys that change, and keys of any kind."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import decode_cookie
from flask_login import encode_cookie


@pytest.fixture
def rotate(app: Flask) -> t.Callable[..., None]:
    """Sign with another key from now on, and name the older ones."""

    def rotate(key: str | bytes, fallbacks: t.Any = ()) -> None:
        app.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=fallbacks)

    return rotate


def forget_session(client: FlaskClient) -> None:
    client.delete_cookie("session")


@pytest.mark.parametrize(
    "fallbacks", [["deterministic"], ["older", "deterministic"], ("deterministic",)], ids=str
)
def test_cookie_of_an_older_key_is_genuine(
    remembered_browser: FlaskClient, rotate: t.Any, fallbacks: t.Any
) -> None:
    rotate("new", fallbacks)
    assert remembered_browser.get("/me").text == "1"
    assert remembered_browser.get("/remembered").text == "True"


@pytest.mark.parametrize("fallbacks", [None, [], ["older"], [""], [None]], ids=str)
def test_cookie_of_a_key_that_is_not_named_is_not_genuine(
    remembered_browser: FlaskClient, rotate: t.Any, fallbacks: t.Any
) -> None:
    rotate("new", fallbacks)
    assert remembered_browser.get("/me").text == "nobody"
    assert remembered_browser.get_cookie("remember_token") is not None


def test_new_cookie_is_signed_with_the_new_key(browser: FlaskClient, rotate: t.Any) -> None:
    rotate("new", ["deterministic"])
    browser.get("/login/1?remember")
    forget_session(browser)
    rotate("new")
    assert browser.get("/me").text == "1"


def test_renewed_cookie_is_signed_with_the_new_key(
    app: Flask, remembered_browser: FlaskClient, rotate: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    rotate("new", ["deterministic"])
    remembered_browser.get("/me")
    forget_session(remembered_browser)
    rotate("new")
    assert remembered_browser.get("/me").text == "1"


def test_fallbacks_alone_make_nothing_genuine(
    app: Flask, rotate: t.Any, remembered_browser: FlaskClient
) -> None:
    app.config.update(SECRET_KEY=None, SECRET_KEY_FALLBACKS=["deterministic"])
    assert remembered_browser.get("/me").text == "nobody"


def test_decode_cookie_knows_the_older_keys(app: Flask, rotate: t.Any) -> None:
    rotate("new", ["old"])

    with app.app_context():
        assert decode_cookie(encode_cookie("1", key="old")) == "1"
        assert decode_cookie(encode_cookie("1", key="older")) is None


def test_encode_cookie_signs_with_the_new_key(app: Flask, rotate: t.Any) -> None:
    rotate("new", ["old"])

    with app.app_context():
        assert encode_cookie("1") == encode_cookie("1", key="new")


def test_given_key_is_the_only_one(app: Flask, rotate: t.Any) -> None:
    rotate("new", ["old"])

    with app.app_context():
        assert decode_cookie(encode_cookie("1"), key="old") is None


@pytest.mark.parametrize("key", ["ключ", "é", b"\xff\x00", "k" * 1000], ids=ascii)
def test_any_key_remembers_a_user(browser: FlaskClient, rotate: t.Any, key: str | bytes) -> None:
    rotate(key)
    browser.get("/login/1?remember")
    forget_session(browser)
    assert browser.get("/me").text == "1"


@pytest.mark.parametrize("key", ["ключ", "é", b"\xff\x00"], ids=ascii)
def test_any_key_meets_junk_with_calm(
    browser: FlaskClient, rotate: t.Any, key: str | bytes
) -> None:
    rotate(key)
    browser.set_cookie("remember_token", "1|junk")
    assert browser.get("/me").text == "nobody"


@pytest.mark.parametrize(("old", "new"), [("ключ", b"new"), (b"\xff", "ключ"), ("é", "ключ")])
def test_keys_of_all_kinds_can_follow_each_other(
    browser: FlaskClient, rotate: t.Any, old: str | bytes, new: str | bytes
) -> None:
    rotate(old)
    browser.get("/login/1?remember")
    forget_session(browser)
    rotate(new, [old])
    assert browser.get("/me").text == "1"
