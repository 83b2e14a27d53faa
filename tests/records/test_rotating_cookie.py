"""The remember-me cookie of a login on record, as requests replace it, and as a stolen one is
noticed.
"""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import LoginManager

HOUR = 60 * 60
GRACE = 5 * 60
PREFETCH = {"Sec-Purpose": "prefetch"}


@pytest.fixture
def remembered(time: t.Any, browser: FlaskClient) -> FlaskClient:
    """A browser that has the remember-me cookie of user 1, and no session."""
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    return browser


@pytest.fixture
def confirmed(remembered: FlaskClient, visit: t.Any) -> FlaskClient:
    """The same, after a request has brought the cookie."""
    visit(remembered)
    return remembered


@pytest.fixture
def visit() -> t.Callable[..., t.Any]:
    """A request that has the remember-me cookie, and no session."""

    def get(client: FlaskClient, path: str = "/me", **headers: t.Any) -> t.Any:
        client.delete_cookie("session")
        return client.get(path, **headers)

    return get


@pytest.fixture
def generation_of(row_of: t.Any) -> t.Callable[[FlaskClient], int]:
    return lambda client: row_of(client).generation


class TestCurrentGeneration:
    def test_first_use_confirms(self, remembered: FlaskClient, visit: t.Any, row_of: t.Any) -> None:
        response = visit(remembered)
        assert "remember_token" not in str(response.headers)
        assert row_of(remembered).confirmed_at is not None

    def test_use_beside_a_session_confirms(self, browser: FlaskClient, row_of: t.Any) -> None:
        browser.get("/login/1?remember")
        assert row_of(browser).confirmed_at is None
        browser.get("/me")
        assert row_of(browser).confirmed_at is not None

    def test_confirmed_one_is_accepted(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(HOUR - 1)
        response = visit(confirmed)
        assert response.text == "1"
        assert cookie_of(response) is None

    def test_confirmed_one_is_replaced_after_the_interval(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any,
        generation_of: t.Any,
    ) -> None:  # fmt: skip
        time.tick(HOUR)
        assert cookie_of(visit(confirmed))
        assert generation_of(confirmed) == 1

    def test_interval_begins_with_the_confirmation(
        self, remembered: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(10 * HOUR)
        assert cookie_of(visit(remembered)) is None
        time.tick(HOUR - 1)
        assert cookie_of(visit(remembered)) is None

    def test_interval_is_a_setting(
        self, app: Flask, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_ROTATE"] = 2 * HOUR
        time.tick(HOUR)
        assert cookie_of(visit(confirmed)) is None

    def test_session_beside_it_replaces_nothing(
        self, time: t.Any, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        browser.get("/me")
        time.tick(2 * HOUR)
        assert cookie_of(browser.get("/me")) is None

    def test_replaced_one_keeps_its_expiry(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(HOUR)
        assert cookie_of(visit(confirmed))["expires"] == cookie_of_date(time() - HOUR)


class TestGenerationBefore:
    @pytest.fixture
    def twin(self, confirmed: FlaskClient, copy_of: t.Any, visit: t.Any, time: t.Any) -> t.Any:
        """The same browser in a request from before the answer that replaced its cookie."""
        time.tick(HOUR)
        twin = copy_of(confirmed)
        visit(confirmed)
        return twin

    def test_is_accepted_while_the_answer_is_on_its_way(
        self, twin: FlaskClient, visit: t.Any, cookie_of: t.Any
    ) -> None:
        response = visit(twin)
        assert response.text == "1"
        assert cookie_of(response) is None

    def test_gets_the_answer_again_after_the_grace(
        self, twin: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any, generation_of: t.Any
    ) -> None:
        time.tick(GRACE + 1)
        assert cookie_of(visit(twin))
        assert generation_of(twin) == 1

    def test_gets_the_answer_again_beside_a_session(
        self, twin: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        visit(twin)
        time.tick(GRACE + 1)
        assert cookie_of(twin.get("/me"))

    def test_gets_it_once_in_the_grace(
        self, twin: FlaskClient, copy_of: t.Any, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        another = copy_of(twin)
        time.tick(GRACE + 1)
        visit(twin)
        assert cookie_of(visit(another)) is None

    def test_is_accepted_soon_after_the_confirmation(
        self, twin: FlaskClient, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        visit(confirmed)
        time.tick(GRACE)
        response = visit(twin)
        assert response.text == "1"
        assert cookie_of(response) is None

    def test_is_an_alarm_later(
        self, twin: FlaskClient, confirmed: FlaskClient, visit: t.Any, time: t.Any
    ) -> None:
        visit(confirmed)
        time.tick(GRACE + 1)
        assert visit(twin, "/reason").text == "stolen"

    def test_grace_is_a_setting(
        self, app: Flask, twin: FlaskClient, confirmed: FlaskClient, visit: t.Any, time: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_ROTATE_GRACE"] = 10
        visit(confirmed)
        time.tick(11)
        assert visit(twin, "/reason").text == "stolen"

    def test_late_answer_with_it_is_repaired(
        self, twin: FlaskClient, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(GRACE + 1)
        visit(twin)
        visit(twin)
        assert visit(confirmed).text == "1"


class TestTheft:
    @pytest.fixture
    def thief(self, confirmed: FlaskClient, copy_of: t.Any, visit: t.Any, time: t.Any) -> t.Any:
        """Has a copy of a cookie. Its owner has moved on."""
        thief = copy_of(confirmed, "remember_token")
        time.tick(HOUR)
        visit(confirmed)
        visit(confirmed)
        time.tick(GRACE + 1)
        return thief

    def test_neither_side_is_logged_in(
        self, thief: FlaskClient, confirmed: FlaskClient, ask: t.Any
    ) -> None:
        assert ask(thief, "/reason") == "stolen"
        assert ask(confirmed, "/reason") == "stolen"

    def test_neither_side_has_the_cookie_any_longer(
        self, thief: FlaskClient, confirmed: FlaskClient, visit: t.Any
    ) -> None:
        visit(thief)
        visit(confirmed)
        assert thief.get_cookie("remember_token") is None
        assert confirmed.get_cookie("remember_token") is None

    def test_is_noticed_beside_a_session(
        self, thief: FlaskClient, confirmed: FlaskClient, ask: t.Any
    ) -> None:
        old = thief.get_cookie("remember_token").value  # type: ignore[union-attr]
        confirmed.set_cookie("remember_token", old)
        assert ask(confirmed, "/reason") == "stolen"
        assert confirmed.get_cookie("remember_token") is None

    def test_is_noticed_as_the_session_idles_out(
        self, thief: FlaskClient, confirmed: FlaskClient, app: Flask, ask: t.Any, time: t.Any
    ) -> None:
        old = thief.get_cookie("remember_token").value  # type: ignore[union-attr]
        app.config["LOGIN_IDLE_TIMEOUT"] = 60
        confirmed.get("/me")
        time.tick(61)
        confirmed.set_cookie("remember_token", old)
        assert ask(confirmed, "/reason") == "stolen"

    def test_is_noticed_by_two_generations_at_once(
        self, confirmed: FlaskClient, copy_of: t.Any, visit: t.Any, time: t.Any
    ) -> None:
        thief = copy_of(confirmed, "remember_token")

        for _ in range(2):
            time.tick(HOUR)
            visit(confirmed)
            visit(confirmed)

        assert visit(thief, "/reason").text == "stolen"

    def test_thief_who_moves_on_is_noticed_by_the_owner(
        self, confirmed: FlaskClient, copy_of: t.Any, visit: t.Any, time: t.Any
    ) -> None:
        thief = copy_of(confirmed, "remember_token")
        time.tick(HOUR)
        visit(thief)
        visit(thief)
        time.tick(GRACE + 1)
        assert visit(confirmed, "/reason").text == "stolen"
        assert visit(thief, "/reason").text == "stolen"

    def test_signals_tell(
        self, thief: FlaskClient, confirmed: FlaskClient, row_of: t.Any, heard: t.Any
    ) -> None:
        id = row_of(confirmed).key
        thief.get("/me")
        assert heard == [("ended", "1", id, "stolen"), ("reused", "1", id)]

    def test_other_logins_of_the_user_go_on(
        self, thief: FlaskClient, other: FlaskClient, ask: t.Any
    ) -> None:
        other.get("/login/1")
        thief.get("/me")
        assert ask(other) == "1"

    @pytest.mark.parametrize(
        ("what", "who"),
        [
            ("series", "1"),
            ("user", "nobody"),
            (lambda login: "user", "nobody"),
            (lambda login: "user" if login.user_id == "2" else "series", "1"),
        ],
        ids=["series", "user", "callable user", "callable series"],
    )
    def test_what_ends_is_a_setting(
        self, app: Flask, thief: FlaskClient, other: FlaskClient, ask: t.Any, what: t.Any, who: str
    ) -> None:
        app.config["LOGIN_RECORDS_ON_REUSE"] = what
        other.get("/login/1")
        thief.get("/me")
        assert ask(other) == who

    def test_later_login_is_another_one(
        self, thief: FlaskClient, confirmed: FlaskClient, ask: t.Any
    ) -> None:
        thief.get("/me")
        confirmed.get("/login/1?remember")
        assert ask(confirmed) == "1"


class TestUnknown:
    @pytest.fixture
    def restored(
        self, confirmed: FlaskClient, records: t.Any, row_of: t.Any, visit: t.Any, time: t.Any
    ) -> FlaskClient:
        """Its store was restored from a backup, and is a generation behind."""
        time.tick(HOUR)
        visit(confirmed)
        row = row_of(confirmed)
        records.records.change(row.user_id, row.key, {"generation": 0, "confirmed_at": 1})
        return confirmed

    def test_generation_of_the_future_is_refused(
        self, restored: FlaskClient, visit: t.Any, heard: t.Any
    ) -> None:
        assert visit(restored, "/reason").text == "ended"
        assert restored.get_cookie("remember_token") is None
        assert heard == []

    def test_session_beside_it_goes_on(self, restored: FlaskClient, ask: t.Any) -> None:
        assert ask(restored) == "1"
        assert restored.get_cookie("remember_token") is None

    def test_login_without_a_row_is_refused(
        self, confirmed: FlaskClient, records: t.Any, visit: t.Any, heard: t.Any
    ) -> None:
        records.records.__init__()
        assert visit(confirmed, "/reason").text == "ended"
        assert confirmed.get_cookie("remember_token") is None
        assert heard == []

    def test_session_without_a_row_is_refused(
        self, confirmed: FlaskClient, records: t.Any, ask: t.Any
    ) -> None:
        records.records.__init__()
        assert ask(confirmed, "/reason") == "ended"


class TestAtOnce:
    """Two requests that find the same, one of which comes first."""

    @pytest.fixture
    def twin(self, confirmed: FlaskClient, copy_of: t.Any) -> FlaskClient:
        return copy_of(confirmed, "remember_token")  # type: ignore[no-any-return]

    def test_one_of_them_sends_the_next(
        self, confirmed: FlaskClient, twin: FlaskClient, records: t.Any, visit: t.Any, time: t.Any,
        cookie_of: t.Any, generation_of: t.Any,
    ) -> None:  # fmt: skip
        answers: list[t.Any] = []
        time.tick(HOUR)
        records.before["change"] = lambda: answers.append(visit(twin))
        answers.append(visit(confirmed))
        assert [answer.text for answer in answers] == ["1", "1"]
        assert [cookie_of(answer) is not None for answer in answers] == [True, False]
        assert generation_of(confirmed) == 1

    def test_who_loses_twice_is_accepted(
        self, remembered: FlaskClient, records: t.Any, visit: t.Any, cookie_of: t.Any, ids_of: t.Any
    ) -> None:
        key = ids_of()[0]

        def rotate() -> None:
            records.records.change("1", key, {"generation": 1, "confirmed_at": None})

        def confirm() -> None:
            records.records.change("1", key, {"confirmed_at": 1})
            records.before["change"] = rotate

        records.before["change"] = confirm
        response = visit(remembered)
        assert response.text == "1"
        assert cookie_of(response) is None

    @pytest.mark.parametrize("beside_session", [False, True])
    def test_login_that_ends_in_between_has_ended(
        self, time: t.Any, browser: FlaskClient, login_manager: LoginManager, records: t.Any,
        ask: t.Any, beside_session: bool,
    ) -> None:  # fmt: skip
        browser.get("/login/1?remember")

        if not beside_session:
            browser.delete_cookie("session")

        records.before["change"] = lambda: login_manager.end_logins_of("1")
        assert ask(browser, "/reason") == "ended"
        assert browser.get_cookie("remember_token") is None

    def test_login_whose_row_goes_in_between_has_ended(
        self, remembered: FlaskClient, records: t.Any, visit: t.Any
    ) -> None:
        records.before["change"] = lambda: records.records.__init__()
        assert visit(remembered, "/reason").text == "ended"


class TestPrefetch:
    def test_confirms_nothing(self, remembered: FlaskClient, visit: t.Any, row_of: t.Any) -> None:
        assert visit(remembered, headers=PREFETCH).text == "1"
        assert row_of(remembered).confirmed_at is None

    def test_replaces_nothing(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(HOUR)
        assert cookie_of(visit(confirmed, headers={"Sec-Purpose": "prefetch;prerender"})) is None

    def test_is_an_alarm_all_the_same(
        self, confirmed: FlaskClient, copy_of: t.Any, visit: t.Any, time: t.Any
    ) -> None:
        thief = copy_of(confirmed, "remember_token")
        time.tick(HOUR)
        visit(confirmed)
        visit(confirmed)
        time.tick(GRACE + 1)
        assert visit(thief, "/reason", headers=PREFETCH).text == "stolen"


class TestWithoutRotation:
    @pytest.fixture(autouse=True)
    def switch_off(self, app: Flask) -> None:
        app.config["REMEMBER_COOKIE_ROTATE"] = None

    def test_cookie_stays(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(100 * HOUR)
        assert cookie_of(visit(confirmed)) is None

    def test_cookie_can_be_prolonged_each_time(
        self, app: Flask, confirmed: FlaskClient, cookie_of: t.Any, time: t.Any, row_of: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
        before = row_of(confirmed).remembered_until
        time.tick(HOUR)
        assert cookie_of(confirmed.get("/me"))
        assert row_of(confirmed).remembered_until == before + HOUR * 1_000_000


class TestRewrites:
    @pytest.fixture
    def refreshes(self, app: Flask) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True

    def test_refresh_is_sent_where_it_is_confirmed(
        self, refreshes: None, remembered: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any,
        row_of: t.Any,
    ) -> None:  # fmt: skip
        time.tick(HOUR)
        assert cookie_of(visit(remembered))["expires"] == cookie_of_date(time())
        assert row_of(remembered).remembered_until == (int(time()) + 365 * 86400) * 1_000_000

    def test_refresh_waits_otherwise(
        self, refreshes: None, confirmed: FlaskClient, cookie_of: t.Any
    ) -> None:
        assert cookie_of(confirmed.get("/me")) is None

    def test_refresh_is_sent_where_it_is_replaced(
        self, refreshes: None, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        time.tick(HOUR)
        assert cookie_of(visit(confirmed))["expires"] == cookie_of_date(time())

    def test_refresh_of_a_session_without_a_cookie_sends_none(
        self, refreshes: None, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1")
        assert cookie_of(browser.get("/me")) is None

    def test_refresh_writes_the_generation_that_is_stored(
        self, refreshes: None, confirmed: FlaskClient, visit: t.Any, time: t.Any, ask: t.Any
    ) -> None:
        time.tick(HOUR)
        visit(confirmed)
        time.tick(GRACE + 1)
        assert visit(confirmed, "/reason").text == "stale"

    def test_key_rotation_signs_anew_where_it_is_confirmed(
        self, app: Flask, remembered: FlaskClient, visit: t.Any, cookie_of: t.Any
    ) -> None:
        app.config.update(SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["deterministic"])
        assert cookie_of(visit(remembered))
        app.config["SECRET_KEY_FALLBACKS"] = []
        assert visit(remembered).text == "1"

    def test_key_rotation_waits_otherwise(
        self, app: Flask, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any
    ) -> None:
        app.config.update(SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["deterministic"])
        assert cookie_of(visit(confirmed)) is None
        time.tick(HOUR)
        assert cookie_of(visit(confirmed))

    def test_confirm_login_needs_no_new_cookie(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any, time: t.Any, row_of: t.Any
    ) -> None:
        visit(confirmed)
        time.tick(60)
        assert cookie_of(confirmed.get("/confirm")) is None
        assert row_of(confirmed).authenticated_at == time() * 1_000_000
        assert visit(confirmed).text == "1"

    def test_new_stamp_needs_no_new_cookie(
        self, confirmed: FlaskClient, visit: t.Any, cookie_of: t.Any
    ) -> None:
        visit(confirmed)
        assert cookie_of(confirmed.get("/restamp/new")) is None
        assert visit(confirmed).text == "1"

    def test_cookie_of_before_a_new_stamp_is_refused(
        self, confirmed: FlaskClient, users: t.Any, visit: t.Any, ids_of: t.Any
    ) -> None:
        users["1"].stamp = "new"
        assert visit(confirmed, "/reason").text == "credentials"
        assert ids_of() == []


class TestCookie:
    def test_says_nothing_of_the_login_but_whose_it_is(
        self, time: t.Any, browser: FlaskClient, token_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        user_id, _, fields = token_of(browser).partition("|")
        _secret, generation, issued_at, flags, _signature = fields.split(".")
        assert (user_id, generation, issued_at, flags) == ("1", "0", str(time()), "")

    @pytest.mark.parametrize("fields", ["..1.", "a.b.c.d", "a.0.x."])
    def test_that_we_signed_and_cannot_read_is_deleted(
        self, app: Flask, browser: FlaskClient, fields: str, ask: t.Any
    ) -> None:
        from itsdangerous import want_bytes

        from flask_login.remember import _signer

        signed = _signer(want_bytes("deterministic")).sign(f"1|{fields}").decode()
        browser.set_cookie("remember_token", signed)
        assert ask(browser) == "nobody"
        assert browser.get_cookie("remember_token") is None

    def test_that_nobody_signed_is_left(self, browser: FlaskClient, ask: t.Any) -> None:
        browser.get("/login/2")
        browser.set_cookie("remember_token", "1|secret.0.1..forged")
        assert ask(browser) == "2"
        assert browser.get_cookie("remember_token") is not None

    def test_of_another_login_beside_a_session_is_left_alone(
        self, remembered: FlaskClient, row_of: t.Any
    ) -> None:
        remembered.get("/login/1")
        remembered.get("/me")
        assert row_of(remembered).confirmed_at is None

    def test_is_remembered(self, browser: FlaskClient, ask: t.Any) -> None:
        browser.get("/login/1?remember")
        assert ask(browser, "/remembered") == "True"

    def test_without_it_is_not_remembered(self, browser: FlaskClient, ask: t.Any) -> None:
        browser.get("/login/1")
        assert ask(browser, "/remembered") == "False"

    def test_that_the_application_asks_for_later_is_on_record(
        self, app: Flask, browser: FlaskClient, visit: t.Any, row_of: t.Any
    ) -> None:
        browser.get("/login/1")

        with browser.session_transaction() as session:
            session["_remember"] = "set"

        browser.get("/me")
        assert row_of(browser).duration == 365 * 86400
        assert visit(browser).text == "1"

    def test_that_cannot_be_put_on_record_is_not_sent(
        self, app: Flask, browser: FlaskClient, records: t.Any, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1")

        with browser.session_transaction() as session:
            session["_remember"] = "set"

        records.fail("change")
        assert cookie_of(browser.get("/me")) is None


class TestSettings:
    @pytest.mark.parametrize(
        ("config", "message"),
        [
            ({"REMEMBER_COOKIE_ROTATE": 599}, "at least twice REMEMBER_COOKIE_ROTATE_GRACE"),
            ({"REMEMBER_COOKIE_FORMAT": "legacy"}, "cannot be used with recorded logins"),
        ],
    )
    def test_what_cannot_work_is_an_error(
        self, app: Flask, login_manager: LoginManager, config: t.Any, message: str
    ) -> None:
        app.config.update(config)

        with pytest.raises(ValueError, match=message):
            login_manager.init_app(app)

    def test_twice_the_grace_is_enough(self, app: Flask, login_manager: LoginManager) -> None:
        app.config["REMEMBER_COOKIE_ROTATE"] = 600
        login_manager.init_app(app)

    def test_without_records_neither_matters(self, app: Flask) -> None:
        app.config.update(REMEMBER_COOKIE_ROTATE=1, REMEMBER_COOKIE_FORMAT="legacy")
        LoginManager(app)


def cookie_of_date(seconds: float) -> str:
    """When a cookie expires that begins then, as its header says."""
    from werkzeug.http import http_date

    return http_date(seconds + 365 * 86400)


def test_request_that_loses_twice_is_let_in(
    remembered: FlaskClient, records: t.Any, visit: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "change", lambda *_, **__: False)

    assert visit(remembered).text == "1"
