"""The deprecated names of :class:`.LoginManager`. They still work, with a warning."""

from __future__ import annotations

import typing as t
import warnings
from collections.abc import Callable

from flask import Flask
from flask import has_app_context

from ._context import current_flask
from .config import Settings
from .typing import RequestCallback
from .typing import U
from .typing import UserCallback

C = t.TypeVar("C", bound=Callable[..., t.Any])


class DeprecatedNames(t.Generic[U]):
    """The part of :class:`.LoginManager` with deprecated and read-only names."""

    _user_callback: t.Any
    _request_callback: t.Any
    _header_callback: t.Any

    if t.TYPE_CHECKING:

        def init_app(self, app: Flask, add_context_processor: bool = True) -> None: ...

    @property
    def user_callback(self) -> UserCallback[U] | None:
        """The function that :meth:`.LoginManager.user_loader` registered, or ``None``."""
        return t.cast("UserCallback[U] | None", self._user_callback)

    @property
    def request_callback(self) -> RequestCallback[U] | None:
        """The function that :meth:`.LoginManager.request_loader` registered, or ``None``."""
        return t.cast("RequestCallback[U] | None", self._request_callback)

    def header_loader(self, callback: C) -> C:
        """Register the function that finds a user by the ``Authorization`` header.

        .. deprecated:: 0.4
            Use :meth:`request_loader`.
        """
        _warn("LoginManager.header_loader", "LoginManager.request_loader")
        self._header_callback = callback
        return callback

    def setup_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Call :meth:`init_app`.

        .. deprecated:: 0.2
            Use :meth:`init_app`.
        """
        _warn("LoginManager.setup_app", "LoginManager.init_app")
        self.init_app(app, add_context_processor)

    @property
    def _login_disabled(self) -> bool:
        _warn("LoginManager._login_disabled", "app.config['LOGIN_DISABLED']")
        return has_app_context() and Settings(current_flask().config).login_disabled

    @_login_disabled.setter
    def _login_disabled(self, value: bool) -> None:
        _warn("LoginManager._login_disabled", "app.config['LOGIN_DISABLED']")
        current_flask().config["LOGIN_DISABLED"] = value


def _warn(old: str, new: str) -> None:
    warnings.warn(f"'{old}' is deprecated. Use '{new}' instead.", DeprecationWarning, stacklevel=3)
