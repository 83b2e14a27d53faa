"""Sessions: logging in, confirming, logging out, and protection."""

from __future__ import annotations

from .fields import ACCESSED
from .fields import ANSWERS
from .fields import COOKIE
from .fields import FRESH
from .fields import FROM_COOKIE
from .fields import IDENTIFIER
from .fields import LOGIN
from .fields import Point
from .fields import PROTECTED
from .fields import USER_ID

SESSIONS: dict[str, list[Point]] = {
    "Of two logins in one request, the last one decides about the remember cookie": [
        ("log in twice in one request", "0", COOKIE),
        ("log in twice in one request", "1", "answer remembered"),
        ("log in twice in one request", "3", "body", FROM_COOKIE, *LOGIN),
        ("sign up, be remembered, then log in", "0", COOKIE),
        ("sign up, be remembered, then log in", "2", *ANSWERS, FROM_COOKIE, *LOGIN),
    ],
    "A login as another user deletes the remember cookie, so that its user is not back later": [
        ("remember, then log in as another", "1", COOKIE),
        ("remember, then log in as another", "2", "answer remembered"),
        ("remember, then log in as another", "4", "body", FROM_COOKIE, *LOGIN),
        ("neighbours with one key", "3", COOKIE),
        ("neighbours with one key", "5", *ANSWERS, FROM_COOKIE, *LOGIN),
    ],
    "The duration of one login does not apply to later ones": [
        ("remember for some time, then by default", "1", COOKIE),
        ("remember for some time, then by default", "1-2", "session _remember_seconds"),
    ],
    "A logout removes what a refusal saved in the session, where USE_SESSION_FOR_NEXT is set": [
        ("log in with something to return to", "3-4", "session next"),
    ],
    "logout_user() deletes the remember cookie even if the application then clears the session": [
        ("remember, then log out and clear", "1", COOKIE),
        ("remember, then log out and clear", "2", "body", FROM_COOKIE, *LOGIN),
    ],
    "A logout outside REMEMBER_COOKIE_PATH deletes the remember cookie, too": [
        ("setting: path", "5", COOKIE),
    ],
    "No cookie is deleted in a browser that has none": [
        ("test client under strong protection", "0", COOKIE),
        ("strong, abroad", "3", COOKIE),
        ("strong, logged out abroad", "1", COOKIE),
        ("strong by a setting", "2", COOKIE),
        ("streams abroad, strong", "1", COOKIE),
        ("nested contexts of a user abroad, strong", "1", COOKIE),
        ("an application's own next, a login that ends abroad", "2", COOKIE),
    ],
    "login_fresh() and login_remembered() are about the current login, so they look for it": [
        ("login_fresh and login_remembered of *", "1", ACCESSED),
        ("login_fresh and login_remembered of nobody", "0", ACCESSED),
        ("login_fresh and login_remembered of a *", "2", ACCESSED),
        ("login_fresh and login_remembered of a remembered login", "4-5", ACCESSED, *LOGIN),
        ("login_fresh and login_remembered of a remembered login", "4-5", IDENTIFIER),
        ("login_fresh and login_remembered of a remembered login", "4", FROM_COOKIE),
        ("*, login_fresh alone abroad", "1", "answer login_fresh", ACCESSED, PROTECTED, FRESH),
        ("basic, login_fresh alone abroad", "2", ACCESSED, FRESH),
        ("strong, login_fresh alone abroad", "1", USER_ID, IDENTIFIER),
        ("strong, login_fresh alone abroad", "2", COOKIE, PROTECTED),
        ("calls in a request", "login_fresh()*", ACCESSED),
        ("calls in a request", "login_remembered()*", ACCESSED),
    ],
    "login_remembered() is true in the request that logs in with remember": [
        ("log in and ask", "1", "answer remembered"),
    ],
    "login_remembered() is false for a remember cookie of nobody": [
        ("cookie, genuine, of nobody", "3", "answer remembered"),
    ],
    "confirm_login() acts on the current login: it loads the user and runs protection first": [
        ("confirm", "1", ACCESSED),
        ("confirm a remembered login", "3", ACCESSED),
        ("confirm nobody", "0", ACCESSED),
        ("request loader alone", "3", ACCESSED, "heard user_loaded_from_request"),
        ("basic, confirmed abroad", "2", ACCESSED),
        ("basic, confirmed first of all abroad", "1", ACCESSED, PROTECTED),
        ("strong, refreshed", "1", ACCESSED),
        ("calls in a request", "confirm_login()*", ACCESSED),
    ],
    "confirm_login() makes nobody's session fresh": [
        ("confirm nobody", "0-1", FRESH, IDENTIFIER),
        ("confirm nobody", "1", "answer fresh"),
        ("request loader alone", "3", FRESH, IDENTIFIER),
    ],
    "Session protection is about logins, and leaves anonymous sessions alone": [
        ("log in keeps the application's keys", "3", FRESH, PROTECTED),
        ("log in with something to return to", "4", FRESH, PROTECTED),
        ("basic, anonymous, abroad", "1-2", FRESH, PROTECTED),
        ("strong, abroad", "4-7", PROTECTED, COOKIE, "cookie session"),
        ("strong, anonymous", "1-2", PROTECTED, COOKIE, "cookie session"),
        ("strong, by key", "1", PROTECTED, COOKIE, "cookie session", "body"),
        ("strong, by key", "1", "heard user_loaded_from_request"),
        ("guards of async views", "1", FRESH, PROTECTED),
        ("messages", "1", FRESH, PROTECTED),
        ("an application's own next, logged out", "4", PROTECTED, "cookie session"),
        ("an application's own next, refused", "1-2", FRESH, PROTECTED),
        ("nested contexts that log out", "1-2", FRESH, PROTECTED),
    ],
    "session_protected is sent once per change; a mismatch on a session that is not fresh anyway"
    " changes nothing": [
        ("session written by hand", "1-3", FRESH, PROTECTED),
        ("loader that fails", "2-3", FRESH, PROTECTED),
        ("request loader alone", "1-2", FRESH, PROTECTED),
        ("test client", "1-2", PROTECTED),
        ("test client, not fresh", "0-1", PROTECTED),
        ("basic, abroad", "4-6", PROTECTED),
        ("basic, remembered, abroad*", "2", PROTECTED),
        ("basic, not fresh, abroad", "1", PROTECTED),
        ("basic, restored", "4", PROTECTED),
        ("*, permanent, abroad", "5-7", PROTECTED),
        ("nested contexts of a user abroad*", "1", PROTECTED),
    ],
    "X-Forwarded-For, which every client can set, is not trusted": [
        ("basic, behind a proxy", "0-1", IDENTIFIER),
        ("basic, behind a proxy", "1", "answer fresh", FRESH, PROTECTED),
    ],
    "A login that ends by strong protection leaves the application's own 'next' in the session": [
        ("an application's own next, a login that ends abroad", "2", "session next"),
    ],
    "A misspelt protection mode protects as 'basic' does, instead of not at all": [
        ("strong in another letter case", "1", PROTECTED, FRESH),
        ("misspelt", "2", PROTECTED, FRESH),
        ("SESSION_PROTECTION = True", "3", "answer fresh", PROTECTED, FRESH),
        ("SESSION_PROTECTION = 1", "3", "answer fresh", PROTECTED, FRESH),
        ("SESSION_PROTECTION = '[Ss]t*", "3", "answer fresh", PROTECTED, FRESH),
        ("session_protection = True", "3", "answer fresh", PROTECTED, FRESH),
    ],
    "A refusal does not bind the session to the browser that was refused": [
        ("log in with something to return to", "0", IDENTIFIER),
        ("guards, anonymous, next in the session", "0-3", IDENTIFIER),
        ("guards, anonymous, next in the session", "5-8", IDENTIFIER),
        ("to *, next in the session", "0-7", IDENTIFIER),
        ("visits, next in the session", "*", IDENTIFIER),
    ],
}
