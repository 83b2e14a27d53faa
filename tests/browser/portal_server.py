"""The portal on a port of loopback, for the tests in a browser. It is run as a script.

Below ``/-/`` it has what only tests need: to start over, to move the clock, to fail, and to serve
scripts from npm.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
import typing as t
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from flask import abort
from flask import Flask
from flask import redirect
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.security import generate_password_hash
from werkzeug.serving import make_server
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from flask_login import _clock
from flask_login import login_exempt
from flask_login import login_user

EXAMPLES = Path(__file__).parents[2] / "examples"
PASSWORD = "correct horse battery"

# What a service worker does that puts itself between pages and the network.
WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));
"""


class TestHandles:
    """What tests do to the server, in front of the portal."""

    __test__ = False

    def __init__(self, app: Flask, limiter: t.Any, find_operator: Callable[[str], t.Any]) -> None:
        self.portal = app.wsgi_app
        self.find_operator = find_operator
        self.database = Path(app.instance_path) / "portal.sqlite"
        self.seeds = self.database.with_name("seeds.sqlite")
        self.limiter = limiter
        self.app = app
        self.ahead = 0.0

        copy(self.database, self.seeds)
        _clock.frozen.append(lambda: time.time() + self.ahead)

    def __call__(self, environ: t.Any, start_response: t.Any) -> t.Any:
        request = Request(environ)
        handle = self.handles().get(request.path)
        answer = self.portal if handle is None else handle(request)
        return answer(environ, start_response)

    def handles(self) -> dict[str, Callable[[Request], Response]]:
        return {
            "/-/start-over": self.start_over,
            "/-/forward": self.forward,
            "/-/log-in": self.log_in,
            "/-/worker.js": self.worker,
        }

    def start_over(self, request: Request) -> Response:
        """Forget what an earlier test did."""
        copy(self.seeds, self.database)
        self.ahead = 0

        with self.app.app_context():
            self.limiter.reset()

        return Response("ok")

    def forward(self, request: Request) -> Response:
        """Move the clock that lifetimes are measured by."""
        self.ahead += float(request.args["minutes"]) * 60
        return Response("ok")

    def log_in(self, request: Request) -> t.Any:
        """Log in without a form, which takes a page more."""
        with self.app.request_context(request.environ):
            login_user(self.find_operator(request.args["name"]))
            # The page that is made the quickest.
            return self.app.process_response(redirect("/account/"))

    def worker(self, request: Request) -> Response:
        headers = {"Service-Worker-Allowed": "/"}
        return Response(WORKER, mimetype="text/javascript", headers=headers)


def copy(origin: Path, target: Path) -> None:
    with closing(sqlite3.connect(origin)) as source, closing(sqlite3.connect(target)) as copied:
        source.backup(copied)


@login_exempt
def fail(status: int) -> t.NoReturn:
    """Show an error page that no operator can bring about."""
    if status == 500:
        raise RuntimeError("A test wants this.")

    abort(status)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("instance")
    parser.add_argument("npm", help="the folder that npm has installed to")
    parser.add_argument("--https", action="store_true")
    options = parser.parse_args()

    sys.path.insert(0, str(EXAMPLES))
    from portal import create_app  # pyright: ignore
    from portal.logins import limiter  # pyright: ignore
    from portal.models import db  # pyright: ignore
    from portal.models import Operator  # pyright: ignore
    from portal.models import sa  # pyright: ignore

    app = create_app(
        {
            "INSTANCE_PATH": options.instance,
            # Whatever the environment says.
            "DATABASE_URL": "sqlite:///portal.sqlite",
            "REDIS_URL": None,
            "HTTPS": options.https,
            "SEED_PASSWORD": PASSWORD,
            "ADDRESS_LIMIT": "3 per hour",
        }
    )
    app.add_url_rule("/-/fail/<int:status>", view_func=fail)

    with app.app_context():
        # A hash that is as quick as none. Many tests log in with a form.
        password_hash = generate_password_hash(PASSWORD, "pbkdf2:sha256:1")
        db.session.execute(sa.update(Operator).values(password_hash=password_hash))
        db.session.commit()

    def find_operator(name: str) -> t.Any:
        return db.session.scalar(sa.select(Operator).filter_by(name=name))

    handles = TestHandles(app, limiter, find_operator)
    app.wsgi_app = SharedDataMiddleware(handles, {"/-/npm": options.npm})
    server = make_server(
        "localhost", 0, app, threaded=True, ssl_context="adhoc" if options.https else None
    )
    # Who started the script reads this.
    print(f"{'https' if options.https else 'http'}://localhost:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
