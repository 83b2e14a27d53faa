"""Two applications on one host, which share cookies but not sessions."""

from __future__ import annotations

import typing as t

from .remember import GENUINE
from .steps import DROP_SESSION
from .steps import get
from .steps import next_door
from .steps import Scenario
from .steps import SetCookie
from .steps import Step

OWN = {"SECRET_KEY": "of its own", "SESSION_COOKIE_NAME": "session_next_door"}
SAME_KEY = {"SESSION_COOKIE_NAME": "session_next_door"}
OWN_COOKIES = {**OWN, "REMEMBER_COOKIE_NAME": "remember_next_door"}
FOREIGN = SetCookie("remember_token", "eyJhbGciOiJIUzI1NiJ9.e30.abc")


def beside(neighbour: t.Mapping[str, t.Any], *steps: Step, **arguments: t.Any) -> Scenario:
    return Scenario(steps, neighbour=neighbour, **arguments)


NEIGHBOURS = {
    "neighbours, a visit": beside(
        OWN,
        get("/login/1?remember"),
        next_door("/plain"),
        next_door("/who"),
        next_door("/private"),
        DROP_SESSION,
        get("/state"),
    ),
    "neighbours, a login": beside(
        OWN,
        get("/login/1?remember"),
        next_door("/login/2"),
        next_door("/state"),
        DROP_SESSION,
        get("/state"),
    ),
    "neighbours, a login after a visit": beside(
        OWN,
        get("/login/1?remember"),
        next_door("/who"),
        next_door("/login/2"),
        next_door("/login/1"),
        next_door("/who"),
        DROP_SESSION,
        get("/state"),
    ),
    "neighbours, a login with remember": beside(
        OWN,
        get("/login/1?remember"),
        next_door("/login/2?remember"),
        next_door("/state"),
        get("/state"),
        DROP_SESSION,
        get("/state"),
        next_door("/state"),
    ),
    "neighbours, a logout": beside(
        OWN,
        get("/login/1?remember"),
        next_door("/login/2"),
        next_door("/logout"),
        DROP_SESSION,
        get("/state"),
    ),
    "neighbours, a logout of nobody": beside(
        OWN, get("/login/1?remember"), next_door("/logout"), DROP_SESSION, get("/state")
    ),
    "neighbours, a user who is gone": beside(
        OWN,
        get("/login/1?remember"),
        next_door("/login/2"),
        next_door("/delete/2"),
        next_door("/who"),
        DROP_SESSION,
        get("/state"),
    ),
    "neighbours with one key": beside(
        SAME_KEY,
        get("/login/1?remember"),
        next_door("/state"),
        next_door("/login/1"),
        next_door("/login/2"),
        DROP_SESSION,
        get("/state"),
    ),
    "neighbours with one key, a user who is gone": beside(
        SAME_KEY, get("/login/1?remember"), next_door("/delete/1"), next_door("/who"), get("/who")
    ),
    "neighbours with cookies of their own": beside(
        OWN_COOKIES,
        get("/login/1?remember"),
        next_door("/login/2?remember"),
        get("/logout"),
        next_door("/state"),
        next_door("/logout"),
        next_door("/who"),
    ),
    "a foreign cookie": Scenario(
        [FOREIGN, get("/plain"), get("/state"), get("/private"), get("/login/1"), get("/state")]
    ),
    "a foreign cookie, a login with remember": Scenario(
        [FOREIGN, get("/login/1?remember"), DROP_SESSION, get("/state")]
    ),
    "a foreign cookie, a logout": Scenario([FOREIGN, get("/login/1"), get("/logout"), get("/who")]),
    "a foreign cookie, a session that ends": Scenario(
        [get("/login/1"), FOREIGN, get("/state", browser="Other/2.0"), get("/state")],
        manager={"session_protection": "strong"},
    ),
    "a foreign cookie, renewal": Scenario(
        [get("/login/1"), FOREIGN, get("/who"), get("/state")],
        config={"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": True},
    ),
    "two cookies of one name": Scenario(
        [
            get("/who", raw_cookie=f"remember_token=junk; remember_token={GENUINE}"),
            get("/who", raw_cookie=f"remember_token={GENUINE}; remember_token=junk"),
        ],
        by_strangers=True,
    ),
}
