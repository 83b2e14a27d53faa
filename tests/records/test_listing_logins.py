"""A user's logins, as a page about their devices shows them."""

from __future__ import annotations

import typing as t
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import list_logins
from flask_login import login_user
from flask_login import LoginManager


@pytest.mark.asvs("7.5.2")
def test_login_is_listed(browser: FlaskClient) -> None:
    browser.get("/login/1")
    logins = browser.get("/logins").json
    assert logins is not None
    assert [login["user_id"] for login in logins] == ["1"]


def test_newest_comes_first(
    browser: FlaskClient, other: FlaskClient, row_of: t.Any, time: t.Any
) -> None:
    browser.get("/login/1")
    time.tick(1)
    other.get("/login/1")
    listed = [login["id"] for login in t.cast(t.Any, browser.get("/logins").json)]
    assert listed == [row_of(other).key, row_of(browser).key]


def test_own_login_is_current(browser: FlaskClient, other: FlaskClient, row_of: t.Any) -> None:
    browser.get("/login/1")
    other.get("/login/1")
    logins: t.Any = browser.get("/logins").json
    assert {login["id"]: login["current"] for login in logins} == {
        row_of(browser).key: True,
        row_of(other).key: False,
    }


def test_logins_of_others_are_not_listed(browser: FlaskClient, other: FlaskClient) -> None:
    browser.get("/login/1")
    other.get("/login/2")
    assert [login["user_id"] for login in t.cast(t.Any, other.get("/logins").json)] == ["2"]


def test_stranger_has_no_logins(browser: FlaskClient) -> None:
    assert browser.get("/logins").json == []


def test_nobody_has_no_logins(browser: FlaskClient, login_manager: LoginManager) -> None:
    login_manager.anonymous_user = lambda: None
    assert browser.get("/logins").json == []


def test_logins_of_a_given_user_are_listed(browser: FlaskClient, app: Flask, users: t.Any) -> None:
    browser.get("/login/2")

    with app.test_request_context():
        assert [login.user_id for login in list_logins(users["2"])] == ["2"]


def test_logins_of_a_user_can_be_listed_outside_a_request(
    browser: FlaskClient, app: Flask, users: t.Any
) -> None:
    browser.get("/login/2")

    with app.app_context():
        assert [login.current for login in list_logins(users["2"])] == [False]


def test_user_can_be_a_proxy(app: Flask, login_manager: LoginManager, users: t.Any) -> None:
    with app.test_request_context():
        login_user(users["1"])
        assert [login.current for login in list_logins(current_user)] == [True]


def test_login_tells_its_times(
    app: Flask, login_manager: LoginManager, users: t.Any, time: t.Any
) -> None:
    with app.test_request_context():
        login_user(users["1"])
        login = list_logins()[0]
        assert login.created_at == login.seen_at == datetime.fromtimestamp(time(), timezone.utc)
        assert login.expires_at - login.created_at == timedelta(days=31, minutes=1)


def test_remembered_login_expires_with_its_cookie(
    app: Flask, login_manager: LoginManager, users: t.Any, time: t.Any
) -> None:
    with app.test_request_context():
        login_user(users["1"], remember=True)
        login = list_logins()[0]
        assert login.expires_at - login.created_at == timedelta(days=365)


def test_short_remember_me_does_not_end_the_session(
    app: Flask, login_manager: LoginManager, users: t.Any, time: t.Any
) -> None:
    with app.test_request_context():
        login_user(users["1"], remember=True, duration=60)
        login = list_logins()[0]
        assert login.expires_at - login.created_at == timedelta(days=31, minutes=1)


def test_absolute_timeout_bounds_the_expiry(
    app: Flask, login_manager: LoginManager, users: t.Any, time: t.Any
) -> None:
    app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 3600

    with app.test_request_context():
        login_user(users["1"], remember=True)
        login = list_logins()[0]
        assert login.expires_at - login.created_at == timedelta(hours=1)


def test_listing_reads_once_besides_the_users_login(browser: FlaskClient, records: t.Any) -> None:
    browser.get("/login/1")

    with records.watch() as calls:
        browser.get("/logins")

    assert calls == ["find", "list"]


def test_api_user_lists_logins_of_which_none_is_theirs(
    browser: FlaskClient, other: FlaskClient, login_manager: LoginManager, users: t.Any
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    browser.get("/login/1")
    logins: t.Any = other.get("/logins", headers={"X-User": "1"}).json
    assert [login["current"] for login in logins] == [False]


def test_label_is_shown(browser: FlaskClient, row_of: t.Any, ask: t.Any) -> None:
    browser.get("/login/1")
    assert ask(browser, f"/label/{row_of(browser).key}/phone") == "True"
    assert t.cast(t.Any, browser.get("/logins").json)[0]["label"] == "phone"


def test_label_is_cut_to_what_a_page_can_show(browser: FlaskClient, row_of: t.Any) -> None:
    browser.get("/login/1")
    browser.get(f"/label/{row_of(browser).key}/{'x' * 300}")
    assert row_of(browser).label == "x" * 256


def test_login_of_someone_else_cannot_be_labelled(
    browser: FlaskClient, other: FlaskClient, row_of: t.Any, ask: t.Any
) -> None:
    browser.get("/login/1")
    other.get("/login/2")
    assert ask(other, f"/label/{row_of(browser).key}/mine") == "False"
    assert row_of(browser).label == ""


def test_stranger_labels_nothing(browser: FlaskClient, ask: t.Any) -> None:
    assert ask(browser, "/label/some-id/mine") == "False"


@pytest.mark.parametrize("path", ["/logins", "/end/x", "/label/x/y", "/leave/others", "/leave/all"])
def test_without_records_there_is_nothing_to_tell_apart(
    browser: FlaskClient, app: Flask, path: str
) -> None:
    LoginManager(app).user_loader(lambda user_id: None)

    with pytest.raises(RuntimeError, match="Logins are not recorded"):
        browser.get(path)
