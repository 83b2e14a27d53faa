"""The test kit: a client that logs in for real, acting as a user in a unit test, and a clock that
stands still.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Mapping
from contextlib import contextmanager
from contextlib import ExitStack
from contextlib import suppress
from copy import copy
from copy import deepcopy
from dataclasses import fields
from datetime import timedelta
from functools import partial
from itertools import product
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from flask import Flask
from flask import g
from flask import has_request_context
from flask import request
from flask import request_started
from flask import Response
from flask import session
from flask.testing import EnvironBuilder
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule
from werkzeug.test import Cookie
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import get_current_url

from . import _clock
from . import _context
from . import _kept
from . import _visit
from . import utils
from ._exemptions import Exemptions
from .config import EXEMPT_METHODS
from .config import Settings
from .signals import user_unauthorized

# Between them, they fit every converter of Werkzeug's but 'any'. One is often a rule's default.
_EXAMPLES = (1, 2, "x", 1.5, UUID(int=1))

# What a WebSocket's handshake is, which any client can send (RFC 6455, 4.1).
_HANDSHAKE = {"Connection": "Upgrade", "Upgrade": "websocket"}

# By what a browser loads a page: links and forms.
_PAGE_METHODS = {"GET", "HEAD", "POST"}
_PAGE_CONTENT = {"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}

# Headers that say themselves what is asked for, or that only scripts and API clients can send.
_NOT_OF_PAGES = (
    "Accept",
    "Authorization",
    "HX-Request",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Turbo-Frame",
    "Upgrade",
    "X-Api-Key",
    "X-PJAX",
    "X-Requested-With",
    "X-Up-Version",
)

# Marks the request that a receiver of a signal waits for. Others may be under way.
_MARK = "flask_login.testing"


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
    #: another method than GET, HEAD or POST, with JSON, or with a header such as ``Accept``,
    #: ``Authorization`` or ``HX-Request`` go without. Set ``{}`` to send nothing.
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
        self._demand_cookies()
        log_in = _login(user, fresh=fresh, remember=remember)

        with _clock.set_back(ago):
            self._in_request(log_in, base_url)

    def logout(self, *, base_url: str | None = None) -> None:
        """Log out whoever is logged in.

        :param base_url: The site to log out of, as for :meth:`login`.
        """
        self._in_request(_log_out, base_url)

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
        self._demand_cookies()
        content: dict[str, t.Any] = {}
        self._in_request(partial(_read_session, content), base_url)
        cookies = self._take_cookies(base_url)

        try:
            # In a session of its own: a server that keeps sessions still has the other one.
            self._in_request(_login(user, fresh=fresh, content=content), base_url)
            yield self
        finally:
            self._in_request(partial(_replace_session, {}), base_url)
            self._take_cookies(base_url)

            for cookie in cookies:
                self._put_back(cookie, base_url)

            # Changes something only where sessions are found without a cookie.
            self._in_request(partial(_replace_session, content), base_url)

    def run_wsgi_app(
        self, environ: dict[str, t.Any], buffered: bool = False
    ) -> tuple[t.Iterable[bytes], str, Headers]:
        """Call the application, as Werkzeug does, with :attr:`page_headers` where they fit.

        :meta private:
        """
        if _can_load_page(environ):
            for name, value in self.page_headers.items():
                environ.setdefault(_as_key(name), value)

        return super().run_wsgi_app(environ, buffered)

    def _demand_cookies(self) -> None:
        # For the error that it raises where there can be none.
        self.get_cookie("session")

    def _take_cookies(self, base_url: str | None) -> list[Cookie]:
        """Remove the cookies of a login, and return those that there were."""
        environ = self._environ(base_url)
        cookies: list[Cookie] = []

        for place in _cookie_places(self.application, base_url):
            name, where = place.name, place.as_kept_by(environ)
            cookie = self.get_cookie(name, **where)
            self.delete_cookie(name, **where)

            if cookie is not None:
                cookies.append(cookie)

        return cookies

    def _put_back(self, cookie: Cookie, base_url: str | None) -> None:
        where = f"Domain={cookie.domain}; Path={cookie.path}"

        def set_cookie(response: Response) -> Response:
            response.headers.add("Set-Cookie", f"{cookie.key}=; {where}")
            return response

        # Not by the client's 'set_cookie', which spells some domains anew.
        self._in_request(set_cookie, base_url)
        kept = self.get_cookie(cookie.decoded_key, cookie.domain, cookie.path)

        for field in fields(cookie):
            setattr(kept, field.name, getattr(cookie, field.name))

    def _in_request(self, act: Callable[[Response], Response], base_url: str | None) -> None:
        """Call a function in a request by this client, with an empty response, and keep the cookies
        of what it returns. What the application does before and after its requests is not done.
        """
        app = self.application

        def answer(environ: dict[str, t.Any], start_response: t.Any) -> t.Any:
            with app.request_context(_as_received(app, environ)):
                _kept.dispatch()
                return act(app.response_class())(environ, start_response)

        # The copy shares this client's cookies, but calls 'answer'.
        caller: t.Any = copy(self)
        caller.application = answer
        caller.run_wsgi_app(self._environ(base_url), buffered=True)

    def _environ(self, base_url: str | None) -> dict[str, t.Any]:
        """A request to where the application has the cookies of a login sent."""
        app = self.application
        place, remembered = _cookie_places(app, base_url)
        builder = EnvironBuilder(app, base_url=base_url, environ_base=self.environ_base)
        path = place.path or "/"
        root = builder.script_root

        if base_url is None and not place.is_sent_to(builder.server_name):
            builder.host = place.domain

        if remembered.path is not None and _is_below(remembered.path, path):
            path = remembered.path

        if not _is_below(f"{root}/", path):
            if not _is_below(path, root or "/"):
                builder.script_root = root = ""

            builder.path = path.removeprefix(root)

        try:
            return builder.get_environ()
        finally:
            builder.close()


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

        stack.enter_context(_restored())
        app = _context.current_flask()

        if app.session_interface.is_null_session(_context.behind(session)):
            # Without a secret key there is no session to log in to.
            _kept.keep_user(_visit.Visit.current(), _context.unwrap(user))
        else:
            utils.login_user(user, force=True)

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


def assert_login_required(client: FlaskClient, url: str, method: str = "GET") -> None:
    """Assert that a URL refuses anonymous callers, and that it is a guard of this library that
    does: what sends :data:`.user_unauthorized`. An error or a redirect is no proof by itself.

    :param client: A client that nobody is logged in with.
    :param url: A path or a URL. If it begins with ``ws``, a WebSocket is asked for.
    """
    asked, options = _as_http(url)
    mark = object()
    refused: list[bool] = []

    def note(_: t.Any, **__: t.Any) -> None:
        # Views may make requests of their own, and tests may run at once.
        refused.append(request.environ.get(_MARK) is mark)

    with user_unauthorized.connected_to(note):
        response = client.open(asked, method=method, environ_overrides={_MARK: mark}, **options)

    if any(refused):
        return

    # Also where 'assert' is turned off.
    raise AssertionError(
        f"{method} {url} is open to anonymous callers: {response.status}. No guard refused them."
    )


def closed_routes(
    app: Flask, arguments: Mapping[str, t.Any] | None = None
) -> list[tuple[str, str]]:
    """The method and URL of each route that an application closed by default has to refuse to
    anonymous callers: all but those that are exempt.

    Rules without methods take any; they are asked by GET and POST. URLs of WebSockets begin with
    ``ws``.

    :param arguments: Values of arguments in URLs, by name, where the ones made up do not do.
    :raises ValueError: If no value fits an argument.
    """
    exemptions = Exemptions(app)
    routes: list[tuple[str, str]] = []

    for rule in app.url_map.iter_rules():
        # Some rules lead to no view of their own.
        if rule.build_only or rule.alias or rule.redirect_to is not None:
            continue

        if rule.endpoint not in app.view_functions:
            continue

        for method in sorted(_methods_of(rule) - EXEMPT_METHODS):
            with app.app_context():
                is_open = exemptions.is_open(rule, method, utils.get_manager())

            if not is_open:
                routes.append((method, _example_url(app, rule, method, arguments or {})))

    return routes


def _methods_of(rule: Rule) -> set[str]:
    # A handshake is a GET (RFC 6455, 4.1).
    if rule.websocket:
        return {"GET"}

    return {"GET", "POST"} if rule.methods is None else rule.methods


def _example_url(app: Flask, rule: Rule, method: str, arguments: Mapping[str, t.Any]) -> str:
    wanted = {str(name) for name in t.cast(t.Any, rule).arguments}
    given = {**arguments, **(rule.defaults or {})}
    known = {name: value for name, value in given.items() if name in wanted}
    names = sorted(wanted - set(known))

    for values in product(_EXAMPLES, repeat=len(names)):
        # A converter may make nothing of a value, or raise what it likes.
        with suppress(Exception):
            url = _url_by(app, rule, {**known, **dict(zip(names, values, strict=True))})

            with _asking(app, url, method):
                if request.url_rule is rule:
                    return url

    raise ValueError(f"No value made up fits '{rule.rule}': name some in 'arguments'.")


def _url_by(app: Flask, rule: Rule, values: Mapping[str, t.Any]) -> str:
    built = rule.build(values, append_unknown=False)
    assert built is not None
    domain, path = built

    if not domain and not rule.websocket:
        return path

    scheme = "ws" if rule.websocket else "http"
    site = t.cast("str | None", app.config["SERVER_NAME"]) or "localhost"
    host = domain if app.url_map.host_matching else f"{domain}.{site}".removeprefix(".")
    return f"{scheme}://{host}{path}"


def _asking(app: Flask, url: str, method: str) -> t.ContextManager[t.Any]:
    """The context of a request by a client."""
    asked, options = _as_http(url)
    return app.test_request_context(asked, method=method, **options)


def _as_http(url: str) -> tuple[str, dict[str, t.Any]]:
    """The URL that is really asked for, and what else a client needs to ask for it."""
    if not url.startswith(("ws://", "wss://")):
        return url, {}

    return f"http{url.removeprefix('ws')}", {"headers": _HANDSHAKE}


class _CookiePlace(t.NamedTuple):
    """Where an application puts a cookie."""

    name: str
    domain: str
    path: str | None

    def is_sent_to(self, host: str) -> bool:
        return not self.domain or f".{host}".endswith(f".{self.domain}")

    def as_kept_by(self, environ: dict[str, t.Any]) -> dict[str, str]:
        """How a client tells it apart that had it from this request."""
        url = urlsplit(get_current_url(environ))
        default = url.path.rpartition("/")[0] or "/"
        return {
            "domain": self.domain or url.hostname or "localhost",
            "path": self.path or default,
        }


def _cookie_places(app: Flask, base_url: str | None) -> tuple[_CookiePlace, _CookiePlace]:
    """Where the session is, and the remember-me cookie."""
    interface = app.session_interface
    settings = Settings(app.config)

    # Applications with several sites may look at the request.
    with app.test_request_context(base_url=base_url):
        return (
            _CookiePlace(
                interface.get_cookie_name(app),
                _as_domain(interface.get_cookie_domain(app)),
                interface.get_cookie_path(app),
            ),
            _CookiePlace(
                settings.cookie_name, _as_domain(settings.cookie_domain), settings.cookie_path
            ),
        )


def _as_domain(domain: str | None) -> str:
    """A domain as it is spelled in a cookie: without port and leading dot."""
    return (domain or "").partition(":")[0].lstrip(".")


def _is_below(path: str, parent: str) -> bool:
    """Whether cookies of one path are sent to another (RFC 6265, 5.1.4)."""
    return path == parent or path.startswith(f"{parent.removesuffix('/')}/")


def _can_load_page(environ: Mapping[str, t.Any]) -> bool:
    """Whether a browser could load a page by a request, as far as that has been said."""
    content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    return (
        environ["REQUEST_METHOD"] in _PAGE_METHODS
        and content_type in _PAGE_CONTENT
        and not any(_as_key(name) in environ for name in _NOT_OF_PAGES)
    )


def _as_key(header: str) -> str:
    """What a header is called in a WSGI environment."""
    return f"HTTP_{header.upper().replace('-', '_')}"


class _Received(BaseException):
    """Ends a request before anything is done with it. No middleware is to handle it."""

    def __init__(self, environ: dict[str, t.Any]) -> None:
        self.environ = environ


def _as_received(app: Flask, environ: dict[str, t.Any]) -> dict[str, t.Any]:
    """A request as it arrives behind the middleware around an application, such as ``ProxyFix``,
    which may say who the client is.
    """
    if getattr(app.wsgi_app, "__func__", None) is Flask.wsgi_app:
        return environ

    mark = object()

    def receive(_: t.Any, **__: t.Any) -> None:
        if request.environ.get(_MARK) is mark:
            raise _Received(request.environ)

    try:
        with request_started.connected_to(receive, app):
            run_wsgi_app(app, {**environ, _MARK: mark}, buffered=True)
    except _Received as received:
        return received.environ

    # The middleware answered by itself.
    return environ


def _login(
    user: t.Any,
    *,
    fresh: bool,
    remember: bool = False,
    content: Mapping[str, t.Any] | None = None,
) -> Callable[[Response], Response]:
    """What logs a user in.

    :param content: What a new session begins with.
    """

    def log_in(response: Response) -> Response:
        if content:
            session.update(content)

        if not utils.login_user(user, remember=remember, fresh=fresh):
            raise ValueError("A user who is not active cannot be logged in.")

        if _visit.Visit.current().pending is not None:
            raise ValueError("A user who has no ID cannot be logged in. Save the model first.")

        return _finish(response)

    return log_in


def _log_out(response: Response) -> Response:
    utils.logout_user()
    return _finish(response)


def _read_session(content: dict[str, t.Any], response: Response) -> Response:
    content.update(deepcopy(dict(session)))
    return response


def _replace_session(content: dict[str, t.Any], response: Response) -> Response:
    if dict(session) == content:
        return response

    session.clear()
    session.update(content)
    return _save_session(response)


def _finish(response: Response) -> Response:
    updated = utils.get_manager()._update_remember_cookie(response)
    return _save_session(t.cast(Response, updated))


def _save_session(response: Response) -> Response:
    app = _context.current_flask()
    app.session_interface.save_session(app, _context.behind(session), response)
    return response


@contextmanager
def _restored() -> Generator[None, None, None]:
    """Bring back what the session and the request say of the user."""
    stored = _context.behind(session)
    kept = deepcopy(dict(stored))
    names = Settings(_context.current_flask().config).reset_keys
    on_g = {name: g.get(name) for name in names if name in g}
    bring_back = _kept.snapshot()

    try:
        yield
    finally:
        bring_back()

        for name, value in on_g.items():
            setattr(g, name, value)

        if dict(stored) != kept:
            stored.clear()
            stored.update(kept)
