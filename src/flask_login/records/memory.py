"""A record store in the memory of one process, for tests and development."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from threading import Lock

from . import Created
from . import EndReason
from . import Found
from . import StoredLogin


class MemoryRecords:
    """A record store in the memory of this process. Other processes do not see it, and a restart
    logs all users out.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        # user_id → key → (the epoch in which the login was stored, the login).
        self._rows: dict[str, dict[str, tuple[int, StoredLogin]]] = {}
        self._not_adopted_until: dict[str, int] = {}
        # 'end_all' begins a new epoch. Logins of older epochs have ended.
        self._epoch = 0
        self._not_adopted_until_for_all = 0

    def find(self, user_id: str, key: str) -> Found:
        with self._lock:
            return Found(self._get(user_id, key), self._adopted_after(user_id))

    def create(
        self, login: StoredLogin, *, limit: int | None = None, end_oldest: bool = True
    ) -> Created:
        with self._lock:
            counting = self._newest_first(login.user_id, login.created_at)
            surplus: Sequence[StoredLogin] = [] if limit is None else counting[limit - 1 :]

            if surplus and not end_oldest:
                return Created(False)

            self._put(login, *(_over(old, "ended") for old in surplus))
            return Created(True, [old.key for old in surplus])

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        with self._lock:
            if found := self._get(login.user_id, login.key):
                return found

            if login.authenticated_at <= self._adopted_after(login.user_id):
                return None

            self._put(login)
            return login

    def change(
        self,
        user_id: str,
        key: str,
        changes: Mapping[str, t.Any],
        *,
        expected: Mapping[str, t.Any] | None = None,
    ) -> bool:
        with self._lock:
            login = self._get(user_id, key)

            if login is None or login.ended:
                return False

            if any(getattr(login, name) != value for name, value in (expected or {}).items()):
                return False

            self._put(replace(login, **changes))
            return True

    def list(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        with self._lock:
            return self._newest_first(user_id, now)

    def end(
        self,
        user_id: str,
        now: int,
        *,
        keys: Collection[str] | None = None,
        besides: str | None = None,
        reason: EndReason = "ended",
    ) -> Sequence[str]:
        with self._lock:
            if keys is None:
                self._not_adopted_until[user_id] = max(now, self._not_adopted_until.get(user_id, 0))

            named = [login for login in self._of(user_id) if keys is None or login.key in keys]
            going = [login for login in named if not login.ended and login.key != besides]
            self._put(*(_over(login, reason) for login in going))
            return [login.key for login in going if login.expires_at > now]

    def end_all(self, now: int) -> None:
        with self._lock:
            self._epoch += 1
            self._not_adopted_until_for_all = max(now, self._not_adopted_until_for_all)

    def purge(self, now: int) -> int:
        with self._lock:
            rows = [row for of_user in self._rows.values() for row in of_user.values()]
            due = [login for _, login in rows if login.kept_until <= now]

            for login in due:
                del self._rows[login.user_id][login.key]

            return len(due)

    def _get(self, user_id: str, key: str) -> StoredLogin | None:
        row = self._rows.get(user_id, {}).get(key)
        return None if row is None else self._as_it_is(*row)

    def _of(self, user_id: str) -> Iterator[StoredLogin]:
        return (self._as_it_is(*row) for row in self._rows.get(user_id, {}).values())

    def _newest_first(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        counting = [x for x in self._of(user_id) if not x.ended and x.expires_at > now]
        return sorted(counting, key=attrgetter("created_at"), reverse=True)

    def _as_it_is(self, epoch: int, login: StoredLogin) -> StoredLogin:
        return login if login.ended or epoch == self._epoch else _over(login, "ended")

    def _put(self, *logins: StoredLogin) -> None:
        for login in logins:
            self._rows.setdefault(login.user_id, {})[login.key] = self._epoch, login

    def _adopted_after(self, user_id: str) -> int:
        return max(self._not_adopted_until.get(user_id, 0), self._not_adopted_until_for_all)


def _over(login: StoredLogin, reason: EndReason) -> StoredLogin:
    return replace(login, ended=reason, user_agent="", address="", label="")
