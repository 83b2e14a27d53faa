"""The remember-me cookie: its formats, its signature, and how it is set and deleted.

Our format is ``user_id|time.duration.issued.random.stamp.flags``, signed by ItsDangerous. Times
(since the epoch, UTC) and the duration are whole seconds. The cookie of a recorded login is
``user_id|secret.generation.issued.flags``; its record stores the rest. The legacy format is
``user_id|hex(HMAC-SHA512(SECRET_KEY, user_id))``. It contains no time and no duration.
"""

from __future__ import annotations

import hmac
import secrets
import typing as t
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha512
from inspect import signature

from itsdangerous import Signer
from itsdangerous.encoding import want_bytes
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from . import _clock
from ._login import Login
from ._login import Reason
from .config import Settings

#: Browsers silently drop longer cookies (RFC 6265bis, 5.6).
_LONGEST_COOKIE = 4096

#: The most characters that one byte becomes in a quoted cookie, such as ``\303``.
_WIDEST_ESCAPE = 4

#: An upper bound for the dates and attribute names in a ``Set-Cookie`` header.
_FIXED_PART = 256

_SALT = "flask-login.remember"

# The number of dots in the cookie of a recorded login.
_RECORD_DOTS = 3


class Token(t.NamedTuple):
    """The content of a remember-me cookie."""

    login: Login
    #: How long the cookie lasts from :attr:`issued_at`, in whole seconds. ``None`` if the cookie
    #: does not contain it.
    duration: int | None
    issued_at: int
    #: Random characters, so that two logins never have the same cookie.
    random: str = ""
    #: Whether the cookie has another format than new cookies, or a fallback key signed it.
    needs_rewrite: bool = False
    #: Whether it came in the legacy format, which does not contain the time of the login.
    is_legacy: bool = False
    #: How often the cookie of a recorded login was rotated. ``None`` if the login is not recorded.
    generation: int | None = None

    @property
    def seconds_left(self) -> int:
        """The seconds until the cookie expires. Needs a :attr:`duration`."""
        return self.issued_at + (self.duration or 0) - _clock.now()

    def is_of(self, user_id: t.Any) -> bool:
        return str(self.login.user_id) == str(user_id)

    def completed(self, known: Login | None) -> Token:
        """Return the token, completed from the login's record in the session. The record is ignored
        if it is another user's.
        """
        if known is None or not self.is_of(known.user_id):
            return self

        login = self.login

        if self.is_legacy:
            login = login._replace(authenticated_at=known.authenticated_at)

        if login.stamp is None:
            login = login._replace(stamp=known.stamp)

        return self if login is self.login else self._replace(login=login)


class Refused:
    """The reason why a cookie is not accepted.

    :param is_ours: Whether one of our keys signed it. Another application on this host may use the
        same cookie name.
    """

    def __init__(self, reason: Reason, *, is_ours: bool) -> None:
        self.reason: Reason = reason
        self.is_ours: bool = is_ours


FOREIGN = Refused("remember_invalid", is_ours=False)
INVALID = Refused("remember_invalid", is_ours=True)
EXPIRED = Refused("remember_expired", is_ours=True)


def find_cookies(request: Request, settings: Settings) -> t.Sequence[str]:
    """Return the values of all cookies with this name. A parent domain or another path may have set
    several.
    """
    cookies: t.Any = request.cookies
    name = settings.cookie_name

    if name not in cookies:
        return ()

    get_all = getattr(cookies, "getlist", None)
    return [cookies[name]] if get_all is None else get_all(name)


def read_all(request: Request, settings: Settings, *, recorded: bool) -> Iterator[Token | Refused]:
    """Read all cookies with this name, in the order of the request."""
    for cookie in find_cookies(request, settings):
        yield read(cookie, settings, recorded=recorded)


def new_token(login: Login, duration: int | None) -> Token:
    """Return a token for a login, issued now. It has 128 random bits (OWASP ASVS 7.2.3)."""
    return Token(login, duration, _clock.now(), secrets.token_urlsafe(16))


