"""The target to return to after login never leaves this site by a trick of spelling."""

from __future__ import annotations

from urllib.parse import parse_qs
from urllib.parse import urlsplit

import pytest
from flask import Flask
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from flask_login import login_url
from flask_login import make_next_param

calm = settings(deadline=None, derandomize=True)

#: Text made of what browsers and parsers read differently.
TRICKS = ["/", "\\", "//", "\t", "\r", "\n", " ", "\x00", "\x1f", ":", "@", "?", "#", "%2F", "%5C"]
WORDS = ["http:", "javascript:", "evil.example", "localhost", "[", "]", "a", "é", "\u3000"]
tricks = st.lists(st.sampled_from(TRICKS + WORDS)).map("".join)
paths = tricks | st.text(max_size=30)
login_views = st.sampled_from(
    ["/login", "http://localhost/login", "https://localhost/login", "http://localhost:80/login"]
)
odd_targets = pytest.mark.parametrize(
    "url",
    [
        "http://localhost//evil.example",
        "http://localhost/\\evil.example",
        "http://localhost\\\\evil.example",
        "http://localhost///evil.example",
        "http://localhost/\t/evil.example",
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "///evil.example",
        " //evil.example",
        "\x00//evil.example",
        "/\n/evil.example",
        "http:////evil.example",
        "http:///evil.example",
        "http://[",
        "http://localhost:port/",
    ],
    ids=ascii,
)


def leaves_the_site(target: str) -> bool:
    """Whether a browser at this site would go elsewhere (WHATWG URL, "relative state")."""
    target = target.translate(dict.fromkeys(map(ord, "\t\r\n")))
    target = target.lstrip("".join(map(chr, range(33)))).replace("\\", "/")
    return target.startswith("//")


@odd_targets
@pytest.mark.parametrize("view", ["/login", "http://localhost/login"])
def test_odd_target_stays_on_this_site(view: str, url: str) -> None:
    assert not leaves_the_site(make_next_param(view, url))


@odd_targets
@pytest.mark.parametrize("view", ["https://auth.example/login"])
def test_odd_target_for_a_login_elsewhere_is_a_url_or_a_path(view: str, url: str) -> None:
    assert not leaves_the_site(make_next_param(view, url))


@calm
@given(view=login_views, path=paths)
@example(view="/login", path="//evil.example")
def test_any_path_stays_on_this_site(view: str, path: str) -> None:
    assert not leaves_the_site(make_next_param(view, f"http://localhost{path}"))
    assert not leaves_the_site(make_next_param(view, f"http://localhost/{path}"))


@calm
@given(view=login_views | st.just("https://auth.example/login"), url=paths)
def test_any_text_is_no_way_out(view: str, url: str) -> None:
    assert not leaves_the_site(make_next_param(view, url))


@calm
@given(url=paths, force_host=st.sampled_from([None, "good.example"]))
def test_login_url_says_the_same(url: str, force_host: str | None) -> None:
    app = Flask("app")
    app.config["FORCE_HOST_FOR_REDIRECTS"] = force_host

    with app.app_context():
        query = parse_qs(urlsplit(login_url("/login", url)).query, keep_blank_values=True)

    assert query == {"next": [make_next_param("/login", url)]}
    assert not leaves_the_site(query["next"][0])


@calm
@given(url=paths)
def test_login_url_stays_where_the_login_is(url: str) -> None:
    assert urlsplit(login_url("/login", url)).path == "/login"
    assert urlsplit(login_url("https://auth.example/login", url)).netloc == "auth.example"
