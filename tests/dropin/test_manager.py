from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from flask import Flask
from flask import g
from flask.testing import FlaskClient

from flask_login import AnonymousUserMixin
from flask_login import current_user
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.utils import _create_identifier


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("anonymous_user", AnonymousUserMixin),
        ("login_view", None),
        ("blueprint_login_views", {}),
        ("login_message", "Please log in to access this page."),
        ("login_message_category", "message"),
        ("refresh_view", None),
        ("needs_refresh_message", "Please reauthenticate to access this page."),
        ("needs_refresh_message_category", "message"),
        ("session_protection", "basic"),
        ("localize_callback", None),
        ("unauthorized_callback", None),
        ("needs_refresh_callback", None),
        ("id_attribute", "get_id"),
        ("_user_callback", None),
        ("_request_callback", None),
        ("_header_callback", None),
        ("_session_identifier_generator", _create_identifier),
    ],
)
def test_attribute_is_plain(name: str, default: object) -> None:
    login_manager = LoginManager()
    assert vars(login_manager)[name] == default

    value = object()
    setattr(login_manager, name, value)
    assert getattr(login_manager, name) is value


def test_managers_share_no_blueprint_login_views() -> None:
    assert LoginManager().blueprint_login_views is not LoginManager().blueprint_login_views


@pytest.mark.parametrize(
    ("decorator", "attributes"),
    [
        ("user_loader", ["_user_callback", "user_callback"]),
        ("request_loader", ["_request_callback", "request_callback"]),
        ("unauthorized_handler", ["unauthorized_callback"]),
        ("needs_refresh_handler", ["needs_refresh_callback"]),
    ],
)
def test_decorator_returns_and_keeps_the_function_it_was_given(
    decorator: str, attributes: list[str]
) -> None:
    def callback() -> None: ...

    login_manager = LoginManager()

    assert getattr(login_manager, decorator)(callback) is callback
    assert all(getattr(login_manager, name) is callback for name in attributes)


@pytest.mark.parametrize("name", ["user_callback", "request_callback"])
def test_property_is_none_without_a_callback(name: str) -> None:
    assert getattr(LoginManager(), name) is None


@pytest.mark.parametrize("name", ["_user_callback", "_request_callback"])
def test_loader_can_be_assigned(
    login_manager: LoginManager, browser: FlaskClient, users: dict[str, UserMixin], name: str
) -> None:
    browser.get("/login/1")
    login_manager._user_callback = None
    setattr(login_manager, name, lambda argument: users["2"])

    assert browser.get("/me").text == "2"


def test_identifier_generator_can_be_assigned(
    login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager._session_identifier_generator = lambda: "this browser"
    browser.get("/login/1")

    with browser.session_transaction() as session:
        assert session["_id"] == "this browser"


def test_anonymous_user_can_be_a_factory(login_manager: LoginManager, browser: FlaskClient) -> None:
    guest = mock.Mock(**{"get_id.return_value": "guest"})
    login_manager.anonymous_user = lambda: guest

    assert browser.get("/me").text == "guest"


def test_id_attribute_answers_the_id(
    login_manager: LoginManager, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    login_manager.id_attribute = "get_key"
    users["1"].get_key = lambda: "2"
    browser.get("/login/1")

    assert browser.get("/me").text == "2"


def test_manager_without_a_loader_says_so(app: Flask) -> None:
    LoginManager(app)
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))

    with pytest.raises(Exception, match=r"^Missing user_loader or request_loader"):
        app.test_client().get("/guarded")


def test_attributes_of_ones_own_hang_on_the_manager(login_manager: LoginManager) -> None:
    login_manager.ldap = "ldap://localhost"  # type: ignore[attr-defined]

    assert login_manager.ldap == "ldap://localhost"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["config", "db", "datastore", "login_user", "message"])
def test_subclass_can_define(app: Flask, users: dict[str, UserMixin], name: str) -> None:
    own = mock.Mock(side_effect=AssertionError("not ours"))
    login_manager = type("Manager", (LoginManager,), {name: own})(app)
    login_manager.user_loader(users.get)
    login_manager.login_view = "/log-in"
    app.add_url_rule("/guarded", "guarded", login_required(lambda: current_user.name))
    client = app.test_client()
    assert client.get("/guarded").status_code == 302

    with client.session_transaction() as session:
        session["_user_id"] = "1"

    assert client.get("/guarded").text == "ada"
    assert own.mock_calls == []


class TestReplacedManager:
    """Tests replace ``app.login_manager``."""

    @pytest.fixture
    def guarded(self, app: Flask, browser: FlaskClient) -> FlaskClient:
        app.add_url_rule("/guarded", "guarded", login_required(lambda: current_user.get_id()))
        browser.get("/login/1")
        return browser

    def test_another_manager_loads_the_user(
        self, app: Flask, guarded: FlaskClient, users: dict[str, UserMixin]
    ) -> None:
        assert guarded.get("/guarded").text == "1"

        app.login_manager = LoginManager()  # type: ignore[attr-defined]
        app.login_manager.user_loader(lambda user_id: users["2"])  # type: ignore[attr-defined]

        assert guarded.get("/guarded").text == "2"

    def test_another_manager_refuses(self, app: Flask, guarded: FlaskClient) -> None:
        app.login_manager = LoginManager()  # type: ignore[attr-defined]
        app.login_manager.user_loader(lambda user_id: None)  # type: ignore[attr-defined]
        app.login_manager.login_view = "/elsewhere"  # type: ignore[attr-defined]

        assert guarded.get("/guarded").location == "/elsewhere?next=%2Fguarded"

    def test_object_that_only_loads_the_user_is_enough(
        self, app: Flask, guarded: FlaskClient, users: dict[str, UserMixin]
    ) -> None:
        class Loader:
            def _load_user(self) -> None:
                g._login_user = users["2"]

        app.login_manager = Loader()  # type: ignore[attr-defined]

        assert guarded.get("/guarded").text == "2"
