"""What is looked at: an application, its manager, and those of its settings that can work."""

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
from ..mixins import UserMixin
from ._refused import find_refused


class NoManager(RuntimeError):
    """The application has no :class:`.LoginManager`."""


def gate_of(app: Flask) -> Gate:
    """The gate of an application.

    :raises NoManager: If the application has none.
    """
    gate: Gate | None = app.extensions.get(GATE)

    if gate is None:
        raise NoManager(
            "The application has no login manager. Call 'LoginManager.init_app' with it."
        )

    return gate


def counts_as_user(anonymous_user: t.Any) -> bool:
    """Whether visitors are logged in, as far as their class says so by itself. It does if it
    inherits from :class:`.UserMixin`.
    """
    # What any other callable returns is not known.
    if not isinstance(anonymous_user, type):
        return False

    said = getattr(anonymous_user, "is_authenticated", None)

    # That one is the same as the other.
    if said is UserMixin.is_authenticated:
        said = getattr(anonymous_user, "is_active", None)

    return said is True or said is UserMixin.is_active


class Setup:
    """How an application is set up.

    :param aal: The level of NIST SP 800-63B-4 that durations are compared with, or ``None``.
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
        #: Why values of settings cannot work, by key.
        self.refused: Mapping[str, str] = find_refused(config)
        #: Without those, which would be errors of the checks. Flask's have their defaults.
        self.config: Mapping[str, t.Any] = Flask.default_config | {
            key: value for key, value in config.items() if key not in self.refused
        }
        self.settings: Settings = Settings(self.config)

    @property
    def reads_cookies(self) -> bool:
        """Whether sessions and remember-me cookies log users in. Without a ``user_loader``, only
        the request does.
        """
        return self.manager._user_callback is not None

    @contextmanager
    def request(self) -> Generator[None, None, None]:
        """A request, in a context of its own: the command has one already, with a ``g`` that a
        request would share on Flask before 3.2.
        """
        with self.app.app_context(), self.app.test_request_context():
            yield


def in_words(duration: timedelta | float) -> str:
    """A duration in the largest unit that it is a whole number of: ``365 days``. One day is 24
    hours, as in NIST SP 800-63B-4.
    """
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration

    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count, rest = divmod(seconds, length)

        if not rest and (count != 1 or unit != "day"):
            return f"{count:.0f} {unit}{'' if count == 1 else 's'}"

    return f"{seconds:.15g} seconds"
