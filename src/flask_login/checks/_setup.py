"""The input of the checks: an application, its manager, and its settings."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Generator
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask

from .._gate import GATE
from .._gate import Gate
from ..config import Settings
from ..exceptions import NoManager
from ..mixins import UserMixin
from ._refused import find_refused


def gate_of(app: Flask) -> Gate:
    """Return the gate of an application.

    :raises NoManager: If the application has no manager.
    """
    gate: Gate | None = app.extensions.get(GATE)

    if gate is None:
        raise NoManager("The application has no login manager. Call 'login_manager.init_app(app)'.")

    return gate


def counts_as_user(anonymous_user: t.Any) -> bool:
    """Whether the class of anonymous users counts as logged in, as a subclass of
    :class:`.UserMixin` does.
    """
    # The result of another callable is not known.
    if not isinstance(anonymous_user, type):
        return False

    defaults = vars(UserMixin)
    said = getattr(anonymous_user, "is_authenticated", None)

    # It returns 'is_active'.
    if said is defaults["is_authenticated"]:
        said = getattr(anonymous_user, "is_active", None)

    return said is True or said is defaults["is_active"]


class Setup:
    """An application with the options of the check.

    :param aal: The level of NIST SP 800-63B-4 to compare durations with, or ``None``.
    :param try_loader: Whether the ``user_loader`` may be called.
    """

    def __init__(self, app: Flask, *, aal: int | None, try_loader: bool) -> None:
        config = t.cast("Mapping[str, t.Any]", app.config)
        self.app: Flask = app
        self.aal: int | None = aal
        self.try_loader: bool = try_loader
        self.gate: Gate = gate_of(app)
        self.manager: t.Any = self.gate._manager
        self.environ: Mapping[str, str] = os.environ
        #: Why settings have values that cannot work, by key.
        self.refused: Mapping[str, str] = find_refused(config)
        #: The settings without these values, on which the checks would fail.
        self.config: Mapping[str, t.Any] = Flask.default_config | {
            key: value for key, value in config.items() if key not in self.refused
        }
        self.settings: Settings = Settings(self.config)

    @property
    def reads_cookies(self) -> bool:
        """Whether sessions and remember-me cookies can log users in, which needs a user loader."""
        return self.manager._user_callback is not None

    @contextmanager
    def request(self) -> Generator[None, None, None]:
        """Push a request with its own application context. Before Flask 3.2, it would share ``g``
        with the context of the command.
        """
        with self.app.app_context(), self.app.test_request_context():
            yield


def in_words(duration: timedelta | float) -> str:
    """Return a duration in its largest whole unit, such as ``365 days``. One day is shown as 24
    hours, as in NIST SP 800-63B-4.
    """
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration

    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count, rest = divmod(seconds, length)

        if not rest and (count != 1 or unit != "day"):
            return f"{count:.0f} {unit}{'' if count == 1 else 's'}"

    return f"{seconds:.15g} seconds"
