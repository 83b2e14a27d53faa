"""Calling what may be ``async def`` from code that is not."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Callable
from collections.abc import Coroutine
from contextvars import copy_context
from importlib import import_module

from flask import Flask


def to_sync(app: Flask, function: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """A function to call and get the result of, be ``function`` sync or async."""
    call = app.ensure_sync(function)

    if call is function or not in_event_loop():
        return call

    def call_elsewhere(*args: t.Any, **kwargs: t.Any) -> t.Any:
        # This thread's event loop is busy with whoever is calling, so the result cannot be waited
        # for in it. Another thread has one of its own, and sees the same request. Whoever has an
        # event loop has imported this module; for all others, it is not worth its time.
        futures = import_module("concurrent.futures")

        with futures.ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(copy_context().run, call, *args, **kwargs).result()

    return call_elsewhere


def wait_for(app: Flask, coroutine: Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
    """What an async function returns that has been called."""

    async def wait() -> t.Any:
        return await coroutine

    try:
        return to_sync(app, wait)()
    finally:
        # Where nothing can run it, the error says so, and Python need not complain as well.
        coroutine.close()


def in_event_loop() -> bool:
    """Whether it is async code that calls."""
    # Where nobody has imported asyncio, no loop runs; importing it takes longer than all else here.
    asyncio = sys.modules.get("asyncio")

    if asyncio is None:
        return False

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False

    return True
