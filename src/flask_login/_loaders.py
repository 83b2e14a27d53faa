"""Calls of the application's loaders, and notes on the exceptions that they raise."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from inspect import unwrap
from types import CoroutineType

from flask import Flask

from ._async import wait_for
from .mixins import is_nobody


def call_loader(app: Flask, callback: t.Any, argument: t.Any, kind: str, where: str) -> t.Any:
    """Call a loader, and return the user or ``None``. An exception gets a note with its name."""
    try:
        user = callback(argument)

        # Check the result and not the callable, which may hide that it is async.
        if type(user) is CoroutineType:
            user = wait_for(app, t.cast(t.Any, user))
    except BaseException as error:
        name = getattr(callback, "__qualname__", repr(callback))
        note = f"Raised by the {kind} {name!r} while loading the user of the {where}."

        # 'add_note' does the same, but needs Python 3.11. Some exceptions refuse attributes.
        with suppress(Exception):
            notes: list[str] = [*getattr(error, "__notes__", ())]

            # The same exception object may be raised many times.
            if note not in notes:
                error.__notes__ = [*notes, note]  # type: ignore[attr-defined]

        raise

    return None if is_nobody(user) else user


def has_left_the_view(error: BaseException) -> bool:
    """Return whether a loader's exception has left the view, so that Flask handles it now. If the
    view caught the exception, its traceback does not contain Flask's functions.
    """
    frames = {frame.f_code for frame in _frames_of(error)}
    return bool(frames & _FLASK) and any(
        call_loader.__code__ in {frame.f_code for frame in _frames_of(cause)}
        for cause in _causes_of(error)
    )


# Tracing agents wrap these methods. Flask 3.2 wraps them, too, if a subclass overrides one of them
# with the old signature.
_FLASK = {unwrap(method).__code__ for method in (Flask.wsgi_app, Flask.full_dispatch_request)}


def _causes_of(error: BaseException | None) -> t.Iterator[BaseException]:
    seen: set[int] = set()

    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _frames_of(error: BaseException) -> t.Iterator[t.Any]:
    traceback = error.__traceback__

    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next
