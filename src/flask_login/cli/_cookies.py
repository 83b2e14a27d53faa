"""What a cookie says, who signed it, until when it is good, and why it would be refused."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from datetime import datetime

from flask import Flask
from flask import request
from flask.sessions import SecureCookieSession

from .. import _session
from .. import remember
from .._login import Login
from .._login import Reason
from .._visit import Visit
from ..config import Settings
from ..records import StoredLogin
from ..records._rows import login_of
from ..records._rows import SECOND
from ._pasted import as_pair
from ._pasted import Pasted
from ._pasted import read_pasted
from ._signatures import find_session
from ._signatures import find_token
from ._signatures import SignedSession
from ._signatures import SignedToken
from ._verdicts import Judge
from ._verdicts import RecordState

if t.TYPE_CHECKING:
    from .._manager import Manager

Kind: t.TypeAlias = t.Literal["session", "remember"]

#: How a cookie is made.
Format: t.TypeAlias = t.Literal["session", "server-session", "timed", "record", "historic"]

# A payload, a time and a signature, in Base64.
_SESSION = re.compile(r"\.?[\w-]+\.[\w-]{4,8}\.[\w-]{20,}")


@dataclass(frozen=True)
class Explanation:
    """What there is to say about a cookie. Times are in seconds since the epoch, UTC."""

    #: Which cookie it is, or seems to be.
    kind: Kind | None
    #: What it is called, if the text said so.
    name: str | None
    #: ``None`` if no key of the application signed it.
    format: Format | None = None
    #: The setting of the key that signed it.
    key: str | None = None
    user_id: t.Any = None
    #: When the user last proved who they are.
    authenticated_at: int | None = None
    seen_at: int | None = None
    issued_at: int | None = None
    #: For how many seconds a remember-me cookie was given.
    duration: int | None = None
    expires_at: int | None = None
    #: What makes it expire then.
    expires_by: str | None = None
    fresh: bool = False
    forced: bool = False
    #: Whether it records a session stamp.
    stamped: bool = False
    permanent: bool = False
    record: RecordState | None = None
    #: The names of what else is in the session.
    other_keys: tuple[str, ...] = ()
    #: Why a request that brings it has no login by it.
    reason: Reason | None = None
    #: What the reason does not say.
    because: str | None = None
    #: Whether the user was loaded, and judged.
    user_loaded: bool = False

    @property
    def accepted(self) -> bool:
        return self.reason is None


class Reader:
    """Reads the cookies of one application."""

    def __init__(self, app: Flask, manager: Manager, loads_user: bool) -> None:
        self._app = app
        self._manager = manager
        self._loads_user = loads_user
        self._settings = Settings(app.config)
        #: What the cookies of each kind are called.
        self.names: dict[str, Kind] = {
            self._settings.cookie_name: "remember",
            app.session_interface.get_cookie_name(app): "session",
        }

    def explain(self, data: bytes) -> list[Explanation]:
        """Explain the cookies in a text, each as if it came alone. Other applications' cookies in a
        header are left out.

        :raises LoaderFailure: If the ``user_loader`` is called, and raises something.
        """
        found = [(cookie, self._explain(cookie)) for cookie in read_pasted(data, self.names)]
        return [
            about
            for cookie, about in found
            if about.format is not None or cookie.name is None or cookie.name in self.names
        ]

    def _explain(self, cookie: Pasted) -> Explanation:
        about = self._ask(cookie)
        pair = as_pair(cookie)

        if about.format is not None or pair is None:
            return about

        # A cookie from when the application called it otherwise.
        about_pair = self._ask(pair)
        return about if about_pair.format is None else about_pair

    def _ask(self, cookie: Pasted) -> Explanation:
        # By each name, because nobody knows yet which cookie it is.
        header = "; ".join(f"{name}={cookie.value}" for name in self.names)
        # As servers pass it on.
        environ = {"HTTP_COOKIE": header.encode(errors="replace").decode("latin-1")}

        with self._app.test_request_context(environ_overrides=environ):
            value = next(iter(remember.find_cookies(request, self._settings)), "")
            judge = Judge(self._app, self._manager, loads_user=self._loads_user)
            about = self._read(cookie, value, judge)
            about = self._passed_over(about, judge) or about
            return replace(about, user_loaded=judge.user_loaded)

    def _read(self, cookie: Pasted, value: str, judge: Judge) -> Explanation:
        token = find_token(value, self._settings)

        if token is not None:
            return _about_token(cookie, value, token, judge)

        signed = find_session(value, self._app)

        if signed is not None or judge.visit.session:
            return _about_session(cookie, signed, judge)

        return self._about_foreign(cookie)

    def _passed_over(self, about: Explanation, judge: Judge) -> Explanation | None:
        """What is said of a cookie that requests do not look at."""
        if about.kind is None or about.format is None:
            return None

        because = judge.why_unread(about.kind)

        if about.name is not None and self.names.get(about.name) != about.kind:
            name = next(name for name, kind in self.names.items() if kind == about.kind)
            because = f"The application reads it as '{name}', and it is called '{about.name}'."

        return replace(about, reason="no_login", because=because) if because else None

    def _about_foreign(self, cookie: Pasted) -> Explanation:
        kind = self.names.get(cookie.name or "")

        if kind is None and "|" in cookie.value:
            kind = "remember"
        elif kind is None and _SESSION.fullmatch(cookie.value):
            kind = "session"

        has_keys = bool(self._settings.secret_key)
        return Explanation(
            kind,
            cookie.name,
            reason="remember_invalid" if kind == "remember" else "no_login",
            because="no key of it signed this one" if has_keys else "it has no SECRET_KEY",
        )


def _about_session(cookie: Pasted, signed: SignedSession | None, judge: Judge) -> Explanation:
    opened: _session.Session = judge.visit.session
    stored = opened or SecureCookieSession({} if signed is None else signed.payload)
    login = _session.find_login(stored)
    state, row = judge.find_record(login)
    settings = judge.visit.settings
    about = Explanation(
        "session",
        cookie.name,
        "server-session" if signed is None else "session",
        None if signed is None else signed.key,
        _session.user_id(stored),
        issued_at=None if signed is None else signed.issued_at,
        fresh=judge.is_fresh(stored, login),
        permanent=bool(getattr(stored, "permanent", False)),
        record=state,
        other_keys=tuple(sorted(map(str, stored.keys() - settings.session_keys - {"_permanent"}))),
    )
    about = _with_login(about, login)
    about = _with_end(about, _ends_of_session(about, row, judge.visit))

    if about.user_id is None:
        return replace(about, reason="no_login", because="Nobody is logged in by it.")

    if signed is not None and not opened:
        return replace(about, reason="no_login", because=_why_closed(signed))

    return replace(about, reason=judge.judge_session())


def _about_token(cookie: Pasted, value: str, signed: SignedToken, judge: Judge) -> Explanation:
    about = Explanation("remember", cookie.name, signed.format, signed.key)
    token = signed.token

    if token is not None:
        state, row = judge.find_record(token.login)
        login = token.login if row is None else login_of(row, token.login)
        about = replace(
            _with_login(about, login),
            issued_at=None if token.is_legacy else token.issued_at,
            duration=token.duration if row is None else row.duration,
            record=state,
        )

        # Neither says when the login was.
        if token.is_legacy or (token.generation is not None and row is None):
            about = replace(about, authenticated_at=None)

        about = _with_end(about, _ends_of_token(about, row, judge.visit))

    return replace(about, reason=judge.judge_token(value))


def _with_login(about: Explanation, login: Login | None) -> Explanation:
    if login is None:
        return about

    return replace(
        about,
        user_id=login.user_id,
        authenticated_at=login.authenticated_at,
        seen_at=login.seen_at,
        forced=login.forced,
        stamped=login.stamp is not None,
    )


def _with_end(about: Explanation, ends: Iterable[tuple[float | None, str]]) -> Explanation:
    """It with the first of the times at which it expires, and with what makes it so."""
    known = [(int(end), by) for end, by in ends if end is not None]
    expires_at, expires_by = min(known, default=(None, None))
    return replace(about, expires_at=expires_at, expires_by=expires_by)


def _ends_of_session(
    about: Explanation, row: StoredLogin | None, visit: Visit
) -> Iterator[tuple[float | None, str]]:
    lifetime = visit.app.permanent_session_lifetime.total_seconds()
    yield _sum(about.issued_at, lifetime), "PERMANENT_SESSION_LIFETIME"
    yield _sum(about.seen_at, visit.settings.idle_timeout), "LOGIN_IDLE_TIMEOUT"
    yield _sum(about.authenticated_at, visit.settings.absolute_timeout), "LOGIN_ABSOLUTE_TIMEOUT"
    yield None if row is None else row.expires_at / SECOND, "record"


def _ends_of_token(
    about: Explanation, row: StoredLogin | None, visit: Visit
) -> Iterator[tuple[float | None, str]]:
    settings = visit.settings
    yield _sum(about.authenticated_at, settings.absolute_timeout), "LOGIN_ABSOLUTE_TIMEOUT"

    if row is not None:
        yield (row.remembered_until or row.created_at) / SECOND, "duration"
        yield row.expires_at / SECOND, "record"
    elif about.format == "timed":
        yield _sum(about.issued_at, about.duration), "duration"
    elif about.format == "historic" and isinstance(settings.cookie_accept_legacy, datetime):
        yield settings.cookie_accept_legacy.timestamp(), "REMEMBER_COOKIE_ACCEPT_LEGACY"
    elif about.format == "record" and visit.ledger is None:
        yield _sum(about.issued_at, settings.cookie_duration), "REMEMBER_COOKIE_DURATION"


def _sum(began: float | None, lifetime: float | None) -> float | None:
    return None if began is None or lifetime is None else began + lifetime


def _why_closed(signed: SignedSession) -> str:
    if not signed.is_accepted:
        return "Flask before 3.1 does not open a session that a fallback key signed."

    return (
        "Flask does not open it: it is older than PERMANENT_SESSION_LIFETIME, or it is from the"
        " future."
    )
