from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import FlaskLoginClient
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin


@pytest.fixture(autouse=True)
def login_client(app: Flask, login_manager: LoginManager) -> None:
    app.test_client_class = FlaskLoginClient
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "settings"))


def session_of(client: FlaskClient) -> dict[str, t.Any]:
    with client.session_transaction() as session:
        return dict(session)


def test_client_is_a_flask_client(app: Flask) -> None:
    assert isinstance(app.test_client(), FlaskClient)


def test_client_with_a_user_is_logged_in(app: Flask, users: dict[str, UserMixin]) -> None:
    with app.test_client(user=users["1"]) as client:
        assert client.get("/guarded").text == "inside"


@pytest.mark.parametrize("options", [{}, {"user": None}], ids=["no user", "None"])
def test_client_without_a_user_is_anonymous(app: Flask, options: dict[str, t.Any]) -> None:
    client = app.test_client(**options)

    assert client.get("/guarded").status_code == 401
    assert session_of(client) == {}


def test_other_arguments_are_those_of_the_flask_client(
    app: Flask, users: dict[str, UserMixin]
) -> None:
    client = app.test_client(True, user=users["1"])

    assert client.get("/guarded").text == "inside"
    with pytest.raises(TypeError):
        app.test_client(use_cookies=False, user=users["1"])


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "stale"])
def test_session_names_the_user_and_nothing_else(
    app: Flask, users: dict[str, UserMixin], fresh: bool
) -> None:
    client = app.test_client(user=users["1"], fresh_login=fresh)

    assert session_of(client) == {"_user_id": "1", "_fresh": fresh}


def test_session_says_that_the_login_is_fresh_by_default(
    app: Flask, users: dict[str, UserMixin]
) -> None:
    assert session_of(app.test_client(user=users["1"]))["_fresh"] is True


def test_login_is_not_fresh_under_basic_protection(
    app: Flask, login_manager: LoginManager, users: dict[str, UserMixin]
) -> None:
    login_manager.session_protection = "basic"
    client = app.test_client(user=users["1"], fresh_login=True)

    assert client.get("/settings").status_code == 401
    assert client.get("/guarded").text == "inside"


def test_client_is_anonymous_under_strong_protection(
    app: Flask, login_manager: LoginManager, users: dict[str, UserMixin]
) -> None:
    login_manager.session_protection = "strong"
    client = app.test_client(user=users["1"])

    assert client.get("/guarded").status_code == 401


@pytest.mark.parametrize(("fresh", "status"), [(True, 200), (False, 401)], ids=["fresh", "stale"])
def test_freshness_is_as_asked_for_without_protection(
    app: Flask, users: dict[str, UserMixin], fresh: bool, status: int
) -> None:
    app.config["SESSION_PROTECTION"] = None
    client = app.test_client(user=users["1"], fresh_login=fresh)

    assert client.get("/settings").status_code == status


def test_id_attribute_of_the_manager_answers_the_id(
    app: Flask, login_manager: LoginManager
) -> None:
    class Account(UserMixin):
        def get_key(self) -> str:
            return "key of 1"

    login_manager.id_attribute = "get_key"

    assert session_of(app.test_client(user=Account()))["_user_id"] == "key of 1"


def test_id_is_written_as_the_user_answers_it(app: Flask) -> None:
    class Account(UserMixin):
        def get_id(self) -> t.Any:
            return 1

    client = app.test_client(user=Account())

    assert session_of(client)["_user_id"] == 1
    assert client.get("/guarded").text == "inside"


def test_falsy_user_is_logged_in(app: Flask, users: dict[str, t.Any]) -> None:
    class EmptyTeam(UserMixin):
        id = "4"

        def __len__(self) -> int:
            return 0

    users["4"] = EmptyTeam()
    client = app.test_client(user=users["4"])

    assert client.get("/guarded").text == "inside"


def test_client_of_an_app_without_login_manager_asks_get_id(users: dict[str, UserMixin]) -> None:
    app = Flask("bare")
    app.secret_key = "deterministic"
    app.test_client_class = FlaskLoginClient

    assert session_of(app.test_client(user=users["2"])) == {"_user_id": "2", "_fresh": True}


def test_two_clients_are_two_users(app: Flask, users: dict[str, UserMixin]) -> None:
    first, second = app.test_client(user=users["1"]), app.test_client(user=users["2"])

    assert session_of(first)["_user_id"] == "1"
    assert session_of(second)["_user_id"] == "2"


def test_user_can_be_found_by_the_session_that_is_written(
    app: Flask, users: dict[str, UserMixin]
) -> None:
    client = app.test_client(user=users["1"])
    del users["1"]

    assert client.get("/guarded").status_code == 401
