"""The languages of the portal, and how one is chosen."""

from __future__ import annotations

from babel import negotiate_locale
from flask import Flask
from flask import has_request_context
from flask import request
from flask import session
from flask_babel import Babel
from flask_babel import get_locale

#: English, in which the pages are written, and the translations.
LANGUAGES = {"en": "English", "de": "Deutsch"}


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=choose)
    app.jinja_env.globals.update(get_locale=get_locale, languages=LANGUAGES)


def choose() -> str:
    """Return the language that the visitor chose, or else the browser's."""
    if not has_request_context():
        return "en"

    chosen = session.get("locale")

    if chosen in LANGUAGES:
        return str(chosen)

    # In the order of preference: "de-AT, en" prefers German.
    wanted = list(request.accept_languages.values())
    return negotiate_locale(wanted, list(LANGUAGES), sep="-") or "en"
