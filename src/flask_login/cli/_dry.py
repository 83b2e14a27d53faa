"""Read a login's record and judge it as a request does, but write nothing."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from flask import Request
from werkzeug.exceptions import ServiceUnavailable

from .._visit import Visit
from ..records import Created
from ..records import Found
from ..records import Records
from ..records import StoredLogin
from ..records._ledger import Ledger


class DryLedger(Ledger):
    """A ledger that writes nothing and sends no signals."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(DryRecords(ledger.store._records), ledger._identify, _unavailable)

    def _punish(self, visit: Visit, row: StoredLogin) -> None:
        pass


class DryRecords:
    """A store that reads, and accepts writes without writing."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, user_id: str, key: str) -> Found:
        return self._records.find(user_id, key)

    def create(self, *args: t.Any, **kwargs: t.Any) -> Created:
        return Created(True)

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        found = self.find(login.user_id, login.key)

        if found.login is None and login.authenticated_at > found.not_adopted_until:
            return login

        return found.login

    def change(self, *args: t.Any, **kwargs: t.Any) -> bool:
        return True

    def list(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        return self._records.list(user_id, now)

    def end(self, *args: t.Any, **kwargs: t.Any) -> Sequence[str]:
        return ()

    def end_all(self, now: int) -> None:
        pass

    def purge(self, now: int) -> int:
        return 0


def _unavailable(visit: Visit, current: Request, after: int) -> ServiceUnavailable:
    return ServiceUnavailable(retry_after=after)
