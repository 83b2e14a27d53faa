"""The test kit: a client that logs in for real, acting as a user in a unit test, a clock that
stands still, which routes refuse strangers, and what a store of logins has to do.
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

# By what a browser loads a page: links and forms.
_PAGE_METHODS = {"GET", "HEAD", "POST"}
_PAGE_CONTENT = {"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}

# What only scripts and API clients can send.
_NOT_OF_PAGES = ("Authorization", "HX-Request", "X-Api-Key", "X-Requested-With")


class LoginClient(FlaskClient):
    """A test client that logs users in as the application does. ::

        app.test_client_class = LoginClient

        client = app.test_client()
        client.login(user)
        assert client.get("/settings").status_code == 200

    There need not be a login view: it is :func:`.login_user` that is called, in a request by this
    client. So the session is right under any session protection and with any session interface,
    and the remember-me cookie is a genuine one.
    """

    #: Sent with each request that a browser could load a page by, as browsers do. Requests with
    #: another method than GET, HEAD or POST, with JSON, with one of these headers, or with one that
    #: scripts send, such as ``Authorization`` or ``HX-Request``, go without. Set ``{}`` to send
    #: nothing.
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

        :param fresh: Whether the user has just proved who they are.
        :param remember: Whether they are remembered.
        :param ago: How long ago that was.
        :param base_url: The site to log in to, such as ``"http://www.site.test"``, where an
            application has several. By default, it is the one that ``client.get("/")`` asks.
        :raises ValueError: If the user is not active.
        :raises TypeError: If the client was made with ``use_cookies=False``.
        """
        with _clock.set_back(ago), self._in_request(base_url):
            _log_in(user, fresh=fresh, remember=remember)

    def logout(self, *, base_url: str | None = None) -> None:
        """Log out whoever is logged in.

        :param base_url: The site to log out of, as for :meth:`login`.
        """
        with self._in_request(base_url):
            utils.logout_user()

    @contextmanager
    def acting_as(
        self, user: t.Any, *, fresh: bool = True, base_url: str | None = None
    ) -> Generator[LoginClient, None, None]:
        """Log a user in for a while. ::

            with client.acting_as(admin):
                client.post("/publish")

        Afterwards, the session and the remember-me cookie are what they were before.

        :param fresh: Whether the user has just proved who they are.
        :param base_url: The site to log in to, as for :meth:`login`.
        """
        cookies = self._login_cookies(base_url)

        with self._in_request(base_url):
            content = deepcopy(dict(session))

        # For a session of its own: a server that keeps sessions still has the other one.
        self._replace_cookies([], base_url)

        try:
            with self._in_request(base_url):
                session.update(content)
                _set_record_aside()
                _log_in(user, fresh=fresh)

            yield self
        finally:
            # First to end this session. The other matters where one is found without a cookie.
            for outcome in ({}, content):
                with self._in_request(base_url):
                    # What is on record of the other one stays.
                    if not outcome:
                        _take_off_record()

                    session.clear()
                    session.update(outcome)

            self._replace_cookies(cookies, base_url)

    def run_wsgi_app(self, environ: dict[str, t.Any], buffered: bool = False) -> t.Any:
        """Call the application, as Werkzeug does, with :attr:`page_headers` where they fit.

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
        """A request by this client, whose session and remember-me cookie are kept. What the
        application does before and after its requests is not done.
        """
        app = self.application
        builder = EnvironBuilder(app, base_url=base_url, environ_base=self.environ_base)
        environ = builder.get_environ()
        self._exchange(environ, app.response_class())
        # The application may have them sent to other paths and hosts only.
        cookies = [f"{cookie.key}={cookie.value}" for cookie in self._login_cookies(base_url)]
        environ["HTTP_COOKIE"] = "; ".join([*cookies, environ.get("HTTP_COOKIE", "")])

        with app.request_context(_as_received(app, environ)):
            _kept.dispatch()
            yield
            response: t.Any = utils.get_manager()._update_remember_cookie(app.response_class())
            app.session_interface.save_session(app, _context.session_behind(session), response)

        self._exchange(environ, response)

    def _exchange(self, environ: dict[str, t.Any], response: Response) -> None:
        """Add to a request what this client sends, and keep the cookies of a response to it."""
        # The copy shares this client's cookies. A response is a WSGI application.
        caller: t.Any = copy(self)
        caller.application = response
        caller.run_wsgi_app(environ)

    def _login_cookies(self, base_url: str | None) -> list[Cookie]:
        """The session cookie and the remember-me cookie, as far as this client has them.

        :raises TypeError: If it has no cookies at all.
        """
        app = self.application
        interface = app.session_interface
        settings = Settings(app.config)

        # Applications with several sites may look at the request.
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
        """Have these cookies of a login, just as they are, and no others."""
        for cookie in self._login_cookies(base_url):
            self.delete_cookie(cookie.decoded_key, domain=cookie.domain, path=cookie.path)

        response = self.application.response_class()

        # Not by the client's 'set_cookie', which spells some domains anew.
        for cookie in cookies:
            where = f"Domain={cookie.domain}; Path={cookie.path}"
            response.headers.add("Set-Cookie", f"{cookie.key}=; {where}")

        self._exchange(create_environ(), response)

        for cookie in cookies:
            kept = self.get_cookie(cookie.decoded_key, cookie.domain, cookie.path)
            vars(kept).update(vars(cookie))


@contextmanager
def acting_as(user: t.Any) -> Generator[None, None, None]:
    """Have a user logged in for a while, in a unit test that needs no client. ::

        with app.app_context(), acting_as(user):
            assert may_publish(article)

    In an application context without a request, a request context is pushed as well. Afterwards,
    session and user are what they were before.
    """
    with ExitStack() as stack:
        if not has_request_context():
            stack.enter_context(current_app.test_request_context())
            _kept.dispatch()

        stack.callback(_snapshot())

        if current_app.session_interface.is_null_session(_context.session_behind(session)):
            # Without a secret key there is no session to log in to.
            _kept.keep_user(Visit.current(), _context.unwrap(user))
        else:
            _set_record_aside()
            _log_in(user, force=True)
            stack.callback(_take_off_record)

        yield


class FrozenClock:
    """The time that lifetimes and remember-me cookies are measured by. See :func:`frozen_clock`."""

    def __init__(self, now: float) -> None:
        self._now = now

    def __call__(self) -> int:
        return int(self._now)

    def tick(self, time: timedelta | float) -> None:
        """Move the time on.

        :param time: A timedelta or seconds.
        """
        self._now += time.total_seconds() if isinstance(time, timedelta) else time


@contextmanager
def frozen_clock() -> Generator[FrozenClock, None, None]:
    """Stop the time that lifetimes and remember-me cookies are measured by. ::

        with frozen_clock() as clock:
            client.login(user)
            clock.tick(timedelta(hours=2))
            assert client.get("/settings").status_code == 302

    It stands still for the whole process, threads included. Afterwards, it is what it would be
    without this one: clocks may end in any order.
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

    # On demand, because it needs pytest. That explains an 'assert' only where it is asked to.
    contract = f"{__package__}.records.contract"
    import_module("pytest").register_assert_rewrite(contract)
    return import_module(contract).RecordsContract


