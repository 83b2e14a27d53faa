"""Checks of the loaders and of the user class."""

from __future__ import annotations

import inspect
import typing as t
from collections.abc import Iterator
from contextlib import suppress

from .._loaders import call_loader
from ..login_manager import LoginManager
from ..mixins import AnonymousUserMixin
from ..mixins import UserMixin
from ..typing import UserProtocol
from ._catalog import Problem
from ._catalog import problem
from ._setup import counts_as_user
from ._setup import Setup

# IDs of several forms. The first is the ID of an unsaved user, as text.
_UNKNOWN_IDS = (
    "None",
    "0",
    "00000000-0000-4000-8000-000000000000",
    "000000000000000000000000",
    "nobody@example.invalid",
)

# No user can have one of these.
_IMPOSSIBLE_IDS = ("None", "nobody@example.invalid")


def find(setup: Setup) -> Iterator[Problem]:
    manager = setup.manager

    ours: t.Any = LoginManager

    # A subclass may find the user without a loader.
    is_ours = getattr(manager._load_user, "__func__", None) is ours._load_user

    if is_ours and not any(manager._loaders()):
        yield problem("login.E070")

    if counts_as_user(manager.anonymous_user):
        yield problem("login.E075", "anonymous_user", visitors=manager.anonymous_user.__name__)

    if manager._user_callback is None:
        return

    for user_class in _find_user_classes(manager):
        # A class with '__getattr__' may get the method from an object that it wraps.
        if not hasattr(user_class, "get_session_stamp") and not hasattr(user_class, "__getattr__"):
            yield problem("login.W071", user_class=user_class.__name__)

    if setup.try_loader:
        yield from _try(setup)


def _try(setup: Setup) -> Iterator[Problem]:
    """Call the loader for each ID. Each call has its own request, because an error may leave a
    broken transaction behind.
    """
    errors: dict[str, str] = {}
    found: list[str] = []

    for user_id in _UNKNOWN_IDS:
        try:
            with setup.request():
                callback = setup.manager._user_callback
                user = call_loader(setup.app, callback, user_id, "user_loader", "check")
        except Exception as error:
            errors[user_id] = type(error).__name__
            continue

        if user is not None:
            found.append(user_id)

    if len(errors) == len(_UNKNOWN_IDS):
        yield problem("login.E072", error=errors[_UNKNOWN_IDS[0]])
    elif errors:
        user_id, kind = next(iter(errors.items()))
        yield problem("login.W073", user_id=user_id, error=kind)

    if not {*found}.isdisjoint(_IMPOSSIBLE_IDS):
        yield problem("login.W074")


def _find_user_classes(manager: t.Any) -> list[type]:
    """Return the user classes from the annotations of the manager and the loader, or else those
    that the code of the loader names.
    """
    callback = manager._user_callback
    named = t.get_args(getattr(manager, "__orig_class__", None))
    candidates = [*named, *_classes_in(_return_type(callback))]

    if not any(map(_is_user_class, candidates)):
        candidates = [callback, getattr(callback, "__self__", None), *_names_in(callback)]

    classes = {candidate for candidate in candidates if _is_user_class(candidate)}
    return sorted(classes, key=lambda user_class: user_class.__qualname__)


def _return_type(callback: t.Any) -> t.Any:
    # An annotation may use a name that is imported for type checkers only.
    with suppress(Exception):
        return t.get_type_hints(callback).get("return")

    return None


def _classes_in(hint: t.Any) -> Iterator[t.Any]:
    """Yield the classes in an annotation such as ``User | None`` or ``Awaitable[User]``."""
    arguments = t.get_args(hint)
    return iter([hint]) if not arguments else (c for a in arguments for c in _classes_in(a))


def _names_in(callback: t.Any) -> list[t.Any]:
    # A loader may be any callable, also one without Python code.
    with suppress(TypeError, ValueError):
        names = inspect.getclosurevars(inspect.unwrap(callback))
        return [*names.globals.values(), *names.nonlocals.values()]

    return []


def _is_user_class(candidate: t.Any) -> t.TypeGuard[type]:
    """Whether it is a user class of the application."""
    return (
        isinstance(candidate, type)
        and hasattr(candidate, "is_authenticated")
        and candidate not in (UserMixin, UserProtocol)
        and not issubclass(candidate, AnonymousUserMixin)
    )
