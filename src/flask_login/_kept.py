"""The user on ``g``, and the request that the user belongs to.

The user is stored only as ``g._login_user``, which applications read, set and delete. So each
application context of a request has its own user, with its own database session. But before Flask
3.2, several requests may share the ``g`` of an application context that stays pushed. Therefore, a
user that *we* store is claimed for one visit. While another request loads its own user, the claimed
user is set aside. The claim ends with the context of its request.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from contextvars import ContextVar
from contextvars import Token
from functools import partial
from threading import RLock
from weakref import finalize
from weakref import ref

from ._context import app_contexts
from ._context import app_ctx
from ._context import is_merged
from ._context import request_contexts
from ._context import request_ctx
from ._visit import VISIT
from ._visit import Visit

#: Stands for the user before a user is loaded.
NOT_LOADED: t.Any = object()

_USER = "_login_user"
_CLAIM = "_login_claim"
_ASIDE = "_login_set_aside"

# The claim on the user on 'g': the visit, the user, and the request's context. It ends with that.
_Claim: t.TypeAlias = "tuple[Visit, t.Any, ref[t.Any] | None]"

# Threads that share a 'g' must not see a user of one request with the claim of another. The lock is
# reentrant, because freeing an object may call '_drop_claim'.
_claiming = RLock()

# The visit whose user is being searched for, and its 'times_kept' before the search. Other threads
# of the same request search independently.
_search: ContextVar[tuple[Visit, int] | None] = ContextVar("flask_login_search", default=None)


def kept_user() -> t.Any:
    """Return the user of this request in this application context, or :data:`NOT_LOADED`.

    :raises RuntimeError: Outside a request.
    """
    on_request = request_contexts.get(request_ctx).request.__dict__
    on_g = app_contexts.get(app_ctx).g.__dict__

    if _USER not in on_g and _ASIDE not in on_g:
        return NOT_LOADED

    visit = on_request[VISIT] if VISIT in on_request else None
    user = _own_user(on_g, visit)
    return _judge_claim(on_g, visit) if user is NOT_LOADED else user


def keep_user(visit: Visit, user: t.Any) -> None:
    """Store the user of a visit, for this visit only."""
    on_g = app_contexts.get(app_ctx).g.__dict__
    context = None if is_merged else request_contexts.get(None)
    visit.times_kept += 1

    # Without a request context, tests have patched the parts of a request that are needed.
    if context is not None:
        context = ref(context, partial(_drop_claim, on_g, visit))

    with _claiming:
        if _CLAIM in on_g:
            _set_aside(on_g, besides=visit)

        if _ASIDE in on_g:
            _drop_aside(on_g, visit)

        on_g[_CLAIM] = (visit, user, context)
        on_g[_USER] = user


def claim_user(visit: Visit) -> t.Any:
    """Claim the user that a manager stored on ``g``, and return the user, or ``None`` if there is
    none. Our manager has claimed the user already, but a replacement may only set
    ``g._login_user``.
    """
    user = _own_user(app_contexts.get(app_ctx).g.__dict__, visit)

    if user is not NOT_LOADED:
        return user

    with _claiming:
        user = kept_user()
        user = None if user is NOT_LOADED else user
        keep_user(visit, user)

    return user


def has_kept_user(visit: Visit) -> bool:
    """Return whether this library stored the user of this request, and not the application."""
    claim: _Claim | None = app_contexts.get(app_ctx).g.__dict__.get(_CLAIM)
    return claim is not None and claim[0] is visit and claim[1] is kept_user()


def dispatch() -> None:
    """Record that this request is dispatched, so that it shares its user with no other request. Set
    aside another request's user in the same context, and restore it afterwards. The other request
    may be the one whose view sends this one.
    """
    if is_merged:
        return

    on_request = request_contexts.get(request_ctx).request.__dict__
    on_g = app_contexts.get(app_ctx).g.__dict__

    if VISIT not in on_request:
        on_request[VISIT] = None
    elif on_request[VISIT] is not None:
        on_request[VISIT].dispatched = True

    if _CLAIM in on_g:
        _set_others_aside(on_g, on_request[VISIT])


def begin_search(visit: Visit) -> Token[tuple[Visit, int] | None]:
    """Forget the user of this request, and record that a search runs. Pass the result to
    :func:`end_search`.
    """
    on_g = app_contexts.get(app_ctx).g.__dict__

    if _USER in on_g:
        with _claiming:
            if kept_user() is not NOT_LOADED:
                del on_g[_USER]

    # If protection has failed, the verdict also holds for another context of this request.
    if not visit.protection_failed:
        visit.protection_failed = None

    return _search.set((visit, visit.times_kept))


#: Call this at the end of a search, with or without a result.
end_search = _search.reset


def is_searching(visit: Visit) -> bool:
    """Return whether the user of this request is being searched for. It is false as soon as a
    loader logs a user in or out.
    """
    searched, times_kept = _search.get() or (None, 0)

    # A user who was kept since then may belong to another context.
    return searched is visit and (visit.times_kept == times_kept or kept_user() is NOT_LOADED)


def snapshot() -> Callable[[], None]:
    """Save the user and the visit of this request. Return a function that restores them."""
    on_g = app_contexts.get(app_ctx).g.__dict__
    kept = {key: on_g[key] for key in (_USER, _CLAIM) if key in on_g}
    on_request = request_contexts.get(request_ctx).request.__dict__
    is_begun = on_request.get(VISIT) is not None
    visit = Visit.current()
    before = dict(vars(visit))

    def bring_back() -> None:
        for key in (_USER, _CLAIM):
            on_g.pop(key, None)

        on_g.update(kept)
        vars(visit).clear()
        vars(visit).update(before)

        if not is_begun:
            on_request.pop(VISIT, None)

    return bring_back


def _own_user(on_g: dict[str, t.Any], visit: Visit | None) -> t.Any:
    # Another thread may replace or delete both at any time.
    try:
        owner, user, _ = on_g[_CLAIM]
        return user if owner is visit and on_g[_USER] is user else NOT_LOADED
    except KeyError:
        return NOT_LOADED


def _judge_claim(on_g: dict[str, t.Any], visit: Visit | None) -> t.Any:
    with _claiming:
        _take_back(on_g, visit)
        user = on_g.get(_USER, NOT_LOADED)
        claim: _Claim | None = on_g.get(_CLAIM)

    # The application set the user, or the user belongs to this request.
    if claim is None or claim[1] is not user or claim[0] is visit:
        return user

    # A context that was never dispatched is a test's. It shares its user with the requests inside.
    return NOT_LOADED if claim[0].dispatched else user


def _drop_claim(on_g: dict[str, t.Any], visit: Visit, _context: object = None) -> None:
    """Remove the user of a visit from a ``g`` that outlives the request. Otherwise the user would
    look like one that the application has set.
    """
    with _claiming:
        if _ASIDE in on_g:
            _drop_aside(on_g, visit)

        if _CLAIM in on_g and on_g[_CLAIM][0] is visit:
            _remove_claim(on_g)


def _remove_claim(on_g: dict[str, t.Any]) -> None:
    user = on_g.pop(_CLAIM)[1]

    if _USER in on_g and on_g[_USER] is user:
        del on_g[_USER]


def _set_others_aside(on_g: dict[str, t.Any], visit: Visit | None) -> None:
    with _claiming:
        claim: _Claim | None = on_g.get(_CLAIM)

        if claim is None or not claim[0].dispatched or claim[0] is visit:
            return

        _set_aside(on_g)

    context = request_contexts.get()
    finalize(context, _give_back, on_g, claim[0]).atexit = False


def _give_back(on_g: dict[str, t.Any], visit: Visit) -> None:
    with _claiming:
        if _CLAIM not in on_g:
            _take_back(on_g, visit)


def _set_aside(on_g: dict[str, t.Any], besides: Visit | None = None) -> None:
    """Store the user of another request outside ``g._login_user`` until that request continues."""
    claim: _Claim | None = on_g.get(_CLAIM)

    if claim is None or claim[0] is besides:
        return

    if _USER in on_g and on_g[_USER] is claim[1]:
        # Freeing an object may call '_drop_claim' between any two steps.
        aside: dict[Visit, _Claim] = on_g.get(_ASIDE, {})
        aside[claim[0]] = claim
        on_g[_ASIDE] = aside

    _remove_claim(on_g)


def _take_back(on_g: dict[str, t.Any], visit: Visit | None) -> None:
    """Restore the user of a request that was set aside, unless the application has set a user. The
    other request may still run in a thread, or a traceback may keep it alive.
    """
    claim = on_g[_ASIDE].get(visit) if _ASIDE in on_g else None

    if claim is None:
        return

    if _USER not in on_g or (_CLAIM in on_g and on_g[_CLAIM][1] is on_g[_USER]):
        _set_aside(on_g)
        on_g[_CLAIM] = claim
        on_g[_USER] = claim[1]

    _drop_aside(on_g, claim[0])


def _drop_aside(on_g: dict[str, t.Any], visit: Visit) -> None:
    aside: dict[Visit, _Claim] = on_g.get(_ASIDE, {})
    aside.pop(visit, None)

    if not aside:
        on_g.pop(_ASIDE, None)
