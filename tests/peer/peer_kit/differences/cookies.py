"""The remember-me cookie, and what signs it."""

from __future__ import annotations

from .fields import COOKIE
from .fields import IDENTIFIER
from .fields import LOGIN
from .fields import Point
from .fields import PROTECTION

COOKIES: dict[str, list[Point]] = {
    "The remember cookie is deleted with the attributes it was set with, so browsers accept it": [
        ("inactive user, forced and remembered", "3", PROTECTION),
        ("ID that is a number", "4", PROTECTION),
        ("remember", "4", PROTECTION),
        ("remember, then log out", "1", PROTECTION),
        ("restore in a request that logs out", "2", PROTECTION),
        ("the application asks to forget", "1", PROTECTION),
        ("the application asks to forget", "3", PROTECTION),
        ("cookie of *", "4", PROTECTION),
        ("cookie, genuine*", "4", PROTECTION),
        ("setting: name", "4", "protection of recall"),
        ("setting: d*", "4", PROTECTION),
        ("setting: s*", "4", PROTECTION),
        ("setting: path", "3", PROTECTION),
        ("refresh each request for some time", "2", PROTECTION),
        ("strong, remembered, abroad", "1", PROTECTION),
        ("nested contexts that log out", "1", PROTECTION),
        ("nested contexts that log out", "4", PROTECTION),
        ("neighbours, a logout*", "GET /logout next door", PROTECTION),
        ("neighbours with cookies of their own", "2", PROTECTION),
        ("neighbours with cookies of their own", "4", "protection of remember_next_door"),
        ("a foreign cookie, a logout", "2", PROTECTION),
        ("a foreign cookie, a session that ends", "2", PROTECTION),
        ("settings that only mean something elsewhere", "10", PROTECTION),
        ("SameSite=None without Secure", "4", PROTECTION),
        ("a __Host- name *", "GET /logout", "protection of __Host-remember"),
    ],
    "Unset REMEMBER_COOKIE_SECURE and _SAMESITE follow the session cookie's": [
        ("setting: secure and same site as the session", "0", PROTECTION),
    ],
    "REFRESH_EACH_REQUEST makes no cookie for a user who did not ask to be remembered": [
        ("refresh each request, never remembered", "1-3", COOKIE),
        ("refresh each request after the cookie went", "2-3", COOKIE),
        ("refresh each request after the cookie went", "3", "answer remembered"),
        ("a foreign cookie, renewal", "0", COOKIE),
        ("a foreign cookie, renewal", "2-3", COOKIE),
        ("a foreign cookie, renewal", "3", "answer remembered"),
    ],
    "REFRESH_EACH_REQUEST does not renew cookies in responses that do without the user": [
        ("refresh each request", "2", COOKIE),
    ],
    "REFRESH_EACH_REQUEST does not write to the session": [
        ("refresh each request", "1-2", "cookie session"),
        ("refresh each request for some time", "1", "cookie session"),
        ("refresh each request for some time", "3", "cookie session"),
        ("refresh each request, never remembered", "0", "cookie session"),
        ("refresh each request, never remembered", "2", "cookie session"),
        ("refresh each request, never remembered", "4", "cookie session"),
        ("refresh each request after the cookie went", "2-3", "cookie session"),
        ("a foreign cookie, renewal", "2-3", "cookie session"),
    ],
    "A historic remember cookie is replaced by one that expires on the server as well": [
        ("cookie, genuine", "1", COOKIE),
        ("two cookies of one name", "0-1", COOKIE),
        ("sign up as somebody else, who is remembered", "1", COOKIE),
    ],
    "A duration that is over at once means 'do not remember', so no cookie is sent to expire": [
        ("a duration of 0", "0", COOKIE),
        ("a duration of *no time", "0", COOKIE),
        ("a login for *no time", "0", COOKIE),
        ("a login for *no time", "0-1", "session _remember_seconds"),
    ],
    "A duration of None means 'do not remember', instead of an error": [
        ("a duration of None", "0", "status"),
    ],
    "A number of seconds is a duration in both places": [
        ("a login for * seconds", "0", "status", COOKIE, "heard user_logged_in"),
        ("a login for no seconds", "1", "answer remembered"),
        ("a login for some seconds", "0-1", "session _remember_seconds"),
    ],
    "A setting that is no duration fails the login, not the response after it": [
        ("invalid duration", "0", "heard raised", "heard user_logged_in", *LOGIN, IDENTIFIER),
        ("a duration that is a string", "0", "heard raised", "heard user_logged_in"),
        ("a duration that is a string", "0", *LOGIN, IDENTIFIER),
    ],
    "A cookie that a fallback key verified is signed anew": [
        ("key before", "0", COOKIE),
    ],
    "A str key that latin-1 cannot encode becomes bytes by UTF-8": [
        ("calls in *", "*ключ*", "outcome"),
    ],
    "A bad cookie decodes to None, whatever bytes it is made of": [
        ("calls in *", "decode_cookie('1|é', key='k')*", "outcome"),
        ("calls in *", "decode_cookie('?udce9|1', key='k')*", "outcome"),
        ("cookies without a key", "decode_cookie*", "outcome"),
    ],
    "A missing SECRET_KEY is a RuntimeError that says what to do": [
        ("cookies without a key", "encode_cookie*", "outcome"),
        ("cookies without a key", "_secret_key*", "outcome"),
    ],
}
