"""Settings: wrong, misspelt or conflicting ones."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from check_kit import Site

from flask_login.records.memory import MemoryRecords


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "REMEMBER_COOKIE_DURATION",
            "86400",
            "REMEMBER_COOKIE_DURATION must be a datetime.timedelta, instead got: 86400",
        ),
        ("APPLICATION_ROOT", None, "APPLICATION_ROOT must be str, instead got: NoneType"),
        (
            "PERMANENT_SESSION_LIFETIME",
            "30 days",
            "PERMANENT_SESSION_LIFETIME must be timedelta or int or float, instead got: str",
        ),
        ("SERVER_NAME", 8000, "SERVER_NAME must be str or None, instead got: int"),
        ("SESSION_COOKIE_NAME", None, "SESSION_COOKIE_NAME must be str, instead got: NoneType"),
        ("REMEMBER_COOKIE_NAME", None, "REMEMBER_COOKIE_NAME must be str, instead got: NoneType"),
        ("REMEMBER_COOKIE_PATH", 1, "REMEMBER_COOKIE_PATH must be str or None, instead got: int"),
        (
            "LOGIN_UNAUTHORIZED",
            "401",
            "LOGIN_UNAUTHORIZED must be 'redirect' or 'auto' or 'status', instead got: '401'",
        ),
        ("SECRET_KEY", 12345, "SECRET_KEY must be str or bytes or None, instead got: int"),
        (
            "SECRET_KEY_FALLBACKS",
            12345,
            "SECRET_KEY_FALLBACKS must be a list or None, instead got: int",
        ),
    ],
)
def test_value_that_cannot_work_is_named(site: Site, key: str, value: t.Any, message: str) -> None:
    site.set(**{key: value})

    assert message in [f.message for f in site.findings() if f.setting == key]


@pytest.mark.parametrize(
    "config",
    [
        {"REMEMBER_COOKIE_PARTITIONED": True, "REMEMBER_COOKIE_SECURE": False},
        {"REMEMBER_COOKIE_FORMAT": "legacy"},
    ],
)
def test_settings_that_cannot_work_together_are_found(site: Site, config: t.Any) -> None:
    site.set(**config)

    assert "login.E010" in site.find()


def test_settings_that_cannot_work_with_records_are_found(site: Site) -> None:
    site.manage(login_records=MemoryRecords())
    site.set(REMEMBER_COOKIE_ROTATE=timedelta(minutes=1))

    assert site.find() == ["login.E010"]


@pytest.mark.parametrize(
    ("key", "value", "truth"),
    [
        ("USE_SESSION_FOR_NEXT", "false", True),
        ("LOGIN_REQUIRED_BY_DEFAULT", "", False),
        ("SESSION_COOKIE_SECURE", "False", True),
        ("REMEMBER_COOKIE_HTTPONLY", 0.5, True),
    ],
)
def test_switch_that_is_not_a_bool(site: Site, key: str, value: t.Any, truth: bool) -> None:
    site.set(**{key: value})

    assert [f.message for f in site.findings()] == [
        f"'{key}' is {value!r}, which is not a bool and counts as {truth}."
    ]


@pytest.mark.parametrize("value", [True, False, None, 0, 1])
def test_switch_may_be_a_bool_or_a_number(site: Site, value: t.Any) -> None:
    site.set(LOGIN_CHECK_ACTIVE=value)

    assert site.find() == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("FORCE_HOST_FOR_REDIRECTS", False),
        ("PERMANENT_SESSION_LIFETIME", 3600.0),
        ("REMEMBER_COOKIE_DOMAIN", False),
    ],
)
def test_value_that_works_is_no_error(site: Site, key: str, value: t.Any) -> None:
    site.set(**{key: value})

    assert site.find() == []


def test_disabled_guards_are_one_finding(site: Site) -> None:
    site.set(LOGIN_DISABLED="false")

    assert site.find() == ["login.E013"]


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("LOGIN_IDLE_TIMOUT", "LOGIN_IDLE_TIMEOUT"),
        ("LOGIN_DISABLE", "LOGIN_DISABLED"),
        ("REMEMBER_DURATION", "REMEMBER_COOKIE_DURATION"),
        ("REMEMBER_ME_COOKIE_NAME", "REMEMBER_COOKIE_NAME"),
        ("SESSION_PROTECT", "SESSION_PROTECTION"),
        ("SESSION_COKIE_SECURE", "SESSION_COOKIE_SECURE"),
        ("SECRET_KEY_FALLBACK", "SECRET_KEY_FALLBACKS"),
        ("login_disabled", "LOGIN_DISABLED"),
    ],
)
def test_misspelt_setting_is_recognised(site: Site, key: str, known: str) -> None:
    site.set(**{key: None})

    (finding,) = site.findings()

    assert (finding.id, finding.setting) == ("login.W012", key)
    assert f"Did you mean '{known}'?" in finding.message


@pytest.mark.parametrize(
    "key",
    [
        "LOGIN_ENABLED",
        "LOGIN_FORM_CLASS",
        "LOGIN_REQUIRED",
        "LOGIN_TIMEOUT",
        "LOGIN_VIEW",
        "REMEMBER_ME",
        "REMEMBER_ME_ENABLED",
        "JWT_SECRET_KEY",
        "SESSION_KEY_PREFIX",
        "SESSION_PERMANENT",
        "SESSION_TYPE",
        "SESSION_USE_SIGNER",
        "SECURITY_DEFAULT_REMEMBER_ME",
        "WTF_CSRF_SECRET_KEY",
    ],
)
def test_settings_of_others_are_left_alone(site: Site, key: str) -> None:
    site.set(**{key: "theirs"})

    assert site.find() == []


def test_keys_need_not_be_text(site: Site) -> None:
    site.app.config[5] = "five"  # type: ignore[index]

    assert site.find() == []


def test_mode_of_the_manager_is_looked_at(site: Site) -> None:
    site.manage(session_protection="Strong")

    assert [f.setting for f in site.findings()] == ["session_protection"]


@pytest.mark.parametrize("mode", [None, False, "none", "basic"])
def test_modes_of_protection(site: Site, mode: t.Any) -> None:
    site.set(SESSION_PROTECTION=mode)

    assert site.find() == []


@pytest.mark.parametrize("host", ["www.example.com", "localhost:5000", "[::1]:5000"])
def test_host_for_redirects(site: Site, host: str) -> None:
    site.set(FORCE_HOST_FOR_REDIRECTS=host)

    assert site.find() == []
