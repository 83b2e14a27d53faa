"""``flask login routes``: its options, its output and its exit codes."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from flask import Blueprint
from flask import Flask
from flask.cli import ScriptInfo
from routes_kit import invoke

from flask_login import anonymous_required
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import user_passes_test
from flask_login.cli import commands

OUTPUT = """\
Endpoint  Methods  Rule                     Access  By
index     GET      /                        open    no guard
login     POST     /login                   open    anonymous_required
mine      GET      /mine                    closed  login_required
static    GET      /static/<path:filename>  open    exempt(static)

3 open, 1 closed. Login view: /login.
"""


@pytest.fixture
def site(app: Flask, login_manager: LoginManager) -> Flask:
    """One page for everyone, one for users, and a form."""
    login_manager.login_view = "/login"
    app.add_url_rule("/", "index", lambda: "for everyone")
    app.add_url_rule("/mine", "mine", login_required(lambda: "for users"))
    app.add_url_rule("/login", "login", anonymous_required(lambda: "in"), methods=["POST"])
    return app


def test_table_shows_each_route(site: Flask) -> None:
    assert invoke(site).output == OUTPUT


@pytest.mark.parametrize(("color", "colored"), [(True, True), (False, False)])
def test_colours_are_for_terminals(site: Flask, color: bool, colored: bool) -> None:
    output = site.test_cli_runner().invoke(args=["login", "routes"], color=color).output

    assert (click.style("closed", fg="green") in output) is colored


@pytest.mark.parametrize(
    ("guard", "shown"),
    [
        (login_required(via=("session", "bearer")), "login_required(via=session/bearer)"),
        (fresh_login_required(max_age=300), "fresh_login_required(max_age=300)"),
        (user_passes_test(str), "user_passes_test(str)"),
    ],
    ids=["via", "age", "test"],
)
def test_arguments_of_guards_are_shown(
    site: Flask, guard: Callable[[t.Any], t.Any], shown: str
) -> None:
    site.view_functions["mine"] = guard(lambda: "for users")

    assert shown in invoke(site).output


def test_notes_are_below_the_table(site: Flask) -> None:
    login_required(site.view_functions["index"])

    assert "note  index: A guard above '@app.route' has no effect." in invoke(site).output


def test_guesses_are_shown_as_hints(site: Flask) -> None:
    site.add_url_rule("/leave", "leave", lambda: str(logout_user()))

    assert "hint  leave: GET calls 'logout_user'" in invoke(site).output


def test_json_has_stable_keys(site: Flask) -> None:
    found = json.loads(invoke(site, "--json", "--closed").output)

    assert found == {
        "login_disabled": False,
        "routes": [
            {
                "endpoint": "mine",
                "methods": ["GET", "HEAD"],
                "rule": "/mine",
                "host": None,
                "subdomain": None,
                "websocket": False,
                "access": "closed",
                "by": [{"kind": "login_required", "via": None}],
                "login_view": "/login",
                "notes": [],
            }
        ],
    }


def test_lazy_strings_are_text_in_json(app: Flask, login_manager: LoginManager) -> None:
    lazy: t.Any = Path("admins")
    app.add_url_rule("/", "page", user_passes_test(bool, reason=lazy)(lambda: ""))

    assert json.loads(invoke(app, "--json").output)["routes"][0]["by"][0]["reason"] == "admins"


@pytest.mark.parametrize(
    ("option", "endpoints"),
    [("--open", {"index", "login", "static"}), ("--closed", {"mine"})],
)
def test_filter_shows_one_kind_of_routes(site: Flask, option: str, endpoints: set[str]) -> None:
    routes = json.loads(invoke(site, "--json", option).output)["routes"]

    assert {route["endpoint"] for route in routes} == endpoints


def test_unknown_views_are_shown_with_open_ones(site: Flask) -> None:
    site.before_request(lambda: None)

    assert "unknown" in invoke(site, "--open").output
    assert "unknown" not in invoke(site, "--closed").output


def test_open_view_fails(site: Flask) -> None:
    result = invoke(site, "--fail-on", "open", "--allow", "login")

    assert result.exit_code == 1
    assert "GET / ('index') is open." in result.output


def test_unknown_view_fails(site: Flask) -> None:
    site.before_request(lambda: None)
    result = invoke(site, "--fail-on", "open", "--allow", "login")

    assert result.exit_code == 1
    assert "GET / ('index') is unknown." in result.output


def test_open_views_pass_that_are_allowed(site: Flask) -> None:
    result = invoke(site, "--fail-on", "open", "--allow", "login", "--allow", "index")

    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("allow", "summary"),
    [
        (["login", "index"], "3 open, 1 closed. Login view: /login. Passed."),
        (["login"], "3 open, 1 closed. Login view: /login. Failed: 1 problem."),
    ],
    ids=["passed", "failed"],
)
def test_last_line_says_whether_it_passed(site: Flask, allow: list[str], summary: str) -> None:
    options = [word for name in allow for word in ("--allow", name)]

    output = invoke(site, "--fail-on", "open", *options).output

    assert output.splitlines()[-1] == summary


def test_login_views_that_differ_have_a_column(site: Flask, login_manager: LoginManager) -> None:
    shop = Blueprint("shop", __name__)
    shop.add_url_rule("/shop", "page", login_required(lambda: "for customers"))
    site.register_blueprint(shop)
    login_manager.blueprint_login_views = {"shop": "/enter"}

    lines = [line.split() for line in invoke(site, "--closed").output.splitlines()]

    assert lines[0][4:] == ["Login", "view", "By"]
    assert [line[4] for line in lines[1:3]] == ["/login", "/enter"]


def test_summary_has_no_login_view_if_there_is_none(
    site: Flask, login_manager: LoginManager
) -> None:
    login_manager.login_view = None

    assert invoke(site, "--closed").output.endswith("\n1 closed.\n")


def test_no_table_is_shown_without_views(login_manager: LoginManager) -> None:
    app = Flask("app", static_folder=None)
    login_manager.init_app(app)

    assert invoke(app).output == "No views.\n"


def test_open_views_do_not_fail_by_themselves(site: Flask) -> None:
    assert invoke(site).exit_code == 0


def test_filter_does_not_change_the_exit_code(site: Flask) -> None:
    assert invoke(site, "--closed", "--fail-on", "open").exit_code == 1


def test_file_lists_allowed_views(site: Flask, tmp_path: Path) -> None:
    file = tmp_path / "open-views.txt"
    file.write_text("# Open views.\nindex  # the home page\n\nlogin\n")

    assert invoke(site, "--fail-on", "open", "--allow-file", str(file)).exit_code == 0


def test_file_may_be_of_windows(site: Flask, tmp_path: Path) -> None:
    path = tmp_path / "open-views.txt"
    path.write_bytes("index\r\nlogin\r\n".encode("utf-8-sig"))

    assert invoke(site, "--fail-on", "open", "--allow-file", str(path)).exit_code == 0


def test_one_method_is_allowed(site: Flask) -> None:
    site.add_url_rule("/", "index", methods=["POST"])
    allow = ["--allow", "login", "--allow", "index:GET"]

    assert invoke(site, "--fail-on", "open", *allow).exit_code == 1
    assert invoke(site, "--fail-on", "open", *allow, "--allow", "index:POST").exit_code == 0


@pytest.mark.parametrize("entry", ["mine", "nowhere", "index:POST", "ind*"])
def test_allowing_a_view_that_is_not_open_fails(site: Flask, entry: str) -> None:
    allow = ["--allow", "index", "--allow", "login", "--allow", entry]
    result = invoke(site, "--fail-on", "open", *allow)

    assert result.exit_code == 1
    assert f"'{entry}' is allowed, but no such endpoint is open." in result.output


def test_static_files_may_be_allowed_by_name(site: Flask) -> None:
    allow = ["--allow", "index", "--allow", "login", "--allow", "static"]

    assert invoke(site, "--fail-on", "open", *allow).exit_code == 0


def test_problems_do_not_spoil_json(site: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    info = ScriptInfo(create_app=lambda: site)

    with pytest.raises(SystemExit):
        site.cli.main(["login", "routes", "--json", "--fail-on", "open"], obj=info)

    output = capsys.readouterr()
    assert len(json.loads(output.out)["routes"]) == 4
    assert "GET / ('index') is open." in output.err


@pytest.mark.parametrize("option", [("--allow", "index"), ("--allow-file", __file__)])
def test_to_allow_without_failing_is_an_error(site: Flask, option: tuple[str, str]) -> None:
    result = invoke(site, *option)

    assert result.exit_code == 2
    assert "need '--fail-on open'" in result.output


def test_disabled_guards_are_reported(site: Flask) -> None:
    site.config["LOGIN_DISABLED"] = True

    result = invoke(site)

    assert result.exit_code == 0
    assert "LOGIN_DISABLED is set, so every guard lets everyone in." in result.output


def test_disabled_guards_fail(site: Flask) -> None:
    site.config["LOGIN_DISABLED"] = True
    allow = ["--allow", "index", "--allow", "login", "--allow", "mine", "--allow", "static"]

    assert invoke(site, "--fail-on", "open", *allow).exit_code == 1


def test_application_without_a_manager_is_an_error(app: Flask) -> None:
    app.cli.add_command(commands, "login")

    result = invoke(app)

    assert result.exit_code == 1
    assert "Call 'login_manager.init_app(app)'." in result.output


def test_hosts_have_a_column(login_manager: LoginManager) -> None:
    app = Flask("app", host_matching=True, static_host="files.example")
    login_manager.init_app(app)
    app.add_url_rule("/", "index", lambda: "page", host="www.example")

    lines = [line.split() for line in invoke(app).output.splitlines()]

    assert lines[0][:3] == ["Endpoint", "Methods", "Host"]
    assert lines[1][:4] == ["index", "GET", "www.example", "/"]


def test_subdomains_have_a_column(site: Flask) -> None:
    site.add_url_rule("/", "tenant", lambda: "page", subdomain="<name>")

    lines = [line.split() for line in invoke(site).output.splitlines()]

    assert lines[5][:4] == ["tenant", "GET", "<name>", "/"]


def test_websockets_are_shown_as_such(site: Flask) -> None:
    site.add_url_rule("/ws", "feed", login_required(lambda: ""), websocket=True, methods=["GET"])

    assert "WebSocket" in invoke(site).output
