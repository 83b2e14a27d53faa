"""Turning records on over a live site, and off again."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import LoginManager

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "flask-login-0.6.3.json").read_text())
COOKIE = next(
    vector["cookie"]
    for vector in VECTORS["remember_cookies"]
    if (vector["secret_key"], vector["user_id"]) == ("deterministic", "1")
)


@pytest.fixture
def turn_on(
    app: Flask, login_manager: LoginManager, browser: FlaskClient
) -> t.Iterator[t.Callable[[], None]]:
    """Has logins on record from now on. Before, they are not."""
    without = LoginManager()
    without.user_loader(t.cast(t.Any, login_manager.user_callback))
    without.init_app(app)
    return lambda: login_manager.init_app(app)  # type: ignore[return-value]


@pytest.fixture
def turn_off(app: Flask, login_manager: LoginManager) -> t.Callable[[], None]:
    """Has logins on record no longer."""

    def turn() -> None:
        without = LoginManager()
        without.user_loader(t.cast(t.Any, login_manager.user_callback))
        without.init_app(app)

    return turn


@pytest.fixture
def before(turn_on: t.Any, browser: FlaskClient) -> FlaskClient:
    """A browser that logged in before there were records, and is remembered."""
    browser.get("/login/1?remember")
    turn_on()
    return browser


def write_old_session(client: FlaskClient, **values: t.Any) -> None:
    """A session as 0.6.3 wrote it."""
    with client.session_transaction() as session:
        session.update({"_user_id": "1", "_fresh": True, **values})


class TestSession:
    def test_goes_on(self, before: FlaskClient, ask: t.Any) -> None:
        assert ask(before) == "1"

    def test_stays_fresh(self, before: FlaskClient, ask: t.Any) -> None:
        assert ask(before, "/fresh") == "True"

    def test_is_on_record(self, before: FlaskClient, row_of: t.Any) -> None:
        before.get("/me")
        row = row_of(before)
        assert (row.user_id, row.source) == ("1", "remember")

    def test_without_a_cookie_is_on_record(
        self, turn_on: t.Any, browser: FlaskClient, row_of: t.Any
    ) -> None:
        browser.get("/login/1")
        turn_on()
        browser.get("/me")
        assert row_of(browser).source == "session"

    def test_goes_on_with_its_row(self, before: FlaskClient, row_of: t.Any, records: t.Any) -> None:
        before.get("/me")
        row = row_of(before)

        with records.watch() as calls:
            before.get("/me")

        assert row_of(before).key == row.key
        assert calls == ["find", "change"]

    def test_costs_one_read_and_one_write(
        self, turn_on: t.Any, browser: FlaskClient, records: t.Any
    ) -> None:
        browser.get("/login/1")
        turn_on()
        browser.get("/me")
        assert records.calls == ["find", "adopt"]

    def test_of_the_historic_version_goes_on(
        self, login_manager: LoginManager, browser: FlaskClient, ids_of: t.Any, ask: t.Any
    ) -> None:
        write_old_session(browser)
        assert ask(browser) == "1"
        assert len(ids_of()) == 1

    def test_copies_meet_on_one_row(
        self, before: FlaskClient, copy_of: t.Any, row_of: t.Any
    ) -> None:
        copy = copy_of(before)
        before.get("/me")
        copy.get("/me")
        assert row_of(copy).key == row_of(before).key

    def test_requests_at_once_meet_on_one_row(
        self, before: FlaskClient, copy_of: t.Any, row_of: t.Any, records: t.Any, ids_of: t.Any
    ) -> None:
        copy = copy_of(before)
        records.before["adopt"] = lambda: copy.get("/me")
        before.get("/me")
        assert row_of(copy).key == row_of(before).key
        assert len(ids_of()) == 1

    @pytest.mark.parametrize("names", [(), ("session",), ("remember_token",)])
    def test_copy_is_void_after_the_logout(
        self, before: FlaskClient, copy_of: t.Any, ask: t.Any, names: t.Any
    ) -> None:
        copy = copy_of(before, *names)
        before.get("/logout")
        assert ask(copy, "/reason") == "ended"

    def test_copy_of_a_historic_one_is_void_after_the_logout(
        self, browser: FlaskClient, copy_of: t.Any, ask: t.Any
    ) -> None:
        write_old_session(browser)
        copy = copy_of(browser)
        browser.get("/logout")
        assert ask(copy, "/reason") == "ended"

    def test_two_sessions_of_a_user_have_rows_of_their_own(
        self, time: t.Any, turn_on: t.Any, browser: FlaskClient, other: FlaskClient, row_of: t.Any
    ) -> None:
        browser.get("/login/1")
        time.tick(1)
        other.get("/login/1")
        turn_on()
        browser.get("/me")
        other.get("/me")
        assert row_of(browser).key != row_of(other).key

    def test_time_of_the_login_is_kept(
        self, time: t.Any, turn_on: t.Any, browser: FlaskClient, row_of: t.Any
    ) -> None:
        browser.get("/login/1")
        since = time()
        time.tick(600)
        turn_on()
        browser.get("/me")
        assert row_of(browser).authenticated_at == since * 1_000_000

    def test_of_a_user_that_has_a_new_stamp_ends(
        self, before: FlaskClient, users: t.Any, ask: t.Any, ids_of: t.Any
    ) -> None:
        users["1"].stamp = "new"
        assert ask(before, "/reason") == "credentials"
        assert ids_of() == []

    def test_key_rotation_in_between_changes_nothing(
        self, app: Flask, before: FlaskClient, copy_of: t.Any, row_of: t.Any, records: t.Any
    ) -> None:
        copy = copy_of(before)
        before.get("/me")
        app.config.update(SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["deterministic"])
        copy.get("/me")
        before.get("/me")
        assert row_of(copy).key == row_of(before).key

    def test_hand_written_one_of_another_user_is_one_of_theirs(
        self, browser: FlaskClient, row_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")

        with browser.session_transaction() as session:
            session["_user_id"] = "2"

        assert ask(browser) == "2"
        assert row_of(browser).user_id == "2"


class TestTimedCookie:
    @pytest.fixture
    def remembered(self, time: t.Any, before: FlaskClient) -> FlaskClient:
        before.delete_cookie("session")
        return before

    def test_restores(self, remembered: FlaskClient, ask: t.Any) -> None:
        assert ask(remembered) == "1"

    def test_is_on_record(self, remembered: FlaskClient, row_of: t.Any) -> None:
        remembered.get("/me")
        row = row_of(remembered)
        assert (row.source, row.generation, row.rotates) == ("remember", 1, True)

    def test_is_replaced(self, remembered: FlaskClient, cookie_of: t.Any, ask: t.Any) -> None:
        assert cookie_of(remembered.get("/me"))
        remembered.delete_cookie("session")
        assert ask(remembered) == "1"

    def test_is_replaced_beside_a_session(self, before: FlaskClient, cookie_of: t.Any) -> None:
        assert cookie_of(before.get("/me"))
        assert cookie_of(before.get("/me")) is None

    def test_session_beside_it_is_the_same_login(
        self, before: FlaskClient, copy_of: t.Any, row_of: t.Any
    ) -> None:
        cookie = copy_of(before, "remember_token")
        before.get("/me")
        cookie.get("/me")
        assert row_of(cookie).key == row_of(before).key

    def test_answer_that_was_lost_is_repeated_after_the_grace(
        self, remembered: FlaskClient, copy_of: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        lost = copy_of(remembered)
        lost.get("/me")
        assert cookie_of(copy_of(remembered).get("/me")) is None
        time.tick(301)
        assert cookie_of(copy_of(remembered).get("/me"))

    def test_copy_is_noticed_after_it_was_replaced(
        self, remembered: FlaskClient, copy_of: t.Any, ask: t.Any, time: t.Any
    ) -> None:
        thief = copy_of(remembered)
        remembered.get("/me")
        remembered.get("/me")
        time.tick(301)
        assert ask(thief, "/reason") == "stolen"
        assert ask(remembered, "/reason") == "stolen"

    def test_does_not_last_longer_by_being_adopted(
        self, time: t.Any, turn_on: t.Any, browser: FlaskClient, row_of: t.Any
    ) -> None:
        browser.get("/login/1?remember&duration=864000")
        began = time()
        time.tick(86400)
        turn_on()
        browser.delete_cookie("session")
        browser.get("/me")
        assert row_of(browser).remembered_until == (began + 864_000) * 1_000_000

    def test_stays_ended(self, remembered: FlaskClient, copy_of: t.Any, ask: t.Any) -> None:
        copy = copy_of(remembered)
        remembered.get("/logout")
        assert ask(copy, "/reason") == "ended"

    def test_login_without_it_is_the_one_that_is_seen_first(
        self, turn_on: t.Any, browser: FlaskClient, other: FlaskClient, ask: t.Any, row_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        other.get("/login/2")
        turn_on()
        other.set_cookie("remember_token", browser.get_cookie("remember_token").value)  # type: ignore[union-attr]
        other.get("/me")
        assert row_of(other).source == "session"

    def test_of_earlier_credentials_is_not_what_a_session_is_adopted_by(
        self, turn_on: t.Any, browser: FlaskClient, users: t.Any, copy_of: t.Any, row_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        old = copy_of(browser, "remember_token")
        users["1"].stamp = "new"
        old.get("/login/1")
        turn_on()
        old.get("/me")
        assert row_of(old).source == "session"


class TestHistoricCookie:
    @pytest.fixture
    def historic(self, login_manager: LoginManager, new_browser: t.Any) -> t.Callable[[], t.Any]:
        """Makes a browser with the cookie, which is the same everywhere."""
        return lambda agent="Same/1.0": new_browser(agent, remember_token=COOKIE)

    @pytest.fixture
    def seen_by_session(self, historic: t.Any) -> FlaskClient:
        """A browser whose login was adopted by its session, before its historic cookie came."""
        client: FlaskClient = historic()
        identifier = _identifier_of(client)
        client.delete_cookie("remember_token")
        write_old_session(client, _id=identifier)
        client.get("/me")
        return client

    def test_restores(self, historic: t.Any, ask: t.Any) -> None:
        assert ask(historic()) == "1"

    def test_is_on_record_and_does_not_rotate(self, historic: t.Any, row_of: t.Any) -> None:
        client = historic()
        client.get("/me")
        row = row_of(client)
        assert (row.source, row.rotates, row.authenticated_at > 1) == ("remember", False, True)

    def test_is_replaced(self, historic: t.Any, token_of: t.Any, ask: t.Any) -> None:
        client = historic()
        client.get("/me")
        assert token_of(client) != COOKIE
        client.delete_cookie("session")
        assert ask(client) == "1"

    def test_equal_browsers_of_a_user_are_never_accused(
        self, time: t.Any, historic: t.Any, ask: t.Any, heard: t.Any
    ) -> None:
        one, two = historic(), historic()

        for _ in range(4):
            for client in (one, two):
                client.delete_cookie("session")
                assert ask(client) == "1"

            time.tick(7200)

        two.set_cookie("remember_token", COOKIE)
        two.delete_cookie("session")
        assert ask(two) == "1"
        assert heard == []

    def test_other_browser_has_a_row_of_its_own(self, historic: t.Any, row_of: t.Any) -> None:
        one, two = historic(), historic("Different/1.0")
        one.get("/me")
        two.get("/me")
        assert row_of(one).key != row_of(two).key

    def test_stays_ended_in_this_browser(self, historic: t.Any, ask: t.Any) -> None:
        client = historic()
        client.get("/logout")
        client.set_cookie("remember_token", COOKIE)
        assert ask(client, "/reason") == "ended"

    def test_beside_a_historic_session_is_replaced(
        self, historic: t.Any, token_of: t.Any, ask: t.Any
    ) -> None:
        client = historic()
        write_old_session(client)
        assert ask(client) == "1"
        assert token_of(client) != COOKIE
        client.delete_cookie("session")
        assert ask(client) == "1"

    def test_beside_a_session_of_ours_is_replaced(
        self, app: Flask, turn_on: t.Any, browser: FlaskClient, token_of: t.Any, ask: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
        browser.get("/login/1?remember")
        app.config["REMEMBER_COOKIE_FORMAT"] = "timed"
        turn_on()
        assert ask(browser) == "1"
        assert token_of(browser) != COOKIE

    def test_that_comes_after_its_session_restores(
        self, login_manager: LoginManager, seen_by_session: FlaskClient, ask: t.Any, row_of: t.Any
    ) -> None:
        client = seen_by_session
        client.delete_cookie("session")
        client.set_cookie("remember_token", COOKIE)
        assert ask(client) == "1"
        assert row_of(client).rotates is False

    def test_that_comes_later_beside_its_session_is_replaced(
        self,
        app: Flask,
        login_manager: LoginManager,
        seen_by_session: FlaskClient,
        ask: t.Any,
        token_of: t.Any,
    ) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
        client = seen_by_session
        client.set_cookie("remember_token", COOKIE)
        assert ask(client) == "1"
        assert token_of(client) != COOKIE
        client.delete_cookie("session")
        assert ask(client) == "1"

    def test_that_comes_later_beside_a_session_that_ends_is_deleted(
        self, login_manager: LoginManager, seen_by_session: FlaskClient, ask: t.Any, records: t.Any
    ) -> None:
        client = seen_by_session
        client.set_cookie("remember_token", COOKIE)
        records.before["change"] = lambda: login_manager.end_logins_of("1")
        assert ask(client, "/reason") == "ended"
        assert client.get_cookie("remember_token") is None

    @pytest.mark.parametrize("refreshes", [True, False])
    def test_beside_a_session_stays_where_none_is_to_last(
        self, app: Flask, login_manager: LoginManager, historic: t.Any, ask: t.Any, token_of: t.Any,
        refreshes: bool,
    ) -> None:  # fmt: skip
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = refreshes
        app.config["REMEMBER_COOKIE_DURATION"] = 0
        client = historic()
        write_old_session(client)
        assert ask(client) == "1"
        assert token_of(client) == COOKIE

    def test_that_comes_as_its_session_ends_does_not_restore(
        self, login_manager: LoginManager, seen_by_session: FlaskClient, ask: t.Any, records: t.Any
    ) -> None:
        client = seen_by_session
        client.delete_cookie("session")
        client.set_cookie("remember_token", COOKIE)
        records.before["change"] = lambda: login_manager.end_logins_of("1")
        assert ask(client, "/reason") == "ended"

    def test_that_is_not_to_be_remembered_any_longer_restores_nothing(
        self, app: Flask, login_manager: LoginManager, historic: t.Any, ask: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = 0
        assert ask(historic(), "/reason") == "remember_expired"

    def test_is_signed_by_the_new_key_as_ever(
        self, app: Flask, historic: t.Any, token_of: t.Any, ask: t.Any
    ) -> None:
        client = historic()
        client.get("/me")
        old = token_of(client)
        app.config.update(SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["deterministic"])
        client.delete_cookie("session")
        client.get("/me")
        assert token_of(client) != old
        app.config["SECRET_KEY_FALLBACKS"] = []
        client.delete_cookie("session")
        assert ask(client) == "1"


class TestSwitch:
    def test_off_refuses_sessions_and_cookies(
        self, app: Flask, before: FlaskClient, copy_of: t.Any, ask: t.Any
    ) -> None:
        app.config["LOGIN_RECORDS_ADOPT"] = False
        cookie = copy_of(before, "remember_token")
        assert ask(before, "/reason") == "ended"
        assert ask(cookie, "/reason") == "ended"
        assert cookie.get_cookie("remember_token") is None

    def test_is_off_under_secure_defaults(
        self, app: Flask, before: FlaskClient, ask: t.Any
    ) -> None:
        app.config["LOGIN_DEFAULTS"] = "secure"
        assert ask(before) == "nobody"

    def test_off_keeps_what_was_adopted(
        self, app: Flask, before: FlaskClient, copy_of: t.Any, ask: t.Any
    ) -> None:
        copy = copy_of(before)
        before.get("/me")
        app.config["LOGIN_RECORDS_ADOPT"] = False
        assert (ask(before), ask(copy)) == ("1", "1")

    @pytest.mark.parametrize(("days", "who"), [(1, "1"), (-1, "nobody")])
    def test_date_is_until_when(
        self, app: Flask, before: FlaskClient, ask: t.Any, days: int, who: str
    ) -> None:
        date = datetime.now(timezone.utc) + timedelta(days=days)
        app.config["LOGIN_RECORDS_ADOPT"] = date
        assert ask(before) == who

    @pytest.mark.parametrize(("switch", "days"), [(True, 36_000), (None, 1000)])
    def test_ended_historic_login_stays_until_adoption_ends(
        self, app: Flask, login_manager: LoginManager, new_browser: t.Any, records: t.Any,
        row_of: t.Any, switch: t.Any, days: int,
    ) -> None:  # fmt: skip
        date = datetime.now(timezone.utc) + timedelta(days=1001)
        app.config["LOGIN_RECORDS_ADOPT"] = switch or date
        client = new_browser(remember_token=COOKIE)
        client.get("/me")
        row = row_of(client)
        assert row.kept_until > row.created_at + days * 86_400_000_000


class TestEndsOfSeveral:
    """What ends several logins ends those that have no row yet."""

    ENDS: t.ClassVar[t.Any] = {
        "user": lambda manager: manager.end_logins_of("1"),
        "all": lambda manager: manager.end_all_logins(),
    }

    @pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
    @pytest.mark.parametrize("names", [("session",), ("remember_token",)])
    def test_earlier_logins_are_not_adopted(
        self, before: FlaskClient, login_manager: LoginManager, copy_of: t.Any, ask: t.Any,
        end: t.Any, names: t.Any,
    ) -> None:  # fmt: skip
        copy = copy_of(before, *names)
        end(login_manager)
        assert ask(copy, "/reason") == "ended"

    @pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
    def test_historic_logins_are_not_adopted(
        self, login_manager: LoginManager, new_browser: t.Any, ask: t.Any, end: t.Any
    ) -> None:
        end(login_manager)
        session, cookie = new_browser(), new_browser(remember_token=COOKIE)
        write_old_session(session)
        assert (ask(session), ask(cookie)) == ("nobody", "nobody")

    @pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
    def test_later_logins_are_adopted(
        self, time: t.Any, login_manager: LoginManager, turn_on: t.Any, browser: FlaskClient,
        ask: t.Any, end: t.Any,
    ) -> None:  # fmt: skip
        end(login_manager)
        time.tick(2)
        browser.get("/login/1?remember")
        turn_on()
        assert ask(browser) == "1"

    def test_those_of_other_users_are_adopted(
        self, before: FlaskClient, login_manager: LoginManager, ask: t.Any
    ) -> None:
        login_manager.end_logins_of("2")
        assert ask(before) == "1"

    @pytest.mark.parametrize("path", ["/leave/others", "/leave/all", "/refresh"])
    def test_user_ends_them_from_another_browser(
        self, before: FlaskClient, new_browser: t.Any, ask: t.Any, path: str
    ) -> None:
        another = new_browser()
        another.get("/login/1")
        another.get(path)
        assert ask(before, "/reason") == "ended"

    def test_own_login_goes_on(self, before: FlaskClient, ask: t.Any) -> None:
        before.get("/leave/others")
        assert ask(before) == "1"


class TestTurningOff:
    def test_session_goes_on(self, browser: FlaskClient, turn_off: t.Any, ask: t.Any) -> None:
        browser.get("/login/1")
        turn_off()
        assert (ask(browser), ask(browser, "/fresh")) == ("1", "True")

    def test_remember_me_cookie_restores(
        self, remembered_browser: FlaskClient, turn_off: t.Any, ask: t.Any
    ) -> None:
        turn_off()
        assert ask(remembered_browser) == "1"

    def test_remember_me_cookie_is_replaced_and_restores_again(
        self, remembered_browser: FlaskClient, turn_off: t.Any, token_of: t.Any, ask: t.Any
    ) -> None:
        old = token_of(remembered_browser)
        turn_off()
        remembered_browser.get("/me")
        assert token_of(remembered_browser) != old
        remembered_browser.delete_cookie("session")
        assert ask(remembered_browser) == "1"

    def test_remember_me_cookie_lasts_no_longer_than_is_configured(
        self, app: Flask, time: t.Any, remembered_browser: FlaskClient, turn_off: t.Any, ask: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = 3600
        turn_off()
        time.tick(3601)
        assert ask(remembered_browser, "/reason") == "remember_expired"

    def test_remember_me_cookie_restores_nothing_where_none_is_to_last(
        self, app: Flask, remembered_browser: FlaskClient, turn_off: t.Any, ask: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = 0
        turn_off()
        assert ask(remembered_browser, "/reason") == "remember_expired"

    def test_login_is_remembered_beside_its_session(
        self, browser: FlaskClient, turn_off: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        turn_off()
        assert ask(browser, "/remembered") == "True"

    def test_and_on_again_logs_nobody_out(
        self, browser: FlaskClient, login_manager: LoginManager, app: Flask, turn_off: t.Any,
        ask: t.Any,
    ) -> None:  # fmt: skip
        browser.get("/login/1?remember")
        turn_off()
        browser.get("/me")
        login_manager.init_app(app)
        assert ask(browser) == "1"
        browser.delete_cookie("session")
        assert ask(browser) == "1"


def test_cookie_of_the_test_data_is_what_this_version_writes(app: Flask, client: t.Any) -> None:
    with app.app_context():
        assert encode_cookie("1") == COOKIE


def _identifier_of(client: FlaskClient) -> str:
    from flask_login.utils import _create_identifier

    with client.application.test_request_context(environ_base=client.environ_base):
        return _create_identifier()
