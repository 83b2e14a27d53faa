"""Which targets are safe to be redirected to."""

from __future__ import annotations

from contextlib import suppress

import pytest
from flask import Flask

from flask_login import is_safe_url

HOSTS = ("example.com", "shop.example.com:8443", "xn--mnchen-3ya.example")

SAFE = {
    "root": "/",
    "path": "/page",
    "deep path": "/a/b/c.html",
    "query": "/page?a=b&c=d",
    "fragment": "/page#part",
    "query with a URL": "/page?url=https://example.org/",
    "encoded slash": "/a%2Fb",
    "double encoding": "/%255cevil.example",
    "slashes within": "/a//b",
    "colon": "/a:b",
    "at sign": "/@ada",
    "space": "/a b",
    "letters": "/straße/日本",
    "dots": "/../..",
    "safe next": "/login?next=/page",
    "chain of safe nexts": "/login?next=/login%3Fnext%3D%252Fpage",
    "encoded backslash in the query": "/page?a=%5C",
    "encoded backslash later": "/page%5Cevil.example",
    "encoded line end later": "/page%0d%0aSet-Cookie:a=b",
    "encoded joiner": "/page/%E2%80%8C?a=%E2%80%8D",
    "next that is a number": "/page?next=20",
    "empty next": "/page?next=",
    "relative next": "/login?next=page?a=b",
    "next of a query": "/login?next=?page=2",
    "encoded joiner in a next": "/login?next=/page%E2%80%8C",
    "chain of three nexts": "/?next=/?next=/?next=/",
    "longest": "/" + "a" * 2047,
}

EVIL = {
    # Hosts.
    "two slashes": "//evil.example",
    "three slashes": "///evil.example",
    "many slashes": "////////evil.example",
    "two backslashes": "\\\\evil.example",
    "slash and backslash": "/\\evil.example",
    "backslash and slash": "\\/evil.example",
    "backslash": "\\evil.example",
    "slash, backslash, slash": "/\\/evil.example",
    "two slashes, backslash": "//\\evil.example",
    "backslash later": "/page\\evil.example",
    "encoded backslash": "/%5cevil.example",
    "encoded backslash in capitals": "/%5Cevil.example",
    "two encoded backslashes": "/%5c%5cevil.example",
    "encoded slash": "/%2fevil.example",
    "encoded slashes": "/%2f%2fevil.example",
    # Schemes.
    "https": "https://evil.example",
    "http": "http://evil.example/page",
    "capitals": "HTTPS://EVIL.EXAMPLE",
    "https without slashes": "https:evil.example",
    "https with one slash": "https:/evil.example",
    "https with three slashes": "https:///evil.example",
    "https with backslashes": "https:\\\\evil.example",
    "http without slashes": "http:evil.example",
    "javascript": "javascript:alert(1)",
    "javascript with a host": "javascript://example.com/%0aalert(1)",
    "javascript with a tab": "java\tscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "ftp": "ftp://example.com/",
    "blob": "blob:https://evil.example/1",
    # What browsers leave out.
    "tab between slashes": "/\t/evil.example",
    "newline between slashes": "/\n/evil.example",
    "return between slashes": "/\r/evil.example",
    "tab before": "\t//evil.example",
    "tab within": "/pa\tge",
    "newline at the end": "/page\n",
    "line ends": "/page\r\nSet-Cookie: a=b",
    "null": "/page\x00",
    "null before": "\x00//evil.example",
    "escape": "/\x1bpage",
    "delete": "/page\x7f",
    "C1 control": "/page\x85",
    "space before": " //evil.example",
    "space after": "/page ",
    "encoded tab": "/%09/evil.example",
    "encoded newline": "/%0d%0aSet-Cookie:a=b",
    "encoded null": "/%00page",
    # What only deceives.
    "no-break space": "/\u00a0/evil.example",
    "ideographic space before": "\u3000//evil.example",
    "zero width space": "/\u200b/evil.example",
    "right-to-left override": "/\u202eelpmaxe.live",
    "byte order mark": "\ufeff//evil.example",
    "soft hyphen": "/\u00ad/evil.example",
    "line separator": "/page\u2028",
    "lone surrogate": "/\ud800",
    "private use": "/\ue000",
    "fraction slash": "/\u2044evil.example",
    "division slash": "/\u2215evil.example",
    "big solidus": "/\u29f8evil.example",
    "big reverse solidus": "/\u29f9evil.example",
    "full-width solidus": "/\uff0fevil.example",
    "full-width solidi": "\uff0f\uff0fevil.example",
    "full-width reverse solidus": "/\uff3cevil.example",
    "small reverse solidus": "/\ufe68evil.example",
    "set minus": "/\u2216evil.example",
    "encoded full-width solidus": "/%EF%BC%8Fevil.example",
    # Chains.
    "next of a next": "/login?next=//evil.example",
    "encoded next of a next": "/login?next=%2F%2Fevil.example",
    "next of a next of a next": "/login?next=/login%3Fnext%3D%252F%252Fevil.example",
    "second next": "/login?next=/page&next=https://evil.example",
    "next with a backslash": "/login?next=%2F%5Cevil.example",
    "next with a tab": "/login?next=/%09/evil.example",
    "next after a tab": "/login?next=%09//evil.example",
    "next after a space": "/login?next=+//evil.example",
    "next that is decoded again": "/login?next=/%252Fevil.example",
    "next that runs a script": "/login?next=javascript:alert(1)",
    "next that runs a script after a control": "/login?next=%01javascript:alert(1)",
    "next that runs a script with a tab": "/login?next=java%09script:alert(1)",
    "next without slashes": "/login?next=https:evil.example",
    "next with a slash of another kind": "/login?next=/%EF%BC%8Fevil.example",
    "next of a relative next": "/login?next=login%3Fnext%3D//evil.example",
    "four levels": "/?next=/?next=/?next=/?next=/",
    "many levels": "/?next=" * 290 + "/",
    # No target on this site.
    "empty": "",
    "relative": "page",
    "host alone": "evil.example",
    "query alone": "?a=b",
    "fragment alone": "#part",
    "dot": "./page",
    "at sign": "@evil.example",
    "half an IPv6 address": "https://[",
    "half an IPv6 address without a scheme": "//[::1",
    "over 2,048 characters": "/" + "a" * 2048,
}

