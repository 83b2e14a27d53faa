"""Keys: known ones, short ones, old ones."""

from __future__ import annotations

import secrets
import typing as t
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest
from check_kit import KEY
from check_kit import OLD_KEY
from check_kit import Site
from flask.sessions import SessionInterface

KNOWN = [
    "dev",
    "Secret Key",
    "CHANGE-ME",
    b"secret",
    "a long random string",
    "you-will-never-guess",
    "super secret string",
    b'_5#y2L"F4Q8z\n\xec]/',
]
SHORT = ["7" * 38, "q8Zk3x_", "kq" * 30, b"\x81\x9f\xa0\xe3\xf7\x12\x00\x11", "ключ от дома"]
LONG = [secrets.token_hex(16), secrets.token_urlsafe(16), secrets.token_bytes(16).rjust(17, b"\0")]


@pytest.mark.parametrize("key", KNOWN)
def test_known_key_is_an_error(site: Site, key: str | bytes) -> None:
    site.set(SECRET_KEY=key)

    assert site.find() == ["login.E002"]


@pytest.mark.parametrize("key", SHORT)
def test_short_key_is_a_warning(site: Site, key: str | bytes) -> None:
    site.set(SECRET_KEY=key)

    assert site.find() == ["login.W003"]


@pytest.mark.parametrize("key", LONG, ids=["hex", "base64", "bytes"])
def test_key_of_128_random_bits_is_long_enough(site: Site, key: str | bytes) -> None:
    site.set(SECRET_KEY=key)

    assert site.find() == []


def test_key_of_a_wrong_type_is_told_as_such(site: Site) -> None:
    site.set(SECRET_KEY=12345)

    assert site.find() == ["login.E010"]


def test_sessions_on_the_server_need_no_key(site: Site) -> None:
    site.set(SECRET_KEY=None)
    site.app.session_interface = SessionInterface()

    assert site.find() == []


def test_fallbacks_are_keys_as_well(site: Site) -> None:
    site.set(SECRET_KEY_FALLBACKS=["dev", "q8Zk3x_", OLD_KEY])

    assert site.find() == ["login.E002", "login.W003"]


@pytest.mark.parametrize("fallbacks", [[], None, "", [None]])
def test_site_without_fallbacks_has_no_findings(site: Site, fallbacks: t.Any) -> None:
    site.set(SECRET_KEY_FALLBACKS=fallbacks)

    assert site.find(deploy=True) == []


RECENT = datetime.now(timezone.utc) - timedelta(days=1)


@pytest.mark.parametrize(
    "since",
    [RECENT, RECENT.replace(tzinfo=None), RECENT.date(), RECENT.isoformat()],
    ids=["aware", "naive", "date", "text"],
)
def test_recent_change_of_the_key_is_fine(site: Site, since: t.Any) -> None:
    site.set(SECRET_KEY_FALLBACKS=[OLD_KEY], SECRET_KEY_SINCE=since)

    assert site.find(deploy=True) == []


@pytest.mark.parametrize("since", ["last week", 5])
def test_value_that_is_not_a_date_counts_as_missing(site: Site, since: t.Any) -> None:
    site.set(SECRET_KEY_FALLBACKS=[OLD_KEY], SECRET_KEY_SINCE=since)

    assert site.find(deploy=True) == ["login.I005"]


@pytest.mark.parametrize(
    ("config", "longest"),
    [
        (
            {"REMEMBER_COOKIE_DURATION": timedelta(days=90), "LOGIN_ABSOLUTE_TIMEOUT": None},
            "90 days",
        ),
        ({"REMEMBER_COOKIE_DURATION": None}, "31 days"),
        ({"PERMANENT_SESSION_LIFETIME": 86400 * 400}, "400 days"),
    ],
    ids=["remember-me", "session", "longer session"],
)
def test_longest_cookie_decides(site: Site, config: dict[str, t.Any], longest: str) -> None:
    site.set(SECRET_KEY_FALLBACKS=[OLD_KEY], SECRET_KEY_SINCE=date(2020, 1, 1), **config)

    (finding,) = site.findings()

    assert f"expired after {longest}" in finding.message


def test_no_key_is_named(site: Site) -> None:
    site.set(SECRET_KEY="dev-key-of-ours", SECRET_KEY_FALLBACKS=KEY[:9])

    assert not [f for f in site.findings(deploy=True) if KEY[:9] in str(f) or "ours" in str(f)]
