"""``examples/minimal.py``: the application of the README."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client() -> FlaskClient:
    app = run_path(str(ROOT / "examples" / "minimal.py"))["app"]
    client: FlaskClient = app.test_client()
    return client


def test_readme_has_the_same_application() -> None:
    _, _, code = (ROOT / "examples" / "minimal.py").read_text().partition('"""\n\n')
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert code in blocks


def test_stranger_is_sent_to_log_in(client: FlaskClient) -> None:
    assert client.get("/").location == "/login?next=%2F"


def test_login_opens_the_page(client: FlaskClient) -> None:
    client.post("/login")
    assert client.get("/").text == "Hello, ada."


def test_login_returns_to_where_the_visitor_came_from(client: FlaskClient) -> None:
    assert client.post("/login?next=%2F%3Ftab%3D1").location == "/?tab=1"
