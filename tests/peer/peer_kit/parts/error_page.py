"""An error page that greets the user, as every page of a site does."""

from __future__ import annotations

import typing as t

from flask import Flask
from flask import render_template


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    @app.errorhandler(500)
    def internal_error(error: Exception) -> tuple[str, int]:
        return render_template("error"), 500

    @app.errorhandler(404)
    def not_found(error: Exception) -> tuple[str, int]:
        return render_template("error"), 404

    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError
