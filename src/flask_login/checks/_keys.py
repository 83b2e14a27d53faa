"""Checks of the keys that sign sessions and cookies."""

from __future__ import annotations

import math
import re
import typing as t
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone

from flask.sessions import SecureCookieSessionInterface

from .. import _clock
from .._values import as_duration
from ._catalog import Problem
from ._catalog import problem
from ._setup import in_words
from ._setup import Setup

#: OWASP's ASVS wants at least 128 random bits in values that must not be guessed.
_FEWEST_BITS = 128
_FEWEST_CHARACTERS = 5

# Keys from tutorials and from the documentation of Flask and of this library, and words in
# placeholders. In lower case, letters and digits only.
_KNOWN = {
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "5791628bb0b13ce0c676dfde280ba245",
    "5y2lf4q8z",
    "5y2lf4q8znxec",
    "a0zr98j3yxrxhhjmnlwxrt",
    "alongrandomstring",
    "default",
    "deterministic",
    "dev",
    "devkey",
    "development",
    "developmentkey",
    "flask",
    "hardtoguessstring",
    "hjshjhdjahkjshkjdhjs",
    "key",
    "mykey",
    "password",
    "pf9wkove4ikeaxvycqkedphv9cb3agwyjilbqdfw",
    "secret",
    "supersecretstring",
    "testing",
    "test",
    "thequickbrownfox",
    "thisissupposedtobesecret",
    "youwillneverguess",
}
_PLACEHOLDERS = ("changeme", "changethis", "insecure", "placeholder", "replaceme", "secretkey")

_ALPHABETS = (r"[0-9]*", r"[0-9a-f]*", r"[0-9A-F]*", r"[a-z]*", r"[0-9a-z]*", r"[0-9A-Za-z_-]*")
_SIZES = (10, 16, 16, 26, 36, 64)
_PRINTABLE = 95
_BYTES = 256


def find(setup: Setup) -> Iterator[Problem]:
    key = "SECRET_KEY"

    if not setup.settings.secret_key:
        # Without a user loader, or with sessions on the server, nothing is signed.
        is_signed = isinstance(setup.app.session_interface, SecureCookieSessionInterface)

        if setup.reads_cookies and is_signed and key not in setup.refused:
            yield problem("login.E001", key)

        return

    yield from _find_weak(key, setup.settings.secret_key)
    yield from _find_old(setup)


def _find_old(setup: Setup) -> Iterator[Problem]:
    key = "SECRET_KEY_FALLBACKS"
    fallbacks = [value for value in setup.settings.secret_key_fallbacks if value]

    if isinstance(setup.config.get(key), (str, bytes)) and fallbacks:
        yield problem("login.E004", key)

    for fallback in fallbacks:
        yield from _find_weak(key, fallback)

    if not fallbacks:
        return

    longest = _longest_cookie(setup)
    since = _as_date(setup.config.get("SECRET_KEY_SINCE"))

    if since is None:
        yield problem("login.I005", key, longest=in_words(longest))
    elif since.timestamp() + longest.total_seconds() < _clock.now():
        yield problem("login.W006", key, longest=in_words(longest), since=since.date())


def _find_weak(setting: str, key: t.Any) -> Iterator[Problem]:
    if _is_known(key):
        yield problem("login.E002", setting)
    elif _is_short(key):
        yield problem("login.W003", setting)


def _is_known(key: str | bytes) -> bool:
    text = re.sub(r"[^0-9a-z]", "", _as_text(key).lower())
    return text in _KNOWN or any(word in text for word in _PLACEHOLDERS)


def _is_short(key: str | bytes) -> bool:
    """Whether a key has less than 128 bits, even if its characters are random."""
    text = _as_text(key)
    sizes = (
        size for form, size in zip(_ALPHABETS, _SIZES, strict=True) if re.fullmatch(form, text)
    )
    alphabet = next(sizes, _PRINTABLE if text.isascii() and text.isprintable() else _BYTES)
    return len(text) * math.log2(alphabet) < _FEWEST_BITS or len(set(text)) < _FEWEST_CHARACTERS


def _as_text(key: str | bytes) -> str:
    return key.decode("latin-1") if isinstance(key, bytes) else str(key)


def _longest_cookie(setup: Setup) -> timedelta:
    """Return how long a signed cookie is valid at most."""
    key = "PERMANENT_SESSION_LIFETIME"
    remembered = timedelta(seconds=setup.settings.cookie_duration or 0)
    return max(remembered, as_duration(key, setup.config[key]))


def _as_date(value: t.Any) -> datetime | None:
    """Return an aware datetime, or ``None`` if it is not a date. A date may be text."""
    if isinstance(value, date):
        value = value.isoformat()

    if not isinstance(value, str):
        return None

    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None

    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
