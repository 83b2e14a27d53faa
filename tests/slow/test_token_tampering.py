"""No mutation, truncation or splice of a genuine remember-me cookie is accepted."""

from __future__ import annotations

import string
import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from flask_login import decode_cookie
from flask_login import encode_cookie
from flask_login._login import Login
from flask_login.config import Settings
from flask_login.remember import encode
from flask_login.remember import new_token
from flask_login.remember import read
from flask_login.remember import Token

APP = Flask("app")
APP.config["SECRET_KEY"] = "deterministic"
SETTINGS = Settings(APP.config)


def timed(user_id: str | int) -> str:
    return encode(new_token(Login(user_id, 0, stamp="digest"), 10**6), SETTINGS)


def legacy(user_id: str) -> str:
    with APP.app_context():
        return encode_cookie(user_id)


def accepted(cookie: str) -> bool:
    with APP.app_context():
        return decode_cookie(cookie) is not None or isinstance(
            read(cookie, SETTINGS, recorded=False), Token
        )


GENUINE = [timed("1"), timed(1), timed("12"), timed("1|2"), legacy("1"), legacy("12")]
# What signatures and bodies are written in, and what decoders are known to overlook.
ALPHABET = string.ascii_letters + string.digits + "-_+/=|.!é\n \x00"

genuine = st.sampled_from(GENUINE)
places = st.integers(0, 1000)
pieces = st.text(ALPHABET, min_size=1, max_size=3)
quickly = settings(max_examples=500, deadline=None, database=None)


@pytest.mark.parametrize(
    "cookie", GENUINE, ids=["timed", "int", "12", "separator", "old", "old 12"]
)
def test_genuine_cookie_is_accepted(cookie: str) -> None:
    assert accepted(cookie)


@pytest.mark.asvs("7.2.1")
@quickly
@given(cookie=genuine, place=places, piece=pieces)
def test_replaced_piece_is_noticed(cookie: str, place: int, piece: str) -> None:
    place %= len(cookie)
    mutated = cookie[:place] + piece + cookie[place + len(piece) :]
    assert mutated == cookie or not accepted(mutated)


@quickly
@given(cookie=genuine, place=places, piece=pieces)
@example(cookie=GENUINE[0], place=len(GENUINE[0]), piece="=")
@example(cookie=GENUINE[0], place=len(GENUINE[0]) - 4, piece="!")
def test_inserted_piece_is_noticed(cookie: str, place: int, piece: str) -> None:
    place %= len(cookie) + 1
    assert not accepted(cookie[:place] + piece + cookie[place:])


@quickly
@given(cookie=genuine, place=places, length=st.integers(1, 200))
def test_removed_piece_is_noticed(cookie: str, place: int, length: int) -> None:
    place %= len(cookie)
    assert not accepted(cookie[:place] + cookie[place + length :])


@pytest.mark.parametrize(
    "cookie", GENUINE, ids=["timed", "int", "12", "separator", "old", "old 12"]
)
def test_every_truncation_is_noticed(cookie: str) -> None:
    assert not any(accepted(cookie[:end]) for end in range(len(cookie)))
    assert not any(accepted(cookie[start:]) for start in range(1, len(cookie)))


@quickly
@given(first=genuine, second=genuine, end=places, start=places)
def test_splice_of_two_is_noticed(first: str, second: str, end: int, start: int) -> None:
    spliced = first[: end % (len(first) + 1)] + second[start % (len(second) + 1) :]
    assert spliced in GENUINE or not accepted(spliced)


@quickly
@given(first=genuine, second=genuine, chosen=st.tuples(*[st.booleans()] * 4))
def test_parts_of_two_do_not_go_together(first: str, second: str, chosen: t.Any) -> None:
    parts = [cookie.replace("|", ".").split(".") for cookie in (first, second)]
    mixed = [parts[choice][index % len(parts[choice])] for index, choice in enumerate(chosen)]
    spliced = mixed[0] + "|" + ".".join(mixed[1:])
    assert spliced in GENUINE or not accepted(spliced)


@pytest.mark.parametrize("cookie", GENUINE[:4], ids=["timed", "int", "12", "separator"])
def test_bits_that_the_signature_leaves_unused_are_noticed(cookie: str) -> None:
    others = [cookie[:-1] + last for last in ALPHABET if last != cookie[-1]]
    assert [spelt for spelt in others if accepted(spelt)] == []


@quickly
@given(cookie=st.text(max_size=50) | st.text(ALPHABET))
def test_junk_is_refused_and_never_raises(cookie: str) -> None:
    assert not accepted(cookie)


@pytest.mark.parametrize("cookie", ["\ud800", "1|\ud800", "1|é", "|", "", "...", "1|..", "1|a.b.c"])
def test_known_junk_is_refused_and_never_raises(cookie: str) -> None:
    assert not accepted(cookie)


@quickly
@given(cookie=st.binary(max_size=50))
def test_bytes_are_refused_and_never_raise(cookie: bytes) -> None:
    with APP.app_context():
        assert decode_cookie(cookie) is None


@pytest.mark.asvs("7.2.1")
def test_tampered_cookie_logs_nobody_in(browser: FlaskClient, token_of: t.Any) -> None:
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    browser.set_cookie("remember_token", token_of(browser).replace("1|", "2|", 1))
    assert browser.get("/me").text == "nobody"
