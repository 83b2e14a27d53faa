"""Settings that applications have, whatever they mean by them."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from werkzeug.local import LocalProxy

from .remember import GENUINE
from .remember import LIFE
from .steps import abroad
from .steps import Drop
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario
from .steps import Send
from .steps import SetCookie
from .steps import Step

NO_DURATIONS: dict[str, t.Any] = {
    "0": 0,
    "no time": timedelta(0),
    "less than no time": -1,
    "None": None,
}
BAD_DURATIONS: dict[str, t.Any] = {"seconds in a string": "86400", "a word": "soon"}
WITHOUT_REMEMBER: tuple[Step, ...] = (
    get("/private"),
    get("/login/1"),
    get("/state"),
    get("/fresh"),
    get("/logout"),
    get("/who"),
)
ABROAD: tuple[Step, ...] = (get("/plain"), get("/login/1"), get("/state"), abroad("/state"))
OWN_NEXT = get("/session/next/mine")
ENTRANCES: tuple[Step, ...] = (
    get("/private?page=2"),
    Send("POST", "/private"),
    get("/refuse/needs_refresh"),
)


def remembering(**config: t.Any) -> Scenario:
    return Scenario(LIFE, config=config)


def leading_to(view: t.Any, *, parts: t.Collection[str] = (), **manager: t.Any) -> Scenario:
    return Scenario(
        ENTRANCES,
        manager={"login_view": view, "refresh_view": view, **manager},
        parts=parts,
        by_strangers=True,
    )


SETTINGS = {
    **{
        f"a duration of {name}": remembering(REMEMBER_COOKIE_DURATION=duration)
        for name, duration in NO_DURATIONS.items()
    },
    **{
        f"a duration of {name}, historic cookie": Scenario(
            [SetCookie("remember_token", GENUINE), get("/who"), DROP_SESSION, get("/state")],
            config={"REMEMBER_COOKIE_DURATION": duration},
        )
        for name, duration in NO_DURATIONS.items()
    },
    **{
        f"a duration of {name}, never used": Scenario(
            WITHOUT_REMEMBER, config={"REMEMBER_COOKIE_DURATION": duration}
        )
        for name, duration in (NO_DURATIONS | BAD_DURATIONS).items()
    },
    **{
        f"a duration of {name}, for one login": Scenario(
            [get("/login/1?remember&minutes=5"), get("/state")],
            config={"REMEMBER_COOKIE_DURATION": duration},
        )
        for name, duration in (NO_DURATIONS | BAD_DURATIONS).items()
    },
    "a duration that is a string": remembering(REMEMBER_COOKIE_DURATION="86400"),
    "a login for no time": Scenario(
        [get("/login/1?remember&minutes=0"), get("/state"), DROP_SESSION, get("/who")]
    ),
    "a login for less than no time": Scenario(
        [get("/login/1?remember&minutes=-5"), get("/state"), DROP_SESSION, get("/who")]
    ),
    "a login for no seconds": Scenario([get("/login/1?remember&seconds=0"), get("/state")]),
    "a login for some seconds": Scenario([get("/login/1?remember&seconds=600"), get("/state")]),
    **{
        f"SESSION_PROTECTION = {mode!r}": Scenario(ABROAD, config={"SESSION_PROTECTION": mode})
        for mode in (True, False, "", "Strong", "storng", "none", 1)
    },
    "session_protection = True": Scenario(ABROAD, manager={"session_protection": True}),
    "SameSite=None without Secure": remembering(REMEMBER_COOKIE_SAMESITE="None"),
    "SameSite=None without Secure, never used": Scenario(
        WITHOUT_REMEMBER, config={"REMEMBER_COOKIE_SAMESITE": "None"}
    ),
    "a misspelt SameSite, never used": Scenario(
        WITHOUT_REMEMBER, config={"REMEMBER_COOKIE_SAMESITE": "laxx"}
    ),
    "a __Host- name without Secure": Scenario(
        [get("/login/1?remember"), Drop("session"), get("/who"), get("/logout")],
        config={"REMEMBER_COOKIE_NAME": "__Host-remember"},
    ),
    "a __Host- name with a domain": Scenario(
        [get("/login/1?remember"), get("/logout")],
        config={
            "REMEMBER_COOKIE_NAME": "__Host-remember",
            "REMEMBER_COOKIE_SECURE": True,
            "REMEMBER_COOKIE_DOMAIN": "localhost",
        },
    ),
    "an application's own LOGIN_REQUIRED": Scenario(
        [get("/plain"), get("/who"), get("/unknown"), get("/login/1"), get("/who")],
        config={"LOGIN_REQUIRED": True},
        manager={"login_view": "login_page"},
    ),
    "settings that only mean something elsewhere": Scenario(
        [*WITHOUT_REMEMBER, *LIFE],
        config={
            "LOGIN_VIEW": "login_page",
            "LOGIN_URL": "/sign-in",
            "LOGIN_MESSAGE": "Who are you?",
            "LOGIN_TIMEOUT": 5,
            "AUTH_REQUIRED": True,
            "PERMANENT_SESSION_LIFETIME": timedelta(days=1),
        },
    ),
    "an application's own next, logged out": Scenario(
        [OWN_NEXT, get("/login/1"), get("/logout"), OWN_NEXT, get("/logout")]
    ),
    "an application's own next, user who is gone": Scenario(
        [OWN_NEXT, get("/login/1"), get("/delete/1"), get("/who")]
    ),
    "an application's own next, a login that ends abroad": Scenario(
        [OWN_NEXT, get("/login/1"), abroad("/who")], manager={"session_protection": "strong"}
    ),
    "an application's own next, refused": Scenario(
        [OWN_NEXT, get("/private"), Send("POST", "/post-only")],
        manager={"login_view": "login_page"},
        parts=["guards"],
    ),
    "login view: a proxy of an endpoint": leading_to(LocalProxy(lambda: "login_page")),
    "login view: a proxy of a path": leading_to(LocalProxy(lambda: "/sign-in")),
    "login view: an endpoint that is only built": leading_to("elsewhere", parts=["login_views"]),
    "login view: an endpoint that redirects": leading_to("old_login_page", parts=["login_views"]),
    "login view: an endpoint of the application's own url_for": leading_to(
        "front end", parts=["login_views"]
    ),
    "login view: a static file": leading_to("/static/login.html"),
    "login view: a view of a blueprint": leading_to("own.login", parts=["blueprints"]),
    "messages that are proxies": leading_to(
        "login_page",
        login_message=LocalProxy(lambda: "Please sign in."),
        needs_refresh_message=LocalProxy(lambda: "Still there?"),
    ),
    "messages that are proxies of nothing": leading_to(
        "login_page", login_message=LocalProxy(lambda: "")
    ),
}
