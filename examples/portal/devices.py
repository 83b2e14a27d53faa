"""Readable names of browsers, systems and places."""

from __future__ import annotations

import re
import typing as t
from ipaddress import ip_address
from ipaddress import ip_network

from flask_babel import gettext

# A browser also names those that it descends from, so the newest ones come first.
_BROWSERS = [
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|HeadlessChrome/"),
    ("Chromium", r"Chromium/"),
    ("Safari", r"Version/[\d.]+.* Safari/"),
    ("curl", r"^curl/"),
    ("Werkzeug", r"^Werkzeug/"),
]

_SYSTEMS = [
    ("Windows", r"Windows"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
]

_HAND_HELD = {"iPhone", "iPad", "Android"}


class Device(t.NamedTuple):
    name: str
    #: "phone" or "computer".
    kind: str


def describe(user_agent: str) -> Device:
    """Return the name of a ``User-Agent``, such as "Firefox on Windows"."""
    browser = _find(_BROWSERS, user_agent)
    system = _find(_SYSTEMS, user_agent)
    kind = "phone" if system in _HAND_HELD else "computer"

    if browser and system:
        name = gettext("%(browser)s on %(system)s", browser=browser, system=system)
    elif system:
        name = gettext("A browser on %(system)s", system=system)
    else:
        name = browser or gettext("Unknown browser")

    return Device(name, kind)


def locate(address: str) -> str:
    """Return the place of an address, as far as the address alone shows it."""
    try:
        known = ip_address(address)
    except ValueError:
        # With LOGIN_RECORDS_ADDRESS "network", it is the address of a network.
        return address if _is_network(address) else gettext("Unknown place")

    if known.is_loopback:
        return str(gettext("The portal’s own machine"))

    if known.is_private:
        return str(gettext("Local network (%(address)s)", address=address))

    return address


def _is_network(address: str) -> bool:
    try:
        ip_network(address)
    except ValueError:
        return False

    return bool(address)


def _find(table: list[tuple[str, str]], user_agent: str) -> str | None:
    return next((name for name, pattern in table if re.search(pattern, user_agent)), None)
