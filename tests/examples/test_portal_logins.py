"""The portal: logging in and out."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

import pytest
from flask import Flask
from portal_kit import PASSWORD
from werkzeug.test import TestResponse

from flask_login.testing import frozen_clock
from flask_login.testing import LoginClient


def log_in(client: LoginClient, url: str = "/login", **form: str) -> TestResponse:
    return client.post(url, data={"name": "ada", "password": PASSWORD, **form})


def test_login_opens_the_dashboard(visitor: LoginClient) -> None:
    log_in(visitor)
    assert "Ada Lovelace" in visitor.get("/").text


def test_stranger_is_sent_to_the_login_page(visitor: LoginClient) -> None:
    assert visitor.get("/account/").location == "/login?next=%2Faccount%2F"


def test_login_returns_to_the_page_that_was_asked_for(visitor: LoginClient) -> None:
    asked = "/services/z%C3%BCrich-edge?hours=6"
    assert log_in(visitor, visitor.get(asked).location).location == asked


@pytest.mark.parametrize("target", ["https://evil", "//evil", "/\\evil", "/\t/evil", "evil", ""])
def test_login_leads_to_no_other_site(visitor: LoginClient, target: str) -> None:
    assert log_in(visitor, f"/login?next={quote(target)}").location == "/"


@pytest.mark.parametrize(
    "form", [{"password": "wrong"}, {"name": "nobody"}], ids=["password", "name"]
)
def test_wrong_login_is_refused(visitor: LoginClient, form: dict[str, str]) -> None:
    response = log_in(visitor, **form)
    assert response.status_code == 422
    assert "The name or the password is wrong." in response.text


def test_wrong_password_keeps_the_name(visitor: LoginClient) -> None:
    assert 'value="ada"' in log_in(visitor, password="wrong").text


def test_wrong_password_is_not_sent_back(visitor: LoginClient) -> None:
    assert "my-mistake" not in log_in(visitor, password="my-mistake").text


def test_unknown_name_takes_a_hash_as_well(
    portal: t.Any, visitor: LoginClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def check(known: str, password: str) -> bool:
        checked.append(known)
        return False

    monkeypatch.setattr(portal.logins, "check_password_hash", check)
    log_in(visitor, name="nobody")
    assert len(checked) == 1
    assert checked[0].startswith("scrypt:")


def test_deactivated_operator_is_told_so(visitor: LoginClient) -> None:
    assert "has been deactivated" in log_in(visitor, name="brian").text


def test_state_of_an_account_is_told_to_nobody_else(visitor: LoginClient) -> None:
    assert "deactivated" not in log_in(visitor, name="brian", password="wrong").text


def test_remembered_operator_comes_back_after_the_session(visitor: LoginClient) -> None:
    log_in(visitor, remember="y")
    visitor.delete_cookie("portal")
    assert visitor.get("/").status_code == 200


def test_logout_ends_a_remembered_login(visitor: LoginClient) -> None:
    log_in(visitor, remember="y")
    visitor.post("/logout")
    assert visitor.get_cookie("portal_remember") is None
    assert visitor.get("/").status_code == 302


def test_link_cannot_log_out(ada: LoginClient) -> None:
    assert ada.get("/logout").status_code == 405


def test_many_wrong_passwords_are_too_many(visitor: LoginClient) -> None:
    for _ in range(10):
        log_in(visitor, password="wrong")

    response = log_in(visitor)
    assert response.status_code == 429
    assert "Too many attempts" in response.text
    assert int(response.headers["Retry-After"]) > 0


def test_right_passwords_are_never_too_many(visitor: LoginClient) -> None:
    for _ in range(11):
        assert log_in(visitor).status_code == 302
        visitor.post("/logout")


def test_guesses_at_one_name_are_limited_from_all_addresses(visitor: LoginClient) -> None:
    for i in range(20):
        environ = {"REMOTE_ADDR": f"192.0.2.{i}"}
        visitor.post("/login", data={"name": "ada", "password": "no"}, environ_base=environ)

    assert log_in(visitor).status_code == 429
    assert log_in(visitor, name="grace").status_code == 302


def test_idle_session_is_told_why_it_ended(ada: LoginClient) -> None:
    with frozen_clock() as clock:
        ada.get("/")
        clock.tick(31 * 60)
        page = ada.get("/account/", follow_redirects=True)

    assert "Your session expired after 30 minutes without activity." in page.text


def test_login_page_itself_says_why_the_session_ended(ada: LoginClient) -> None:
    with frozen_clock() as clock:
        ada.get("/")
        clock.tick(31 * 60)
        assert "without activity" in ada.get("/login").text


@pytest.mark.parametrize("path", ["/live", "/session"])
def test_polling_keeps_no_session_alive(ada: LoginClient, path: str) -> None:
    with frozen_clock() as clock:
        ada.get("/")

        for _ in range(7):
            clock.tick(5 * 60)
            response = ada.get(path)

        assert response.status_code == 302


def test_staying_logged_in_keeps_the_session_alive(ada: LoginClient) -> None:
    with frozen_clock() as clock:
        for _ in range(4):
            assert ada.post("/stay").status_code == 302
            clock.tick(20 * 60)

        assert ada.get("/").status_code == 200


def test_script_learns_when_the_session_ends(ada: LoginClient) -> None:
    assert ada.get("/session").json.keys() == {"name", "ends"}  # type: ignore[union-attr]


def test_script_learns_why_the_session_ended(ada: LoginClient) -> None:
    with frozen_clock() as clock:
        ada.get("/")
        clock.tick(31 * 60)
        response = ada.get("/session", headers={"Accept": "application/json"})

    assert (response.status_code, response.json["reason"]) == (401, "idle")  # type: ignore[index]


def test_login_page_says_what_a_script_found_out(visitor: LoginClient) -> None:
    assert "without activity" in visitor.get("/login?reason=idle").text


def test_login_page_repeats_nothing_that_it_does_not_know(visitor: LoginClient) -> None:
    assert 'id="login-reason"' not in visitor.get("/login?reason=surprise").text


def test_confirmation_leads_to_no_other_site(ada: LoginClient) -> None:
    response = ada.post("/confirm?next=//evil.example", data={"password": PASSWORD})
    assert response.location == "/"


def test_wrong_password_confirms_nothing(app: Flask, browser: t.Any) -> None:
    client = browser(app, "ada", fresh=False)
    client.post("/confirm", data={"password": "wrong"})
    assert client.get("/account/tokens").status_code == 302


def test_confirmed_operator_returns(app: Flask, browser: t.Any) -> None:
    client = browser(app, "ada", fresh=False)
    confirm = client.get("/account/tokens").location
    assert client.post(confirm, data={"password": PASSWORD}).location == "/account/tokens"
    assert client.get("/account/tokens").status_code == 200


def test_form_without_a_csrf_token_is_refused(start: t.Any, instance: t.Any) -> None:
    client = start(instance, WTF_CSRF_ENABLED=True).test_client()
    response = log_in(client)
    assert response.status_code == 400
    assert "The page was open for too long." in response.text


@pytest.mark.parametrize("name", ["portal", "portal_remember"])
def test_cookies_are_lax_and_kept_from_scripts(visitor: LoginClient, name: str) -> None:
    log_in(visitor, remember="y")
    cookie = visitor.get_cookie(name)
    assert cookie is not None
    assert (cookie.same_site, cookie.http_only) == ("Lax", True)


@pytest.mark.parametrize("name", ["__Host-portal", "__Host-portal_remember"])
def test_cookies_are_bound_to_the_host_under_https(
    start: t.Any, instance: t.Any, name: str
) -> None:
    client = start(instance, HTTPS=True).test_client()
    form = {"name": "ada", "password": PASSWORD, "remember": "y"}
    client.post("/login", data=form, base_url="https://localhost")
    cookie = client.get_cookie(name)
    assert cookie.secure


def test_language_is_the_browsers(visitor: LoginClient) -> None:
    page = visitor.get("/login", headers={"Accept-Language": "de-AT, en;q=0.5"})
    assert '<html lang="de">' in page.text
    assert '<h1 id="title">Anmelden</h1>' in page.text


def test_language_can_be_chosen(visitor: LoginClient) -> None:
    response = visitor.post("/language", data={"language": "de", "next": "/login?next=%2Flive"})
    assert response.location == "/login?next=%2Flive"
    assert "Anmelden" in visitor.get("/login").text


def test_language_outlives_a_login(visitor: LoginClient) -> None:
    visitor.post("/language", data={"language": "de"})
    log_in(visitor)
    assert '<html lang="de">' in visitor.get("/").text


def test_language_is_one_of_a_fixed_set(visitor: LoginClient) -> None:
    visitor.post("/language", data={"language": "../../etc"})
    assert '<html lang="en">' in visitor.get("/login").text


def test_message_of_a_refusal_is_translated(visitor: LoginClient) -> None:
    headers = {"Accept-Language": "de"}
    visitor.get("/", headers=headers)
    assert "Bitte melden Sie sich an" in visitor.get("/login", headers=headers).text
