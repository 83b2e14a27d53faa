"""One request as this library sees it: how its user was found, and what its response owes."""

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

#: The sources that read the session, and are protected by it.
SESSION_SOURCES = ("session", "remember")

#: The extension of an application that keeps its logins on record.
LEDGER = "flask_login_ledger"

#: The attribute of a request that holds its visit. ``None``: it is dispatched, and has not begun.
VISIT = "_flask_login"


class Visit:
    """One request. It is kept on the request object, and holds neither the request nor the user:
    contexts and threads that work for one request share it.
    """

    #: What found the user: ``"session"``, ``"remember"``, ``"request"`` or a loader's name.
    source: str | None = None
    #: Whether that was a request loader, so that the session is not this user's.
    from_request: bool = False
    #: Whether the session's login was restored from the remember-me cookie in this request.
    resumed: bool = False
    #: Whether somebody was logged in at any time during the request.
    was_logged_in: bool = False
    #: Whether the caller was refused in a way that depends on who they are.
    refused: bool = False
    #: Whether the caller was refused because their login is not fresh.
    stale: bool = False
    #: The headers that were looked at.
    vary: tuple[str, ...] = ()
    #: Whether ``user_accessed`` is being sent.
    announcing: bool = False
    #: Whether session protection ended the login, once it has been asked.
    protection_failed: bool | None = None
    #: Why there is no login, if that is known.
    reason: Reason | None = None
    #: What was recorded of the login that ended in this request.
    ended: Login | None = None
    #: What the response does to the remember-me cookie: nothing, delete it, or write this token. It
    #: is kept here and not in the session, because applications clear the session after a logout.
    owed: remember.Token | t.Literal["forget"] | None = None
    #: Whether the request's own remember-me cookie has to go, whatever takes its place.
    deletes: bool = False
    #: The login of a user who had no ID yet. The session is written when they have one.
    pending: Wish | None = None
    #: Whether a login was refused, because its user has too many on record.
    has_too_many: bool = False
    #: How often a user was kept for this visit.
    times_kept: int = 0
    #: Whether the remember-me cookie of a login on record may be sent anew.
    may_rewrite: bool = False
    #: Whether the store of the logins on record failed.
    store_failed: bool = False

    def __init__(self, app: Flask, *, dispatched: bool) -> None:
        self.app: Flask = app
        #: Who keeps the logins on record, if they are.
        self.ledger: Ledger | None = app.extensions.get(LEDGER)
        self.settings: Settings = Settings(app.config)
        #: What was read of logins on record, by their keys: a row, ``None``, or why it was not.
        self.rows: dict[str, t.Any] = {}
        #: Whether our before-request function ran. Tests make contexts in which it does not.
        self.dispatched: bool = dispatched

    @classmethod
    def current(cls) -> Visit:
        """This request's visit, which begins by this if it has not. Outside a request, nothing is
        kept.
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
        """This request's visit, if it has begun."""
        namespace = request_contexts.get(request_ctx).request.__dict__
        return namespace[VISIT] if VISIT in namespace else None

    @property
    def session(self) -> t.Any:
        """The session. Flask counts it as accessed and adds ``Vary: Cookie``.

        It is not kept: a copy of the context, made before the session is opened, has its own.
        """
        return request_contexts.get(request_ctx).session

    @property
    def session_counts(self) -> bool:
        """Whether the session has a say about who the user is."""
        if self.from_request:
            return False

        order = self.settings.loader_order
        return order is LOADER_ORDER or "session" in order or self.source in SESSION_SOURCES

    def settle(self, source: str, *, from_request: bool) -> None:
        """Note what found the user."""
        # Another context of the request finds in the session what the cookie has brought there.
        self.source = "remember" if source == "session" and self.resumed else source
        self.from_request = from_request
        self.was_logged_in = True

    def begin(
        self, current: Request, stored: _session.Session, login: Login, wish: Wish, identifier: str
    ) -> None:
        """Log a user in: clear another user's data, write the keys, change the session's ID, and
        drop what must not outlive the change.
        """
        # Also one that a login in between took the place of.
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
        """Note that :func:`.login_user` logged somebody in."""
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
        """Restore a login from the remember-me cookie, which has named the user to the session.

        :return: Whether the session keeps it. A session whose ID somebody else may know, and that
            cannot be given another, must not carry it: the login is for this request alone.
        """
        if not _session.can_change_id(self.app, current, stored):
            return False

        self._clear_for(stored, login.user_id, owner)
        _session.bind(stored, login, identifier)
        _session.change_id(self.app, current, stored)
        self.resumed = True

        if self.ledger is not None:
            self.ledger.note(self, login)

        # The historic format has no place for a stamp.
        is_restamped = login.stamp != token.login.stamp and self.settings.cookie_format != "legacy"
        is_restamped = is_restamped and token.generation is None

        if token.needs_rewrite or is_restamped:
            self.owe(token._replace(login=token.login._replace(stamp=login.stamp)), stored)

        return True

    def end(self, stored: _session.Session, reason: Reason, current: Request | None = None) -> None:
        """End the login that the session carries. Sends :data:`.session_ended`.

        :param current: The request whose remember-me cookie goes, too.
        """
        self.reason = reason
        self.ended = _session.find_login(stored)
        user_id = _session.user_id(stored)

        # The login is gone. A deletion of the cookie that is still owed is not.
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
        """Remove our keys from the session, and record whose data stays behind."""
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
        """Have the response delete the remember-me cookie, where the browser may have one."""
        self.owed = None
        path = f"{current.root_path}{current.path}"

        if self.settings.cookie_name in current.cookies or remember.may_be_hidden(
            self.settings, path
        ):
            self._owe_deletion(stored)

    def refuse_cookie(self, reason: Reason, login: Login | None = None) -> None:
        """Note why a remember-me cookie was not accepted.

        :param login: What it speaks of, if that is over for good.
        """
        if self.ledger is not None and login is not None:
            self.ledger.let_go(self, login, reason)

        # Why the session ended says more than why it was not revived, but for a theft.
        self.reason = reason if reason == "stolen" else self.reason or reason
        _logger.info("A remember-me cookie was refused: %s", reason)

    def record(
        self, current: Request, stored: _session.Session, login: Login, known: Login | None
    ) -> None:
        """Write down a changed login, in the session and in the remember-me cookie that stands
        behind it. A cookie that lags behind would later be taken for one of an earlier login.
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
        """The remember-me token that stands behind the session's login: the one that the response
        is going to write, or else the one that the request carries.
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

            # One of before a change of credentials is void.
            if not is_over and (known is None or token.login.stamp == known.stamp):
                return token

        return None

    def read_cookies(self, current: Request) -> Iterator[remember.Token | remember.Refused]:
        """What the remember-me cookies of a request say."""
        return remember.read_all(current, self.settings, on_record=self.ledger is not None)

    def settle_cookie(self, current: Request, stored: _session.Session, *, renews: bool) -> None:
        """Decide what the response owes the remember-me cookie. The session may carry a message
        about it, perhaps from a context that sent no response.

        :param renews: Whether a cookie that stands behind the login lasts longer by this request.
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
        """A remember-me token for the session's login, or ``None`` if it is not to be remembered.

        :raises LookupError: If nobody is logged in.
        """
        seconds = _session.remember_seconds(stored)

        if seconds is None:
            duration = self.settings.cookie_duration
        else:
            duration = as_remembered_seconds("duration", seconds)

        if not _session.carries_login(stored):
            raise LookupError("Nobody is logged in whom a remember-me cookie could remember.")

        known = _session.find_login(stored)
        login = known or new_login(_session.user_id(stored), self.settings)

        if duration is None:
            return None

        if self.ledger is not None:
            return self.ledger.new_token(self, login, duration)

        return remember.new_token(login, duration)

    def owe(self, token: remember.Token, stored: _session.Session) -> None:
        """Have the response write a token. One from a historic cookie gets the configured duration,
        and stays as it is where that means not to remember.
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
        """The user whose data the session has, where another user's login clears it."""
        return _session.find_owner(stored) if self.settings.clear_on_user_change else None

    def _clear_for(self, stored: _session.Session, user_id: t.Any, owner: t.Any) -> None:
        # An ID may have come back from a cookie as a string, and was an int.
        if owner is not None and str(owner) != str(user_id):
            settings = self.settings
            _session.discard_others(stored, settings.session_keys, settings.preserve_keys)

    def _is_to_be_forgotten(self, current: Request, user_id: t.Any) -> bool:
        """Whether a login without ``remember`` deletes the cookie: one of another user."""
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

        # Without a secret key there is no session to write to.
        if not self.app.session_interface.is_null_session(stored):
            _session.ask_to_forget(stored)


def _configured_duration(settings: Settings, stored: _session.Session) -> int | None:
    seconds = _session.remember_seconds(stored)

    # A setting that cannot work is an error at the login that uses it, not at each visit.
    try:
        return settings.cookie_duration if seconds is None else as_remembered_seconds("", seconds)
    except (TypeError, ValueError):
        return None
