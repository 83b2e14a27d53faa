"""Logins of users who are not saved yet, and so have no ID."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

from .remember import GENUINE
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario
from .steps import SetCookie
from .steps import Step


def sign_up(*asked: str, **more: str) -> Step:
    query = "&".join([*asked, urlencode(more)]).strip("&")
    return get(f"/sign-up?{query}")


def signing_up(*steps: Step, **arguments: t.Any) -> Scenario:
    return Scenario([*steps, get("/state")], parts=["sign_up"], **arguments)


def in_database(*steps: Step) -> Scenario:
    return Scenario([*steps], parts=["database"], callbacks=())


def by_each_kind(name: str, *asked: str, **more: str) -> dict[str, Scenario]:
    """What ``get_id`` does before there is an ID: return 'None', return None, or raise."""
    return {
        f"{name}{', ' + kind if kind else ''}": signing_up(
            sign_up(*asked, **({"id": kind} if kind else {}), **more)
        )
        for kind in ("", "none", "error")
    }


SIGN_UPS = {
    **by_each_kind("sign up", "save"),
    **by_each_kind("sign up and never save"),
    **by_each_kind("sign up in a view that fails", "save", then="fail"),
    **by_each_kind("sign up in a view that refuses", "save", then="refuse"),
    **by_each_kind("sign up, then log in", "save", then="login"),
    **by_each_kind("sign up, then log out", "save", then="logout"),
    **by_each_kind("sign up and confirm", "save", then="confirm"),
    "sign up, not fresh": signing_up(sign_up("save", "stale")),
    "sign up and be remembered": signing_up(sign_up("save", "remember"), DROP_SESSION),
    "sign up, be remembered and never saved": signing_up(sign_up("remember"), DROP_SESSION),
    "sign up, be remembered, then log in": signing_up(
        sign_up("save", "remember", then="login"), DROP_SESSION
    ),
    "sign up, be remembered, then log out": signing_up(
        sign_up("save", "remember", then="logout"), DROP_SESSION
    ),
    "sign up, be remembered, in a view that fails": signing_up(
        sign_up("save", "remember", then="fail"), DROP_SESSION
    ),
    "sign up as somebody else": signing_up(get("/login/1"), sign_up("save")),
    "sign up as somebody else and never save": signing_up(get("/login/1"), sign_up()),
    "sign up as somebody else, who is remembered": signing_up(
        SetCookie("remember_token", GENUINE), get("/who"), sign_up("save"), DROP_SESSION
    ),
    "sign up under strong protection": signing_up(
        sign_up("save"), manager={"session_protection": "strong"}
    ),
    "sign up in a database": in_database(
        get("/sign-up/new?commit"), get("/see"), get("/account/3")
    ),
    "sign up in a database, be remembered": in_database(
        get("/sign-up/new?commit&remember"), DROP_SESSION, get("/see")
    ),
    "sign up in a database, not committed": in_database(get("/sign-up/new"), get("/private")),
    "sign up in a database, rolled back": in_database(
        get("/sign-up/new?rollback"), get("/private")
    ),
}
