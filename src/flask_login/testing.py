"""The test kit: a client that performs a real login, a context manager that logs a user in for a
unit test, a clock that stands still, checks that routes refuse anonymous users, and tests for a
record store.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Mapping
from contextlib import contextmanager
from contextlib import ExitStack
from copy import copy
from copy import deepcopy
from datetime import timedelta
from importlib import import_module
from urllib.parse import urlsplit

from flask import current_app
from flask import Flask
from flask import g
from flask import has_request_context
from flask import Request
from flask import request
from flask import request_started
from flask import Response
from flask import session
from flask.testing import EnvironBuilder
from flask.testing import FlaskClient
from werkzeug.test import Cookie
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app

from . import _clock
from . import _context
from . import _kept
from . import _session
from . import utils
from ._routes import assert_login_required as assert_login_required
from ._routes import closed_routes as closed_routes
from ._visit import Visit
from .config import Settings

if t.TYPE_CHECKING:
    from .records.contract import RecordsContract as RecordsContract

# The methods and content types of links and forms, by which a browser loads a page.
_PAGE_METHODS = {"GET", "HEAD", "POST"}
_PAGE_CONTENT = {"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}

# Headers that only scripts and API clients send.
_NOT_OF_PAGES = ("Authorization", "HX-Request", "X-Api-Key", "X-Requested-With")


class LoginClient(FlaskClient):
    """A test client that logs users in as the application does. ::

        app.test_client_class = LoginClient

        client = app.test_client()
        client.login(user)
        assert client.get("/settings").status_code == 200

    The application needs no login view. The client calls :func:`.login_user` in a request of its
    own. So the session is valid with any session protection and any session interface, and the
    remember-me cookie is real.
    """

    #: Headers that browsers send when they load a page. The client adds them to GET, HEAD and POST
    #: requests. It does not add them to requests with JSON, to requests that already have one of
    #: them, or to requests with a header of scripts, such as ``Authorization`` or ``HX-Request``.
    #: Set ``{}`` to send none.
    page_headers: Mapping[str, str] = {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Mode": "navigate",
    }

    def login(
        self,
        user: t.Any,
        *,
        fresh: bool = True,
        remember: bool = False,
        ago: timedelta = timedelta(0),
        base_url: str | None = None,
    ) -> None:
        """Log a user in.

        :param user: The user object.
        :param fresh: Whether the login is fresh.
        :param remember: Whether to set a remember-me cookie.
        :param ago: How long ago the login happened.
        :param base_url: The site to log in to, such as ``"http://www.site.test"``, if the
            application has several. By default, the site of ``client.get("/")``.
        :raises ValueError: If the user is inactive, has no ID, or has too many logins.
        :raises TypeError: If the client was made with ``use_cookies=False``.
        """
        with _clock.set_back(ago), self._in_request(base_url):
            _log_in(user, fresh=fresh, remember=remember)

    def logout(self, *, base_url: str | None = None) -> None:
        """Log the current user out.

        :param base_url: The site to log out of, as for :meth:`login`.
        """
        with self._in_request(base_url):
            utils.logout_user()

    @contextmanager
    def acting_as(
        self, user: t.Any, *, fresh: bool = True, base_url: str | None = None
    ) -> Generator[LoginClient, None, None]:
        """Log a user in for the duration of a ``with`` block. ::

            with client.acting_as(admin):
                client.post("/publish")

        Afterwards, the session and the remember-me cookie are as they were before.

        :param user: The user object.
        :param fresh: Whether the login is fresh.
        :param base_url: The site to log in to, as for :meth:`login`.
        """
        cookies = self._login_cookies(base_url)

        with self._in_request(base_url):
            content = deepcopy(dict(session))

        # Use a new session: with server-side sessions, the other one still exists on the server.
        self._replace_cookies([], base_url)

        try:
            with self._in_request(base_url):
                session.update(content)
                _set_record_aside()
                _log_in(user, fresh=fresh)

            yield self
        finally:
            # First end this session. Then restore the other one, if it is not found by a cookie.
            for outcome in ({}, content):
                with self._in_request(base_url):
                    # The record of the other login stays.
                    if not outcome:
                        _end_recorded_login()

                    session.clear()
                    session.update(outcome)

            self._replace_cookies(cookies, base_url)

    def run_wsgi_app(self, environ: dict[str, t.Any], buffered: bool = False) -> t.Any:
        """Call the application like Werkzeug does. Add :attr:`page_headers` to page loads.

        :meta private:
        """
        asked = Request(environ, populate_request=False)
        is_named = any(name in asked.headers for name in (*self.page_headers, *_NOT_OF_PAGES))

        if asked.method in _PAGE_METHODS and asked.mimetype in _PAGE_CONTENT and not is_named:
            for name, value in self.page_headers.items():
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value

        return super().run_wsgi_app(environ, buffered)

    @contextmanager
    def _in_request(self, base_url: str | None) -> Generator[None, None, None]:
        """Push the context of a request by this client. Afterwards, keep its session and its
        remember-me cookie. The application's before-request and after-request functions do not run.
        """
        app = self.application
        builder = EnvironBuilder(app, base_url=base_url, environ_base=self.environ_base)
        environ = builder.get_environ()
        self._exchange(environ, app.response_class())
        # The application may limit these cookies to other paths and hosts.
        cookies = [f"{cookie.key}={cookie.value}" for cookie in self._login_cookies(base_url)]
        environ["HTTP_COOKIE"] = "; ".join([*cookies, environ.get("HTTP_COOKIE", "")])

        with app.request_context(_as_received(app, environ)):
            _kept.dispatch()
            yield
            response: t.Any = utils.get_manager()._update_remember_cookie(app.response_class())
            app.session_interface.save_session(app, _context.session_behind(session), response)

        self._exchange(environ, response)

    def _exchange(self, environ: dict[str, t.Any], response: Response) -> None:
        """Add this client's headers and cookies to a request, and keep the response's cookies."""
        # The copy shares this client's cookies. A response is a WSGI application, too.
        caller: t.Any = copy(self)
        caller.application = response
        caller.run_wsgi_app(environ)

    def _login_cookies(self, base_url: str | None) -> list[Cookie]:
        """Return the session cookie and the remember-me cookie that this client has.

        :raises TypeError: If the client was made with ``use_cookies=False``.
        """
        app = self.application
        interface = app.session_interface
        settings = Settings(app.config)

        # An application with several sites may compute these from the request.
        with app.test_request_context(base_url=base_url):
            host = urlsplit(request.url).hostname or "localhost"
            root = request.root_path or "/"
            domain, path = interface.get_cookie_domain(app), interface.get_cookie_path(app)
            places = (
                (interface.get_cookie_name(app), domain, path),
                (settings.cookie_name, settings.cookie_domain, settings.cookie_path),
            )

        found = (
            self.get_cookie(name, _as_domain(domain) or host, path or root)
            for name, domain, path in places
        )
        return [cookie for cookie in found if cookie is not None]

    def _replace_cookies(self, cookies: list[Cookie], base_url: str | None) -> None:
        """Replace this client's cookies of a login by these, unchanged."""
        for cookie in self._login_cookies(base_url):
            self.delete_cookie(cookie.decoded_key, domain=cookie.domain, path=cookie.path)

        response = self.application.response_class()

        # The client's 'set_cookie' would change the spelling of some domains.
        for cookie in cookies:
            where = f"Domain={cookie.domain}; Path={cookie.path}"
            response.headers.add("Set-Cookie", f"{cookie.key}=; {where}")

        self._exchange(create_environ(), response)

        for cookie in cookies:
            kept = self.get_cookie(cookie.decoded_key, cookie.domain, cookie.path)
            vars(kept).update(vars(cookie))


