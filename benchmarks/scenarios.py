"""What is measured, on what, and how much of it is allowed. Data only."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from dataclasses import field

OURS = "this library"
RELEASED = "Flask-Login 0.6.3"
FLOOR = "bare Flask"

SUBJECTS = (FLOOR, RELEASED, OURS)

# What the applications and those who call them have to agree on.
SECRET_KEY = "a key of 32 characters for a test"
TOKEN = "Bearer 7c4a8d09ca3762af"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

# By hand, a login may do without what the guarded views compare: how fresh it is, and the browser.
SIMPLE_LOGIN = "POST /login"
BOUND_LOGIN = "POST /login/bound"


@dataclass(frozen=True)
class Scenario:
    """One request, and what has to come of it, so that all subjects do the same work."""

    title: str
    request: str
    #: The request that the cookies come from.
    login: str = SIMPLE_LOGIN
    #: Which of these cookies are sent.
    cookies: tuple[str, ...] = ()
    token: str | None = None
    status: int = 200
    #: The cookies that the response sets or deletes.
    sets: frozenset[str] = frozenset()
    app: dict[str, t.Any] = field(default_factory=dict)
    subjects: tuple[str, ...] = SUBJECTS


@dataclass(frozen=True)
class Comparison:
    """How this library's overhead over the floor in a scenario may compare with another."""

    scenario: str
    #: The fraction of the other overhead that it may be.
    allowed: float
    #: The other subject and its scenario. By default, Flask-Login 0.6.3 in the same scenario.
    against: tuple[str, str] | None = None
    #: What to call it, if not as the scenario.
    title: str | None = None

    @property
    def reference(self) -> tuple[str, str]:
        return self.against or (RELEASED, self.scenario)


SCENARIOS: dict[str, Scenario] = {
    "public": Scenario("public view that never asks, no cookies", "GET /public"),
    "public_session": Scenario(
        "public view that never asks, session cookie",
        "GET /public",
        login=BOUND_LOGIN,
        cookies=("session",),
    ),
    "anonymous": Scenario("anonymous, reads `is_authenticated` once", "GET /greeting"),
    "session": Scenario(
        "logged in by session, `login_required`",
        "GET /account",
        login=BOUND_LOGIN,
        cookies=("session",),
    ),
    "hundred_reads": Scenario(
        "the same, 100 reads of `current_user.name`",
        "GET /long",
        login=BOUND_LOGIN,
        cookies=("session",),
    ),
    "refused": Scenario(
        "anonymous at a guarded view: flash, redirect",
        "GET /account",
        status=302,
        sets=frozenset({"session"}),
    ),
    "bearer": Scenario(
        "Bearer token through `request_loader`",
        "GET /api",
        token=TOKEN,
        app={"api": True},
    ),
    "restored": Scenario(
        "restored from the remember-me cookie",
        "GET /remembered",
        cookies=("remember_token",),
        sets=frozenset({"session"}),
    ),
    "login": Scenario(
        "`login_user` with remember", SIMPLE_LOGIN, sets=frozenset({"session", "remember_token"})
    ),
    "logout": Scenario(
        "`logout_user`",
        "POST /logout",
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
        login=BOUND_LOGIN,
        cookies=("session",),
        app={"routes": routes},
    )
    SCENARIOS[f"closed_{routes}"] = Scenario(
        f"{routes:,} views closed by default",
        page,
        login=BOUND_LOGIN,
        cookies=("session",),
        app={"routes": routes, "closed": True},
        # Flask-Login 0.6.3 has no such setting.
        subjects=(FLOOR, OURS),
    )

COMPARISONS = (
    Comparison("public", 0.20),
    Comparison("public_session", 0.20),
    Comparison("anonymous", 0.50),
    Comparison("session", 0.50),
    Comparison("hundred_reads", 0.55),
    Comparison("refused", 0.60),
    Comparison("bearer", 0.60),
    Comparison("restored", 1.20),
    Comparison("login", 1.20),
    Comparison("logout", 1.20),
    Comparison("decorated_10", 0.50),
    Comparison("decorated_10000", 0.50),
    Comparison(
        "closed_10",
        1.10,
        against=(OURS, "decorated_10"),
        title="10 views closed by default, against decorators",
    ),
    Comparison(
        "closed_10000",
        1.10,
        against=(OURS, "decorated_10000"),
        title="10,000 views closed by default, against decorators",
    ),
    Comparison(
        "closed_10000",
        1.10,
        against=(OURS, "closed_10"),
        title="10,000 views closed by default, against 10",
    ),
)
