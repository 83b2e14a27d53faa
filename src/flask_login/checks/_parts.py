"""What a view consists of: the functions that a call of it enters."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from functools import partial
from inspect import getattr_static
from inspect import isclass
from inspect import isfunction
from inspect import ismethod

from flask.views import MethodView

from ._code import names_in


def parts_of(view: t.Any, method: str) -> list[t.Any]:
    """The layers of a view and, if it is class-based, of its methods that answer a method."""
    layers = [*layers_of(view)]
    classes = (_attributes_of(layer).get("view_class") for layer in layers)
    view_class = next(filter(None, classes), None)

    for name in _names_of_methods(view_class, method):
        layers += layers_of(getattr(view_class, name, None))

    return layers


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


def _names_of_methods(view_class: t.Any, method: str) -> list[str]:
    if not isclass(view_class):
        return []

    if not _dispatches_by_method(view_class):
        return ["dispatch_request"]

    # HEAD is answered by 'get', if there is no 'head'.
    answers_head = method == "HEAD" and not hasattr(view_class, "head")
    return ["dispatch_request", "get" if answers_head else method.lower()]


def _dispatches_by_method(view_class: type) -> bool:
    """Whether a class-based view calls its method that is named like the request's, as Flask's
    ``dispatch_request`` does, or one that calls that, or looks the method up.
    """
    attributes = (vars(parent).get("dispatch_request") for parent in view_class.__mro__)

    for dispatch_request in filter(None, attributes):
        if dispatch_request is MethodView.dispatch_request:
            return True

        names = names_in(core_of(dispatch_request))

        if "dispatch_request" not in names:
            return names.issuperset({"getattr", "method"})

    return False
