"""Login URLs, the target to return to after login, and which targets are safe. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import parse_qs
from urllib.parse import quote
from urllib.parse import SplitResult
from urllib.parse import unquote
from urllib.parse import urlencode
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

from werkzeug.urls import iri_to_uri

_LONGEST_TARGET = 2048
_MOST_LEVELS = 3
_WEB = ("https://", "http://")

# The backslash; the fraction, division and big solidus; the small and full-width forms of both.
_FALSE_SLASHES = "\\\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c"
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))

_SLASHES = f"/{_FALSE_SLASHES}"

# What needs no encoding in a path and in a query (RFC 3986, 3.3 and 3.4). "%" in a query has done
# its work already; square brackets are common there.
_PATH_CHARACTERS = "!$&'()*+,/:;=@"
_QUERY_CHARACTERS = f"{_PATH_CHARACTERS}?%[]"

_DROPPED = dict.fromkeys(map(ord, "\t\r\n"))
# Rarely needed, so it is not compiled at import.
_SCHEME = r"[a-z][a-z0-9+.-]*:"


class Site:
    """Where a target may lead to.

    :param hosts: Those besides this one, with a port if it is not the scheme's own.
    :param require_https: Whether another host must be reached by HTTPS.
    :param field: What a query calls a target to go on to.
    :param origin: Scheme and host of the current request, if there is one.
    """

    def __init__(
        self, hosts: Collection[str], require_https: bool, field: str | None, origin: str | None
    ) -> None:
        self.hosts = hosts
        self.require_https = require_https
        self.field = field
        self.origin = origin


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


def as_next(login_url: str, current_url: str) -> str:
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
    if path.startswith(("/", "\\")) or (current.netloc and not path):
        path = "/" + path.lstrip("/\\")
    elif current.scheme or current.netloc:
        return "/"

    # Otherwise 'is_safe' would refuse what was percent-encoded when it was asked for.
    return _encode_unsafe(urlunsplit(("", "", path, current.query, "")))


def find_origin(scheme: str, host: str) -> str | None:
    """The origin of a request, or ``None`` if nothing can be made of its ``Host`` header."""
    origin = f"{scheme}://{host}"

    try:
        parts = urlsplit(origin)
        _port(parts)
    except ValueError:
        return None

    return origin if host and parts.netloc == host else None


def find_path(script_name: str, path_info: str, query: bytes) -> str:
    """The path and query of a request, percent-encoded as they came. Nothing that could name a host
    follows the first slash.

    :param script_name: As in the WSGI environment, like ``path_info``.
    """
    encoded = f"{script_name.rstrip('/')}/{path_info.lstrip('/')}".encode("latin-1")
    path = encoded.decode("utf-8", "surrogateescape").lstrip(_SLASHES + _CONTROLS)
    path = quote(f"/{path}", _PATH_CHARACTERS, errors="surrogateescape")
    return f"{path}?{quote(query, _QUERY_CHARACTERS)}" if query else path


def with_next(login_url: str, field: str, target: str) -> str:
    """Put a target into a login URL's query, in place of one that is there."""
    # As a rule, there is none.
    if "?" not in login_url and "#" not in login_url:
        return f"{login_url}?{urlencode({field: target})}"

    parts = urlsplit(login_url)
    query = parse_qs(parts.query, keep_blank_values=True)
    query[field] = [target]
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True)))


def with_host(login_url: str, host: str, origin: str | None) -> str:
    """Put a host in front of a login URL on this site. A URL elsewhere stays as it is.

    :param origin: That of the current request, if there is one.
    """
    parts = urlsplit(login_url)

    try:
        is_here = has_same_host(parts, urlsplit(origin or ""))
    except ValueError:
        is_here = False

    return urlunsplit(parts._replace(netloc=host)) if is_here else login_url


def is_usable(login_view: str) -> bool:
    """Whether a login view that was computed leads where it seems to: it does not begin like a
    host, and is no URL that browsers and servers read differently.
    """
    if login_view.startswith(("//", "/\\")) or any(map(_is_control, login_view)):
        return False

    try:
        _port(urlsplit(login_view))
    except ValueError:
        return False

    return True


def is_safe(target: str, site: Site) -> bool:
    """Whether a browser that is sent to a target stays on this site, or on an allowed host."""
    # Longer than what servers accept in a request line anyway.
    if not target or len(target) > _LONGEST_TARGET:
        return False

    return _is_safe(target, site, _MOST_LEVELS)


