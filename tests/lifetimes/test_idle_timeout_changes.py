"""``LOGIN_IDLE_TIMEOUT`` set or removed on a running site: activity counts that was recorded."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import no_activity

IDLE, ABSOLUTE = "LOGIN_IDLE_TIMEOUT", "LOGIN_ABSOLUTE_TIMEOUT"

# What else may have a record kept of a login, before there is an idle timeout.
each_limit = pytest.mark.parametrize(
    "limit",
    [{ABSOLUTE: 10**6}, {"LOGIN_FRESH_LIFETIME": 60}, {"LOGIN_CHECK_ACTIVE": True}, {}],
    ids=str,
)


@pytest.fixture
def visitor(app: Flask, browser: FlaskClient, clock: t.Any) -> FlaskClient:
    """A browser whose user also has a view that counts as no activity."""
    app.add_url_rule("/poll", "poll", no_activity(lambda: str(current_user.get_id() or "nobody")))
    return browser


def be_active(browser: FlaskClient, clock: t.Any, seconds: int, path: str = "/me") -> None:
    for _ in range(seconds // 500):
        clock.tick(500)
        browser.get(path)


@each_limit
@pytest.mark.parametrize("seen", [0, 5000], ids=["not seen since the login", "active"])
def test_login_from_before_the_timeout_stays(
    app: Flask, visitor: FlaskClient, clock: t.Any, limit: dict[str, t.Any], seen: int
) -> None:
    app.config.update(limit)
    visitor.get("/login/1")
    be_active(visitor, clock, seen)
    clock.tick(5000)
    app.config[IDLE] = 1800
    assert visitor.get("/me").text == "1"


@each_limit
@pytest.mark.parametrize("path", ["/me", "/poll"])
@pytest.mark.parametrize(("more", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"])
def test_login_from_before_the_timeout_idles_out_from_when_it_is_seen(
    app: Flask,
    visitor: FlaskClient,
    clock: t.Any,
    limit: dict[str, t.Any],
    path: str,
    more: int,
    user: str,
) -> None:
    app.config.update(limit)
    visitor.get("/login/1")
    clock.tick(5000)
    app.config[IDLE] = 1800
    visitor.get(path)
    clock.tick(1800 + more)
    assert visitor.get("/me").text == user


@each_limit
def test_login_that_only_pollers_use_has_an_end(
    app: Flask, visitor: FlaskClient, clock: t.Any, limit: dict[str, t.Any]
) -> None:
    app.config.update(limit)
    visitor.get("/login/1")
    app.config[IDLE] = 1800
    be_active(visitor, clock, 2500, "/poll")
    assert visitor.get("/poll").text == "nobody"


@each_limit
def test_timeout_that_was_removed_and_is_set_again_does_not_count_the_time_between(
    app: Flask, visitor: FlaskClient, clock: t.Any, limit: dict[str, t.Any]
) -> None:
    app.config.update(limit, LOGIN_IDLE_TIMEOUT=1800)
    visitor.get("/login/1")
    del app.config[IDLE]
    be_active(visitor, clock, 5000)
    app.config[IDLE] = 1800
    assert visitor.get("/me").text == "1"


@each_limit
def test_timeout_that_is_set_again_idles_out_from_then(
    app: Flask, visitor: FlaskClient, clock: t.Any, limit: dict[str, t.Any]
) -> None:
    app.config.update(limit, LOGIN_IDLE_TIMEOUT=1800)
    visitor.get("/login/1")
    del app.config[IDLE]
    be_active(visitor, clock, 5000)
    app.config[IDLE] = 1800
    visitor.get("/me")
    clock.tick(1800)
    assert visitor.get("/me").text == "nobody"


@each_limit
def test_login_that_was_not_seen_while_there_was_no_timeout_has_idled_out(
    app: Flask, visitor: FlaskClient, clock: t.Any, limit: dict[str, t.Any]
) -> None:
    app.config.update(limit, LOGIN_IDLE_TIMEOUT=1800)
    visitor.get("/login/1")
    clock.tick(5000)
    assert visitor.get("/me").text == "nobody"


def test_shorter_timeout_counts_the_activity_that_was_recorded(
    app: Flask, visitor: FlaskClient, clock: t.Any
) -> None:
    app.config[IDLE] = 1800
    visitor.get("/login/1")
    clock.tick(1000)
    app.config[IDLE] = 600
    assert visitor.get("/me").text == "nobody"


def test_remembered_login_is_stamped_when_it_is_restored(
    app: Flask, visitor: FlaskClient, clock: t.Any
) -> None:
    visitor.get("/login/1?remember")
    visitor.delete_cookie("session")
    clock.tick(5000)
    app.config[IDLE] = 1800
    visitor.get("/poll")
    visitor.delete_cookie("remember_token")
    clock.tick(1800)
    assert visitor.get("/me").text == "nobody"
