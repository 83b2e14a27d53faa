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

from flask_login import LoginManager

Config = dict[str, t.Any]

HOST = {"REMEMBER_COOKIE_NAME": "__Host-token"}
SECURE = {"REMEMBER_COOKIE_SECURE": True}
NAME_AND_SECURE = ("REMEMBER_COOKIE_NAME", "REMEMBER_COOKIE_SECURE")

partitioned_is_known = "partitioned" in inspect.signature(dump_cookie).parameters

impossible = pytest.mark.parametrize(
    ("config", "named"),
    [
        pytest.param(HOST, NAME_AND_SECURE, id="host, not secure"),
        pytest.param(
            {"REMEMBER_COOKIE_NAME": "__host-token"}, NAME_AND_SECURE, id="lower case host"
        ),
        pytest.param(
            {"REMEMBER_COOKIE_NAME": "__Secure-token"}, NAME_AND_SECURE, id="secure name, not so"
        ),
        pytest.param(
            {**HOST, **SECURE, "REMEMBER_COOKIE_DOMAIN": "example.com"},
            ("REMEMBER_COOKIE_NAME", "REMEMBER_COOKIE_DOMAIN"),
            id="host with a domain",
        ),
        pytest.param(
            {**HOST, **SECURE, "REMEMBER_COOKIE_PATH": "/app"},
            ("REMEMBER_COOKIE_NAME", "REMEMBER_COOKIE_PATH"),
            id="host with a path",
        ),
        pytest.param(
            {**HOST, **SECURE, "REMEMBER_COOKIE_PATH": None},
            ("REMEMBER_COOKIE_NAME", "REMEMBER_COOKIE_PATH"),
            id="host without a path",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_SAMESITE": "None"},
            ("REMEMBER_COOKIE_SAMESITE", "REMEMBER_COOKIE_SECURE"),
            id="none, not secure",
        ),
        pytest.param(
            {"REMEMBER_COOKIE_SAMESITE": "none", "REMEMBER_COOKIE_SECURE": False},
            ("REMEMBER_COOKIE_SAMESITE", "REMEMBER_COOKIE_SECURE"),
            id="lower case none",
        ),
        pytest.param(
            {
                "SESSION_COOKIE_SAMESITE": "None",
                "SESSION_COOKIE_SECURE": True,
                "REMEMBER_COOKIE_SECURE": False,
            },
            ("SESSION_COOKIE_SAMESITE", "REMEMBER_COOKIE_SECURE"),
            id="inherited none, not secure",
        ),
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
        *(
            pytest.param(
                {"REMEMBER_COOKIE_DURATION": duration}, ("REMEMBER_COOKIE_DURATION",), id=name
            )
            for name, duration in {
                "no seconds": 0,
                "negative seconds": -1.5,
                "no time": timedelta(0),
                "negative time": timedelta(days=-1),
            }.items()
        ),
    ],
)

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


@possible
def test_possible_settings_are_accepted(app: Flask, browser: FlaskClient, config: Config) -> None:
    app.config.update(config)
    LoginManager(app)
    assert browser.get("/login/1?remember", base_url="https://localhost").text == "True"


@pytest.mark.parametrize("seconds", [0, -1.5])
def test_duration_of_a_login_is_positive(browser: FlaskClient, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^duration must be positive, instead got: "):
        browser.get(f"/login/1?remember&duration={seconds}")


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
