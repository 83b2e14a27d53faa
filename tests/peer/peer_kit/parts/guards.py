"""Guards of views that are async, that fail, and that answer one method."""

from __future__ import annotations

import typing as t

from flask import Flask

from flask_login import fresh_login_required
from flask_login import login_required


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    answer = app.extensions["peer_view"]

    async def answer_async() -> str:
        return answer()

    def fail() -> str:
        answer()
        raise AttributeError("a bug of the view's own")

    for name, view in {"async": answer_async, "failing": fail}.items():
        for guard, path in ((login_required, "private"), (fresh_login_required, "fresh")):
            app.add_url_rule(f"/{path}-{name}", f"{path}_{name}", guard(view))

    app.add_url_rule("/post-only", "post_only", login_required(answer), methods=["POST"])
    app.add_url_rule("/put-only", "put_only", login_required(answer), methods=["PUT"])