#: Of Flask-Security: hosts that follow several slashes or backslashes, and what is decoded or
#: dropped on the way.
BYPASSES = {
    "CVE-2021-32618 three backslashes": "\\\\\\evil.com",
    "CVE-2021-32618 four backslashes": "\\\\\\\\evil.com",
    "CVE-2021-32618 slash and backslash": "/\\evil.com",
    "CVE-2021-32618 slash and backslashes": "/\\\\\\evil.com/path",
    "CVE-2021-32618 slashes and backslash": "///\\evil.com",
    "CVE-2021-32618 backslash and slashes": "\\//evil.com",
    "CVE-2021-32618 five slashes": "/////evil.com",
    "CVE-2023-49438 encoded backslash": "/%5cevil.com",
    "CVE-2023-49438 encoded backslashes": "/%5C%5Cevil.com",
    "CVE-2023-49438 backslash and encoded slash": "/\\%2fevil.com",
    "CVE-2023-49438 scheme and one slash": "https:/evil.com",
    "CVE-2023-49438 scheme and no slash": "https:evil.com",
    "CVE-2023-49438 scheme and three slashes": "http:///evil.com",
    "CVE-2023-49438 tab and slash": "/\t/evil.com",
    "CVE-2023-49438 tab and backslash": "/\t\\evil.com",
    "CVE-2023-49438 encoded tab": "/%09/evil.com",
    "CVE-2023-49438 newline": "/\n/evil.com",
    "CVE-2023-49438 space": "/ /evil.com\t",
}

#: Near an allowed host, and not it.
FOREIGN = {
    "longer name": "https://evil-example.com/",
    "longer end": "https://example.com.evil/",
    "no dot": "https://examplexcom/",
    "subdomain": "https://www.example.com/",
    "trailing dot": "https://example.com./",
    "userinfo": "https://ada@example.com/",
    "userinfo with a password": "https://ada:secret@example.com/",
    "userinfo that is the host": "https://example.com@evil.example/",
    "encoded userinfo": "https://example.com%40evil.example/",
    "backslash and userinfo": "https://evil.example\\@example.com/",
    "another port": "https://example.com:8443/",
    "default port": "https://example.com:443/",
    "empty port": "https://example.com:/",
    "no port": "https://shop.example.com/",
    "port of another scheme": "https://shop.example.com:80/",
    "no number": "https://example.com:port/",
    "Cyrillic a": "https://ex\u0430mple.com/",
    "Cyrillic a, encoded": "https://xn--exmple-4nf.com/",
    "full-width letters": "https://\uff45xample.com/",
    "ideographic full stop": "https://example\u3002com/",
    "no ASCII form": "https://münchen.example/",
    "semicolon": "https://example.com;evil.example/",
    "tab": "https://example.com\t.evil.example/",
    "encoded dot": "https://example%2ecom/",
    "no scheme": "//example.com/",
    "one slash": "https:/example.com/",
    "three slashes": "https:///example.com/",
    "scheme alone": "https://",
    "other scheme": "ftp://example.com/",
    "javascript": "javascript://example.com/%0aalert(1)",
    "two slashes in the path": "https://example.com//evil.example",
    "encoded backslash in the path": "https://example.com/%5cevil.example",
    "unsafe next": "https://example.com/login?next=//evil.example",
}


