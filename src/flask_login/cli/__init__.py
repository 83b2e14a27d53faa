"""The commands of ``flask login``. Each has its own module."""

from __future__ import annotations

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


def main() -> None:
    """Run a command for the application that ``--app`` names, as ``flask login`` does."""
    group = FlaskGroup(add_default_commands=False, help=COMMANDS.short_help)
    group.commands.update(commands.commands)
    group.main(prog_name="python -m flask_login")
