"""The first start: creates the tables, a few operators and services, and their events."""

from __future__ import annotations

import secrets
from datetime import timedelta

import click
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from .config import CannotStart
from .models import db
from .models import Event
from .models import Model
from .models import now
from .models import Operator
from .models import Service

# Without characters that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

# Any number, but the same in all workers.
_SETUP_LOCK = 5_718_462

OPERATORS = [
    ("ada", "Ada Lovelace", "admin", True),
    ("grace", "Grace Hopper", "operator", True),
    ("alan", "Alan Turing", "viewer", True),
    ("brian", "Brian Kernighan", "operator", False),
]

#: Slug, name, requests per minute, milliseconds, state, and for how many minutes.
SERVICES = [
    ("website", "Website", 820, 48, "ok", 9_000),
    ("checkout", "Checkout", 140, 120, "ok", 2_900),
    ("search", "Search", 430, 95, "degraded", 34),
    ("mail", "Mail", 60, 210, "ok", 4_100),
    ("reports", "Reports", 25, 640, "down", 11),
    ("zürich-edge", "Zürich edge", 510, 22, "ok", 700),
]

#: Slug, event, operator, and how many minutes ago.
EVENTS = [
    ("zürich-edge", "restarted", "grace", 700),
    ("mail", "degraded", None, 190),
    ("mail", "restarted", "ada", 171),
    ("search", "degraded", None, 34),
    ("reports", "down", None, 11),
]


def new_password() -> str:
    """Return a random password of about 80 bits that is easy to type."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def prepare() -> None:
    """Create the tables and fill them. If several workers start at the same time, only one
    does.
    """
    try:
        with db.engine.begin() as connection:
            _lock(connection)
            Model.metadata.create_all(connection)

            with Session(connection, join_transaction_mode="rollback_only") as session:
                is_new = session.scalar(sa.select(Operator.id).limit(1)) is None
                report = _fill(session) if is_new else None
                session.commit()
    except sa.exc.OperationalError as error:
        url = db.engine.url.render_as_string(hide_password=True)
        reason = " ".join(str(error.orig).split())
        raise CannotStart(f"The database {url} cannot be used: {reason}") from None

    if report is not None:
        _tell(report)


def _lock(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SETUP_LOCK)))
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _fill(session: Session) -> list[tuple[str, str, str]]:
    """Fill empty tables.

    :return: The name, the role and the password of each operator who can log in.
    """
    report = []
    operators = {}
    services = {}

    for name, full_name, role, active in OPERATORS:
        password = current_app.config["SEED_PASSWORD"] or new_password()
        operators[name] = Operator(
            name=name,
            full_name=full_name,
            role=role,
            active=active,
            password_hash=generate_password_hash(password),
        )

        if active:
            report.append((name, role, password))

    for slug, name, load, latency, state, minutes in SERVICES:
        since = now() - timedelta(minutes=minutes)
        services[slug] = Service(
            slug=slug, name=name, load=load, latency=latency, state=state, since=since
        )

    for slug, what, who, minutes in EVENTS:
        at = now() - timedelta(minutes=minutes)
        operator = operators[who] if who else None
        session.add(Event(service=services[slug], operator=operator, what=what, at=at))

    session.add_all([*operators.values(), *services.values()])
    return report


def _tell(report: list[tuple[str, str, str]]) -> None:
    """Print the passwords of the new operators."""
    click.echo("\nThese operators can log in. Their passwords are shown only now:\n")

    for name, role, password in report:
        click.echo(f"  {name:<8}{role:<12}{password}")

    click.echo("\n'flask --app examples/portal new-password ada' makes a new one.\n")
