"""Checks of settings: wrong, misspelt or conflicting ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from flask import Flask

from .. import remember
from ..config import check_records
from ._catalog import Problem
from ._catalog import problem
from ._refused import all_settings
from ._refused import is_switch
from ._setup import Setup

# Prefixes of Flask's settings that logins depend on.
_OF_FLASK = ("PERMANENT_SESSION_", "SECRET_KEY", "SESSION_COOKIE_", "SESSION_REFRESH_", "TRUSTED_")
_SWITCHES_OF_FLASK = ("SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SECURE")

#: Our keys that are not a :class:`.Setting`.
_OTHERS = ("SESSION_PROTECTION", "SECRET_KEY_SINCE")

# An application may have its own 'LOGIN_ENABLED', 'LOGIN_TIMEOUT' or 'REMEMBER_ME'. Other keys that
# begin with 'REMEMBER_' are usually meant to be ours.
_ALIKE = 0.87
_ALIKE_IF_OURS = 0.75

_HOST = r"[\w.-]+|\[[0-9A-Fa-f:.]+\]"


def find(setup: Setup) -> Iterator[Problem]:
    for key, text in setup.refused.items():
        yield problem("login.E010", key, text=text)

    yield from _find_conflicts(setup)
    yield from _find_switches(setup)
    yield from _find_misspelt(setup)

    if setup.settings.login_disabled:
        yield problem("login.E013", "LOGIN_DISABLED", value=setup.settings.login_disabled)

    yield from _find_mode(setup)
    host = setup.settings.force_host

    if host and not re.fullmatch(rf"({_HOST})(:\d+)?", host):
        yield problem("login.W015", "FORCE_HOST_FOR_REDIRECTS", value=host)


def _find_conflicts(setup: Setup) -> Iterator[Problem]:
    checks = [remember.check]

    if setup.manager.login_records is not None:
        checks.append(check_records)

    for check in checks:
        try:
            check(setup.settings)
        except ValueError as error:
            yield problem("login.E010", text=str(error))


def _find_switches(setup: Setup) -> Iterator[Problem]:
    switches = [setting.key for _, setting, types in all_settings() if is_switch(types)]

    for key in (*switches, *_SWITCHES_OF_FLASK):
        value = setup.config.get(key)
        # A true LOGIN_DISABLED is another finding.
        is_said = key == "LOGIN_DISABLED" and value

        if not is_said and value is not None and not isinstance(value, int):
            yield problem("login.W011", key, value=value, truth=bool(value))


def _find_misspelt(setup: Setup) -> Iterator[Problem]:
    ours = {*_OTHERS, *(setting.key for _, setting, _ in all_settings())}
    of_flask = {key for key in Flask.default_config if key.startswith(_OF_FLASK)}
    known = ours | of_flask

    for key in setup.config.keys() - known - Flask.default_config.keys():
        spelt = str(key).upper()
        cutoff = _ALIKE_IF_OURS if spelt.startswith("REMEMBER_") else _ALIKE

        for right in get_close_matches(spelt, sorted(known), 1, cutoff):
            yield problem("login.W012", key, known=right)


def _find_mode(setup: Setup) -> Iterator[Problem]:
    is_set = "SESSION_PROTECTION" in setup.config
    key = "SESSION_PROTECTION" if is_set else "session_protection"
    mode = setup.config[key] if is_set else setup.manager.session_protection

    if mode and mode not in ("none", "basic", "strong"):
        yield problem("login.W014", key, value=mode)
