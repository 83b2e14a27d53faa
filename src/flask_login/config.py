"""All defaults, and all keys of ``app.config`` that this package reads, with their types."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta

from itsdangerous.encoding import want_bytes

from ._values import as_configured_seconds
from ._values import as_interval
from ._values import as_limit
from ._values import as_names
from ._values import as_on_reuse
from ._values import as_seconds
from ._values import as_switch_or_date
from ._values import as_unauthorized
from ._values import one_of

T = t.TypeVar("T")

#: The name of the remember-me cookie (``REMEMBER_COOKIE_NAME``).
COOKIE_NAME: str = "remember_token"

#: How long the remember-me cookie lasts (``REMEMBER_COOKIE_DURATION``).
COOKIE_DURATION: timedelta = timedelta(days=365)

#: Whether the remember-me cookie is sent over HTTPS only (``REMEMBER_COOKIE_SECURE``).
COOKIE_SECURE: bool = False

#: Whether scripts cannot read the remember-me cookie (``REMEMBER_COOKIE_HTTPONLY``).
COOKIE_HTTPONLY: bool = True

#: Which cross-site requests send the remember-me cookie (``REMEMBER_COOKIE_SAMESITE``): ``"Lax"``,
#: ``"Strict"``, ``"None"`` or ``None`` for no attribute.
COOKIE_SAMESITE: str | None = None

#: Flashed when an anonymous user is redirected to the login view.
LOGIN_MESSAGE: str = "Please log in to access this page."

#: The category of :data:`LOGIN_MESSAGE`.
LOGIN_MESSAGE_CATEGORY: str = "message"

#: Flashed when a user whose login is not fresh is redirected to the refresh view.
REFRESH_MESSAGE: str = "Please reauthenticate to access this page."

#: The category of :data:`REFRESH_MESSAGE`.
REFRESH_MESSAGE_CATEGORY: str = "message"

#: The name of the user's method that returns the user's ID.
ID_ATTRIBUTE: str = "get_id"

#: The header whose value the deprecated ``header_loader`` gets (``AUTH_HEADER_NAME``).
AUTH_HEADER_NAME: str = "Authorization"

#: The keys that this package uses in :data:`flask.session`. It changes other keys only if
#: ``LOGIN_RESET_KEYS`` or ``LOGIN_CLEAR_ON_USER_CHANGE`` says so.
SESSION_KEYS: set[str] = {
    "_user_id",
    "_remember",
    "_remember_seconds",
    "_id",
    "_fresh",
    "_login",
    "next",
}

#: Request methods that guards let pass. You can change the set: a method that you add is exempt at
#: once.
EXEMPT_METHODS: set[str] = {"OPTIONS"}

#: Whether ``next``, the page to return to, is stored in the session and not in the login URL
#: (``USE_SESSION_FOR_NEXT``).
USE_SESSION_FOR_NEXT: bool = False

#: The order in which a request's user is searched for (``LOGIN_LOADER_ORDER``).
LOADER_ORDER: Collection[str] = ("session", "remember", "request")


class Setting(t.Generic[T]):
    """One key of ``app.config``: its name, defaults and type.

    :param key: The name of the key.
    :param default: The default.
    :param secure: The default under ``LOGIN_DEFAULTS = "secure"``, if it differs.
    :param follows: Another key. If its value is true, it is the default.
    :param convert: Called with the key and its value. Its errors name the key.
    :param inherited: Whether Flask-Login 0.6.3 has this key. Then no value is an error at start-up.
    :param limits: Whether it can end a login, or make it stale.
    """

    def __init__(
        self,
        key: str,
        default: T,
        *,
        secure: T | None = None,
        follows: str | None = None,
        convert: Callable[[str, t.Any], T] | None = None,
        inherited: bool = False,
        limits: bool = False,
    ) -> None:
        self.key: str = key
        self.compatible: T = default
        self.secure: T = default if secure is None else secure
        self.inherited: bool = inherited
        self.limits: bool = limits
        self._follows = follows
        self._varies: bool = self.secure is not default
        self._convert = convert

    @t.overload
    def __get__(self, settings: None, owner: type[Settings]) -> Setting[T]: ...

    @t.overload
    def __get__(self, settings: Settings, owner: type[Settings]) -> T: ...

    def __get__(self, settings: Settings | None, owner: type[Settings]) -> Setting[T] | T:
        if settings is None:
            return self

        config = settings.config

        if self.key in config:
            value = config[self.key]
            return value if self._convert is None else self._convert(self.key, value)

        if self._follows is None and (not self._varies or "LOGIN_DEFAULTS" not in config):
            return self.compatible

        return self._default(settings)

    def _default(self, settings: Settings) -> T:
        if self._follows is not None:
            followed = settings.config.get(self._follows)

            if followed:
                return t.cast(T, followed)

        return self.secure if settings.defaults == "secure" else self.compatible


class Settings:
    """A typed view of an ``app.config``. Each use reads the config, because it may change."""

    __slots__ = ("config",)

    def __init__(self, config: Mapping[str, t.Any]) -> None:
        self.config: Mapping[str, t.Any] = config

    defaults: Setting[str] = Setting(
        "LOGIN_DEFAULTS", "compatible", convert=one_of("compatible", "secure"), limits=True
    )

    cookie_name: Setting[str] = Setting("REMEMBER_COOKIE_NAME", COOKIE_NAME, inherited=True)
    cookie_duration: Setting[int | None] = Setting(
        "REMEMBER_COOKIE_DURATION",
        int(COOKIE_DURATION.total_seconds()),
        secure=30 * 24 * 60 * 60,  # NIST SP 800-63B-4, AAL1.
        convert=as_configured_seconds,
        inherited=True,
    )
    cookie_domain: Setting[str | None] = Setting("REMEMBER_COOKIE_DOMAIN", None, inherited=True)
    cookie_path: Setting[str | None] = Setting("REMEMBER_COOKIE_PATH", "/", inherited=True)
    cookie_httponly: Setting[bool] = Setting(
        "REMEMBER_COOKIE_HTTPONLY", COOKIE_HTTPONLY, inherited=True
    )
    cookie_samesite: Setting[str | None] = Setting(
        "REMEMBER_COOKIE_SAMESITE",
        COOKIE_SAMESITE,
        secure="Lax",
        follows="SESSION_COOKIE_SAMESITE",
        inherited=True,
    )
    cookie_partitioned: Setting[bool] = Setting("REMEMBER_COOKIE_PARTITIONED", False)
    cookie_refresh_each_request: Setting[bool] = Setting(
        "REMEMBER_COOKIE_REFRESH_EACH_REQUEST", False, inherited=True
    )
    cookie_format: Setting[str] = Setting(
        "REMEMBER_COOKIE_FORMAT", "timed", convert=one_of("timed", "legacy")
    )
    cookie_accept_legacy: Setting[bool | datetime] = Setting(
        "REMEMBER_COOKIE_ACCEPT_LEGACY", True, secure=False, convert=as_switch_or_date
    )
    _cookie_secure: Setting[bool] = Setting(
        "REMEMBER_COOKIE_SECURE",
        COOKIE_SECURE,
        secure=True,
        follows="SESSION_COOKIE_SECURE",
        inherited=True,
    )

    idle_timeout: Setting[float | None] = Setting(
        "LOGIN_IDLE_TIMEOUT", None, convert=as_seconds, limits=True
    )
    absolute_timeout: Setting[float | None] = Setting(
        "LOGIN_ABSOLUTE_TIMEOUT",
        None,
        secure=timedelta(days=30).total_seconds(),
        convert=as_seconds,
        limits=True,
    )
    fresh_lifetime: Setting[float | None] = Setting(
        "LOGIN_FRESH_LIFETIME",
        None,
        secure=timedelta(hours=1).total_seconds(),
        convert=as_seconds,
        limits=True,
    )
    check_active: Setting[bool] = Setting("LOGIN_CHECK_ACTIVE", False, secure=True, limits=True)
    reset_keys: Setting[Collection[str]] = Setting(
        "LOGIN_RESET_KEYS", (), secure=("csrf_token",), convert=as_names
    )
    preserve_keys: Setting[Collection[str]] = Setting("LOGIN_PRESERVE_KEYS", (), convert=as_names)
    clear_on_user_change: Setting[bool] = Setting("LOGIN_CLEAR_ON_USER_CHANGE", False, secure=True)

    login_required: Setting[bool] = Setting("LOGIN_REQUIRED_BY_DEFAULT", False)
    unauthorized: Setting[str] = Setting(
        "LOGIN_UNAUTHORIZED",
        "redirect",
        secure="auto",
        convert=as_unauthorized,
    )
    cache_control: Setting[str | None] = Setting("LOGIN_CACHE_CONTROL", None)
    loader_order: Setting[Collection[str]] = Setting(
        "LOGIN_LOADER_ORDER", LOADER_ORDER, convert=as_names
    )
    next_param: Setting[str | None] = Setting("LOGIN_NEXT_PARAM", "next")
    login_disabled: Setting[bool] = Setting("LOGIN_DISABLED", False, inherited=True)
    use_session_for_next: Setting[bool] = Setting(
        "USE_SESSION_FOR_NEXT", USE_SESSION_FOR_NEXT, inherited=True
    )
    force_host: Setting[str | None] = Setting("FORCE_HOST_FOR_REDIRECTS", None, inherited=True)
    auth_header_name: Setting[str] = Setting("AUTH_HEADER_NAME", AUTH_HEADER_NAME, inherited=True)

    records_adopt: Setting[bool | datetime] = Setting(
        "LOGIN_RECORDS_ADOPT", True, secure=False, convert=as_switch_or_date
    )
    records_address: Setting[str] = Setting(
        "LOGIN_RECORDS_ADDRESS", "full", convert=one_of("full", "network", "none")
    )
    records_limit: Setting[int | Callable[[t.Any], int | None] | None] = Setting(
        "LOGIN_RECORDS_LIMIT", None, convert=as_limit
    )
    records_limit_reached: Setting[str] = Setting(
        "LOGIN_RECORDS_LIMIT_REACHED", "end_oldest", convert=one_of("end_oldest", "refuse")
    )
    records_on_error: Setting[str] = Setting(
        "LOGIN_RECORDS_ON_ERROR", "deny", convert=one_of("deny", "allow")
    )
    records_on_reuse: Setting[str | Callable[..., t.Any]] = Setting(
        "LOGIN_RECORDS_ON_REUSE", "series", convert=as_on_reuse
    )
    records_touch: Setting[float] = Setting("LOGIN_RECORDS_TOUCH", 60.0, convert=as_interval)
    rotate: Setting[float | None] = Setting("REMEMBER_COOKIE_ROTATE", 60.0 * 60, convert=as_seconds)
    rotate_grace: Setting[float] = Setting(
        "REMEMBER_COOKIE_ROTATE_GRACE", 5.0 * 60, convert=as_interval
    )

    secret_key: Setting[str | bytes | None] = Setting("SECRET_KEY", None, inherited=True)
    _secret_key_fallbacks: Setting[t.Any] = Setting("SECRET_KEY_FALLBACKS", None, inherited=True)

    def check(self) -> None:
        """Read each new setting once, so that an invalid value is an error at start-up. A setting
        of Flask-Login 0.6.3 raises where it is used.
        """
        for name, setting in vars(Settings).items():
            if isinstance(setting, Setting) and not setting.inherited:
                getattr(self, name)

    @property
    def cookie_secure(self) -> bool:
        # Development servers use HTTP, and browsers drop a Secure cookie there.
        if self.config.get("DEBUG") and "REMEMBER_COOKIE_SECURE" not in self.config:
            return bool(self.config.get("SESSION_COOKIE_SECURE"))

        return self._cookie_secure

    @property
    def secret_keys(self) -> list[str | bytes]:
        """All keys that verify signatures. The last one signs. Empty without ``SECRET_KEY``."""
        key = self.secret_key

        if not key:
            return []

        return [*(fallback for fallback in self.secret_key_fallbacks if fallback), key]

    @property
    def secret_key_fallbacks(self) -> Collection[str | bytes]:
        """The old keys, which only verify. A single string is one key."""
        fallbacks = self._secret_key_fallbacks
        return [fallbacks] if isinstance(fallbacks, (str, bytes)) else fallbacks or ()

    @property
    def session_keys(self) -> set[str]:
        """The session keys that this package owns. ``next`` may belong to the application."""
        return SESSION_KEYS if self.use_session_for_next else SESSION_KEYS - {"next"}

    def demand_secret_key(self) -> str | bytes:
        """Return the key that signs.

        :raises RuntimeError: If ``SECRET_KEY`` is not set.
        """
        key = self.secret_key

        if not key:
            raise RuntimeError("Nothing can be signed without a key: set 'SECRET_KEY'.")

        return key

    @property
    def signing_keys(self) -> list[bytes]:
        """:attr:`secret_keys` as bytes, for ItsDangerous."""
        return [want_bytes(key) for key in self.secret_keys]

    @property
    def limits_logins(self) -> bool:
        """Whether the application sets a key that can end a login, or make it stale."""
        config = self.config

        for key in _LIMITS:
            if key in config:
                return True

        return False

    @property
    def has_lifetimes(self) -> bool:
        """Whether any timeout or lifetime is set."""
        return not (self.idle_timeout is self.absolute_timeout is self.fresh_lifetime is None)


# Computed, because nobody would notice a key that is missing from a list written by hand.
_LIMITS = {
    setting.key
    for setting in vars(Settings).values()
    if isinstance(setting, Setting) and setting.limits
}


def check_records(settings: Settings) -> None:
    """Refuse settings that do not work with recorded logins.

    :raises ValueError: The message names them.
    """
    if settings.cookie_format == "legacy":
        raise ValueError(
            "REMEMBER_COOKIE_FORMAT 'legacy' cannot be used with recorded logins, because its"
            " cookies are the same for all logins of a user. Remove it, or 'records'."
        )

    if settings.rotate is not None and settings.rotate < 2 * settings.rotate_grace:
        raise ValueError(
            "REMEMBER_COOKIE_ROTATE must be at least twice REMEMBER_COOKIE_ROTATE_GRACE. Otherwise,"
            " two requests that a browser sends at once would look like a stolen cookie."
        )
