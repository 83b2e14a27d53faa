"""Settings of the remember-me cookie that no browser would honour, and cookies too long for one."""

from __future__ import annotations

import inspect
import typing as t
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import dump_cookie

from flask_login import encode_cookie
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin

Config = dict[str, t.Any]

HOST = {"REMEMBER_COOKIE_NAME": "__Host-token"}
SECURE = {"REMEMBER_COOKIE_SECURE": True}
NAME_AND_SECURE = ("REMEMBER_COOKIE_NAME", "REMEMBER_COOKIE_SECURE")

partitioned_is_known = "partitioned" in inspect.signature(dump_cookie).parameters

# What browsers drop without a word, and what the warning says of it.
dropped = pytest.mark.parametrize(
    ("config", "problem"),
    [
        pytest.param(
            HOST,
            "REMEMBER_COOKIE_NAME '__Host-token' needs REMEMBER_COOKIE_SECURE to be True",
            id="host, not secure",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_NAME": "__host-token"},
            "REMEMBER_COOKIE_NAME '__host-token' needs REMEMBER_COOKIE_SECURE to be True",
            id="lower case host",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_NAME": "__Secure-token"},
            "REMEMBER_COOKIE_NAME '__Secure-token' needs REMEMBER_COOKIE_SECURE to be True",
            id="secure name, not so",
        ),
        pytest.param(
            {**HOST, **SECURE, "REMEMBER_COOKIE_DOMAIN": "example.com"},
            "REMEMBER_COOKIE_NAME '__Host-token' forbids REMEMBER_COOKIE_DOMAIN",
            id="host with a domain",
        ),
        pytest.param(
            {**HOST, **SECURE, "REMEMBER_COOKIE_PATH": "/app"},
            "REMEMBER_COOKIE_NAME '__Host-token' needs REMEMBER_COOKIE_PATH to be '/'",
            id="host with a path",
        ),
        pytest.param(
            {**HOST, **SECURE, "REMEMBER_COOKIE_PATH": None},
            "REMEMBER_COOKIE_NAME '__Host-token' needs REMEMBER_COOKIE_PATH to be '/'",
            id="host without a path",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_SAMESITE": "None"},
            "REMEMBER_COOKIE_SAMESITE 'None' needs REMEMBER_COOKIE_SECURE to be True",
            id="none, not secure",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_SAMESITE": "none", "REMEMBER_COOKIE_SECURE": False},
            "REMEMBER_COOKIE_SAMESITE 'None' needs REMEMBER_COOKIE_SECURE to be True",
            id="lower case none",
        ),
        pytest.param(
            {
                "SESSION_COOKIE_SAMESITE": "None",
                "SESSION_COOKIE_SECURE": True,
                "REMEMBER_COOKIE_SECURE": False,
            },
            "SESSION_COOKIE_SAMESITE 'None' needs REMEMBER_COOKIE_SECURE to be True",
            id="inherited none, not secure",
        ),
    ],
)

# Settings of ours that exclude each other, and what the error names.
impossible = pytest.mark.parametrize(
    ("config", "named"),
    [
        pytest.param(
            {"REMEMBER_COOKIE_PARTITIONED": True},
            ("REMEMBER_COOKIE_PARTITIONED", "REMEMBER_COOKIE_SECURE"),
            id="partitioned, not secure",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_FORMAT": "legacy", "REMEMBER_COOKIE_ACCEPT_LEGACY": False},
            ("REMEMBER_COOKIE_FORMAT", "REMEMBER_COOKIE_ACCEPT_LEGACY"),
            id="written, not accepted",
        ),
    ],
)

