"""Durations, and the levels of NIST SP 800-63B-4."""

from __future__ import annotations

import typing as t

import pytest
from check_kit import DAY
from check_kit import HOUR
from check_kit import Site

MINUTE = HOUR / 60


@pytest.mark.parametrize(
    ("aal", "overall", "idle"),
    [(1, 30 * DAY, None), (2, 24 * HOUR, HOUR), (3, 12 * HOUR, 15 * MINUTE)],
)
def test_longest_durations_of_a_level(site: Site, aal: int, overall: t.Any, idle: t.Any) -> None:
    site.set(LOGIN_IDLE_TIMEOUT=idle, REMEMBER_COOKIE_DURATION=0)
    site.set(LOGIN_ABSOLUTE_TIMEOUT=overall, LOGIN_FRESH_LIFETIME=None)

    assert site.find(aal=aal) == []


@pytest.mark.parametrize(
    ("aal", "overall", "idle"),
    [(2, 25 * HOUR, 61 * MINUTE), (3, 13 * HOUR, 16 * MINUTE), (2, None, None)],
)
def test_longer_ones(site: Site, aal: int, overall: t.Any, idle: t.Any) -> None:
    site.set(LOGIN_IDLE_TIMEOUT=idle, REMEMBER_COOKIE_DURATION=0)
    site.set(LOGIN_ABSOLUTE_TIMEOUT=overall, LOGIN_FRESH_LIFETIME=None)

    assert site.find(aal=aal) == ["login.W040", "login.W041"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "lasts for ever without re-authentication"),
        (90 * DAY, "lasts 90 days"),
        (40 * DAY + HOUR, "lasts 961 hours"),
        (40 * DAY + MINUTE, "lasts 57601 minutes"),
        (40 * 86400 + 1, "lasts 3456001 seconds"),
    ],
)
def test_durations_are_shown_in_words(site: Site, value: t.Any, words: str) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=value)

    (finding,) = site.findings(aal=1)

    assert words in finding.message
    assert finding.message.endswith("recommends at most 30 days at AAL1.")


@pytest.mark.parametrize(("aal", "words"), [(1, "30 days"), (2, "24 hours"), (3, "12 hours")])
def test_limits_are_shown_as_in_the_standard(site: Site, aal: int, words: str) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=None)

    finding = next(f for f in site.findings(aal=aal) if f.id == "login.W040")

    assert f"at most {words} at AAL{aal}" in finding.message


def test_third_level_requires(site: Site) -> None:
    finding = next(f for f in site.findings(aal=3) if f.id == "login.W040")

    assert finding.message.endswith("requires at most 12 hours at AAL3.")


def test_durations_are_compared_with_the_first_level_in_production(site: Site) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=31 * DAY)

    assert site.find(deploy=True) == ["login.W040"]


def test_durations_are_compared_with_no_level_otherwise(site: Site) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=31 * DAY)

    assert site.find() == []


@pytest.mark.parametrize(
    "key", ["LOGIN_FRESH_LIFETIME", "LOGIN_IDLE_TIMEOUT", "REMEMBER_COOKIE_DURATION"]
)
def test_duration_without_effect(site: Site, key: str) -> None:
    site.set(**{"LOGIN_ABSOLUTE_TIMEOUT": DAY, key: 2 * DAY})

    assert [(f.id, f.setting) for f in site.findings()] == [("login.I044", key)]


def test_default_without_effect_is_not_a_mistake(site: Site) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=DAY)

    assert site.find() == []


def test_no_duration_is_not_without_effect(site: Site) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=DAY, LOGIN_IDLE_TIMEOUT=None)

    assert site.find() == []
