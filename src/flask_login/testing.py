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
from copy import deepcopy
from datetime import datetime
from datetime import timedelta
from datetime import tzinfo
from itertools import product
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from flask import Flask
from flask import g
from flask import has_request_context
from flask import request
from flask import session
from flask.testing import EnvironBuilder
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import Cookie
from werkzeug.wrappers import Response

from . import _clock
from . import _request
from . import login_manager
from . import utils
from ._exemptions import Exemptions
from .config import EXEMPT_METHODS
from .config import Settings

# Between them, they fit every converter of Werkzeug's but 'any'. One is often a rule's default.
_EXAMPLES = (1, 2, "x", 1.5, UUID(int=1))


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

    def login(
        self,
        user: t.Any,
        *,
        fresh: bool = True,
        remember: bool = False,
        ago: timedelta = timedelta(0),
    ) -> None:
        """Log a user in.

        :param fresh: Whether the user has just proved who they are.
        :param remember: Whether they are remembered.
        :param ago: How long ago that was.
        :raises ValueError: If the user is not active.
        :raises TypeError: If the client was made with ``use_cookies=False``.
        """
        # Asked for the error that it raises where there can be none.
        self._remember_cookie()

        def log_in() -> None:
            if not utils.login_user(user, remember=remember, fresh=fresh):
                raise ValueError("A user who is not active cannot be logged in.")

        with frozen_clock() as clock:
            clock.tick(-ago)
            self._in_request(log_in)

    def logout(self) -> None:
        """Log out whoever is logged in."""
        self._in_request(utils.logout_user)

    @contextmanager
    def acting_as(self, user: t.Any, *, fresh: bool = True) -> Generator[LoginClient, None, None]:
        """Log a user in for a while. ::

            with client.acting_as(admin):
                client.post("/publish")

        Afterwards, the session and the remember-me cookie are what they were before.
        """
        with self.session_transaction() as before:
            kept = deepcopy(dict(before))

        cookie = self._remember_cookie()
        self.login(user, fresh=fresh)

        try:
            yield self
        finally:
            with self.session_transaction() as after:
                after.clear()
                after.update(kept)

            self._restore_remember_cookie(cookie)

    def _remember_cookie(self) -> Cookie | None:
        return self.get_cookie(self._settings.cookie_name, **self._cookie_place)

    def _restore_remember_cookie(self, cookie: Cookie | None) -> None:
        self.delete_cookie(self._settings.cookie_name, **self._cookie_place)

        if cookie is not None:
            self.set_cookie(
                cookie.key,
                cookie.decoded_value,
                origin_only=cookie.origin_only,
                **self._cookie_place,
            )

    @property
    def _settings(self) -> Settings:
        return Settings(self.application.config)

    @property
    def _cookie_place(self) -> dict[str, t.Any]:
        host = EnvironBuilder(self.application).server_name
        domain = self._settings.cookie_domain or host
        return {"domain": domain.lstrip("."), "path": self._settings.cookie_path or "/"}

    def _in_request(self, act: Callable[[], t.Any]) -> None:
        """Call a function in a request by this client, and keep the cookies of its response. What
        the application does before and after its requests is not done for this one.
        """
        app = self.application
        builder = EnvironBuilder(app, environ_base=self.environ_base)

        def answer(environ: t.Any, start_response: t.Any) -> t.Any:
            with app.request_context(environ):
                act()
                response: t.Any = utils.get_manager()._update_remember_cookie(app.response_class())
                app.session_interface.save_session(app, _request.unwrap(session), response)
                return response(environ, start_response)

        # What the client calls in place of the application, this once.
        setattr(self, "application", answer)  # noqa: B010

        try:
            self.run_wsgi_app(builder.get_environ(), buffered=True)
        finally:
            setattr(self, "application", app)  # noqa: B010
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

        stack.enter_context(_restored())
        app = _request.the_app()

        if app.session_interface.is_null_session(_request.unwrap(session)):
            # Without a secret key there is no session to log in to.
            _request.store_user(_request.unwrap(user))
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

    It goes on from what it was before.
    """
    clock = FrozenClock(_clock.now())

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> t.Any:
            return datetime.fromtimestamp(clock(), tz)

    names = ((_clock, "now", clock), (login_manager, "datetime", Datetime))
    before = [(module, name, getattr(module, name)) for module, name, _ in names]

    for module, name, value in names:
        setattr(module, name, value)

    try:
        yield clock
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def assert_login_required(client: FlaskClient, url: str, method: str = "GET") -> None:
    """Assert that a URL refuses anonymous callers: by 401, 403, or a redirect to a login view.

    :param client: A client that nobody is logged in with.
    """
    response = client.open(url, method=method)
    app = client.application
    status = response.status_code

    if status in {401, 403} or (
        status in {302, 303} and _leads_to_login(app, url, response.location)
    ):
        return

    # Also where 'assert' is turned off.
    raise AssertionError(f"{method} {url} is open to anonymous callers: {response.status}")


def closed_routes(
    app: Flask, arguments: Mapping[str, t.Any] | None = None
) -> list[tuple[str, str]]:
    """The method and URL of each route that an application closed by default has to refuse to
    anonymous callers: all but those that are exempt.

    :param arguments: Values of arguments in URLs, by name, where the ones made up do not do.
    :raises ValueError: If no value fits an argument.
    """
    exemptions = Exemptions(app)
    routes: list[tuple[str, str]] = []

    for rule in app.url_map.iter_rules():
        # Some rules lead to no view of their own.
        if rule.build_only or rule.alias or rule.redirect_to is not None:
            continue

        for method in sorted((rule.methods or set()) - EXEMPT_METHODS):
            with app.app_context():
                is_open = exemptions.is_open(rule, method, utils.get_manager())

            if not is_open:
                routes.append((method, _example_url(app, rule, method, arguments or {})))

    return routes


def _example_url(app: Flask, rule: Rule, method: str, arguments: Mapping[str, t.Any]) -> str:
    wanted = {str(name) for name in t.cast(t.Any, rule).arguments}
    given = {**arguments, **(rule.defaults or {})}
    known = {name: value for name, value in given.items() if name in wanted}
    names = sorted(wanted - set(known))

    for values in product(_EXAMPLES, repeat=len(names)):
        # A converter may make nothing of a value, or raise what it likes.
        with suppress(Exception):
            url = _url_by(app, rule, {**known, **dict(zip(names, values, strict=True))})

            with app.test_request_context(url, method=method):
                if request.url_rule is rule:
                    return url

    raise ValueError(f"No value made up fits '{rule.rule}': name some in 'arguments'.")


def _url_by(app: Flask, rule: Rule, values: Mapping[str, t.Any]) -> str:
    built = rule.build(values, append_unknown=False)
    assert built is not None
    domain, path = built

    if not domain:
        return path

    host = domain if app.url_map.host_matching else f"{domain}.{app.config['SERVER_NAME']}"
    return f"http://{host}{path}"


def _leads_to_login(app: Flask, url: str, location: str | None) -> bool:
    if location is None:
        return False

    with app.test_request_context(url), suppress(HTTPException):
        app.preprocess_request()
        answer = utils.get_manager().unauthorized()
        assert isinstance(answer, Response)
        return urlsplit(answer.location)[:3] == urlsplit(location)[:3]

    return False


@contextmanager
def _restored() -> Generator[None, None, None]:
    """Bring back what the session and the request say of the user."""
    stored = _request.unwrap(session)
    kept = deepcopy(dict(stored))
    names = Settings(_request.the_app().config).reset_keys
    on_g = {name: g.get(name) for name in names if name in g}
    bring_back = _request.keep_state()

    try:
        yield
    finally:
        bring_back()

        for name, value in on_g.items():
            setattr(g, name, value)

        if dict(stored) != kept:
            stored.clear()
            stored.update(kept)
