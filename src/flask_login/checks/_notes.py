"""Likely mistakes in views."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import suppress
from inspect import isfunction
from inspect import ismethod
from pathlib import Path

from flask import Flask
from werkzeug.local import LocalProxy

from .. import _views
from ._code import logs_out
from ._code import read_of_user
from ._parts import core_of
from ._parts import layers_of
from ._parts import without_partials

#: Code that reads one of these handles anonymous users.
ASKS = {"is_authenticated", "is_anonymous"}


class Note(t.NamedTuple):
    """Something in a view that should be looked at."""

    kind: str
    text: str
    #: Whether it is only a guess from reading code.
    hint: bool


class Notes:
    """Finds likely mistakes in the views of one application.

    :param anonymous_user: Makes an anonymous user.
    """

    def __init__(self, app: Flask, anonymous_user: t.Any) -> None:
        views = app.view_functions
        bare = {endpoint: without_partials(view) for endpoint, view in views.items()}
        self._too_late = {*_views.find_unguarded(bare)}
        guarded = [endpoint for endpoint, view in views.items() if _is_guarded(view)]
        self._guarded_at = {_identity_of(views[endpoint]): endpoint for endpoint in guarded}
        self._anonymous: t.Any = None

        # The application's own class may need a request.
        with suppress(Exception):
            self._anonymous = anonymous_user()

    def of_view(self, endpoint: str, view: t.Any, *, is_closed: bool) -> Iterator[Note]:
        """Yield notes about how a view was registered."""
        if endpoint in self._too_late:
            text = "A guard above '@app.route' has no effect. Put it below."
            yield Note("guard_above_route", text, hint=False)

        other = self._guarded_at.get(_identity_of(view))

        if other is not None and not is_closed and not _is_guarded(view):
            text = f"The same function has a guard at the endpoint '{other}', but not here."
            yield Note("guarded_elsewhere", text, hint=False)

    def of_code(self, parts: list[t.Any], method: str, *, is_closed: bool) -> Iterator[Note]:
        """Yield notes about the code of a view.

        :param parts: The functions that the view consists of.
        """
        functions = [part for part in parts if isfunction(part) and _views.kind_of(part) is None]

        if method == "GET" and any(map(logs_out, functions)):
            text = "GET calls 'logout_user', so a link on another site can log users out."
            yield Note("logout_by_get", text, hint=True)

        if not is_closed:
            yield from self._of_reading(functions)

    def _of_reading(self, functions: list[t.Any]) -> Iterator[Note]:
        read = [read_of_user(function) for function in functions]
        known = {attribute for attributes in read for attribute in attributes}
        missing = sorted(filter(self._is_missing, known))

        if missing and not known & ASKS:
            text = f"It reads 'current_user.{missing[0]}', which visitors do not have."
            yield Note("reads_current_user", text, hint=True)

        for function, attributes in [*zip(functions, read, strict=True)][:-1]:
            if attributes & ASKS:
                code = function.__code__
                place = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
                text = f"A decorator reads 'current_user' ({place}). If it is a guard, declare it."
                yield Note("undeclared_decorator", text, hint=True)

    def _is_missing(self, attribute: str) -> bool:
        try:
            return not hasattr(self._anonymous, attribute) and not hasattr(LocalProxy, attribute)
        except Exception:  # A property may need a request.
            return False


def _is_guarded(view: t.Any) -> bool:
    return any(_views.kind_of(layer) is not None for layer in layers_of(view))


def _identity_of(view: t.Any) -> tuple[int, ...]:
    """Return a value that is equal for one function, or for one method of one object."""
    core = core_of(view)
    return (id(core.__self__), id(core.__func__)) if ismethod(core) else (id(core),)
