"""Where refusals lead to, and what they say about the page to return to."""

from __future__ import annotations

import typing as t

from .steps import get
from .steps import Scenario
from .steps import Send
from .steps import Step

FRESH: tuple[Step, ...] = (get("/login/1?stale"), get("/fresh?page=2"))
WAYS: tuple[Step, ...] = (
    get("/private"),
    get("/private?a=1&b=%C3%A9&next=/other"),
    Send("POST", "/private?a=1"),
    get("/private", base_url="https://localhost/"),
    get("/private", base_url="http://localhost:8080/"),
    get("/private", base_url="http://evil.example/"),
    get("/private", base_url="http://localhost/mounted/"),
    get("/refuse/needs_refresh"),
)
BLUEPRINTS: tuple[Step, ...] = (
    get("/private"),
    get("/own/private"),
    get("/own/inner/private"),
    get("/other/private"),
)


def to(view: str | None, **config: t.Any) -> Scenario:
    return Scenario(
        WAYS, manager={"login_view": view, "refresh_view": view}, config=config, by_strangers=True
    )


def blueprints(default: str | None, **views: str | None) -> Scenario:
    manager = {"login_view": default, "blueprint_login_views": views}
    return Scenario(BLUEPRINTS, manager=manager, parts=["blueprints"], by_strangers=True)


REDIRECTS = {
    "to an endpoint": to("login_page"),
    "to an unknown endpoint": to("unknown"),
    "to a path": to("/sign-in"),
    "to a path with a query": to("/sign-in?lang=fr&next=/old"),
    "to a path with a fragment": to("/sign-in#form"),
    "to a URL of this host": to("http://localhost/sign-in"),
    "to a URL of this host under https": to("https://localhost/sign-in"),
    "to a URL of this host and port": to("http://localhost:8080/sign-in"),
    "to a URL of another host": to("https://auth.example/sign-in"),
    "to a URL of another host with a query": to("https://auth.example/sign-in?client=7"),
    "to nowhere": to(None),
    "to the empty string": to(""),
    "to a refresh view alone": Scenario(
        [get("/private"), *FRESH], manager={"refresh_view": "refresh_page"}
    ),
    "to a login view alone": Scenario(
        [get("/private"), *FRESH], manager={"login_view": "login_page"}
    ),
    "to an endpoint, next in the session": to("login_page", USE_SESSION_FOR_NEXT=True),
    "to a URL of another host, next in the session": to(
        "https://auth.example/sign-in", USE_SESSION_FOR_NEXT=True
    ),
    "to a forced host": to("login_page", FORCE_HOST_FOR_REDIRECTS="good.example"),
    "to a path on a forced host": to("/sign-in", FORCE_HOST_FOR_REDIRECTS="good.example"),
    "to a URL elsewhere than on a forced host": to(
        "https://auth.example/sign-in", FORCE_HOST_FOR_REDIRECTS="good.example"
    ),
    "to a forced host, next in the session": to(
        "login_page", FORCE_HOST_FOR_REDIRECTS="good.example", USE_SESSION_FOR_NEXT=True
    ),
    "under an application root": to("login_page", APPLICATION_ROOT="/root"),
    "from blueprints without views": blueprints("login_page"),
    "from blueprints without any view": blueprints(None),
    "from a blueprint with its own view": blueprints("login_page", own="own.login"),
    "from a blueprint with a path": blueprints("login_page", own="/sign-in", other="/hello"),
    "from a blueprint whose view is None": blueprints("login_page", own=None),
    "from a blueprint with a view, and no default": blueprints(None, own="own.login"),
    "from a nested blueprint by its own name": blueprints("login_page", inner="own.inner.login"),
    "from a nested blueprint by its full name": blueprints(
        "login_page", **{"own.inner": "own.inner.login", "own": "own.login"}
    ),
}
