"""Finding the user of a request."""

from __future__ import annotations

from .fields import ANSWERS
from .fields import COOKIE
from .fields import FROM_COOKIE
from .fields import IDENTIFIER
from .fields import LOGIN
from .fields import Point
from .fields import PROTECTED
from .fields import USER_ID

USERS: dict[str, list[Point]] = {
    "A session whose user is gone loses our keys, so that the loader is not asked for ever": [
        ("user who is gone", "3-4", *LOGIN, IDENTIFIER),
        ("neighbours, a user who is gone", "3", *LOGIN, IDENTIFIER),
        ("an application's own next, user who is gone", "3", *LOGIN, IDENTIFIER),
    ],
    "A remember cookie of ours whose user is gone is deleted, instead of being looked up again": [
        ("restore a user who is gone", "3", COOKIE),
        ("cookie, genuine, of nobody", "1-3", COOKIE),
        ("neighbours with one key, a user who is gone", "2", COOKIE),
    ],
    "A restored session holds the ID as get_id() returned it, a number as a number": [
        ("ID that is a number", "3", USER_ID),
    ],
    "Of several remember cookies, one that is no good does not hide one that is": [
        ("two cookies of one name", "0", "body", FROM_COOKIE, *LOGIN, IDENTIFIER),
    ],
    "A remember cookie that yields nobody leaves no key behind in the session, also when the loader"
    " raises, and so there is nothing to protect": [
        ("restore a user who is gone", "3-4", *LOGIN),
        ("restore a user who is gone", "4", PROTECTED),
        ("restore by a loader that fails", "2-3", *LOGIN),
        ("cookie, genuine, of nobody", "1-3", *LOGIN),
        ("cookie, genuine, of nobody", "2-4", PROTECTED),
        ("neighbours with one key, a user who is gone", "2", *LOGIN),
        ("pages by a loader that fails during a restore", "1-2", *LOGIN),
        ("pages by a loader that fails during a restore", "2", PROTECTED),
    ],
    "A remember cookie that yields nobody never raises": [
        ("cookie, signature beyond *", "1-4", "status"),
        ("cookie, signature beyond *", "2", "heard user_unauthorized"),
        ("cookie, signature beyond *", "4", "heard user_logged_out", "cookie session", COOKIE),
    ],
    "A remember cookie that yields nobody never hides the request loader": [
        ("request loader and a junk remember cookie", "0", "body"),
        ("request loader and a junk remember cookie", "0", "heard user_loaded_from_request"),
    ],
    "SECRET_KEY_FALLBACKS verify the remember cookie, too": [
        ("key before", "0", "body", FROM_COOKIE, *LOGIN, IDENTIFIER),
        ("cookies by an older key", "0", "outcome"),
    ],
    "Restoring records the session identifier, so that protection accepts the next request of the"
    " same browser": [
        ("inactive user, forced and remembered", "2", IDENTIFIER),
        ("inactive user, forced and remembered", "3", PROTECTED),
        ("confirm a remembered login", "2", IDENTIFIER),
        ("loader that looks into the session", "3-4", IDENTIFIER),
        ("loader that looks into the session", "4", PROTECTED),
        ("ID that is a number", "3", IDENTIFIER),
        ("ID that is a number", "4", PROTECTED),
        ("remember", "2-3", IDENTIFIER),
        ("remember", "3-4", PROTECTED),
        ("remember for some time", "3", IDENTIFIER),
        ("remember, then remember another", "3", IDENTIFIER),
        ("restore by a guard", "2-4", IDENTIFIER),
        ("restore by a guard", "3-4", PROTECTED),
        ("restore with a key besides", "2-3", IDENTIFIER),
        ("restore with a key besides", "3", PROTECTED),
        ("cookie, genuine", "1-3", IDENTIFIER),
        ("cookie, genuine", "2-4", PROTECTED),
        ("setting: [!p]*", "2-3", IDENTIFIER),
        ("setting: [!p]*", "3-4", PROTECTED),
        ("refresh each request", "4", IDENTIFIER),
        ("basic, remembered, abroad, at home", "4", IDENTIFIER),
        ("basic, restored", "2-4", IDENTIFIER),
        ("basic, restored", "3", PROTECTED),
        ("none, restored", "2-3", IDENTIFIER),
        ("strong, restored", "2-4", IDENTIFIER),
        ("strong, restored", "3", "body", COOKIE, PROTECTED, *LOGIN),
        ("strong, restored", "4", *ANSWERS, *LOGIN),
        ("streams for a user who is remembered", "GET /stream*", IDENTIFIER),
        ("streams for a user who is remembered", "GET /who", IDENTIFIER, PROTECTED),
        ("remember, then log in without", "3", IDENTIFIER),
        ("/see/nested in a database, remembered", "2-3", IDENTIFIER),
        ("/see/nested in a database, remembered", "2", PROTECTED),
        ("nested contexts of a user who is remembered", "2-3", IDENTIFIER, PROTECTED),
        ("nested contexts that log in", "6", IDENTIFIER),
        ("neighbours, a visit", "5", IDENTIFIER),
        ("neighbours, a login", "4", IDENTIFIER),
        ("neighbours, a login after a visit", "6", IDENTIFIER),
        ("neighbours, a user who is gone", "5", IDENTIFIER),
        ("neighbours with one key", "1", IDENTIFIER),
        ("a foreign cookie, a login with remember", "3", IDENTIFIER),
        ("two cookies of one name", "1", IDENTIFIER),
        ("sign up as somebody else, who is remembered", "1", IDENTIFIER),
        ("settings that only mean something elsewhere", "8-9", IDENTIFIER),
        ("settings that only mean something elsewhere", "9-10", PROTECTED),
        ("a duration of *, historic cookie", "GET *", IDENTIFIER),
        ("SameSite=None without Secure", "2-3", IDENTIFIER),
        ("SameSite=None without Secure", "3-4", PROTECTED),
        ("a __Host- name without Secure", "2", IDENTIFIER),
        ("a __Host- name without Secure", "3", PROTECTED),
    ],
}
