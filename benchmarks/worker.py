"""Do one piece of work on one subject, in a process of its own. It runs unchanged on all of them.

Which ``flask_login`` it works on is up to ``PYTHONPATH``: ``Subject.work`` starts it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import typing as t
from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from time import time as wall_clock
from types import FrameType
from unittest.mock import patch

from scenarios import LOGIN
from scenarios import NAMED
from scenarios import USER_AGENT
from werkzeug.http import parse_cookie
from werkzeug.test import create_environ

Environ = dict[str, t.Any]

HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "User-Agent": USER_AGENT,
}

#: By then, the interpreter has adapted to the code.
WARM_UP = 20


def prepare(name: str) -> tuple[t.Any, Environ]:
    """A scenario's app and request, with genuine cookies, after seeing that it works."""
    module = os.environ["BENCHMARK_APPLICATION"]
    scenario = NAMED[name]

    if module == "by_hand" and scenario.floor is not None:
        scenario = NAMED[scenario.floor]

    app = import_module(module).create_app(**scenario.app)

    # The login happened an hour ago. What is of this very second may be kept in fewer bytes.
    with patch("time.time", return_value=float(int(wall_clock()) - 3600)):
        _, given = send(app, environ_of(LOGIN))

    environ = environ_of(scenario.request)

    if scenario.cookies:
        environ["HTTP_COOKIE"] = "; ".join(f"{name}={given[name]}" for name in scenario.cookies)

    if scenario.token is not None:
        environ["HTTP_AUTHORIZATION"] = scenario.token

    status, cookies = send(app, environ)

    if (status, cookies.keys()) != (scenario.status, scenario.sets):
        raise RuntimeError(f"{scenario.title}: status {status}, cookies {cookies}.")

    return app, environ


def environ_of(request: str) -> Environ:
    method, path = request.split()
    return create_environ(
        path,
        "https://shop.example",
        method=method,
        headers=HEADERS,
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )


def send(app: t.Any, environ: Environ) -> tuple[int, dict[str, str]]:
    """The status of a response, and the cookies that it sets or deletes."""
    heads: list[tuple[str, list[tuple[str, str]]]] = []
    body = app(environ.copy(), lambda status, headers, *_: heads.append((status, headers)))
    b"".join(body)
    body.close()
    ((status, headers),) = heads
    lines = [value for name, value in headers if name == "Set-Cookie"]
    return int(status.split()[0]), dict(next(parse_cookie(line).items()) for line in lines)


def serve(app: t.Any, environ: Environ, times: int) -> None:
    for _ in range(times):
        # Flask writes into it.
        body = app(environ.copy(), ignore)
        b"".join(body)
        body.close()


def ignore(*_: object) -> None:
    """A ``start_response``."""


def time() -> None:
    """Have pyperf time a scenario."""
    # To count works without it.
    import pyperf

    name = os.environ["BENCHMARK_SCENARIO"]
    app, environ = prepare(name)

    def elapsed(loops: int) -> float:
        start = perf_counter()
        serve(app, environ, loops)
        return perf_counter() - start

    pyperf.Runner().bench_time_func(name, elapsed)


def instructions(*names: str) -> None:
    """Serve scenarios under Callgrind, which writes down its count at each call of ``getsid``.
    Prints how many requests are in a count.
    """
    requests = 20

    for name in names:
        app, environ = prepare(name)
        serve(app, environ, WARM_UP)
        os.getsid(0)
        serve(app, environ, requests)
        os.getsid(0)

    print(requests)


def calls(*names: str) -> None:
    """Print the calls of one request of each scenario, Python's and C's."""
    print(json.dumps({name: count(sys.setprofile, "call", "c_call", name=name) for name in names}))


def bytecodes(*names: str) -> None:
    """Print the instructions of Python's own that one request of each scenario takes. Unlike
    calls, they show a loop that calls nothing.
    """
    print(json.dumps({name: count(sys.settrace, "opcode", name=name) for name in names}))


def count(hook: Callable[[t.Any], None], *events: str, name: str) -> int:
    seen = 0

    def note(frame: FrameType, event: str, argument: object) -> t.Any:
        nonlocal seen
        frame.f_trace_opcodes = True
        seen += event in events
        return note

    app, environ = prepare(name)
    serve(app, environ, WARM_UP)
    hook(note)
    serve(app, environ, 1)
    hook(None)
    return seen


def growth(requests: str) -> None:
    """Serve all scenarios in turn, those of large applications that are closed by default, too.
    Prints by how many blocks the memory has grown meanwhile.
    """
    served = [prepare(name) for name in NAMED]
    turns = int(requests) // len(served)

    for part in (turns // 10, turns - turns // 10):
        before = blocks()

        for _ in range(part):
            for app, environ in served:
                serve(app, environ, 1)

    print(blocks() - before)


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


if __name__ == "__main__":
    # pyperf reads the command line, too, and has it to itself.
    command, *arguments = os.environ["BENCHMARK_COMMAND"].split()

    if command in ("instructions", "calls", "bytecodes"):
        # When it collects depends on all that was allocated before.
        gc.disable()

    commands = {work.__name__: work for work in (time, instructions, calls, bytecodes, growth)}
    commands[command](*arguments)
