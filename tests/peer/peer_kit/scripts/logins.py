"""Logging in, confirming and logging out; loaders; the test client."""

from __future__ import annotations

from .steps import by_key
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario

WITH_KEYS = ("user_loader", "request_loader")

LOGINS = {
    "nobody": Scenario([get("/plain"), get("/who"), get("/state"), get("/template")]),
    "log in": Scenario(
        [get("/login/1"), get("/who"), get("/state"), get("/plain"), get("/template")]
    ),
    "log in and ask": Scenario(
        [get("/login/1?ask"), get("/login/1?remember&ask"), get("/login/1?ask"), get("/state")]
    ),
    "log in not fresh": Scenario([get("/login/1?stale"), get("/state"), get("/fresh")]),
    "log in as another": Scenario([get("/login/1"), get("/login/2"), get("/state")]),
    "log in twice in one request": Scenario(
        [get("/login/1/2?remember"), get("/state"), DROP_SESSION, get("/who")]
    ),
    "log in keeps the application's keys": Scenario(
        [get("/session/basket/apple"), get("/login/1"), get("/logout"), get("/who")]
    ),
    "log in with something to return to": Scenario(
        [get("/private"), get("/login/1"), get("/private"), get("/logout"), get("/who")],
        config={"USE_SESSION_FOR_NEXT": True},
        manager={"login_view": "login_page"},
    ),
    "log out": Scenario([get("/login/1"), get("/logout"), get("/who"), get("/logout")]),
    "log out nobody": Scenario([get("/logout"), get("/who")]),
    "log out and clear": Scenario([get("/login/1"), get("/logout?clear"), get("/who")]),
    "inactive user": Scenario([get("/login/3"), get("/who")]),
    "inactive user, forced": Scenario([get("/login/3?force"), get("/state"), get("/private")]),
    "inactive user, forced and remembered": Scenario(
        [get("/login/3?force&remember"), DROP_SESSION, get("/state"), get("/logout")]
    ),
    "confirm": Scenario(
        [get("/login/1?stale"), get("/call/confirm_login"), get("/state"), get("/fresh")]
    ),
    "confirm a remembered login": Scenario(
        [
            get("/login/1?remember"),
            DROP_SESSION,
            get("/fresh"),
            get("/call/confirm_login"),
            get("/state"),
            get("/fresh"),
        ]
    ),
    "confirm nobody": Scenario([get("/call/confirm_login"), get("/state")]),
    "login_fresh and login_remembered of nobody": Scenario(
        [get("/call/login_fresh"), get("/call/login_remembered")]
    ),
    "login_fresh and login_remembered of a login": Scenario(
        [get("/login/1"), get("/call/login_fresh"), get("/call/login_remembered")]
    ),
    "login_fresh and login_remembered of a remembered login": Scenario(
        [
            get("/login/1?remember"),
            get("/call/login_fresh"),
            get("/call/login_remembered"),
            DROP_SESSION,
            get("/call/login_remembered"),
            get("/call/login_fresh"),
        ]
    ),
    "ID that is a number": Scenario(
        [get("/login/1?remember"), get("/who"), DROP_SESSION, get("/who"), get("/logout")],
        manager={"id_attribute": "get_number"},
    ),
    "user who is gone": Scenario(
        [
            get("/session/basket/apple"),
            get("/login/1"),
            get("/delete/1"),
            get("/who"),
            get("/private"),
        ]
    ),
    "session written by hand": Scenario(
        [get("/session/_user_id/1"), get("/state"), get("/private"), get("/fresh")]
    ),
    "loader that fails": Scenario(
        [get("/session/_user_id/1"), get("/plain"), get("/who"), get("/template")],
        callbacks=["user_loader that raises KeyError"],
    ),
    "loader that looks into the session": Scenario(
        [get("/login/1?remember"), get("/who"), DROP_SESSION, get("/who"), get("/who")],
        callbacks=["user_loader that tells"],
    ),
    "no loader": Scenario(
        [get("/plain"), get("/who"), get("/private"), get("/template")], callbacks=[]
    ),
    "request loader": Scenario(
        [by_key("/who"), by_key("/state"), by_key("/private"), by_key("/fresh"), get("/who")],
        callbacks=WITH_KEYS,
    ),
    "request loader beside a session": Scenario(
        [get("/login/1"), by_key("/who"), get("/logout"), by_key("/who"), by_key("/who", "9")],
        callbacks=WITH_KEYS,
    ),
    "request loader alone": Scenario(
        [get("/session/_user_id/1"), get("/who"), by_key("/who"), by_key("/call/confirm_login")],
        callbacks=["request_loader"],
    ),
    "request loader and a junk remember cookie": Scenario(
        [by_key("/who", raw_cookie="remember_token=junk")], callbacks=WITH_KEYS
    ),
    "log out a user of the request loader": Scenario(
        [by_key("/logout"), by_key("/who")], callbacks=WITH_KEYS
    ),
    "test client": Scenario([get("/state"), get("/private"), get("/fresh")], client={"user": "1"}),
    "test client, not fresh": Scenario(
        [get("/state"), get("/fresh")], client={"user": "1", "fresh_login": False}
    ),
    "test client without protection": Scenario(
        [get("/state"), get("/fresh")],
        manager={"session_protection": None},
        client={"user": "1"},
    ),
    "test client, not fresh, without protection": Scenario(
        [get("/state"), get("/fresh")],
        manager={"session_protection": None},
        client={"user": "1", "fresh_login": False},
    ),
    "test client under strong protection": Scenario(
        [get("/state"), get("/private")],
        manager={"session_protection": "strong"},
        client={"user": "1"},
    ),
    "test client and an ID that is a number": Scenario(
        [get("/who")], manager={"id_attribute": "get_number"}, client={"user": "1"}
    ),
}
