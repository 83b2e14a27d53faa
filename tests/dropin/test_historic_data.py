"""What Flask-Login 0.6.3 wrote still works: its cookies, its sessions, and their formats."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from flask_login import decode_cookie
from flask_login import encode_cookie
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.utils import _cookie_digest
from flask_login.utils import _secret_key

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "flask-login-0.6.3.json").read_text("utf-8")
)
MADE_AT = 1795429883


class User(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


each_cookie = pytest.mark.parametrize(
    "vector",
    VECTORS["remember_cookies"],
    ids=lambda vector: f"{vector['secret_key'][:1]} {vector['user_id']}",
)
each_session = pytest.mark.parametrize(
    "vector", VECTORS["sessions"], ids=lambda vector: vector["login"]
)


@pytest.fixture(autouse=True)
def date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions expire, so the day they were made on is today."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: MADE_AT + 60)


@pytest.fixture
def anyone(login_manager: LoginManager) -> None:
    """A loader that knows every ID."""
    login_manager.user_loader(User)


@pytest.fixture
def visitor(app: Flask, browser: FlaskClient, anyone: None) -> t.Callable[..., FlaskClient]:
    """A browser that comes back with what it was once sent."""

    def come_back(vector: dict[str, t.Any], *names: str) -> FlaskClient:
        app.config["SECRET_KEY"] = vector["secret_key"]
        browser.environ_base.update(
            REMOTE_ADDR=vector["remote_addr"], HTTP_USER_AGENT=vector["user_agent"]
        )

        for name, key in (("session", "cookie"), ("remember_token", "remember_token")):
            if name in names and vector[key] is not None:
                browser.set_cookie(name, vector[key])

        return browser

    return come_back


@each_cookie
def test_encode_cookie_writes_it_byte_for_byte(app: Flask, vector: dict[str, str]) -> None:
    app.config["SECRET_KEY"] = vector["secret_key"]

    with app.app_context():
        assert encode_cookie(vector["user_id"]) == vector["cookie"]


@each_cookie
def test_decode_cookie_reads_it(app: Flask, vector: dict[str, str]) -> None:
    app.config["SECRET_KEY"] = vector["secret_key"]

    with app.app_context():
        assert decode_cookie(vector["cookie"]) == vector["user_id"]


@each_cookie
@pytest.mark.parametrize("encoding", [None, "latin-1"], ids=["str", "bytes"])
def test_a_given_key_needs_no_application(vector: dict[str, str], encoding: str | None) -> None:
    key: t.Any = vector["secret_key"]
    key = key if encoding is None else key.encode(encoding)
    assert encode_cookie(vector["user_id"], key) == vector["cookie"]
    assert decode_cookie(vector["cookie"], key) == vector["user_id"]


@each_cookie
def test_digest_is_what_follows_the_id(vector: dict[str, str]) -> None:
    digest = _cookie_digest(vector["user_id"], key=vector["secret_key"])
    assert vector["cookie"] == f"{vector['user_id']}|{digest}"


@each_cookie
def test_cookie_of_another_key_is_not_genuine(vector: dict[str, str]) -> None:
    assert decode_cookie(vector["cookie"], "another key") is None


@each_cookie
def test_cookie_of_another_user_is_not_genuine(vector: dict[str, str]) -> None:
    assert decode_cookie(f"0{vector['cookie']}", vector["secret_key"]) is None


@each_cookie
def test_cookie_brings_the_user_back(
    app: Flask, browser: FlaskClient, anyone: None, vector: dict[str, str]
) -> None:
    app.config["SECRET_KEY"] = vector["secret_key"]
    browser.set_cookie("remember_token", vector["cookie"])
    # The view says "nobody" for an ID that is empty.
    assert browser.get("/me").text == (vector["user_id"] or "nobody")
    assert browser.get_cookie("remember_token") is not None


@each_cookie
def test_cookie_that_was_tampered_with_brings_nobody_back(
    app: Flask, browser: FlaskClient, anyone: None, vector: dict[str, str]
) -> None:
    app.config["SECRET_KEY"] = vector["secret_key"]
    browser.set_cookie("remember_token", f"0{vector['cookie']}")
    assert browser.get("/me").text == "nobody"


@each_session
def test_session_brings_the_user_back(visitor: t.Any, vector: dict[str, t.Any]) -> None:
    client = visitor(vector, "session")
    assert client.get("/me").text == vector["contents"]["_user_id"]
    assert client.get("/fresh").text == "True"


@each_session
def test_session_is_accepted_under_strong_protection(
    app: Flask, visitor: t.Any, vector: dict[str, t.Any], session_of: t.Any
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    client = visitor(vector, "session")
    assert client.get("/me").text == vector["contents"]["_user_id"]
    assert session_of(client) == vector["contents"]


@each_session
def test_session_is_that_of_a_login_today(
    visitor: t.Any, vector: dict[str, t.Any], users: dict[str, t.Any], session_of: t.Any
) -> None:
    users["42"] = t.cast(t.Any, User("42"))
    client = visitor(vector)
    client.get("/login/42")
    assert session_of(client) == {**vector["contents"], "_login": mock.ANY}


@each_session
def test_session_is_judged_in_another_browser(visitor: t.Any, vector: dict[str, t.Any]) -> None:
    client = visitor(vector, "session")
    assert client.get("/fresh", headers={"User-Agent": "another"}).text == "False"


def test_session_and_remember_cookie_of_one_login_belong_together(visitor: t.Any) -> None:
    (vector,) = [one for one in VECTORS["sessions"] if one["remember_token"] is not None]
    client = visitor(vector, "session", "remember_token")
    assert client.get("/me").text == "42"
    assert client.get("/remembered").text == "True"
    client.delete_cookie("session")
    assert client.get("/me").text == "42"


def test_lost_session_is_not_missed_by_a_remembered_browser(
    visitor: t.Any, session_of: t.Any
) -> None:
    (vector,) = [one for one in VECTORS["sessions"] if one["remember_token"] is not None]
    client = visitor(vector, "remember_token")
    assert client.get("/me").text == "42"
    assert session_of(client) == {**vector["contents"], "_fresh": False, "_login": mock.ANY}


@pytest.mark.parametrize(
    ("key", "as_bytes"),
    [("key", b"key"), (b"\xff", b"\xff"), ("é", b"\xe9"), ("ключ", "ключ".encode())],
    ids=ascii,
)
def test_key_becomes_bytes_by_latin_1_or_else_by_utf_8(key: str | bytes, as_bytes: bytes) -> None:
    assert _secret_key(key) == as_bytes


@pytest.mark.parametrize("key", ["key", "é", "ключ", b"\xff"], ids=ascii)
def test_key_of_the_application_is_the_default(app: Flask, key: str | bytes) -> None:
    app.config["SECRET_KEY"] = key

    with app.app_context():
        assert _secret_key() == _secret_key(key)
        assert decode_cookie(encode_cookie("1")) == "1"


@pytest.mark.parametrize("of_what", [encode_cookie, _cookie_digest, lambda text: _secret_key()])
def test_missing_key_is_an_error_that_says_what_to_set(app: Flask, of_what: t.Any) -> None:
    app.config["SECRET_KEY"] = None

    with app.app_context(), pytest.raises(RuntimeError, match="SECRET_KEY"):
        of_what("1")


def test_without_a_key_no_cookie_is_genuine(app: Flask) -> None:
    app.config["SECRET_KEY"] = None

    with app.app_context():
        assert decode_cookie(encode_cookie("1", key="")) is None


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "|",
        "1",
        "1|",
        "1|é",
        "1|" + "0" * 128,
        "é|é",
        "\udcff|1",
        "\x00|\x00",
        b"",
        b"|",
        b"\xff|\xff",
        b"1|\xff",
        "|" * 65536,
    ],
    ids=lambda cookie: ascii(cookie)[:16],
)
def test_bad_cookie_decodes_to_none(cookie: str | bytes) -> None:
    assert decode_cookie(cookie, "deterministic") is None


def test_cookie_may_come_as_bytes() -> None:
    assert decode_cookie(encode_cookie("佐藤", "key").encode(), "key") == "佐藤"
