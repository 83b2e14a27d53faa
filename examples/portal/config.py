"""The settings: defaults, environment variables, and the folder that the portal writes to."""

from __future__ import annotations

import os
import secrets
import typing as t
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from flask import Flask

DEFAULTS: dict[str, t.Any] = {
    "DATABASE_URL": "sqlite:///portal.sqlite",
    "REDIS_URL": None,
    # Whether Flask-Session stores sessions in Redis instead of in the browser.
    "SERVER_SESSIONS": False,
    # Whether browsers use HTTPS.
    "HTTPS": False,
    # The number of reverse proxies. Each sets X-Forwarded-For, -Proto and -Host.
    "PROXIES": 0,
    # The password of all operators that the first start creates, instead of random ones.
    "SEED_PASSWORD": None,
    # The limits of wrong passwords from one address, and for one name.
    "ADDRESS_LIMIT": "10 per minute",
    "NAME_LIMIT": "20 per hour",
    "LOGIN_DEFAULTS": "secure",
    "LOGIN_REQUIRED_BY_DEFAULT": True,
    "LOGIN_IDLE_TIMEOUT": timedelta(minutes=30),
    "LOGIN_CACHE_CONTROL": "private, no-store",
    "LOGIN_PRESERVE_KEYS": ("locale",),
    "SESSION_COOKIE_SAMESITE": "Lax",
    "MAX_CONTENT_LENGTH": 64 * 1024,
    # A page may be open for longer than an hour. The token lasts as long as the session.
    "WTF_CSRF_TIME_LIMIT": None,
    # 'logins.protect_forms' checks the token, for sessions only.
    "WTF_CSRF_CHECK_DEFAULT": False,
    "RATELIMIT_HEADERS_ENABLED": True,
    # While Redis is down, each process counts by itself.
    "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
}


class CannotStart(click.ClickException):
    """An error that ``flask run`` shows as one sentence."""


def make_app(config: Mapping[str, t.Any]) -> Flask:
    """Create an application that has only its settings."""
    from_environment = {
        key: os.environ[key] for key in ("DATABASE_URL", "REDIS_URL") if os.environ.get(key)
    }
    path = config.get("INSTANCE_PATH") or os.environ.get("FLASK_INSTANCE_PATH")
    app = Flask(__package__, instance_path=path and os.path.abspath(path))
    app.config.from_mapping(DEFAULTS, **from_environment)
    app.config.from_prefixed_env()
    app.config.update(config)
    _complete(app)
    return app


def _complete(app: Flask) -> None:
    """Add the settings that follow from others."""
    config = app.config
    prefix = "__Host-" if config["HTTPS"] else ""
    config.setdefault("RATELIMIT_STORAGE_URI", config["REDIS_URL"] or "memory://")
    config["SESSION_COOKIE_NAME"] = f"{prefix}portal"
    config["SESSION_COOKIE_SECURE"] = bool(config["HTTPS"])
    config["REMEMBER_COOKIE_NAME"] = f"{prefix}portal_remember"
    config["REMEMBER_COOKIE_SECURE"] = bool(config["HTTPS"])
    url = _with_driver(config["DATABASE_URL"])
    config.setdefault("SQLALCHEMY_ENGINES", {"default": {"url": url, "pool_pre_ping": True}})

    if config["SERVER_SESSIONS"] and not config["REDIS_URL"]:
        raise CannotStart("FLASK_SERVER_SESSIONS needs Redis: name one in REDIS_URL.")

    if isinstance(config.get("TRUSTED_HOSTS"), str):
        config["TRUSTED_HOSTS"] = [host.strip() for host in config["TRUSTED_HOSTS"].split(",")]

    try:
        if url.startswith("sqlite:"):
            _make_folder(Path(app.instance_path))

        if not config["SECRET_KEY"]:
            config["SECRET_KEY"] = _load_secret_key(Path(app.instance_path))
    except OSError as error:
        raise CannotStart(
            f"The folder {app.instance_path} cannot be written ({error.strerror}): make it"
            " writable, or name another one in FLASK_INSTANCE_PATH."
        ) from None

    # Flask-WTF has no fallback keys. ItsDangerous has: it signs with the last key of a list.
    keys = [*(config["SECRET_KEY_FALLBACKS"] or ()), config["SECRET_KEY"]]
    config.setdefault("WTF_CSRF_SECRET_KEY", keys)


def _with_driver(url: str) -> str:
    """Add SQLAlchemy's driver to the URL of a database, which hosting services leave out."""
    scheme, separator, rest = url.partition("://")
    scheme = "postgresql+psycopg" if scheme in {"postgres", "postgresql"} else scheme
    return f"{scheme}{separator}{rest}"


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # Check that files can be written, because SQLite writes some beside the database.
    with NamedTemporaryFile(dir=folder):
        pass


def _load_secret_key(folder: Path) -> str:
    """Return the key from a file that only its owner may read. The first start creates it."""
    _make_folder(folder)
    path = folder / "secret.key"

    if not path.exists():
        # Other workers may start at the same time, and must not read half a key.
        with NamedTemporaryFile("w", dir=folder) as file, suppress(FileExistsError):
            file.write(secrets.token_hex())
            file.flush()
            os.link(file.name, path)

    return path.read_text()
