"""The record of a login, and whether the login may go on. Pure functions, without a context."""

from __future__ import annotations

import typing as t
from hashlib import sha256

from itsdangerous import Signer

from . import _clock
from .config import Settings

#: Why a request has no login, or no fresh one.
Reason = t.Literal[
    "no_login",
    "unknown_user",
    "idle",
    "absolute",
    "credentials",
    "protection",
    "inactive",
    "remember_invalid",
    "remember_expired",
    "ended",
    "stolen",
    "limit",
    "records_unavailable",
    "stale",
]

#: The recorded stamp of a user whose ``get_session_stamp`` returned ``None``. It no longer matches
#: when the user gets a stamp.
NO_STAMP = "-"

_STAMP_SALT = "flask-login.session-stamp"


class Login(t.NamedTuple):
    """The record of a login, in the session or in a remember-me cookie. Times are in seconds since
    the epoch, UTC.
    """

    #: The user's ID, as ``get_id`` returned it.
    user_id: t.Any
    #: When the user last authenticated. That made the login fresh.
    authenticated_at: int
    #: When the user was last active, or ``None`` if no idle timeout was set then.
    seen_at: int | None = None
    #: The digest of the user's session stamp, :data:`NO_STAMP`, or ``None`` if none was recorded.
    stamp: str | None = None
    #: Whether an inactive user was logged in with ``force=True``.
    forced: bool = False
    #: The secret of a recorded login, or ``None`` if the login is not recorded.
    secret: str | None = None

    def why_over(self, settings: Settings, now: int) -> Reason | None:
        """Return why the login has expired, or ``None`` (OWASP ASVS 7.3.1, 7.3.2)."""
        absolute = settings.absolute_timeout
        idle = settings.idle_timeout

        if absolute is not None and _clock.is_over(self.authenticated_at, absolute, now):
            return "absolute"

        if idle is None:
            return None

        # A time in the future is invalid, for a login as for activity.
        if self.authenticated_at > now + _clock.SKEW:
            return "idle"

        is_idle = self.seen_at is not None and _clock.is_over(self.seen_at, idle, now)
        return "idle" if is_idle else None

    def why_refused(self, user: t.Any, stamp: Stamp | None, settings: Settings) -> Reason | None:
        """Return why the user, as loaded now, may not continue the login, or ``None``."""
        if user is None:
            return "unknown_user"

        if stamp is not None and not stamp.accepts(self.stamp):
            return "credentials"

        if settings.check_active and not self.forced and not user.is_active:
            return "inactive"

        return None

    def ends_at(self, settings: Settings) -> float | None:
        """Return when :meth:`why_over` will end the login without more activity, or ``None``."""
        ends = [
            began + timeout
            for began, timeout in (
                (self.authenticated_at, settings.absolute_timeout),
                (self.seen_at, settings.idle_timeout),
            )
            if began is not None and timeout is not None
        ]
        return min(ends, default=None)

    def seen(self, settings: Settings, now: int) -> Login:
        """Return the login with its activity recorded. Not every request is recorded, so that not
        every response sets the session cookie. Without an idle timeout nothing is recorded, so that
        a timeout that is set later does not count the time before.
        """
        idle = settings.idle_timeout

        if idle is None:
            return self if self.seen_at is None else self._replace(seen_at=None)

        if self.seen_at is None or now - self.seen_at >= min(60, idle / 10):
            return self._replace(seen_at=now)

        return self

    def stamped(self, stamp: Stamp | None) -> Login:
        """Return the login with the current digest of a stamp."""
        digest = self.stamp if stamp is None else stamp.digest
        return self if digest == self.stamp else self._replace(stamp=digest)

    def __repr__(self) -> str:
        # No secret here: it would end up in logs, and anyone who knows it can log in.
        return f"<Login user_id={self.user_id!r}>"

    def __str__(self) -> str:
        """Return the login as one string, for the session. :func:`parse_login` reads it."""
        seen_at = "" if self.seen_at is None else self.seen_at
        forced = "f" if self.forced else ""
        secret = "" if self.secret is None else f".{self.secret}"
        return (
            f"{self.authenticated_at}.{seen_at}.{self.stamp or ''}.{forced}{secret}|{self.user_id}"
        )


