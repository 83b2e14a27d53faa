"""What can be told of a view function from outside: whether a guard stands before it, and whether
it is async.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from inspect import iscoroutinefunction
from inspect import isfunction
from weakref import WeakSet

View = Callable[..., t.Any]
V = t.TypeVar("V", bound=View)

#: The mark of views that pollers ask for, which do not keep a session alive.
NO_ACTIVITY = "_login_no_activity"

#: The mark of views that stay open where a login is required by default.
EXEMPT = "_login_exempt"

_REFUSAL = "_login_refusal"
_KIND = "_login_guard"
_MARKED = "_login_marked_methods"

# The views that guards wrap, and the guards. Views come and go with the apps of a test suite.
_guarded: WeakSet[View] = WeakSet()
_guards: WeakSet[View] = WeakSet()


def mark_guarded(
    view: View, guard: View, kind: Mapping[str, t.Any], refusal: Callable[[], t.Any] | None
) -> None:
    """Note that ``guard`` was put before ``view`` and all that ``view`` itself wraps.

    :param kind: What :func:`kind_of` returns of it.
    :param refusal: What the guard asks, which returns ``None`` or what answers instead. ``None`` if
        it sends no user on.
    """
    guard.__dict__[_REFUSAL] = refusal
    guard.__dict__[_KIND] = kind
    _guards.add(guard)
    _guarded.update(_unwrapped(view))


def kind_of(guard: t.Any) -> Mapping[str, t.Any] | None:
    """The name of a guard, as ``"guard"``, and its arguments. ``None`` if it is no guard."""
    return guard.__dict__[_KIND] if isfunction(guard) and guard in _guards else None


def refusals_of(view: View | None, method: str) -> list[Callable[[], t.Any]]:
    """What those guards ask that may send users on: before a view, and its method that answers."""
    view_class = getattr(view, "view_class", None)
    functions = (
        view,
        *(getattr(view_class, n, None) for n in ("dispatch_request", method.lower())),
    )
    guards = (guard for function in functions for guard in _unwrapped(t.cast(View, function)))
    asked = (guard.__dict__[_REFUSAL] for guard in guards if guard in _guards)
    return [refusal for refusal in asked if refusal is not None]


def find_unguarded(view_functions: Mapping[str, View]) -> list[str]:
    """The endpoints of views that a guard wraps but that were registered without it.

    That is what becomes of a guard *above* ``@app.route``: the route has registered the bare view
    before the guard is applied.
    """
    views = {endpoint: view for endpoint, view in view_functions.items() if isfunction(view)}
    behind_guards: set[View] = set()

    for view in views.values():
        chain = list(_unwrapped(view))
        first = next((i for i, function in enumerate(chain) if function in _guards), len(chain))
        behind_guards.update(chain[first + 1 :])

    return [
        endpoint
        for endpoint, view in views.items()
        if view in _guarded and view not in behind_guards
    ]


def mark(view: V, name: str) -> V:
    """Mark a view function, a class-based view or one of its methods. Of a method that is bound to
    an object, only this object's is marked.

    :raises TypeError: If it is no view, or cannot be marked.
    """
    if not callable(view):
        raise TypeError(f"A mark goes on a view, not on {view!r}.")

    owner = getattr(view, "__self__", None)

    try:
        if owner is None:
            setattr(view, name, True)
        else:
            marks = {*_marks_of(owner), (view.__func__, name)}  # type: ignore[attr-defined]
            setattr(owner, _MARKED, (id(owner), marks))
    except AttributeError:
        raise TypeError(
            f"{view!r} cannot be marked, because it takes no attributes. Mark a function that"
            " calls it."
        ) from None

    return view


def has_mark(view: View, method: str, name: str) -> bool:
    """Whether a view is marked: on itself, on its class, or on the method of it that answers.

    A class does not inherit the mark: what derives from an open view may be less harmless.
    """
    view_class = getattr(view, "view_class", None)
    marked: list[t.Any] = [*_layers(view)]

    if view_class is not None:
        names = ["dispatch_request", method.lower()]

        # A 'MethodView' answers HEAD by its 'get'.
        if method == "HEAD" and not hasattr(view_class, "head"):
            names.append("get")

        marked += [view_class, *(getattr(view_class, attribute, None) for attribute in names)]

    return any(name in getattr(candidate, "__dict__", ()) for candidate in marked) or any(
        (getattr(candidate, "__func__", None), name) in _marks_of(candidate.__self__)
        for candidate in marked
        if getattr(candidate, "__self__", None) is not None
    )


def _marks_of(owner: t.Any) -> t.Any:
    """The marks of an object's methods, and none of its class's."""
    # A copy of the object has all its attributes, and was not marked.
    marked, marks = getattr(owner, "__dict__", {}).get(_MARKED, (None, ()))
    return marks if marked == id(owner) else ()


def is_awaitable(view: View) -> bool:
    """Whether calling a view from async code gives something to await: it is a coroutine function,
    perhaps behind guards of ours.
    """
    if isfunction(view) and view in _guards:
        return is_awaitable(view.__dict__["__wrapped__"])

    return iscoroutinefunction(view)


def is_async(view: View) -> bool:
    """Whether a view, or a method of a class-based view, is a coroutine function."""
    view_class = getattr(view, "view_class", None)

    if view_class is None:
        return any(map(iscoroutinefunction, _layers(view)))

    names = ["dispatch_request", *(method.lower() for method in view_class.methods or ())]
    return any(iscoroutinefunction(getattr(view_class, name, None)) for name in names)


def _unwrapped(view: View | None) -> Iterator[View]:
    """A function and, one by one, the functions that it wraps."""
    return filter(isfunction, _layers(view))


def _layers(view: t.Any) -> Iterator[t.Any]:
    """A view and, one by one, all that it wraps. The innermost may be no function, but a method of
    an object.
    """
    yield view

    while isfunction(view) and "__wrapped__" in view.__dict__:
        view = view.__dict__["__wrapped__"]
        yield view
