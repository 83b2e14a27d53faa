"""The remember-me cookie's own format: what it says, who can verify it, and how long it is good."""

from __future__ import annotations

import hashlib
import hmac
import re
import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import base64_decode
from itsdangerous import Signer

from flask_login import decode_cookie
from flask_login import encode_cookie
from flask_login import login_user
from flask_login import LoginManager
from flask_login.remember import decode_timed
from flask_login.remember import INVALID

YEAR = 365 * 24 * 3600


def signer_for(*keys: str) -> Signer:
    return Signer(keys, salt="flask-login.remember", digest_method=hashlib.sha512)


class Fields(t.NamedTuple):
    authenticated_at: str
    duration: str
    issued_at: str
    random: str
    stamp: str
    flags: str
    signature: str


def fields_of(token: str) -> Fields:
    return Fields(*token.rpartition("|")[2].split("."))


@pytest.fixture
def token(browser: FlaskClient, clock: t.Any, token_of: t.Any) -> str:
    browser.get("/login/1?remember&duration=60")
    return t.cast(str, token_of(browser))


@pytest.mark.parametrize(
    "user_id", ["1", "", "a|b", "a.b", "佐藤", 'with space;=,"', "user@example.com"]
)
def test_token_begins_with_the_user_id(
    browser: FlaskClient, users: dict[str, t.Any], token_of: t.Any, user_id: str
) -> None:
    users["1"].id = user_id
    browser.get("/login/1?remember")
    assert token_of(browser).startswith(f"{user_id}|")


def test_token_is_an_id_and_six_fields_and_a_signature(token: str, clock: t.Any) -> None:
    now = clock.now
    assert re.fullmatch(rf"1\|{now}\.60\.{now}\.[\w-]{{22}}\.-\.\.[\w-]{{86}}", token)


def test_itsdangerous_verifies_it(token: str) -> None:
    assert signer_for("deterministic").unsign(token).decode() == token.rpartition(".")[0]


def test_itsdangerous_verifies_it_by_a_list_of_keys(token: str) -> None:
    assert signer_for("old", "deterministic").validate(token)


def test_token_has_the_digest_of_a_stamp(
    browser: FlaskClient, users: dict[str, t.Any], token_of: t.Any
) -> None:
    users["1"].stamp = "password hash"
    browser.get("/login/1?remember")
    assert len(base64_decode(fields_of(token_of(browser)).stamp)) == 32


def test_token_of_a_user_whose_class_has_no_stamp_has_none(
    browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, token_of: t.Any
) -> None:
    users["1"] = unstamped
    browser.get("/login/1?remember")
    assert fields_of(token_of(browser)).stamp == ""


@pytest.mark.parametrize(
    ("user_id", "force", "flags"),
    [("1", False, ""), ("1", True, "f"), (1, False, "i"), (1, True, "fi")],
    ids=str,
)
def test_flags_tell_a_forced_login_and_an_id_that_is_a_number(
    app: Flask,
    browser: FlaskClient,
    users: dict[str, t.Any],
    token_of: t.Any,
    user_id: int | str,
    force: bool,
    flags: str,
) -> None:
    users["1"].get_id = lambda: user_id
    app.add_url_rule(
        "/log-in", view_func=lambda: str(login_user(users["1"], remember=True, force=force))
    )
    browser.get("/log-in")
    assert fields_of(token_of(browser)).flags == flags


def test_duration_is_rounded_up_to_whole_seconds(browser: FlaskClient, token_of: t.Any) -> None:
    browser.get("/login/1?remember&duration=0.2")
    assert fields_of(token_of(browser)).duration == "1"


@pytest.mark.asvs("7.2.3")
def test_random_part_has_128_bits(token: str) -> None:
    assert len(base64_decode(fields_of(token).random)) == 16


@pytest.mark.asvs("7.2.2", "7.2.3")
def test_two_logins_never_share_a_cookie(
    browser: FlaskClient, clock: t.Any, token_of: t.Any
) -> None:
    tokens = set()

    for _ in range(20):
        browser.get("/login/1?remember")
        tokens.add(token_of(browser))

    assert len(tokens) == 20


@pytest.mark.parametrize("user_id", [7, -7, 0, "7", "-7"], ids=repr)
def test_loader_is_given_the_id_as_it_was(
    login_manager: LoginManager, browser: FlaskClient, users: dict[str, t.Any], user_id: int | str
) -> None:
    asked: list[t.Any] = []
    users["1"].get_id = lambda: user_id
    login_manager.user_loader(lambda user_id: asked.append(user_id) or users["1"])
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    browser.get("/me")
    assert [(type(asked_for), asked_for) for asked_for in asked] == [(type(user_id), user_id)]


