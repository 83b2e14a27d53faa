"""What session protection knows a browser by."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from flask import Flask

from flask_login.utils import _create_identifier

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "flask-login-0.6.3.json").read_text("utf-8")
)


def identify(app: Flask, address: str | None, agent: str | None, **environ: t.Any) -> str:
    environ.update(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)

    with app.test_request_context(environ_overrides=environ) as context:
        for name in ("REMOTE_ADDR", "HTTP_USER_AGENT"):
            if environ[name] is None:
                context.request.environ.pop(name)
                context.request.remote_addr = address

        return _create_identifier()


@pytest.mark.parametrize(
    "vector",
    VECTORS["session_identifiers"],
    ids=lambda vector: f"{vector['remote_addr']} {vector['user_agent']}",
)
def test_identifier_is_the_historic_one(app: Flask, vector: dict[str, t.Any]) -> None:
    assert identify(app, vector["remote_addr"], vector["user_agent"]) == vector["id"]


def test_identifier_depends_on_the_address(app: Flask) -> None:
    assert identify(app, "192.0.2.1", "agent") != identify(app, "192.0.2.2", "agent")


def test_identifier_depends_on_the_user_agent(app: Flask) -> None:
    assert identify(app, "192.0.2.1", "one") != identify(app, "192.0.2.1", "two")


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_identifier_does_not_depend_on_what_a_proxy_says(app: Flask, header: str) -> None:
    plain = identify(app, "192.0.2.1", "agent")
    assert identify(app, "192.0.2.1", "agent", **{header: "192.0.2.2"}) == plain


@pytest.mark.parametrize("agent", ["\udcff", "\x00", "", "é", "a" * 65536], ids=ascii)
def test_identifier_of_an_odd_user_agent_is_a_hash(app: Flask, agent: str) -> None:
    assert len(identify(app, "192.0.2.1", agent)) == 128


def test_missing_user_agent_is_not_an_empty_one(app: Flask) -> None:
    assert identify(app, "192.0.2.1", None) != identify(app, "192.0.2.1", "")
