"""Warnings about an application's configuration."""

from __future__ import annotations

import logging

from flask import Flask

_logger = logging.getLogger("flask_login")


def warn_once(app: Flask, message: str) -> None:
    """Log a warning, once for each application."""
    given: set[str] = app.extensions.setdefault("flask_login_warnings", set())

    if message not in given:
        given.add(message)
        _logger.warning(message)