# What 0.6 has a setting for, with values that cannot work.
HISTORIC: list[Config] = [
    {"REMEMBER_COOKIE_DURATION": "86400"},
    {"REMEMBER_COOKIE_DURATION": []},
    {"REMEMBER_COOKIE_DURATION": timedelta.max},
    {"REMEMBER_COOKIE_DURATION": float("nan")},
    {"REMEMBER_COOKIE_NAME": None},
    {"REMEMBER_COOKIE_NAME": 7},
    {"REMEMBER_COOKIE_PATH": 7},
    {"REMEMBER_COOKIE_DOMAIN": 7},
    {"REMEMBER_COOKIE_SECURE": "no"},
    {"REMEMBER_COOKIE_HTTPONLY": "no"},
    {"REMEMBER_COOKIE_SAMESITE": "sometimes"},
    {"REMEMBER_COOKIE_SAMESITE": True},
    {"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": "no"},
    {"SESSION_PROTECTION": True},
    {"SESSION_PROTECTION": 7},
    {"SESSION_PROTECTION": ["strong"]},
    {"USE_SESSION_FOR_NEXT": "no"},
    {"FORCE_HOST_FOR_REDIRECTS": 7},
    {"AUTH_HEADER_NAME": None},
    {"SECRET_KEY_FALLBACKS": "old"},
    {"LOGIN_DISABLED": "no"},
]
historic = pytest.mark.parametrize("config", HISTORIC, ids=str)

# Ways to say that nobody is remembered.
NEVER = [0, 0.0, False, -1, -1.5, timedelta(0), timedelta(days=-1), None]
never = pytest.mark.parametrize("duration", NEVER, ids=repr)

possible = pytest.mark.parametrize(
    "config",
    [
        {**HOST, **SECURE},
        {**HOST, "SESSION_COOKIE_SECURE": True},
        {"REMEMBER_COOKIE_NAME": "__Secure-token", **SECURE, "REMEMBER_COOKIE_PATH": "/app"},
        {"REMEMBER_COOKIE_SAMESITE": "None", **SECURE},
        {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True},
        {"REMEMBER_COOKIE_SAMESITE": "Lax"},
        {"REMEMBER_COOKIE_PARTITIONED": False},
        {"REMEMBER_COOKIE_DURATION": 0.5},
        {"REMEMBER_COOKIE_FORMAT": "legacy"},
    ],
    ids=str,
)


