"""Guards besides ``login_required``, and the marks that views are told apart by."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from inspect import isawaitable

from flask import abort
from flask import redirect
from flask import request
from flask.typing import ResponseReturnValue

from . import _refusal
from . import _views
from . import next_url
from . import utils
from ._async import to_sync
from ._context import current_flask
from ._context import current_request
from ._context import unwrap
from ._exemptions import find_target
from ._views import V
from ._visit import Visit


def login_exempt(view: V) -> V:
    """Leave a view open where a login is required by default: a function, a class-based view or
    one of its methods.
    """
    return _views.mark(view, _views.EXEMPT)


def no_activity(view: V) -> V:
    """Mark a view that does not keep a session from idling out, such as one that scripts poll."""
    return _views.mark(view, _views.NO_ACTIVITY)


@t.overload
def anonymous_required(redirect_to: V) -> V: ...


@t.overload
def anonymous_required(redirect_to: str | None = None) -> Callable[[V], V]: ...


def anonymous_required(redirect_to: t.Any = None) -> t.Any:
    """Let only guests enter a view, such as a login form. Users who are logged in go on to
    :func:`.safe_next_url`.

    :param redirect_to: Where they go if nothing safe is named: an endpoint, a path or a URL. By
        default, the application's root.
    """

    def go_on() -> ResponseReturnValue:
        home = next_url.default_target(redirect_to)

        for target in (next_url.safe_next_url(home), home, next_url.default_target()):
            if not _sends_back(target):
                return redirect(target, code=_refusal.redirect_code(request.method))

        abort(403)

    def refusal() -> Callable[[], ResponseReturnValue] | None:
        return go_on if utils.is_logged_in() else None

    def guard() -> Callable[[V], V]:
        kind = {"guard": "anonymous_required", "redirect_to": redirect_to}
        return utils.guard_by(refusal, kind)

    if callable(redirect_to):
        view, redirect_to = redirect_to, None
        return guard()(view)

    return guard()


def user_passes_test(
    test: Callable[[t.Any], t.Any], *, reason: str | None = None
) -> Callable[[V], V]:
    """A guard that lets only users in who pass a test. ::

        admin_required = user_passes_test(lambda user: user.role == "admin")

    Who is not logged in gets :meth:`.LoginManager.unauthorized`, and who is but fails 403: to log
    in again would not help.

    :param test: Given the user. It may be ``async def``.
    :param reason: What a 403 says.
    """

    def refusal() -> Callable[[], ResponseReturnValue] | None:
        if not utils.is_logged_in():
            return utils.get_manager().unauthorized

        passes = to_sync(current_flask(), test)(unwrap(utils.current_user))

        # It is true, whatever its result would be.
        if isawaitable(passes):
            raise TypeError("A test that is not an 'async def' function returned an awaitable.")

        return None if passes else refuse

    def refuse() -> ResponseReturnValue:
        return _refusal.forbid(Visit.current(), current_request(), utils.get_manager(), reason)

    # Users who are logged in are sent nowhere. And the test is for the view's own requests.
    kind = {"guard": "user_passes_test", "test": test, "reason": reason}
    return utils.guard_by(refusal, kind, sends_users_on=False)


def _sends_back(target: str) -> bool:
    """Whether a guard of ours before a view of this application would refuse the current user, and
    perhaps send them here again, for ever.
    """
    app = current_flask()
    rule = find_target(app, unwrap(request), target, target)

    if rule is None:
        return False

    view = app.view_functions.get(rule.endpoint)
    return any(refusal() for refusal in _views.refusals_of(view, "GET"))
