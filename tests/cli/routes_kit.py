"""Helpers for the tests of ``flask login routes``."""

from __future__ import annotations

import json
import typing as t

from click.testing import Result
from flask import Flask


def invoke(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["login", "routes", *args])


def routes_of(app: Flask) -> list[dict[str, t.Any]]:
    """Return the routes, read from JSON."""
    # Older versions of Click mix stderr into the output.
    found, _ = json.JSONDecoder().raw_decode(invoke(app, "--json").output)
    routes: list[dict[str, t.Any]] = found["routes"]
    return routes


def route_of(app: Flask, endpoint: str = "page", method: str = "GET") -> dict[str, t.Any]:
    """Return the one route of an endpoint and a method."""
    [route] = [
        route
        for route in routes_of(app)
        if route["endpoint"] == endpoint and method in route["methods"]
    ]
    return route


def access_of(app: Flask, endpoint: str = "page", method: str = "GET") -> str:
    return str(route_of(app, endpoint, method)["access"])


def notes_of(app: Flask, endpoint: str = "page", method: str = "GET") -> list[str]:
    return [note["kind"] for note in route_of(app, endpoint, method)["notes"]]
