"""The portal: browsers, systems and places in words."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT}"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}"

AGENTS = {
    f"{WINDOWS} Safari/537.36": "Chrome on Windows",
    f"{WINDOWS} Safari/537.36 Edg/140.0": "Edge on Windows",
    f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36 OPR/124.0": "Opera on Linux",
    f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36": "Chrome on Android",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36": "Chrome on ChromeOS",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.5 Safari/605.1.15": (
        "Safari on macOS"
    ),
    f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1": "Safari on iPhone",
    f"{IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15": "Firefox on iPhone",
    f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
    "Something/1.0 (X11; Linux)": "A browser on Linux",
    "curl/8.5.0": "curl",
    "": "Unknown browser",
    "<script>": "Unknown browser",
}

PLACES = {
    "127.0.0.1": "The portal’s own machine",
    "::1": "The portal’s own machine",
    "192.168.1.20": "Local network (192.168.1.20)",
    "8.8.8.8": "8.8.8.8",
    "8.8.8.0/24": "8.8.8.0/24",
    "": "Unknown place",
    "nonsense": "Unknown place",
}


@pytest.mark.parametrize(("agent", "words"), AGENTS.items(), ids=AGENTS.values())
def test_browser_has_a_name(app: Flask, portal: t.Any, agent: str, words: str) -> None:
    with app.test_request_context():
        assert portal.devices.describe(agent).name == words


@pytest.mark.parametrize(("address", "words"), PLACES.items())
def test_address_has_a_name(app: Flask, portal: t.Any, address: str, words: str) -> None:
    with app.test_request_context():
        assert portal.devices.locate(address) == words