@contextmanager
def acting_as(user: t.Any) -> Generator[None, None, None]:
    """Log a user in for the duration of a ``with`` block, in a unit test without a client. ::

        with app.app_context(), acting_as(user):
            assert may_publish(article)

    Without a request context, it pushes one. Afterwards, the session and the user are as they were
    before.

    :param user: The user object. It may be inactive.
    """
    with ExitStack() as stack:
        if not has_request_context():
            stack.enter_context(current_app.test_request_context())
            _kept.dispatch()

        stack.callback(_snapshot())

        if current_app.session_interface.is_null_session(_context.session_behind(session)):
            # Without 'SECRET_KEY' there is no session.
            _kept.keep_user(Visit.current(), _context.unwrap(user))
        else:
            _set_record_aside()
            _log_in(user, force=True)
            stack.callback(_end_recorded_login)

        yield


class FrozenClock:
    """The clock for timeouts and remember-me cookies. See :func:`frozen_clock`."""

    def __init__(self, now: float) -> None:
        self._now = now

    def __call__(self) -> int:
        return int(self._now)

    def tick(self, time: timedelta | float) -> None:
        """Move the clock forward.

        :param time: A timedelta or seconds.
        """
        self._now += time.total_seconds() if isinstance(time, timedelta) else time


@contextmanager
def frozen_clock() -> Generator[FrozenClock, None, None]:
    """Stop the clock for timeouts and remember-me cookies. ::

        with frozen_clock() as clock:
            client.login(user)
            clock.tick(timedelta(hours=2))
            assert client.get("/settings").status_code == 302

    The clock stops for the whole process, including all threads. It runs again after the block.
    Blocks may overlap and end in any order.
    """
    clock = FrozenClock(_clock.now())
    _clock.frozen.append(clock)

    try:
        yield clock
    finally:
        _clock.frozen.remove(clock)