class User(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> t.Callable[[], list[str]]:
    """What was warned of so far."""
    return lambda: [record.message for record in caplog.records if record.name == "flask_login"]


def assert_names(error: Exception, names: tuple[str, ...]) -> None:
    assert [name for name in names if name not in str(error)] == []


@impossible
def test_impossible_settings_are_an_error_at_start_up(
    app: Flask, config: Config, named: tuple[str, ...]
) -> None:
    app.config.update(config)

    with pytest.raises(ValueError, match="REMEMBER_COOKIE_") as caught:
        LoginManager(app)

    assert_names(caught.value, named)


@impossible
def test_impossible_settings_that_come_later_are_an_error_at_first_use(
    app: Flask, browser: FlaskClient, config: Config, named: tuple[str, ...]
) -> None:
    app.config.update(config)

    with pytest.raises(ValueError, match="REMEMBER_COOKIE_") as caught:
        browser.get("/login/1?remember")

    assert_names(caught.value, named)


@impossible
def test_impossible_settings_hinder_nobody_who_is_not_remembered(
    app: Flask, browser: FlaskClient, config: Config, named: tuple[str, ...]
) -> None:
    app.config.update(config)
    assert browser.get("/login/1").text == "True"


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3")
@dropped
def test_cookie_that_browsers_drop_is_a_warning_at_first_use(
    app: Flask, browser: FlaskClient, warnings: t.Any, config: Config, problem: str
) -> None:
    app.config.update(config)
    LoginManager(app).user_loader(lambda user_id: None)
    assert warnings() == []
    assert browser.get("/login/1?remember").text == "True"
    assert warnings() == [f"Browsers drop the remember-me cookie: {problem}."]


@dropped
def test_warning_of_a_dropped_cookie_is_given_once(
    app: Flask, browser: FlaskClient, warnings: t.Any, config: Config, problem: str
) -> None:
    app.config.update(config)
    browser.get("/login/1?remember")
    browser.get("/login/2?remember")
    assert len(warnings()) == 1


@dropped
def test_cookie_that_browsers_drop_hinders_nobody_who_is_not_remembered(
    app: Flask, browser: FlaskClient, warnings: t.Any, config: Config, problem: str
) -> None:
    app.config.update(config)
    assert browser.get("/login/1").text == "True"
    assert warnings() == []


def test_each_application_is_warned(warnings: t.Any) -> None:
    for _ in range(2):
        app = Flask("app")
        app.config.update(SECRET_KEY="deterministic", REMEMBER_COOKIE_SAMESITE="None")
        LoginManager(app).user_loader(User)
        app.add_url_rule("/", "login", lambda: str(login_user(User("1"), remember=True)))
        app.test_client().get("/")

    assert len(warnings()) == 2


def test_cookie_may_have_several_problems(
    app: Flask, browser: FlaskClient, warnings: t.Any
) -> None:
    app.config.update(HOST, REMEMBER_COOKIE_SAMESITE="None", REMEMBER_COOKIE_PATH="/app")
    browser.get("/login/1?remember")
    assert len(warnings()) == 3


@possible
def test_possible_settings_are_accepted(
    app: Flask, browser: FlaskClient, warnings: t.Any, config: Config
) -> None:
    app.config.update(config)
    LoginManager(app).user_loader(lambda user_id: None)
    assert browser.get("/login/1?remember", base_url="https://localhost").text == "True"
    assert warnings() == []


@historic
def test_historic_setting_never_stops_a_start(app: Flask, config: Config) -> None:
    app.config.update(config)
    assert LoginManager(app)


@historic
def test_historic_setting_never_stops_a_start_under_secure_defaults(
    app: Flask, config: Config
) -> None:
    app.config.update(config, LOGIN_DEFAULTS="secure")
    assert LoginManager(app)


@pytest.mark.parametrize(
    "config", [config for config in HISTORIC if "REMEMBER_COOKIE_DURATION" in config], ids=str
)
@pytest.mark.parametrize("url", ["/plain", "/me", "/login/1", "/confirm", "/logout"])
def test_duration_that_cannot_work_hinders_nobody_who_is_not_remembered(
    app: Flask, browser: FlaskClient, config: Config, url: str
) -> None:
    app.config.update(config)
    browser.get("/login/1")
    assert browser.get(url).status_code == 200


class TestNobodyIsRemembered:
    """A duration of zero or less, and none, mean that a login is not remembered."""

    @never
    def test_application_starts(self, app: Flask, duration: t.Any) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = duration
        assert LoginManager(app)

    @never
    @pytest.mark.parametrize("defaults", ["compatible", "secure"])
    def test_login_with_remember_is_one_without(
        self, app: Flask, browser: FlaskClient, cookie_of: t.Any, duration: t.Any, defaults: str
    ) -> None:
        app.config.update(REMEMBER_COOKIE_DURATION=duration, LOGIN_DEFAULTS=defaults)
        response = browser.get("/login/1?remember")
        assert response.text == "True"
        assert cookie_of(response) is None
        assert browser.get("/remembered").text == "False"

    @never
    def test_nothing_asks_to_be_remembered(
        self, app: Flask, browser: FlaskClient, session_of: t.Any, duration: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = duration
        browser.get("/login/1?remember")
        assert session_of(browser).keys().isdisjoint({"_remember", "_remember_seconds"})

    @never
    def test_login_with_remember_deletes_the_cookie_of_another_user(
        self, app: Flask, remembered_browser: FlaskClient, duration: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = duration
        remembered_browser.get("/login/2?remember")
        assert remembered_browser.get_cookie("remember_token") is None

    @never
    def test_login_with_a_duration_of_its_own_is_remembered(
        self, app: Flask, browser: FlaskClient, duration: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = duration
        browser.get("/login/1?remember&duration=60")
        assert browser.get("/remembered").text == "True"

    @never
    @pytest.mark.parametrize("refresh", [False, True], ids=["", "refresh"])
    def test_historic_cookie_is_accepted_and_stays_as_it_is(
        self, app: Flask, browser: FlaskClient, token_of: t.Any, duration: t.Any, refresh: bool
    ) -> None:
        app.config.update(
            REMEMBER_COOKIE_DURATION=duration, REMEMBER_COOKIE_REFRESH_EACH_REQUEST=refresh
        )
        historic = encode_cookie("1", key="deterministic")
        browser.set_cookie("remember_token", historic)
        assert browser.get("/me").text == "1"
        assert token_of(browser) == historic

    @never
    def test_cookie_that_says_how_long_it_lasts_is_accepted(
        self, app: Flask, remembered_browser: FlaskClient, duration: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_DURATION"] = duration
        assert remembered_browser.get("/me").text == "1"

    @pytest.mark.parametrize("duration", [0, 0.0, -1, -1.5, timedelta(0), timedelta(-1)], ids=repr)
    def test_login_with_such_a_duration_is_one_without_remember(
        self, app: Flask, browser: FlaskClient, users: t.Any, cookie_of: t.Any, duration: t.Any
    ) -> None:
        app.add_url_rule(
            "/log-in",
            view_func=lambda: str(login_user(users["1"], remember=True, duration=duration)),
        )
        response = browser.get("/log-in")
        assert response.text == "True"
        assert cookie_of(response) is None

    @pytest.mark.parametrize("seconds", [0, -1])
    def test_such_a_duration_written_by_hand_sets_no_cookie(
        self, browser: FlaskClient, cookie_of: t.Any, seconds: int
    ) -> None:
        browser.get("/login/1")

        with browser.session_transaction() as stored:
            stored.update(_remember="set", _remember_seconds=seconds)

        assert cookie_of(browser.get("/me")) is None


def test_setting_that_cannot_work_keeps_a_historic_cookie_as_it_is(
    app: Flask, browser: FlaskClient, token_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = "86400"
    historic = encode_cookie("1", key="deterministic")
    browser.set_cookie("remember_token", historic)
    assert browser.get("/me").text == "1"
    assert token_of(browser) == historic


class TestPartitioned:
    @pytest.fixture(autouse=True)
    def partitioned(self, app: Flask) -> None:
        app.config.update(REMEMBER_COOKIE_PARTITIONED=True, REMEMBER_COOKIE_SECURE=True)

    @pytest.mark.skipif(not partitioned_is_known, reason="Werkzeug before 3.1")
    @pytest.mark.parametrize("url", ["/login/1?remember", "/logout"], ids=["set", "deleted"])
    def test_cookie_is_set_and_deleted_as_partitioned(self, browser: FlaskClient, url: str) -> None:
        browser.get("/login/1?remember", base_url="https://localhost")
        response = browser.get(url, base_url="https://localhost")
        (header,) = _remember_headers(response)
        assert header.endswith("; Partitioned")

    def test_older_werkzeug_is_an_error(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flask_login.remember.dump_cookie", lambda key, value="": "")

        with pytest.raises(ValueError, match=r"REMEMBER_COOKIE_PARTITIONED needs Werkzeug 3\.1"):
            LoginManager(app)


class TestLength:
    """Browsers lose cookies over 4,096 bytes and say nothing."""

    @pytest.mark.asvs("3.3.5")
    def test_id_that_makes_the_cookie_too_long_is_an_error_that_says_whose(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        users["1"].id = "ada" + "x" * 4000

        with pytest.raises(ValueError, match=r"user 'adax+…' has \d+ bytes.* over 4096\b"):
            browser.get("/login/1?remember")

    def test_error_does_not_repeat_the_whole_id(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        users["1"].id = "x" * 5000

        with pytest.raises(ValueError, match="too long") as caught:
            browser.get("/login/1?remember")

        assert len(str(caught.value)) < 300

    @pytest.mark.asvs("3.3.5")
    def test_limit_can_be_set_lower(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        app.config["MAX_COOKIE_SIZE"] = 500
        users["1"].id = "x" * 500

        with pytest.raises(ValueError, match="too long"):
            browser.get("/login/1?remember")

    @pytest.mark.asvs("3.3.5")
    @pytest.mark.parametrize("format", ["timed", "legacy"])
    @pytest.mark.parametrize("more", range(-60, 61, 10))
    def test_cookie_is_short_enough_or_an_error(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any], format: str, more: int
    ) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = format
        (header,) = _remember_headers(browser.get("/login/1?remember"))
        users["1"].id = "x" * (4096 - len(header) + more)

        with suppress(ValueError):
            (header,) = _remember_headers(browser.get("/login/1?remember"))
            assert len(header) <= 4096

    def test_long_id_that_leaves_room_is_remembered(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        users["1"].id = "x" * 3800
        users["x" * 3800] = users["1"]
        browser.get("/login/1?remember")
        browser.delete_cookie("session")
        assert browser.get("/me").text == "x" * 3800


def _remember_headers(response: t.Any) -> list[str]:
    headers = response.headers.getlist("Set-Cookie")
    return [header for header in headers if header.startswith("remember_token=")]
