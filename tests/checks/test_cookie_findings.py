"""Cookies that browsers reject, or that are sent to too many hosts."""

from __future__ import annotations

import typing as t

import pytest
from check_kit import Site

INSECURE = {"SESSION_COOKIE_SECURE": False, "REMEMBER_COOKIE_SECURE": False}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (
            {"SESSION_COOKIE_NAME": "__Host-id", "SESSION_COOKIE_PATH": "/app"},
            "session cookie: SESSION_COOKIE_NAME '__Host-id' needs SESSION_COOKIE_PATH to be '/'",
        ),
        (
            {"SESSION_COOKIE_NAME": "__Secure-id", **INSECURE},
            "session cookie: SESSION_COOKIE_NAME '__Secure-id' needs SESSION_COOKIE_SECURE to be"
            " True",
        ),
        (
            {"SESSION_COOKIE_SAMESITE": "None", "REMEMBER_COOKIE_SECURE": False},
            "remember-me cookie: SESSION_COOKIE_SAMESITE 'None' needs REMEMBER_COOKIE_SECURE to be"
            " True",
        ),
        (
            {"REMEMBER_COOKIE_DOMAIN": "example.org", "SERVER_NAME": "www.example.com:8000"},
            "remember-me cookie: REMEMBER_COOKIE_DOMAIN 'example.org' is not a domain of"
            " SERVER_NAME 'www.example.com'",
        ),
    ],
)
def test_browsers_reject_it(site: Site, config: dict[str, t.Any], reason: str) -> None:
    site.set(**config)

    assert f"Browsers reject the {reason}." in [finding.message for finding in site.findings()]


@pytest.mark.parametrize("domain", ["example.com", ".example.com", "www.example.com"])
def test_domain_that_is_wider_than_the_host(site: Site, domain: str) -> None:
    site.set(SERVER_NAME="www.example.com", REMEMBER_COOKIE_DOMAIN=domain)

    assert [(f.id, f.setting) for f in site.findings()] == [
        ("login.W026", "REMEMBER_COOKIE_DOMAIN")
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("REMEMBER_COOKIE_SECURE", False),
        ("REMEMBER_COOKIE_HTTPONLY", False),
        ("REMEMBER_COOKIE_SAMESITE", "None"),
        ("REMEMBER_COOKIE_SAMESITE", None),
    ],
)
def test_weaker_than_the_session_cookie(site: Site, key: str, value: t.Any) -> None:
    site.set(**{key: value})

    assert [(f.id, f.setting) for f in site.findings(deploy=True)] == [("login.W022", key)]


def test_stronger_than_the_session_cookie(site: Site) -> None:
    site.set(REMEMBER_COOKIE_SAMESITE="Strict")

    assert site.find(deploy=True) == []


def test_session_that_is_to_blame_is_blamed_alone(site: Site) -> None:
    site.set(LOGIN_DEFAULTS="compatible", SESSION_COOKIE_SAMESITE=None)

    assert [f.setting for f in site.findings(deploy=True) if f.id == "login.W025"] == [
        "SESSION_COOKIE_SAMESITE"
    ]


def test_both_are_to_blame(site: Site) -> None:
    site.set(**INSECURE)

    assert [f.setting for f in site.findings(deploy=True) if f.id == "login.W024"] == [*INSECURE]


@pytest.mark.parametrize("key", ["SESSION_COOKIE_SAMESITE", "REMEMBER_COOKIE_SAMESITE"])
@pytest.mark.parametrize("value", ["Relaxed", ""])
def test_word_that_is_no_samesite(site: Site, key: str, value: str) -> None:
    site.set(**{key: value})

    assert ("login.E021", key) in [(f.id, f.setting) for f in site.findings()]
