"""Properties of view functions: guards, marks, and whether they are async."""

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

#: The mark of views whose requests do not count as activity, such as polled views.
NO_ACTIVITY = "_login_no_activity"

#: The mark of views that are exempt from a login that is required by default.
EXEMPT = "_login_exempt"

_REFUSAL = "_login_refusal"
_KIND = "_login_guard"
_MARKED = "_login_marked_methods"

# The views that guards wrap, and the guards. The references are weak, because a test suite creates
# many applications.
_guarded: WeakSet[View] = WeakSet()
_guards: WeakSet[View] = WeakSet()


def mark_guarded(
    view: View, guard: View, kind: Mapping[str, t.Any], refusal: Callable[[], t.Any] | None
) -> None:
    """Record that ``guard`` wraps ``view``, and every function that ``view`` itself wraps.

    :param kind: The value that :func:`kind_of` returns for the guard.
    :param refusal: The function that the guard calls before the view. ``None`` if the guard never
        redirects logged-in users.
    """
    guard.__dict__[_REFUSAL] = refusal
    guard.__dict__[_KIND] = kind
    _guards.add(guard)
    _guarded.update(_unwrapped(view))


def kind_of(guard: t.Any) -> Mapping[str, t.Any] | None:
    """The name of a guard, as ``"guard"``, and its arguments. ``None`` if it is no guard."""
    return guard.__dict__[_KIND] if isfunction(guard) and guard in _guards else None


def refusals_of(view: View | None, method: str) -> list[Callable[[], t.Any]]:
    """Return the refusals of the guards of a view that may redirect logged-in users. For a
    class-based view, this includes the guards of its method for a request method.
    """
    view_class = getattr(view, "view_class", None)
    functions = (
        view,
        *(getattr(view_class, n, None) for n in ("dispatch_request", method.lower())),
    )
    guards = (guard for function in functions for guard in _unwrapped(t.cast(View, function)))
    asked = (guard.__dict__[_REFUSAL] for guard in guards if guard in _guards)
    return [refusal for refusal in asked if refusal is not None]


def find_unguarded(view_functions: Mapping[str, View]) -> list[str]:
    """Return the endpoints of views that have a guard, but were registered without it.

    This happens if the guard is *above* ``@app.route``: the route registers the view before the
    guard wraps it.
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
    """Mark a view function, a class-based view or one of its methods. For a bound method, only the
    method of this object is marked.

    :raises TypeError: If it is not a view, or cannot be marked.
    """
    if not callable(view):
        raise TypeError(f"Only a view can be marked, not {view!r}.")

    owner = getattr(view, "__self__", None)

    try:
        if owner is None:
            setattr(view, name, True)
        else:
            marks = {*_marks_of(owner), (view.__func__, name)}  # type: ignore[attr-defined]
            setattr(owner, _MARKED, (id(owner), marks))
    except AttributeError:
        raise TypeError(
            f"{view!r} accepts no attributes. Mark a function that calls it instead."
        ) from None

    return view


def has_mark(view: View, method: str, name: str) -> bool:
    """Return whether a view is marked: on itself, on its class, or on its method for this request.

    A subclass does not inherit the mark, because it may do more than an exempt base class.
    """
    view_class = getattr(view, "view_class", None)
    marked: list[t.Any] = [*_layers(view)]

    if view_class is not None:
        names = ["dispatch_request", method.lower()]

        # A 'MethodView' handles HEAD by its 'get'.
        if method == "HEAD" and not hasattr(view_class, "head"):
            names.append("get")

        marked += [view_class, *(getattr(view_class, attribute, None) for attribute in names)]

    return any(name in getattr(candidate, "__dict__", ()) for candidate in marked) or any(
        (getattr(candidate, "__func__", None), name) in _marks_of(candidate.__self__)
        for candidate in marked
        if getattr(candidate, "__self__", None) is not None
    )


def _marks_of(owner: t.Any) -> t.Any:
    """Return the marks on the bound methods of an object, without those of its class."""
    # A copy of a marked object has the same attributes, but it is not marked.
    marked, marks = getattr(owner, "__dict__", {}).get(_MARKED, (None, ()))
    return marks if marked == id(owner) else ()


def is_awaitable(view: View) -> bool:
    """Return whether a view is a coroutine function, perhaps wrapped by guards of ours. Then async
    code can await its result.
    """
    if isfunction(view) and view in _guards:
        return is_awaitable(view.__dict__["__wrapped__"])

    return iscoroutinefunction(view)


def is_async(view: View) -> bool:
    """Return whether a view, or a method of a class-based view, is a coroutine function."""
    view_class = getattr(view, "view_class", None)

    if view_class is None:
        return any(map(iscoroutinefunction, _layers(view)))

    names = ["dispatch_request", *(method.lower() for method in view_class.methods or ())]
    return any(iscoroutinefunction(getattr(view_class, name, None)) for name in names)


def _unwrapped(view: View | None) -> Iterator[View]:
    """Yield a function, and the functions that it wraps."""
    return filter(isfunction, _layers(view))


def _layers(view: t.Any) -> Iterator[t.Any]:
    """Yield a view, and everything that it wraps. The innermost may be a bound method instead of a
    function.
    """
    yield view

    while isfunction(view) and "__wrapped__" in view.__dict__:
        view = view.__dict__["__wrapped__"]
        yield view
