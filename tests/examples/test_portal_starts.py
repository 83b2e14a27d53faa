"""The portal: its first start, its settings, and what it says when something is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask
from portal_kit import EXAMPLES
from portal_kit import PAGE
from portal_kit import PASSWORD

from flask_login.testing import assert_login_required
from flask_login.testing import closed_routes
from flask_login.testing import LoginClient


def test_first_start_prints_passwords_once(
    start: t.Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(tmp_path, SEED_PASSWORD=None)
    first = capsys.readouterr().out
    start(tmp_path, SEED_PASSWORD=None)
    passwords = re.findall(r"^  (\w+) .* ([a-z2-9-]{19})$", first, re.MULTILINE)
    assert [name for name, _ in passwords] == ["ada", "grace", "alan"]
    assert len({password for _, password in passwords}) == 3
    assert capsys.readouterr().out == ""


def test_second_start_keeps_logins(start: t.Any, instance: Path, ada: LoginClient) -> None:
    ada.application = start(instance)
    assert ada.get("/").status_code == 200


def test_secrets_are_readable_by_their_owner_alone(seeded: Path) -> None:
    assert seeded.stat().st_mode & 0o777 == 0o700
    assert (seeded / "secret.key").stat().st_mode & 0o777 == 0o600


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, portal: t.Any) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "flask", "--app", "examples/portal", "run", "--port", "0"]
    run = subprocess.run(
        command,
        cwd=EXAMPLES.parent,
        env={**os.environ, "FLASK_INSTANCE_PATH": str(tmp_path / "file" / "instance")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    assert re.fullmatch(r"Error: The folder \S+ cannot be written .+\n", run.stderr)


def test_database_that_cannot_be_used_is_one_sentence(
    portal: t.Any, start: t.Any, tmp_path: Path
) -> None:
    with pytest.raises(portal.config.CannotStart, match=r"^The database sqlite:///\S+ cannot be"):
        start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/portal.sqlite")


def test_folder_is_not_needed_where_nothing_is_written(
    portal: t.Any, start: t.Any, tmp_path: Path
) -> None:
    app = Flask("elsewhere", instance_path=str(tmp_path / "none"))
    settings = {"DATABASE_URL": "postgres://db/portal", "SECRET_KEY": "k"}
    app.config.from_mapping({**portal.config.DEFAULTS, **settings})
    portal.config._complete(app)
    assert not (tmp_path / "none").exists()
    assert app.config["SQLALCHEMY_ENGINES"]["default"]["url"] == "postgresql+psycopg://db/portal"


def test_environment_sets_settings(
    start: t.Any, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_LOGIN_IDLE_TIMEOUT", "600")
    monkeypatch.setenv("FLASK_TRUSTED_HOSTS", "portal.example, localhost")
    app = start(instance)
    assert app.config["LOGIN_IDLE_TIMEOUT"] == 600
    assert app.config["TRUSTED_HOSTS"] == ["portal.example", "localhost"]


def test_host_that_is_not_trusted_is_refused(start: t.Any, instance: Path) -> None:
    client = start(instance, TRUSTED_HOSTS=["localhost"]).test_client()
    assert client.get("/login", base_url="http://evil.example").status_code == 400
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize(("proxies", "scheme"), [(0, "http"), (1, "https")])
def test_proxy_is_believed_only_where_there_is_one(
    start: t.Any, instance: Path, browser: t.Any, proxies: int, scheme: str
) -> None:
    client = browser(start(instance, PROXIES=proxies), "ada")
    page = client.post("/api/", headers={"X-Forwarded-Proto": "https"}).text
    assert f"{scheme}://localhost/api/me" in page


def test_form_from_before_a_new_secret_key_is_accepted(start: t.Any, instance: Path) -> None:
    client = start(instance, SECRET_KEY="old", WTF_CSRF_ENABLED=True).test_client()
    token = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/login").text)[0]
    keys = {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["old"]}
    client.application = start(instance, WTF_CSRF_ENABLED=True, **keys)
    assert client.post("/logout", data={"csrf_token": token}).status_code == 302


def test_sessions_on_the_server_need_redis(portal: t.Any, start: t.Any, instance: Path) -> None:
    with pytest.raises(portal.config.CannotStart, match="needs Redis: name one in REDIS_URL"):
        start(instance, SERVER_SESSIONS=True)


@pytest.fixture
def without_redis(start: t.Any, instance: Path, ada: LoginClient) -> LoginClient:
    """A browser that is logged in, while the Redis of the sessions is away."""
    pytest.importorskip("flask_session")
    ada.application = start(instance, SERVER_SESSIONS=True, REDIS_URL="redis://127.0.0.1:1")
    ada.application.logger.disabled = True
    return ada


def test_outage_of_sessions_on_the_server_logs_nobody_out(without_redis: LoginClient) -> None:
    response = without_redis.get("/")
    assert (response.status_code, "Back in a moment" in response.text) == (503, True)
    assert response.headers["Retry-After"] == "10"
    assert "Set-Cookie" not in response.headers


def test_outage_of_sessions_on_the_server_is_no_illness(without_redis: LoginClient) -> None:
    assert without_redis.get("/health").status_code == 200


def test_new_password_is_printed_and_ends_logins(app: Flask, ada: LoginClient) -> None:
    result = app.test_cli_runner().invoke(args=["new-password", "ada"])
    assert re.fullmatch(r"The new password of ada: [a-z2-9-]{19}\n", result.output)
    assert ada.get("/").status_code == 302


def test_new_password_needs_an_operator(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["new-password", "nobody"])
    assert result.output == "Error: There is no operator 'nobody'.\n"


def test_logins_are_purged(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["purge-logins"]).output == "0 removed.\n"


def test_all_views_are_closed_but_for_these(app: Flask) -> None:
    urls = app.url_map.bind("localhost")
    closed = {urls.match(path, method)[0] for method, path in closed_routes(app)}
    assert set(app.view_functions) - closed == {
        *("auth.login", "auth.logout", "auth.choose_language", "favicon", "health", "static"),
        # The refresh view has a guard of its own.
        "auth.confirm",
    }


def test_stranger_has_nothing_to_confirm(visitor: LoginClient) -> None:
    assert visitor.get("/confirm").location == "/login?next=%2Fconfirm"


def test_closed_views_refuse_strangers(app: Flask) -> None:
    for method, path in closed_routes(app):
        assert_login_required(app.test_client(), path, method)


@pytest.mark.parametrize("path", ["/login", "/health", "/favicon.ico"])
def test_stranger_enters_what_is_open(visitor: LoginClient, path: str) -> None:
    with visitor.get(path) as response:
        assert response.status_code == 200


def test_pages_of_users_are_kept_by_nobody(ada: LoginClient) -> None:
    assert ada.get("/").headers["Cache-Control"] == "private, no-store"


def test_pages_have_no_inline_scripts_and_styles(ada: LoginClient) -> None:
    for path in ("/", "/account/devices", "/api/", "/admin/", "/nothing"):
        page = ada.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page)


def test_pages_forbid_scripts_of_others(visitor: LoginClient) -> None:
    assert "script-src 'self';" in visitor.get("/login").headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/nothing", "/account/password", "/login", "/api/"])
def test_pages_have_a_language_a_title_and_one_heading(ada: LoginClient, path: str) -> None:
    page = ada.get(path, follow_redirects=True).text
    assert re.search(r'<html lang="\w+">', page)
    assert re.search(r"<title>.+ · Harbour</title>", page)
    assert page.count("<h1") == 1


@pytest.fixture
def broken(app: Flask, ada: LoginClient, instance: Path) -> LoginClient:
    """A browser that is logged in, while the database is away."""
    app.testing = False
    app.logger.disabled = True
    (instance / "portal.sqlite").write_bytes(b"")
    return ada


def test_missing_page_is_told_while_the_database_is_away(broken: LoginClient) -> None:
    response = broken.get("/nothing")
    assert (response.status_code, "<h1>Nothing here</h1>" in response.text) == (404, True)


@pytest.mark.parametrize("path", ["/", "/account/", "/login"])
def test_outage_is_told_as_such(broken: LoginClient, path: str) -> None:
    response = broken.get(path)
    assert (response.status_code, "Back in a moment" in response.text) == (503, True)
    assert response.headers["Retry-After"] == "10"


def test_outage_is_told_to_the_api_as_a_problem(broken: LoginClient) -> None:
    response = broken.get("/api/me", headers={"Accept": "*/*"})
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")


def test_outage_logs_nobody_out(start: t.Any, instance: Path, ada: LoginClient) -> None:
    ada.application.logger.disabled = True
    database = instance / "portal.sqlite"
    content = database.read_bytes()
    database.write_bytes(b"")
    assert ada.get("/").status_code == 503
    database.write_bytes(content)
    ada.application = start(instance)
    assert ada.get("/").status_code == 200


@pytest.mark.parametrize(("status", "title"), [(403, "Not for you"), (429, "Too many attempts")])
def test_other_errors_are_told_while_the_database_is_away(
    app: Flask, broken: LoginClient, status: int, title: str
) -> None:
    with app.test_request_context(headers=PAGE):
        error = app.aborter.mapping[status]()
        response = app.make_response(app.handle_http_exception(error))
        assert title in response.get_data(as_text=True)


def test_mistake_of_ours_is_a_page(app: Flask, ada: LoginClient) -> None:
    app.testing = False
    app.logger.disabled = True
    app.view_functions["dashboard.index"] = lambda: 1 / 0
    response = ada.get("/")
    assert (response.status_code, "Something broke" in response.text) == (500, True)


def test_translation_is_complete_and_compiled(portal: t.Any) -> None:
    from babel.messages.extract import extract_from_dir
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    folder = EXAMPLES / "portal"
    method_map = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(folder, method_map, keywords=keywords)
    needed = {text[0] if isinstance(text, tuple) else text for _, _, text, _, _ in found}
    german = folder / "translations" / "de" / "LC_MESSAGES"

    with (german / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="de")

    write_mo(compiled := BytesIO(), catalog)
    written = {message.id: message.string for message in catalog if message.id}
    assert (german / "messages.mo").read_bytes() == compiled.getvalue()
    assert needed == {text[0] if isinstance(text, tuple) else text for text in written}
    assert all(all(t) if isinstance(t, tuple) else t for t in written.values())


def test_flask_run_serves_the_login_page(tmp_path: Path, portal: t.Any) -> None:
    command = [sys.executable, "-m", "flask", "--app", "examples/portal", "run", "--port", "0"]
    environment = {
        **os.environ,
        "FLASK_INSTANCE_PATH": str(tmp_path / "instance"),
        "FLASK_SEED_PASSWORD": PASSWORD,
    }

    with subprocess.Popen(
        command,
        cwd=EXAMPLES.parent,
        env=environment,
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
                assert "Log in" in response.read().decode()
        finally:
            process.terminate()
