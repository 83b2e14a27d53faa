"""What scenarios are made of."""

from __future__ import annotations

import typing as t
from contextlib import AbstractContextManager
from contextlib import nullcontext
from dataclasses import dataclass
from dataclasses import field

if t.TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Send:
    """Send a request and record the response."""

    method: str
    path: str
    browser: str = "Home Browser/1.0"
    address: str = "192.0.2.1"
    base_url: str = "http://localhost/"
    headers: t.Mapping[str, str] = field(default_factory=dict)
    raw_cookie: str | None = None
    #: Which browser sends it. Each has its own cookies.
    jar: str = "first"
    note: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.note}".rstrip()


@dataclass(frozen=True)
class Drop:
    """Take a cookie from the browser."""

    cookie: str
    path: str = "/"

    def __str__(self) -> str:
        return f"drop {self.cookie}"


@dataclass(frozen=True)
class SetCookie:
    """Give the browser a cookie."""

    cookie: str
    value: str

    def __str__(self) -> str:
        return f"set {self.cookie}"


@dataclass(frozen=True)
class Call:
    """Evaluate an expression and record what it returns or raises."""

    expression: str
    inside: str = "request"

    def __str__(self) -> str:
        return f"{self.expression} in {self.inside}"

    def context(self, app: Flask) -> AbstractContextManager[t.Any]:
        if self.inside in ("nothing", "what is held"):
            return nullcontext()

        return app.app_context() if self.inside == "app" else app.test_request_context("/here?a=b")


Step = Send | Drop | SetCookie | Call

DROP_SESSION = Drop("session")
#: Cookies know hosts, and no ports.
NEIGHBOUR = "http://localhost:8080/"


@dataclass(frozen=True)
class Scenario:
    """An application and what is done with it."""

    steps: t.Sequence[Step]
    config: t.Mapping[str, t.Any] = field(default_factory=dict)
    manager: t.Mapping[str, t.Any] = field(default_factory=dict)
    callbacks: t.Collection[str] = ("user_loader",)
    client: t.Mapping[str, t.Any] | None = None
    #: Whether each step is taken by a browser without cookies.
    by_strangers: bool = False
    #: The modules of ``peer_kit.parts`` that the application has besides.
    parts: t.Collection[str] = ()
    #: The config of another application, on another port of the same host.
    neighbour: t.Mapping[str, t.Any] | None = None
    #: The context that is held open during all steps: ``app`` or ``request``.
    held: str = ""


def get(path: str, **how: t.Any) -> Send:
    return Send("GET", path, **how)


def abroad(path: str, **how: t.Any) -> Send:
    """Send the request by another browser and from another address, with the same cookies."""
    return get(path, browser="Other/2.0", address="198.51.100.7", note="abroad", **how)


def next_door(path: str, **how: t.Any) -> Send:
    """Send the request to the other application of this host."""
    return get(path, base_url=NEIGHBOUR, note="next door", **how)


def by_another(path: str, **how: t.Any) -> Send:
    """Send the request by a second browser, which has cookies of its own."""
    return get(path, jar="second", note="by another", **how)


def by_key(path: str, user: str = "2", **how: t.Any) -> Send:
    """Send the request with the header that the request loader reads."""
    return get(path, headers={"X-Api-User": user}, note="by key", **how)
