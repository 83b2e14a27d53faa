"""What nginx tells the portal of a request, whatever its client says."""

from __future__ import annotations

import pytest
from stack_kit import Browser
from stack_kit import Stack

FORGED = {
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Proto": "https",
}


@pytest.mark.parametrize("name", FORGED)
def test_scheme_and_host_are_the_true_ones(stack: Stack, browser: Browser, name: str) -> None:
    headers = {name: FORGED[name]}
    browser.log_in("ada", headers=headers)
    page = browser.post("/api/", browser.token("/api/"), headers=headers).text
    assert f"http://127.0.0.1:{stack.port}/api/me" in page


def test_recorded_address_is_the_true_one(browser: Browser) -> None:
    browser.log_in("ada", headers=FORGED)
    page = browser.get("/account/devices").text
    assert "203.0.113.9" not in page
    assert "The portal’s own machine" in page


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80"])
def test_host_that_is_not_trusted_is_refused(browser: Browser, host: str) -> None:
    assert browser.get("/login", headers={"Host": host}).status == 400


def test_host_that_is_trusted_is_served(browser: Browser) -> None:
    assert browser.get("/login", headers={"Host": "localhost"}).status == 200


def test_wrong_passwords_are_counted_by_all_workers_together(stack: Stack) -> None:
    thief = stack.browser("127.0.0.9")
    token = thief.token("/login")

    def guess(number: int) -> int:
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        form = {"name": "nobody", "password": "wrong"}
        return thief.post("/login", token, form=form, headers=headers).status

    assert [guess(number) for number in range(11)] == [422] * 10 + [429]
    assert stack.browser().log_in("ada").location == "/"
