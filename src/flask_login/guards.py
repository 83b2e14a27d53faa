"""More guards for views besides ``login_required``, and marks such as ``login_exempt``."""

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
    """Exempt a view from a login that is required by default. Guards on the view still apply.

    :param view: A function, a class-based view or one of its methods.
    :raises TypeError: If it is not a view, or cannot be marked.
    """
    return _views.mark(view, _views.EXEMPT)


def no_activity(view: V) -> V:
    """Mark a view whose requests do not count as activity for ``LOGIN_IDLE_TIMEOUT``, for example
    one that a script polls.

    :param view: A function, a class-based view or one of its methods.
    :raises TypeError: If it is not a view, or cannot be marked.
    """
    return _views.mark(view, _views.NO_ACTIVITY)


@t.overload
def anonymous_required(redirect_to: V) -> V: ...


@t.overload
def anonymous_required(redirect_to: str | None = None) -> Callable[[V], V]: ...


def anonymous_required(redirect_to: t.Any = None) -> t.Any:
    """Let only anonymous users enter a view, such as a login form. Logged-in users are redirected
    to :func:`.safe_next_url`. Targets that would redirect back in a loop are skipped. If none is
    left, the response is a 403.

    :param redirect_to: The target if the request has no safe ``next``: an endpoint, a path or a
        URL. By default, the application's root.
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
    """Return a guard that lets in only users who pass a test. ::

        admin_required = user_passes_test(lambda user: user.role == "admin")

    Anonymous users get :meth:`.LoginManager.unauthorized`. Logged-in users who fail get a 403,
    because authenticating again would not help.

    :param test: Gets the user, and returns whether the user may enter. It may be ``async def``.
    :param reason: The description in the 403.
    :raises TypeError: In the request, if a ``test`` that is not ``async def`` returns an awaitable.
    """

    def refusal() -> Callable[[], ResponseReturnValue] | None:
        if not utils.is_logged_in():
            return utils.get_manager().unauthorized

        passes = to_sync(current_flask(), test)(unwrap(utils.current_user))

        # An awaitable is truthy: this guard would let everyone in.
        if isawaitable(passes):
            raise TypeError("A test that is not an 'async def' function returned an awaitable.")

        return None if passes else refuse

    def refuse() -> ResponseReturnValue:
        return _refusal.forbid(Visit.current(), current_request(), utils.get_manager(), reason)

    # It never redirects logged-in users, and the test may depend on the view's own request.
    kind = {"guard": "user_passes_test", "test": test, "reason": reason}
    return utils.guard_by(refusal, kind, sends_users_on=False)


def _sends_back(target: str) -> bool:
    """Return whether a guard of the target's view would refuse the current user. It could redirect
    them back here, in an endless loop.
    """
    app = current_flask()
    rule = find_target(app, unwrap(request), target, target)

    if rule is None:
        return False

    view = app.view_functions.get(rule.endpoint)
    return any(refusal() for refusal in _views.refusals_of(view, "GET"))
