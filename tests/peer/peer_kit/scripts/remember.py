"""The remember-me cookie."""

from __future__ import annotations

from datetime import timedelta

from .steps import by_key
from .steps import Drop
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario
from .steps import SetCookie
from .steps import Step

#: A life with a remember cookie: set, used and deleted.
LIFE: tuple[Step, ...] = (
    get("/login/1?remember"),
    DROP_SESSION,
    get("/who"),
    get("/who"),
    get("/logout"),
    get("/who"),
)

# What Flask-Login 0.6.3 signs for these users with this key.
GENUINE = (
    "1|0e9e6e9855fbe6df7906ec4737578a1d491b38d3fd5246c1561016e189d651604"
    "3286501ca43257c938e60aad77acec5ce916b94ca9d00c0bb6f9883ae4b82ae"
)
OF_NOBODY = (
    "42|3bfdf85461af54971c33911cd6e00dba5a20197cbdfe39fcf838e5b1240473afe"
    "d5f743d1ba72560de29ce2c125c7325732db2f0c638ba289829ed446c9ad264"
)
OF_THE_OLD_KEY = (
    "1|ecfd1f1149171339be9ed776bb3a484a22f88cdace29ea9a85b14f4f69c236f7cfc"
    "8e88f2f8c22a814e07387471a53dd86adabd87544daca9affe273037dea56"
)


def bearing(value: str) -> Scenario:
    """Come back with a remember cookie of this value and nothing else."""
    cookie = f"remember_token={value}"
    steps = (get("/plain"), get("/who"), get("/private"), get("/state"), get("/logout"))
    return Scenario([get(step.path, raw_cookie=cookie) for step in steps])


def with_settings(**config: object) -> Scenario:
    return Scenario(LIFE, config=config)


REMEMBER = {
    "remember": Scenario([*LIFE, get("/state")]),
    "remember for some time": Scenario(
        [get("/login/1?remember&minutes=90"), get("/state"), DROP_SESSION, get("/state")]
    ),
    "remember for some time, then by default": Scenario(
        [get("/login/1?remember&minutes=90"), get("/login/1?remember"), get("/who")]
    ),
    "remember, then log in without": Scenario(
        [get("/login/1?remember"), get("/login/1"), DROP_SESSION, get("/who")]
    ),
    "remember, then log in as another": Scenario(
        [get("/login/1?remember"), get("/login/2"), get("/state"), DROP_SESSION, get("/who")]
    ),
    "remember, then remember another": Scenario(
        [get("/login/1?remember"), get("/login/2?remember"), DROP_SESSION, get("/state")]
    ),
    "remember, then log out": Scenario(
        [get("/login/1?remember"), get("/logout"), get("/who"), get("/logout")]
    ),
    "remember, then log out and clear": Scenario(
        [get("/login/1?remember"), get("/logout?clear"), get("/who")]
    ),
    "restore by a guard": Scenario(
        [get("/login/1?remember"), DROP_SESSION, get("/private"), get("/fresh"), get("/fresh")]
    ),
    "restore in a request that logs out": Scenario(
        [get("/login/1?remember"), DROP_SESSION, get("/logout"), get("/who")]
    ),
    "restore in a request that logs in": Scenario(
        [get("/login/1?remember"), DROP_SESSION, get("/login/1"), get("/state")]
    ),
    "restore a user who is gone": Scenario(
        [get("/login/2?remember"), get("/delete/2"), DROP_SESSION, get("/who"), get("/private")]
    ),
    "restore by a loader that fails": Scenario(
        [SetCookie("remember_token", GENUINE), get("/plain"), get("/who"), get("/plain")],
        callbacks=["user_loader that raises KeyError"],
    ),
    "restore with a key besides": Scenario(
        [get("/login/1?remember"), DROP_SESSION, by_key("/who"), by_key("/state")],
        callbacks=["user_loader", "request_loader"],
    ),
    "the application asks to forget": Scenario(
        [
            get("/login/1?remember"),
            get("/session/_remember/clear"),
            get("/who"),
            get("/session/_remember/clear?ask"),
            DROP_SESSION,
            get("/who"),
        ]
    ),
    "cookie, genuine": bearing(GENUINE),
    "cookie, genuine, of nobody": bearing(OF_NOBODY),
    "cookie of a forger": bearing(GENUINE.replace("1|", "2|", 1)),
    "cookie of another key": bearing(OF_THE_OLD_KEY),
    "key before": Scenario(
        [get("/who", raw_cookie=f"remember_token={OF_THE_OLD_KEY}")],
        config={"SECRET_KEY_FALLBACKS": ["k" * 32]},
    ),
    "cookie of junk": bearing("junk"),
    "cookie of nothing": bearing(""),
    "cookie of a separator": bearing("|"),
    "cookie, signature beyond ASCII": bearing("1|\xe9"),
    "cookie, signature beyond Latin-1": bearing("1|\xc3\xa9\xe2\x82\xac"),
    "cookie of a user beyond ASCII": bearing("\xe9|1"),
    "cookie of separators": bearing("|||"),
    "setting: name": with_settings(REMEMBER_COOKIE_NAME="recall"),
    "setting: duration": with_settings(REMEMBER_COOKIE_DURATION=timedelta(hours=3)),
    "setting: duration in seconds": with_settings(REMEMBER_COOKIE_DURATION=7200),
    "invalid duration": with_settings(REMEMBER_COOKIE_DURATION="soon"),
    "setting: domain": with_settings(REMEMBER_COOKIE_DOMAIN="localhost"),
    "setting: secure": with_settings(REMEMBER_COOKIE_SECURE=True),
    "setting: open to scripts": with_settings(REMEMBER_COOKIE_HTTPONLY=False),
    "setting: same site": with_settings(REMEMBER_COOKIE_SAMESITE="Strict"),
    "setting: secure and same site as the session": with_settings(
        SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Lax"
    ),
    "setting: path": Scenario(
        [
            get("/login/1?remember"),
            DROP_SESSION,
            get("/who"),
            get("/app/logout"),
            get("/login/1?remember"),
            get("/logout"),
        ],
        config={"REMEMBER_COOKIE_PATH": "/app"},
    ),
    "refresh each request": Scenario(
        [get("/login/1?remember"), get("/who"), get("/plain"), DROP_SESSION, get("/who")],
        config={"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": True},
    ),
    "refresh each request for some time": Scenario(
        [get("/login/1?remember&minutes=90"), get("/who"), get("/logout"), get("/who")],
        config={"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": True},
    ),
    "refresh each request, never remembered": Scenario(
        [get("/who"), get("/login/1"), get("/who"), get("/logout"), get("/who")],
        config={"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": True},
    ),
    "refresh each request after the cookie went": Scenario(
        [get("/login/1?remember"), Drop("remember_token"), get("/who"), get("/state")],
        config={"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": True},
    ),
}
