"""Login URLs, and the target to return to after login. Pure functions."""

from __future__ import annotations

from urllib.parse import parse_qs
from urllib.parse import SplitResult
from urllib.parse import urlencode
from urllib.parse import urlsplit
from urllib.parse import urlunsplit


def make_next_param(login_url: str, current_url: str) -> str:
    """What to tell a login view about the page to return to: a path if the login view is on this
    site, else the whole URL.

    Sites differ by host and port. The same host under another scheme is still this site.

    :param login_url: The login view's URL.
    :param current_url: The URL to return to. One that cannot be parsed becomes ``/``.
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


def is_same_site(url: SplitResult, current: SplitResult) -> bool:
    """Whether a URL, which may be relative, has the host and port of another.

    :raises ValueError: If a port is not a number.
    """
    return not url.netloc or (url.hostname, _port(url)) == (current.hostname, _port(current))


def _port(url: SplitResult) -> int | None:
    # "example.com:443" under https is "example.com".
    return None if url.port == {"http": 80, "https": 443}.get(url.scheme) else url.port
