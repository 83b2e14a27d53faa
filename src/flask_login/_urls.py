"""Login URLs, redirect targets, and checks against open redirects. Pure functions."""

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

# The backslash and the characters that look like a slash or a backslash: fraction, division and big
# solidus, and the small and full-width forms.
_FALSE_SLASHES = "\\\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c"
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))

_SLASHES = f"/{_FALSE_SLASHES}"

# The characters that need no encoding in a path and in a query (RFC 3986, 3.3 and 3.4). A query is
# already encoded, so "%" stays. Square brackets are common in queries.
_PATH_CHARACTERS = "!$&'()*+,/:;=@"
_QUERY_CHARACTERS = f"{_PATH_CHARACTERS}?%[]"

_DROPPED = dict.fromkeys(map(ord, "\t\r\n"))
_SCHEME = r"[a-z][a-z0-9+.-]*:"


class Site:
    """The hosts that a target may lead to.

    :param hosts: Other allowed hosts, with a port if it is not the scheme's default.
    :param require_https: Whether other hosts need HTTPS.
    :param field: The name of the query parameter for a further target, such as ``next``.
    :param origin: Scheme and host of the current request, or ``None``.
    """

    def __init__(
        self, hosts: Collection[str], require_https: bool, field: str | None, origin: str | None
    ) -> None:
        self.hosts = hosts
        self.require_https = require_https
        self.field = field
        self.origin = origin


def is_url(login_view: str) -> bool:
    """Return whether a login view is a path or a URL, and not an endpoint."""
    return login_view.startswith(("https://", "http://", "/"))


def endpoint_of(login_view: str, blueprint: str | None) -> str | None:
    """Return the endpoint of a login view, or ``None`` if it is a path or a URL.

    :param blueprint: The blueprint for an endpoint that begins with a dot.
    """
    if is_url(login_view):
        return None

    if not login_view.startswith("."):
        return login_view

    return login_view[1:] if blueprint is None else f"{blueprint}{login_view}"


def as_next(login_url: str, current_url: str) -> str:
    """Return the current URL as a path if the login view is on the same site, else unchanged. If it
    cannot be parsed, return ``/``.
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

    # The request's URL was percent-encoded. Without encoding, 'is_safe' would refuse it later.
    return _encode_unsafe(urlunsplit(("", "", path, current.query, "")))


def find_origin(scheme: str, host: str) -> str | None:
    """Return the origin of a request, or ``None`` if its ``Host`` header is invalid."""
    origin = f"{scheme}://{host}"

    try:
        parts = urlsplit(origin)
        _port(parts)
    except ValueError:
        return None

    return origin if host and parts.netloc == host else None


def find_path(script_name: str, path_info: str, query: bytes) -> str:
    """Return the path and query of a request, percent-encoded as the client sent them. The first
    slash is followed by nothing that a browser could read as a host.

    :param script_name: The value in the WSGI environment, like ``path_info``.
    """
    encoded = f"{script_name.rstrip('/')}/{path_info.lstrip('/')}".encode("latin-1")
    path = encoded.decode("utf-8", "surrogateescape").lstrip(_SLASHES + _CONTROLS)
    path = quote(f"/{path}", _PATH_CHARACTERS, errors="surrogateescape")
    return f"{path}?{quote(query, _QUERY_CHARACTERS)}" if query else path


def with_next(login_url: str, field: str, target: str) -> str:
    """Set the target in a login URL's query. Replace an existing one."""
    if "?" not in login_url and "#" not in login_url:
        return f"{login_url}?{urlencode({field: target})}"

    parts = urlsplit(login_url)
    query = parse_qs(parts.query, keep_blank_values=True)
    query[field] = [target]
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True)))


def with_host(login_url: str, host: str, origin: str | None) -> str:
    """Set the host of a login URL on this site. A URL on another site stays as it is.

    :param origin: The origin of the current request, or ``None``.
    """
    parts = urlsplit(login_url)

    try:
        is_here = has_same_host(parts, urlsplit(origin or ""))
    except ValueError:
        is_here = False

    return urlunsplit(parts._replace(netloc=host)) if is_here else login_url


def is_usable(login_view: str) -> bool:
    """Return whether a login view from a callable is safe: it does not begin like a host, and
    browsers and servers read it as the same URL.
    """
    if login_view.startswith(("//", "/\\")) or any(map(_is_control, login_view)):
        return False

    try:
        _port(urlsplit(login_view))
    except ValueError:
        return False

    return True


