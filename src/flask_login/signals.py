"""The signals, their arguments, and the function that sends them.

The sender is always the application. Receivers may be ``async def``. A signal with a name in the
past tense is sent after the event is complete, so an exception of a receiver undoes nothing.
"""

from __future__ import annotations

import typing as t
import warnings
from functools import partial

from blinker import NamedSignal
from blinker import Namespace
from flask import Flask

from ._async import to_sync

_signals = Namespace()

#: Sent with ``user``, after :func:`.login_user` logged in the user.
user_logged_in: NamedSignal = _signals.signal("logged-in")

#: Sent with ``user``, after :func:`.logout_user` logged out the user. The user may be anonymous.
user_logged_out: NamedSignal = _signals.signal("logged-out")

#: Sent with ``user``, after the user was loaded from the remember-me cookie.
user_loaded_from_cookie: NamedSignal = _signals.signal("loaded-from-cookie")

_user_loaded_from_header: NamedSignal = _signals.signal("loaded-from-header")

#: Sent with ``user``, after a request loader or a named loader found the user.
user_loaded_from_request: NamedSignal = _signals.signal("loaded-from-request")

#: Sent after :func:`.confirm_login` made the login fresh.
user_login_confirmed: NamedSignal = _signals.signal("login-confirmed")

#: Sent before an anonymous user is refused.
user_unauthorized: NamedSignal = _signals.signal("unauthorized")

#: Sent before a user whose login is not fresh is asked to re-authenticate.
user_needs_refresh: NamedSignal = _signals.signal("needs-refresh")

#: Sent before the user of a request is loaded, which happens on first use.
user_accessed: NamedSignal = _signals.signal("accessed")

#: Sent after session protection made a login non-fresh, or ended it.
session_protected: NamedSignal = _signals.signal("session-protected")

#: Sent with ``user_id`` and ``reason``, after a login ended without a logout. ``reason`` is one of
#: :ref:`reasons`.
session_ended: NamedSignal = _signals.signal("session-ended")


#: Sent with ``user_id``, ``login_id`` and ``reason``, after a recorded login ended. ``reason`` is
#: ``"ended"`` or ``"stolen"``. ``user_id`` and ``login_id`` are ``None`` if all logins of all users
#: ended.
login_ended: NamedSignal = _signals.signal("login-ended")

#: Sent with ``user_id`` and ``login_id``, after an old remember-me cookie was used that a newer one
#: had replaced. Two browsers have the cookie, so one of them has a stolen copy.
remember_token_reused: NamedSignal = _signals.signal("remember-token-reused")

#: Sent with ``error``, the exception, after the record store failed.
records_failed: NamedSignal = _signals.signal("records-failed")


def send(signal: NamedSignal, app: Flask, **kwargs: t.Any) -> None:
    """Send a signal to its receivers. They may be sync or async."""
    if signal.receivers:
        signal.send(app, _async_wrapper=partial(to_sync, app), **kwargs)


def deprecated_header_signal(stacklevel: int) -> NamedSignal:
    """Return the signal of the deprecated ``header_loader``, with a warning for the caller."""
    warnings.warn(
        "'user_loaded_from_header' is deprecated. Use 'user_loaded_from_request' with a"
        " 'request_loader' instead.",
        DeprecationWarning,
        stacklevel=stacklevel,
    )
    return _user_loaded_from_header


def __getattr__(name: str) -> t.Any:
    if name == "user_loaded_from_header":
        return deprecated_header_signal(stacklevel=3)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
