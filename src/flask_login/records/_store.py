"""A store as requests use it: each row is read once in a request, and what fails is told."""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import replace

from blinker import NamedSignal
from flask import has_app_context

from .. import _clock
from .._context import current_flask
from .._visit import Visit
from ..exceptions import StoreFailure
from ..signals import login_ended
from ..signals import records_failed
from ..signals import send
from . import Created
from . import EndReason
from . import LoginRecord
from . import Records
from . import StoredLogin
from ._rows import as_record
from ._rows import as_text

T = t.TypeVar("T")

_logger = logging.getLogger("flask_login")

#: After how many seconds a client may try again while a store fails.
RETRY_AFTER = 10


class Store:
    """:class:`.Records`, whose every failure is a :exc:`StoreFailure`."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, visit: Visit, user_id: t.Any, key: str) -> StoredLogin | None:
        """A login by its key. It is read once in a request."""
        if key not in visit.rows:
            try:
                visit.rows[key] = _ask(lambda: self._records.find(str(user_id), key).login, visit)
            except StoreFailure as failure:
                visit.rows[key] = failure

        row: StoredLogin | StoreFailure | None = visit.rows[key]

        if isinstance(row, StoreFailure):
            raise row

        return row

    def find_again(self, visit: Visit, row: StoredLogin) -> StoredLogin | None:
        """A login that somebody else has changed since it was read."""
        del visit.rows[row.key]
        return self.find(visit, row.user_id, row.key)

    def create(self, visit: Visit, row: StoredLogin, limit: int | None) -> Created:
        """Store a new login, and end others if there are too many. Sends :data:`.login_ended`."""
        ends_oldest = visit.settings.records_limit_reached == "end_oldest"
        created = _ask(lambda: self._records.create(row, limit=limit, end_oldest=ends_oldest))

        if created.stored:
            visit.rows[row.key] = row

        _announce(row.user_id, created.ended, "ended")
        return created

    def adopt(self, visit: Visit, row: StoredLogin) -> StoredLogin | None:
        """Store a login unless it is there, and return what is."""
        stored = visit.rows[row.key] = _ask(lambda: self._records.adopt(row), visit)
        return stored

    def change(
        self,
        visit: Visit,
        row: StoredLogin,
        changes: Mapping[str, t.Any],
        expected: Mapping[str, t.Any] | None = None,
    ) -> StoredLogin | None:
        """Change a login, and return it as it is then, or ``None`` if it is not as expected."""
        user_id, key = row.user_id, row.key

        if not _ask(lambda: self._records.change(user_id, key, changes, expected=expected), visit):
            return None

        changed = visit.rows[row.key] = replace(row, **changes)
        return changed

    def label(self, user_id: str, key: str, label: str) -> bool:
        """Name a login, and return whether it is there."""
        facts = {"label": as_text(label)}
        return _ask(lambda: self._records.change(user_id, key, facts))

    def list(self, user_id: str, current: str | None) -> list[LoginRecord]:
        """A user's logins, the newest first.

        :param current: The key of the one of this request, if any.
        """
        rows = _ask(lambda: self._records.list(user_id, _clock.microseconds()))
        return [as_record(row, current=row.key == current) for row in rows]

    def end(
        self,
        user_id: t.Any,
        *,
        keys: Collection[str] | None = None,
        besides: str | None = None,
        reason: EndReason = "ended",
    ) -> int:
        """End logins of a user, and return how many there were. Sends :data:`.login_ended`."""
        now = _clock.microseconds()
        ended = _ask(
            lambda: self._records.end(str(user_id), now, keys=keys, besides=besides, reason=reason)
        )
        _announce(str(user_id), ended, reason)
        return len(ended)

    def end_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """End logins, each given by its user's ID and its key."""
        by_user: dict[str, set[str]] = {}

        for user_id, key in keys:
            by_user.setdefault(user_id, set()).add(key)

        for user_id, theirs in by_user.items():
            self.end(user_id, keys=theirs)

    def end_all(self) -> None:
        """End the logins of all users. Sends :data:`.login_ended` once."""
        _ask(lambda: self._records.end_all(_clock.microseconds()))
        _send(login_ended, user_id=None, login_id=None, reason="ended")

    def purge(self) -> int:
        """Remove the rows that are no longer needed, and return how many there were."""
        return _ask(lambda: self._records.purge(_clock.microseconds()))


def quietly(visit: Visit, ask: Callable[[], T]) -> T | None:
    """Ask for something that a request can do without, unless the store has failed in it: each
    failure may take as long as the client waits.
    """
    if visit.store_failed:
        return None

    try:
        return ask()
    except StoreFailure:
        visit.store_failed = True
        return None


def _ask(ask: Callable[[], T], visit: Visit | None = None) -> T:
    try:
        return ask()
    except Exception as error:
        if visit is not None:
            visit.store_failed = True

        _logger.exception("The store of the logins on record failed.")
        _send(records_failed, error=error)
        raise StoreFailure(retry_after=RETRY_AFTER) from error


def _announce(user_id: str, keys: Iterable[str], reason: EndReason) -> None:
    for key in keys:
        _send(login_ended, user_id=user_id, login_id=key, reason=reason)


def _send(signal: NamedSignal, **facts: t.Any) -> None:
    """Send a signal, unless there is no application to send it for."""
    if has_app_context():
        send(signal, current_flask(), **facts)
