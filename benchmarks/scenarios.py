"""What is measured, and on what. Data only."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from dataclasses import field

FLOOR = "bare Flask"
RELEASED = "Flask-Login 0.6.3"
OURS = "this library"

# What the applications and those who call them have to agree on.
SECRET_KEY = "a key of 32 characters for a test"
TOKEN = "Bearer 7c4a8d09ca3762af"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

#: The request that all cookies come from.
LOGIN = "POST /login"


@dataclass(frozen=True)
class Scenario:
    """One request, and what has to come of it, so that all subjects do the same work."""

    title: str
    request: str
    #: Which of the login's cookies are sent.
    cookies: tuple[str, ...] = ()
    token: str | None = None
    status: int = 200
    #: The cookies that the response sets or deletes.
    sets: frozenset[str] = frozenset()
    #: The scenario that bare Flask serves instead, since it has no remember-me cookie.
    floor: str | None = None
    #: The options of ``create_app``.
    app: dict[str, t.Any] = field(default_factory=dict)


SESSION = ("session",)

SCENARIOS: dict[str, Scenario] = {
    "public": Scenario("public page, never asks who it is", "GET /public"),
    "public_session": Scenario("the same with a session cookie", "GET /public", SESSION),
    "anonymous": Scenario("anonymous, asks once", "GET /greeting"),
    "guarded": Scenario("guarded page, logged in", "GET /account", SESSION),
    "hundred_reads": Scenario("the same, 100 reads of the user", "GET /long", SESSION),
    "refused": Scenario(
        "refused: flash, redirect", "GET /account", status=302, sets=frozenset(SESSION)
    ),
    "bearer": Scenario(
        "Bearer token, by request loader", "GET /api", token=TOKEN, app={"api": True}
    ),
    "restored": Scenario(
        "restored from the remember-me cookie",
        "GET /account",
        ("remember_token",),
        sets=frozenset(SESSION),
        floor="guarded",
    ),
    "login": Scenario("login", "POST /login/session", sets=frozenset(SESSION)),
    "login_remember": Scenario(
        "login with remember",
        LOGIN,
        sets=frozenset({"session", "remember_token"}),
        floor="login",
    ),
    "logout": Scenario("logout", "POST /logout", SESSION, sets=frozenset(SESSION)),
}


def grown(path: str, **app: t.Any) -> Scenario:
    return Scenario(str(app), f"GET {path}", SESSION, app={"closed": True, **app})


#: What an application may have many of: a page of one with few, and of one with many. Those for who
#: is logged in are closed by default.
GROWTH: dict[str, tuple[Scenario, Scenario]] = {
    "10 and 10,000 routes": (
        grown("/pages/9", routes=10),
        grown("/pages/9999", routes=10_000),
    ),
    "1 and 1,000 blueprints": (
        grown("/blueprints/0", blueprints=1),
        grown("/blueprints/999", blueprints=1_000),
    ),
    "1 and 20 loaders, the first finds the user": (
        Scenario("1 loader", "GET /api", token=TOKEN, app={"loaders": 1}),
        Scenario("20 loaders", "GET /api", token=TOKEN, app={"loaders": 20}),
    ),
    "1 and 50 login views of blueprints": (
        grown("/account", login_views=1),
        grown("/account", login_views=50),
    ),
}

#: Every scenario by a name without spaces, so that it can be told to another process.
NAMED = SCENARIOS | {
    f"growth:{number}:{size}": scenario
    for number, sizes in enumerate(GROWTH.values())
    for size, scenario in zip(("few", "many"), sizes, strict=True)
}
