"""Why a request has no login, or no fresh one: one word, in three places."""

from __future__ import annotations

import logging
import typing as t
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import fresh_login_required
from flask_login import login_denied_reason
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import session_ended
from flask_login import user_needs_refresh
from flask_login._login import Reason

Ended = list[tuple[t.Any, str]]


@pytest.fixture(autouse=True)
def reason_view(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/reason", view_func=lambda: str(login_denied_reason()), endpoint="reason")


@pytest.fixture
def ended(app: Flask) -> t.Iterator[Ended]:
    """What the signal told: whose logins ended, and why."""
    told: Ended = []

    def receive(sender: Flask, user_id: t.Any, reason: str) -> None:
        assert sender is app
        told.append((user_id, reason))

    with session_ended.connected_to(receive):
        yield told


@dataclass
class Situation:
    """The ways to have no login, or no fresh one."""

    app: Flask
    browser: FlaskClient
    users: dict[str, t.Any]
    clock: t.Any

    def log_in(self, query: str = "") -> None:
        self.users["1"].stamp = "password hash"
        self.browser.get(f"/login/1{query}")

    def remember(self) -> None:
        self.log_in("?remember")
        self.browser.delete_cookie("session")

    def no_login(self) -> None:
        pass

    def logged_out(self) -> None:
        self.log_in()
        self.browser.get("/logout")

    def unknown_user(self) -> None:
        self.log_in()
        self.users.clear()

    def idle(self) -> None:
        self.app.config["LOGIN_IDLE_TIMEOUT"] = 60
        self.log_in()
        self.clock.tick(60)

    def absolute(self) -> None:
        self.app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 60
        self.log_in()
        self.clock.tick(60)

    def idle_and_absolute(self) -> None:
        self.idle()
        self.app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 60

    def credentials(self) -> None:
        self.log_in()
        self.users["1"].stamp = "another"

    def protection(self) -> None:
        self.app.config["SESSION_PROTECTION"] = "strong"
        self.log_in()
        self.browser.environ_base["REMOTE_ADDR"] = "192.0.2.1"

    def inactive(self) -> None:
        self.app.config["LOGIN_CHECK_ACTIVE"] = True
        self.log_in()
        self.users["1"].active = False

    def stale(self) -> None:
        self.log_in("?stale")

    def aged(self) -> None:
        self.app.config["LOGIN_FRESH_LIFETIME"] = 60
        self.log_in()
        self.clock.tick(60)

    def remember_invalid(self) -> None:
        self.browser.set_cookie("remember_token", "1|junk")

    def remember_legacy(self) -> None:
        self.app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False

        with self.app.app_context():
            self.browser.set_cookie("remember_token", encode_cookie("1"))

    def remember_expired(self) -> None:
        self.log_in("?remember&duration=60")
        self.browser.delete_cookie("session")
        self.clock.tick(60)

    def remember_unknown_user(self) -> None:
        self.remember()
        self.users.clear()

    def remember_absolute(self) -> None:
        self.remember()
        self.app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 60
        self.clock.tick(60)

    def remember_credentials(self) -> None:
        self.remember()
        self.users["1"].stamp = "another"

    def remember_inactive(self) -> None:
        self.remember()
        self.app.config["LOGIN_CHECK_ACTIVE"] = True
        self.users["1"].active = False

    def idle_and_remember_expired(self) -> None:
        self.app.config["LOGIN_IDLE_TIMEOUT"] = 60
        self.log_in("?remember&duration=60")
        self.clock.tick(60)


@pytest.fixture
def situation(app: Flask, browser: FlaskClient, users: dict[str, t.Any], clock: t.Any) -> Situation:
    return Situation(app, browser, users, clock)


@pytest.mark.parametrize("place", ["handler", "signal", "error page"])
def test_login_refused_for_its_age_is_stale_to_whoever_answers(
    app: Flask, login_manager: LoginManager, situation: Situation, place: str
) -> None:
    reasons: list[str | None] = []

    def note(*args: t.Any) -> tuple[str, int]:
        reasons.append(login_denied_reason())
        return "", 401

    if place == "handler":
        login_manager.needs_refresh_handler(note)
    elif place == "error page":
        app.register_error_handler(401, note)

    guard = fresh_login_required(max_age=60)
    app.add_url_rule("/guarded", view_func=guard(lambda: "inside"), endpoint="guarded")
    situation.log_in()
    situation.clock.tick(61)

    with user_needs_refresh.connected_to(note if place == "signal" else str):
        assert situation.browser.get("/guarded").status_code == 401

    assert reasons == ["stale"]


SESSION_ENDS = {
    "unknown_user": "unknown_user",
    "idle": "idle",
    "absolute": "absolute",
    "idle_and_absolute": "absolute",
    "credentials": "credentials",
    "protection": "protection",
    "inactive": "inactive",
    "idle_and_remember_expired": "idle",
}
COOKIE_IS_REFUSED = {
    "remember_invalid": "remember_invalid",
    "remember_legacy": "remember_invalid",
    "remember_expired": "remember_expired",
    "remember_unknown_user": "unknown_user",
    "remember_absolute": "absolute",
    "remember_credentials": "credentials",
    "remember_inactive": "inactive",
}
NOT_FRESH = {"stale": "stale", "aged": "stale", "remember": "stale"}
NOBODY = {"no_login": "no_login", "logged_out": "no_login"}
ALL = {**SESSION_ENDS, **COOKIE_IS_REFUSED, **NOT_FRESH, **NOBODY}


def cases(table: dict[str, str]) -> t.Any:
    return pytest.mark.parametrize(("case", "word"), table.items(), ids=list(table))


@cases(ALL)
def test_request_knows_its_reason(
    browser: FlaskClient, situation: Situation, case: str, word: str
) -> None:
    getattr(situation, case)()
    assert browser.get("/reason").text == word


def test_every_word_is_in_the_table() -> None:
    # Those of logins on record have tests beside the records.
    of_records = {"ended", "limit", "records_unavailable", "stolen"}
    assert set(ALL.values()) == set(t.get_args(Reason)) - of_records


@cases(SESSION_ENDS)
def test_signal_tells_whose_login_ended_and_why(
    browser: FlaskClient, situation: Situation, ended: Ended, case: str, word: str
) -> None:
    getattr(situation, case)()
    browser.get("/reason")
    assert ended == [("1", word)]


@cases({**COOKIE_IS_REFUSED, **NOT_FRESH, **NOBODY})
def test_signal_is_silent_where_no_session_ended(
    browser: FlaskClient, situation: Situation, ended: Ended, case: str, word: str
) -> None:
    getattr(situation, case)()
    browser.get("/reason")
    assert ended == []


@cases({**SESSION_ENDS, **COOKIE_IS_REFUSED})
def test_log_carries_the_same_word(
    browser: FlaskClient,
    situation: Situation,
    caplog: pytest.LogCaptureFixture,
    case: str,
    word: str,
) -> None:
    getattr(situation, case)()

    with caplog.at_level(logging.INFO, "flask_login"):
        browser.get("/me")

    assert word in [record.args and record.args[0] for record in caplog.records]  # type: ignore[index]
    assert {(record.name, record.levelname) for record in caplog.records} == {
        ("flask_login", "INFO")
    }


@cases({**SESSION_ENDS, **COOKIE_IS_REFUSED})
def test_log_tells_no_secrets(
    browser: FlaskClient,
    situation: Situation,
    caplog: pytest.LogCaptureFixture,
    case: str,
    word: str,
) -> None:
    getattr(situation, case)()
    cookies = [browser.get_cookie(name) for name in ("session", "remember_token")]
    browser.get("/me")
    secrets = ["password hash", "deterministic", *(c.value for c in cookies if c is not None)]
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_login_that_is_fresh_has_no_reason(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert browser.get("/reason").text == "None"


def test_outside_a_request_there_is_no_reason(app: Flask) -> None:
    with app.app_context():
        assert login_denied_reason() is None


def test_reason_is_told_once(browser: FlaskClient, situation: Situation) -> None:
    situation.idle()
    browser.get("/me")
    assert browser.get("/reason").text == "no_login"


def test_revived_login_is_stale(
    app: Flask, browser: FlaskClient, clock: t.Any, ended: Ended
) -> None:
    app.config["LOGIN_IDLE_TIMEOUT"] = 60
    browser.get("/login/1?remember")
    clock.tick(60)
    assert browser.get("/reason").text == "stale"
    assert ended == [("1", "idle")]


def test_unauthorized_handler_can_tell_the_reason(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, situation: Situation
) -> None:
    login_manager.unauthorized_handler(lambda: f"because: {login_denied_reason()}")
    app.view_functions["plain"] = login_manager.unauthorized
    situation.idle()
    assert browser.get("/plain").text == "because: idle"


@pytest.mark.parametrize(
    ("act", "word"),
    [(lambda user: login_user(user), None), (lambda user: logout_user(), "no_login")],
    ids=["login", "logout"],
)
def test_reason_is_that_of_the_login_now(
    app: Flask, situation: Situation, users: dict[str, t.Any], act: t.Any, word: str | None
) -> None:
    reasons: list[str | None] = []

    def view() -> str:
        reasons.append(login_denied_reason())
        act(users["1"])
        reasons.append(login_denied_reason())
        return "done"

    app.view_functions["plain"] = view
    situation.idle()
    situation.browser.get("/plain")
    assert reasons == ["idle", word]