def prolong(token: Token) -> Token:
    """Return the token with a duration that begins now."""
    return token._replace(issued_at=_clock.now())


def reissue(token: Token) -> Token:
    """Return a token that replaces this one for the same login. Copies of this one are void."""
    return token._replace(random=secrets.token_urlsafe(16))


def encode(token: Token, settings: Settings) -> str:
    """Sign a token in the format of ``REMEMBER_COOKIE_FORMAT``.

    :raises RuntimeError: If there is no ``SECRET_KEY``.
    """
    key = settings.demand_secret_key()
    login = token.login

    if settings.cookie_format == "legacy":
        return encode_legacy(str(login.user_id), as_key(key))

    flags = ("f" if login.forced else "") + ("i" if isinstance(login.user_id, int) else "")

    if token.generation is None:
        fields = (
            f"{login.authenticated_at}.{token.duration}.{token.issued_at}"
            f".{token.random}.{login.stamp or ''}"
        )
    else:
        fields = f"{login.secret}.{token.generation}.{token.issued_at}"

    return _signer(want_bytes(key)).sign(f"{login.user_id}|{fields}.{flags}").decode()


def read(cookie: str, settings: Settings, *, recorded: bool) -> Token | Refused:
    """Verify and read a cookie. Return the reason if it is invalid or has expired.

    :param cookie: The untrusted value. No value raises an exception.
    :param recorded: Whether the application records logins. Then the record says when they expire.
    """
    token = decode_timed(cookie, settings.signing_keys)

    if isinstance(token, Token) and token.generation is not None:
        return token if recorded else _without_record(token, settings)

    if isinstance(token, Token):
        return token._replace(needs_rewrite=True) if settings.cookie_format == "legacy" else token

    if token.is_ours:
        return token

    keys = legacy_keys(settings)
    user_id = decode_legacy(cookie, keys)

    if user_id is None:
        return FOREIGN

    if not accepts_legacy(settings):
        return INVALID

    # It contains no time, so use the time of this request.
    token = new_token(Login(user_id, _clock.now()), None)
    needs_rewrite = settings.cookie_format != "legacy" or decode_legacy(cookie, keys[-1:]) is None
    return token._replace(needs_rewrite=needs_rewrite, is_legacy=True)


def decode_timed(
    cookie: str | bytes, keys: Sequence[bytes], *, expires: bool = True
) -> Token | Refused:
    """Read a cookie in our format. Return the reason if no key signed it, or it has expired."""
    try:
        value = _as_bytes(cookie)
    except UnicodeEncodeError:
        return FOREIGN

    signed, _, signature = value.rpartition(b".")

    for key in reversed(keys):
        # Several Base64 strings can encode one signature. Accept only the one that we write.
        if hmac.compare_digest(_signer(key).get_signature(signed), signature):
            return _parse(signed, needs_rewrite=key != keys[-1], expires=expires)

    return FOREIGN


def _parse(signed: bytes, *, needs_rewrite: bool, expires: bool) -> Token | Refused:
    # We signed it, so it is well-formed, unless the application uses the same salt elsewhere.
    try:
        user_id, _, fields = signed.decode().rpartition("|")

        if fields.count(".") == _RECORD_DOTS:
            return _parse_record(user_id, fields, needs_rewrite)

        authenticated_at, duration, issued_at, random, stamp, flags = fields.split(".")
        known_id = int(user_id) if "i" in flags else user_id
        login = Login(known_id, int(authenticated_at), None, stamp or None, "f" in flags)
        token = Token(login, int(duration), int(issued_at), random, needs_rewrite)
        is_over = expires and _clock.is_over(token.issued_at, int(duration), _clock.now())
    except ValueError:
        return INVALID

    if is_over:
        return EXPIRED

    return INVALID if expires and login.authenticated_at > _clock.now() + _clock.SKEW else token


