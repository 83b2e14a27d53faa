"""The session key ``_login``: what it holds, when it is believed, and what it costs."""

from __future__ import annotations

import re
import typing as t
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login.config import SESSION_KEYS

HOUR = 3600


@pytest.fixture
def record(browser: FlaskClient, session_of: t.Any) -> t.Callable[[], t.Any]:
    """What a browser's session holds."""
    return lambda: session_of(browser).get("_login")


@pytest.fixture
def carry(browser: FlaskClient) -> t.Callable[..., None]:
    """Put a record into the session of a user."""

    def carry(record: t.Any, user_id: t.Any = "1") -> None:
        with browser.session_transaction() as stored:
            stored.update(_user_id=user_id, _login=record)

    return carry


def test_key_is_one_of_ours() -> None:
    assert "_login" in SESSION_KEYS


def test_login_records_its_user_and_its_time(
    browser: FlaskClient, clock: t.Any, record: t.Any
) -> None:
    browser.get("/login/1")
    assert record() == f"{clock.now}..-.|1"


def test_user_whose_class_has_no_stamp_has_none_in_the_record(
    browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, clock: t.Any, record: t.Any
) -> None:
    users["1"] = unstamped
    browser.get("/login/1")
    assert record() == f"{clock.now}...|1"


@pytest.mark.parametrize("value", [True, 7, {"at": 1}, ["x"]], ids=str)
def test_value_that_the_application_keeps_there_is_no_record(
    browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, carry: t.Any, value: t.Any
) -> None:
    users["1"] = unstamped
    carry(value)
    assert browser.get("/me").text == "1"


def test_times_are_whole_seconds(browser: FlaskClient, record: t.Any) -> None:
    browser.get("/login/1")
    assert record().partition(".")[0].isdecimal()


def test_activity_is_recorded_beside_the_login(
    app: Flask, browser: FlaskClient, clock: t.Any, record: t.Any
) -> None:
    app.config["LOGIN_IDLE_TIMEOUT"] = HOUR
    browser.get("/login/1")
    clock.tick(100)
    browser.get("/me")
    assert record() == f"{clock.now - 100}.{clock.now}.-.|1"


def test_digest_of_a_stamp_is_recorded(
    browser: FlaskClient, users: dict[str, t.Any], record: t.Any
) -> None:
    users["1"].stamp = "hash"
    browser.get("/login/1")
    assert re.fullmatch(r"\d+\.\.[\w-]{43}\.\|1", record())


def test_forced_login_is_recorded_as_such(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], clock: t.Any, record: t.Any
) -> None:
    app.add_url_rule("/force", view_func=lambda: str(login_user(users["3"], force=True)))
    browser.get("/force")
    assert record() == f"{clock.now}..-.f|3"


def test_confirmation_records_its_time(browser: FlaskClient, clock: t.Any, record: t.Any) -> None:
    browser.get("/login/1?stale")
    clock.tick(100)
    browser.get("/confirm")
    assert record() == f"{clock.now}..-.|1"


def test_restored_login_records_the_time_of_the_real_one(
    browser: FlaskClient, clock: t.Any, record: t.Any
) -> None:
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    clock.tick(100)
    browser.get("/me")
    assert record() == f"{clock.now - 100}..-.|1"


def test_restored_login_records_activity_under_an_idle_timeout(
    app: Flask, browser: FlaskClient, clock: t.Any, record: t.Any
) -> None:
    app.config["LOGIN_IDLE_TIMEOUT"] = HOUR
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    clock.tick(100)
    browser.get("/me")
    assert record() == f"{clock.now - 100}.{clock.now}.-.|1"


def test_logout_removes_it(browser: FlaskClient, session_of: t.Any) -> None:
    browser.get("/login/1")
    browser.get("/logout")
    assert session_of(browser) == {}


def test_login_as_another_user_makes_it_anew(
    browser: FlaskClient, clock: t.Any, record: t.Any
) -> None:
    browser.get("/login/1")
    clock.tick(100)
    browser.get("/login/2")
    assert record() == f"{clock.now}..-.|2"


