"""The record store of the application, as the commands use it."""

from __future__ import annotations

import typing as t

import click

from .._visit import Visit
from ..records._ledger import Ledger
from ..records._store import Store
from ..records.memory import MemoryRecords
from ..utils import demand_ledger


def find_store() -> Store:
    """Return the record store.

    :raises ClickException: If logins are not recorded.
    """
    try:
        ledger = demand_ledger(Visit.current())
    except RuntimeError as error:
        raise click.ClickException(str(error)) from None

    note_memory(ledger)
    return t.cast(Ledger, ledger).store


def note_memory(ledger: t.Any) -> None:
    """Warn if the store is in the memory of another process."""
    if ledger is not None and isinstance(ledger.store._records, MemoryRecords):
        click.echo(
            "'MemoryRecords' keeps logins in the memory of one process, so this command cannot see"
            " those of a running server.",
            err=True,
        )
