from __future__ import annotations

import pytest
from check_kit import Site

from flask_login.checks import _deployment


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    # The tests may run on such a platform.
    for name in (*_deployment.PLATFORMS, "GUNICORN_CMD_ARGS", "WEB_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)

    return Site(monkeypatch)
