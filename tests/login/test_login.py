"""``login_user``: what it writes, whom it refuses, and what it leaves alone."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient
from werkzeug.local import LocalProxy

from flask_login import current_user
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login.utils import _create_identifier


@pytest.fixture
def visit(app: Flask, login_manager: LoginManager) -> t.Iterator[None]:
    """A request to log in during."""
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("visit")
def test_login_answers_true(users: dict[str, t.Any]) -> None:
    assert login_user(users["1"]) is True


@pytest.mark.usefixtures("visit")
def test_login_writes_id_freshness_and_identifier(users: dict[str, t.Any]) -> None:
    login_user(users["1"])
    kept = {key: value for key, value in session.items() if key != "_login"}
    assert kept == {"_user_id": "1", "_fresh": True, "_id": _create_identifier()}


@pytest.mark.usefixtures("visit")
def test_login_that_is_not_fresh_says_so(users: dict[str, t.Any]) -> None:
    login_user(users["1"], fresh=False)
    assert session["_fresh"] is False


@pytest.mark.usefixtures("visit")
def test_user_who_logged_in_is_the_current_user(users: dict[str, t.Any]) -> None:
    assert not current_user.is_authenticated
    login_user(users["1"])
    assert current_user._get_current_object() is users["1"]


def test_login_lasts(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert browser.get("/me").text == "1"
    assert browser.get("/fresh").text == "True"


@pytest.mark.usefixtures("visit")
def test_inactive_user_is_refused(users: dict[str, t.Any]) -> None:
    session["cart"] = [1]
    assert login_user(users["3"]) is False
    assert dict(session) == {"cart": [1]}
    assert not current_user.is_authenticated


@pytest.mark.usefixtures("visit")
def test_refused_login_leaves_the_user_who_is_there(users: dict[str, t.Any]) -> None:
    login_user(users["1"])
    login_user(users["3"])
    assert (session["_user_id"], current_user.get_id()) == ("1", "1")


def test_refused_login_leaves_the_remember_cookie(
    remembered_browser: FlaskClient, cookie_of: t.Any
) -> None:
    assert cookie_of(remembered_browser.get("/login/3")) is None
    assert remembered_browser.get("/me").text == "1"


@pytest.mark.usefixtures("visit")
def test_inactive_user_can_be_forced_in(users: dict[str, t.Any]) -> None:
    assert login_user(users["3"], force=True) is True
    assert session["_user_id"] == "3"
    assert current_user.get_id() == "3"


def test_forced_login_of_an_inactive_user_mixin_passes_no_guard(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    app.add_url_rule("/force", view_func=lambda: str(login_user(users["3"], force=True)))
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
    assert browser.get("/force").text == "True"
    assert browser.get("/guarded").status_code == 401


def test_user_who_became_inactive_is_still_found(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")
    users["1"].active = False
    assert browser.get("/me").text == "1"


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_proxy_is_unwrapped(users: dict[str, t.Any], depth: int) -> None:
    user = users["1"]

    for _ in range(depth):
        user = LocalProxy(lambda inner=user: inner)

    login_user(user)
    assert current_user._get_current_object() is users["1"]


def test_current_user_can_log_in_again(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    @app.get("/again")
    def again() -> str:
        login_user(current_user)
        return str(current_user._get_current_object() is users["1"])

    browser.get("/login/1?stale")
    assert browser.get("/again").text == "True"
    assert browser.get("/fresh").text == "True"


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("user_id", ["1", 1, 0, "", "a|b", "佐藤"], ids=repr)
def test_id_is_stored_as_get_id_returns_it(users: dict[str, t.Any], user_id: t.Any) -> None:
    users["1"].get_id = lambda: user_id
    login_user(users["1"])
    assert session["_user_id"] == user_id
    assert type(session["_user_id"]) is type(user_id)


@pytest.mark.usefixtures("visit")
def test_id_attribute_answers_the_id(login_manager: LoginManager, users: dict[str, t.Any]) -> None:
    login_manager.id_attribute = "get_alternative_id"
    users["1"].get_alternative_id = lambda: "alternative"
    login_user(users["1"])
    assert session["_user_id"] == "alternative"


def test_keys_of_the_application_survive_a_login(browser: FlaskClient, session_of: t.Any) -> None:
    with browser.session_transaction() as stored:
        stored.update(cart=[1], csrf_token="token")

    browser.get("/login/1")
    browser.get("/login/2")
    assert session_of(browser).items() >= {"cart": [1], "csrf_token": "token"}.items()


def test_next_survives_a_login(browser: FlaskClient, session_of: t.Any) -> None:
    with browser.session_transaction() as stored:
        stored["next"] = "/checkout"

    browser.get("/login/1")
    assert session_of(browser)["next"] == "/checkout"


def test_login_as_another_user_replaces_the_login(browser: FlaskClient, session_of: t.Any) -> None:
    browser.get("/login/1?stale")
    browser.get("/login/2")
    assert browser.get("/me").text == "2"
    assert browser.get("/fresh").text == "True"


def test_login_binds_the_session_to_the_browser(browser: FlaskClient, session_of: t.Any) -> None:
    browser.get("/login/1", headers={"User-Agent": "one"})
    one = session_of(browser)["_id"]
    browser.get("/login/1", headers={"User-Agent": "two"})
    assert session_of(browser)["_id"] != one


@pytest.mark.usefixtures("visit")
def test_identifier_is_what_the_manager_s_generator_answers(
    login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    login_manager._session_identifier_generator = lambda: "the browser"
    login_user(users["1"])
    assert session["_id"] == "the browser"


@pytest.mark.usefixtures("visit")
def test_later_session_rules_do_not_undo_the_login_of_this_request(
    app: Flask, users: dict[str, t.Any]
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    session.update(_user_id="2", _id="another browser")
    assert not current_user.is_authenticated
    login_user(users["1"])
    assert current_user.get_id() == "1"


def test_login_asks_no_loader(browser: FlaskClient, login_manager: LoginManager) -> None:
    login_manager.user_loader(lambda user_id: pytest.fail("The loader was asked."))
    assert browser.get("/login/1").text == "True"


def test_login_without_a_manager_says_what_to_do(app: Flask, users: dict[str, t.Any]) -> None:
    with app.test_request_context(), pytest.raises(AttributeError, match="init_app"):
        login_user(users["1"])


def test_login_needs_a_secret_key(app: Flask, browser: FlaskClient) -> None:
    app.config["SECRET_KEY"] = None

    with pytest.raises(RuntimeError, match="secret key"):
        browser.get("/login/1")
