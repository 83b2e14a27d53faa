"""The remember-me cookie, and what signs it."""

from __future__ import annotations

from .fields import COOKIE
from .fields import Point
from .fields import PROTECTION

COOKIES: dict[str, list[Point]] = {
    "Setting and deleting use the same attributes": [
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
    ],
    "Unset REMEMBER_COOKIE_SECURE and _SAMESITE follow the session cookie's": [
        ("setting: secure and same site as the session", "0", PROTECTION),
    ],
    "REFRESH_EACH_REQUEST renews a cookie that was valid for this very user, and nothing else": [
        ("refresh each request, never remembered", "1-3", COOKIE),
        ("refresh each request after the cookie went", "2-3", COOKIE),
        ("refresh each request after the cookie went", "3", "answer remembered"),
    ],
    "REFRESH_EACH_REQUEST happens in requests that ask for the user": [
        ("refresh each request", "2", COOKIE),
    ],
    "REFRESH_EACH_REQUEST renews a cookie and nothing else, so the session is not written to": [
        ("refresh each request", "1-2", "cookie session"),
        ("refresh each request for some time", "1", "cookie session"),
        ("refresh each request for some time", "3", "cookie session"),
        ("refresh each request, never remembered", "0", "cookie session"),
        ("refresh each request, never remembered", "2", "cookie session"),
        ("refresh each request, never remembered", "4", "cookie session"),
        ("refresh each request after the cookie went", "2-3", "cookie session"),
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
