"""Which sessions session protection judges, how often, and what it never writes."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import session_protected

ANOTHER = {"User-Agent": "another browser"}


@pytest.fixture(autouse=True)
def protected(app: Flask) -> t.Iterator[list[Flask]]:
    """The senders of ``session_protected``."""
    sent: list[Flask] = []

    def receive(sender: Flask) -> None:
        sent.append(sender)

    with session_protected.connected_to(receive):
        yield sent


@pytest.fixture(params=["basic", "strong"])
def mode(app: Flask, request: pytest.FixtureRequest) -> str:
    app.config["SESSION_PROTECTION"] = request.param
    return str(request.param)


def write_session(client: FlaskClient, **values: t.Any) -> None:
    with client.session_transaction() as stored:
        stored.update(values)


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    "content",
    [{"csrf_token": "token"}, {"next": "/checkout"}, {"_fresh": True}, {"_id": "foreign"}],
    ids=str,
)
def test_session_without_a_login_is_not_judged(
    browser: FlaskClient, content: dict[str, t.Any], session_of: t.Any, protected: list[Flask]
) -> None:
    write_session(browser, **content)
    response = browser.get("/me")
    assert session_of(browser) == content
    assert protected == []
    assert "Set-Cookie" not in response.headers


@pytest.mark.usefixtures("mode")
def test_session_without_a_login_does_not_hide_the_request_loader(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    login_manager.request_loader(lambda request: users["2"])
    write_session(browser, csrf_token="token")
    assert browser.get("/me").text == "2"


@pytest.mark.usefixtures("mode")
def test_session_without_a_login_does_not_hide_the_remember_cookie(
    remembered_browser: FlaskClient, protected: list[Flask]
) -> None:
    write_session(remembered_browser, csrf_token="token")
    assert remembered_browser.get("/me").text == "1"
    assert protected == []


@pytest.mark.usefixtures("mode")
def test_signal_is_sent_once_per_change(browser: FlaskClient, protected: list[Flask]) -> None:
    browser.get("/login/1")

    for _ in range(3):
        browser.get("/me", headers=ANOTHER)

    assert len(protected) == 1


@pytest.mark.usefixtures("mode")
def test_signal_is_sent_once_in_a_request_that_asks_for_everything(
    app: Flask, browser: FlaskClient, protected: list[Flask]
) -> None:
    @app.get("/everything")
    def everything() -> str:
        return "".join(browser.application.view_functions[n]() for n in ("me", "fresh", "me"))

    browser.get("/login/1")
    browser.get("/everything", headers=ANOTHER)
    assert len(protected) == 1


def test_mismatch_of_a_login_that_is_not_fresh_changes_nothing(
    browser: FlaskClient, protected: list[Flask], session_of: t.Any
) -> None:
    browser.get("/login/1?stale")
    before = session_of(browser)
    response = browser.get("/me", headers=ANOTHER)
    assert response.text == "1"
    assert "Set-Cookie" not in response.headers
    assert session_of(browser) == before
    assert protected == []


@pytest.mark.parametrize("fresh", [True, False, None], ids=repr)
def test_login_that_names_no_browser_is_not_fresh_under_basic_protection(
    browser: FlaskClient, fresh: bool | None
) -> None:
    write_session(browser, _user_id="1", **({} if fresh is None else {"_fresh": fresh}))
    assert browser.get("/me").text == "1"
    assert browser.get("/fresh").text == "False"


def test_login_that_names_no_browser_ends_under_strong_protection(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    write_session(browser, _user_id="1", _fresh=True)
    assert browser.get("/me").text == "nobody"


def test_login_that_names_no_browser_is_left_alone_without_protection(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["SESSION_PROTECTION"] = None
    write_session(browser, _user_id="1", _fresh=True)
    assert browser.get("/fresh").text == "True"


@pytest.mark.usefixtures("mode")
def test_restored_login_is_accepted_from_then_on(
    remembered_browser: FlaskClient, protected: list[Flask]
) -> None:
    assert [remembered_browser.get("/me").text for _ in range(3)] == ["1", "1", "1"]
    assert remembered_browser.get_cookie("remember_token") is not None
    assert protected == []


def test_restored_login_is_judged_in_another_browser(
    app: Flask, remembered_browser: FlaskClient
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    remembered_browser.get("/me")
    assert remembered_browser.get("/me", headers=ANOTHER).text == "nobody"


def test_strong_protection_does_not_judge_the_remember_cookie_itself(
    app: Flask, remembered_browser: FlaskClient
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    assert remembered_browser.get("/me", headers=ANOTHER).text == "1"


@pytest.mark.parametrize("in_session", [True, False])
def test_refusal_does_not_bind_the_login_to_the_browser_that_was_refused(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    in_session: bool,
    session_of: t.Any,
) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = in_session
    app.add_url_rule("/guarded", "guarded", fresh_login_required(lambda: "inside"))
    login_manager.refresh_view = "/confirm"
    browser.get("/login/1")
    before = session_of(browser)["_id"]
    assert browser.get("/guarded", headers=ANOTHER).status_code == 302
    assert session_of(browser)["_id"] == before
    assert browser.get("/guarded", headers=ANOTHER).status_code == 302


@pytest.mark.parametrize("in_session", [True, False])
def test_refused_stranger_gets_no_identifier(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    in_session: bool,
    session_of: t.Any,
) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = in_session
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
    login_manager.login_view = "/login"
    browser.get("/guarded")
    assert not session_of(browser).keys() & {"_id", "_fresh", "_user_id"}


@pytest.mark.parametrize("path", ["/me", "/fresh", "/remembered"])
def test_looking_at_a_login_does_not_bind_it(
    browser: FlaskClient, path: str, session_of: t.Any
) -> None:
    browser.get("/login/1")
    before = session_of(browser)["_id"]
    browser.get(path, headers=ANOTHER)
    assert session_of(browser)["_id"] == before


def test_login_by_id_alone_is_never_bound(browser: FlaskClient, session_of: t.Any) -> None:
    write_session(browser, _user_id="1", _fresh=True)
    browser.get("/me")
    assert "_id" not in session_of(browser)


@pytest.mark.usefixtures("mode")
def test_header_in_any_encoding_is_judged(browser: FlaskClient) -> None:
    agent = {"User-Agent": "Bröwser"}
    browser.get("/login/1", headers=agent)
    assert browser.get("/fresh", headers=agent).text == "True"


def test_end_of_a_login_leaves_the_session_of_the_request_usable(
    app: Flask, browser: FlaskClient, session_of: t.Any
) -> None:
    @app.get("/cart")
    def cart() -> str:
        user_id = browser.application.view_functions["me"]()
        session["cart"] = [1]
        return str(user_id)

    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/login/1")
    assert browser.get("/cart", headers=ANOTHER).text == "nobody"
    assert session_of(browser) == {"cart": [1]}


@pytest.mark.parametrize(
    ("headers", "fresh"), [({}, "True"), (ANOTHER, "False")], ids=["own", "another"]
)
def test_session_is_judged_where_a_test_put_the_user_in_place(
    browser: FlaskClient, users: dict[str, t.Any], headers: dict[str, str], fresh: str
) -> None:
    browser.get("/login/1")

    with mock.patch("flask_login.utils._get_user", return_value=users["2"]):
        assert browser.get("/fresh", headers=headers).text == fresh
