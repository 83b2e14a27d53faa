"""Pages that are made from templates."""

from __future__ import annotations

import typing as t

from flask import current_app
from flask import Flask
from flask import render_template
from flask import request
from flask import stream_template
from flask import stream_template_string
from flask import template_rendered
from jinja2 import DictLoader

from flask_login import current_user

TEMPLATES = {
    "none at all": "Hello",
    "name": "{{ current_user.get_id() }}",
    "truth": "{% if current_user %}in{% else %}out{% endif %}",
    "authenticated": "{% if current_user.is_authenticated %}in{% else %}out{% endif %}",
    "defined": "{{ current_user is defined }}",
    "none": "{{ current_user is none }}",
    "same": "{{ current_user is sameas users['1'] }}",
    "equal": "{{ current_user == users['1'] }}",
    "mapping": "{{ current_user is mapping }} {{ current_user is callable }}",
    "class": "{{ current_user.__class__.__name__ }}",
    "json": "{{ current_user|tojson }}",
    "missing": "{{ current_user.role == 'admin' }} {{ current_user.role is defined }}",
    "include": "{% include 'name' %}",
    "include without context": "{% include 'name' without context %}",
    "macro": "{% macro who() %}{{ current_user.get_id() }}{% endmacro %}",
    "import": "{% import 'macro' as macros %}{{ macros.who() }}",
    "import with context": "{% import 'macro' as macros with context %}{{ macros.who() }}",
    "error": "The error page of {{ current_user.get_id() }}",
}


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    app.jinja_loader = DictLoader(TEMPLATES)  # type: ignore[assignment]
    captured = app.extensions["peer_captured"] = {}

    def capture(sender: t.Any, context: dict[str, t.Any], **kwargs: t.Any) -> None:
        captured.update(context)

    template_rendered.connect(capture, app, weak=False)

    @app.get("/page/<name>")
    def page(name: str) -> str:
        return render_template(name, users=users)

    @app.get("/page-of/<user_id>/<name>")
    def page_of(user_id: str, name: str) -> str:
        return render_template(name, current_user=users[user_id])

    @app.get("/page-after-error/<name>")
    def page_after_error(name: str) -> str:
        try:
            current_user.get_id()
        except Exception:
            pass

        return render_template(name)

    @app.get("/stream/<name>")
    def stream(name: str) -> t.Any:
        return stream_template(name, users=users)

    @app.get("/stream-string")
    def stream_string() -> t.Any:
        return stream_template_string(request.args["source"])

    @app.get("/stream-by-hand/<name>")
    def stream_by_hand(name: str) -> t.Any:
        # What Flask's documentation said before there was 'stream_template'.
        context: dict[str, t.Any] = {}
        current_app.update_template_context(context)
        return current_app.response_class(
            current_app.jinja_env.get_template(name).stream(context)  # type: ignore[arg-type]
        )