def _parse_record(user_id: str, fields: str, needs_rewrite: bool) -> Token:
    secret, generation, issued_at, flags = fields.split(".")
    known_id = int(user_id) if "i" in flags else user_id
    login = Login(known_id, int(issued_at), forced="f" in flags, secret=secret)
    return Token(login, None, int(issued_at), "", needs_rewrite, generation=int(generation))


def _without_record(token: Token, settings: Settings) -> Token | Refused:
    """Read the cookie of a recorded login after the application stopped recording logins. Only the
    content of the cookie counts then.
    """
    duration = settings.cookie_duration

    if duration is None or _clock.is_over(token.issued_at, duration, _clock.now()):
        return EXPIRED

    rest = new_token(token.login._replace(secret=None), None)
    return rest._replace(needs_rewrite=True, is_legacy=True)


def encode_legacy(user_id: str, key: bytes) -> str:
    """Sign a user's ID in the legacy format."""
    return f"{user_id}|{sign(user_id, key)}"


def decode_legacy(cookie: str | bytes, keys: Iterable[bytes]) -> str | None:
    """Return the user's ID in a cookie in the legacy format, or ``None`` if no key signed it.

    :param cookie: The untrusted value. No value raises an exception.
    """
    try:
        payload, _, signature = _as_bytes(cookie).rpartition(b"|")
    except UnicodeEncodeError:  # A lone surrogate. Our cookies never contain one.
        return None

    for key in keys:
        if hmac.compare_digest(_hexdigest(payload, key), signature):
            return payload.decode(errors="replace")

    return None


def sign(payload: str, key: bytes) -> str:
    """Return the signature of the legacy format."""
    return _hexdigest(payload.encode(), key).decode()


def as_key(secret_key: str | bytes) -> bytes:
    """Return the key of the legacy format as bytes. Flask-Login 0.6.3 encodes keys by Latin-1. Keys
    that Latin-1 cannot encode use UTF-8.
    """
    if isinstance(secret_key, bytes):
        return secret_key

    try:
        return secret_key.encode("latin-1")
    except UnicodeEncodeError:
        return secret_key.encode()


def legacy_keys(settings: Settings) -> list[bytes]:
    """Return the keys of the legacy format. The last one signs."""
    return [as_key(key) for key in settings.secret_keys]


def write(response: Response, settings: Settings, token: Token, expires: datetime) -> list[str]:
    """Set the cookie.

    :return: Why browsers will silently drop it.
    :raises ValueError: If it is longer than browsers accept, or if :func:`check` refuses a setting
        that changed after start-up.
    """
    check(settings)
    value = encode(token, settings)
    attributes = attributes_of(settings)
    name = settings.cookie_name
    longest = response.max_cookie_size or _LONGEST_COOKIE
    free = len(f"{name}{value}{attributes['path']}{attributes['domain']}".encode())

    # To measure the header, it must be built a second time. So first check an upper bound.
    if free * _WIDEST_ESCAPE + _FIXED_PART > longest:
        header = dump_cookie(name, value, expires=expires, max_size=0, **attributes)

        if len(header) > longest:
            raise ValueError(
                f"The remember-me cookie of user '{str(token.login.user_id)[:40]}…' has"
                f" {len(header)} bytes, and browsers drop cookies over {_LONGEST_COOKIE}. The ID is"
                " too long: return a shorter one from 'get_id'."
            )

    response.set_cookie(name, value=value, expires=expires, **attributes)
    return find_problems("REMEMBER_COOKIE", name, attributes, settings.config)


def delete(response: Response, settings: Settings) -> None:
    """Delete the cookie with the same attributes that set it. Otherwise browsers ignore the
    deletion of a cookie with a ``__Host-`` name or ``SameSite=None``.
    """
    attributes = attributes_of(settings)

    try:
        response.delete_cookie(settings.cookie_name, **attributes)
    except TypeError:
        # A response class whose own 'delete_cookie' takes only the older parameters.
        response.delete_cookie(
            settings.cookie_name, path=attributes["path"], domain=attributes["domain"]
        )


