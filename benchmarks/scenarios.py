"""What is measured, on what, and how much of it is allowed. Data only."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from dataclasses import field

OURS = "this library"
RELEASED = "Flask-Login 0.6.3"
FLOOR = "bare Flask"

#: The module with the application of each subject.
SUBJECTS = {FLOOR: "by_hand", RELEASED: "with_login", OURS: "with_login"}


@dataclass(frozen=True)
class Scenario:
    """One request, and what has to come of it, so that all subjects do the same work."""

    title: str
    request: str
    #: This library's overhead over the floor, as a fraction of :attr:`against`'s.
    allowed: float
    #: Which cookies of a login are sent.
    cookies: tuple[str, ...] = ()
    token: str | None = None
    status: int = 200
    #: The cookies that the response sets or deletes.
    sets: frozenset[str] = frozenset()
    app: dict[str, t.Any] = field(default_factory=dict)
    #: What the overhead is a fraction of: by default, of Flask-Login 0.6.3's in this scenario.
    against: tuple[str, str] | None = None


SCENARIOS: dict[str, Scenario] = {
    "public": Scenario("public view that never asks, no cookies", "GET /public", 0.20),
    "public_session": Scenario(
        "public view that never asks, session cookie", "GET /public", 0.20, cookies=("session",)
    ),
    "anonymous": Scenario("anonymous, reads `is_authenticated` once", "GET /greeting", 0.50),
    "session": Scenario(
        "logged in by session, `login_required`", "GET /account", 0.50, cookies=("session",)
    ),
    "hundred_reads": Scenario(
        "the same, 100 reads of `current_user.name`", "GET /long", 0.55, cookies=("session",)
    ),
    "refused": Scenario(
        "anonymous at a guarded view: flash, redirect",
        "GET /account",
        0.60,
        status=302,
        sets=frozenset({"session"}),
    ),
    "bearer": Scenario(
        "Bearer token through `request_loader`",
        "GET /api",
        0.60,
        token="Bearer 7c4a8d09ca3762af",
        app={"api": True},
    ),
    "restored": Scenario(
        "restored from the remember cookie",
        "GET /remembered",
        1.20,
        cookies=("remember_token",),
        sets=frozenset({"session"}),
    ),
    "login": Scenario(
        "`login_user` with remember",
        "POST /login",
        1.20,
        sets=frozenset({"session", "remember_token"}),
    ),
    "logout": Scenario(
        "`logout_user`",
        "POST /logout",
        1.20,
        cookies=("session", "remember_token"),
        sets=frozenset({"session", "remember_token"}),
    ),
}

# The app with a decorator on each view, and the app that is closed by one setting.
for routes in (10, 10_000):
    page = f"GET /pages/{routes - 1}"
    SCENARIOS[f"decorated_{routes}"] = Scenario(
        f"a decorator on each of {routes:,} views",
        page,
        0.50,
        cookies=("session",),
        app={"routes": routes},
    )
    SCENARIOS[f"closed_{routes}"] = Scenario(
        f"{routes:,} views closed by default, against a decorator",
        page,
        1.10,
        cookies=("session",),
        app={"routes": routes, "closed": True},
        against=(OURS, f"decorated_{routes}"),
    )