class Wish:
    """The options of :func:`.login_user`."""

    remember: bool = False
    #: How long to remember this login, or ``None`` for the configured duration.
    seconds: float | None = None
    forced: bool = False
    fresh: bool = True


def new_login(user_id: t.Any, settings: Settings, **facts: t.Any) -> Login:
    """Return a login that begins now."""
    now = _clock.now()
    return Login(user_id, now, None if settings.idle_timeout is None else now, **facts)


def parse_login(record: t.Any, user_id: t.Any) -> Login | None:
    """Return the login in a record, or ``None`` if it is not this user's record. Flask-Login 0.6.3
    may share the session. It logs users in and out without changing the record.
    """
    if not isinstance(record, str):
        return None

    times, _, recorded_id = record.partition("|")

    if not times or recorded_id != str(user_id):
        return None

    try:
        authenticated_at, seen_at, stamp, forced, *secret = times.split(".")

        if "" in secret:
            return None

        return Login(
            user_id,
            int(authenticated_at),
            int(seen_at) if seen_at else None,
            stamp or None,
            bool(forced),
            *secret,
        )
    except (TypeError, ValueError):
        return None


#: The result of session protection: the login goes on, becomes non-fresh, or ends.
Verdict = t.Literal["accept", "demote", "end"]


def judge_browser(
    mode: str, *, recorded: t.Any, current: str, permanent: bool, fresh: bool
) -> Verdict:
    """Decide whether a login may continue in this browser.

    :param recorded: The identifier that was recorded at login, or ``None``.
    :param current: The identifier of this request.
    """
    if recorded == current:
        return "accept"

    # A permanent session must survive a change of address.
    if mode == "strong" and not permanent:
        return "end"

    return "demote" if fresh else "accept"


class Stamp:
    """The current session stamp of a user. See :func:`find_stamp`."""

    def __init__(self, value: str | None, user_id: t.Any, settings: Settings) -> None:
        self._value = value
        self._user_id = user_id
        self._settings = settings

    @property
    def digest(self) -> str:
        """The digest to record.

        :raises RuntimeError: If there is no ``SECRET_KEY``.
        """
        if self._value is None:
            return NO_STAMP

        self._settings.demand_secret_key()
        return self._signer.get_signature(self._subject).decode()

    def accepts(self, recorded: str | None) -> bool:
        """Return whether a recorded digest matches this stamp, with any of the keys. Compares in
        constant time. Without a recorded digest, it matches.
        """
        if recorded is None:
            return True

        if self._value is None:
            return recorded == NO_STAMP

        return self._signer.verify_signature(self._subject, recorded)

    @property
    def _subject(self) -> str:
        # With the ID, so that two users with the same stamp, such as a counter, have different
        # digests.
        return f"{self._user_id}|{self._value}"

    @property
    def _signer(self) -> Signer:
        return Signer(self._settings.signing_keys, salt=_STAMP_SALT, digest_method=sha256)


def find_stamp(user: t.Any, user_id: t.Any, settings: Settings) -> Stamp | None:
    """Return the session stamp of a user, or ``None`` if the user class has none. If the stamp
    changes, the user's logins end.

    The stamp is the result of the user's method ``get_session_stamp``. It changes with the
    credentials, for example the password hash. Only a keyed digest of it leaves the server.

    :raises TypeError: If it is not a string, bytes, an int or ``None``.
    """
    get_stamp = getattr(user, "get_session_stamp", None)

    if get_stamp is None:
        return None

    value = get_stamp()

    if value is None:
        return Stamp(None, user_id, settings)

    if isinstance(value, (str, bytes, int)):
        return Stamp(f"{value!s}", user_id, settings)

    # A mock has every method, and each returns another mock.
    if not hasattr(user.__class__, "get_session_stamp"):
        return None

    raise TypeError(f"'get_session_stamp' must return a str or None, not {type(value)}.")