def is_safe(target: str, site: Site) -> bool:
    """Return whether a redirect to a target stays on this site or on an allowed host."""
    # Refuse very long targets. No real page needs one.
    if not target or len(target) > _LONGEST_TARGET:
        return False

    return _is_safe(target, site, _MOST_LEVELS)


def localize(target: str, origin: str | None) -> str:
    """Return a safe target as a path if it is on this site, else unchanged."""
    parts = urlsplit(target)

    if origin is None or not parts.netloc or not is_same_site(parts, urlsplit(origin)):
        return target

    return urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))


def normalize(target: str) -> str:
    """Return a safe target in ASCII, for a header."""
    return iri_to_uri(target)


def is_same_site(url: SplitResult, current: SplitResult) -> bool:
    """Return whether a URL, which may be relative, has the scheme, host and port of another.

    :raises ValueError: If a port is not a number.
    """
    return url.scheme in {"", current.scheme} and has_same_host(url, current)


def has_same_host(url: SplitResult, current: SplitResult) -> bool:
    """Return whether a URL, which may be relative, has the host and port of another.

    :raises ValueError: If a port is not a number.
    """
    return not url.netloc or (url.hostname, _port(url)) == (current.hostname, _port(current))


def _port(url: SplitResult) -> int | None:
    # With https, "example.com:443" is the same as "example.com".
    return None if url.port == {"http": 80, "https": 443}.get(url.scheme) else url.port


def _is_safe(target: str, site: Site, levels: int) -> bool:
    # Browsers drop tabs and newlines, and spaces around a URL: "/\t/evil.example" is
    # "//evil.example". Invisible and bidirectional characters only deceive people.
    if target != target.strip() or any(map(_is_unprintable, target)):
        return False

    # Browsers read "\" as "/", and people confuse the characters that look like a slash.
    if any(character in _FALSE_SLASHES for character in target):
        return False

    try:
        parts = urlsplit(target)
        is_here = target.startswith("/") or _is_of(site, parts)
    except ValueError:
        return False

    # A proxy or a second redirect may decode the path again, so check that, too: "/%5cevil".
    if _begins_like_host(target) or _begins_like_host(unquote(parts.path)):
        return False

    return is_here and _goes_on_safely(parts.query, site, levels)


def _is_of(site: Site, parts: SplitResult) -> bool:
    """Return whether an absolute URL is on this site, or on an allowed host.

    :raises ValueError: If the port is not a number.
    """
    # Refuse "javascript:", "data:" and "https:evil.example", which browsers read as a host. Refuse
    # names that are not ASCII, because programs convert them in different ways.
    if parts.scheme not in {"http", "https"} or not parts.netloc or not parts.netloc.isascii():
        return False

    if site.origin is not None and "@" not in parts.netloc:
        if is_same_site(parts, urlsplit(site.origin)):
            return True

    if site.require_https and parts.scheme != "https":
        return False

    # Compare the whole "netloc": no userinfo, no other port, no longer name.
    return parts.netloc.lower() in {host.lower() for host in site.hosts}


def _goes_on_safely(query: str, site: Site, levels: int) -> bool:
    """Return whether the targets in a query stay on this site. If a target is a login view, that
    view redirects to the target's own ``next``.
    """
    onward = parse_qs(query).get(site.field or "", ())
    return not onward or (levels > 0 and all(_stays(target, site, levels - 1) for target in onward))


def _stays(target: str, site: Site, levels: int) -> bool:
    """Return whether a browser stays on this site if it is redirected to a target without a check.
    A relative target such as "20" stays.
    """
    # Browsers drop tabs and newlines, and controls and spaces before a URL.
    seen = target.translate(_DROPPED).lstrip(_CONTROLS + " ")

    if re.match(_SCHEME, seen, re.IGNORECASE):
        return _is_safe(target, site, levels)

    if _begins_like_host(seen) or _begins_like_host(unquote(seen)):
        return False

    return _goes_on_safely(seen.partition("?")[2], site, levels)


def _begins_like_host(target: str) -> bool:
    """Return whether a browser or a proxy may read a target as a host, like "//evil.example". They
    read "\\" as "/", and drop some control characters.
    """
    return len(target) > 1 and target[0] in _SLASHES and target[1] in _SLASHES + _CONTROLS


def _encode_unsafe(target: str) -> str:
    """Percent-encode the characters that :func:`is_safe` refuses."""
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
    # Categories C (controls, formats, surrogates, private, unassigned) and Z (separators).
    return unicodedata.category(character)[0] in "CZ" and character != " "
