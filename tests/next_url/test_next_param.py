"""What a login view is told about the page to return to."""

from __future__ import annotations

import pytest

from flask_login import make_next_param


@pytest.mark.parametrize(
    ("login_url", "current_url", "target"),
    [
        ("/login", "http://localhost/page", "/page"),
        ("/login", "/page", "/page"),
        ("/login", "http://localhost/page?a=b&c=d", "/page?a=b&c=d"),
        ("/login", "http://localhost/page;v=1?a=/b", "/page;v=1?a=/b"),
        ("/login", "http://localhost/", "/"),
        ("/login", "http://localhost/page#part", "/page"),
        ("http://localhost/login", "http://localhost/page", "/page"),
        ("http://localhost:5000/login", "http://localhost:5000/page", "/page"),
        ("http://LOCALHOST/login", "http://localhost/page", "/page"),
    ],
    ids=[
        "relative login",
        "both relative",
        "query",
        "path parameters",
        "root",
        "fragment",
        "absolute login",
        "port",
        "letter case",
    ],
)
def test_page_on_this_site_becomes_a_path(login_url: str, current_url: str, target: str) -> None:
    assert make_next_param(login_url, current_url) == target


@pytest.mark.parametrize(
    ("login_url", "current_url"),
    [
        ("https://localhost/login", "http://localhost/page"),
        ("http://localhost/login", "https://localhost/page"),
        ("https://localhost:443/login", "http://localhost/page"),
        ("http://localhost:80/login", "https://localhost/page"),
    ],
    ids=["to https", "to http", "port of https", "port of http"],
)
def test_another_scheme_is_another_site(login_url: str, current_url: str) -> None:
    assert make_next_param(login_url, current_url) == current_url


@pytest.mark.parametrize(
    ("login_url", "current_url"),
    [
        ("http://localhost:80/login", "http://localhost/page"),
        ("https://localhost/login", "https://localhost:443/page"),
        ("//localhost/login", "https://localhost/page"),
    ],
    ids=["port of http", "port of https", "no scheme"],
)
def test_same_site_in_another_spelling_is_told_a_path(login_url: str, current_url: str) -> None:
    assert make_next_param(login_url, current_url) == "/page"


@pytest.mark.parametrize(
    "login_url",
    [
        "https://auth.example/login",
        "http://auth.example/login",
        "//auth.example/login",
        "http://www.shop.example/login",
        "http://shop.example:5000/login",
        "http://shop.example.evil.example/login",
    ],
    ids=["https", "http", "no scheme", "subdomain", "port", "longer name"],
)
def test_login_view_on_another_host_is_told_the_whole_url(login_url: str) -> None:
    current_url = "http://shop.example/page?a=b"

    assert make_next_param(login_url, current_url) == current_url


@pytest.mark.parametrize("login_url", ["/login", "http://localhost/login"], ids=["path", "url"])
@pytest.mark.parametrize(
    "current_url",
    [
        "http://localhost//evil.example",
        "http://localhost///evil.example",
        "http://localhost/\\evil.example",
        "http://localhost/\\/evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "http:///evil.example",
        "http:\\\\evil.example",
        "http://localhost/\t/evil.example",
        "http://localhost/\n\\evil.example",
        "//evil.example/evil.example",
    ],
    ids=ascii,
)
def test_target_does_not_leave_this_site(login_url: str, current_url: str) -> None:
    assert make_next_param(login_url, current_url).lstrip("/") == "evil.example"
    assert not make_next_param(login_url, current_url).startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "current_url",
    ["//evil.example", "/\t/evil.example", "//evil.example\\@localhost"],
    ids=ascii,
)
def test_target_without_a_path_names_no_host(current_url: str) -> None:
    assert "evil.example" not in make_next_param("/login", current_url)


@pytest.mark.parametrize(
    "current_url",
    [
        "javascript:alert(1)",
        "x:javascript:alert(1)",
        "x: //evil.example",
        "http:https://evil.example",
        "http:page",
        "x:",
        "x:?a=b",
        "http://localhost",
    ],
)
def test_target_made_relative_that_is_no_path_becomes_the_root(current_url: str) -> None:
    assert make_next_param("/login", current_url) == "/"


def test_query_of_the_root_is_kept() -> None:
    assert make_next_param("/login", "http://localhost?a=b") == "/?a=b"


@pytest.mark.parametrize("current_url", ["page", "", "?a=b", "./page"])
def test_target_that_was_relative_stays_so(current_url: str) -> None:
    assert make_next_param("/login", current_url) == current_url


@pytest.mark.parametrize(
    ("current_url", "target"),
    [
        ("/page?q=\\", "/page?q=%5C"),
        ("/a\\b", "/a%5Cb"),
        ("/page?q=می\u200cخ", "/page?q=می%E2%80%8Cخ"),
        ("/a\uff0fb", "/a%EF%BC%8Fb"),
        ("/straße?a=b c", "/straße?a=b c"),
    ],
    ids=ascii,
)
def test_characters_that_are_refused_on_return_are_encoded(current_url: str, target: str) -> None:
    assert make_next_param("/login", f"http://localhost{current_url}") == target


@pytest.mark.parametrize(
    "current_url", ["http://[::1/page", "http://localhost:port/page"], ids=["host", "port"]
)
def test_url_that_cannot_be_parsed_becomes_the_root(current_url: str) -> None:
    assert make_next_param("http://localhost/login", current_url) == "/"


def test_login_url_that_cannot_be_parsed_becomes_the_root() -> None:
    assert make_next_param("http://[::1/login", "http://localhost/page") == "/"
