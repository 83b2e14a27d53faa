"""``RecordsContract``, as those who write a store meet it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flask_login import testing
from flask_login.testing import RecordsContract as RecordsContract

pytest_plugins = ["pytester"]


def test_kit_is_imported_without_pytest() -> None:
    code = "import sys, flask_login.testing; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_kit_has_no_other_name() -> None:
    with pytest.raises(AttributeError, match=r"'flask_login\.testing' has no attribute 'Contract'"):
        _ = testing.Contract


def test_store_has_to_be_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from flask_login.testing import RecordsContract

        class TestMyRecords(RecordsContract):
            pass
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "unknown_login_is_not")
    result.stdout.fnmatch_lines(["*NotImplementedError: Override the fixture 'records': *"])


def test_contract_has_no_marker_that_others_do_not_know() -> None:
    tests = vars(RecordsContract).values()
    markers = {marker.name for test in tests for marker in getattr(test, "pytestmark", [])}
    assert markers == {"parametrize"}


def test_failure_shows_what_is_different(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from flask_login.records import Found
        from flask_login.testing import RecordsContract

        class Forgetful:
            def find(self, user_id, key):
                return Found(None, 17)

        class TestMyRecords(RecordsContract):
            @pytest.fixture
            def records(self):
                return Forgetful()
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "adopted_at_first")
    result.stdout.fnmatch_lines(["E*assert 17 == 0"])
