"""Blueprints with guarded views, one within another."""

from __future__ import annotations

import typing as t

from flask import Blueprint
from flask import Flask

from flask_login import login_required


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    own, other, inner = (Blueprint(name, "peer") for name in ("own", "other", "inner"))

    for blueprint in (own, other, inner):
        view = login_required(lambda: "inside")
        blueprint.add_url_rule("/private", "private", view)
        blueprint.add_url_rule("/login", "login", lambda: "the blueprint's login page")

    own.register_blueprint(inner, url_prefix="/inner")
    app.register_blueprint(own, url_prefix="/own")
    app.register_blueprint(other, url_prefix="/other")
