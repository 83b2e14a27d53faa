from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from runpy import run_module

import click
import pytest
from flask import Blueprint
from flask import Flask

from flask_login import LoginManager

APP = """\
from flask import Flask
from flask_login import LoginManager

app = Flask("app")
app.cli.command("login")(lambda: print("ours"))
LoginManager(app)
"""


def invoke(app: Flask, *args: str) -> str:
    return app.test_cli_runner().invoke(args=args).output


def test_application_gets_the_command(app: Flask, login_manager: LoginManager) -> None:
    assert "Usage: app login [OPTIONS] COMMAND" in invoke(app, "login", "--help")


def test_help_of_the_application_names_it(app: Flask, login_manager: LoginManager) -> None:
    assert "login" in invoke(app, "--help")


def test_unknown_command_is_refused(app: Flask, login_manager: LoginManager) -> None:
    assert "No such command 'logni'" in invoke(app, "login", "logni")


@pytest.mark.parametrize("order", ["before", "after"])
def test_command_of_the_application_wins(app: Flask, order: str) -> None:
    def own() -> None:
        click.echo("ours")

    if order == "before":
        app.cli.command("login")(own)

    LoginManager(app)

    if order == "after":
        app.cli.command("login")(own)

    assert invoke(app, "login") == "ours\n"


def test_commands_of_a_blueprint_win(app: Flask, login_manager: LoginManager) -> None:
    blueprint = Blueprint("login", __name__)
    blueprint.cli.command("forms")(lambda: click.echo("ours"))
    app.register_blueprint(blueprint)

    assert invoke(app, "login", "forms") == "ours\n"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "site.py"
    path.write_text(APP)
    return path


def test_module_has_the_commands_of_such_an_application(
    module: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["flask_login", "--app", str(module), "--help"])
    # Flask sets it.
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "false")

    with pytest.raises(SystemExit):
        run_module("flask_login", run_name="__main__")

    output = capsys.readouterr().out
    assert "Usage: python -m flask_login [OPTIONS] COMMAND" in output
    assert re.findall(r"^  ([a-z]+) ", output.partition("Commands:")[2], re.MULTILINE) == [
        "check",
        "explain",
        "routes",
        "sessions",
    ]


def test_command_is_imported_when_it_is_called() -> None:
    script = (
        "import sys; from flask import Flask; from flask_login import LoginManager;"
        " LoginManager(Flask('app')); print('flask_login.cli' in sys.modules)"
    )
    python = [sys.executable, "-c", script]

    result = subprocess.run(python, capture_output=True, check=True, text=True)

    assert result.stdout == "False\n"
