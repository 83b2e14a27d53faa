"""The pictures in the README and the documentation. ``--screenshots`` puts them there."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from browser_kit import expect
from browser_kit import Page
from browser_kit import Visit

FOLDER = Path(__file__).parents[2] / "docs" / "_static"

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


Take = t.Callable[[Page, str], None]


@pytest.fixture
def take(request: pytest.FixtureRequest, tmp_path: Path) -> Take:
    """Takes a picture. Without the option, it is thrown away."""
    folder = FOLDER if request.config.getoption("--screenshots") else tmp_path

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return take


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dashboard(visit: Visit, take: Take, scheme: str) -> None:
    page = visit("ada", color_scheme=scheme, viewport={"width": 1120, "height": 760})
    page.goto("/")
    expect(page.locator("#traffic")).to_be_visible()
    take(page, f"portal-dashboard-{scheme}")


def test_devices(visit: Visit, take: Take) -> None:
    visit("ada", user_agent=IPHONE)
    visit("ada", user_agent=FIREFOX)
    page = visit("ada", viewport={"width": 1120, "height": 760})
    page.goto("/account/devices")
    expect(page.locator("#devices > li")).to_have_count(3)
    take(page, "portal-devices")
