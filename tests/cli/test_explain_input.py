"""How ``flask login explain`` finds cookies in its input."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from flask_login.cli._pasted import as_pair
from flask_login.cli._pasted import Pasted
from flask_login.cli._pasted import read_pasted

WERKZEUG = version("werkzeug")
KNOWN = ("session", "remember_token")


@pytest.mark.parametrize(
    ("text", "cookies"),
    [
        ("", []),
        (" \r\n\n", []),
        ("abc", [(None, "abc")]),
        (" abc\r\n", [(None, "abc")]),
        ("'abc'", [(None, "abc")]),
        ('"abc"', [(None, "abc")]),
        ("\"'abc'\"", [(None, "abc")]),
        ("'", [(None, "'")]),
        (r'"caf\303\251|x"', [(None, r'"caf\303\251|x"')]),
        ("a;b|x", [(None, "a;b|x")]),
        ("a=b", [(None, "a=b")]),
        ("session=abc", [("session", "abc")]),
        ("session=abc; HttpOnly", [("session", "abc"), (None, "HttpOnly")]),
        ("Cookie: session=abc", [("session", "abc")]),
        ("cookie:session=abc;other=d=e", [("session", "abc"), ("other", "d=e")]),
        ("Cookie: ; ", []),
        ("'Cookie: session=abc'", [("session", "abc")]),
        ("> Cookie: session=abc", [("session", "abc")]),
        ("< Set-Cookie: remember_token=abc; Path=/", [("remember_token", "abc")]),
        ("Set-Cookie: a=b\nSet-Cookie: c=d", [("a", "b"), ("c", "d")]),
    ],
)
def test_cookies_are_found(text: str, cookies: list[tuple[str | None, str]]) -> None:
    assert read_pasted(text.encode(), KNOWN) == cookies


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert read_pasted(b"\xff", KNOWN) == [Pasted(None, "\ufffd")]


@pytest.mark.parametrize(
    ("cookie", "value"),
    [
        (Pasted("a", "abc"), "abc"),
        (Pasted("a", r'"caf\303\251\073|x"'), "café;|x"),
        (Pasted("a", "café"), "café"),
        (Pasted(None, r'"caf\303\251|x"'), "café|x"),
        (Pasted(None, "Ada L|x"), "Ada L|x"),
        (Pasted(None, "a;b|x"), "a;b|x"),
        (Pasted("a", '"'), None if WERKZEUG >= "3.1" else '"'),
    ],
    ids=["plain", "quoted", "bytes", "quoted value", "space", "semicolon", "not a cookie"],
)
def test_cookie_is_decoded_as_in_a_request(cookie: Pasted, value: str | None) -> None:
    assert cookie.decoded == value


@pytest.mark.parametrize(
    ("cookie", "pair"),
    [
        (Pasted(None, "a=b=c"), Pasted("a", "b=c")),
        (Pasted(None, "a b=c"), None),
        (Pasted(None, "abc"), None),
        (Pasted("a", "b=c"), None),
    ],
    ids=["pair", "no name", "value", "named already"],
)
def test_value_may_be_a_pair(cookie: Pasted, pair: Pasted | None) -> None:
    assert as_pair(cookie) == pair
