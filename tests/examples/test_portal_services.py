"""The portal: the dashboard, the administrators' pages and the API."""

from __future__ import annotations

import html
import re
import shlex
import typing as t

import pytest
from flask import Flask
from portal_kit import PAGE

from flask_login.testing import LoginClient


@pytest.fixture
def token(app: Flask, portal: t.Any, find: t.Any) -> str:
    """An API token of Grace's."""
    with app.app_context():
        return str(portal.logins.create_token(find(app, "grace"), "test"))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def state_of(client: LoginClient, slug: str) -> str:
    response = client.get(f"/api/services/{slug}")
    assert response.json is not None
    return str(response.json["state"])


def test_dashboard_has_each_service_and_a_chart(ada: LoginClient) -> None:
    page = ada.get("/").text
    assert re.findall(r'<tr id="service-(\S+)"', page) == [
        *("checkout", "mail", "reports", "search", "website", "zürich-edge")
    ]
    assert '<polyline class="chart-line"' in page


def test_poll_is_a_part_of_the_dashboard(ada: LoginClient) -> None:
    part = ada.get("/live").text
    assert "<html" not in part
    assert 'id="services"' in part


def test_operator_restarts_a_service(grace: LoginClient) -> None:
    page = grace.post("/services/reports/restart", follow_redirects=True)
    assert "Reports was restarted." in page.text
    assert "Grace Hopper restarted Reports" in page.text
    assert state_of(grace, "reports") == "ok"


def test_viewer_may_look_and_not_act(alan: LoginClient) -> None:
    assert 'id="restart-reports"' not in alan.get("/").text
    response = alan.post("/services/reports/restart")
    assert response.status_code == 403
    assert "You may look, but not act." in response.text
    assert state_of(alan, "reports") == "down"


@pytest.mark.parametrize("hours", ["6", "7", "x", ""])
def test_service_shows_a_span_that_it_has(ada: LoginClient, hours: str) -> None:
    page = ada.get(f"/services/zürich-edge?hours={hours}").text
    expected = "6 hours" if hours == "6" else "1 hour"
    assert re.search(r'aria-current="true">(.+?)</a>', page)[1] == expected  # type: ignore[index]


def test_unknown_service_is_not_found(ada: LoginClient) -> None:
    assert ada.get("/services/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/admin/", "/admin/operators/1"])
def test_other_roles_get_a_page_that_refuses(grace: LoginClient, path: str) -> None:
    response = grace.get(path)
    assert response.status_code == 403
    assert "Only administrators manage operators." in response.text


def test_administrator_sees_all_operators(ada: LoginClient) -> None:
    page = ada.get("/admin/").text
    assert re.findall(r'id="operator-(\w+)"', page) == ["ada", "alan", "brian", "grace"]


def test_deactivated_operator_is_out_with_the_next_request(
    app: Flask, ada: LoginClient, grace: LoginClient, find: t.Any
) -> None:
    ada.post(f"/admin/operators/{find(app, 'grace').id}", data={"do": "deactivate"})
    page = grace.get("/", follow_redirects=True)
    assert "Your account has been deactivated." in page.text


def test_deactivated_operators_token_opens_nothing(
    app: Flask, ada: LoginClient, visitor: LoginClient, find: t.Any, token: str
) -> None:
    ada.post(f"/admin/operators/{find(app, 'grace').id}", data={"do": "deactivate"})
    assert visitor.get("/api/me", headers=bearer(token)).status_code == 401


def test_activated_operator_can_log_in_again(
    app: Flask, ada: LoginClient, visitor: LoginClient, find: t.Any
) -> None:
    ada.post(f"/admin/operators/{find(app, 'brian').id}", data={"do": "activate"})
    form = {"name": "brian", "password": "correct horse battery"}
    assert visitor.post("/login", data=form).status_code == 302


def test_role_is_another_one_with_the_next_request(
    app: Flask, ada: LoginClient, alan: LoginClient, find: t.Any
) -> None:
    path = f"/admin/operators/{find(app, 'alan').id}"
    ada.post(path, data={"do": "role", "role": "admin"})
    assert alan.get("/admin/").status_code == 200


@pytest.mark.parametrize("what", ["deactivate", "role"])
def test_administrators_cannot_lock_themselves_out(
    app: Flask, ada: LoginClient, find: t.Any, what: str
) -> None:
    path = f"/admin/operators/{find(app, 'ada').id}"
    assert ada.post(path, data={"do": what, "role": "viewer"}).status_code == 403


