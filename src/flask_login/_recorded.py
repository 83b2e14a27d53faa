"""What a manager does about logins on record, besides what requests do."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from functools import partial
from importlib import import_module

from flask import Flask

from ._visit import LEDGER
from .config import check_records
from .config import Settings

if t.TYPE_CHECKING:
    from .records import Records


class RecordedLogins:
    """The part of :class:`.LoginManager` that is about logins on record."""

    #: The store of the logins on record, or ``None``.
    login_records: Records | None = None

    _ledger: t.Any = None

    def end_logins_of(self, user_id: t.Any) -> int:
        """End all logins of a user, from anywhere: no request is needed. Sends
        :data:`.login_ended` for each, in an application context.

        :param user_id: The ID, as the user's ``get_id`` returns it.
        :return: How many there were.
        :raises RuntimeError: If logins are not on record.
        :raises StoreFailure: If the store fails.
        """
        return t.cast(int, self._demand_ledger().store.end(user_id))

    def end_all_logins(self) -> None:
        """End all logins of all users at once, however many there are. Sends
        :data:`.login_ended`, in an application context.

        :raises RuntimeError: If logins are not on record.
        :raises StoreFailure: If the store fails.
        """
        self._demand_ledger().store.end_all()

    def purge_logins(self) -> int:
        """Remove what is no longer needed from the store. Call it from time to time, say daily.

        :return: How many rows were removed.
        :raises RuntimeError: If logins are not on record.
        :raises StoreFailure: If the store fails.
        """
        return t.cast(int, self._demand_ledger().store.purge())

    def _demand_ledger(self) -> t.Any:
        if self._ledger is None:
            raise RuntimeError(
                "Logins are not on record. Pass a store as 'LoginManager(records=...)'."
            )

        return self._ledger

    def _keep_records(self, records: Records | None, unavailable: Callable[..., t.Any]) -> None:
        if records is None:
            return

        # Who has no records does not import what keeps them.
        ledger = import_module(".records._ledger", __package__)
        manager: t.Any = self
        self.login_records = records
        self._ledger = ledger.Ledger(
            records,
            # Applications replace it.
            lambda: manager._session_identifier_generator(),
            partial(unavailable, manager),
        )

    def _register_records(self, app: Flask) -> None:
        """Have an application's logins on record, or no longer, if another manager did."""
        app.extensions.pop(LEDGER, None)

        if self._ledger is not None:
            check_records(Settings(app.config))
            app.extensions[LEDGER] = self._ledger
