"""What a browser makes of the targets that are safe: it stays on this site, or on an allowed host.

The judge is a parser that follows the URL standard of the WHATWG, as browsers do.
"""

from __future__ import annotations

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from flask_login import is_safe_url
from flask_login._urls import normalize

ada_url = pytest.importorskip("ada_url")

HOSTS = ("example.com", "shop.example.com:8443")

PIECES = [
    *["/", "\\", "//", "\\\\", ".", "..", ":", "@", "?", "#", ";", "&", "=", "%", "+", "[", "]"],
    *["\t", "\r", "\n", " ", "\x00", "\x1f", "\x7f", "\u00a0", "\u3000", "\u200b", "\ufeff"],
    *["\u2044", "\u2215", "\uff0f", "\uff3c", "\uff0e", "\u3002", "\uff20", "\uff1a", "\u2100"],
    *["%2f", "%5C", "%09", "%0a", "%00", "%40", "%2e", "%EF%BC%8F", "%ff", "%25"],
    *["http:", "https:", "HTTPS://", "http://", "https://", "javascript:", "data:", "file:", "x:"],
    *["evil.example", "example.com", "EXAMPLE.com", "localhost", "shop.example.com:8443", ":80"],
    *["xn--", "é", "ß", "\u0130", "\u212a", "\u017f", "0", "127.1", "a", "next", "next="],
]
nasty = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
targets = st.one_of(
    nasty,
    st.text(max_size=30),
    st.builds("{}{}".format, st.sampled_from(["/", "https://", "https://example.com"]), nasty),
    st.builds("{}{}".format, st.sampled_from(["/", "//", "/\\"]), st.text(max_size=20)),
)


@settings(deadline=None, derandomize=True, max_examples=2_000)
@given(target=targets, secure=st.booleans(), hosts=st.sampled_from([(), HOSTS]))
@example(target="/.//evil.example", secure=False, hosts=())
@example(target="/%2e/%2e%2e//evil.example", secure=False, hosts=())
@example(target="https://example.com?@evil.example", secure=False, hosts=HOSTS)
@example(target="https://example.com#@evil.example", secure=False, hosts=HOSTS)
def test_browser_stays_where_a_safe_target_is(
    target: str, secure: bool, hosts: tuple[str, ...]
) -> None:
    origin = "https://localhost" if secure else "http://localhost"
    origins = {origin, *(f"{scheme}://{host}" for host in hosts for scheme in ("http", "https"))}

    if not is_safe_url(target, allowed_hosts=hosts):
        return

    for spelling in (target, normalize(target)):
        assert ada_url.URL(spelling, base=f"{origin}/login").origin in origins


def test_host_that_parsers_spell_differently_is_refused() -> None:
    """By IDNA 2003, which Python follows, it is "strasse.example"; in browsers it is not."""
    host = "straße.example"

    assert not is_safe_url(f"https://{host}/", allowed_hosts=[host])
