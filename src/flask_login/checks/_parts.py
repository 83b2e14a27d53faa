"""What a view consists of: the functions that a call of it enters."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from functools import partial
from inspect import getattr_static
from inspect import isclass
from inspect import isfunction
from inspect import ismethod

from .. import guards
from .. import utils
from ._code import names_in

_OURS = (guards.__name__, utils.__name__)


def parts_of(view: t.Any, method: str) -> list[t.Any]:
    """The layers of a view and, if it is class-based, of its methods that answer a method."""
    layers = [*layers_of(view)]
    classes = (_attributes_of(layer).get("view_class") for layer in layers)
    view_class = next(filter(isclass, classes), None)

    if view_class is None:
        return layers

    names = _names_in_dispatch(view_class)

    for name in _names_of_methods(view_class, names, method):
        layers += layers_of(getattr(view_class, name, None))

    return [*layers, *_guards_of_methods(view_class, names, method)]


def layers_of(view: t.Any) -> Iterator[t.Any]:
    """A view and, one by one, what it wraps or calls."""
    while view is not None:
        yield view
        wrapped = _wrapped_by(view)
        view = _called_by(view) if wrapped is None else wrapped


def core_of(view: t.Any) -> t.Any:
    """What is behind the decorators and partials of a view."""
    while (wrapped := _wrapped_by(view)) is not None:
        view = wrapped

    return view


def without_partials(view: t.Any) -> t.Any:
    while isinstance(view, partial):
        view = view.func

    return view


def name_of(function: t.Any) -> str:
    """Where to find a function."""
    named = function if hasattr(function, "__qualname__") else t.cast(t.Any, type(function))
    return f"{named.__module__}.{named.__qualname__}"


def _wrapped_by(view: t.Any) -> t.Any:
    return view.func if isinstance(view, partial) else _attributes_of(view).get("__wrapped__")


def _called_by(view: t.Any) -> t.Any:
    if ismethod(view):
        return view.__func__

    call = getattr_static(t.cast(t.Any, type(view)), "__call__", None)
    return call if isfunction(call) else None


def _attributes_of(thing: t.Any) -> dict[str, t.Any]:
    """The attributes of something itself. A method shows those of its function."""
    return {} if ismethod(thing) else getattr(thing, "__dict__", {})


def _names_of_methods(view_class: type, names: Collection[str], method: str) -> list[str]:
    # A class that does not look its methods up by name has none that are views.
    if not {"getattr", "method"}.issubset(names):
        return ["dispatch_request"]

    # HEAD is answered by 'get', if there is no 'head'.
    answers_head = method == "HEAD" and not hasattr(view_class, "head")
    return ["dispatch_request", "get" if answers_head else method.lower()]


def _guards_of_methods(view_class: t.Any, names: Collection[str], method: str) -> Iterator[t.Any]:
    """What Flask-RESTful and Flask-RESTX put around a method. Only decorators of this library are
    called, to see what they make.
    """
    if "method_decorators" not in names:
        return

    decorators: t.Any = view_class.method_decorators

    if isinstance(decorators, Mapping):
        decorators = t.cast("Mapping[str, t.Any]", decorators).get(method.lower(), ())

    for decorator in decorators:
        if getattr(decorator, "__module__", None) in _OURS:
            yield decorator(lambda: None)


def _names_in_dispatch(view_class: type) -> set[str]:
    """What the ``dispatch_request`` of a class mentions: the first that calls no other one."""
    attributes = (vars(parent).get("dispatch_request") for parent in view_class.__mro__)
    mentioned = (names_in(core_of(function)) for function in attributes if function is not None)
    return next((names for names in mentioned if "dispatch_request" not in names), set[str]())