def check(settings: Settings) -> None:
    """Refuse new settings that contradict each other.

    :raises ValueError: The message names them.
    """
    if settings.cookie_partitioned and not settings.cookie_secure:
        raise ValueError(
            "REMEMBER_COOKIE_PARTITIONED needs REMEMBER_COOKIE_SECURE to be True. Browsers refuse"
            " the cookie otherwise."
        )

    if settings.cookie_partitioned and "partitioned" not in signature(dump_cookie).parameters:
        raise ValueError("REMEMBER_COOKIE_PARTITIONED needs Werkzeug 3.1 or newer.")

    if settings.cookie_format == "legacy" and settings.cookie_accept_legacy is False:
        raise ValueError(
            "REMEMBER_COOKIE_FORMAT 'legacy' cannot be used with REMEMBER_COOKIE_ACCEPT_LEGACY"
            " False, which refuses these cookies."
        )


def may_be_hidden(settings: Settings, request_path: str) -> bool:
    """Return whether browsers do not send the cookie to this path (RFC 6265, 5.1.4). Then the
    browser may have it although the request does not.
    """
    cookie_path = settings.cookie_path or "/"

    if request_path == cookie_path:
        return False

    return not request_path.startswith(f"{cookie_path.removesuffix('/')}/")


def accepts_legacy(settings: Settings) -> bool:
    """Return whether cookies in the legacy format are still accepted."""
    accept = settings.cookie_accept_legacy

    if isinstance(accept, bool):
        return accept

    return _clock.now() < accept.timestamp()


@lru_cache(maxsize=16)
def _signer(key: bytes) -> Signer:
    """Return a signer like ItsDangerous's ``TimestampSigner``, but without a time. Our content has
    the time, so that signing again with a new key does not prolong a cookie.
    """
    derived = Signer(key, salt=_SALT, digest_method=sha512).derive_key()
    return Signer(derived, salt=_SALT, key_derivation="none", digest_method=sha512)


def attributes_of(settings: Settings) -> dict[str, t.Any]:
    """Return the attributes that set and delete the cookie."""
    attributes: dict[str, t.Any] = {
        "domain": settings.cookie_domain,
        "path": settings.cookie_path,
        "secure": settings.cookie_secure,
        "httponly": settings.cookie_httponly,
        "samesite": settings.cookie_samesite,
    }

    # Werkzeug before 3.1 has no such parameter.
    if settings.cookie_partitioned:
        attributes["partitioned"] = True

    return attributes


def find_problems(prefix: str, name: str, attributes: t.Any, config: t.Any) -> list[str]:
    """Return why browsers drop a cookie whose settings begin with ``prefix``."""
    is_host = name.lower().startswith("__host-")
    found: list[str] = []

    if not attributes["secure"]:
        if is_host or name.lower().startswith("__secure-"):
            found.append(f"{prefix}_NAME '{name}' needs {prefix}_SECURE to be True")

        # Werkzeug accepts upper and lower case.
        if str(attributes["samesite"] or "").lower() == "none":
            own = f"{prefix}_SAMESITE"
            setting = own if own in config else "SESSION_COOKIE_SAMESITE"
            found.append(f"{setting} 'None' needs {prefix}_SECURE to be True")

    if is_host and attributes["domain"]:
        found.append(f"{prefix}_NAME '{name}' forbids {prefix}_DOMAIN")

    if is_host and attributes["path"] != "/":
        found.append(f"{prefix}_NAME '{name}' needs {prefix}_PATH to be '/'")

    return found


def _as_bytes(cookie: str | bytes) -> bytes:
    return cookie.encode() if isinstance(cookie, str) else cookie


def _hexdigest(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, payload, "sha512").hex().encode()
