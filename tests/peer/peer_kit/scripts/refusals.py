"""Guards, and what answers those whom they refuse."""

from __future__ import annotations

import typing as t

from .steps import get
from .steps import Scenario
from .steps import Send
from .steps import Step

LOGIN = get("/login/1")
STALE_LOGIN = get("/login/1?stale")
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")


class Lazy:
    """A message that is translated when it is shown."""

    def __str__(self) -> str:
        return "Please translate me."


VIEWS = {"login_view": "login_page", "refresh_view": "refresh_page"}


def each_method(path: str, methods: t.Iterable[str] = METHODS) -> list[Step]:
    return [Send(method, path) for method in methods]


def both_guards() -> list[Step]:
    return [*each_method("/private"), *each_method("/fresh")]


def entering(*first: Step, **arguments: t.Any) -> Scenario:
    """Come to both guards by each method."""
    return Scenario([*first, *both_guards()], by_strangers=not first, **arguments)


REFUSALS = {
    "guards without views, anonymous": entering(),
    "guards without views, not fresh": entering(STALE_LOGIN),
    "guards, fresh": entering(LOGIN, manager=VIEWS),
    "guards, anonymous": entering(manager=VIEWS),
    "guards, not fresh": entering(STALE_LOGIN, manager=VIEWS),
    "guards, anonymous, next in the session": entering(
        manager=VIEWS, config={"USE_SESSION_FOR_NEXT": True}
    ),
    "guards, not fresh, next in the session": entering(
        STALE_LOGIN, manager=VIEWS, config={"USE_SESSION_FOR_NEXT": True}
    ),
    "guards, login disabled": entering(manager=VIEWS, config={"LOGIN_DISABLED": True}),
    "guards, login disabled, not fresh": entering(
        STALE_LOGIN, manager=VIEWS, config={"LOGIN_DISABLED": True}
    ),
    "guards of views that answer one method": Scenario(
        [
            *each_method("/post-only", ["POST", "GET", "OPTIONS"]),
            *each_method("/put-only", ["PUT", "OPTIONS"]),
        ],
        manager=VIEWS,
        parts=["guards"],
        by_strangers=True,
    ),
    "guards of async views": Scenario(
        [
            get("/private-async"),
            get("/fresh-async"),
            STALE_LOGIN,
            get("/private-async"),
            get("/fresh-async"),
            LOGIN,
            get("/fresh-async"),
        ],
        manager=VIEWS,
        parts=["guards"],
    ),
    "guards of views that fail": Scenario(
        [LOGIN, get("/private-failing"), get("/fresh-failing")],
        manager=VIEWS,
        parts=["guards"],
    ),
    "refusals by hand": Scenario(
        [
            get("/refuse/unauthorized"),
            get("/refuse/needs_refresh"),
            LOGIN,
            get("/refuse/unauthorized"),
            get("/refuse/needs_refresh"),
        ],
        manager=VIEWS,
    ),
    "unauthorized handler": Scenario(
        [*each_method("/private"), get("/refuse/unauthorized"), STALE_LOGIN, get("/fresh")],
        manager=VIEWS,
        callbacks=["user_loader", "unauthorized_handler"],
    ),
    "needs_refresh handler": Scenario(
        [get("/fresh"), STALE_LOGIN, *each_method("/fresh"), get("/refuse/needs_refresh")],
        manager=VIEWS,
        callbacks=["user_loader", "needs_refresh_handler"],
    ),
    "messages": Scenario(
        [get("/private"), get("/private"), STALE_LOGIN, get("/fresh")],
        manager={
            **VIEWS,
            "login_message": "Who are you?",
            "login_message_category": "info",
            "needs_refresh_message": "Still there?",
            "needs_refresh_message_category": "warning",
        },
    ),
    "messages, translated": Scenario(
        [get("/private"), STALE_LOGIN, get("/fresh")],
        manager={**VIEWS, "localize_callback": lambda message: f"[{message}]"},
    ),
    "messages, none": Scenario(
        [get("/private"), STALE_LOGIN, get("/fresh")],
        manager={**VIEWS, "login_message": None, "needs_refresh_message": None},
    ),
    "messages, lazy": Scenario([get("/private")], manager={**VIEWS, "login_message": Lazy()}),
    "messages, empty": Scenario(
        [get("/private"), STALE_LOGIN, get("/fresh")],
        manager={**VIEWS, "login_message": "", "needs_refresh_message": ""},
    ),
    "nobody is None": Scenario(
        [get("/plain"), get("/private"), get("/fresh"), LOGIN, get("/private")],
        manager={**VIEWS, "anonymous_user": lambda: None},
    ),
}