@pytest.mark.asvs("7.2.1")
@pytest.mark.parametrize(
    ("login", "lifetime"),
    [("/login/1?remember", YEAR), ("/login/1?remember&duration=60", 60)],
    ids=["configured", "given"],
)
@pytest.mark.parametrize(("more", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"])
def test_token_is_good_for_its_duration(
    browser: FlaskClient, clock: t.Any, login: str, lifetime: int, more: int, user: str
) -> None:
    browser.get(login)
    browser.delete_cookie("session")
    clock.tick(lifetime + more)
    assert browser.get("/me").text == user


@pytest.mark.parametrize(("seconds", "user"), [(60, "1"), (61, "nobody")], ids=["before", "after"])
def test_token_from_the_future_is_refused(
    browser: FlaskClient, clock: t.Any, seconds: int, user: str
) -> None:
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    clock.tick(-seconds)
    assert browser.get("/me").text == user


def test_expired_token_is_deleted(browser: FlaskClient, token: str, clock: t.Any) -> None:
    browser.delete_cookie("session")
    clock.tick(60)
    browser.get("/me")
    assert browser.get_cookie("remember_token") is None


def test_shorter_configuration_leaves_a_token_its_duration(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    app.config["REMEMBER_COOKIE_DURATION"] = 60
    clock.tick(YEAR - 1)
    assert browser.get("/me").text == "1"


def test_cookie_expires_with_its_token(
    browser: FlaskClient, clock: t.Any, expiry_of: t.Any
) -> None:
    assert expiry_of(browser.get("/login/1?remember&duration=60")) == clock.now + 60


def test_refresh_moves_the_expiry(
    app: Flask, browser: FlaskClient, token: str, clock: t.Any, expiry_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    clock.tick(50)
    assert expiry_of(browser.get("/me")) == clock.now + 60


@pytest.mark.parametrize(("seconds", "user"), [(59, "1"), (60, "nobody")], ids=["before", "after"])
def test_refreshed_token_is_good_for_another_duration(
    app: Flask, browser: FlaskClient, token: str, clock: t.Any, seconds: int, user: str
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    clock.tick(50)
    browser.get("/me")
    browser.delete_cookie("session")
    clock.tick(seconds)
    assert browser.get("/me").text == user


def test_refresh_never_moves_the_time_of_the_login(
    app: Flask, browser: FlaskClient, token: str, clock: t.Any, token_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    clock.tick(50)
    browser.get("/me")
    before = fields_of(token)
    after = fields_of(token_of(browser))
    assert after == before._replace(issued_at=str(clock.now), signature=after.signature)


def test_decode_cookie_reads_it(app: Flask, token: str) -> None:
    with app.app_context():
        assert decode_cookie(token) == "1"
        assert decode_cookie(token.encode()) == "1"


@pytest.mark.parametrize("key", ["deterministic", b"deterministic"], ids=repr)
def test_decode_cookie_reads_it_by_a_given_key(app: Flask, token: str, key: str | bytes) -> None:
    app.config["SECRET_KEY"] = "another"

    with app.app_context():
        assert decode_cookie(token, key=key) == "1"
        assert decode_cookie(token) is None


def test_decode_cookie_reads_the_historic_format(app: Flask) -> None:
    with app.app_context():
        assert decode_cookie(encode_cookie("1")) == "1"


def test_decode_cookie_refuses_an_expired_one(app: Flask, token: str, clock: t.Any) -> None:
    clock.tick(60)

    with app.app_context():
        assert decode_cookie(token) is None


def test_encode_cookie_stays_historic(app: Flask) -> None:
    digest = hmac.new(b"deterministic", b"1", hashlib.sha512).hexdigest()

    with app.app_context():
        assert encode_cookie("1") == f"1|{digest}"


well_formed = "1|1750000000.60.1750000000.random.."

not_well_formed = pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "|",
        "1|",
        "1|1750000000",
        "1|1750000000.60.1750000000.random.",
        f"{well_formed}.",
        "1|soon.60.1750000000.random..",
        "1|1750000000.long.1750000000.random..",
        "1|1750000000.60.Infinity.random..",
        "1|.60.1750000000.random..",
        "1|1750000000..1750000000.random..",
        "1|1750000000.60..random..",
        "one|1750000000.60.1750000000.random..i",
        "1|9999999999.60.1750000000.random..",
        b"\xff|1750000000.60.1750000000.random..",
    ],
    ids=ascii,
)


def test_what_the_application_signs_like_this_is_a_token(app: Flask, clock: t.Any) -> None:
    with app.app_context():
        assert decode_cookie(signer_for("deterministic").sign(well_formed)) == "1"


@not_well_formed
def test_what_else_is_signed_like_this_is_refused(
    app: Flask, clock: t.Any, value: str | bytes
) -> None:
    with app.app_context():
        assert decode_cookie(signer_for("deterministic").sign(value)) is None


@not_well_formed
def test_what_else_is_signed_like_this_counts_as_ours(clock: t.Any, value: str | bytes) -> None:
    signed = signer_for("deterministic").sign(value)
    assert decode_timed(signed, [b"deterministic"]) == INVALID
