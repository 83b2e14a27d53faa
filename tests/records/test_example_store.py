"""``examples/records_in_sqlite.py`` does what any store has to do."""

from __future__ import annotations

import sqlite3
import typing as t
from pathlib import Path
from runpy import run_path

import pytest

from flask_login.records import Records
from flask_login.testing import RecordsContract

EXAMPLE = run_path(str(Path(__file__).parents[2] / "examples" / "records_in_sqlite.py"))


class TestExampleStore(RecordsContract):
    @pytest.fixture
    def records(self, tmp_path: Path) -> Records:
        def connect() -> sqlite3.Connection:
            db = sqlite3.connect(tmp_path / "logins.db", timeout=30)
            # The computer does not crash during the test.
            db.execute("PRAGMA synchronous = OFF")
            return db

        return t.cast(Records, EXAMPLE["SQLiteRecords"](connect))
