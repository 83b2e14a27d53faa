"""What tests say differently of different versions of Flask."""

from __future__ import annotations

import pytest
from flask import Flask
from flask import g


def _shares_g() -> bool:
    app = Flask("app")

    with app.app_context():
        g.shared = True

        with app.test_request_context():
            return "shared" in g


#: Before Flask 3.2, a request within a pushed application context uses that context's ``g``.
SHARES_G = _shares_g()

flask_shares_g = pytest.mark.skipif(not SHARES_G, reason="Requests have a 'g' of their own.")
