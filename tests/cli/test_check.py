"""``flask login check``: its options, its output and its exit codes."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from flask_login import LoginManager
from flask_login.cli import commands

KEY = "1f6a20c7b54b9f1d0e3c8a7d92c4b6e85f0d7a3b"


@pytest.fixture
def app() -> Flask:
    app = Flask("app")
    app.config["SECRET_KEY"] = KEY
    LoginManager(app).user_loader(lambda user_id: None)
    return app


@pytest.fixture
def weak(app: Flask) -> Flask:
    """An application with a warning and, in production, a note."""
    app.config.update(REMEMBER_COOKIE_HTTPONLY=False, SECRET_KEY_FALLBACKS=[KEY[::-1]])
    return app


@pytest.fixture
def broken(weak: Flask) -> Flask:
    """An application that also has an error."""
    weak.config["LOGIN_DISABLED"] = True
    return weak


def invoke(app: Flask, *args: str) -> str:
    return app.test_cli_runner().invoke(args=["login", "check", *args]).output


def exit_code(app: Flask, *args: str) -> int:
    return app.test_cli_runner().invoke(args=["login", "check", *args]).exit_code


def test_sound_application_has_no_findings(app: Flask) -> None:
    assert invoke(app) == "No findings.\n"


def test_finding_has_its_id_message_hint_and_link(broken: Flask) -> None:
    assert invoke(broken, "--ignore", "login.W022") == (
        "Errors\n"
        "\n"
        "login.E013  'LOGIN_DISABLED' is True, so every guarded view is open to everyone.\n"
        "            Remove it. In tests, log in with 'flask_login.testing.LoginClient'\n"
        "            instead.\n"
        "            docs/howto/check-your-setup.md#login-e013\n"
        "\n"
        "1 error, 1 ignored.\n"
    )


def test_findings_are_counted(broken: Flask) -> None:
    summary = invoke(broken, "--deploy").splitlines()[-1]

    assert summary == "1 error, 5 warnings, 3 notes."


def test_terminal_gets_colours(broken: Flask) -> None:
    result = broken.test_cli_runner().invoke(args=["login", "check"], color=True)

    assert "\x1b[31m\x1b[1mlogin.E013\x1b[0m" in result.output


def test_json_has_the_same_keys_always(weak: Flask) -> None:
    (finding,) = json.loads(invoke(weak, "--json"))

    assert [*finding] == ["id", "severity", "message", "hint", "link", "setting"]
    assert (finding["id"], finding["severity"]) == ("login.W022", "warning")


def test_json_without_findings_is_an_empty_list(app: Flask) -> None:
    assert json.loads(invoke(app, "--json")) == []


@pytest.mark.parametrize(
    ("level", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)]
)
def test_warning_fails_at_its_level(weak: Flask, level: str, code: int) -> None:
    assert exit_code(weak, "--fail-level", level) == code


@pytest.mark.parametrize(
    ("level", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)]
)
def test_error_fails_unless_nothing_does(broken: Flask, level: str, code: int) -> None:
    assert exit_code(broken, "--fail-level", level) == code


def test_errors_fail_by_default(broken: Flask) -> None:
    assert exit_code(broken) == 1


def test_json_fails_as_well(broken: Flask) -> None:
    assert exit_code(broken, "--json") == 1


def test_ignored_finding_does_not_fail(broken: Flask) -> None:
    assert exit_code(broken, "--ignore", "login.E013") == 0


def test_several_findings_are_ignored(broken: Flask) -> None:
    output = invoke(broken, "--ignore", "login.E013", "--ignore", "login.W022")

    assert output == "No findings, 2 ignored.\n"


def test_unknown_id_is_a_usage_error(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["login", "check", "--ignore", "login.W999"])

    assert (result.exit_code, "no finding 'login.W999'" in result.output) == (2, True)


def test_level_of_assurance(app: Flask) -> None:
    assert "login.W041" in invoke(app, "--aal", "2")


def test_loader_is_tried_on_request(app: Flask, login_manager: LoginManager) -> None:
    login_manager.user_loader(int)

    assert "ValueError" in invoke(app, "--try-loader")


def test_application_without_a_manager_is_an_error(app: Flask) -> None:
    bare = Flask("bare")
    bare.cli.add_command(commands)

    assert "Error: The application has no login manager." in invoke(bare)


def test_no_key_is_printed(app: Flask) -> None:
    app.config.update(SECRET_KEY="well-known: change-me", SECRET_KEY_FALLBACKS="the old one")

    output = invoke(app, "--deploy", "--json")

    assert "change-me" not in output
    assert "the old one" not in output