def _log_in(
    user: t.Any, *, fresh: bool = True, remember: bool = False, force: bool = False
) -> None:
    if not utils.login_user(user, remember=remember, fresh=fresh, force=force):
        is_full = Visit.current().has_too_many
        why = "has too many logins on record" if is_full else "is not active"
        raise ValueError(f"A user who {why} cannot be logged in.")

    if Visit.current().pending is not None and not force:
        raise ValueError("A user who has no ID cannot be logged in. Save the model first.")


def _set_record_aside() -> None:
    """Have the login that the session carries stay on record, whoever takes its place."""
    visit = Visit.current()

    if visit.ledger is not None:
        visit.remove(_context.session_behind(session))
        visit.ended = None


def _take_off_record() -> None:
    """End the login that the session carries, if it is on record."""
    visit = Visit.current()
    login = _session.find_login(_context.session_behind(session))

    if visit.ledger is not None and login is not None:
        visit.ledger.let_go(visit, login, "no_login")


def _as_domain(domain: str | None) -> str:
    """A domain as it is spelled in a cookie: without port and leading dot."""
    return (domain or "").partition(":")[0].lstrip(".")


class _Received(BaseException):
    """Ends a request before anything is done with it. No middleware is to handle it."""


def _as_received(app: Flask, environ: dict[str, t.Any]) -> t.Any:
    """A request as it arrives behind the middleware around an application, such as ``ProxyFix``,
    which may say who the client is.
    """
    if getattr(app.wsgi_app, "__func__", None) is Flask.wsgi_app:
        return environ

    # The middleware may make requests of its own, and tests may run at once.
    mark = object()

    def receive(*_: t.Any, **__: t.Any) -> None:
        if request.environ.get("flask_login.testing") is mark:
            raise _Received(request.environ)

    try:
        with request_started.connected_to(receive, app):
            run_wsgi_app(app, {**environ, "flask_login.testing": mark}, buffered=True)
    except _Received as received:
        return received.args[0]

    # The middleware answered by itself.
    return environ


def _snapshot() -> Callable[[], None]:
    """Note what the session and the request say of the user, and return what brings it back."""
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
