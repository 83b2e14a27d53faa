"""Login URLs, the target to return to after login, and which targets are safe. Pure functions."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from urllib.parse import parse_qs
from urllib.parse import SplitResult
from urllib.parse import unquote
from urllib.parse import urlencode
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

from werkzeug.urls import iri_to_uri

_LONGEST_TARGET = 2048
_WEB = ("https://", "http://")

# The backslash; the fraction, division and big solidus; the small and full-width forms of both.
_FALSE_SLASHES = "\\\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c"


def is_url(login_view: str) -> bool:
    """Whether a login view is a path or a URL, and no endpoint."""
    return login_view.startswith(("https://", "http://", "/"))


def endpoint_of(login_view: str, blueprint: str | None) -> str | None:
    """The endpoint that a login view is, or ``None`` for a path or a URL.

    :param blueprint: What an endpoint that begins with a dot is relative to.
    """
    if is_url(login_view):
        return None

    if not login_view.startswith("."):
        return login_view

    return login_view[1:] if blueprint is None else f"{blueprint}{login_view}"


def reduce(login_url: str, current_url: str) -> str:
    """The current URL as a path if the login view is on this site, else as it is. One that cannot
    be parsed becomes ``/``.
    """
    try:
        current = urlsplit(current_url)
        same_site = is_same_site(urlsplit(login_url), current)
    except ValueError:
        return "/"

    if current.scheme and current.netloc and not same_site:
        return current_url

    path = current.path

    # Browsers read "//evil.example" as another host, and "\" as "/".
    if path.startswith(("/", "\\")):
        path = "/" + path.lstrip("/\\")

    return urlunsplit(("", "", path, current.query, ""))


def with_next(login_url: str, field: str, target: str) -> str:
    """Put a target into a login URL's query, in place of one that is there."""
    # As a rule, there is none. To parse would be a tenth of what a refusal adds.
    if "?" not in login_url and "#" not in login_url:
        return f"{login_url}?{urlencode({field: target})}"

    parts = urlsplit(login_url)
    query = parse_qs(parts.query, keep_blank_values=True)
    query[field] = [target]
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True)))


def with_host(login_url: str, host: str, current_url: str | None) -> str:
    """Put a host in front of a login URL on this site. A URL elsewhere stays as it is.

    :param current_url: A URL of this site, if known.
    """
    parts = urlsplit(login_url)

    try:
        same_site = is_same_site(parts, urlsplit(current_url or ""))
    except ValueError:
        same_site = False

    return urlunsplit(parts._replace(netloc=host)) if same_site else login_url


def is_safe(
    target: str, *, allowed_hosts: Collection[str], require_https: bool, field: str | None
) -> bool:
    """Whether a browser that is sent to a target stays on this site, or on an allowed host.

    :param allowed_hosts: Hosts, with a port if it is not the scheme's own.
    :param require_https: Whether another host must be reached by HTTPS.
    :param field: What a query calls a target to go on to.
    """
    # Longer than what servers accept in a request line anyway.
    if not target or len(target) > _LONGEST_TARGET:
        return False

    # Browsers drop tabs and newlines, and spaces around a URL: "/\t/evil.example" is
    # "//evil.example". Invisible and bidirectional characters only ever deceive.
    if target != target.strip() or any(_is_unprintable(character) for character in target):
        return False

    # Browsers read "\" as "/", and people read the characters that look like one as one.
    if any(character in _FALSE_SLASHES for character in target):
        return False

    try:
        parts = urlsplit(target)
    except ValueError:
        return False

    # What a proxy or a second redirect may decode once more must be harmless, too: "/%5cevil".
    path = unquote(parts.path)

    if path.startswith("//") or any(_is_control(c) or c in _FALSE_SLASHES for c in path):
        return False

    # A login view that is sent on to itself would go on to that target's own target.
    for onward in parse_qs(parts.query).get(field or "", ()):
        if not is_safe(
            onward, allowed_hosts=allowed_hosts, require_https=require_https, field=field
        ):
            return False

    if target.startswith("/"):
        # "//evil.example" is a host.
        return not target.startswith("//")

    # "javascript:", "data:" and "https:evil.example", which browsers read as a host.
    if not target.lower().startswith(("https://",) if require_https else _WEB):
        return False

    # Programs do not agree on which host a name beyond ASCII is.
    if not parts.netloc or not parts.netloc.isascii():
        return False

    # As a whole: no userinfo, no other port, no longer name, no look-alike.
    return parts.netloc.lower() in {host.lower() for host in allowed_hosts}


def normalize(target: str) -> str:
    """A safe target as it goes into a header: in ASCII."""
    return iri_to_uri(target)


def is_same_site(url: SplitResult, current: SplitResult) -> bool:
    """Whether a URL, which may be relative, has the host and port of another.

    :raises ValueError: If a port is not a number.
    """
    return not url.netloc or (url.hostname, _port(url)) == (current.hostname, _port(current))


def _port(url: SplitResult) -> int | None:
    # "example.com:443" under https is "example.com".
    return None if url.port == {"http": 80, "https": 443}.get(url.scheme) else url.port


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _is_unprintable(character: str) -> bool:
    # Controls, formats, surrogates, private and unassigned ones; separators but the space.
    return unicodedata.category(character)[0] in "CZ" and character != " "