def __getattr__(name: str) -> t.Any:
    if name != "RecordsContract":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    # Imported on demand, because it needs pytest. pytest rewrites the 'assert' statements only of
    # registered modules.
    contract = f"{__package__}.records.contract"
    import_module("pytest").register_assert_rewrite(contract)
    return import_module(contract).RecordsContract


def _log_in(
    user: t.Any, *, fresh: bool = True, remember: bool = False, force: bool = False
) -> None:
    if not utils.login_user(user, remember=remember, fresh=fresh, force=force):
        is_full = Visit.current().has_too_many
        why = "has too many recorded logins" if is_full else "is not active"
        raise ValueError(f"A user who {why} cannot be logged in.")

    if Visit.current().pending is not None and not force:
        raise ValueError("A user who has no ID cannot be logged in. Save the model first.")


def _set_record_aside() -> None:
    """Remove the login from the session, but keep its record when another login replaces it."""
    visit = Visit.current()

    if visit.ledger is not None:
        visit.remove(_context.session_behind(session))
        visit.ended = None


def _end_recorded_login() -> None:
    """End the recorded login of the session, if there is one."""
    visit = Visit.current()
    login = _session.find_login(_context.session_behind(session))

    if visit.ledger is not None and login is not None:
        visit.ledger.let_go(visit, login, "no_login")


def _as_domain(domain: str | None) -> str:
    """Return a domain as cookies spell it: without port and leading dot."""
    return (domain or "").partition(":")[0].lstrip(".")


class _Received(BaseException):
    """Ends a request before it is handled. No middleware catches a ``BaseException``."""


def _as_received(app: Flask, environ: dict[str, t.Any]) -> t.Any:
    """Return the environment of a request as the application receives it from its middleware, such
    as ``ProxyFix``, which may set the client's address.
    """
    if getattr(app.wsgi_app, "__func__", None) is Flask.wsgi_app:
        return environ

    # The middleware may send other requests, and tests may run in parallel.
    mark = object()

    def receive(*_: t.Any, **__: t.Any) -> None:
        if request.environ.get("flask_login.testing") is mark:
            raise _Received(request.environ)

    try:
        with request_started.connected_to(receive, app):
            run_wsgi_app(app, {**environ, "flask_login.testing": mark}, buffered=True)
    except _Received as received:
        return received.args[0]

    # The middleware responded itself.
    return environ


def _snapshot() -> Callable[[], None]:
    """Save the session and the user of the request. Return a function that restores them."""
    stored = _context.session_behind(session)
    content = deepcopy(dict(stored))
    on_g: dict[str, t.Any] = _context.unwrap(g).__dict__
    names = Settings(current_app.config).reset_keys
    kept_on_g = {name: on_g[name] for name in names if name in on_g}
    bring_back_user = _kept.snapshot()

    def bring_back() -> None:
        bring_back_user()
        on_g.update(kept_on_g)

        if dict(stored) != content:
            stored.clear()
            stored.update(content)

    return bring_back
