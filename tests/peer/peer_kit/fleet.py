"""Workers on both packages behind one address, as during a rolling release."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

from werkzeug.test import Client
from werkzeug.test import TestResponse

from .install import environment
from .install import FOLDER


class Worker:
    """A process that serves the application on the package in a folder."""

    def __init__(self, package: Path, config: Mapping[str, t.Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(FOLDER / "worker.py"), json.dumps(config)],
            env=environment(package),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.file = Path(self._read()["file"])

    def ask(self, request: Mapping[str, t.Any]) -> dict[str, t.Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, t.Any]:
        assert self._process.stdout is not None
        return t.cast("dict[str, t.Any]", json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        # It ends with its input.
        self._process.communicate()


class Browser:
    """One cookie jar, whose requests are served by the worker that is named."""

    def __init__(self, workers: Mapping[str, Worker]) -> None:
        self._workers = workers
        self._jar = Client(self._serve)

    def get(self, path: str, worker: str, agent: str = "Browser/1.0") -> TestResponse:
        response = self._jar.get(
            path, headers={"User-Agent": agent}, environ_overrides={"peer.worker": worker}
        )
        assert response.status_code < 500, f"{path} on {worker}"
        return response

    def state(self, worker: str) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.get("/state", worker).json)

    def drop(self, cookie: str) -> None:
        self._jar.delete_cookie(cookie)

    def _serve(self, environ: dict[str, t.Any], start_response: t.Any) -> Iterable[bytes]:
        query = environ["QUERY_STRING"]
        sent = {"User-Agent": "HTTP_USER_AGENT", "Cookie": "HTTP_COOKIE"}
        response = self._workers[environ["peer.worker"]].ask(
            {
                "method": environ["REQUEST_METHOD"],
                "path": f"{environ['PATH_INFO']}?{query}" if query else environ["PATH_INFO"],
                "headers": {name: environ[key] for name, key in sent.items() if key in environ},
                "address": environ.get("REMOTE_ADDR", "127.0.0.1"),
            }
        )
        start_response(response["status"], [tuple(header) for header in response["headers"]])
        return [response["body"].encode()]
