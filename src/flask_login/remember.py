"""The remember-me cookie: what it says, how it is signed, and how it is set and deleted.

It says ``user_id|body.timestamp.signature``. The body is compact JSON in URL-safe base64, and
ItsDangerous signs it together with the ID and the time. The historic format is
``user_id|hex(HMAC-SHA512(SECRET_KEY, user_id))``, which says nothing of when or for how long.
"""

from __future__ import annotations

import hmac
import json
import secrets
import typing as t
from collections.abc import Iterable
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha512
from inspect import signature

from itsdangerous import BadData
from itsdangerous import base64_decode
from itsdangerous import base64_encode
from itsdangerous import Signer
from itsdangerous.encoding import int_to_bytes
from itsdangerous.encoding import want_bytes
from itsdangerous.signer import SigningAlgorithm
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response

from . import _clock
from .config import Settings

#: Browsers drop cookies that are longer (RFC 6265bis, 5.6), and say nothing.
_LONGEST_COOKIE = 4096

#: What a byte becomes at most in a quoted cookie, such as ``\303``.
_WIDEST_ESCAPE = 4

#: More than what a ``Set-Cookie`` header has of dates and names of attributes.
_FIXED_PART = 256

_SALT = "flask-login.remember"

# The settings that others have to go with. By default, none has to.
_DEMANDING = {
    "REMEMBER_COOKIE_NAME",
    "REMEMBER_COOKIE_SAMESITE",
    "REMEMBER_COOKIE_SECURE",
    "REMEMBER_COOKIE_PARTITIONED",
    "REMEMBER_COOKIE_FORMAT",
}

_to_json = json.JSONEncoder(separators=(",", ":")).encode


class Token(t.NamedTuple):
    """What a remember-me cookie says."""

    user_id: t.Any
    #: When the user last proved who they are, in seconds since the epoch.
    authenticated_at: int
    #: How long the cookie lasts from :attr:`issued_at`, in seconds.
    duration: float
    issued_at: int
    #: The digest of the user's session stamp, if they have one.
    stamp: str | None = None
    #: Whether an inactive user was let in on purpose.
    forced: bool = False
    #: What keeps two logins from ever sharing a cookie.
    id: str = ""
    #: Whether it came in another format than is written now, or signed by a fallback key.
    outdated: bool = False
    #: Whether it came in the historic format, which does not say when its login was.
    undated: bool = False

    @property
    def seconds_left(self) -> float:
        return self.issued_at + self.duration - _clock.now()


class Refused(t.NamedTuple):
    """Why a cookie is not accepted."""

    reason: t.Literal["remember_invalid", "remember_expired"]


INVALID = Refused("remember_invalid")
EXPIRED = Refused("remember_expired")


def new_token(
    user_id: t.Any, *, authenticated_at: int, duration: float, stamp: str | None, forced: bool
) -> Token:
    """A token for a login, issued now. Its ID has 128 random bits."""
    return Token(
        user_id=user_id,
        authenticated_at=authenticated_at,
        duration=int(duration) if duration == int(duration) else duration,
        issued_at=_clock.now(),
        stamp=stamp,
        forced=forced,
        id=_random_id(),
    )


def prolong(token: Token) -> Token:
    """The same token, whose duration begins now."""
    return token._replace(issued_at=_clock.now())


def reissue(token: Token, stamp: str | None) -> Token:
    """A token that replaces another one of the same login, whose copies elsewhere are void."""
    return token._replace(stamp=stamp, id=_random_id())


def encode(token: Token, settings: Settings) -> str:
    """Sign a token in the format that is set.

    :raises RuntimeError: If there is no ``SECRET_KEY``.
    """
    key = settings.demand_secret_key()

    if settings.cookie_format == "legacy":
        return encode_legacy(str(token.user_id), as_key(key))

    body: dict[str, t.Any] = {
        "a": token.authenticated_at,
        "d": token.duration,
        "r": token.id,
    }

    if token.stamp is not None:
        body["s"] = token.stamp

    if token.forced:
        body["f"] = 1

    if isinstance(token.user_id, int):
        body["i"] = 1

    encoded = base64_encode(_to_json(body)).decode()
    issued_at = base64_encode(int_to_bytes(token.issued_at)).decode()
    signed = f"{token.user_id}|{encoded}.{issued_at}"
    return _signer(want_bytes(key)).sign(signed).decode()


