"""The remember-me cookie: what it says, how it is signed, and how it is set and deleted."""

from __future__ import annotations

import hmac
import typing as t
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha512

from werkzeug.wrappers import Response

from .config import Settings


def encode(user_id: str, key: bytes) -> str:
    """Sign a user's ID. The format is as old as the library: ``user_id|hex(HMAC-SHA512)``."""
    return f"{user_id}|{sign(user_id, key)}"


def decode(cookie: str | bytes, keys: Iterable[bytes]) -> str | None:
    """The user's ID in a cookie that one of the keys signed, else ``None``.

    :param cookie: Whatever arrived. Nothing in it raises.
    """
    try:
        value = cookie.encode() if isinstance(cookie, str) else cookie
    except UnicodeEncodeError:  # A lone surrogate, which no cookie of ours holds.
        return None

    payload, _, signature = value.rpartition(b"|")

    for key in keys:
        if hmac.compare_digest(_hexdigest(payload, key), signature):
            return payload.decode()

    return None


def sign(payload: str, key: bytes) -> str:
    return _hexdigest(payload.encode(), key).decode()


def as_key(secret_key: str | bytes) -> bytes:
    """The bytes to sign with. Latin-1 is what signed every cookie so far; UTF-8 signs for the keys
    that it cannot encode.
    """
    if isinstance(secret_key, bytes):
        return secret_key

    try:
        return secret_key.encode("latin-1")
    except UnicodeEncodeError:
        return secret_key.encode()


def secret_keys(settings: Settings) -> list[bytes]:
    """The keys that may have signed a cookie. The last one signs; without ``SECRET_KEY`` there is
    none.
    """
    if not settings.secret_key:
        return []

    fallbacks = settings.secret_key_fallbacks or ()
    return [as_key(key) for key in (*fallbacks, settings.secret_key) if key]


def write(response: Response, settings: Settings, value: str, expires: datetime) -> None:
    response.set_cookie(settings.cookie_name, value=value, expires=expires, **_attributes(settings))


def delete(response: Response, settings: Settings) -> None:
    """Delete the cookie with the attributes it was set with: browsers ignore a deletion that a
    ``__Host-`` name or ``SameSite=None`` does not allow.
    """
    attributes = _attributes(settings)

    try:
        response.delete_cookie(settings.cookie_name, **attributes)
    except TypeError:
        # A response class whose own ``delete_cookie`` knows the older parameters only.
        response.delete_cookie(
            settings.cookie_name, path=attributes["path"], domain=attributes["domain"]
        )


def may_be_hidden(settings: Settings, request_path: str) -> bool:
    """Whether browsers withhold the cookie from a path (RFC 6265, 5.1.4), so that its absence says
    nothing.
    """
    cookie_path = settings.cookie_path or "/"

    if request_path == cookie_path:
        return False

    return not request_path.startswith(f"{cookie_path.removesuffix('/')}/")


def _attributes(settings: Settings) -> dict[str, t.Any]:
    return {
        "domain": settings.cookie_domain,
        "path": settings.cookie_path,
        "secure": settings.cookie_secure,
        "httponly": settings.cookie_httponly,
        "samesite": settings.cookie_samesite,
    }


def _hexdigest(payload: bytes, key: bytes) -> bytes:
    return hmac.new(key, payload, sha512).hexdigest().encode()
