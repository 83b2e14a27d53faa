"""``flask login explain``: what a cookie contains."""

from __future__ import annotations

import io
import json
import time
import typing as t
from collections.abc import Callable
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest
from click.testing import Result
from flask import Flask
from flask import session
from flask.sessions import SecureCookieSession
from flask.sessions import SecureCookieSessionInterface
from flask.sessions import SessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from flask_login import encode_cookie
from flask_login import login_user
from flask_login import LoginManager
from flask_login.cli._signatures import find_session
from flask_login.records.memory import MemoryRecords
from flask_login.remember import _signer

OLD, NEW = "the old and secret key", "the new and secret key"
DAY = 24 * 60 * 60

Explain: t.TypeAlias = Callable[..., Result]
Facts: t.TypeAlias = Callable[..., dict[str, t.Any]]


class Terminal(io.BytesIO):
    """A terminal with typed input."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def browser(app: Flask, browser: FlaskClient) -> FlaskClient:
    @app.route("/fill")
    def fill() -> str:
        session["basket"] = "a secret gift"
        return ""

    return browser


@pytest.fixture
def explain(app: Flask, browser: FlaskClient) -> Explain:
    return lambda text, *args: app.test_cli_runner().invoke(
        args=["login", "explain", *args], input=text
    )


@pytest.fixture
def facts(explain: Explain) -> Facts:
    """Returns the facts about a cookie."""

    def find(text: t.Any, *args: str) -> dict[str, t.Any]:
        [cookie] = json.loads(explain(text, "--json", *args).stdout)["cookies"]
        return t.cast("dict[str, t.Any]", cookie)

    return find


@pytest.fixture
def records(app: Flask, login_manager: LoginManager) -> MemoryRecords:
    """The store of an application with recorded logins."""
    records = MemoryRecords()
    manager = LoginManager(app, records=records)
    manager.user_loader(login_manager.user_callback)
    return records


def cookie_of(client: FlaskClient, name: str) -> str:
    cookie = client.get_cookie(name)
    assert cookie is not None
    return cookie.value


def fields_of(result: Result) -> dict[str, str]:
    """Return the facts of a text, by name."""
    pairs = (line.strip().partition("  ") for line in result.stdout.splitlines()[1:])
    return {name: fact.strip() for name, _, fact in pairs}


class TestSession:
    @pytest.fixture
    def cookie(self, browser: FlaskClient) -> str:
        browser.get("/fill")
        browser.get("/login/1")
        return cookie_of(browser, "session")

    def test_title_says_what_it_is(self, explain: Explain, cookie: str) -> None:
        assert explain(cookie).stdout.startswith("Session cookie, signed by SECRET_KEY\n")

    def test_login_is_shown(self, facts: Facts, cookie: str) -> None:
        about = facts(cookie)

        assert (about["kind"], about["format"]) == ("session", "session")
        assert (about["user_id"], about["fresh"], about["forced"]) == ("1", True, False)

    def test_accepted_cookie_exits_with_0(self, explain: Explain, cookie: str) -> None:
        result = explain(cookie)

        assert "accepted" in fields_of(result)["verdict"]
        assert result.exit_code == 0

    def test_refused_cookie_exits_with_1(self, explain: Explain, browser: FlaskClient) -> None:
        browser.get("/fill")

        result = explain(cookie_of(browser, "session"))

        assert fields_of(result)["verdict"] == "refused: no_login. It contains no login."
        assert result.exit_code == 1

    def test_other_session_keys_are_shown_without_values(
        self, explain: Explain, cookie: str
    ) -> None:
        result = explain(cookie)

        assert fields_of(result)["other keys"] == "basket"
        assert "gift" not in result.output

    def test_times_are_shown(self, app: Flask, facts: Facts, browser: t.Any, clock: t.Any) -> None:
        app.config["LOGIN_IDLE_TIMEOUT"] = DAY
        browser.get("/login/1")
        clock.tick(3600)
        browser.get("/me")

        about = facts(cookie_of(browser, "session"))

        assert about["authenticated_at"] == "2025-06-15T15:06:40+00:00"
        assert about["seen_at"] == "2025-06-15T16:06:40+00:00"

    def test_time_of_issue_is_shown(self, facts: Facts, cookie: str) -> None:
        issued_at = datetime.fromisoformat(facts(cookie)["issued_at"]).timestamp()
        assert abs(issued_at - time.time()) < 60

    @pytest.mark.parametrize(
        ("settings", "setting"),
        [
            ({}, "PERMANENT_SESSION_LIFETIME"),
            ({"LOGIN_IDLE_TIMEOUT": 60, "LOGIN_ABSOLUTE_TIMEOUT": 90}, "LOGIN_IDLE_TIMEOUT"),
            ({"LOGIN_IDLE_TIMEOUT": 90, "LOGIN_ABSOLUTE_TIMEOUT": 60}, "LOGIN_ABSOLUTE_TIMEOUT"),
        ],
        ids=["lifetime", "idle", "absolute"],
    )
    def test_first_expiry_counts(
        self, app: Flask, facts: Facts, browser: FlaskClient, settings: t.Any, setting: str
    ) -> None:
        app.config.update(settings)
        browser.get("/login/1")
        assert facts(cookie_of(browser, "session"))["expires_by"] == setting

    def test_expiry_is_shown_with_its_setting(
        self, app: Flask, explain: Explain, browser: FlaskClient, clock: t.Any
    ) -> None:
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 2 * DAY
        browser.get("/login/1")
        cookie = cookie_of(browser, "session")
        clock.tick(3 * DAY)

        expires = fields_of(explain(cookie))["expires"]

        assert expires == "2025-06-17 15:06:40 UTC (1 day ago), by LOGIN_ABSOLUTE_TIMEOUT"

    def test_stale_login_is_not_fresh(self, facts: Facts, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")
        assert not facts(cookie_of(browser, "session"))["fresh"]

    def test_freshness_ends(
        self, app: Flask, facts: Facts, browser: FlaskClient, clock: t.Any
    ) -> None:
        app.config["LOGIN_FRESH_LIFETIME"] = 60
        browser.get("/login/1")
        cookie = cookie_of(browser, "session")
        clock.tick(60)

        assert not facts(cookie)["fresh"]

    def test_session_that_names_no_browser_is_not_fresh(self, app: Flask, facts: Facts) -> None:
        client = app.test_client()

        with client.session_transaction() as stored:
            stored.update(_user_id="1", _fresh=True)

        assert not facts(cookie_of(client, "session"))["fresh"]

    def test_without_protection_it_may_be_fresh(self, app: Flask, facts: Facts) -> None:
        app.config.update(SESSION_PROTECTION=None, LOGIN_FRESH_LIFETIME=60)
        client = app.test_client()

        with client.session_transaction() as stored:
            stored.update(_user_id="1", _fresh=True)

        assert facts(cookie_of(client, "session"))["fresh"]

    def test_permanent_session_is_shown_as_such(self, facts: Facts, app: Flask) -> None:
        client = app.test_client()

        with client.session_transaction() as stored:
            stored.update(_user_id="1")
            stored.permanent = True

        assert facts(cookie_of(client, "session"))["permanent"]

    def test_stamp_is_mentioned_but_not_shown(
        self, explain: Explain, browser: FlaskClient, users: t.Any, session_of: t.Any
    ) -> None:
        users["1"].stamp = "a hash of a password"
        browser.get("/login/1")
        digest = session_of(browser)["_login"].split(".")[2]

        result = explain(cookie_of(browser, "session"))

        assert fields_of(result)["stamp"] == "yes"
        assert digest not in result.output

    @pytest.mark.parametrize("user_id", [7, [7], "\x1b[31m"], ids=["int", "list", "escapes"])
    def test_user_id_may_be_anything(self, app: Flask, explain: Explain, user_id: t.Any) -> None:
        client = app.test_client()

        with client.session_transaction() as stored:
            stored["_user_id"] = user_id

        result = explain(cookie_of(client, "session"))

        assert fields_of(result)["user"] == str(user_id).replace("\x1b", "\\x1b")

    @pytest.mark.parametrize(("user_id", "told"), [(7, 7), ([7], "[7]")], ids=["int", "list"])
    def test_user_id_in_json(self, app: Flask, facts: Facts, user_id: t.Any, told: t.Any) -> None:
        client = app.test_client()

        with client.session_transaction() as stored:
            stored["_user_id"] = user_id

        assert facts(cookie_of(client, "session"))["user_id"] == told

    def test_session_that_flask_refuses_is_explained(
        self, app: Flask, explain: Explain, cookie: str
    ) -> None:
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)

        fields = fields_of(explain(cookie))

        assert fields["user"] == "1"
        assert fields["verdict"].endswith(
            "older than PERMANENT_SESSION_LIFETIME, or dated in the future."
        )


class TestRememberCookie:
    @pytest.fixture
    def cookie(self, remembered_browser: FlaskClient) -> str:
        return cookie_of(remembered_browser, "remember_token")

    def test_title_says_what_it_is(self, explain: Explain, cookie: str) -> None:
        assert explain(cookie).stdout.startswith("Remember-me cookie, signed by SECRET_KEY\n")

    def test_login_is_shown(self, facts: Facts, cookie: str) -> None:
        about = facts(cookie)

        assert (about["kind"], about["format"]) == ("remember", "timed")
        assert (about["user_id"], about["duration"]) == ("1", 365 * DAY)

    def test_duration_is_shown(self, explain: Explain, cookie: str) -> None:
        fields = fields_of(explain(cookie))

        assert fields["duration"] == "365 days"
        assert fields["expires"].endswith(", by its own duration")

    def test_expired_cookie_is_explained(
        self, facts: Facts, browser: FlaskClient, clock: t.Any
    ) -> None:
        browser.get("/login/1?remember&duration=60")
        clock.tick(60)

        about = facts(cookie_of(browser, "remember_token"))

        assert (about["user_id"], about["reason"]) == ("1", "remember_expired")
        assert about["expires_at"] == "2025-06-15T15:07:40+00:00"

    def test_absolute_timeout_may_come_first(self, app: Flask, facts: Facts, cookie: str) -> None:
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = DAY
        assert facts(cookie)["expires_by"] == "LOGIN_ABSOLUTE_TIMEOUT"

    def test_json_has_a_forced_login(self, facts: Facts, app: Flask, users: t.Any) -> None:
        app.add_url_rule("/force", "force", lambda: str(login_user(users["3"], True, force=True)))
        client = app.test_client()
        client.get("/force")

        assert facts(cookie_of(client, "remember_token"))["forced"]

    def test_forced_login_is_shown(self, explain: Explain, app: Flask, users: t.Any) -> None:
        app.add_url_rule("/force", "force", lambda: str(login_user(users["3"], True, force=True)))
        client = app.test_client()
        client.get("/force")

        fields = fields_of(explain(cookie_of(client, "remember_token")))

        assert fields["forced"] == "yes, even if the user is not active"

    def test_id_that_is_quoted_in_the_header_is_read(
        self, facts: Facts, browser: FlaskClient, users: t.Any
    ) -> None:
        users["é;"] = type(users["1"])("é;")
        browser.get("/login/é;?remember")

        assert facts(cookie_of(browser, "remember_token"))["user_id"] == "é;"

    def test_decoded_one_is_read(self, facts: Facts, browser: FlaskClient, users: t.Any) -> None:
        users["é;"] = type(users["1"])("é;")
        browser.get("/login/é;?remember")
        cookie = browser.get_cookie("remember_token")
        assert cookie is not None

        assert facts(cookie.decoded_value.encode())["user_id"] == "é;"

    def test_payload_that_makes_no_sense_is_refused(self, app: Flask, facts: Facts) -> None:
        about = facts(_signer(app.config["SECRET_KEY"].encode()).sign("1|nonsense"))

        assert (about["format"], about["user_id"]) == ("timed", None)
        assert about["reason"] == "remember_invalid"

    def test_time_that_is_too_large_is_the_latest(self, app: Flask, facts: Facts) -> None:
        token = f"1|{10**20}.{10**20}.{10**20}.random.."

        about = facts(_signer(app.config["SECRET_KEY"].encode()).sign(token))

        assert about["expires_at"] == "9999-12-31T23:59:59+00:00"


class TestLegacyCookie:
    @pytest.fixture
    def cookie(self, app: Flask) -> str:
        with app.app_context():
            return encode_cookie("1")

    def test_title_names_the_format(self, explain: Explain, cookie: str) -> None:
        first = explain(cookie).stdout.splitlines()[0]
        assert first == "Remember-me cookie in the legacy format, signed by SECRET_KEY"

    def test_json_names_the_format(self, facts: Facts, cookie: str) -> None:
        assert facts(cookie)["format"] == "legacy"

    def test_it_has_no_times(self, facts: Facts, cookie: str) -> None:
        about = facts(cookie)
        assert about["authenticated_at"] is about["issued_at"] is about["expires_at"] is None

    def test_last_date_of_legacy_cookies_is_shown(
        self, app: Flask, facts: Facts, cookie: str
    ) -> None:
        app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = datetime(2100, 1, 1, tzinfo=timezone.utc)

        about = facts(cookie)

        assert about["expires_at"] == "2100-01-01T00:00:00+00:00"
        assert about["expires_by"] == "REMEMBER_COOKIE_ACCEPT_LEGACY"

    def test_refusal_is_explained(self, app: Flask, explain: Explain, cookie: str) -> None:
        app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False

        verdict = fields_of(explain(cookie))["verdict"]

        assert verdict == "refused: remember_invalid. Its format is not accepted."


@pytest.mark.usefixtures("records")
class TestRecord:
    @pytest.fixture
    def session_cookie(self, records: MemoryRecords, browser: FlaskClient) -> str:
        browser.get("/login/1?remember")
        return cookie_of(browser, "session")

    @pytest.fixture
    def cookie(self, session_cookie: str, browser: FlaskClient) -> str:
        return cookie_of(browser, "remember_token")

    def test_title_says_that_the_login_is_recorded(self, explain: Explain, cookie: str) -> None:
        first = explain(cookie).stdout.splitlines()[0]
        assert first == "Remember-me cookie of a recorded login, signed by SECRET_KEY"

    def test_record_is_shown(self, facts: Facts, cookie: str) -> None:
        about = facts(cookie)

        assert (about["format"], about["record"]) == ("record", "active")
        assert (about["duration"], about["expires_by"]) == (365 * DAY, "duration")
        assert about["authenticated_at"] is not None

    def test_session_has_its_record(self, facts: Facts, session_cookie: str) -> None:
        about = facts(session_cookie)
        assert (about["record"], about["accepted"]) == ("active", True)

    def test_session_expires_with_its_record(
        self, app: Flask, facts: Facts, records: MemoryRecords, session_cookie: str
    ) -> None:
        [row] = records.list("1", 0)
        records.change("1", row.key, {"expires_at": 1_900_000_000_000_000})
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=9999)

        assert facts(session_cookie)["expires_by"] == "record"

    def test_ended_login_is_refused(
        self, facts: Facts, records: MemoryRecords, cookie: str, session_cookie: str
    ) -> None:
        records.end("1", 0)
        abouts = [facts(cookie), facts(session_cookie)]
        assert [(each["record"], each["reason"]) for each in abouts] == [("ended", "ended")] * 2

    def test_expired_login_is_refused(
        self, facts: Facts, records: MemoryRecords, cookie: str
    ) -> None:
        [row] = records.list("1", 0)
        records.change("1", row.key, {"expires_at": 1})

        about = facts(cookie)

        assert (about["record"], about["reason"]) == ("expired", "ended")

    def test_login_that_is_no_longer_remembered_is_refused(
        self, facts: Facts, records: MemoryRecords, cookie: str
    ) -> None:
        [row] = records.list("1", 0)
        records.change("1", row.key, {"remembered_until": None})
        assert facts(cookie)["reason"] == "remember_expired"

    def test_login_without_a_record_is_refused(
        self, facts: Facts, records: MemoryRecords, cookie: str
    ) -> None:
        records.purge(2**60)

        about = facts(cookie)

        assert (about["record"], about["reason"]) == ("missing", "ended")
        assert about["authenticated_at"] is None

    def test_cookie_is_accepted_without_records(
        self, app: Flask, facts: Facts, cookie: str
    ) -> None:
        LoginManager(app).user_loader(str)

        about = facts(cookie)

        assert (about["record"], about["accepted"]) == (None, True)
        assert about["expires_by"] == "REMEMBER_COOKIE_DURATION"

    def test_secret_of_the_login_is_not_shown(self, explain: Explain, cookie: str) -> None:
        secret = cookie.partition("|")[2].partition(".")[0]
        assert secret not in explain(cookie).output + explain(cookie, "--json").output


class TestKey:
    @pytest.fixture
    def cookies(self, app: Flask, browser: FlaskClient) -> list[str]:
        """A session cookie and a remember-me cookie that the old key signed."""
        app.config["SECRET_KEY"] = OLD
        browser.get("/login/1?remember")
        return [cookie_of(browser, name) for name in ("session", "remember_token")]

    @pytest.mark.parametrize(
        ("fallbacks", "name"),
        [
            ([OLD], "SECRET_KEY_FALLBACKS[0]"),
            (["older", OLD], "SECRET_KEY_FALLBACKS[1]"),
            (["", OLD.encode()], "SECRET_KEY_FALLBACKS[1]"),
        ],
        ids=["one", "second", "beside an empty one"],
    )
    def test_fallback_is_named_by_its_index(
        self, app: Flask, facts: Facts, cookies: t.Any, fallbacks: t.Any, name: str
    ) -> None:
        app.config.update(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=fallbacks)

        about = [facts(cookie)["key"] for cookie in cookies]

        assert about == [name, name]

    def test_legacy_cookie_has_a_key_too(self, app: Flask, facts: Facts, cookies: t.Any) -> None:
        with app.app_context():
            cookie = encode_cookie("1")

        app.config.update(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])

        assert facts(cookie)["key"] == "SECRET_KEY_FALLBACKS[0]"

    def test_character_of_a_string_of_fallbacks_is_named_by_its_index(
        self, app: Flask, facts: Facts
    ) -> None:
        interface = SecureCookieSessionInterface()
        app.config.update(SECRET_KEY="c")
        forged = interface.get_signing_serializer(app).dumps({"_user_id": "1"})  # type: ignore[union-attr]
        app.config.update(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS="secret")

        assert facts(forged)["key"] == "SECRET_KEY_FALLBACKS[2]"

    def test_key_of_the_interface_is_no_setting(self, app: Flask, facts: Facts) -> None:
        class Interface(SecureCookieSessionInterface):
            def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
                return URLSafeTimedSerializer("its own")

        app.session_interface = Interface()
        cookie = Interface().get_signing_serializer(app).dumps({"_user_id": "1"})

        assert facts(cookie)["key"] == "a key of the session interface"

    def test_fallback_that_sessions_ignore_is_explained(
        self, app: Flask, explain: Explain, cookies: t.Any
    ) -> None:
        class Interface(SecureCookieSessionInterface):
            def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
                serializer = super().get_signing_serializer(app)
                assert serializer is not None
                serializer.secret_keys = serializer.secret_keys[-1:]
                return serializer

        app.session_interface = Interface()
        app.config.update(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])

        fields = fields_of(explain(cookies[0]))

        assert fields["user"] == "1"
        assert "Flask before 3.1 ignores SECRET_KEY_FALLBACKS" in fields["verdict"]

    @pytest.mark.parametrize("args", [(), ("--json",)], ids=["text", "json"])
    def test_keys_are_not_shown(
        self, app: Flask, explain: Explain, cookies: t.Any, args: tuple[str, ...]
    ) -> None:
        app.config.update(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])
        output = "".join(explain(cookie, *args).output for cookie in cookies)
        assert OLD not in output
        assert NEW not in output

    def test_cookies_are_not_shown(self, explain: Explain, cookies: t.Any) -> None:
        output = "".join(explain(cookie).output for cookie in cookies)
        assert not any(cookie[-20:] in output for cookie in cookies)


class TestServerSession:
    """A session interface whose cookie is an ID."""

    @pytest.fixture(autouse=True)
    def _interface(self, app: Flask) -> None:
        class Interface(SessionInterface):
            def open_session(self, app: Flask, request: t.Any) -> SecureCookieSession:
                known = {"id-1": {"_user_id": "1"}, "id-2": {}}
                sid = request.cookies.get("session", "")
                return SecureCookieSession({"_permanent": True, **known.get(sid, {})})

            def save_session(self, *args: t.Any) -> None:
                pass

        app.session_interface = Interface()

    def test_title_says_that_the_session_is_on_the_server(self, explain: Explain) -> None:
        result = explain("id-1")

        assert result.stdout.splitlines()[0] == "Session cookie: the ID of a server-side session"
        assert fields_of(result)["user"] == "1"

    def test_it_is_judged(self, facts: Facts) -> None:
        about = facts("id-1")
        assert (about["format"], about["accepted"]) == ("server-session", True)

    def test_unknown_id_is_not_of_this_application(self, explain: Explain) -> None:
        assert "no session has this ID" in explain("id-3").stdout

    def test_failure_of_its_store_is_one_sentence(self, app: Flask, explain: Explain) -> None:
        app.session_interface.open_session = lambda *_: {}["id-1"]  # type: ignore[method-assign]

        result = explain("id-1")

        assert result.output == "Error: The session cannot be opened: KeyError: 'id-1'\n"
        assert result.exit_code == 1

    def test_remember_cookie_is_known_all_the_same(
        self, app: Flask, facts: Facts, remembered_browser: FlaskClient
    ) -> None:
        assert facts(cookie_of(remembered_browser, "remember_token"))["format"] == "timed"


class TestForeign:
    @pytest.mark.parametrize(
        ("text", "reason", "looks"),
        [
            ("garbage", "no_login", None),
            (b"\xff\x00\xfe", "no_login", None),
            ("ada|123.456.789", "remember_invalid", "a remember-me cookie"),
            ("eyJhIjoxfQ.aGVsbG8.abcdefghijklmnopqrstuvwxyz1", "no_login", "a session cookie"),
            ("remember_token=garbage", "remember_invalid", "a remember-me cookie"),
            ("session=garbage", "no_login", "a session cookie"),
        ],
        ids=["garbage", "bytes", "token", "session", "named token", "named session"],
    )
    def test_it_is_not_of_this_application(
        self, explain: Explain, text: str, reason: str, looks: str | None
    ) -> None:
        result = explain(text)

        assert result.stdout.startswith(
            "Not a cookie of this application: none of its keys signed it"
        )
        assert fields_of(result).get("looks like") == looks
        assert fields_of(result)["verdict"] == f"refused: {reason}"
        assert result.exit_code == 1

    def test_application_without_a_key_says_so(self, app: Flask, explain: Explain) -> None:
        app.config["SECRET_KEY"] = None
        assert "SECRET_KEY is not set" in explain("a|b").stdout

    def test_header_with_other_cookies_only_names_those_of_the_application(
        self, explain: Explain
    ) -> None:
        result = explain("Cookie: theme=dark")

        assert result.stdout == (
            "No cookie of this application: its cookies are 'remember_token' and 'session'.\n"
        )
        assert result.exit_code == 1

    def test_header_with_other_cookies_only_in_json(self, explain: Explain) -> None:
        result = explain("Cookie: theme=dark", "--json")
        assert json.loads(result.stdout) == {"accepted": False, "cookies": []}

    def test_payload_must_be_a_session(self, app: Flask) -> None:
        interface = SecureCookieSessionInterface()
        signed = interface.get_signing_serializer(app).dumps(["a", "list"])  # type: ignore[union-attr]
        # Flask itself cannot open it.
        assert find_session(signed, app) is None


class TestInput:
    @pytest.fixture
    def cookies(self, browser: FlaskClient) -> tuple[str, str]:
        browser.get("/login/1?remember")
        return cookie_of(browser, "session"), cookie_of(browser, "remember_token")

    def test_header_may_have_several(self, explain: Explain, cookies: t.Any) -> None:
        header = "Cookie: session={}; theme=dark; remember_token={}".format(*cookies)

        told = json.loads(explain(header, "--json").stdout)

        assert told["accepted"]
        assert [each["name"] for each in told["cookies"]] == ["session", "remember_token"]

    def test_several_are_set_apart(self, explain: Explain, cookies: t.Any) -> None:
        assert "\n\nRemember-me cookie" in explain("\n".join(cookies)).stdout

    def test_one_accepted_cookie_is_enough(self, explain: Explain, cookies: t.Any) -> None:
        assert explain(f"Cookie: session=garbage; remember_token={cookies[1]}").exit_code == 0

    def test_cookie_by_another_name_is_not_read_by_requests(
        self, explain: Explain, cookies: t.Any
    ) -> None:
        fields = fields_of(explain(f"old_name={cookies[1]}"))

        assert fields["user"] == "1"
        assert fields["verdict"] == (
            "refused: no_login. The cookie of this application is named 'remember_token', not"
            " 'old_name'."
        )

    def test_terminal_is_asked(self, explain: Explain, cookies: t.Any) -> None:
        result = explain(Terminal(f"{cookies[0]}\n".encode()))

        assert result.stderr.startswith("Cookie:")
        assert result.exit_code == 0

    @pytest.mark.parametrize("text", ["", " \n"], ids=["nothing", "blank"])
    def test_nothing_is_an_error(self, explain: Explain, text: str) -> None:
        result = explain(text)

        assert result.output == "Error: There is no cookie on standard input.\n"
        assert result.exit_code == 1

    def test_piped_output_has_no_colour(self, explain: Explain, cookies: t.Any) -> None:
        assert "\x1b" not in explain(cookies[0]).output

    def test_terminal_gets_colour(self, app: Flask, cookies: t.Any) -> None:
        runner = app.test_cli_runner()
        result = runner.invoke(args=["login", "explain"], input=cookies[0], color=True)
        assert "\x1b[32maccepted" in result.output

    def test_keys_of_json_stay(self, facts: Facts, cookies: t.Any) -> None:
        assert set(facts(cookies[0])) == {
            *("kind", "name", "format", "key", "user_id", "accepted", "reason", "because"),
            *("authenticated_at", "seen_at", "issued_at", "duration", "expires_at", "expires_by"),
            *("fresh", "forced", "stamped", "permanent", "record", "other_keys", "user_loaded"),
        }


class TestUser:
    @pytest.fixture
    def cookie(self, browser: FlaskClient) -> str:
        browser.get("/login/1")
        return cookie_of(browser, "session")

    def test_user_is_not_loaded_unless_asked_for(
        self, explain: Explain, login_manager: LoginManager, cookie: str
    ) -> None:
        login_manager.user_loader(lambda user_id: pytest.fail("It was called."))

        verdict = fields_of(explain(cookie))["verdict"]

        assert verdict == "accepted. To check the user, too, pass --load-user."

    def test_user_is_loaded_if_asked_for(self, explain: Explain, cookie: str) -> None:
        assert fields_of(explain(cookie, "--load-user"))["verdict"] == "accepted"

    def test_failure_of_the_loader_is_one_sentence(
        self, explain: Explain, login_manager: LoginManager, cookie: str
    ) -> None:
        login_manager.user_loader(lambda user_id: {}[user_id])

        result = explain(cookie, "--load-user")

        assert result.output == "Error: The user loader failed: KeyError: '1'\n"
        assert result.exit_code == 1

    def test_terminal_obeys_nothing_that_a_failure_says(
        self, explain: Explain, login_manager: LoginManager, cookie: str
    ) -> None:
        def load(user_id: str) -> t.Any:
            raise LookupError("\x1b[2J")

        login_manager.user_loader(load)

        assert "LookupError: \\x1b[2J" in explain(cookie, "--load-user").output

    def test_failure_without_a_message_is_named(
        self, explain: Explain, login_manager: LoginManager, cookie: str
    ) -> None:
        def load(user_id: str) -> t.Any:
            raise LookupError

        login_manager.user_loader(load)

        result = explain(cookie, "--load-user")

        assert result.output == "Error: The user loader failed: LookupError\n"

    def test_loader_may_be_async(
        self, explain: Explain, login_manager: LoginManager, users: t.Any, cookie: str
    ) -> None:
        async def load(user_id: str) -> t.Any:
            return users.get(user_id)

        login_manager.user_loader(load)

        assert fields_of(explain(cookie, "--load-user"))["verdict"] == "accepted"
