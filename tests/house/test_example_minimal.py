"""``examples/minimal``, walked through as its visitors do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from shutil import copytree
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

pytest.importorskip("flask.sansio", reason="Flask-SQLAlchemy-Lite needs Flask 3.")
pytest.importorskip("flask_sqlalchemy_lite")

ROOT = Path(__file__).parents[2]
PASSWORDS = {"ada": "correct-horse", "brian": "battery-staple"}

Start = Callable[[Path], Flask]


@pytest.fixture(scope="module")
def minimal() -> Iterator[t.Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "examples")
        yield import_module("minimal")


@pytest.fixture(scope="module")
def start(minimal: t.Any) -> Iterator[Start]:
    """Starts the example on an instance folder."""
    with ExitStack() as stack:

        def start(instance: Path) -> Flask:
            app: Flask = minimal.create_app(instance_path=str(instance))
            app.testing = True

            with app.app_context():
                stack.callback(minimal.db.engine.dispose)

            return app

        yield start


@pytest.fixture(scope="module")
def first_start(start: Start, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An instance folder after the first start, and what that printed. Hashing the passwords takes
    a while, so it happens once.
    """
    instance = tmp_path_factory.mktemp("minimal") / "instance"

    with redirect_stdout(StringIO()) as output:
        start(instance)

    return instance, output.getvalue()


@pytest.fixture
def instance(first_start: tuple[Path, str], tmp_path: Path) -> Path:
    return copytree(first_start[0], tmp_path / "instance")


@pytest.fixture
def token(first_start: tuple[Path, str]) -> str:
    """Ada's, as the first start printed it."""
    match = re.fullmatch(r"ada's API token, shown this once: (\S{40,})\n", first_start[1])
    assert match is not None
    return match[1]


@pytest.fixture
def app(start: Start, instance: Path) -> Flask:
    return start(instance)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def log_in(
    client: FlaskClient, name: str = "ada", url: str = "/login", **form: str
) -> TestResponse:
    return client.post(url, data={"name": name, "password": PASSWORDS[name], **form})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def return_remembered(client: FlaskClient) -> None:
    """Log in, and come back after the browser was closed."""
    log_in(client, remember="on")
    client.delete_cookie("session")


def test_login_opens_the_account_page(client: FlaskClient) -> None:
    log_in(client)
    assert "You are ada." in client.get("/account").text


def test_stranger_is_sent_to_the_login_page(client: FlaskClient) -> None:
    response = client.get("/account")
    assert response.location == "/login?next=%2Faccount"


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "wrong"), ("nobody", "correct-horse"), ("brian", "wrong")],
    ids=["password", "name", "closed account"],
)
def test_wrong_login_is_refused(client: FlaskClient, name: str, password: str) -> None:
    response = client.post("/login", data={"name": name, "password": password})
    assert "Wrong name or password." in response.text
    assert client.get("/account").status_code == 302


def test_closed_account_is_told_so_and_not_logged_in(client: FlaskClient) -> None:
    assert "This account is closed." in log_in(client, "brian", remember="on").text
    assert client.get("/account").status_code == 302
    assert client.get_cookie("remember_token") is None


def test_account_closed_after_login_is_refused(
    minimal: t.Any, app: Flask, client: FlaskClient
) -> None:
    log_in(client)

    with app.app_context():
        minimal.load_user("1").active = False
        minimal.db.session.commit()

    assert client.get("/account").status_code == 302


def test_login_returns_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    refusal = client.get("/account?tab=1")
    assert log_in(client, url=refusal.location).location == "/account?tab=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil", "//evil", "/\\evil", "\\\\evil", "/\t/evil", "/\n/evil", "evil", ""],
)
def test_login_leads_to_no_other_site(client: FlaskClient, target: str) -> None:
    response = log_in(client, url=f"/login?next={quote(target)}")
    assert response.location == "/"


def test_confirmation_leads_to_no_other_site(client: FlaskClient) -> None:
    log_in(client)
    response = client.post("/confirm?next=//evil.example", data={"password": "correct-horse"})
    assert response.location == "/"


def test_remembered_user_enters_the_account_page(client: FlaskClient) -> None:
    return_remembered(client)
    assert "You are ada." in client.get("/account").text


