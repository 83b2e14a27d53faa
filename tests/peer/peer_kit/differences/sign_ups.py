"""Logins of users who are not saved yet."""

from __future__ import annotations

from .fields import ANSWERS
from .fields import COOKIE
from .fields import FROM_COOKIE
from .fields import IDENTIFIER
from .fields import LOGIN
from .fields import Point
from .fields import USER_ID

USER = ("answer user", "answer authenticated")

SIGN_UPS: dict[str, list[Point]] = {
    "A user who is saved after the login is logged in by the ID that they get": [
        *(
            (scenario, step, *fields)
            for scenario in (
                "sign up",
                "sign up, none",
                "sign up and confirm",
                "sign up, not fresh",
            )
            for step, fields in (("0", [USER_ID]), ("1", [USER_ID, *USER]))
        ),
        ("sign up and confirm, none", "0", USER_ID),
        ("sign up and confirm, none", "1", USER_ID, *USER),
        ("sign up under strong protection", "0", USER_ID),
        ("sign up under strong protection", "1", USER_ID, *USER),
        ("sign up and be remembered", "0", USER_ID, COOKIE),
        ("sign up and be remembered", "2", USER_ID, IDENTIFIER, FROM_COOKIE, *USER),
        ("sign up as somebody else", "1", USER_ID),
        ("sign up as somebody else", "2", USER_ID, *USER),
        ("sign up as somebody else, who is remembered", "2", USER_ID, COOKIE),
        ("sign up as somebody else, who is remembered", "4", *ANSWERS, FROM_COOKIE, *LOGIN),
        ("sign up in a database", "0-2", USER_ID),
        ("sign up in a database", "1", "status"),
        ("sign up in a database", "2", "answer seen"),
        ("sign up in a database, be remembered", "0", USER_ID, COOKIE),
        ("sign up in a database, be remembered", "2", "status", FROM_COOKIE, USER_ID, IDENTIFIER),
    ],
    "A user who is never saved leaves nothing behind, instead of the ID 'None'": [
        *(
            (scenario, step, *fields)
            for scenario in (
                "sign up and never save",
                "sign up and never save, none",
                "sign up in a view that fails",
                "sign up in a view that fails, none",
                "sign up in a view that refuses",
                "sign up in a view that refuses, none",
            )
            for step, fields in (("0-1", [*LOGIN, IDENTIFIER]), ("1", ["answer fresh"]))
        ),
        *(
            (scenario, step, *fields)
            for scenario in (
                "sign up, be remembered and never saved",
                "sign up, be remembered, in a view that fails",
            )
            for step, fields in (
                ("0", [*LOGIN, IDENTIFIER, COOKIE]),
                ("2", [*LOGIN, "answer remembered"]),
            )
        ),
        ("sign up as somebody else and never save", "1-2", *LOGIN, IDENTIFIER),
        ("sign up as somebody else and never save", "2", "answer fresh"),
        ("sign up in a database, [nr]*", "0-1", *LOGIN, IDENTIFIER),
        ("sign up in a database, [nr]*", "1", "status", "heard user_unauthorized"),
    ],
    "A logout before the user is saved has no session to delete": [
        ("sign up, then log out", "0", "cookie session"),
        ("sign up, then log out, none", "0", "cookie session"),
        ("sign up, be remembered, then log out", "0", "cookie session"),
    ],
}
