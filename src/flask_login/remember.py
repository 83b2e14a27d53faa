"""The remember-me cookie: what it says, how it is signed, and how it is set and deleted.

It says ``user_id|time.duration.issued.random.stamp.flags``, and ItsDangerous signs it. Times and
the duration are in whole seconds. The cookie of a login on record says
``user_id|secret.generation.issued.flags``; all else is in the record. The historic format is
``user_id|hex(HMAC-SHA512(SECRET_KEY, user_id))``, which says nothing of when or for how long.
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

#: Browsers drop cookies that are longer (RFC 6265bis, 5.6), and say nothing.
_LONGEST_COOKIE = 4096

#: What a byte becomes at most in a quoted cookie, such as ``\303``.
_WIDEST_ESCAPE = 4

#: More than what a ``Set-Cookie`` header has of dates and names of attributes.
_FIXED_PART = 256

_SALT = "flask-login.remember"

# How many there are among the fields of a cookie of a login on record.
_RECORD_DOTS = 3


class Token(t.NamedTuple):
    """What a remember-me cookie says."""

    login: Login
    #: How long the cookie lasts from :attr:`issued_at`, in whole seconds, or ``None`` if it does
    #: not say.
    duration: int | None
    issued_at: int
    #: What keeps two logins from ever sharing a cookie.
    random: str = ""
    #: Whether it came in another format than is written now, or signed by a fallback key.
    needs_rewrite: bool = False
    #: Whether it came in the historic format, which does not say when its login was.
    is_legacy: bool = False
    #: How often the cookie of a login on record was rotated, or ``None`` if it is on none.
    generation: int | None = None

    @property
    def seconds_left(self) -> int:
        """How long the cookie still lasts, if it says so."""
        return self.issued_at + (self.duration or 0) - _clock.now()

    def is_of(self, user_id: t.Any) -> bool:
        return str(self.login.user_id) == str(user_id)

    def completed(self, known: Login | None) -> Token:
        """The token with what a session knew of the same user's login and the cookie does not
        say.
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
    """Why a cookie is not accepted.

    :param is_ours: Whether one of our keys signed it. Other applications on this host have cookies,
        too.
    """

    def __init__(self, reason: Reason, *, is_ours: bool) -> None:
        self.reason: Reason = reason
        self.is_ours: bool = is_ours


FOREIGN = Refused("remember_invalid", is_ours=False)
INVALID = Refused("remember_invalid", is_ours=True)
EXPIRED = Refused("remember_expired", is_ours=True)


def find_cookies(request: Request, settings: Settings) -> t.Sequence[str]:
    """The values of the cookies by this name. A parent domain, or another path, may have set one
    more.
    """
    cookies: t.Any = request.cookies
    name = settings.cookie_name

    # To get what is not there would be to catch an exception.
    if name not in cookies:
        return ()

    get_all = getattr(cookies, "getlist", None)
    return [cookies[name]] if get_all is None else get_all(name)


def read_all(request: Request, settings: Settings, *, on_record: bool) -> Iterator[Token | Refused]:
    """What the cookies by this name say, in the order in which they came."""
    for cookie in find_cookies(request, settings):
        yield read(cookie, settings, on_record=on_record)


def new_token(login: Login, duration: int | None) -> Token:
    """A token for a login, issued now. It has 128 random bits."""
    return Token(login, duration, _clock.now(), secrets.token_urlsafe(16))


def prolong(token: Token) -> Token:
    """The same token, whose duration begins now."""
    return token._replace(issued_at=_clock.now())


def reissue(token: Token) -> Token:
    """A token that replaces another one of the same login, whose copies elsewhere are void."""
    return token._replace(random=secrets.token_urlsafe(16))


