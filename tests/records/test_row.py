"""What is put on record of a login, and when it is written anew."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import base64_decode

from flask_login._login import Login

MINUTE = 60 * 1_000_000


@pytest.fixture
def secret_of(session_of: t.Any) -> t.Callable[[FlaskClient], str]:
    """What a client's session proves its login by."""
    return lambda client: session_of(client)["_login"].partition("|")[0].rpartition(".")[2]


class TestPrivacy:
    @pytest.mark.parametrize(
        ("setting", "address", "kept"),
        [
            ("full", "192.0.2.77", "192.0.2.77"),
            ("network", "192.0.2.77", "192.0.2.0/24"),
            ("none", "192.0.2.77", ""),
            ("full", "2001:db8:1:2::3", "2001:db8:1:2::3"),
            ("network", "2001:db8:1:2::3", "2001:db8:1::/48"),
            ("none", "2001:db8:1:2::3", ""),
            ("full", "::ffff:192.0.2.77", "192.0.2.77"),
            ("network", "::ffff:192.0.2.77", "192.0.2.0/24"),
            ("full", "unix:/run/app.sock", ""),
            ("full", "", ""),
        ],
    )
    def test_address(
        self, app: Flask, browser: FlaskClient, row_of: t.Any, setting: str, address: str,
        kept: str,
    ) -> None:  # fmt: skip
        app.config["LOGIN_RECORDS_ADDRESS"] = setting
        browser.environ_base["REMOTE_ADDR"] = address
        browser.get("/login/1")
        assert row_of(browser).address == kept

    def test_request_without_an_address(self, browser: FlaskClient, row_of: t.Any) -> None:
        del browser.environ_base["REMOTE_ADDR"]
        browser.get("/login/1")
        assert row_of(browser).address == ""

    @pytest.mark.parametrize(
        ("agent", "kept"),
        [("Kitchen/1.0", "Kitchen/1.0"), ("x" * 300, "x" * 256), ("a\x00b\x1b[2Jc", "ab[2Jc")],
        ids=["short", "long", "controls"],
    )
    def test_user_agent(self, browser: FlaskClient, row_of: t.Any, agent: str, kept: str) -> None:
        browser.environ_base["HTTP_USER_AGENT"] = agent
        browser.get("/login/1")
        assert row_of(browser).user_agent == kept

    def test_nothing_of_the_browser_is_left_after_the_end(
        self, browser: FlaskClient, records: t.Any, row_of: t.Any
    ) -> None:
        browser.get("/login/1")
        browser.get(f"/label/{row_of(browser).key}/phone")
        key = row_of(browser).key
        browser.get("/logout")
        row = records.records.find("1", key).login
        assert (row.user_agent, row.address, row.label) == ("", "", "")

    @pytest.mark.asvs("3.3.4")
    def test_store_does_not_know_the_secret(
        self, browser: FlaskClient, row_of: t.Any, secret_of: t.Any, token_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        assert secret_of(browser) in token_of(browser)
        assert secret_of(browser) not in repr(row_of(browser))

    @pytest.mark.asvs("7.2.3")
    def test_secret_has_256_bits(self, browser: FlaskClient, secret_of: t.Any) -> None:
        browser.get("/login/1")
        assert len(base64_decode(secret_of(browser))) == 32

    @pytest.mark.asvs("7.2.2", "7.2.3")
    def test_two_logins_never_share_a_secret(self, browser: FlaskClient, secret_of: t.Any) -> None:
        secrets = set()

        for _ in range(20):
            browser.get("/login/1")
            secrets.add(secret_of(browser))

        assert len(secrets) == 20

    def test_login_does_not_show_its_secret(self) -> None:
        assert repr(Login("1", 1, secret="hidden")) == "<Login user_id='1'>"

    def test_log_does_not_show_the_secret(
        self, browser: FlaskClient, records: t.Any, secret_of: t.Any,
        caplog: pytest.LogCaptureFixture,
    ) -> None:  # fmt: skip
        browser.get("/login/1")
        secret = secret_of(browser)
        records.fail()
        browser.get("/me")
        assert "failed" in caplog.text
        assert secret not in caplog.text


class TestTouch:
    def test_login_that_is_used_again_soon_is_not_written(
        self, browser: FlaskClient, records: t.Any, time: t.Any
    ) -> None:
        browser.get("/login/1")
        time.tick(59)

        with records.watch() as calls:
            browser.get("/me")

        assert calls == ["find"]

    def test_login_that_is_used_later_is_seen(
        self, browser: FlaskClient, row_of: t.Any, time: t.Any
    ) -> None:
        browser.get("/login/1")
        before = row_of(browser)
        time.tick(60)
        browser.get("/me")
        after = row_of(browser)
        assert after.seen_at == before.seen_at + MINUTE
        assert after.expires_at == before.expires_at + MINUTE

    def test_interval_is_a_setting(
        self, app: Flask, browser: FlaskClient, row_of: t.Any, time: t.Any
    ) -> None:
        app.config["LOGIN_RECORDS_TOUCH"] = 0
        browser.get("/login/1")
        before = row_of(browser).seen_at
        time.tick(1)
        browser.get("/me")
        assert row_of(browser).seen_at > before

    def test_restore_is_seen(
        self, time: t.Any, remembered_browser: FlaskClient, row_of: t.Any
    ) -> None:
        time.tick(120)
        remembered_browser.get("/me")
        row = row_of(remembered_browser)
        assert row.seen_at == row.created_at + 2 * MINUTE

    def test_failure_is_not_fatal(
        self, browser: FlaskClient, records: t.Any, time: t.Any, ask: t.Any, heard: t.Any
    ) -> None:
        browser.get("/login/1")
        time.tick(60)
        records.fail("change")
        assert ask(browser) == "1"
        assert heard == [("failed", ConnectionError)]


class TestExpiry:
    def test_login_that_was_not_used_ends(
        self, app: Flask, browser: FlaskClient, time: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        time.tick(32 * 24 * 3600)
        assert ask(browser, "/reason") == "ended"

    def test_session_that_goes_on_within_the_interval_of_writing_does_too(
        self, app: Flask, browser: FlaskClient, time: t.Any, ask: t.Any
    ) -> None:
        app.config["PERMANENT_SESSION_LIFETIME"] = 30
        browser.get("/login/1")
        time.tick(29)
        browser.get("/me")
        time.tick(29)
        assert ask(browser) == "1"

    def test_remember_me_cookie_expires(
        self, browser: FlaskClient, time: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember&duration=3600")
        browser.delete_cookie("session")
        time.tick(3601)
        assert ask(browser, "/reason") == "remember_expired"
        assert browser.get_cookie("remember_token") is None

    def test_session_outlasts_its_remember_me_cookie(
        self, browser: FlaskClient, time: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember&duration=3600")
        time.tick(3601)
        assert ask(browser) == "1"

    def test_row_stays_as_long_as_the_login(
        self, browser: FlaskClient, login_manager: t.Any, time: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        time.tick(300 * 24 * 3600)
        login_manager.purge_logins()
        assert ask(browser) == "1"