def test_remembered_user_confirms_before_the_token_page(client: FlaskClient) -> None:
    return_remembered(client)
    assert client.get("/token").location == "/confirm?next=%2Ftoken"


def test_remembered_user_cannot_renew_the_token(client: FlaskClient) -> None:
    return_remembered(client)
    assert client.post("/token").location == "/confirm?next=%2Ftoken"


def test_confirmed_user_returns_to_the_token_page(client: FlaskClient) -> None:
    return_remembered(client)
    response = client.post(client.get("/token").location, data={"password": "correct-horse"})
    assert response.location == "/token"
    assert client.get("/token").status_code == 200


def test_wrong_password_confirms_nothing(client: FlaskClient) -> None:
    return_remembered(client)
    response = client.post("/confirm", data={"password": "wrong"})
    assert "Wrong password." in response.text
    assert client.get("/token").status_code == 302


def test_logout_ends_a_remembered_login(client: FlaskClient) -> None:
    log_in(client, remember="on")
    client.post("/logout")
    assert client.get_cookie("remember_token") is None
    assert client.get("/account").status_code == 302


def test_link_cannot_log_out(client: FlaskClient) -> None:
    log_in(client)
    assert client.get("/logout").status_code == 405
    assert client.get("/account").status_code == 200


def test_token_opens_the_api(client: FlaskClient, token: str) -> None:
    response = client.get("/api/me", headers=bearer(token))
    assert response.json == {"name": "ada"}


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer wrong",
        "Bearer",
        "Bearer a=b",
        "Basic YWRhOmNvcnJlY3QtaG9yc2U=",
        "Bearer \xe9",
        "Basic \xff",
        None,
    ],
)
def test_api_refuses_in_json(client: FlaskClient, authorization: str | None) -> None:
    response = client.get(
        "/api/me", headers={"Authorization": authorization} if authorization else {}
    )
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json == {"error": "A valid token is required."}


def test_token_opens_no_fresh_page(client: FlaskClient, token: str) -> None:
    client.post("/confirm", data={"password": "correct-horse"}, headers=bearer(token))
    response = client.post("/token", headers=bearer(token))
    assert response.location == "/confirm?next=%2Ftoken"


def test_renewed_token_replaces_the_first(client: FlaskClient, token: str) -> None:
    log_in(client)
    shown = re.search("<code>(.+)</code>", client.post("/token").text)
    assert shown is not None
    client.post("/logout")
    assert client.get("/api/me", headers=bearer(shown[1])).status_code == 200
    assert client.get("/api/me", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("name", ["session", "remember_token"])
def test_cookies_are_lax_and_kept_from_scripts(client: FlaskClient, name: str) -> None:
    log_in(client, remember="on")
    cookie = client.get_cookie(name)
    assert cookie is not None
    assert (cookie.same_site, cookie.http_only) == ("Lax", True)


def test_second_start_seeds_nothing(
    start: Start, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(instance)
    assert capsys.readouterr().out == ""


def test_second_start_keeps_logins(start: Start, client: FlaskClient, instance: Path) -> None:
    log_in(client)
    client.application = start(instance)
    assert client.get("/account").status_code == 200


def test_secrets_are_readable_by_their_owner_alone(first_start: tuple[Path, str]) -> None:
    instance, _ = first_start
    assert instance.stat().st_mode & 0o777 == 0o700
    assert (instance / "minimal.key").stat().st_mode & 0o777 == 0o600


def test_database_holds_no_secret(instance: Path, token: str) -> None:
    content = (instance / "minimal.sqlite").read_bytes()
    assert token.encode() not in content
    assert b"correct-horse" not in content


def test_flask_run_serves_the_login_page(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "examples/minimal", "run", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "MINIMAL_INSTANCE_PATH": str(tmp_path / "instance")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            urls = (re.search(r"http://[\d.:]+", line) for line in process.stderr)
            url = next(filter(None, urls), None)
            assert url is not None

            with urlopen(f"{url[0]}/login", timeout=10) as response:
                assert "<h1>Log in</h1>" in response.read().decode()
        finally:
            process.terminate()
