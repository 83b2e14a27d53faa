"""Calls of ``async def`` functions from sync code."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Callable
from collections.abc import Coroutine
from contextvars import copy_context
from importlib import import_module

from flask import Flask


def to_sync(app: Flask, function: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """Return a sync function that returns the result of ``function``, which may be async."""
    call = app.ensure_sync(function)

    if call is function or not in_event_loop():
        return call

    def call_elsewhere(*args: t.Any, **kwargs: t.Any) -> t.Any:
        # This thread's event loop is running the caller, so it cannot wait for the result. Use
        # another thread, which has its own event loop and sees the same request. Imported here,
        # because only async applications need it.
        futures = import_module("concurrent.futures")

        with futures.ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(copy_context().run, call, *args, **kwargs).result()

    return call_elsewhere


def wait_for(app: Flask, coroutine: Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
    """Return the result of a coroutine."""

    async def wait() -> t.Any:
        return await coroutine

    try:
        return to_sync(app, wait)()
    finally:
        # If nothing can run the coroutine, avoid Python's warning besides the error.
        coroutine.close()


def in_event_loop() -> bool:
    """Return whether the caller runs in an event loop."""
    # If asyncio is not imported yet, no loop runs. Do not import it, because that takes long.
    asyncio = sys.modules.get("asyncio")

    if asyncio is None:
        return False

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False

    return True
