"""Logins on record: what is stored of each, and what is asked of a store.

``LoginManager(records=...)`` takes a store. There is one for a single process in
:mod:`flask_login.records.memory`, one for databases in :mod:`flask_login.records.sqlalchemy`, and
one for Redis in :mod:`flask_login.records.redis`. Each is imported by who uses it.

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

#: Why a login ended before its time: it was logged out of or revoked, or its remember-me cookie
#: was used by somebody else.
EndReason = t.Literal["ended", "stolen"]


@dataclass(frozen=True)
class LoginRecord:
    """A login as its user may see it, say on a page about their devices. Times are aware, in
    UTC.
    """

    #: Names the login in a URL or a form. It can be shown: nobody can log in with it.
    id: str
    #: The user's ID, as text.
    user_id: str
    created_at: datetime
    #: When it was last used, give or take ``LOGIN_RECORDS_TOUCH``.
    seen_at: datetime
    #: When it ends if it is not used again.
    expires_at: datetime
    #: The browser's ``User-Agent``, cut to a length that a page can show.
    user_agent: str
    #: The address it was begun from, as ``LOGIN_RECORDS_ADDRESS`` says. May be empty.
    address: str
    #: How it came: ``"session"`` by :func:`.login_user`; ``"remember"`` by a remember-me cookie
    #: from before there were records.
    source: str
    #: What its user calls it. Set by :func:`.label_login`.
    label: str
    #: Whether it is the login of this very request.
    current: bool


@dataclass(frozen=True)
class StoredLogin:
    """A login as a store keeps it. Times are in microseconds since the epoch, UTC."""

    #: The SHA-256 of the login's secret, in URL-safe Base64: unique among all logins.
    key: str
    #: The user's ID, as text.
    user_id: str
    created_at: int
    seen_at: int
    #: When the login ends if it is not used again.
    expires_at: int
    #: Until when the row stays, even if the login ends before: so that it is not adopted again. It
    #: is not before :attr:`expires_at`.
    kept_until: int
    #: When the user last proved who they are.
    authenticated_at: int
    user_agent: str = ""
    address: str = ""
    source: str = "session"
    label: str = ""
    #: The digest of the user's session stamp.
    stamp: str | None = None
    #: Whether an inactive user was let in on purpose.
    forced: bool = False
    #: For how many seconds a remember-me cookie lasts, or ``None`` if there is none.
    duration: int | None = None
    #: When the remember-me cookie expires, or ``None`` if there is none.
    remembered_until: int | None = None
    #: How often the remember-me cookie was rotated.
    generation: int = 0
    #: When a request first brought the cookie of this generation, or ``None`` if none has.
    confirmed_at: int | None = None
    #: When the cookie of this generation was last sent.
    rotated_at: int = 0
    #: Whether the cookie rotates. Several browsers may share one in the historic format.
    rotates: bool = True
    #: Why the login ended, or ``None`` if it has not.
    ended: EndReason | None = None


class Found(t.NamedTuple):
    """What a store knows of one login."""

    #: The login, be it over or not, or ``None`` if there is no row.
    login: StoredLogin | None
    #: Logins from this time or before are not adopted: several were ended then.
    not_adopted_until: int = 0


class Created(t.NamedTuple):
    """What became of a new login."""

    #: Whether it was stored.
    stored: bool
    #: The keys of the logins that were ended to make room for it.
    ended: Sequence[str] = ()


class Records(t.Protocol):
    """A store of logins. :class:`.RecordsContract` tests one.

    A login *counts* if it has not ended and its ``expires_at`` is in the future. Each method may
    raise any exception if the store cannot be reached or is too slow: what a request does then is
    up to ``LOGIN_RECORDS_ON_ERROR``. Timeouts are the client's. A method that raises has either
    done all or nothing.

    Methods are called from several threads and processes at once.
    """

    def find(self, user_id: str, key: str) -> Found:
        """Read one login, once for each request that asks for its user.

        Costs one round trip, by primary key. What it returns need not be of one instant.
        """
        ...

    def create(
        self, login: StoredLogin, *, limit: int | None = None, end_oldest: bool = True
    ) -> Created:
        """Store a new login, whose key is in no row.

        Atomic with other calls for the same user: at no time do more than ``limit`` of their logins
        count. ``login.created_at`` is now.

        Costs one round trip without a limit, and a short transaction of one user with it.

        :param limit: How many logins of the user may count, with this one. At least 1.
        :param end_oldest: Whether to end as many as needed, those with the oldest ``created_at``
            first, instead of not storing this one.
        """
        ...

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        """Store a login from before there were records, unless its key is in a row already.

        Atomic with other calls for the same user: of several calls with one key, one stores it, and
        a login of somebody whose logins have just been ended is not stored.

        Costs a short transaction, once for each login from before.

        :return: What is stored under the key now, be it over or not. ``None`` if nothing was, and
            ``login.authenticated_at`` is not later than :attr:`Found.not_adopted_until`.
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
        """Set fields of a login that has not ended, by their names in :class:`StoredLogin`.

        Atomic: of several calls that expect what only one of them can find, one succeeds.

        Costs one round trip, by primary key.

        :param expected: The values that fields must have before.
        :return: Whether the login is there, has not ended, and had the expected values.
        """
        ...

    def list(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        """The logins of a user that count, the newest ``created_at`` first.

        Costs one round trip, by an index of the user's logins.
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
        """End logins of a user. Rows stay until their ``kept_until``, without ``user_agent``,
        ``address`` and ``label``.

        Atomic with other calls for the same user. Without ``keys``, it also notes ``now`` as the
        user's :attr:`Found.not_adopted_until`.

        Costs a short transaction, by an index of the user's logins.

        :param keys: Those to end. By default, all.
        :param besides: One that goes on.
        :return: The keys of the logins that counted before and have ended by this. A key of
            another user ends nothing.
        """
        ...

    def end_all(self, now: int) -> None:
        """End the logins of all users, and note ``now`` as everyone's
        :attr:`Found.not_adopted_until`.

        Costs the same however many there are: a store notes one value that each row is compared
        with. A login that is created at the same time may be ended, too.
        """
        ...

    def purge(self, now: int) -> int:
        """Remove the rows whose ``kept_until`` is not in the future, in small steps that do not
        block others for long. A store that forgets them by itself has nothing to do.

        :return: How many were removed.
        """
        ...
