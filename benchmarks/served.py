"""What Gunicorn serves: the application of a subject, with its users in SQLite."""

from __future__ import annotations

import os
import sqlite3
import typing as t
from functools import cache
from importlib import import_module

application = import_module(os.environ["BENCHMARK_APPLICATION"])


@cache
def connect() -> sqlite3.Connection:
    """Each worker has its own, made when it first needs it."""
    return sqlite3.connect(os.environ["BENCHMARK_DATABASE"])


def find_user(user_id: t.Any) -> t.Any:
    row = connect().execute("SELECT id, name FROM user WHERE id = ?", (user_id,)).fetchone()
    return None if row is None else application.User(*row)


app = application.create_app(find_user=find_user)