def read(cookie: str, settings: Settings) -> Token | Refused:
    """What a cookie says if it is genuine and has not expired, else why not.

    :param cookie: Whatever arrived. Nothing in it raises.
    """
    token = decode_timed(cookie, settings.signing_keys)

    if isinstance(token, Token):
        return token._replace(outdated=True) if settings.cookie_format == "legacy" else token

    if token is EXPIRED or not _accepts_legacy(settings):
        return token

    keys = legacy_keys(settings)
    user_id = decode_legacy(cookie, keys)

    if user_id is None:
        return INVALID

    outdated = settings.cookie_format != "legacy" or decode_legacy(cookie, keys[-1:]) is None
    # It does not say when it was made, so what is known of it begins now.
    now = _clock.now()
    duration = settings.cookie_duration.total_seconds()
    token = new_token(user_id, authenticated_at=now, duration=duration, stamp=None, forced=False)
    return token._replace(outdated=outdated, undated=True)


def decode_timed(cookie: str | bytes, keys: Sequence[bytes]) -> Token | Refused:
    """What a cookie in our own format says if one of the keys signed it, else why it is refused."""
    try:
        value = _as_bytes(cookie)
    except UnicodeEncodeError:
        return INVALID

    signed, _, signature = value.rpartition(b".")

    for key in reversed(keys):
        # Base64 can spell one signature in several ways. Only ours counts.
        if hmac.compare_digest(_signer(key).get_signature(signed), signature):
            return _parse(signed, outdated=key != keys[-1])

    return INVALID


