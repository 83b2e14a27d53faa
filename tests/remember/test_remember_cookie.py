"""The remember-me cookie as browsers see it: its name, value and attributes."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import request
from flask import Response
from flask import session
from flask.testing import FlaskClient

from flask_login import decode_cookie

Config = dict[str, t.Any]

attributes = pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, {"path": "/", "httponly": True, "secure": "", "samesite": "", "domain": ""}),
        ({"REMEMBER_COOKIE_DOMAIN": "example.com"}, {"domain": "example.com"}),
        ({"REMEMBER_COOKIE_DOMAIN": None}, {"domain": ""}),
        ({"REMEMBER_COOKIE_PATH": "/app"}, {"path": "/app"}),
        ({"REMEMBER_COOKIE_SECURE": True}, {"secure": True}),
        ({"REMEMBER_COOKIE_HTTPONLY": False}, {"httponly": ""}),
        ({"REMEMBER_COOKIE_SAMESITE": "Strict"}, {"samesite": "Strict"}),
        (
            {"REMEMBER_COOKIE_SAMESITE": "None", "REMEMBER_COOKIE_SECURE": True},
            {"samesite": "None", "secure": True},
        ),
        ({"SESSION_COOKIE_SECURE": True}, {"secure": True}),
        ({"SESSION_COOKIE_SECURE": True, "REMEMBER_COOKIE_SECURE": False}, {"secure": ""}),
        ({"SESSION_COOKIE_SAMESITE": "Lax"}, {"samesite": "Lax"}),
        (
            {"SESSION_COOKIE_SAMESITE": "Lax", "REMEMBER_COOKIE_SAMESITE": "Strict"},
            {"samesite": "Strict"},
        ),
        ({"SESSION_COOKIE_SAMESITE": "Lax", "REMEMBER_COOKIE_SAMESITE": None}, {"samesite": ""}),
        ({"SESSION_COOKIE_HTTPONLY": False}, {"httponly": True}),
        ({"SESSION_COOKIE_PATH": "/app"}, {"path": "/"}),
        ({"SESSION_COOKIE_DOMAIN": "example.com"}, {"domain": ""}),
    ],
    ids=str,
)


def logout(client: FlaskClient, name: str = "remember_token") -> t.Any:
    """Log out with the cookie, whatever its attributes say of where it may be sent."""
    return client.application.test_client(use_cookies=False).get(
        "/logout", headers={"Cookie": f"{name}=1|junk"}
    )


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.4")
@attributes
def test_attributes_of_the_cookie(
    app: Flask, browser: FlaskClient, cookie_of: t.Any, config: Config, expected: Config
) -> None:
    app.config.update(config)
    cookie = cookie_of(browser.get("/login/1?remember"))
    assert {name: cookie[name] for name in expected} == expected


@attributes
def test_attributes_of_the_deletion(
    app: Flask, browser: FlaskClient, cookie_of: t.Any, config: Config, expected: Config
) -> None:
    app.config.update(config)
    cookie = cookie_of(logout(browser))
    assert cookie["max-age"] == "0"
    assert {name: cookie[name] for name in expected} == expected


def test_name_of_the_cookie(app: Flask, browser: FlaskClient) -> None:
    app.config["REMEMBER_COOKIE_NAME"] = "stay"
    browser.get("/login/1?remember")
    assert browser.get_cookie("stay") is not None
    browser.delete_cookie("session")
    assert browser.get("/me").text == "1"
    browser.get("/logout")
    assert browser.get_cookie("stay") is None


def test_default_name_means_nothing_under_another(app: Flask, remembered_browser: t.Any) -> None:
    app.config["REMEMBER_COOKIE_NAME"] = "stay"
    assert remembered_browser.get("/me").text == "nobody"


@pytest.mark.asvs("3.3.1", "3.3.3")
def test_host_cookie_can_be_set(app: Flask, browser: FlaskClient, cookie_of: t.Any) -> None:
    app.config.update(REMEMBER_COOKIE_NAME="__Host-remember", REMEMBER_COOKIE_SECURE=True)
    cookie = cookie_of(browser.get("/login/1?remember"), "__Host-remember")
    assert cookie["max-age"] != "0"
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


@pytest.mark.asvs("3.3.3")
def test_host_cookie_can_be_deleted(app: Flask, browser: FlaskClient, cookie_of: t.Any) -> None:
    app.config.update(REMEMBER_COOKIE_NAME="__Host-remember", REMEMBER_COOKIE_SECURE=True)
    cookie = cookie_of(logout(browser, "__Host-remember"), "__Host-remember")
    assert cookie["max-age"] == "0"
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_value_begins_with_the_id(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    cookie = browser.get_cookie("remember_token")
    assert cookie is not None
    assert cookie.decoded_value.startswith("1|")


@pytest.mark.parametrize("user_id", ["1", "佐藤", "a|b", 'with space;=,"', "\r\n", "é" * 50])
def test_any_id_is_remembered(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], user_id: str
) -> None:
    users["1"].id = user_id
    users[user_id] = users["1"]
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    assert browser.get("/me").text == user_id


def test_value_can_be_decoded(app: Flask, browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    cookie = browser.get_cookie("remember_token")
    assert cookie is not None

    with app.app_context():
        assert decode_cookie(cookie.decoded_value) == "1"


def test_number_is_remembered_as_text(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    users["1"].get_id = lambda: 1
    browser.get("/login/1?remember")
    assert browser.get("/remembered").text == "True"
    browser.delete_cookie("session")
    assert browser.get("/me").text == "1"


def test_login_without_remember_sets_no_cookie(browser: FlaskClient, cookie_of: t.Any) -> None:
    assert cookie_of(browser.get("/login/1")) is None


def test_cookie_is_set_once(browser: FlaskClient, cookie_of: t.Any) -> None:
    browser.get("/login/1?remember")
    assert cookie_of(browser.get("/me")) is None


def test_cookie_is_not_set_again_when_it_restores_a_login(
    app: Flask, remembered_browser: FlaskClient
) -> None:
    remembered_browser.get("/me")
    assert remembered_browser.get_cookie("remember_token") is not None
    assert remembered_browser.get("/remembered").text == "True"


def test_settings_may_change_after_init_app(
    app: Flask, browser: FlaskClient, cookie_of: t.Any
) -> None:
    assert cookie_of(browser.get("/login/1?remember"))["path"] == "/"
    app.config["REMEMBER_COOKIE_PATH"] = "/app"
    assert cookie_of(browser.get("/login/1?remember"))["path"] == "/app"


@pytest.mark.parametrize(
    ("key", "attribute", "value"),
    [
        ("REMEMBER_COOKIE_PATH", "path", "/tenant"),
        ("REMEMBER_COOKIE_DOMAIN", "domain", "tenant.example.com"),
    ],
)
def test_settings_may_change_per_request(
    app: Flask, browser: FlaskClient, cookie_of: t.Any, key: str, attribute: str, value: str
) -> None:
    @app.before_request
    def choose() -> None:
        app.config[key] = request.headers["X-Tenant"]

    cookie = cookie_of(browser.get("/login/1?remember", headers={"X-Tenant": value}))
    assert cookie[attribute] == value


def test_name_may_change_per_request(app: Flask, browser: FlaskClient) -> None:
    @app.before_request
    def choose() -> None:
        app.config["REMEMBER_COOKIE_NAME"] = request.headers["X-Tenant"]

    browser.get("/login/1?remember", headers={"X-Tenant": "one"})
    browser.delete_cookie("session")
    assert browser.get("/me", headers={"X-Tenant": "two"}).text == "nobody"
    assert browser.get("/me", headers={"X-Tenant": "one"}).text == "1"


def test_response_class_with_an_older_delete_cookie_deletes(
    app: Flask, browser: FlaskClient, cookie_of: t.Any
) -> None:
    class OldResponse(Response):
        def delete_cookie(  # type: ignore[override]
            self, key: str, path: str = "/", domain: str | None = None
        ) -> None:
            super().delete_cookie(key, path, domain)

    app.response_class = OldResponse
    app.before_request(lambda: session.update(cart=[1]))
    app.config.update(REMEMBER_COOKIE_PATH="/app", REMEMBER_COOKIE_DOMAIN="example.com")
    cookie = cookie_of(logout(browser))
    assert cookie["max-age"] == "0"
    assert (cookie["path"], cookie["domain"]) == ("/app", "example.com")


def test_response_class_may_split_the_id_off(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    seen: list[str] = []

    class SplittingResponse(Response):
        def set_cookie(self, key: str, value: str = "", *args: t.Any, **kwargs: t.Any) -> None:
            seen.append(value.partition("|")[0])
            super().set_cookie(key, value, *args, **kwargs)

    app.response_class = SplittingResponse
    browser.get("/login/2?remember")
    assert "2" in seen
