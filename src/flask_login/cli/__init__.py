"""The commands of ``flask login``. Each has its own module."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask.cli import FlaskGroup

from .._commands import COMMANDS
from ._check import check
from ._explain import explain_command
from ._routes import routes
from ._sessions import sessions

commands: AppGroup = AppGroup("login")
commands.add_command(check)
commands.add_command(explain_command)
commands.add_command(routes)
commands.add_command(sessions)


class OwnCommands(FlaskGroup):
    """Has the options of ``flask``, and no commands of the application or of other packages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return click.Group.get_command(self, ctx, name)


def main() -> None:
    """Run a command for the application that ``--app`` names, as ``flask login`` does."""
    group = OwnCommands(add_default_commands=False, help=COMMANDS.short_help)
    group.commands.update(commands.commands)
    group.main(prog_name="python -m flask_login")
