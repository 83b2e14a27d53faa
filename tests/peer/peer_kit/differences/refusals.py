"""Guards and redirects."""

from __future__ import annotations

from .fields import Point
from .fields import USER_ID

REFUSALS: dict[str, list[Point]] = {
    "The view is called exactly once, whatever it raises": [
        ("guards of views that fail", "2", "heard view"),
    ],
    "An unknown login view is an error that names it, before anything is flashed": [
        ("to an unknown endpoint", "*", "session _flashes", "heard raised"),
    ],
    "An anonymous_user that returns None means nobody, instead of an error": [
        ("nobody is None", "1-2", "status", "heard user_unauthorized"),
        ("nobody is None", "1-4", "session _flashes"),
    ],
    "A lazy message is flashed as a string, instead of an error": [
        ("messages, lazy", "0", "status", "session _flashes"),
        ("messages that are proxies", "0-2", "status", "session _flashes"),
    ],
    "A refused PUT is redirected by 303, so that browsers ask for the login page by GET": [
        ("guards, anonymous*", "3", "status"),
        ("guards, anonymous*", "8", "status"),
        ("guards, not fresh*", "9", "status"),
        ("guards of views that answer one method", "3", "status"),
    ],
    "The page to return to after a login is one that answers GET": [
        ("guards of views that answer one method", "0", "location"),
        ("an application's own next, refused", "2", "location"),
    ],
    "A host is the same in capital letters, and with the default port": [
        ("next parameters", "*'http://localhost:80/*", "outcome"),
        ("next parameters", "*'http://LOCALHOST/*", "outcome"),
    ],
    "The page to return to keeps its percent-encoding, so that it is found again as it was": [
        ("to a path*", "GET /private?a=1&b=*", "location"),
        ("to a URL of this host*", "GET /private?a=1&b=*", "location"),
        ("to a URL of another host", "GET /private?a=1&b=*", "location"),
        ("to a URL of another host with a query", "GET /private?a=1&b=*", "location"),
        ("to an endpoint", "GET /private?a=1&b=*", "location"),
        ("to a forced host", "GET /private?a=1&b=*", "location"),
        ("to a URL elsewhere than on a forced host", "GET /private?a=1&b=*", "location"),
        ("under an application root", "GET /private?a=1&b=*", "location"),
        ("to *, next in the session", "GET /private?a=1&b=*", "session next"),
    ],
    "A target never starts with '//' or '/\\', but with one '/'": [
        ("next parameters", "*, 'http://localhost') *", "outcome"),
        ("next parameters", "*'//evil.example'*", "outcome"),
        ("next parameters", "*'http://localhost//evil.example'*", "outcome"),
        ("next parameters", "*'/??evil.example'*", "outcome"),
    ],
    "Whatever arrives in a URL is refused, never raised": [
        ("next parameters", "*half*", "outcome"),
    ],
    "FORCE_HOST_FOR_REDIRECTS leaves a login URL on another host alone": [
        ("to a URL elsewhere than on a forced host", "0-7", "location"),
        ("login URLs on a forced host", "*'http://localhost/sign-in'* in app", "outcome"),
        ("login URLs on a forced host", "*auth.example/sign-in', *", "outcome"),
    ],
    "FORCE_HOST_FOR_REDIRECTS applies to a login URL without a next as well": [
        ("to a forced host, next in the session", "0-7", "location"),
        ("login URLs on a forced host", "login_url('/sign-in') *", "outcome"),
        ("login URLs on a forced host", "login_url('login_page') in request", "outcome"),
    ],
    "Nested blueprints inherit from their parents, an explicit None included": [
        ("from a blueprint with its own view", "2", "location"),
        ("from a blueprint with a path", "2", "location"),
        ("from a blueprint whose view is None", "2", "status", "session _flashes"),
        ("from a blueprint with a view, and no default", "2", "status", "session _flashes"),
    ],
    "blueprint_login_views is looked up by a nested blueprint's own name, too": [
        ("from a nested blueprint by its own name", "2", "location"),
    ],
    "login_url() works outside a request where it needs none": [
        ("calls in nothing", "login_url('[/h]*', *", "outcome"),
    ],
    "Guards ask for the user outside a request, too, because suites patch that there": [
        ("calls in an application context", "*login_required*", "heard user_unauthorized"),
    ],
    "The test client writes the ID as id_attribute says": [
        ("test client and an ID that is a number", "0", USER_ID),
    ],
}
