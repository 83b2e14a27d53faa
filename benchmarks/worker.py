"""Do one piece of work on one subject, in a process of its own. It runs unchanged on all of them.

Which ``flask_login`` it works on is up to ``PYTHONPATH``; ``run.py`` starts it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import typing as t
from importlib import import_module
from pathlib import Path
from time import perf_counter
from time import time as wall_clock
from unittest.mock import patch

from scenarios import Scenario
from scenarios import SCENARIOS
from scenarios import USER_AGENT
from werkzeug.http import parse_cookie

Environ = dict[str, t.Any]

ENVIRON: Environ = {
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8",
    "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.5",
    "HTTP_HOST": "shop.example",
    "HTTP_USER_AGENT": USER_AGENT,
    "QUERY_STRING": "",
    "REMOTE_ADDR": "203.0.113.7",
    "SCRIPT_NAME": "",
    "SERVER_NAME": "shop.example",
    "SERVER_PORT": "443",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": False,
    "wsgi.run_once": False,
    "wsgi.url_scheme": "https",
    "wsgi.version": (1, 0),
}

# The requests of a visit: who looks around, is refused, logs in, reads, comes back and leaves.
VISIT = (
    *("public", "anonymous", "refused", "login"),
    *("session",) * 10,
    *("restored",),
    *("hundred_reads",) * 5,
    *("bearer", "logout"),
)


class Browser:
    """Sends requests by WSGI, without the cost of a test client, and keeps the cookies."""

    def __init__(self, app: t.Any) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.set_cookies: dict[str, str] = {}

    def environ(self, request: str, cookies: t.Collection[str], token: str | None) -> Environ:
        method, path = request.split()
        environ = ENVIRON | {"REQUEST_METHOD": method, "PATH_INFO": path}

        if cookies:
            pairs = [f"{name}={self.cookies[name]}" for name in cookies]
            environ["HTTP_COOKIE"] = "; ".join(pairs)

        if token is not None:
            environ["HTTP_AUTHORIZATION"] = token

        return environ

    def send(self, environ: Environ) -> int:
        """Send a request and take note of the cookies in the response. Returns the status."""
        heads: list[tuple[str, list[tuple[str, str]]]] = []
        body = self.app(environ.copy(), lambda status, headers, *_: heads.append((status, headers)))
        b"".join(body)
        body.close()
        ((status, headers),) = heads
        self.set_cookies = {
            name: value
            for key, value in headers
            if key == "Set-Cookie"
            for name in [value.partition("=")[0]]
        }

        for value in self.set_cookies.values():
            name, content = next(parse_cookie(value).items())
            self.cookies[name] = content

        return int(status.split()[0])


def build(scenario: Scenario, **options: t.Any) -> t.Any:
    return import_module(os.environ["BENCHMARK_APPLICATION"]).create_app(**scenario.app, **options)


def prepare(scenario: Scenario) -> tuple[t.Any, Environ]:
    """The scenario's app and request, with genuine cookies, after seeing that it works."""
    app = build(scenario)
    browser = Browser(app)
    log_in(browser, scenario)
    environ = browser.environ(scenario.request, scenario.cookies, scenario.token)
    status = browser.send(environ)

    if (status, browser.set_cookies.keys()) != (scenario.status, scenario.sets):
        raise RuntimeError(f"{scenario.title}: answered {status}, set {browser.set_cookies}.")

    return app, environ


def log_in(browser: Browser, scenario: Scenario) -> None:
    """Log in an hour ago. What is of this very second may be kept in fewer bytes."""
    with patch("time.time", return_value=float(int(wall_clock()) - 3600)):
        browser.send(browser.environ(scenario.login, (), None))


def ignore(*_: object) -> None:
    """A ``start_response``."""


def serve(app: t.Any, environ: Environ, times: int) -> None:
    for _ in range(times):
        # Flask writes into it.
        body = app(environ.copy(), ignore)
        b"".join(body)
        body.close()


def time() -> None:
    """Have pyperf time a scenario. Only its worker processes need the app."""
    # Nobody else needs it, and to count instructions works without.
    import pyperf

    runner = pyperf.Runner()
    name = os.environ["BENCHMARK_SCENARIO"]
    app, environ = prepare(SCENARIOS[name]) if runner.parse_args().worker else (None, {})

    def elapsed(loops: int) -> float:
        start = perf_counter()
        serve(app, environ, loops)
        return perf_counter() - start

    runner.bench_time_func(name, elapsed)


def count(*names: str) -> None:
    """Serve scenarios under Callgrind, which writes down its count at each call of ``getsid``."""
    requests = 20
    # When it collects depends on all that was allocated before.
    gc.disable()

    for name in names:
        app, environ = prepare(SCENARIOS[name])
        # By then, the interpreter has adapted to the code.
        serve(app, environ, 20)
        os.getsid(0)
        serve(app, environ, requests)
        os.getsid(0)

    print(requests)


def sample(name: str, seconds: str) -> None:
    """Serve a scenario for a while, to be looked at from outside."""
    app, environ = prepare(SCENARIOS[name])
    end = perf_counter() + float(seconds)

    while perf_counter() < end:
        serve(app, environ, 100)


def visit() -> None:
    """How often a mixed visit writes the session and asks for a user, per 1,000 requests, and how
    many bytes its login takes.
    """
    users = import_module(os.environ["BENCHMARK_APPLICATION"]).USERS
    calls: list[t.Any] = []

    def find_user(user_id: t.Any) -> t.Any:
        # By hand, nobody is looked for as well.
        if user_id is not None:
            calls.append(user_id)

        return users.get(user_id)

    browser = Browser(build(SCENARIOS["bearer"], find_user=find_user))
    writes = 0
    sizes: dict[str, int] = {}

    for name in VISIT:
        scenario = SCENARIOS[name]
        browser.send(browser.environ(scenario.request, scenario.cookies, scenario.token))
        writes += "session" in browser.set_cookies

        if name == "login":
            sizes = {
                "set_cookie_bytes": sum(map(len, browser.set_cookies.values())),
                "session_cookie_bytes": len(browser.cookies["session"]),
                "remember_cookie_bytes": len(browser.cookies["remember_token"]),
            }

    per_thousand = 1000 / len(VISIT)
    figures = {"writes": writes * per_thousand, "loader_calls": len(calls) * per_thousand}
    print(json.dumps(figures | sizes))


def memory(logins: str) -> None:
    """The peak memory of a process in which many log in, and how much of it came after the first
    tenth of them, in MiB.
    """
    app, environ = prepare(SCENARIOS["login"])
    serve(app, environ, int(logins) // 10)
    early = peak_memory()
    serve(app, environ, int(logins) * 9 // 10)
    peak = peak_memory()
    print(json.dumps({"peak": peak, "growth": peak - early}))


def peak_memory() -> float:
    """In MiB. What ``getrusage`` says begins with that of the process this one was started by."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    # pyperf reads the command line, too, and has it to itself.
    command, *arguments = os.environ["BENCHMARK_COMMAND"].split()
    commands = {"time": time, "count": count, "sample": sample, "visit": visit, "memory": memory}
    commands[command](*arguments)
