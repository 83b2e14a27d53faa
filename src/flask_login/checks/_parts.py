"""The functions that a view consists of: decorators, partials and methods."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from functools import partial
from inspect import getattr_static
from inspect import isclass
from inspect import isfunction
from inspect import ismethod

from flask.views import MethodView


def parts_of(view: t.Any, method: str) -> list[t.Any]:
    """Return the layers of a view and, if it is class-based, of its method for an HTTP method."""
    layers = [*layers_of(view)]
    classes = (_attributes_of(layer).get("view_class") for layer in layers)
    view_class = next(filter(None, classes), None)

    for name in _names_of_methods(view_class, method):
        layers += layers_of(getattr(view_class, name, None))

    return layers


def layers_of(view: t.Any) -> Iterator[t.Any]:
    """Yield a view and, one by one, the functions that it wraps or calls."""
    while view is not None:
        yield view
        wrapped = _wrapped_by(view)
        view = _called_by(view) if wrapped is None else wrapped


def core_of(view: t.Any) -> t.Any:
    """Return the function inside the decorators and partials of a view."""
    while (wrapped := _wrapped_by(view)) is not None:
        view = wrapped

    return view


def without_partials(view: t.Any) -> t.Any:
    while isinstance(view, partial):
        view = view.func

    return view


def name_of(function: t.Any) -> str:
    """Return the module and name of a function."""
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
    """Return the object's own attributes. A method would show those of its function."""
    return {} if ismethod(thing) else getattr(thing, "__dict__", {})


def _names_of_methods(view_class: t.Any, method: str) -> list[str]:
    if not isclass(view_class):
        return []

    if not issubclass(view_class, MethodView):
        return ["dispatch_request"]

    # Flask calls 'get' for HEAD if there is no 'head'.
    answers_head = method == "HEAD" and not hasattr(view_class, "head")
    return ["dispatch_request", "get" if answers_head else method.lower()]