@pytest.mark.parametrize("target", SAFE.values(), ids=SAFE)
def test_target_on_this_site_is_safe(target: str) -> None:
    assert is_safe_url(target)


@pytest.mark.parametrize("target", [*EVIL.values(), *BYPASSES.values()], ids=[*EVIL, *BYPASSES])
@pytest.mark.parametrize("hosts", [(), HOSTS], ids=["no host", "hosts"])
def test_hostile_target_is_refused(target: str, hosts: tuple[str, ...]) -> None:
    assert not is_safe_url(target, allowed_hosts=hosts)


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com",
        "https://example.com/page?a=b#part",
        "https://EXAMPLE.com/",
        "HTTPS://example.com/",
        "http://example.com/",
        "https://shop.example.com:8443/",
        "https://xn--mnchen-3ya.example/",
        "https://example.com?a=b",
        "https://example.com/login?next=https://example.com/page",
    ],
)
def test_target_on_an_allowed_host_is_safe(target: str) -> None:
    assert is_safe_url(target, allowed_hosts=HOSTS)
    assert not is_safe_url(target)


@pytest.mark.parametrize("target", FOREIGN.values(), ids=FOREIGN)
def test_target_near_an_allowed_host_is_refused(target: str) -> None:
    assert not is_safe_url(target, allowed_hosts=HOSTS)


def test_letter_case_of_an_allowed_host_does_not_matter() -> None:
    assert is_safe_url("https://example.com/", allowed_hosts=["Example.COM"])


def test_empty_host_allows_nothing() -> None:
    """``os.environ.get("HOSTS", "").split(",")`` has one."""
    assert not is_safe_url("https:///evil.example", allowed_hosts=[""])


def test_one_string_is_no_list_of_hosts() -> None:
    with suppress(TypeError):
        assert not is_safe_url("https://e/", allowed_hosts="example.com")


@pytest.mark.parametrize(
    ("require_https", "safe"), [(True, False), (False, True), (None, True)], ids=repr
)
def test_https_can_be_required(require_https: bool | None, safe: bool) -> None:
    hosts = ["example.com"]

    assert is_safe_url("https://example.com/", allowed_hosts=hosts, require_https=require_https)
    assert (
        is_safe_url("http://example.com/", allowed_hosts=hosts, require_https=require_https) is safe
    )
    assert is_safe_url("/page", require_https=require_https)


@pytest.mark.parametrize(
    ("base_url", "safe"), [("http://localhost", True), ("https://localhost", False)]
)
def test_https_is_required_where_the_request_came_by_it(
    app: Flask, base_url: str, safe: bool
) -> None:
    with app.test_request_context(base_url=base_url):
        assert is_safe_url("http://example.com/", allowed_hosts=["example.com"]) is safe


def test_chain_is_followed_by_the_name_that_is_set(app: Flask) -> None:
    app.config["LOGIN_NEXT_PARAM"] = "return_to"

    with app.app_context():
        assert not is_safe_url("/login?return_to=//evil.example")
        assert is_safe_url("/login?next=//evil.example")


def test_chain_is_not_followed_where_there_is_no_name(app: Flask) -> None:
    app.config["LOGIN_NEXT_PARAM"] = None

    with app.app_context():
        assert is_safe_url("/login?next=//evil.example")


@pytest.mark.parametrize(
    ("target", "safe"),
    [
        ("http://localhost/page", True),
        ("http://LOCALHOST:80/page", True),
        ("https://localhost/page", False),
        ("http://localhost:8000/page", False),
        ("http://ada@localhost/page", False),
        ("http://localhost//evil.example", False),
        ("/login?next=http://localhost/page", True),
        ("/login?next=http://localhost//evil.example", False),
    ],
)
def test_url_on_this_site_is_safe_in_a_request(app: Flask, target: str, safe: bool) -> None:
    with app.test_request_context():
        assert is_safe_url(target) is safe

    assert not is_safe_url(target)


def test_junk_host_of_the_request_is_no_site(app: Flask) -> None:
    with app.test_request_context(headers={"Host": "localhost:port"}):
        assert not is_safe_url("http://localhost:port/page")
        assert is_safe_url("https://example.com/", allowed_hosts=HOSTS)


def test_long_chain_takes_no_longer_than_a_short_one() -> None:
    target = "/?" + "&".join(["next=/" + "a" * 20] * 70)

    assert is_safe_url(target)


def test_host_that_forbidden_characters_would_make_is_refused() -> None:
    # In NFKC, "℀" is "a/c".
    assert not is_safe_url("https://example.com\u2100.evil.example/", allowed_hosts=HOSTS)
