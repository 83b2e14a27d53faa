"""What tests say differently of different versions of Flask."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from functools import partial

import pytest
from flask import copy_current_request_context
from flask import Flask
from flask import g
from flask.globals import app_ctx

T = t.TypeVar("T")


def _shares_g() -> bool:
    app = Flask("app")

    with app.app_context():
        g.shared = True

        with app.test_request_context():
            return "shared" in g


#: Before Flask 3.2, a request within a pushed application context uses that context's ``g``.
SHARES_G = _shares_g()

flask_shares_g = pytest.mark.skipif(not SHARES_G, reason="Requests have a 'g' of their own.")


def in_another_context(app: Flask, work: Callable[[], T]) -> T:
    """Do something in another application context of this request.

    Since Flask 3.2, an application context that is made without the request does not see it.
    """
    if not SHARES_G:
        return copy_current_request_context(work)()

    with app.app_context():
        return work()


def given_context(method: t.Any) -> Callable[..., t.Any]:
    """A method of an application that takes the current context first, since Flask 3.2."""
    return t.cast("Callable[..., t.Any]", method if SHARES_G else partial(method, app_ctx))
