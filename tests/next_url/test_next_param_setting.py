"""``LOGIN_NEXT_PARAM`` names the page to return to in login URLs and forms."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import anonymous_required
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import login_url
from flask_login import LoginManager
from flask_login import safe_next_url


@pytest.fixture(autouse=True)
def views(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/page", "page", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "inside"))
    app.add_url_rule("/go", "go", lambda: safe_next_url(), methods=["GET", "POST"])
    app.add_url_rule("/form", "form", anonymous_required(lambda: "form"))
    login_manager.login_view = "/log-in"
    login_manager.refresh_view = "/confirm"


@pytest.fixture
def renamed(app: Flask) -> None:
    app.config["LOGIN_NEXT_PARAM"] = "return_to"


@pytest.fixture
def nameless(app: Flask) -> None:
    app.config["LOGIN_NEXT_PARAM"] = None


def test_name_is_next_by_default(client: FlaskClient) -> None:
    assert client.get("/page").location == "/log-in?next=%2Fpage"


@pytest.mark.usefixtures("renamed")
class TestRenamed:
    def test_login_url_uses_the_name(self, client: FlaskClient) -> None:
        assert client.get("/page").location == "/log-in?return_to=%2Fpage"

    def test_url_of_the_refresh_view_uses_the_name(self, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")

        assert browser.get("/settings").location == "/confirm?return_to=%2Fsettings"

    def test_target_of_htmx_uses_the_name(self, app: Flask, client: FlaskClient) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = "auto"
        headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/list"}

        response = client.get("/page", headers=headers)

        assert response.headers["HX-Redirect"] == "/log-in?return_to=%2Flist"

    def test_name_replaces_one_that_is_there(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.login_view = "/log-in?return_to=/old&next=/mine"

        assert client.get("/page").location == "/log-in?return_to=%2Fpage&next=%2Fmine"

    def test_target_is_read_by_the_name(self, client: FlaskClient) -> None:
        assert client.get("/go?return_to=/page&next=/other").text == "/page"
        assert client.get("/go?next=/other").text == "/"

    def test_target_is_read_from_the_form_by_the_name(self, client: FlaskClient) -> None:
        assert client.post("/go", data={"return_to": "/page", "next": "/other"}).text == "/page"

    def test_user_at_a_form_for_guests_is_sent_on_by_the_name(self, browser: FlaskClient) -> None:
        browser.get("/login/1")

        assert browser.get("/form?return_to=/page").location == "/page"

    def test_session_keeps_its_key(
        self,
        app: Flask,
        client: FlaskClient,
        session_of: t.Callable[[FlaskClient], dict[str, t.Any]],
    ) -> None:
        app.config["USE_SESSION_FOR_NEXT"] = True
        client.get("/page")

        assert session_of(client)["next"] == "/page"
        assert client.get("/go").text == "/page"

    def test_login_url_by_hand_says_its_own(self, app: Flask) -> None:
        with app.test_request_context():
            assert login_url("/log-in", "/page") == "/log-in?next=%2Fpage"
            assert login_url("/log-in", "/page", "return_to") == "/log-in?return_to=%2Fpage"


@pytest.mark.usefixtures("nameless")
class TestNameless:
    def test_login_url_says_nothing_of_the_page(self, client: FlaskClient) -> None:
        assert client.get("/page").location == "/log-in"

    def test_url_of_the_refresh_view_says_nothing_of_the_page(self, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")

        assert browser.get("/settings").location == "/confirm"

    def test_target_in_the_query_is_not_read(self, client: FlaskClient) -> None:
        assert client.get("/go?next=/page&None=/page").text == "/"
        assert client.post("/go", data={"next": "/page"}).text == "/"

    def test_session_can_keep_the_page(self, app: Flask, client: FlaskClient) -> None:
        app.config["USE_SESSION_FOR_NEXT"] = True

        assert client.get("/page").location == "/log-in"
        assert client.get("/go").text == "/page"


def test_setting_may_change(app: Flask, client: FlaskClient) -> None:
    client.get("/page")
    app.config["LOGIN_NEXT_PARAM"] = "back"

    assert client.get("/page").location == "/log-in?back=%2Fpage"
