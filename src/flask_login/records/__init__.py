"""Recorded logins: the data of each login, and the interface of a store.

Pass a store as ``LoginManager(records=...)``. There is one for a single process in
:mod:`flask_login.records.memory`, one for databases in :mod:`flask_login.records.sqlalchemy`, and
one for Redis in :mod:`flask_login.records.redis`. Import the one that you use.

Times in a store are whole microseconds since the epoch, UTC, so that every database compares and
orders them exactly.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Why a login ended before it expired: ``"ended"`` by a logout or because it was revoked,
#: ``"stolen"`` because two browsers used its remember-me cookie.
EndReason = t.Literal["ended", "stolen"]


@dataclass(frozen=True)
class LoginRecord:
    """A login as its user may see it, for example on a page about devices. Times are aware
    datetimes in UTC.
    """

    #: Identifies the login in a URL or a form. It is not secret: nobody can log in with it.
    id: str
    #: The user's ID, as text.
    user_id: str
    created_at: datetime
    #: When the login was last used, to within ``LOGIN_RECORDS_TOUCH`` seconds.
    seen_at: datetime
    #: When the login expires if it is not used again.
    expires_at: datetime
    #: The browser's ``User-Agent``, cut to 256 characters.
    user_agent: str
    #: The address at login, shortened as ``LOGIN_RECORDS_ADDRESS`` says. May be empty.
    address: str
    #: How the login began: ``"session"`` by :func:`.login_user`, ``"remember"`` by a remember-me
    #: cookie that is older than the record store.
    source: str
    #: The name that the user gave it with :func:`.label_login`.
    label: str
    #: Whether it is the login of the current request.
    current: bool


@dataclass(frozen=True)
class StoredLogin:
    """A login as a store saves it. Times are in microseconds since the epoch, UTC."""

    #: The SHA-256 of the login's secret, in URL-safe Base64: unique among all logins.
    key: str
    #: The user's ID, as text.
    user_id: str
    created_at: int
    seen_at: int
    #: When the login expires if it is not used again.
    expires_at: int
    #: How long the row stays in the store. An ended login stays, so that it is not adopted again.
    #: Never earlier than :attr:`expires_at`.
    kept_until: int
    #: When the user last authenticated.
    authenticated_at: int
    user_agent: str = ""
    address: str = ""
    source: str = "session"
    label: str = ""
    #: The digest of the user's session stamp.
    stamp: str | None = None
    #: Whether an inactive user was logged in with ``force=True``.
    forced: bool = False
    #: The duration of the remember-me cookie in seconds, or ``None`` without a cookie.
    duration: int | None = None
    #: When the remember-me cookie expires, or ``None`` without a cookie.
    remembered_until: int | None = None
    #: How often the remember-me cookie was rotated.
    generation: int = 0
    #: When a request first sent the cookie of this generation, or ``None`` if none did yet.
    confirmed_at: int | None = None
    #: When the cookie of this generation was last set.
    rotated_at: int = 0
    #: Whether the cookie rotates. Several browsers may share one in the legacy format.
    rotates: bool = True
    #: Why the login ended, or ``None`` if it has not.
    ended: EndReason | None = None


class Found(t.NamedTuple):
    """The result of :meth:`Records.find`."""

    #: The login, also one that has ended, or ``None`` if there is no row.
    login: StoredLogin | None
    #: A login from this time or earlier is not adopted, because all logins were revoked then.
    not_adopted_until: int = 0


class Created(t.NamedTuple):
    """The result of :meth:`Records.create`."""

    #: Whether the login was stored.
    stored: bool
    #: The keys of the logins that ended because of the limit.
    ended: Sequence[str] = ()


class Records(t.Protocol):
    """The interface of a record store. :class:`.RecordsContract` tests an implementation.

    A login is *active* if it has not ended and its ``expires_at`` is in the future.

    A method may raise any exception if the store cannot be reached or is too slow.
    ``LOGIN_RECORDS_ON_ERROR`` decides what the request does then. Set timeouts in the client of the
    store. A method that raises has done either everything or nothing.

    Several threads and processes call the methods at the same time.
    """

    def find(self, user_id: str, key: str) -> Found:
        """Read one login. It is called once in each request that loads the user.

        Costs one round trip, by primary key. The two values of the result need not be read at the
        same instant.
        """
        ...

    def create(
        self, login: StoredLogin, *, limit: int | None = None, end_oldest: bool = True
    ) -> Created:
        """Store a new login. No row has its key yet.

        Atomic with other calls for the same user: the user never has more than ``limit`` active
        logins. ``login.created_at`` is the current time.

        Costs one round trip without a limit. With a limit, it costs a short transaction that locks
        one user.

        :param login: The login to store.
        :param limit: The maximum number of the user's active logins, including this one. At least
            1. ``None`` for no limit.
        :param end_oldest: What to do if the limit is reached. ``True`` ends as many logins as
            needed, the oldest ``created_at`` first. ``False`` does not store the new login.
        """
        ...

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        """Store a login that is older than the record store, unless a row has its key already.

        Atomic with other calls for the same user: of several calls with one key, one stores the
        login. If all logins of the user have just been revoked, it is not stored.

        Costs a short transaction, once for each older login.

        :param login: The login to store.
        :return: The login that is stored under the key now, also one that has ended. ``None`` if
            there was none, and ``login.authenticated_at`` is not later than
            :attr:`Found.not_adopted_until`.
        """
        ...

    def change(
        self,
        user_id: str,
        key: str,
        changes: Mapping[str, t.Any],
        *,
        expected: Mapping[str, t.Any] | None = None,
    ) -> bool:
        """Set fields of a login that has not ended.

        Atomic: if several calls expect the same values and change them, only one succeeds.

        Costs one round trip, by primary key.

        :param changes: The new values, by field of :class:`StoredLogin`.
        :param expected: The values that fields must have before the change.
        :return: Whether the login exists, has not ended, and had the expected values.
        """
        ...

    def list(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        """Return the active logins of a user, the newest ``created_at`` first.

        Costs one round trip, by an index of the user's logins.

        :param now: The current time.
        """
        ...

    def end(
        self,
        user_id: str,
        now: int,
        *,
        keys: Collection[str] | None = None,
        besides: str | None = None,
        reason: EndReason = "ended",
    ) -> Sequence[str]:
        """End logins of a user. The rows stay until their ``kept_until``. ``user_agent``,
        ``address`` and ``label`` become empty.

        Atomic with other calls for the same user. Without ``keys``, it also stores ``now`` as the
        user's :attr:`Found.not_adopted_until`.

        Costs a short transaction, by an index of the user's logins.

        :param now: The current time.
        :param keys: The keys of the logins to end. By default, all logins of the user end. Keys of
            another user have no effect.
        :param besides: The key of a login that does not end.
        :param reason: Stored as :attr:`StoredLogin.ended`.
        :return: The keys of the logins that were active and have ended now.
        """
        ...

    def end_all(self, now: int) -> None:
        """End the logins of all users, and store ``now`` as the :attr:`Found.not_adopted_until` of
        all users.

        The cost does not depend on the number of logins: a store saves one value, and compares each
        row with it. A login that is created at the same moment may end, too.

        :param now: The current time.
        """
        ...

    def purge(self, now: int) -> int:
        """Delete the rows whose ``kept_until`` is not in the future. Delete in small steps, so that
        other calls do not wait for long. A store whose rows expire by themselves does nothing.

        :param now: The current time.
        :return: How many rows were deleted.
        """
        ...
