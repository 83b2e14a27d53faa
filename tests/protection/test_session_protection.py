"""Session protection: what happens to a login that turns up in another browser."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_login import fresh_login_required
from flask_login import LoginManager
from flask_login import session_protected

ANOTHER = {"User-Agent": "another browser"}


@pytest.fixture
def protected(app: Flask) -> t.Iterator[list[Flask]]:
    """The senders of ``session_protected``."""
    sent: list[Flask] = []

    def receive(sender: Flask) -> None:
        sent.append(sender)

    with session_protected.connected_to(receive):
        yield sent


@pytest.fixture
def permanent(app: Flask) -> None:
    app.before_request(lambda: setattr(session, "permanent", True))


@pytest.fixture
def strong(app: Flask) -> None:
    app.config["SESSION_PROTECTION"] = "strong"


def test_basic_protection_is_the_default(
    browser: FlaskClient, protected: list[Flask], app: Flask
) -> None:
    browser.get("/login/1")
    assert browser.get("/me", headers=ANOTHER).text == "1"
    assert browser.get("/fresh", headers=ANOTHER).text == "False"
    assert protected == [app]


def test_login_stays_fresh_in_its_own_browser(browser: FlaskClient, protected: list[Flask]) -> None:
    browser.get("/login/1")
    assert browser.get("/fresh").text == "True"
    assert protected == []


def test_demoted_login_stays_demoted_in_its_own_browser(browser: FlaskClient) -> None:
    browser.get("/login/1")
    browser.get("/me", headers=ANOTHER)
    assert browser.get("/fresh").text == "False"


def test_another_address_is_another_browser(browser: FlaskClient) -> None:
    browser.get("/login/1")
    response = browser.get("/fresh", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert response.text == "False"


def test_freshness_is_judged_without_a_look_at_the_user_first(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert browser.get("/fresh", headers=ANOTHER).text == "False"


@pytest.mark.usefixtures("strong")
def test_strong_protection_ends_the_login(
    browser: FlaskClient, protected: list[Flask], app: Flask
) -> None:
    browser.get("/login/1")
    assert browser.get("/me", headers=ANOTHER).text == "nobody"
    assert browser.get("/me").text == "nobody"
    assert protected == [app]


@pytest.mark.usefixtures("strong")
def test_strong_protection_removes_our_keys_and_keeps_those_of_the_application(
    browser: FlaskClient, session_of: t.Any
) -> None:
    browser.get("/login/1")

    with browser.session_transaction() as stored:
        stored.update(cart=[1], _remember_seconds=60)

    browser.get("/me", headers=ANOTHER)
    assert session_of(browser) == {"cart": [1]}


@pytest.mark.usefixtures("strong")
def test_strong_protection_deletes_the_remember_cookie(
    browser: FlaskClient, cookie_of: t.Any
) -> None:
    browser.get("/login/1?remember")
    response = browser.get("/me", headers=ANOTHER)
    assert response.text == "nobody"
    assert cookie_of(response)["max-age"] == "0"
    assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("strong")
@pytest.mark.parametrize("view", ["/fresh", "/remembered"])
def test_strong_protection_is_not_outwitted_by_asking_something_else(
    browser: FlaskClient, view: str
) -> None:
    browser.get("/login/1?remember")
    assert browser.get(view, headers=ANOTHER).text == "False"
    assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("strong")
def test_strong_protection_accepts_the_own_browser(
    browser: FlaskClient, protected: list[Flask]
) -> None:
    browser.get("/login/1")
    assert [browser.get("/me").text, browser.get("/fresh").text] == ["1", "True"]
    assert protected == []


@pytest.mark.usefixtures("strong", "permanent")
def test_strong_protection_only_demotes_a_permanent_session(
    browser: FlaskClient, protected: list[Flask]
) -> None:
    browser.get("/login/1")
    assert browser.get("/me", headers=ANOTHER).text == "1"
    assert browser.get("/fresh", headers=ANOTHER).text == "False"
    assert len(protected) == 1


@pytest.mark.parametrize("mode", [None, False, "", 0, "none"], ids=repr)
def test_protection_can_be_off(
    app: Flask, browser: FlaskClient, mode: t.Any, protected: list[Flask]
) -> None:
    app.config["SESSION_PROTECTION"] = mode
    browser.get("/login/1")
    assert browser.get("/fresh", headers=ANOTHER).text == "True"
    assert protected == []


@pytest.mark.parametrize(
    ("of_config", "of_manager", "user_id"),
    [
        ("basic", "strong", "1"),
        (None, "strong", "1"),
        ("strong", "basic", "nobody"),
        ("strong", None, "nobody"),
    ],
)
def test_config_wins_over_the_manager(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    of_config: str | None,
    of_manager: str | None,
    user_id: str,
) -> None:
    app.config["SESSION_PROTECTION"] = of_config
    login_manager.session_protection = of_manager
    browser.get("/login/1")
    assert browser.get("/me", headers=ANOTHER).text == user_id


@pytest.mark.parametrize(
    ("mode", "user_id"), [("basic", "1"), ("strong", "nobody"), (None, "1"), (False, "1")]
)
def test_manager_has_a_mode(
    browser: FlaskClient, login_manager: LoginManager, mode: t.Any, user_id: str
) -> None:
    login_manager.session_protection = mode
    browser.get("/login/1")
    assert browser.get("/me", headers=ANOTHER).text == user_id


@pytest.mark.parametrize("mode", ["basic", "strong"])
def test_forwarded_address_is_not_read(app: Flask, browser: FlaskClient, mode: str) -> None:
    app.config["SESSION_PROTECTION"] = mode
    browser.get("/login/1", headers={"X-Forwarded-For": "192.0.2.1"})
    assert browser.get("/fresh", headers={"X-Forwarded-For": "192.0.2.2"}).text == "True"


def test_forwarded_address_does_not_lead_past_the_protection(browser: FlaskClient) -> None:
    browser.get("/login/1", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    response = browser.get(
        "/fresh",
        headers={"X-Forwarded-For": "192.0.2.1"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.2"},
    )
    assert response.text == "False"


def test_proxy_fix_tells_the_address(app: Flask, browser: FlaskClient) -> None:
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    browser.get("/login/1", headers={"X-Forwarded-For": "192.0.2.1"})
    assert browser.get("/fresh", headers={"X-Forwarded-For": "192.0.2.1"}).text == "True"
    assert browser.get("/fresh", headers={"X-Forwarded-For": "192.0.2.2"}).text == "False"


def test_own_identifier_decides(browser: FlaskClient, login_manager: LoginManager) -> None:
    login_manager._session_identifier_generator = lambda: "one for all"
    browser.get("/login/1")
    assert browser.get("/fresh", headers=ANOTHER).text == "True"


def test_view_that_needs_a_fresh_login_is_closed_to_another_browser(
    app: Flask, browser: FlaskClient
) -> None:
    app.add_url_rule("/guarded", "guarded", fresh_login_required(lambda: "inside"))
    browser.get("/login/1")
    assert browser.get("/guarded").text == "inside"
    assert browser.get("/guarded", headers=ANOTHER).status_code == 401
