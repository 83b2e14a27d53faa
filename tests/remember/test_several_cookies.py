"""Several remember-me cookies by one name, which another subdomain or path can bring about."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import decode_cookie
from flask_login import encode_cookie

GOOD = encode_cookie("1", key="deterministic")
OTHER = encode_cookie("2", key="deterministic")
GONE = encode_cookie("gone", key="deterministic")
FOREIGN = encode_cookie("1", key="another")
JUNK = "junk"


@pytest.fixture
def send(app: Flask, browser: FlaskClient) -> t.Callable[..., t.Any]:
    """Ask for a page with the browser's session and several cookies by one name."""
    # One that has a jar sends each name once.
    client = app.test_client(use_cookies=False)

    def send(path: str, *cookies: str) -> t.Any:
        pairs = [f"remember_token={cookie}" for cookie in cookies]
        session = browser.get_cookie("session")

        if session is not None:
            pairs.append(f"session={session.value}")

        return client.get(path, headers={"Cookie": "; ".join(pairs)})

    return send


@pytest.mark.parametrize(
    ("cookies", "user"),
    [
        ([JUNK, GOOD], "1"),
        (["", GOOD], "1"),
        ([FOREIGN, GOOD], "1"),
        ([GONE, GOOD], "1"),
        ([JUNK, FOREIGN, GONE, GOOD], "1"),
        ([GOOD, JUNK], "1"),
        ([GOOD, OTHER], "1"),
        ([OTHER, GOOD], "2"),
        ([JUNK, FOREIGN], "nobody"),
        ([GONE, JUNK], "nobody"),
    ],
    ids=str,
)
def test_cookies_are_tried_in_order_until_one_yields_a_user(
    send: t.Any, cookies: list[str], user: str
) -> None:
    assert send("/me", *cookies).text == user


@pytest.mark.parametrize("first", [JUNK, FOREIGN, GONE], ids=["junk", "foreign", "gone"])
@pytest.mark.parametrize("path", ["/me", "/remembered", "/fresh", "/confirm"])
def test_good_cookie_behind_a_bad_one_is_not_deleted(
    app: Flask, send: t.Any, cookie_of: t.Any, first: str, path: str
) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    assert cookie_of(send(path, first, GOOD)) is None


def test_good_cookie_behind_a_bad_one_is_replaced_by_our_own_format(
    app: Flask, send: t.Any, cookie_of: t.Any
) -> None:
    cookie = cookie_of(send("/me", JUNK, GOOD))

    with app.app_context():
        assert decode_cookie(cookie.value) == "1"


@pytest.mark.parametrize(
    ("cookies", "deleted"),
    [
        ([JUNK, FOREIGN], False),
        ([JUNK, GONE], True),
        ([GONE, JUNK], True),
        ([GONE, GONE], True),
    ],
    ids=["foreign", "last is ours", "first is ours", "both are ours"],
)
def test_cookies_that_yield_nobody_are_deleted_if_one_is_ours(
    send: t.Any, cookie_of: t.Any, cookies: list[str], deleted: bool
) -> None:
    assert (cookie_of(send("/me", *cookies)) is not None) is deleted


@pytest.mark.parametrize("cookies", [[JUNK, GOOD], [OTHER, GOOD], [GOOD, OTHER]], ids=len)
def test_login_is_remembered_if_one_is_the_user_s_own(
    browser: FlaskClient, send: t.Any, cookies: list[str]
) -> None:
    browser.get("/login/1")
    assert send("/remembered", *cookies).text == "True"


@pytest.mark.parametrize(
    ("cookies", "deleted"),
    [([JUNK, GOOD], False), ([GOOD, OTHER], True), ([FOREIGN, OTHER], True)],
    ids=["own", "own and another's", "foreign and another's"],
)
def test_login_deletes_them_if_one_is_another_user_s(
    send: t.Any, cookie_of: t.Any, cookies: list[str], deleted: bool
) -> None:
    assert (cookie_of(send("/login/1", *cookies)) is not None) is deleted


def test_cookies_that_yield_nobody_leave_no_session(send: t.Any, cookie_of: t.Any) -> None:
    assert cookie_of(send("/me", GONE, JUNK), "session").value == ""
