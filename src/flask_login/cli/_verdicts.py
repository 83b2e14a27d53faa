"""Judge whether a request would accept a cookie, with the same functions, but write nothing."""

from __future__ import annotations

import typing as t

from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from .. import _clock
from .. import _session
from .. import remember
from .._context import current_request
from .._kept import begin_search
from .._kept import end_search
from .._loaders import call_loader
from .._login import find_stamp
from .._login import judge_browser
from .._login import Login
from .._login import Reason
from .._protection import find_mode
from .._visit import Visit
from ..exceptions import StoreFailure
from ..records import StoredLogin
from ..records._ledger import Ledger
from ..records._rows import key_of
from ._dry import DryLedger

if t.TYPE_CHECKING:
    from .._manager import Manager

#: The state of a login's record.
RecordState: t.TypeAlias = t.Literal[
    "active", "ended", "stolen", "expired", "missing", "unavailable"
]


class LoaderFailure(Exception):
    """The user loader raised an exception, which is the cause of this one."""


class SessionFailure(Exception):
    """The session interface raised an exception, which is the cause of this one."""


class Judge:
    """Judges the cookie of the current request, as if it came from the browser that it was set in.

    :param loads_user: Whether to call the user loader. Without it, the user, whether they are
        active, and their stamp are not checked.
    """

    def __init__(self, app: Flask, manager: Manager, *, loads_user: bool) -> None:
        self.visit = Visit.current()
        #: Whether the user loader was called.
        self.user_loaded = False
        self._app = app
        self._manager = manager
        self._loads_user = loads_user

        # A loader may call functions of this library. They must not write, either.
        if self.visit.ledger is not None:
            self.visit.ledger = DryLedger(t.cast(Ledger, self.visit.ledger))

    def why_unread(self, source: str) -> str | None:
        """Return why requests ignore such cookies, or ``None`` if they read them."""
        if self._manager._user_callback is None:
            return "The application has no user loader."

        if source not in self.visit.settings.loader_order:
            return f"LOGIN_LOADER_ORDER does not contain '{source}'."

        return None

    def judge_session(self) -> Reason | None:
        """Return why the login in the session is refused, or ``None`` if it is accepted."""
        stored = self.visit.session
        known = _session.find_login(stored)
        now = _clock.now()

        if self._judge_browser(stored) == "end":
            return "protection"

        login = known or Login(_session.user_id(stored), now)
        reason = login.why_over(self.visit.settings, now) if known else None
        reason = reason or self._judge_user(login)

        if reason is not None or self.visit.ledger is None:
            return reason

        try:
            request = current_request()
            _, reason = self.visit.ledger.admit(self.visit, self._manager, request, login, known)
            return reason
        except ServiceUnavailable:
            return "records_unavailable"

    def judge_token(self, cookie: str) -> Reason | None:
        """Return why a remember-me cookie is refused, or ``None`` if it is accepted."""
        visit = self.visit
        token = remember.read(cookie, visit.settings, recorded=visit.ledger is not None)

        if isinstance(token, remember.Refused):
            return token.reason

        if visit.ledger is not None:
            try:
                completed = visit.ledger.restore(visit, self._manager, current_request(), token)
            except ServiceUnavailable:
                return "records_unavailable"

            if not isinstance(completed, remember.Token):
                return completed

            token = completed

        # Loaders may read the ID in the session, which is not saved.
        _session.resume(visit.session, token.login.user_id)
        reason = token.login.why_over(visit.settings, _clock.now())
        return reason or self._judge_user(token.login)

    def is_fresh(self, stored: _session.Session, login: Login | None) -> bool:
        """Whether the login in the session is fresh."""
        if not _session.is_fresh(stored) or self._judge_browser(stored) == "demote":
            return False

        limit = self.visit.settings.fresh_lifetime
        return (
            limit is None
            or login is None
            or not _clock.is_over(login.authenticated_at, limit, _clock.now())
        )

    def find_record(self, login: Login | None) -> tuple[RecordState | None, StoredLogin | None]:
        """Return the state of a login's record, and the record."""
        visit = self.visit

        if visit.ledger is None or login is None or login.secret is None:
            return None, None

        try:
            store = t.cast(Ledger, visit.ledger).store
            row = store.find(visit, login.user_id, key_of(login.secret))
        except StoreFailure:
            return "unavailable", None

        if row is None or row.ended is not None:
            return "missing" if row is None else row.ended, row

        return "expired" if row.expires_at <= _clock.microseconds() else "active", row

    def _judge_browser(self, stored: _session.Session) -> str:
        mode = find_mode(self._app, self._manager.session_protection)
        recorded = _session.identifier(stored)

        if mode is None:
            return "accept"

        return judge_browser(
            mode,
            recorded=recorded,
            # Assume the recorded browser. If there is none, no browser matches.
            current=recorded or "none",
            permanent=getattr(stored, "permanent", False),
            fresh=_session.is_fresh(stored),
        )

    def _judge_user(self, login: Login) -> Reason | None:
        callback = self._manager._user_callback

        if not self._loads_user or callback is None:
            return None

        visit = self.visit
        searching = begin_search(visit)

        try:
            user = call_loader(self._app, callback, login.user_id, "user_loader", "cookie")
            self.user_loaded = True
            stamp = find_stamp(user, login.user_id, visit.settings)
            return login.why_refused(user, stamp, visit.settings)
        except Exception as error:
            raise LoaderFailure from error
        finally:
            end_search(searching)