def localize(target: str, origin: str | None) -> str:
    """A safe target without the origin of the current request, if it begins with that."""
    parts = urlsplit(target)

    if origin is None or not parts.netloc or not is_same_site(parts, urlsplit(origin)):
        return target

    return urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))


def normalize(target: str) -> str:
    """A safe target as it goes into a header: in ASCII."""
    return iri_to_uri(target)


def is_same_site(url: SplitResult, current: SplitResult) -> bool:
    """Whether a URL, which may be relative, has the scheme, host and port of another.

    :raises ValueError: If a port is not a number.
    """
    return url.scheme in {"", current.scheme} and has_same_host(url, current)


def has_same_host(url: SplitResult, current: SplitResult) -> bool:
    """Whether a URL, which may be relative, has the host and port of another.

    :raises ValueError: If a port is not a number.
    """
    return not url.netloc or (url.hostname, _port(url)) == (current.hostname, _port(current))


def _port(url: SplitResult) -> int | None:
    # "example.com:443" under https is "example.com".
    return None if url.port == {"http": 80, "https": 443}.get(url.scheme) else url.port


def _is_safe(target: str, site: Site, levels: int) -> bool:
    # Browsers drop tabs and newlines, and spaces around a URL: "/\t/evil.example" is
    # "//evil.example". Invisible and bidirectional characters only ever deceive.
    if target != target.strip() or any(map(_is_unprintable, target)):
        return False

    # Browsers read "\" as "/", and people read the characters that look like one as one.
    if any(character in _FALSE_SLASHES for character in target):
        return False

    try:
        parts = urlsplit(target)
        is_here = target.startswith("/") or _is_of(site, parts)
    except ValueError:
        return False

    # What a proxy or a second redirect may decode once more must be harmless, too: "/%5cevil".
    if _begins_like_host(target) or _begins_like_host(unquote(parts.path)):
        return False

    return is_here and _goes_on_safely(parts.query, site, levels)


def _is_of(site: Site, parts: SplitResult) -> bool:
    """Whether an absolute URL is on this site, or on an allowed host.

    :raises ValueError: If it has a port that is not a number.
    """
    # "javascript:", "data:" and "https:evil.example", which browsers read as a host. Programs do
    # not agree on which host a name beyond ASCII is.
    if parts.scheme not in {"http", "https"} or not parts.netloc or not parts.netloc.isascii():
        return False

    if site.origin is not None and "@" not in parts.netloc:
        if is_same_site(parts, urlsplit(site.origin)):
            return True

    if site.require_https and parts.scheme != "https":
        return False

    # As a whole: no userinfo, no other port, no longer name, no look-alike.
    return parts.netloc.lower() in {host.lower() for host in site.hosts}


def _goes_on_safely(query: str, site: Site, levels: int) -> bool:
    """Whether the targets in a query stay on this site. A login view that is sent on to itself
    would go on to that target's own target.
    """
    onward = parse_qs(query).get(site.field or "", ())
    return not onward or (levels > 0 and all(_stays(target, site, levels - 1) for target in onward))


def _stays(target: str, site: Site, levels: int) -> bool:
    """Whether a browser stays on this site, if something goes on to a target without a look at it.
    "20" stays, being relative to where the browser is.
    """
    # Browsers drop tabs and newlines, and controls and spaces before a URL.
    seen = target.translate(_DROPPED).lstrip(_CONTROLS + " ")

    if re.match(_SCHEME, seen, re.IGNORECASE):
        return _is_safe(target, site, levels)

    if _begins_like_host(seen) or _begins_like_host(unquote(seen)):
        return False

    return _goes_on_safely(seen.partition("?")[2], site, levels)


def _begins_like_host(target: str) -> bool:
    """Whether browsers may take a target for a host, "//evil.example", or what reads it before
    them: they read "\\" as "/", and drop some controls.
    """
    return len(target) > 1 and target[0] in _SLASHES and target[1] in _SLASHES + _CONTROLS


def _encode_unsafe(target: str) -> str:
    """Percent-encode the characters that :func:`is_safe` refuses, which are rare."""
    if target.isascii() and target.isprintable() and "\\" not in target:
        return target

    return "".join(
        quote(character, "", errors="surrogatepass")
        if character in _FALSE_SLASHES or _is_unprintable(character)
        else character
        for character in target
    )


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _is_unprintable(character: str) -> bool:
    # Controls, formats, surrogates, private and unassigned ones; separators but the space.
    return unicodedata.category(character)[0] in "CZ" and character != " "
