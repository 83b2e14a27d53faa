"""A site whose setup is sound, and ways to break it."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.checks import check_setup
from flask_login.checks import Finding

ROOT = Path(__file__).parents[2]

KEY = "1f6a20c7b54b9f1d0e3c8a7d92c4b6e85f0d7a3b"
OLD_KEY = "c2b09f3e7d185a64e0f7b1c9d3852e6fa4470b1d"

Arrange: t.TypeAlias = Callable[["Site"], object]


class User(UserMixin):
    id = "1"

    def get_session_stamp(self) -> str:
        return "stamp"


class UnstampedUser(UserMixin):
    id = "1"


def load_nobody(user_id: str) -> User | None:
    return None


def add_view(app: Flask, path: str, view: t.Any = lambda: "", **options: t.Any) -> None:
    """Add a view, whose endpoint is its path without slashes unless one is named."""
    endpoint = options.pop("endpoint", path.strip("/"))
    app.add_url_rule(path, endpoint, view, methods=options.pop("methods", ["GET", "POST"]))


class Site:
    """An application without findings. Each test changes something."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.app: Flask = Flask("app")
        self.app.config.update(
            SECRET_KEY=KEY,
            SESSION_COOKIE_SECURE=True,
            SESSION_COOKIE_SAMESITE="Lax",
            LOGIN_DEFAULTS="secure",
        )
        self.app.wsgi_app = ProxyFix(self.app.wsgi_app)  # type: ignore[method-assign]
        self.app.extensions["csrf"] = True
        self.manager: LoginManager = LoginManager(self.app)
        self.manager.login_view = "login"
        self.manager.user_loader(load_nobody)
        add_view(self.app, "/login")
        self.setenv: Callable[[str, str], None] = patch.setenv

    def set(self, **config: t.Any) -> None:
        self.app.config.update(config)

    def manage(self, **attributes: t.Any) -> None:
        vars(self.manager).update(attributes)

    def findings(self, **options: t.Any) -> list[Finding]:
        return check_setup(self.app, **options)

    def find(self, **options: t.Any) -> list[str]:
        return [finding.id for finding in self.findings(**options)]


def config(**values: t.Any) -> Arrange:
    return lambda site: site.set(**values)


def manager(**attributes: t.Any) -> Arrange:
    return lambda site: site.manage(**attributes)


def both(*arrangements: Arrange) -> Arrange:
    return lambda site: [arrange(site) for arrange in arrangements]


DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
