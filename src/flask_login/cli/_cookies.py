"""Explain cookies: their content, their key, when they expire, and why they are refused."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask
from flask.sessions import SecureCookieSession
from werkzeug.http import dump_cookie

from .. import _session
from .._login import Reason
from .._visit import Visit
from ..config import Settings
from ..records._rows import login_of
from ._explanations import ends_of_session
from ._explanations import ends_of_token
from ._explanations import Explanation
from ._explanations import Kind
from ._explanations import with_end
from ._explanations import with_login
from ._pasted import as_pair
from ._pasted import Pasted
from ._pasted import read_pasted
from ._signatures import find_session
from ._signatures import find_token
from ._signatures import SignedSession
from ._signatures import SignedToken
from ._verdicts import Judge
from ._verdicts import SessionFailure

if t.TYPE_CHECKING:
    from .._manager import Manager

# A payload, a time and a signature, in Base64.
_SESSION = re.compile(r"\.?[\w-]+\.[\w-]{4,8}\.[\w-]{20,}")


class Reader:
    """Reads the cookies of one application."""

    def __init__(self, app: Flask, manager: Manager, loads_user: bool) -> None:
        self._app = app
        self._manager = manager
        self._loads_user = loads_user
        self._settings = Settings(app.config)
        #: The kind of each cookie, by its name.
        self.names: dict[str, Kind] = {
            self._settings.cookie_name: "remember",
            app.session_interface.get_cookie_name(app): "session",
        }

    def explain(self, data: bytes) -> list[Explanation]:
        """Explain the cookies in a text, each as if it came alone. Cookies of other applications in
        a header are skipped.

        :raises LoaderFailure: If the user loader is called and raises an exception.
        :raises SessionFailure: If the session interface raises an exception.
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

        # The cookie may have another name than the settings.
        about_pair = self._ask(pair)
        return about if about_pair.format is None else about_pair

    def _ask(self, cookie: Pasted) -> Explanation:
        value = cookie.decoded

        if value is None:
            because = "it is not a valid cookie value"
            return Explanation(None, cookie.name, reason="no_login", because=because)

        # Under each name, because its kind is not known yet.
        pairs = (dump_cookie(name, value, path=None, max_size=0) for name in self.names)
        environ = {"HTTP_COOKIE": "; ".join(pairs)}

        with self._request(environ):
            judge = Judge(self._app, self._manager, loads_user=self._loads_user)
            about = self._read(cookie, value, judge)
            about = self._passed_over(about, judge) or about
            return replace(about, user_loaded=judge.user_loaded)

    @contextmanager
    def _request(self, environ: dict[str, str]) -> Generator[None, None, None]:
        """Push a request, and open its session.

        :raises SessionFailure: If the session cannot be opened.
        """
        context = self._app.test_request_context(environ_overrides=environ)

        try:
            context.push()
            # From Flask 3.2 on, the session is opened here.
            Visit.current().session  # noqa: B018
        except Exception as error:
            context.pop()
            raise SessionFailure from error

        try:
            yield
        finally:
            context.pop()

    def _read(self, cookie: Pasted, value: str, judge: Judge) -> Explanation:
        token = find_token(value, self._settings)

        if token is not None:
            return _about_token(cookie, value, token, judge)

        signed = find_session(value, self._app)

        if signed is not None or _keys_in(judge.visit.session):
            return _about_session(cookie, signed, judge)

        return self._about_foreign(cookie)

    def _passed_over(self, about: Explanation, judge: Judge) -> Explanation | None:
        """Return the explanation of a cookie that requests ignore."""
        if about.kind is None or about.format is None:
            return None

        because = judge.why_unread(about.kind)

        if about.name is not None and self.names.get(about.name) != about.kind:
            name = next(name for name, kind in self.names.items() if kind == about.kind)
            because = f"The cookie of this application is named '{name}', not '{about.name}'."

        return replace(about, reason="no_login", because=because) if because else None

    def _about_foreign(self, cookie: Pasted) -> Explanation:
        kind = self.names.get(cookie.name or "")

        if kind is None and "|" in cookie.value:
            kind = "remember"
        elif kind is None and _SESSION.fullmatch(cookie.value):
            kind = "session"

        reason: Reason = "remember_invalid" if kind == "remember" else "no_login"
        return Explanation(kind, cookie.name, reason=reason, because=self._why_foreign())

    def _why_foreign(self) -> str:
        if not self._settings.secret_key:
            return "SECRET_KEY is not set"

        if not hasattr(self._app.session_interface, "get_signing_serializer"):
            return "none of its keys signed it, and no session has this ID"

        return "none of its keys signed it"


def _about_session(cookie: Pasted, signed: SignedSession | None, judge: Judge) -> Explanation:
    opened = judge.visit.session
    is_open = bool(_keys_in(opened))
    # A session that Flask refuses is explained, too.
    stored = SecureCookieSession(signed.payload) if signed and not is_open else opened
    login = _session.find_login(stored)
    state, row = judge.find_record(login)
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
        other_keys=tuple(sorted(_keys_in(stored) - judge.visit.settings.session_keys)),
    )
    about = with_login(about, login)
    about = with_end(about, ends_of_session(about, row, judge.visit))

    if about.user_id is None:
        return replace(about, reason="no_login", because="It contains no login.")

    if signed is not None and not is_open:
        return replace(about, reason="no_login", because=_why_closed(signed))

    return replace(about, reason=judge.judge_session())


def _about_token(cookie: Pasted, value: str, signed: SignedToken, judge: Judge) -> Explanation:
    about = Explanation("remember", cookie.name, signed.format, signed.key)
    token = signed.token

    if token is not None:
        state, row = judge.find_record(token.login)
        login = token.login if row is None else login_of(row, token.login)
        about = replace(
            with_login(about, login),
            issued_at=None if token.is_legacy else token.issued_at,
            duration=token.duration if row is None else row.duration,
            record=state,
        )

        # Neither contains the time of the login.
        if token.is_legacy or (token.generation is not None and row is None):
            about = replace(about, authenticated_at=None)

        about = with_end(about, ends_of_token(about, row, judge.visit))

    return replace(about, reason=judge.judge_token(value))


def _keys_in(stored: t.Any) -> set[str]:
    """Return the keys of a session, without one that extensions put into each new session."""
    return {str(key) for key in stored} - {"_permanent"}


def _why_closed(signed: SignedSession) -> str:
    if not signed.is_accepted:
        return "Sessions do not accept this key: Flask before 3.1 ignores SECRET_KEY_FALLBACKS."

    return "It is older than PERMANENT_SESSION_LIFETIME, or dated in the future."
