"""Why a view is closed or open: guards, declared guards, the default, and exemptions."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

from flask import Flask
from werkzeug.routing import Rule

from .. import _views
from .._exemptions import parents_of
from .._gate import Gate
from .._values import as_seconds
from ..config import EXEMPT_METHODS
from ..config import Settings
from ._code import codes_of
from ._parts import layers_of
from ._parts import name_of
from ._parts import parts_of
from ._setup import counts_as_user

#: Packages whose ``before_request`` functions treat visitors and users alike.
HARMLESS = frozenset(
    {"flask_debugtoolbar", "flask_limiter", "flask_session", "flask_talisman", "flask_wtf"}
)

_CLOSING = {"login_required", "fresh_login_required", "user_passes_test", "default", "declared"}
_FUNCTIONS = {"before_request", "function", "test"}
#: Details that a table shows without their names: ``default(admin)``.
_UNNAMED = {"because", "blueprint", "by", "function", "test"}


class Cause(t.NamedTuple):
    """One reason why a view is open or closed."""

    kind: str
    #: Values that JSON can represent. A table leaves out those that are ``None``.
    details: Mapping[str, t.Any]

    @property
    def closes(self) -> bool:
        return self.kind in _CLOSING

    def __str__(self) -> str:
        known = {key: value for key, value in self.details.items() if value is not None}
        shown = (
            f"{'' if key in _UNNAMED else f'{key}='}{self._as_text(key, value)}"
            for key, value in known.items()
        )
        return f"{self.kind}({', '.join(shown)})" if known else self.kind

    def _as_text(self, key: str, value: t.Any) -> str:
        # The whole path is shown only where the user has to find the function to declare it.
        if key in _FUNCTIONS and self.closes:
            return str(value.rpartition(".")[2])

        if isinstance(value, tuple):
            return "/".join(t.cast("tuple[str, ...]", value))

        return f"{value:g}" if isinstance(value, float) else str(value)


class Causes:
    """Finds the causes in one application."""

    def __init__(self, app: Flask, gate: Gate, settings: Settings) -> None:
        self._app = app
        self._gate = gate
        self._settings = settings
        self._manager: t.Any = gate._manager
        declared: list[tuple[t.Any, t.Any]] = getattr(self._manager, "_declared_guards", [])
        # The last declaration of a function wins.
        self._declared = declared[::-1]

    def of(self, rule: Rule, method: str) -> list[Cause]:
        """Return why the view of a rule is closed for a method, or why it is open."""
        endpoint: str = rule.endpoint
        view = self._app.view_functions[endpoint]
        why_off = self._why_guards_are_off(method)

        if why_off is not None:
            return [Cause(why_off, {})]

        found = [
            *self._guards_in(parts_of(view, method), endpoint),
            *self._default(rule, method),
            *self._before_request(endpoint),
        ]

        # A view with a guard is closed, whatever an undeclared function does.
        if any(cause.closes for cause in found):
            return [cause for cause in found if cause.kind != "undeclared"]

        return [*self._exemptions(rule, method), *found]

    def _why_guards_are_off(self, method: str) -> str | None:
        if self._settings.login_disabled:
            return "LOGIN_DISABLED"

        if method in EXEMPT_METHODS:
            return "EXEMPT_METHODS"

        return "anonymous_user" if counts_as_user(self._manager.anonymous_user) else None

    def guards_in(self, layers: list[t.Any]) -> Iterator[Cause]:
        """Yield the guards of this library, the outermost first."""
        for layer in layers:
            kind = _views.kind_of(layer)

            if kind is not None:
                yield self._as_cause(**kind)

    def _as_cause(self, guard: str, **details: t.Any) -> Cause:
        if guard == "fresh_login_required":
            seconds = as_seconds("max_age", details["max_age"])
            details["max_age"] = self._settings.fresh_lifetime if seconds is None else seconds
        elif guard == "user_passes_test":
            details["test"] = name_of(details["test"])

        return Cause(guard, details)

    def _guards_in(self, layers: list[t.Any], endpoint: str) -> Iterator[Cause]:
        yield from self.guards_in(layers)

        for name, guards in self._find_declared(layers, endpoint):
            if guards:
                yield Cause("declared", {"function": name, "before_request": None})

    def _default(self, rule: Rule, method: str) -> Iterator[Cause]:
        # An application that assigns 'before_request_funcs' removes the hook that closes views.
        hooks = self._app.before_request_funcs.get(None, ())
        is_hooked = any(getattr(hook, "__module__", None) == Gate.__module__ for hook in hooks)

        if is_hooked and self._gate.closes(rule, method):
            closed = self._gate._find_closed()
            names = parents_of(rule.endpoint.rpartition(".")[0])
            blueprints = (
                name
                for name in names
                for known in closed
                if self._app.blueprints.get(name) in known
            )
            yield Cause("default", {"blueprint": next(blueprints, None)})

    def _before_request(self, endpoint: str) -> Iterator[Cause]:
        for name in (None, *parents_of(endpoint.rpartition(".")[0])[::-1]):
            for function in self._app.before_request_funcs.get(name, ()):
                yield from self._function_before(function, endpoint)

    def _function_before(self, function: Callable[..., t.Any], endpoint: str) -> Iterator[Cause]:
        layers = [*layers_of(function)]
        declared = [*self._find_declared(layers, endpoint)]
        guards = [*self._guards_in(layers, endpoint)]
        name = name_of(function)

        for guard in guards:
            # The function itself may be the declared guard. It is named once.
            details = {k: v for k, v in guard.details.items() if (k, v) != ("function", name)}
            yield guard._replace(details={**details, "before_request": name})

        if not declared and not any(g.closes for g in guards) and not _is_harmless(function):
            yield Cause("undeclared", {"before_request": name})

    def _find_declared(self, layers: list[t.Any], endpoint: str) -> Iterator[tuple[str, bool]]:
        """Yield the declared functions among the layers, and the declared decorators that made one
        of them. Each comes with its name and whether it is a guard.
        """
        codes = {id(getattr(layer, "__code__", None)) for layer in layers}
        known: list[t.Any] = []

        for function, guards in self._declared:
            if function in known:
                continue

            known.append(function)
            closes = bool(guards(endpoint) if callable(guards) else guards)

            # A decorator that is no guard may decorate a guard.
            if function in layers or (closes and codes & _made_by(function)):
                yield name_of(function), closes

    def _exemptions(self, rule: Rule, method: str) -> Iterator[Cause]:
        view = self._app.view_functions[rule.endpoint]
        exemptions = self._gate._exemptions

        if _views.has_mark(view, method, _views.EXEMPT):
            yield Cause("exempt", {"by": "login_exempt"})
        elif exemptions._is_static(rule.endpoint):
            yield Cause("exempt", {"by": "static"})
        elif exemptions.is_open(rule, method, self._gate._manager):
            yield Cause("exempt", {"by": "login_view"})


def _made_by(function: Callable[..., t.Any]) -> set[int]:
    """Return the code of the functions inside a decorator. Its own code is left out: closures of
    one factory share it, but may refuse different users.
    """
    return {id(code) for layer in layers_of(function) for code in [*codes_of(layer)][1:]}


def _is_harmless(function: Callable[..., t.Any]) -> bool:
    package = str(getattr(function, "__module__", "")).partition(".")[0]
    return package in HARMLESS or package == "flask_login"
