"""Session protection: the same cookies in another browser."""

from __future__ import annotations

import typing as t

from .steps import abroad
from .steps import by_key
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario
from .steps import Step

#: What a thief or a traveller does, and then the owner at home.
TRAVEL: tuple[Step, ...] = (
    get("/session/basket/apple"),
    get("/login/1"),
    abroad("/plain"),
    abroad("/who"),
    abroad("/state"),
    abroad("/private"),
    abroad("/fresh"),
    get("/state"),
)
PERMANENT = get("/session/permanent/1")
REMEMBERED: tuple[Step, ...] = (get("/login/1?remember"), abroad("/who"), abroad("/state"))


def under(mode: t.Any, *steps: Step, callbacks: t.Collection[str] = ("user_loader",)) -> Scenario:
    return Scenario(steps, manager={"session_protection": mode}, callbacks=callbacks)


PROTECTION = {
    "basic, abroad": under("basic", *TRAVEL),
    "basic, permanent, abroad": under("basic", PERMANENT, *TRAVEL),
    "basic, remembered, abroad": under("basic", *REMEMBERED),
    "basic, remembered, abroad, at home": under("basic", *REMEMBERED, DROP_SESSION, get("/state")),
    "basic, confirmed abroad": under(
        "basic",
        get("/login/1"),
        abroad("/who"),
        abroad("/call/confirm_login"),
        abroad("/state"),
        get("/state"),
    ),
    "basic, confirmed first of all abroad": under(
        "basic", get("/login/1"), abroad("/call/confirm_login"), abroad("/state")
    ),
    "basic, login_fresh alone abroad": under(
        "basic", get("/login/1"), abroad("/call/login_fresh"), abroad("/call/login_remembered")
    ),
    "basic, logged out abroad": under("basic", get("/login/1"), abroad("/logout"), get("/who")),
    "basic, not fresh, abroad": under("basic", get("/login/1?stale"), abroad("/who")),
    "basic, anonymous, abroad": under("basic", get("/session/a/b"), get("/who"), abroad("/who")),
    "basic, restored": under(
        "basic", get("/login/1?remember"), DROP_SESSION, get("/who"), get("/who"), abroad("/state")
    ),
    "basic, other address only": under(
        "basic", get("/login/1"), get("/state", address="198.51.100.7")
    ),
    "basic, other User-Agent only": under(
        "basic", get("/login/1"), get("/state", browser="Other/2.0")
    ),
    "basic, behind a proxy": under(
        "basic",
        get("/login/1", headers={"X-Forwarded-For": "203.0.113.9"}),
        get("/state"),
    ),
    "strong, abroad": under("strong", *TRAVEL),
    "strong, permanent, abroad": under("strong", PERMANENT, *TRAVEL),
    "strong, remembered, abroad": under("strong", *REMEMBERED),
    "strong, login_fresh alone abroad": under(
        "strong", get("/login/1"), abroad("/call/login_fresh"), abroad("/who")
    ),
    "strong, logged out abroad": under("strong", get("/login/1"), abroad("/logout"), get("/who")),
    "strong, anonymous": under("strong", get("/session/a/b"), get("/who"), get("/who")),
    "strong, restored": under(
        "strong", get("/login/1?remember"), DROP_SESSION, get("/who"), get("/who"), get("/state")
    ),
    "strong, by key": under(
        "strong",
        get("/session/a/b"),
        by_key("/who"),
        callbacks=["user_loader", "request_loader"],
    ),
    "strong, refreshed": under(
        "strong",
        get("/login/1"),
        get("/call/confirm_login"),
        get("/state"),
        get("/login/2"),
        get("/state"),
    ),
    "strong by a setting": Scenario(
        [get("/login/1"), get("/state"), abroad("/state")], config={"SESSION_PROTECTION": "strong"}
    ),
    "none by a setting": Scenario(
        [get("/login/1"), abroad("/state"), abroad("/fresh")], config={"SESSION_PROTECTION": None}
    ),
    "none, abroad": under(None, *TRAVEL),
    "none, restored": under(
        None, get("/login/1?remember"), DROP_SESSION, get("/state"), abroad("/state")
    ),
    "strong in another letter case": under("Strong", get("/login/1"), abroad("/who")),
    "misspelt": under("storng", get("/plain"), get("/login/1"), abroad("/who")),
}
