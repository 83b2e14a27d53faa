"""Replay the scenarios on the ``flask_login`` that ``PYTHONPATH`` points to, and print as JSON what
came of each step.
"""

from __future__ import annotations

import dataclasses
import json
import pickle
import typing as t
import warnings
from contextlib import AbstractContextManager
from contextlib import nullcontext
from datetime import datetime
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import flask
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from peer_kit.app import build_app
from peer_kit.app import restore_users
from peer_kit.scripts import SCENARIOS
from peer_kit.scripts.steps import Call
from peer_kit.scripts.steps import Drop
from peer_kit.scripts.steps import NEIGHBOUR
from peer_kit.scripts.steps import Scenario
from peer_kit.scripts.steps import Send
from peer_kit.scripts.steps import SetCookie
from werkzeug.wrappers import Response

import flask_login

Record = dict[str, t.Any]
Clients = dict[str, FlaskClient]
Built = tuple[Flask, list[str]]

_built: dict[str, Built] = {}


def replay(scenario: Scenario) -> list[Record]:
    try:
        app, heard = _app_of(scenario)
    except Exception as error:
        return [{"status": f"did not start: {error!r}"}] * len(scenario.steps)

    if scenario.neighbour is not None:
        _settle_next_door(app, *build_app(scenario.neighbour, {}, ["user_loader"]), heard)

    clients: Clients = {"first": _client(app, scenario), "second": app.test_client()}
    records: list[Record] = []

    with _held(scenario, app):
        for step in scenario.steps:
            heard.clear()

            if scenario.by_strangers:
                clients["first"] = app.test_client()

            record = _take(step, app, clients)

            if heard:
                record["heard"] = list(heard)

            records.append(record)

    return records


def _app_of(scenario: Scenario) -> Built:
    """An application for a scenario. It may have served an earlier one, because building the URL
    map takes longer than all requests.
    """
    parts = (scenario.config, scenario.manager, scenario.callbacks, scenario.parts)

    if _changes_its_application(scenario):
        return _build(*parts)

    # A proxy has the 'repr' of what it stands for.
    key = repr((parts, [type(value) for value in scenario.manager.values()]))

    if key not in _built:
        _built[key] = _build(*parts)

    app, _ = _built[key]
    restore_users(app)
    return _built[key]


def _changes_its_application(scenario: Scenario) -> bool:
    return (
        scenario.neighbour is not None
        or "database" in scenario.parts
        or any(isinstance(step, Call) for step in scenario.steps)
    )


def _build(*parts: t.Any) -> Built:
    app, heard = build_app(*parts)
    app.wsgi_app = _with_raw_cookie(app.wsgi_app)  # type: ignore[method-assign]
    return app, heard


def _settle_next_door(
    app: Flask, neighbour: Flask, heard_there: list[str], heard: list[str]
) -> None:
    """Let requests for the other port reach the other application."""
    app.extensions["peer_neighbour"] = neighbour
    at_home, next_door = app.wsgi_app, neighbour.wsgi_app
    port = str(urlsplit(NEIGHBOUR).port)

    def by_port(environ: t.Any, start_response: t.Any) -> t.Any:
        if environ["SERVER_PORT"] != port:
            return at_home(environ, start_response)

        heard_there.clear()
        body = next_door(environ, start_response)
        heard.extend(heard_there)
        return body

    app.wsgi_app = by_port  # type: ignore[method-assign]


def _client(app: Flask, scenario: Scenario) -> FlaskClient:
    if scenario.client is None:
        return app.test_client()

    arguments = dict(scenario.client)
    user = app.extensions["peer_users"][arguments.pop("user")]
    return app.test_client(user=user, **arguments)


def _held(scenario: Scenario, app: Flask) -> AbstractContextManager[t.Any]:
    if not scenario.held:
        return nullcontext()

    return app.app_context() if scenario.held == "app" else app.test_request_context("/here")


def _take(step: t.Any, app: Flask, clients: Clients) -> Record:
    client = clients["first"]

    match step:
        case Send():
            return _send(step, app, clients[step.jar])
        case Call():
            return _call(step, app)
        case Drop(name, path):
            client.delete_cookie(name, path=path)
        case SetCookie(name, value):
            client.set_cookie(name, value)

    return _session(app, client, "localhost")


