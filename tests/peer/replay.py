"""Replay the scenarios on the ``flask_login`` that ``PYTHONPATH`` points to, and print as JSON what
came of each step.
"""

from __future__ import annotations

import json
import typing as t
import warnings
from datetime import datetime
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from peer_kit.app import build_app
from peer_kit.scripts import SCENARIOS
from peer_kit.scripts.steps import Call
from peer_kit.scripts.steps import Drop
from peer_kit.scripts.steps import Scenario
from peer_kit.scripts.steps import Send
from peer_kit.scripts.steps import SetCookie
from werkzeug.wrappers import Response

import flask_login

Record = dict[str, t.Any]


def replay(scenario: Scenario) -> list[Record]:
    app, heard = build_app(scenario.config, scenario.manager, scenario.callbacks)
    app.wsgi_app = _with_raw_cookie(app.wsgi_app)  # type: ignore[method-assign]
    client = _client(app, scenario)
    records: list[Record] = []

    for step in scenario.steps:
        heard.clear()

        if scenario.by_strangers:
            client = app.test_client()

        record = _take(step, app, client)

        if heard:
            record["heard"] = list(heard)

        records.append(record)

    return records


def _client(app: Flask, scenario: Scenario) -> FlaskClient:
    if scenario.client is None:
        return app.test_client()

    arguments = dict(scenario.client)
    user = app.extensions["peer_users"][arguments.pop("user")]
    return app.test_client(user=user, **arguments)


def _take(step: t.Any, app: Flask, client: FlaskClient) -> Record:
    match step:
        case Send():
            return _send(step, app, client)
        case Call():
            return _call(step, app)
        case Drop(name, path):
            client.delete_cookie(name, path=path)
        case SetCookie(name, value):
            client.set_cookie(name, value)

    return _session(app, client, "localhost")


def _send(step: Send, app: Flask, client: FlaskClient) -> Record:
    response = client.open(
        step.path,
        method=step.method,
        base_url=step.base_url,
        headers={"User-Agent": step.browser, **step.headers},
        environ_overrides={"REMOTE_ADDR": step.address, "peer.raw_cookie": step.raw_cookie},
    )
    location = response.headers.get("Location")
    record: Record = {"status": response.status_code, "location": location}

    if response.is_json:
        record.update({f"answer {key}": value for key, value in response.get_json().items()})
    else:
        body = response.get_data(as_text=True)
        record["body"] = body.replace(escape(location), "...") if location else body

    record.update(_session(app, client, urlsplit(step.base_url).hostname))
    record.update(_set_cookies(response))
    return record


def _session(app: Flask, client: FlaskClient, host: str | None) -> Record:
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name, domain=host or "localhost")

    if cookie is None:
        return {}

    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {f"session {key}": value for key, value in serializer.loads(cookie.value).items()}


def _set_cookies(response: Response) -> Record:
    """What the response does to each cookie: what is stored where, and how it is protected."""
    record: Record = {}

    for line in response.headers.getlist("Set-Cookie"):
        pair, *attributes = line.split("; ")
        name, _, value = pair.partition("=")
        protection = {a for a in attributes if a.startswith(("Secure", "HttpOnly", "SameSite"))}
        stored = [_with_relative_date(a) for a in attributes if a not in protection]

        # What it holds is recorded as the session's content. The signature tells the time.
        if name == "session" and value:
            value = "..."

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

    minutes = round((date - datetime.now(timezone.utc)).total_seconds() / 60)
    return f"Expires={minutes} minutes from now"


def _call(step: Call, app: Flask) -> Record:
    names = {name: getattr(flask_login, name) for name in flask_login.__all__}
    names.update(vars(flask_login.utils))

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