def _parse(signed: bytes, *, outdated: bool) -> Token | Refused:
    # Signed by us, so it is well-formed, unless the application signs other things like this.
    try:
        value, _, time = signed.decode().rpartition(".")
        issued_at = int.from_bytes(base64_decode(time), "big")
        user_id, _, encoded = value.rpartition("|")
        body = json.loads(base64_decode(encoded).decode())
        token = Token(
            user_id=int(user_id) if body.get("i") else user_id,
            authenticated_at=int(body["a"]),
            duration=float(body["d"]),
            issued_at=issued_at,
            stamp=body.get("s"),
            forced=bool(body.get("f")),
            id=str(body["r"]),
            outdated=outdated,
        )
    except (BadData, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return INVALID

    now = _clock.now()

    if _clock.is_over(issued_at, token.duration, now):
        return EXPIRED

    return INVALID if token.authenticated_at > now + _clock.SKEW else token


def encode_legacy(user_id: str, key: bytes) -> str:
    """Sign a user's ID in the historic format."""
    return f"{user_id}|{sign(user_id, key)}"


def decode_legacy(cookie: str | bytes, keys: Iterable[bytes]) -> str | None:
    """The user's ID in a cookie in the historic format that one of the keys signed, else ``None``.

    :param cookie: Whatever arrived. Nothing in it raises.
    """
    try:
        payload, _, signature = _as_bytes(cookie).rpartition(b"|")
    except UnicodeEncodeError:  # A lone surrogate, which no cookie of ours holds.
        return None

    for key in keys:
        if hmac.compare_digest(_hexdigest(payload, key), signature):
            return payload.decode(errors="replace")

    return None


def sign(payload: str, key: bytes) -> str:
    """The signature of the historic format."""
    return _hexdigest(payload.encode(), key).decode()


def as_key(secret_key: str | bytes) -> bytes:
    """The bytes that sign the historic format. Latin-1 is what signed every cookie so far; UTF-8
    signs for the keys that it cannot encode.
    """
    if isinstance(secret_key, bytes):
        return secret_key

    try:
        return secret_key.encode("latin-1")
    except UnicodeEncodeError:
        return secret_key.encode()


def legacy_keys(settings: Settings) -> list[bytes]:
    """The keys of the historic format. The last one signs."""
    return [as_key(key) for key in settings.secret_keys]


def write(response: Response, settings: Settings, token: Token, expires: datetime) -> None:
    """Set the cookie.

    :raises ValueError: If it is longer than browsers accept, or no browser would accept it.
    """
    check(settings)
    value = encode(token, settings)
    attributes = _attributes(settings)
    name = settings.cookie_name
    longest = response.max_cookie_size or _LONGEST_COOKIE

    free = len(f"{name}{value}{attributes['path']}{attributes['domain']}".encode())

    # To measure a header is to make it once more, which takes as long as all that signs it. As a
    # rule, it is short enough whatever becomes of what is free to vary in it.
    if free * _WIDEST_ESCAPE + _FIXED_PART > longest:
        header = dump_cookie(name, value, expires=expires, max_size=0, **attributes)

        if len(header) > longest:
            raise ValueError(
                f"The remember-me cookie of user '{str(token.user_id)[:40]}…' has {len(header)}"
                f" bytes, and browsers drop cookies over {_LONGEST_COOKIE}. Their ID is too long:"
                " have 'get_id' return a shorter one."
            )

    response.set_cookie(name, value=value, expires=expires, **attributes)


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


def check(settings: Settings) -> None:
    """Refuse what no browser would accept, and what could not be read again.

    :raises ValueError: Naming the settings that do not go together.
    """
    # As a rule, nothing is set that could demand anything. To ask for each of it would be a
    # twentieth of what a login adds.
    if settings.config.keys().isdisjoint(_DEMANDING):
        return

    name = settings.cookie_name.lower()
    host_only = name.startswith("__host-")
    samesite = settings.config.get("REMEMBER_COOKIE_SAMESITE")
    # What is wholly inherited from the session cookie meets that cookie's fate.
    inherited = settings.config.get("SESSION_COOKIE_SAMESITE")
    is_mixed = (
        "REMEMBER_COOKIE_SAMESITE" not in settings.config
        and "REMEMBER_COOKIE_SECURE" in settings.config
    )
    demands = {
        "REMEMBER_COOKIE_NAME '__Host-…'": host_only,
        "REMEMBER_COOKIE_NAME '__Secure-…'": name.startswith("__secure-"),
        "REMEMBER_COOKIE_SAMESITE 'None'": _is_none(samesite),
        "SESSION_COOKIE_SAMESITE 'None'": is_mixed and _is_none(inherited),
        "REMEMBER_COOKIE_PARTITIONED": settings.cookie_partitioned,
    }

    for demanding, applies in demands.items():
        if applies and not settings.cookie_secure:
            raise ValueError(f"{demanding} needs REMEMBER_COOKIE_SECURE to be True.")

    if host_only and settings.cookie_domain:
        raise ValueError("REMEMBER_COOKIE_NAME '__Host-…' admits no REMEMBER_COOKIE_DOMAIN.")

    if host_only and settings.cookie_path != "/":
        raise ValueError("REMEMBER_COOKIE_NAME '__Host-…' needs REMEMBER_COOKIE_PATH to be '/'.")

    if settings.cookie_partitioned and "partitioned" not in signature(dump_cookie).parameters:
        raise ValueError("REMEMBER_COOKIE_PARTITIONED needs Werkzeug 3.1 or newer.")

    if settings.cookie_format == "legacy" and settings.cookie_accept_legacy is False:
        raise ValueError(
            "REMEMBER_COOKIE_FORMAT 'legacy' does not go with REMEMBER_COOKIE_ACCEPT_LEGACY False,"
            " which refuses the very cookies it writes."
        )


def may_be_hidden(settings: Settings, request_path: str) -> bool:
    """Whether browsers withhold the cookie from a path (RFC 6265, 5.1.4), so that its absence says
    nothing.
    """
    cookie_path = settings.cookie_path or "/"

    if request_path == cookie_path:
        return False

    return not request_path.startswith(f"{cookie_path.removesuffix('/')}/")


# Kept, because to make one is to derive a key for this purpose, a quarter of what a login costs.
@lru_cache(maxsize=16)
def _signer(key: bytes) -> Signer:
    """What signs like ItsDangerous's ``TimestampSigner``, but leaves the time to us: a new key
    must not prolong a cookie.
    """
    derived = Signer(key, salt=_SALT, digest_method=sha512).derive_key()
    return Signer(derived, salt=_SALT, key_derivation="none", algorithm=_HmacSha512())


class _HmacSha512(SigningAlgorithm):
    def get_signature(self, key: bytes, value: bytes) -> bytes:
        # The one that ItsDangerous has, made for any digest, takes five times as long.
        return hmac.digest(key, value, "sha512")


def _is_none(samesite: t.Any) -> bool:
    return isinstance(samesite, str) and samesite.lower() == "none"


def _random_id() -> str:
    return base64_encode(secrets.token_bytes(16)).decode()


def _accepts_legacy(settings: Settings) -> bool:
    accept = settings.cookie_accept_legacy

    if isinstance(accept, bool):
        return accept

    return _clock.now() < accept.timestamp()


def _attributes(settings: Settings) -> dict[str, t.Any]:
    attributes: dict[str, t.Any] = {
        "domain": settings.cookie_domain,
        "path": settings.cookie_path,
        "secure": settings.cookie_secure,
        "httponly": settings.cookie_httponly,
        "samesite": settings.cookie_samesite,
    }

    # Werkzeug before 3.1 does not know it.
    if settings.cookie_partitioned:
        attributes["partitioned"] = True

    return attributes


def _as_bytes(cookie: str | bytes) -> bytes:
    return cookie.encode() if isinstance(cookie, str) else cookie


def _hexdigest(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, payload, "sha512").hex().encode()
