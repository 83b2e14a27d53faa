"""What the tests of ``examples/portal`` share."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"

#: The password of all operators.
PASSWORD = "correct horse battery"

#: What a browser sends when it loads a page.
PAGE = {"Accept": "text/html"}
