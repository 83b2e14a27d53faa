"""Which responses may be stored: ``LOGIN_CACHE_CONTROL``, and what refusals say."""

from __future__ import annotations

import pytest
from flask import Flask
from flask import make_response
from flask import redirect
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from flask_login import current_user
from flask_login import get_current_user
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin

PRIVATE = "private, no-store"


@pytest.fixture
def private(app: Flask) -> Flask:
    app.config["LOGIN_CACHE_CONTROL"] = PRIVATE
    return app


def cache_control(client: FlaskClient, path: str) -> str | None:
    return client.get(path).headers.get("Cache-Control")


def test_nothing_is_added_by_default(browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert cache_control(browser, "/me") is None


def test_response_that_consulted_a_user_has_the_header(
    private: Flask, browser: FlaskClient
) -> None:
    browser.get("/login/1")

    assert cache_control(browser, "/me") == PRIVATE


def test_response_that_consulted_nobody_has_none(private: Flask, browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert cache_control(browser, "/plain") is None


def test_response_to_the_anonymous_has_none(private: Flask, browser: FlaskClient) -> None:
    assert cache_control(browser, "/me") is None


def test_response_to_the_login_has_the_header(private: Flask, browser: FlaskClient) -> None:
    assert cache_control(browser, "/login/1") == PRIVATE


def test_response_to_a_remembered_user_has_the_header(
    private: Flask, remembered_browser: FlaskClient
) -> None:
    assert cache_control(remembered_browser, "/me") == PRIVATE


def test_response_to_a_user_of_a_request_loader_has_the_header(
    private: Flask, login_manager: LoginManager, browser: FlaskClient, users: dict[str, UserMixin]
) -> None:
    login_manager.request_loader(lambda request: users["1"])

    assert cache_control(browser, "/me") == PRIVATE


def test_response_of_a_guarded_view_has_the_header(private: Flask, browser: FlaskClient) -> None:
    private.add_url_rule("/page", "page", login_required(lambda: "inside"))
    browser.get("/login/1")

    assert cache_control(browser, "/page") == PRIVATE


def test_response_of_a_closed_app_has_the_header(private: Flask, browser: FlaskClient) -> None:
    browser.get("/login/1")
    private.config["LOGIN_REQUIRED_BY_DEFAULT"] = True

    assert cache_control(browser, "/plain") == PRIVATE


def test_error_page_that_consulted_a_user_has_the_header(
    private: Flask, browser: FlaskClient
) -> None:
    @private.errorhandler(404)
    def not_found(error: Exception) -> tuple[str, int]:
        return f"{current_user.name}, there is nothing here.", 404

    browser.get("/login/1")

    assert cache_control(browser, "/nowhere") == PRIVATE


@pytest.mark.parametrize("own", ["public, max-age=60", "no-cache", ""], ids=repr)
def test_header_of_a_view_stays(private: Flask, browser: FlaskClient, own: str) -> None:
    private.add_url_rule("/own", "own", lambda: (current_user.name, {"Cache-Control": own}))
    browser.get("/login/1")

    assert cache_control(browser, "/own") == own


def test_header_that_a_view_sets_by_property_stays(private: Flask, browser: FlaskClient) -> None:
    @private.get("/own")
    def own() -> Response:
        response = make_response(current_user.name)
        response.cache_control.max_age = 60
        return response

    browser.get("/login/1")

    assert cache_control(browser, "/own") == "max-age=60"


def test_header_of_the_application_stays(
    app: Flask, login_manager: LoginManager, browser: FlaskClient
) -> None:
    app.config["LOGIN_CACHE_CONTROL"] = PRIVATE

    @app.after_request
    def cache(response: Response) -> Response:
        response.headers["Cache-Control"] = "public"
        return response

    browser.get("/login/1")

    assert cache_control(browser, "/me") == "public"


def test_vary_of_a_view_stays(app: Flask, browser: FlaskClient) -> None:
    app.add_url_rule("/own", "own", lambda: (current_user.name, {"Vary": "Accept-Language"}))
    browser.get("/login/1")

    assert browser.get("/own").vary.as_set() == {"accept-language", "cookie"}


def test_user_whose_state_can_no_longer_be_asked_breaks_no_response(
    private: Flask, browser: FlaskClient, users: dict[str, UserMixin]
) -> None:
    """As of a model whose row was deleted by the view."""

    class Model(UserMixin):
        id = "4"
        deleted = False

        @property
        def is_active(self) -> bool:  # type: ignore[override]
            if self.deleted:
                raise LookupError("This row is gone.")

            return True

    @private.get("/delete")
    @login_required
    def delete() -> str:
        get_current_user().deleted = True
        return "deleted"

    users["4"] = Model()
    browser.get("/login/4")

    assert browser.get("/delete").text == "deleted"


def test_response_to_a_logout_has_the_header(private: Flask, browser: FlaskClient) -> None:
    @private.get("/goodbye")
    def goodbye() -> str:
        name = current_user.name
        logout_user()
        return f"Goodbye, {name}."

    browser.get("/login/1")

    assert cache_control(browser, "/goodbye") == PRIVATE


class TestRefusals:
    """Where callers are told apart, refusals are not stored."""

    @pytest.fixture(autouse=True)
    def page(self, app: Flask, login_manager: LoginManager) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = "auto"
        app.add_url_rule("/page", "page", login_required(lambda: "inside"))
        login_manager.login_view = "/log-in"

    @pytest.mark.parametrize("setting", [None, "private"])
    @pytest.mark.parametrize("accept", ["text/html", "*/*"])
    def test_refusal_is_not_stored(
        self, app: Flask, client: FlaskClient, accept: str, setting: str | None
    ) -> None:
        app.config["LOGIN_CACHE_CONTROL"] = setting
        response = client.get("/page", headers={"Accept": accept})

        assert response.headers["Cache-Control"] == "no-store"

    def test_refusal_names_the_headers_of_the_loaders(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.loader("bearer", vary="Authorization")(lambda request: None)
        login_manager.loader("key", vary="X-Key")(lambda request: None)

        assert client.get("/page").vary.as_set() >= {"authorization", "x-key"}

    def test_handler_decides_for_itself(
        self, app: Flask, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.unauthorized_handler(lambda: redirect("/elsewhere"))

        assert cache_control(client, "/page") is None

    def test_header_of_the_handler_stays(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.unauthorized_handler(lambda: ("", 401, {"Cache-Control": "public"}))

        assert cache_control(client, "/page") == "public"


def test_login_by_hand_counts(
    private: Flask, browser: FlaskClient, users: dict[str, UserMixin]
) -> None:
    private.add_url_rule("/enter", "enter", lambda: str(login_user(users["2"])))

    assert cache_control(browser, "/enter") == PRIVATE
