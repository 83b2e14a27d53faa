"""The languages that the portal speaks, and how one of them is chosen."""

from __future__ import annotations

from babel import negotiate_locale
from flask import Flask
from flask import has_request_context
from flask import request
from flask import session
from flask_babel import Babel
from flask_babel import get_locale

#: What the pages are written in, and what they are translated to.
LANGUAGES = {"en": "English", "de": "Deutsch"}


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=choose)
    app.jinja_env.globals.update(get_locale=get_locale, languages=LANGUAGES)


def choose() -> str:
    """The language of this request: as chosen by the visitor, else the browser's."""
    if not has_request_context():
        return "en"

    chosen = session.get("locale")

    if chosen in LANGUAGES:
        return str(chosen)

    # By their order: "de-AT, en" prefers German.
    wanted = list(request.accept_languages.values())
    return negotiate_locale(wanted, list(LANGUAGES), sep="-") or "en"
