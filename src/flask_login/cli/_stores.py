"""The store of the logins on record, as a command finds it."""

from __future__ import annotations

import typing as t

import click

from .._visit import Visit
from ..records._ledger import Ledger
from ..records._store import Store
from ..records.memory import MemoryRecords
from ..utils import demand_ledger


def find_store() -> Store:
    """The store of the application's logins.

    :raises ClickException: If logins are not on record.
    """
    try:
        ledger = demand_ledger(Visit.current())
    except RuntimeError as error:
        raise click.ClickException(str(error)) from None

    note_memory(ledger)
    return t.cast(Ledger, ledger).store


def note_memory(ledger: t.Any) -> None:
    """Say so where a command cannot see the logins of the process that serves requests."""
    if ledger is not None and isinstance(ledger.store._records, MemoryRecords):
        click.echo(
            "'MemoryRecords' keeps logins in the memory of one process: what another one serves is"
            " not in this one.",
            err=True,
        )
