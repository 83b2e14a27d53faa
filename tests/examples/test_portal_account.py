"""The portal: what operators do about their own account."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from flask import Flask

from flask_login.testing import frozen_clock
from flask_login.testing import LoginClient

NEW = "a new and longer one"
FORM = {"password": NEW, "repeated": NEW}


def token_in(page: str) -> str:
    match = re.search(r'id="new-token"[^>]*>(\S+)</code>', page)
    assert match is not None
    return match[1]


def end_form_of_the_other(page: str) -> str:
    """Where the form leads that ends a login that is not this device's."""
    actions = re.findall(
        r'action="(/account/devices/[^/]+/end)".*?id="end-\d+"(.*?)>', page, re.DOTALL
    )
    return next(action for action, attributes in actions if "aria-label" in attributes)


def test_password_is_changed(ada: LoginClient, visitor: LoginClient) -> None:
    ada.post("/account/password", data=FORM)
    assert visitor.post("/login", data={"name": "ada", "password": NEW}).location == "/"


def test_changed_password_leaves_this_session(ada: LoginClient) -> None:
    ada.post("/account/password", data=FORM)
    assert ada.get("/").status_code == 200


def test_changed_password_ends_the_other_sessions_and_says_so(
    app: Flask, ada: LoginClient, browser: t.Any
) -> None:
    other = browser(app, "ada", remember=True)
    page = ada.post("/account/password", data=FORM, follow_redirects=True)
    assert "1 other session has ended." in page.text
    assert other.get("/").status_code == 302


def test_password_needs_a_fresh_login(app: Flask, browser: t.Any) -> None:
    client = browser(app, "ada", fresh=False)
    assert client.get("/account/password").location == "/confirm?next=%2Faccount%2Fpassword"


def test_password_needs_a_recent_login(ada: LoginClient) -> None:
    with frozen_clock() as clock:
        ada.get("/")
        clock.tick(16 * 60)
        assert ada.post("/account/password", data=FORM).location.startswith("/confirm?")


@pytest.mark.parametrize(
    "form",
    [
        {"password": "short", "repeated": "short"},
        {"password": NEW, "repeated": "another one"},
        {"password": "ada ada ada ada", "repeated": "ada ada ada ada"},
    ],
    ids=["short", "differing", "own name"],
)
def test_bad_password_is_refused(ada: LoginClient, form: dict[str, str]) -> None:
    response = ada.post("/account/password", data=form)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text


def test_new_token_opens_the_api(ada: LoginClient, visitor: LoginClient) -> None:
    token = token_in(ada.post("/account/tokens", data={"name": "script"}).text)
    response = visitor.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert response.json == {"name": "ada", "role": "admin", "via": "token"}


def test_token_is_shown_once(ada: LoginClient) -> None:
    token = token_in(ada.post("/account/tokens", data={"name": "script"}).text)
    assert token not in ada.get("/account/tokens").text


def test_database_holds_no_token(ada: LoginClient, instance: Path) -> None:
    token = token_in(ada.post("/account/tokens", data={"name": "script"}).text)
    assert token.encode() not in (instance / "portal.sqlite").read_bytes()


def test_page_shows_that_a_token_was_used(ada: LoginClient, visitor: LoginClient) -> None:
    page = ada.post("/account/tokens", data={"name": "script"}).text
    assert "never" in page
    visitor.get("/api/me", headers={"Authorization": f"Bearer {token_in(page)}"})
    assert "never" not in ada.get("/account/tokens").text


def test_revoked_token_opens_nothing(ada: LoginClient, visitor: LoginClient) -> None:
    token = token_in(ada.post("/account/tokens", data={"name": "script"}).text)
    ada.post("/account/tokens/1/revoke")
    response = visitor.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401


def test_token_of_someone_else_cannot_be_revoked(ada: LoginClient, grace: LoginClient) -> None:
    ada.post("/account/tokens", data={"name": "script"})
    assert grace.post("/account/tokens/1/revoke").status_code == 404


def test_tokens_need_a_fresh_login(app: Flask, browser: t.Any) -> None:
    client = browser(app, "ada", fresh=False)
    response = client.post("/account/tokens", data={"name": "script"})
    assert response.location == "/confirm?next=%2Faccount%2Ftokens"


def test_devices_are_told_in_words(app: Flask, visitor: LoginClient) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    form = {"name": "ada", "password": "correct horse battery"}
    visitor.post("/login", data=form, headers={"User-Agent": agent})
    page = visitor.get("/account/devices", headers={"User-Agent": agent}).text
    assert "Firefox on Windows" in page
    assert "This device" in page


def test_one_device_is_ended_from_another(app: Flask, ada: LoginClient, browser: t.Any) -> None:
    other = browser(app, "ada", remember=True)
    ada.post(end_form_of_the_other(ada.get("/account/devices").text))
    page = other.get("/", follow_redirects=True)
    assert "This login was ended, on another device or by an administrator." in page.text
    assert ada.get("/").status_code == 200


def test_all_other_devices_are_ended(app: Flask, ada: LoginClient, browser: t.Any) -> None:
    others = [browser(app, "ada"), browser(app, "ada", remember=True)]
    ada.post("/account/devices/end-others")
    assert [client.get("/").status_code for client in (ada, *others)] == [200, 302, 302]


def test_ending_this_device_is_a_logout(ada: LoginClient) -> None:
    action = re.search(r'action="(/account/devices/[^/]+/end)"', ada.get("/account/devices").text)
    assert action is not None
    assert ada.post(action[1]).location == "/login"


def test_device_of_someone_else_cannot_be_ended(ada: LoginClient, grace: LoginClient) -> None:
    action = re.search(r'action="(/account/devices/[^/]+/end)"', ada.get("/account/devices").text)
    assert action is not None
    grace.post(action[1])
    assert ada.get("/").status_code == 200


def test_device_gets_a_name(ada: LoginClient) -> None:
    page = ada.get("/account/devices").text
    action = re.search(r'action="(/account/devices/[^/]+/label)"', page)
    assert action is not None
    ada.post(action[1], data={"label": "Kitchen <b>laptop</b>"})
    assert "Kitchen &lt;b&gt;laptop&lt;/b&gt;" in ada.get("/account/devices").text
