"""The commands ``flask new-password`` and ``flask purge-logins``."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import current_app
from flask import Flask
from werkzeug.security import generate_password_hash

from flask_login import LoginManager

from .first_start import new_password as make_password
from .models import db
from .models import Operator


def init_app(app: Flask) -> None:
    app.cli.command("new-password")(new_password)
    app.cli.command("purge-logins")(purge_logins)


@click.argument("name")
def new_password(name: str) -> None:
    """Give an operator a new password, and end their logins."""
    operator = db.session.scalar(sa.select(Operator).where(Operator.name == name))

    if operator is None:
        raise click.ClickException(f"There is no operator '{name}'.")

    password = make_password()
    operator.password_hash = generate_password_hash(password)
    db.session.commit()
    _manager().end_logins_of(operator.get_id())
    click.echo(f"The new password of {name}: {password}")


def purge_logins() -> None:
    """Delete logins that ended long ago. Run it daily."""
    click.echo(f"{_manager().purge_logins()} removed.")


def _manager() -> LoginManager:
    manager: LoginManager = current_app.extensions["login_manager"]
    return manager
