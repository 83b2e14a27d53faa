"""Harbour, a portal for operators: they log in, look at their services, and restart them.

``flask --app examples/portal run`` starts it. The first start creates a database with a few
services and operators, and prints the operators' passwords.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import account
from . import admin
from . import api
from . import auth
from . import commands
from . import config as settings
from . import dashboard
from . import errors
from . import languages
from . import pages
from .first_start import prepare
from .logins import limiter
from .logins import make_login_manager
from .logins import protect_forms
from .models import db


def create_app(config: Mapping[str, t.Any] | None = None) -> Flask:
    """Create the application.

    :param config: Settings that override those of the environment.
    """
    app = settings.make_app(config or {})

    if app.config["SERVER_SESSIONS"]:
        from . import server_sessions

        server_sessions.init_app(app)

    db.init_app(app)
    languages.init_app(app)
    limiter.init_app(app)
    login_manager = make_login_manager(app.config["REDIS_URL"])
    login_manager.init_app(app)
    protect_forms(app, login_manager)
    errors.init_app(app)
    pages.init_app(app)
    commands.init_app(app)

    for module in (auth, dashboard, account, admin, api):
        app.register_blueprint(module.blueprint)

    if proxies := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )

    with app.app_context():
        prepare()

    return app
