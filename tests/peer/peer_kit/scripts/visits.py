"""Visits of a guarded page that scripts make for a person, and requests that are none."""

from __future__ import annotations

import typing as t

from .refusals import VIEWS
from .steps import get
from .steps import Scenario

FETCH = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}
HTMX = {**FETCH, "HX-Request": "true", "HX-Current-URL": "http://localhost/start", "Accept": "*/*"}
TURBO = {**FETCH, "Accept": "text/html, application/xhtml+xml"}

VISITORS: dict[str, dict[str, str]] = {
    "a person": {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    },
    "Turbo": TURBO,
    "a Turbo frame": {**TURBO, "Turbo-Frame": "reports"},
    "htmx": HTMX,
    "htmx, boosted": {**HTMX, "HX-Boosted": "true"},
    "htmx on another site": {**HTMX, "HX-Current-URL": "http://evil.example/start"},
    "pjax": {**FETCH, "X-PJAX": "true", "X-Requested-With": "XMLHttpRequest"},
    "Unpoly": {**FETCH, "X-Up-Version": "3.8.0", "X-Up-Target": "main"},
    "XMLHttpRequest": {**FETCH, "X-Requested-With": "XMLHttpRequest", "Accept": "*/*"},
    "a service worker": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "empty"},
    "fetch for HTML": {**FETCH, "Accept": "text/html"},
    "fetch for JSON": {**FETCH, "Accept": "application/json"},
    "fetch for anything": {**FETCH, "Accept": "*/*"},
    "an image": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Accept": "image/*"},
    "an iframe": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    "a prefetch": {**FETCH, "Sec-Purpose": "prefetch", "Purpose": "prefetch"},
    "a client with a token": {"Authorization": "Bearer abc", "Accept": "application/json"},
    "a page with a referrer": {"Referer": "http://localhost/start"},
}


def visits(*first: t.Any, path: str = "/private?page=2", **arguments: t.Any) -> Scenario:
    by_each = [get(path, headers=headers, note=f"by {by}") for by, headers in VISITORS.items()]
    return Scenario([*first, *by_each], by_strangers=not first, **arguments)


VISITS = {
    "visits": visits(manager=VIEWS),
    "visits, not fresh": visits(get("/login/1?stale"), path="/fresh?page=2", manager=VIEWS),
    "visits, next in the session": visits(manager=VIEWS, config={"USE_SESSION_FOR_NEXT": True}),
    "visits without login view": visits(),
    "visits to a login view elsewhere": visits(manager={"login_view": "https://sso.example/"}),
    "visits of blueprints": visits(path="/own/private", manager=VIEWS, parts=["blueprints"]),
    "visits, logged in": visits(get("/login/1"), manager=VIEWS),
    "visits, handled": visits(manager=VIEWS, callbacks=["user_loader", "unauthorized_handler"]),
}
