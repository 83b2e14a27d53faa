"""``MemoryRecords`` does what any store has to do."""

from __future__ import annotations

import pytest

from flask_login.records.memory import MemoryRecords
from flask_login.testing import RecordsContract


class TestMemoryRecords(RecordsContract):
    @pytest.fixture
    def records(self) -> MemoryRecords:
        return MemoryRecords()
