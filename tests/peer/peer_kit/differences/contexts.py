"""Requests that share an application context, and errors of loaders."""

from __future__ import annotations

from .fields import ACCESSED
from .fields import Point
from .fields import PROTECTED
from .fields import VARY

CONTEXTS: dict[str, list[Point]] = {
    "A response that has nothing to do with a login can be cached: it does not vary by cookies": [
        ("*", "GET /plain", VARY),
        ("neighbours, *", "GET /plain next door", VARY),
        ("basic, abroad", "2", VARY),
        ("strong, abroad", "2", VARY),
        ("none, abroad", "2", VARY),
        ("*", "GET /delete/*", VARY),
        ("*", "GET /account/*", VARY),
        ("guards of views that answer one method", "1-2", VARY),
        ("guards of views that answer one method", "4", VARY),
        ("one app context, a user put there by hand", "GET *", VARY),
        ("one app context, a user put there by hand and taken away", "1", VARY),
        ("one app context, a user put there by hand after a request", "4-5", VARY),
        ("a test's own request", "GET *", VARY),
        ("a test's own request that asks for nobody", "1", VARY),
        ("a test's own request, a user put there by hand", "1", VARY),
        ("an application's own LOGIN_REQUIRED", "2", VARY),
    ],
    "Requests under one application context find their own users, instead of one another's": [
        ("captured contexts, held app context", "1", ACCESSED),
        ("a database under one app context", "1", ACCESSED),
        ("a database under one app context", "3", ACCESSED, "answer name"),
        ("one app context, one browser", "2-4", ACCESSED),
        ("one app context, two browsers", "1", ACCESSED, "body"),
        ("one app context, two browsers", "3", ACCESSED, "body"),
        ("one app context, two browsers", "4", ACCESSED),
        ("one app context, two browsers", "5", ACCESSED, "heard user_logged_out"),
        ("one app context, two browsers", "6", ACCESSED, "body"),
        ("one app context, a user put there by hand after a request", "1", ACCESSED),
        ("one app context, the user of a request put there by hand in another", "1", ACCESSED),
        ("a test's own request that asks for nobody", "3", ACCESSED),
        ("a test's own request that asks for nobody", "4", "outcome"),
        ("a test's own request and a login of a client", "1-3", ACCESSED),
        ("a test's own request and a login of a client", "2", "body"),
        ("a test's own request and a login of a client", "3", "outcome"),
        ("a test's own request, a user put there by hand", "3", ACCESSED),
    ],
    "A view that calls the application through a test client shares no user with it": [
        ("/see/through in a database*", "GET /see/through*", ACCESSED),
        ("/see/through in a database, asked before", "GET /see/through*", PROTECTED),
        ("calls of the application by a view", "0-2", ACCESSED),
        ("calls of the application by a view", "2-3", "answer after"),
        ("calls of the application by a view", "5-7", ACCESSED),
        ("calls of the application by a view", "5", "answer after"),
        ("calls of the application by a view", "6-7", "answer inside"),
        ("calls of the application by a view", "7", "heard user_unauthorized", "heard view"),
        ("calls of the application by a view", "9", ACCESSED),
        ("calls of the application by a view", "9-11", "answer after"),
        ("calls of the application by a view", "11", ACCESSED, "heard user_logged_out"),
    ],
    "An error page that greets the user is shown although the loader has failed": [
        ("an error page after a loader that raises *", "1-4", "status", ACCESSED),
    ],
    "A missing loader is a RuntimeError that says what to do": [
        ("no loader", "1-3", "heard raised"),
    ],
}
