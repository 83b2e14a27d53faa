"""Every default, and every key of ``app.config`` that is read: named once, typed once."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Mapping
from datetime import timedelta

T = t.TypeVar("T")

#: The name of the remember-me cookie (``REMEMBER_COOKIE_NAME``).
COOKIE_NAME = "remember_token"

#: How long the remember-me cookie lasts (``REMEMBER_COOKIE_DURATION``).
COOKIE_DURATION = timedelta(days=365)

#: Whether the remember-me cookie is sent over HTTPS only (``REMEMBER_COOKIE_SECURE``).
COOKIE_SECURE = False

#: Whether scripts are kept from the remember-me cookie (``REMEMBER_COOKIE_HTTPONLY``).
COOKIE_HTTPONLY = True

#: Which cross-site requests carry the remember-me cookie (``REMEMBER_COOKIE_SAMESITE``).
COOKIE_SAMESITE: str | None = None

#: Flashed when an anonymous user is sent to the login view.
LOGIN_MESSAGE = "Please log in to access this page."

#: The category :data:`LOGIN_MESSAGE` is flashed in.
LOGIN_MESSAGE_CATEGORY = "message"

#: Flashed when a user whose login is not fresh is sent to the refresh view.
REFRESH_MESSAGE = "Please reauthenticate to access this page."

#: The category :data:`REFRESH_MESSAGE` is flashed in.
REFRESH_MESSAGE_CATEGORY = "message"

#: The method of a user that answers their ID.
ID_ATTRIBUTE = "get_id"

#: The header a deprecated ``header_loader`` is given (``AUTH_HEADER_NAME``).
AUTH_HEADER_NAME = "Authorization"

#: The keys kept in :data:`flask.session`. Other keys are never touched.
SESSION_KEYS = {"_user_id", "_remember", "_remember_seconds", "_id", "_fresh", "next"}

#: Methods that guards let pass. The set is live: a method added to it is exempt at once.
EXEMPT_METHODS = {"OPTIONS"}

#: Whether the page to return to is kept in the session rather than in the login URL.
USE_SESSION_FOR_NEXT = False

# Cookies that outlive the calendar are a mistake in the unit, and Python cannot add them to a date.
_LONGEST_DURATION = timedelta(days=365_000)


class Setting(t.Generic[T]):
    """One key of ``app.config``: its name, default and type.

    :param follows: The key that decides while this one is not set.
    :param convert: Called with the key and its value; raises an error that names the key.
    """

    def __init__(
        self,
        key: str,
        default: T,
        *,
        follows: str | None = None,
        convert: Callable[[str, t.Any], T] | None = None,
    ) -> None:
        self.key = key
        self._default = default
        self._follows = follows
        self._convert = convert

    def __get__(self, settings: Settings, owner: type[Settings]) -> T:
        config = settings.config
        value = config.get(self.key, self._default)

        if self._follows is not None and self.key not in config:
            value = config.get(self._follows, self._default)

        if self._convert is not None:
            return self._convert(self.key, value)

        return t.cast(T, value)


def as_duration(name: str, value: t.Any) -> timedelta:
    """The duration that a timedelta or a number of seconds stands for.

    :param name: The setting or parameter to blame.
    :raises TypeError: If it is neither.
    :raises ValueError: If no date can be that far away.
    """
    problem = f"{name} must be a datetime.timedelta, instead got: {value}"

    if isinstance(value, timedelta):
        duration = value
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(problem)
    else:
        try:
            duration = timedelta(seconds=value)
        except (OverflowError, ValueError):
            raise ValueError(problem) from None

    if abs(duration) > _LONGEST_DURATION:
        raise ValueError(problem)

    return duration


class Settings:
    """A typed view of an ``app.config``, read on each use because it may change."""

    __slots__ = ("config",)

    def __init__(self, config: Mapping[str, t.Any]) -> None:
        self.config = config

    cookie_name = Setting("REMEMBER_COOKIE_NAME", COOKIE_NAME)
    cookie_duration = Setting("REMEMBER_COOKIE_DURATION", COOKIE_DURATION, convert=as_duration)
    cookie_domain: Setting[str | None] = Setting("REMEMBER_COOKIE_DOMAIN", None)
    cookie_path: Setting[str | None] = Setting("REMEMBER_COOKIE_PATH", "/")
    cookie_secure = Setting(
        "REMEMBER_COOKIE_SECURE", COOKIE_SECURE, follows="SESSION_COOKIE_SECURE"
    )
    cookie_httponly = Setting("REMEMBER_COOKIE_HTTPONLY", COOKIE_HTTPONLY)
    cookie_samesite = Setting(
        "REMEMBER_COOKIE_SAMESITE", COOKIE_SAMESITE, follows="SESSION_COOKIE_SAMESITE"
    )
    cookie_refresh_each_request = Setting("REMEMBER_COOKIE_REFRESH_EACH_REQUEST", False)

    login_disabled = Setting("LOGIN_DISABLED", False)
    use_session_for_next = Setting("USE_SESSION_FOR_NEXT", USE_SESSION_FOR_NEXT)
    force_host: Setting[str | None] = Setting("FORCE_HOST_FOR_REDIRECTS", None)
    auth_header_name = Setting("AUTH_HEADER_NAME", AUTH_HEADER_NAME)

    secret_key: Setting[str | bytes | None] = Setting("SECRET_KEY", None)
    secret_key_fallbacks: Setting[list[str | bytes] | None] = Setting("SECRET_KEY_FALLBACKS", None)
