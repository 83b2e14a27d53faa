"""More than one context: nested, in a thread, held open, and requests within requests."""

from __future__ import annotations

import typing as t

from .steps import abroad
from .steps import by_another
from .steps import Call
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario
from .steps import Step

HELD = "what is held"
WHO = Call("current_user and current_user.get_id()", HELD)


def put(user: str, inside: str = HELD) -> Call:
    return Call(f"setattr(g, '_login_user', users['{user}']) or current_user.get_id()", inside)


def in_contexts(*steps: Step, **arguments: t.Any) -> Scenario:
    return Scenario(steps, parts=["contexts"], **arguments)


def in_database(*steps: Step, **arguments: t.Any) -> Scenario:
    return Scenario(steps, parts=["database"], callbacks=(), **arguments)


def seen(path: str) -> dict[str, Scenario]:
    """Write to the user who is logged in, who is asked for in the view before, or is not."""
    return {
        f"{path} in a database{', asked before' if query else ''}": in_database(
            get("/enter/1"), get(path + query), get("/account/1"), get(path + query)
        )
        for query in ("", "?ask")
    }


CONTEXTS = {
    **seen("/see"),
    **seen("/see/nested"),
    **seen("/see/nested/twice"),
    **seen("/see/thread"),
    **seen("/see/through"),
    "/see/nested in a database, remembered": in_database(
        get("/enter/1?remember"), DROP_SESSION, get("/see/nested?ask"), get("/account/1")
    ),
    "a database under one app context": in_database(
        get("/enter/1"),
        get("/see"),
        by_another("/enter/2"),
        get("/see/nested"),
        get("/account/1"),
        held="app",
    ),
    "nested contexts of nobody": in_contexts(get("/nested/who"), get("/nested/who?ask")),
    "nested contexts of a user": in_contexts(
        get("/login/1"), get("/nested/who"), get("/nested/who?ask"), get("/who")
    ),
    "nested contexts of a user abroad": in_contexts(
        get("/login/1"), abroad("/nested/who"), get("/state")
    ),
    "nested contexts of a user abroad, strong": in_contexts(
        get("/login/1"),
        abroad("/nested/who?ask"),
        get("/state"),
        manager={"session_protection": "strong"},
    ),
    "nested contexts of a user who is remembered": in_contexts(
        get("/login/1?remember"), DROP_SESSION, get("/nested/who"), get("/state")
    ),
    "nested contexts that log in": in_contexts(
        get("/nested/login/2"),
        get("/who"),
        get("/nested/login/1?ask"),
        get("/who"),
        get("/nested/login/2?remember"),
        DROP_SESSION,
        get("/who"),
    ),
    "nested contexts that log out": in_contexts(
        get("/login/1?remember"),
        get("/nested/logout"),
        get("/who"),
        get("/login/1?remember"),
        get("/nested/logout?ask"),
        get("/who"),
    ),
    "threads with the request": in_contexts(
        get("/thread/who"),
        get("/login/1"),
        get("/thread/who"),
        get("/thread/who?ask"),
        DROP_SESSION,
        get("/thread/who"),
    ),
    "users put there by hand": in_contexts(
        get("/by-hand/2"),
        get("/by-hand/2?ask"),
        get("/login/1"),
        get("/by-hand/2"),
        get("/by-hand/2?ask"),
        get("/who"),
    ),
    "calls of the application by a view": in_contexts(
        get("/through/who"),
        get("/through/who?ask"),
        get("/through/login/2"),
        get("/through/login/2?ask"),
        get("/login/1"),
        get("/through/who"),
        get("/through/who?ask"),
        get("/through/private?ask"),
        get("/through/plain?ask"),
        get("/through/login/2"),
        get("/through/login/2?ask"),
        get("/through/logout?ask"),
        get("/who"),
    ),
    "one app context, one browser": in_contexts(
        get("/who"), get("/login/1"), get("/who"), get("/logout"), get("/who"), WHO, held="app"
    ),
    "one app context, two browsers": in_contexts(
        get("/login/1"),
        by_another("/who"),
        by_another("/login/2"),
        get("/who"),
        by_another("/who"),
        get("/logout"),
        by_another("/who"),
        held="app",
    ),
    "one app context, a user put there by hand": in_contexts(
        put("2"), get("/who"), get("/private"), WHO, by_another("/who"), held="app"
    ),
    "one app context, a user put there by hand after a request": in_contexts(
        get("/login/1"),
        get("/who"),
        put("1"),
        WHO,
        get("/who"),
        by_another("/who"),
        held="app",
    ),
    "one app context, the user of a request put there by hand in another": in_contexts(
        get("/login/1"), get("/who"), put("1", "request"), held="app"
    ),
    "one app context, a user put there by hand and taken away": in_contexts(
        put("2"), get("/who"), Call("delattr(g, '_login_user')", HELD), get("/who"), held="app"
    ),
    "one app context, nobody put there by hand": in_contexts(
        get("/login/1"), Call("setattr(g, '_login_user', None)", HELD), get("/plain"), held="app"
    ),
    "a test's own request": in_contexts(
        Call("login_user(users['1'])", HELD),
        WHO,
        get("/who"),
        get("/private"),
        by_another("/who"),
        WHO,
        Call("logout_user()", HELD),
        get("/who"),
        held="request",
    ),
    "a test's own request that asks for nobody": in_contexts(
        WHO, get("/who"), get("/login/1"), get("/who"), WHO, held="request"
    ),
    "a test's own request and a login of a client": in_contexts(
        get("/login/1"), get("/who"), by_another("/who"), WHO, held="request"
    ),
    "a test's own request, a user put there by hand": in_contexts(
        put("1"), get("/who"), get("/login/2"), get("/who"), held="request"
    ),
}
