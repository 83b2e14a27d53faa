"""The test kit, where logins are on record."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import FlaskLoginClient
from flask_login import login_user
from flask_login import LoginManager
from flask_login.testing import acting_as
from flask_login.testing import LoginClient


@pytest.fixture
def kit(app: Flask, browser: FlaskClient) -> LoginClient:
    app.test_client_class = LoginClient
    return t.cast(LoginClient, app.test_client())


@pytest.fixture
def strict(app: Flask, browser: FlaskClient) -> t.Callable[..., t.Any]:
    """Makes clients of an application that adopts no logins."""
    app.config["LOGIN_RECORDS_ADOPT"] = False
    app.test_client_class = FlaskLoginClient
    return app.test_client


class TestLoginClient:
    def test_login_is_on_record(self, kit: LoginClient, users: t.Any, ids_of: t.Any) -> None:
        kit.login(users["1"])
        assert kit.get("/me").text == "1"
        assert len(ids_of()) == 1

    def test_logout_ends_it(self, kit: LoginClient, users: t.Any, ids_of: t.Any) -> None:
        kit.login(users["1"], remember=True)
        kit.logout()
        assert ids_of() == []

    def test_login_above_the_limit_is_an_error(
        self, app: Flask, kit: LoginClient, users: t.Any
    ) -> None:
        app.config.update(LOGIN_RECORDS_LIMIT=1, LOGIN_RECORDS_LIMIT_REACHED="refuse")
        kit.login(users["1"])

        with pytest.raises(ValueError, match="too many recorded logins"):
            t.cast(LoginClient, app.test_client()).login(users["1"])

    def test_acting_as_leaves_nothing_on_record(
        self, kit: LoginClient, users: t.Any, ids_of: t.Any
    ) -> None:
        with kit.acting_as(users["1"]):
            assert kit.get("/me").text == "1"

        assert kit.get("/me").text == "nobody"
        assert ids_of() == []

    def test_acting_as_leaves_the_other_login(
        self, kit: LoginClient, users: t.Any, ids_of: t.Any
    ) -> None:
        kit.login(users["2"], remember=True)

        with kit.acting_as(users["1"]):
            assert kit.get("/me").text == "1"

        assert kit.get("/me").text == "2"
        assert len(ids_of("2")) == 1

    def test_acting_as_may_log_out(self, kit: LoginClient, users: t.Any, ids_of: t.Any) -> None:
        with kit.acting_as(users["1"]):
            kit.get("/logout")

        assert ids_of() == []


class TestFlaskLoginClient:
    @pytest.mark.parametrize("fresh", [True, False])
    def test_is_let_in(self, strict: t.Any, users: t.Any, ask: t.Any, fresh: bool) -> None:
        assert ask(strict(user=users["1"], fresh_login=fresh)) == "1"

    def test_freshness_is_as_asked(
        self, app: Flask, strict: t.Any, users: t.Any, ask: t.Any
    ) -> None:
        app.config["SESSION_PROTECTION"] = None
        assert ask(strict(user=users["1"], fresh_login=True), "/fresh") == "True"
        assert ask(strict(user=users["1"], fresh_login=False), "/fresh") == "False"

    def test_is_on_record(self, strict: t.Any, users: t.Any, ids_of: t.Any) -> None:
        strict(user=users["1"])
        assert len(ids_of()) == 1

    def test_each_has_a_login_of_its_own(
        self, app: Flask, browser: FlaskClient, users: t.Any, ask: t.Any
    ) -> None:
        app.test_client_class = FlaskLoginClient
        one, two = app.test_client(user=users["1"]), app.test_client(user=users["1"])
        one.get("/logout")
        assert (ask(one), ask(two)) == ("nobody", "1")

    def test_without_a_user_is_not_logged_in(self, strict: t.Any, ask: t.Any) -> None:
        assert ask(strict()) == "nobody"

    def test_user_without_an_id_is_on_no_record(self, strict: t.Any, users: t.Any) -> None:
        users["1"].get_id = lambda: None
        strict(user=users["1"])

    def test_above_the_limit_is_an_error(self, app: Flask, strict: t.Any, users: t.Any) -> None:
        app.config.update(LOGIN_RECORDS_LIMIT=1, LOGIN_RECORDS_LIMIT_REACHED="refuse")
        strict(user=users["1"])

        with pytest.raises(ValueError, match="too many recorded logins"):
            strict(user=users["1"])

    def test_without_records_the_session_says_no_more_than_ever(
        self, app: Flask, users: t.Any, session_of: t.Any
    ) -> None:
        LoginManager(app).user_loader(users.get)
        app.test_client_class = FlaskLoginClient
        client = app.test_client(user=users["1"])
        assert session_of(client) == {"_user_id": "1", "_fresh": True}

    def test_session_of_a_test_is_adopted(self, browser: FlaskClient, ask: t.Any) -> None:
        with browser.session_transaction() as session:
            session["_user_id"] = "1"

        assert ask(browser) == "1"


class TestActingAs:
    def test_leaves_nothing_on_record(
        self, app: Flask, login_manager: LoginManager, users: t.Any, ids_of: t.Any
    ) -> None:
        with app.app_context(), acting_as(users["1"]):
            assert current_user.id == "1"
            assert len(ids_of()) == 1

        assert ids_of() == []

    def test_leaves_the_other_login(
        self, app: Flask, login_manager: LoginManager, users: t.Any, ids_of: t.Any
    ) -> None:
        with app.test_request_context():
            login_user(users["2"])
            before = dict(session)

            with acting_as(users["1"]):
                assert current_user.id == "1"

            assert dict(session) == before
            assert current_user.id == "2"

        assert len(ids_of("2")) == 1
        assert ids_of("1") == []

    def test_above_the_limit_is_an_error(
        self, app: Flask, login_manager: LoginManager, users: t.Any
    ) -> None:
        app.config.update(LOGIN_RECORDS_LIMIT=1, LOGIN_RECORDS_LIMIT_REACHED="refuse")

        with app.test_request_context():
            login_user(users["1"])

        with (
            pytest.raises(ValueError, match="too many recorded logins"),
            app.app_context(),
            acting_as(users["1"]),
        ):
            pass