def _send(step: Send, app: Flask, client: FlaskClient) -> Record:
    try:
        response = client.open(
            step.path,
            method=step.method,
            base_url=step.base_url,
            headers={"User-Agent": step.browser, **step.headers},
            environ_overrides={"REMOTE_ADDR": step.address, "peer.raw_cookie": step.raw_cookie},
        )
    except Exception as error:
        status = f"raised {type(error).__name__} past the application"
        return {"status": status, **_session(app, client, urlsplit(step.base_url).hostname)}

    location = response.headers.get("Location")
    record: Record = {"status": response.status_code, "location": location}
    record["vary"] = response.headers.get("Vary")

    if response.is_json:
        record.update({f"answer {key}": value for key, value in response.get_json().items()})
    else:
        body = response.get_data(as_text=True)
        record["body"] = body.replace(escape(location), "...") if location else body

    if "peer_neighbour" in app.extensions and step.base_url == NEIGHBOUR:
        app = app.extensions["peer_neighbour"]

    record.update(_session(app, client, urlsplit(step.base_url).hostname))
    record.update(_set_cookies(response, app.config["SESSION_COOKIE_NAME"]))
    _drop_expired(response, client)
    return record


def _drop_expired(response: Response, client: FlaskClient) -> None:
    """Do as browsers do, and not the test client, with a cookie that is sent after its time."""
    for line in response.headers.getlist("Set-Cookie"):
        pair, *attributes = line.split("; ")
        told = dict(attribute.partition("=")[::2] for attribute in attributes)

        if "Expires" in told and parsedate_to_datetime(told["Expires"]) <= _now():
            client.delete_cookie(pair.partition("=")[0], path=told.get("Path", "/"))


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _session(app: Flask, client: FlaskClient, host: str | None) -> Record:
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name, domain=host or "localhost")

    if cookie is None:
        return {}

    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {f"session {key}": value for key, value in serializer.loads(cookie.value).items()}


def _set_cookies(response: Response, session_cookie: str) -> Record:
    """What the response does to each cookie: what is stored where, and how it is protected."""
    record: Record = {}

    for line in response.headers.getlist("Set-Cookie"):
        pair, *attributes = line.split("; ")
        name, _, value = pair.partition("=")
        protection = {a for a in attributes if a.startswith(("Secure", "HttpOnly", "SameSite"))}
        stored = [_with_relative_date(a) for a in attributes if a not in protection]

        if name == session_cookie:
            name = "session"
            # What it holds is recorded as the session's content. The signature tells the time.
            value = value and "..."
        elif "|" in value:
            # The signature is not the same, and may tell the time as well.
            value = f"{value.partition('|')[0]}|..."

        record.setdefault(f"cookie {name}", []).append([value, *sorted(stored)])
        record.setdefault(f"protection of {name}", []).append(sorted(protection))

    return record


def _with_relative_date(attribute: str) -> str:
    name, _, value = attribute.partition("=")

    if name != "Expires":
        return attribute

    date = parsedate_to_datetime(value)

    if date.year == 1970:
        return "Expires=past"

    minutes = round((date - _now()).total_seconds() / 60)
    return f"Expires={minutes} minutes from now"


def _call(step: Call, app: Flask) -> Record:
    names = {name: getattr(flask_login, name) for name in flask_login.__all__}
    names.update(vars(flask_login.utils))
    names.update(dataclasses=dataclasses, flask=flask, pickle=pickle)
    names["users"] = app.extensions["peer_users"]
    names["captured"] = app.extensions.get("peer_captured")

    with step.context(app):
        try:
            result = eval(step.expression, names)
        except Exception as error:
            return {"outcome": f"raised {type(error).__name__}"}

    return {"outcome": f"returned {result!r}"}


def _with_raw_cookie(wsgi_app: t.Any) -> t.Any:
    """Let a step send a cookie that no cookie jar would store."""

    def wrapped(environ: t.Any, start_response: t.Any) -> t.Any:
        raw_cookie = environ.pop("peer.raw_cookie", None)

        if raw_cookie is not None:
            cookies = filter(None, (environ.get("HTTP_COOKIE"), raw_cookie))
            environ["HTTP_COOKIE"] = "; ".join(cookies)

        return wsgi_app(environ, start_response)

    return wrapped


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        version = flask_login.__version__

    records = {name: replay(scenario) for name, scenario in SCENARIOS.items()}
    print(json.dumps({"version": version, "file": flask_login.__file__, "records": records}))


if __name__ == "__main__":
    main()
