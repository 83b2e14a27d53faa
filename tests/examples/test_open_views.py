"""``flask login routes`` proves what of ``examples/portal`` is open."""

from __future__ import annotations

import pytest
from flask import Flask
from portal_kit import EXAMPLES

from flask_login import login_exempt

ALLOWED = str(EXAMPLES / "portal" / "open-views.txt")


def exit_code(app: Flask, *args: str) -> int:
    command = ["login", "routes", "--fail-on", "open", *args]
    return app.test_cli_runner().invoke(args=command).exit_code


def test_no_other_view_is_open(app: Flask) -> None:
    assert exit_code(app, "--allow-file", ALLOWED) == 0


@pytest.mark.parametrize("setting", ["LOGIN_REQUIRED_BY_DEFAULT", "LOGIN_DISABLED"])
def test_views_are_not_open_by_a_slip_of_the_settings(app: Flask, setting: str) -> None:
    app.config[setting] = not app.config.get(setting)

    assert exit_code(app, "--allow-file", ALLOWED) == 1


def test_another_open_view_is_noticed(app: Flask) -> None:
    app.add_url_rule("/debug", "debug", login_exempt(lambda: "the state of the portal"))

    assert exit_code(app, "--allow-file", ALLOWED) == 1


def test_nothing_looks_like_a_mistake(app: Flask) -> None:
    output = app.test_cli_runner().invoke(args=["login", "routes"]).output

    assert "note  " not in output
    assert "hint  " not in output
    assert "unknown" not in output
