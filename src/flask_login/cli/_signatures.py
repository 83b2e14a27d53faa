"""Find the key that signed a cookie. A key is named by its setting and never printed."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from copy import copy

from flask import Flask
from itsdangerous import BadData
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import want_bytes

from .. import remember
from .._login import Login
from ..config import Settings


class SignedToken(t.NamedTuple):
    """A remember-me cookie of ours."""

    key: str
    format: t.Literal["timed", "record", "legacy"]
    #: Its content, also if it has expired. ``None`` if the content cannot be read.
    token: remember.Token | None


class SignedSession(t.NamedTuple):
    """A session cookie of ours."""

    key: str
    payload: dict[str, t.Any]
    #: In seconds since the epoch.
    issued_at: int
    #: Whether Flask accepts this key. Before 3.1, Flask ignores fallbacks.
    is_accepted: bool


def find_token(cookie: str, settings: Settings) -> SignedToken | None:
    """Read a remember-me cookie. Return ``None`` if no key of the application signed it."""
    for name, key in _named_keys(settings):
        said = remember.decode_timed(cookie, [want_bytes(key)], expires=False)

        if isinstance(said, remember.Token):
            return SignedToken(name, "timed" if said.generation is None else "record", said)

        if said.is_ours:
            return SignedToken(name, "timed", None)

        user_id = remember.decode_legacy(cookie, [remember.as_key(key)])

        if user_id is not None:
            token = remember.Token(Login(user_id, 0), None, 0, is_legacy=True)
            return SignedToken(name, "legacy", token)

    return None


def find_session(cookie: str, app: Flask) -> SignedSession | None:
    """Read a session cookie, also if it has expired. Return ``None`` if no key signed it, or if
    sessions are not stored in cookies.
    """
    get_serializer = getattr(app.session_interface, "get_signing_serializer", None)
    serializer: URLSafeTimedSerializer | None = get_serializer and get_serializer(app)

    if serializer is None:
        return None

    accepted = serializer.secret_keys
    names = _session_keys(Settings(app.config))

    # Keys that Flask does not accept are tried, too.
    for key in dict.fromkeys([*reversed(accepted), *names]):
        alone = copy(serializer)
        alone.secret_keys = [key]

        try:
            payload, issued_at = alone.loads(cookie, return_timestamp=True)
        except BadData:
            continue

        if isinstance(payload, dict):
            name = names.get(key, "a key of the session interface")
            since = int(issued_at.timestamp())
            return SignedSession(name, t.cast(t.Any, payload), since, key in accepted)

    return None


def _named_keys(settings: Settings) -> Iterator[tuple[str, str | bytes]]:
    """Yield the application's keys with their names, the current key first."""
    key = settings.secret_key

    if not key:
        return

    yield "SECRET_KEY", key

    for number, fallback in enumerate(settings.secret_key_fallbacks):
        # An unset environment variable leaves an empty key.
        if fallback:
            yield f"SECRET_KEY_FALLBACKS[{number}]", fallback


def _session_keys(settings: Settings) -> dict[bytes, str]:
    """Return the names of the keys, by key."""
    fallbacks = settings.config.get("SECRET_KEY_FALLBACKS")
    # If it is a string, Flask uses each character as a key.
    characters = fallbacks if isinstance(fallbacks, str) else ""
    numbered = {want_bytes(c): f"SECRET_KEY_FALLBACKS[{n}]" for n, c in enumerate(characters)}
    return numbered | {want_bytes(key): name for name, key in reversed([*_named_keys(settings)])}
