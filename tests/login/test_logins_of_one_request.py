"""Several logins and logouts in one request: what becomes of the remember-me cookie."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import login_remembered
from flask_login import login_user
from flask_login import logout_user

DELETED, KEPT, SET = "deleted", "kept", "set"


@pytest.fixture
def act(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], cookie_of: t.Any
) -> t.Callable[..., str]:
    """Do several things in one request of a browser that user 1 is remembered in, and tell what
    became of the cookie.
    """
    acts: dict[str, t.Callable[[], t.Any]] = {
        "out": logout_user,
        "1": lambda: login_user(users["1"]),
        "1 remember": lambda: login_user(users["1"], remember=True),
        "2": lambda: login_user(users["2"]),
        "2 remember": lambda: login_user(users["2"], remember=True),
        "inactive": lambda: login_user(users["3"], remember=True),
        "clear by hand": lambda: session.update(_remember="clear"),
    }

    def act(*names: str) -> str:
        def view() -> str:
            for name in names:
                acts[name]()

            return str(login_remembered())

        app.view_functions["plain"] = view
        cookie = cookie_of(browser.get("/plain"))
        return KEPT if cookie is None else DELETED if cookie["max-age"] == "0" else SET

    browser.get("/login/1?remember")
    return act


table = pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (["1"], KEPT),
        (["1 remember"], SET),
        (["1 remember", "1"], KEPT),
        (["2"], DELETED),
        (["2", "1 remember"], SET),
        (["2 remember"], SET),
        (["2 remember", "2"], DELETED),
        (["out"], DELETED),
        (["out", "1"], DELETED),
        (["out", "2"], DELETED),
        (["out", "1 remember"], SET),
        (["out", "2 remember"], SET),
        (["out", "1 remember", "out"], DELETED),
        (["1 remember", "out"], DELETED),
        (["inactive"], KEPT),
        (["out", "inactive"], DELETED),
        (["1 remember", "inactive"], SET),
        (["clear by hand"], DELETED),
        (["clear by hand", "1"], DELETED),
        (["clear by hand", "1 remember"], SET),
        (["1 remember", "clear by hand"], DELETED),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, list) else value,
)


@table
def test_last_act_decides(act: t.Any, names: list[str], outcome: str) -> None:
    assert act(*names) == outcome


@table
def test_last_act_decides_without_a_session_too(
    browser: FlaskClient, act: t.Any, names: list[str], outcome: str
) -> None:
    browser.delete_cookie("session")
    assert act(*names) == outcome


@pytest.mark.parametrize("names", [["1"], ["2"], ["out"], ["out", "1"], ["2 remember", "out"]])
def test_browser_without_the_cookie_is_sent_no_deletion(
    browser: FlaskClient, act: t.Any, names: list[str]
) -> None:
    browser.delete_cookie("remember_token")
    assert act(*names) == KEPT


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (["1"], DELETED),
        (["1 remember"], SET),
        (["1 remember", "1"], DELETED),
        (["2"], DELETED),
        (["inactive"], KEPT),
        (["out", "1"], DELETED),
        (["out", "1 remember"], SET),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, list) else value,
)
def test_under_secure_defaults_a_login_without_remember_deletes_it(
    app: Flask, act: t.Any, names: list[str], outcome: str
) -> None:
    app.config.update(LOGIN_DEFAULTS="secure", REMEMBER_COOKIE_SECURE=False)
    assert act(*names) == outcome


def test_logout_and_login_leave_no_wish_in_the_session(
    act: t.Any, browser: FlaskClient, session_of: t.Any
) -> None:
    act("out", "1")
    assert session_of(browser).keys() == {"_user_id", "_fresh", "_id", "_login"}


@pytest.mark.parametrize("before", ["1", "2"])
def test_login_as_another_user_goes_by_the_cookie_and_not_by_the_session(
    app: Flask, browser: FlaskClient, act: t.Any, before: str
) -> None:
    browser.set_cookie("remember_token", encode_cookie("2", key="deterministic"))
    browser.get(f"/login/{before}")
    browser.set_cookie("remember_token", encode_cookie("2", key="deterministic"))
    assert act("1") == DELETED


def test_login_by_an_id_of_another_type_keeps_the_cookie(
    users: dict[str, t.Any], act: t.Any
) -> None:
    users["1"].get_id = lambda: 1
    assert act("1") == KEPT