def test_administrator_ends_someones_logins(
    app: Flask, ada: LoginClient, grace: LoginClient, find: t.Any
) -> None:
    path = f"/admin/operators/{find(app, 'grace').id}"
    page = ada.post(path, data={"do": "end-logins"}, follow_redirects=True)
    assert "1 login was ended." in page.text
    assert grace.get("/").status_code == 302


def test_administrator_ends_one_login(
    app: Flask, ada: LoginClient, grace: LoginClient, find: t.Any
) -> None:
    path = f"/admin/operators/{find(app, 'grace').id}"
    login = re.search(r'name="login" value="(\S+)"', ada.get(path).text)
    assert login is not None
    ada.post(path, data={"do": "end-login", "login": login[1]})
    assert grace.get("/").status_code == 302


@pytest.mark.parametrize("form", [{"do": "dance"}, {"do": "role", "role": "king"}, {}])
def test_administrator_can_do_nothing_else(
    app: Flask, ada: LoginClient, find: t.Any, form: dict[str, str]
) -> None:
    assert ada.post(f"/admin/operators/{find(app, 'alan').id}", data=form).status_code == 400


def test_administrator_confirms_first(app: Flask, browser: t.Any, find: t.Any) -> None:
    path = f"/admin/operators/{find(app, 'alan').id}"
    client = browser(app, "ada", fresh=False)
    response = client.post(path, data={"do": "deactivate"})
    assert response.location.startswith("/confirm?next=%2Fadmin%2Foperators%2F")


def test_session_opens_the_api(ada: LoginClient) -> None:
    response = ada.get("/api/me")
    assert response.json == {"name": "ada", "role": "admin", "via": "session"}


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", "Bearer", "Basic YWRhOmFkYQ==", "Bearer \xe9", "Basic \xff", None],
)
def test_api_refuses_with_a_problem(visitor: LoginClient, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    response = visitor.get("/api/me", headers={"Accept": "*/*", **headers})
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_api_reports_a_missing_service_as_a_problem(visitor: LoginClient, token: str) -> None:
    response = visitor.get("/api/services/nothing", headers=bearer(token))
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


def test_token_opens_no_page(visitor: LoginClient, token: str) -> None:
    response = visitor.get("/account/", headers={**PAGE, **bearer(token)})
    assert response.location == "/login?next=%2Faccount%2F"


def test_token_sets_no_cookie(visitor: LoginClient, token: str) -> None:
    assert "Set-Cookie" not in visitor.get("/api/me", headers=bearer(token)).headers


def test_viewers_token_may_not_act(
    app: Flask, portal: t.Any, visitor: LoginClient, find: t.Any
) -> None:
    with app.app_context():
        token = portal.logins.create_token(find(app, "alan"), "test")

    response = visitor.post("/api/services/reports/restart", headers=bearer(token))
    assert response.status_code == 403
    assert response.json["reason"] == "operators_only"  # type: ignore[index]


def test_token_needs_no_csrf_token(start: t.Any, instance: t.Any, token: str) -> None:
    client = start(instance, WTF_CSRF_ENABLED=True).test_client()
    response = client.post("/api/services/reports/restart", headers=bearer(token))
    assert response.status_code == 200


def test_session_needs_a_csrf_token(start: t.Any, instance: t.Any, browser: t.Any) -> None:
    client = browser(start(instance, WTF_CSRF_ENABLED=True), "grace")
    response = client.post("/api/services/reports/restart", headers={"Accept": "*/*"})
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


def test_lines_of_the_api_page_work_as_they_stand(ada: LoginClient, visitor: LoginClient) -> None:
    page = ada.post("/api/").text
    lines = [html.unescape(line) for line in re.findall(r'id="line-\d"[^>]*>(.+?)</code>', page)]
    answers = [ask(visitor, line).status_code for line in lines]
    assert answers == [200, 200, 200]
    assert state_of(ada, "search") == "ok"


def test_lines_of_the_api_page_need_a_fresh_login(app: Flask, browser: t.Any) -> None:
    client = browser(app, "ada", fresh=False)
    assert client.post("/api/").location == "/confirm?next=%2Fapi%2F"


def ask(client: LoginClient, line: str) -> t.Any:
    """Do what curl would."""
    curl, flag, header, *rest = shlex.split(line)
    assert (curl, flag) == ("curl", "-H")
    name, _, value = header.partition(": ")
    method = rest[1] if rest[0] == "-X" else "GET"
    return client.open(rest[-1], method=method, headers={name: value, "Accept": "*/*"})