class TestRecordOfAnotherUser:
    """An older worker beside this one logs people in and out without knowing of the record."""

    @pytest.fixture(autouse=True)
    def old_record(self, app: Flask, browser: FlaskClient, clock: t.Any, carry: t.Any) -> None:
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = HOUR
        carry(f"{clock.now - 2 * HOUR}..digest.f|2", user_id="1")

    def test_it_is_ignored(self, browser: FlaskClient) -> None:
        assert browser.get("/me").text == "1"

    def test_it_is_made_anew(self, browser: FlaskClient, clock: t.Any, record: t.Any) -> None:
        browser.get("/me")
        assert record() == f"{clock.now}..-.|1"

    @pytest.mark.parametrize("fresh", [True, False])
    def test_it_makes_nothing_fresh(
        self, app: Flask, browser: FlaskClient, clock: t.Any, fresh: bool
    ) -> None:
        app.config.update(LOGIN_FRESH_LIFETIME=HOUR, SESSION_PROTECTION=None)

        with browser.session_transaction() as stored:
            stored["_fresh"] = fresh

        assert browser.get("/fresh").text == str(fresh)

    def test_it_forces_no_inactive_user_in(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        app.config["LOGIN_CHECK_ACTIVE"] = True
        users["1"].active = False
        assert browser.get("/me").text == "nobody"

    def test_it_is_nothing_to_a_session_without_a_login(
        self, browser: FlaskClient, record: t.Any
    ) -> None:
        with browser.session_transaction() as stored:
            del stored["_user_id"]

        assert browser.get("/me").text == "nobody"


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "text",
        "|1",
        "1|1",
        "1...",
        "1..|1",
        "1....|1",
        "...|1",
        "soon...|1",
        "nan...|1",
        "1e3...|1",
        "1.soon..|1",
        "1...|2",
        "1...|1|",
        7,
        True,
        [],
        {},
        {"u": "1", "a": 1},
    ],
    ids=repr,
)
def test_malformed_record_is_ignored_and_made_anew(
    app: Flask,
    browser: FlaskClient,
    users: dict[str, t.Any],
    clock: t.Any,
    carry: t.Any,
    record: t.Any,
    malformed: t.Any,
) -> None:
    app.config["LOGIN_ABSOLUTE_TIMEOUT"] = HOUR
    users["1"].stamp = "hash"
    carry(malformed)
    assert browser.get("/me").text == "1"
    assert re.fullmatch(rf"{clock.now}\.\.[\w-]{{43}}\.\|1", record())


class TestCost:
    """What it adds to a session cookie, in bytes, with default settings."""

    @pytest.fixture
    def cost(self, browser: FlaskClient, users: dict[str, t.Any]) -> t.Callable[..., int]:
        def cost(user_id: t.Any, **content: t.Any) -> int:
            users["1"].get_id = lambda: user_id
            browser.get("/login/1")

            with browser.session_transaction() as stored:
                stored.update(content)

            with_record = self.length(browser)

            with browser.session_transaction() as stored:
                del stored["_login"]

            return with_record - self.length(browser)

        return cost

    @staticmethod
    def length(browser: FlaskClient) -> int:
        cookie = browser.get_cookie("session")
        assert cookie is not None
        return len(cookie.value)

    @pytest.mark.parametrize(
        "user_id",
        [
            "1",
            7,
            10**18,
            "user@example.com",
            "7b0d5a3e-9f6c-4f0e-8a56-2f1f6c1f9b7d",
            uuid.UUID("7b0d5a3e-9f6c-4f0e-8a56-2f1f6c1f9b7d"),
            "7b0d5a3e9f6c4f0e8a562f1f6c1f9b7d",
        ],
        ids=repr,
    )
    @pytest.mark.parametrize(
        "content",
        [{}, {"csrf_token": "5b1f0d7c9e3a48267c1d"}, {"cart": list(range(100))}],
        ids=["alone", "with a token", "with a cart"],
    )
    def test_it_is_under_60_bytes(
        self, cost: t.Any, user_id: t.Any, content: dict[str, t.Any]
    ) -> None:
        assert cost(user_id, **content) < 60