def encode(token: Token, settings: Settings) -> str:
    """Sign a token in the format that is set.

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


def read(cookie: str, settings: Settings, *, on_record: bool) -> Token | Refused:
    """What a cookie says if it is genuine and has not expired, else why not.

    :param cookie: Whatever arrived. Nothing in it raises.
    :param on_record: Whether logins are on record, which says when they expire.
    """
    token = decode_timed(cookie, settings.signing_keys)

    if isinstance(token, Token) and token.generation is not None:
        return token if on_record else _without_record(token, settings)

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

    # It does not say when it was made, so what is known of it begins now.
    token = new_token(Login(user_id, _clock.now()), None)
    needs_rewrite = settings.cookie_format != "legacy" or decode_legacy(cookie, keys[-1:]) is None
    return token._replace(needs_rewrite=needs_rewrite, is_legacy=True)


def decode_timed(
    cookie: str | bytes, keys: Sequence[bytes], *, expires: bool = True
) -> Token | Refused:
    """What a cookie in our own format says if one of the keys signed it, else why it is refused."""
    try:
        value = _as_bytes(cookie)
    except UnicodeEncodeError:
        return FOREIGN

    signed, _, signature = value.rpartition(b".")

    for key in reversed(keys):
        # Base64 can spell one signature in several ways. Only ours counts.
        if hmac.compare_digest(_signer(key).get_signature(signed), signature):
            return _parse(signed, needs_rewrite=key != keys[-1], expires=expires)

    return FOREIGN


def _parse(signed: bytes, *, needs_rewrite: bool, expires: bool) -> Token | Refused:
    # Signed by us, so it is well-formed, unless the application signs other things like this.
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
    """What the cookie of a login on record is worth where there are no records any longer: no more
    than it says itself.
    """
    duration = settings.cookie_duration

    if duration is None or _clock.is_over(token.issued_at, duration, _clock.now()):
        return EXPIRED

    rest = new_token(token.login._replace(secret=None), None)
    return rest._replace(needs_rewrite=True, is_legacy=True)


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


def write(response: Response, settings: Settings, token: Token, expires: datetime) -> list[str]:
    """Set the cookie.

    :return: Why browsers will drop it, which they do without a word.
    :raises ValueError: If it is longer than browsers accept, or if a setting of ours has changed so
        that :func:`check` refuses it.
    """
    check(settings)
    value = encode(token, settings)
    attributes = attributes_of(settings)
    name = settings.cookie_name
    longest = response.max_cookie_size or _LONGEST_COOKIE
    free = len(f"{name}{value}{attributes['path']}{attributes['domain']}".encode())

    # To measure a header is to make it once more. As a rule, it is short enough whatever becomes of
    # what is free to vary in it.
    if free * _WIDEST_ESCAPE + _FIXED_PART > longest:
        header = dump_cookie(name, value, expires=expires, max_size=0, **attributes)

        if len(header) > longest:
            raise ValueError(
                f"The remember-me cookie of user '{str(token.login.user_id)[:40]}…' has"
                f" {len(header)} bytes, and browsers drop cookies over {_LONGEST_COOKIE}. Their ID"
                " is too long: have 'get_id' return a shorter one."
            )

    response.set_cookie(name, value=value, expires=expires, **attributes)
    return find_problems("REMEMBER_COOKIE", name, attributes, settings.config)


def delete(response: Response, settings: Settings) -> None:
    """Delete the cookie with the attributes it was set with: browsers ignore a deletion that a
    ``__Host-`` name or ``SameSite=None`` does not allow.
    """
    attributes = attributes_of(settings)

    try:
        response.delete_cookie(settings.cookie_name, **attributes)
    except TypeError:
        # A response class whose own ``delete_cookie`` knows the older parameters only.
        response.delete_cookie(
            settings.cookie_name, path=attributes["path"], domain=attributes["domain"]
        )


def check(settings: Settings) -> None:
    """Refuse settings of ours that cannot work together.

    :raises ValueError: Naming them.
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


def accepts_legacy(settings: Settings) -> bool:
    """Whether cookies in the historic format are still accepted."""
    accept = settings.cookie_accept_legacy

    if isinstance(accept, bool):
        return accept

    return _clock.now() < accept.timestamp()


# Kept, because to make one is to derive a key for this purpose.
@lru_cache(maxsize=16)
def _signer(key: bytes) -> Signer:
    """What signs like ItsDangerous's ``TimestampSigner``, but leaves the time to us: a new key
    must not prolong a cookie.
    """
    derived = Signer(key, salt=_SALT, digest_method=sha512).derive_key()
    return Signer(derived, salt=_SALT, key_derivation="none", digest_method=sha512)


def attributes_of(settings: Settings) -> dict[str, t.Any]:
    """What the cookie is set and deleted with."""
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


def find_problems(prefix: str, name: str, attributes: t.Any, config: t.Any) -> list[str]:
    """Why browsers drop a cookie whose settings begin with ``prefix``."""
    is_host = name.lower().startswith("__host-")
    found: list[str] = []

    if not attributes["secure"]:
        if is_host or name.lower().startswith("__secure-"):
            found.append(f"{prefix}_NAME '{name}' needs {prefix}_SECURE to be True")

        # Werkzeug takes it in any case.
        if str(attributes["samesite"] or "").lower() == "none":
            own = f"{prefix}_SAMESITE"
            setting = own if own in config else "SESSION_COOKIE_SAMESITE"
            found.append(f"{setting} 'None' needs {prefix}_SECURE to be True")

    if is_host and attributes["domain"]:
        found.append(f"{prefix}_NAME '{name}' admits no {prefix}_DOMAIN")

    if is_host and attributes["path"] != "/":
        found.append(f"{prefix}_NAME '{name}' needs {prefix}_PATH to be '/'")

    return found


def _as_bytes(cookie: str | bytes) -> bytes:
    return cookie.encode() if isinstance(cookie, str) else cookie


def _hexdigest(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, payload, "sha512").hex().encode()
