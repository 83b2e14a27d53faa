"""A record store as requests use it: it reads each row once per request, and reports failures."""

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

#: The ``Retry-After`` of a 503, in seconds.
RETRY_AFTER = 10


class Store:
    """Wraps :class:`.Records`. Every failure becomes a :exc:`StoreFailure`."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, visit: Visit, user_id: t.Any, key: str) -> StoredLogin | None:
        """Find a login by its key. It is read once per request."""
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
        """Read a login again, because another request has changed it."""
        del visit.rows[row.key]
        return self.find(visit, row.user_id, row.key)

    def create(self, visit: Visit, row: StoredLogin, limit: int | None) -> Created:
        """Store a new login. End older logins if the limit says so, and send
        :data:`.login_ended` for each.
        """
        ends_oldest = visit.settings.records_limit_reached == "end_oldest"
        created = _ask(lambda: self._records.create(row, limit=limit, end_oldest=ends_oldest))

        if created.stored:
            visit.rows[row.key] = row

        _announce(row.user_id, created.ended, "ended")
        return created

    def adopt(self, visit: Visit, row: StoredLogin) -> StoredLogin | None:
        """Store a login unless it exists, and return the stored login."""
        stored = visit.rows[row.key] = _ask(lambda: self._records.adopt(row), visit)
        return stored

    def change(
        self,
        visit: Visit,
        row: StoredLogin,
        changes: Mapping[str, t.Any],
        expected: Mapping[str, t.Any] | None = None,
    ) -> StoredLogin | None:
        """Change a login, and return the new row, or ``None`` if the row was not as expected."""
        user_id, key = row.user_id, row.key

        if not _ask(lambda: self._records.change(user_id, key, changes, expected=expected), visit):
            return None

        changed = visit.rows[row.key] = replace(row, **changes)
        return changed

    def label(self, user_id: str, key: str, label: str) -> bool:
        """Give a login a name, and return whether the login exists."""
        facts = {"label": as_text(label)}
        return _ask(lambda: self._records.change(user_id, key, facts))

    def list(self, user_id: str, current: str | None) -> list[LoginRecord]:
        """Return a user's active logins, the newest first.

        :param current: The key of this request's login, if there is one.
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
        """End logins of a user, and return how many ended. Sends :data:`.login_ended` for each."""
        now = _clock.microseconds()
        ended = _ask(
            lambda: self._records.end(str(user_id), now, keys=keys, besides=besides, reason=reason)
        )
        _announce(str(user_id), ended, reason)
        return len(ended)

    def end_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """End logins, given as pairs of user ID and key."""
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
        """Delete the rows that are no longer needed, and return how many were deleted."""
        return _ask(lambda: self._records.purge(_clock.microseconds()))


def quietly(visit: Visit, ask: Callable[[], T]) -> T | None:
    """Ask for something optional, and return ``None`` if the store fails. After a failure, do not
    ask again in this request, because each failure may take as long as the client's timeout.
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

        _logger.exception("The record store failed.")
        _send(records_failed, error=error)
        raise StoreFailure("The record store failed.", retry_after=RETRY_AFTER) from error


def _announce(user_id: str, keys: Iterable[str], reason: EndReason) -> None:
    for key in keys:
        _send(login_ended, user_id=user_id, login_id=key, reason=reason)


def _send(signal: NamedSignal, **facts: t.Any) -> None:
    """Send a signal, unless there is no application context."""
    if has_app_context():
        send(signal, current_flask(), **facts)
