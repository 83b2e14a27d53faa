"""The methods of a manager for recorded logins that need no request."""

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
    """The part of :class:`.LoginManager` for recorded logins."""

    #: The record store, or ``None`` if logins are not recorded.
    login_records: Records | None = None

    _ledger: t.Any = None

    def end_logins_of(self, user_id: t.Any) -> int:
        """Revoke all logins of a user (OWASP ASVS 7.4.2, 7.4.5). It needs no request. In an
        application context, it sends :data:`.login_ended` for each login.

        :param user_id: The ID, as the user's ``get_id`` returns it.
        :return: How many logins ended.
        :raises RuntimeError: If the manager has no record store.
        :raises StoreFailure: If the store fails.
        """
        return t.cast(int, self._demand_ledger().store.end(user_id))

    def end_all_logins(self) -> None:
        """Revoke all logins of all users at once (OWASP ASVS 7.4.5). In an application context, it
        sends :data:`.login_ended` once.

        :raises RuntimeError: If the manager has no record store.
        :raises StoreFailure: If the store fails.
        """
        self._demand_ledger().store.end_all()

    def purge_logins(self) -> int:
        """Delete rows from the store that are no longer needed. Call it regularly, for example once
        a day.

        :return: How many rows were deleted.
        :raises RuntimeError: If the manager has no record store.
        :raises StoreFailure: If the store fails.
        """
        return t.cast(int, self._demand_ledger().store.purge())

    def _demand_ledger(self) -> t.Any:
        if self._ledger is None:
            raise RuntimeError(
                "Logins are not recorded. Pass a store: 'LoginManager(records=...)'."
            )

        return self._ledger

    def _keep_records(self, records: Records | None, unavailable: Callable[..., t.Any]) -> None:
        if records is None:
            return

        # Imported only if the application records logins.
        ledger = import_module(".records._ledger", __package__)
        manager: t.Any = self
        self.login_records = records
        self._ledger = ledger.Ledger(
            records,
            # Called late, because applications replace the attribute.
            lambda: manager._session_identifier_generator(),
            partial(unavailable, manager),
        )

    def _register_records(self, app: Flask) -> None:
        """Record the application's logins, or stop recording them if another manager did."""
        app.extensions.pop(LEDGER, None)

        if self._ledger is not None:
            check_records(Settings(app.config))
            app.extensions[LEDGER] = self._ledger
