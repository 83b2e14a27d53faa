"""One request as this library sees it: how its user was found, and what happens to its cookie."""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Iterator

from flask import Flask
from flask import g
from flask import Request

from . import _clock
from . import _session
from . import remember
from ._context import app_contexts
from ._context import current_flask
from ._context import request_contexts
from ._context import request_ctx
from ._login import Login
from ._login import new_login
from ._login import Reason
from ._login import Wish
from ._values import as_remembered_seconds
from .config import LOADER_ORDER
from .config import Settings
from .signals import send
from .signals import session_ended

if t.TYPE_CHECKING:
    from ._manager import Ledger

_logger = logging.getLogger("flask_login")

#: The response deletes the remember-me cookie.
FORGET: t.Final = "forget"

#: The sources that use the session. Session protection runs before them.
SESSION_SOURCES = ("session", "remember")

#: The key in ``app.extensions`` of the ledger, which records logins.
LEDGER = "flask_login_ledger"

#: The attribute of a request that holds its visit. ``None``: dispatched, but without a visit yet.
VISIT = "_flask_login"


class Visit:
    """The state of one request. It is stored on the request object. It holds neither the request
    nor the user, because all contexts and threads of one request share it.
    """

    #: How the user was found: ``"session"``, ``"remember"``, ``"request"`` or a loader's name.
    source: str | None = None
    #: Whether a request loader found the user. Then the session does not belong to this user.
    from_request: bool = False
    #: Whether this request restored the session's login from the remember-me cookie.
    resumed: bool = False
    #: Whether a user was logged in at any time during the request.
    was_logged_in: bool = False
    #: Whether the request was refused by a response that depends on its headers.
    refused: bool = False
    #: Whether the request was refused because the login is not fresh.
    stale: bool = False
    #: The request headers that were read, for ``Vary``.
    vary: tuple[str, ...] = ()
    #: Whether ``user_accessed`` is being sent.
    announcing: bool = False
    #: Whether session protection ended the login. ``None`` if it has not run yet.
    protection_failed: bool | None = None
    #: Why there is no login, if known.
    reason: Reason | None = None
    #: The record of the login that ended in this request.
    ended: Login | None = None
    #: What the response does with the remember-me cookie: nothing, delete it, or set this token. It
    #: is stored here and not in the session, because applications clear the session after a logout.
    owed: remember.Token | t.Literal["forget"] | None = None
    #: Whether the request's remember-me cookie must be deleted unless another one replaces it.
    deletes: bool = False
    #: The login of a user without an ID. The session is written when the user has one.
    pending: Wish | None = None
    #: Whether a login was refused because of ``LOGIN_RECORDS_LIMIT``.
    has_too_many: bool = False
    #: How often :func:`.keep_user` stored a user for this visit.
    times_kept: int = 0
    #: Whether the remember-me cookie of a recorded login may be sent again.
    may_rewrite: bool = False
    #: Whether the record store failed.
    store_failed: bool = False

    def __init__(self, app: Flask, *, dispatched: bool) -> None:
        self.app: Flask = app
        #: The ledger, which records logins, or ``None``.
        self.ledger: Ledger | None = app.extensions.get(LEDGER)
        self.settings: Settings = Settings(app.config)
        #: The rows of recorded logins that were read, by key: a row, ``None``, or the error.
        self.rows: dict[str, t.Any] = {}
        #: Whether our before-request function ran. Tests create contexts without it.
        self.dispatched: bool = dispatched

    @classmethod
    def current(cls) -> Visit:
        """Return this request's visit. Create it on first use. Outside a request, return a new one
        that is not stored.
        """
        try:
            namespace = request_contexts.get(request_ctx).request.__dict__
        except RuntimeError:
            return cls(current_flask(), dispatched=False)

        visit: Visit | None = namespace[VISIT] if VISIT in namespace else None

        if visit is None:
            app = app_contexts.get().app
            visit = namespace[VISIT] = cls(app, dispatched=VISIT in namespace)

        return visit

    @staticmethod
    def begun() -> Visit | None:
        """Return this request's visit, or ``None`` if there is none yet."""
        namespace = request_contexts.get(request_ctx).request.__dict__
        return namespace[VISIT] if VISIT in namespace else None

    @property
    def session(self) -> t.Any:
        """The session. Flask counts it as accessed and adds ``Vary: Cookie``.

        Read it from the context each time: a copy of the context may have its own session.
        """
        return request_contexts.get(request_ctx).session

    @property
    def session_counts(self) -> bool:
        """Whether the session may identify the user."""
        if self.from_request:
            return False

        order = self.settings.loader_order
        return order is LOADER_ORDER or "session" in order or self.source in SESSION_SOURCES

    def settle(self, source: str, *, from_request: bool) -> None:
        """Record how the user was found."""
        # Another context of this request finds the restored login in the session.
        self.source = "remember" if source == "session" and self.resumed else source
        self.from_request = from_request
        self.was_logged_in = True

    def begin(
        self, current: Request, stored: _session.Session, login: Login, wish: Wish, identifier: str
    ) -> None:
        """Log a user in: clear another user's data, write the keys, change the session's ID, and
        drop what must not outlive the change.
        """
        # True also if an earlier login of this request replaced the deletion.
        is_forgotten = self.deletes or _session.remember_intent(stored) == "clear"
        self._clear_for(stored, login.user_id, self.find_owner(stored))
        _session.begin(stored, login, fresh=wish.fresh, identifier=identifier)
        _session.change_id(self.app, current, stored)
        self.reset(stored)
        self.owed = None

        if wish.remember:
            _session.ask_to_remember(stored, wish.seconds)
        elif is_forgotten or self._is_to_be_forgotten(current, login.user_id):
            self._owe_deletion(stored)

    def enter(self) -> None:
        """Record that :func:`.login_user` logged a user in."""
        self.source = "session"
        self.was_logged_in = True
        self.from_request = self.resumed = self.protection_failed = self.stale = False
        self.has_too_many = False
        self.reason = None

    def resume(
        self,
        current: Request,
        stored: _session.Session,
        token: remember.Token,
        login: Login,
        identifier: str,
        owner: t.Any,
    ) -> bool:
        """Restore a login from the remember-me cookie. The session already contains the user's ID.

        :return: Whether the session keeps the login. If the session's ID cannot change, an attacker
            may know it. Then the login is valid for this request only.
        """
        if not _session.can_change_id(self.app, current, stored):
            return False

        self._clear_for(stored, login.user_id, owner)
        _session.bind(stored, login, identifier)
        _session.change_id(self.app, current, stored)
        self.resumed = True

        if self.ledger is not None:
            self.ledger.note(self, login)

        # The legacy format contains no stamp.
        is_restamped = login.stamp != token.login.stamp and self.settings.cookie_format != "legacy"
        is_restamped = is_restamped and token.generation is None

        if token.needs_rewrite or is_restamped:
            self.owe(token._replace(login=token.login._replace(stamp=login.stamp)), stored)

        return True

    def end(self, stored: _session.Session, reason: Reason, current: Request | None = None) -> None:
        """End the session's login. Sends :data:`.session_ended`.

        :param current: The request, to delete its remember-me cookie, too.
        """
        self.reason = reason
        self.ended = _session.find_login(stored)
        user_id = _session.user_id(stored)

        # A deletion of the cookie that the session asks for must not get lost.
        if _session.remember_intent(stored) == "clear":
            self.owed = FORGET

        self.remove(stored)

        if current is not None:
            self.forget(current, stored)

        if self.ledger is not None and self.ended is not None:
            self.ledger.let_go(self, self.ended, reason)

        _logger.info("A login has ended: %s", reason)
        send(session_ended, self.app, user_id=user_id, reason=reason)

    def remove(self, stored: _session.Session) -> None:
        """Remove our keys from the session, and record the user whose data stays behind."""
        owner = self.find_owner(stored) if _session.carries_login(stored) else None
        _session.discard(stored, self.settings.session_keys)

        if owner is not None:
            _session.leave_owner(stored, owner)

    def leave(self, current: Request, stored: _session.Session) -> None:
        """Log out: the reverse of :meth:`begin`."""
        if _session.carries_login(stored):
            _session.change_id(self.app, current, stored)
        else:
            _session.have_unread_deleted(self.app, current, stored)

        self.remove(stored)
        self.reset(stored)
        self.forget(current, stored)
        self.source = self.reason = self.pending = self.ended = None
        self.from_request = self.resumed = False

    def forget(self, current: Request, stored: _session.Session) -> None:
        """Delete the remember-me cookie in the response, if the browser may have one."""
        self.owed = None
        path = f"{current.root_path}{current.path}"

        if self.settings.cookie_name in current.cookies or remember.may_be_hidden(
            self.settings, path
        ):
            self._owe_deletion(stored)

    def refuse_cookie(self, reason: Reason, login: Login | None = None) -> None:
        """Record why a remember-me cookie was refused.

        :param login: The cookie's login, if it has ended for good.
        """
        if self.ledger is not None and login is not None:
            self.ledger.let_go(self, login, reason)

        # The reason why the session ended comes first, unless the cookie shows a theft.
        self.reason = reason if reason == "stolen" else self.reason or reason
        _logger.info("A remember-me cookie was refused: %s", reason)

    def record(
        self, current: Request, stored: _session.Session, login: Login, known: Login | None
    ) -> None:
        """Write a changed login to the session and to its remember-me cookie. Otherwise the cookie
        would later look like one of an earlier login.
        """
        if self.ledger is not None:
            _session.keep_login(stored, login)
            self.ledger.note(self, login)
            return

        before = known or Login(login.user_id, login.authenticated_at)
        is_older = login.authenticated_at == before.authenticated_at
        token = None

        if not is_older or login.stamp != before.stamp:
            token = self.find_token(current, stored)

        _session.keep_login(stored, login)

        if token is None or token.login.stamp != before.stamp:
            return

        if self.settings.cookie_format == "timed":
            proved_at = token.login.authenticated_at if is_older else login.authenticated_at
            noted = token.login._replace(authenticated_at=proved_at, stamp=login.stamp)
            self.owe(token._replace(login=noted), stored)

    def find_token(self, current: Request, stored: _session.Session) -> remember.Token | None:
        """Return the remember-me token of the session's login: the one that the response will set,
        else the one in the request.
        """
        if self.owed is not None:
            return self.owed if isinstance(self.owed, remember.Token) else None

        if not self.session_counts or not _session.carries_login(stored):
            return None

        known = _session.find_login(stored)

        if self.ledger is not None:
            return None if known is None else self.ledger.find_token(self, current, known)

        for found in self.read_cookies(current):
            if isinstance(found, remember.Refused) or not found.is_of(_session.user_id(stored)):
                continue

            token = found.completed(known)
            is_over = token.login.why_over(self.settings, _clock.now()) is not None

            # A cookie from before the credentials changed is void.
            if not is_over and (known is None or token.login.stamp == known.stamp):
                return token

        return None

    def read_cookies(self, current: Request) -> Iterator[remember.Token | remember.Refused]:
        """Read the remember-me cookies of a request."""
        return remember.read_all(current, self.settings, recorded=self.ledger is not None)

    def settle_cookie(self, current: Request, stored: _session.Session, *, renews: bool) -> None:
        """Decide what the response does with the remember-me cookie. The session may ask for it,
        perhaps on behalf of a context without a response (a WebSocket's).

        :param renews: Whether this request renews the cookie of the login.
        """
        intent = _session.take_remember_intent(stored)

        if intent == "set" and _session.carries_login(stored):
            self.owed = self.new_token(stored)
        elif intent == "clear":
            self.owed = FORGET
        elif renews and self.owed is not FORGET and (self.ledger is None or self.may_rewrite):
            token = self.find_token(current, stored)

            if token is None:
                return

            if self.ledger is not None:
                self.owed = self.ledger.prolong(self, token)
            else:
                self.owe(remember.prolong(token), stored)

    def new_token(self, stored: _session.Session) -> remember.Token | None:
        """Return a remember-me token for the session's login, or ``None`` without a duration.

        :raises LookupError: If no user is logged in.
        """
        seconds = _session.remember_seconds(stored)

        if seconds is None:
            duration = self.settings.cookie_duration
        else:
            duration = as_remembered_seconds("duration", seconds)

        if not _session.carries_login(stored):
            raise LookupError("No user is logged in, so there is no login to remember.")

        known = _session.find_login(stored)
        login = known or new_login(_session.user_id(stored), self.settings)

        if duration is None:
            return None

        if self.ledger is not None:
            return self.ledger.new_token(self, login, duration)

        return remember.new_token(login, duration)

    def owe(self, token: remember.Token, stored: _session.Session) -> None:
        """Set a token in the response. A token from a cookie in the legacy format gets the
        configured duration. If that means "do not remember", the cookie stays as it is.
        """
        if token.duration is None:
            duration = _configured_duration(self.settings, stored)

            if duration is None:
                return

            token = token._replace(duration=duration)

        self.owed = token

    def reset(self, stored: _session.Session) -> None:
        """Drop what must not outlive a change of the login, such as CSRF tokens."""
        keys = self.settings.reset_keys

        if not keys:
            return

        _session.reset(stored, keys)

        for key in keys:
            g.pop(key, None)

    def find_owner(self, stored: _session.Session) -> t.Any:
        """Return the user whose data another user's login must clear, or ``None``."""
        return _session.find_owner(stored) if self.settings.clear_on_user_change else None

    def _clear_for(self, stored: _session.Session, user_id: t.Any, owner: t.Any) -> None:
        # Compare as strings: an int may have become a string in a cookie.
        if owner is not None and str(owner) != str(user_id):
            settings = self.settings
            _session.discard_others(stored, settings.session_keys, settings.preserve_keys)

    def _is_to_be_forgotten(self, current: Request, user_id: t.Any) -> bool:
        """Return whether a login without ``remember`` deletes the request's cookie."""
        for token in self.read_cookies(current):
            if isinstance(token, remember.Refused):
                if token.is_ours:
                    return True
            elif self.settings.defaults == "secure" or not token.is_of(user_id):
                return True

        return False

    def _owe_deletion(self, stored: _session.Session) -> None:
        self.owed = FORGET
        self.deletes = True

        # Without 'SECRET_KEY' there is no session to write to.
        if not self.app.session_interface.is_null_session(stored):
            _session.ask_to_forget(stored)


def _configured_duration(settings: Settings, stored: _session.Session) -> int | None:
    seconds = _session.remember_seconds(stored)

    # An invalid setting is an error at the login that uses it, not in every request.
    try:
        return settings.cookie_duration if seconds is None else as_remembered_seconds("", seconds)
    except (TypeError, ValueError):
        return None
