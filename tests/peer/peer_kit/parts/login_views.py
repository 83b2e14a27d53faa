"""Login views that no view function of the application answers."""

from __future__ import annotations

import typing as t

from flask import Flask


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    app.add_url_rule("/elsewhere", "elsewhere", build_only=True)
    app.add_url_rule("/old-login-page", "old_login_page", redirect_to="login-page")
    url_for = app.url_for

    def own_url_for(endpoint: str, **values: t.Any) -> str:
        return "/front-end/login" if endpoint == "front end" else url_for(endpoint, **values)

    app.url_for = own_url_for  # type: ignore[method-assign,assignment]
