"""The command ``flask login``. Its subcommands are imported when it runs."""

from __future__ import annotations

import typing as t
from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup


class LoginCommands(AppGroup):
    """The command group of :mod:`flask_login.cli`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return _import_commands().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _import_commands().get_command(ctx, cmd_name)


COMMANDS = LoginCommands(
    "login",
    short_help="Check routes and settings, and manage logins.",
    help="""\
Check routes and settings, and manage logins.

\b
Examples:
  flask login routes --open           Which views can visitors enter?
  flask login check --deploy          Is the setup ready for production?
  flask login explain < cookie.txt    Why is this cookie refused?
  flask login sessions list --user 7  Where is this user logged in?
""",
)


def register_commands(app: Flask) -> None:
    """Add ``flask login`` to an application, unless it has its own command of this name."""
    app.cli.commands.setdefault("login", COMMANDS)


def _import_commands() -> click.Group:
    return t.cast(click.Group, import_module(".cli", __package__).commands)
