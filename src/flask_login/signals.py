"""The signals, what each is sent with, and the one way to send them.

The sender is always the application. Receivers may be ``async def``. What a signal reports in the
past tense has happened when it is sent, so a receiver that raises leaves nothing half done.
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

#: Sent with ``user``, after :func:`.login_user` logged them in.
user_logged_in: NamedSignal = _signals.signal("logged-in")

#: Sent with ``user``, who has just been logged out. An anonymous visitor can be, too.
user_logged_out: NamedSignal = _signals.signal("logged-out")

#: Sent with ``user``, when the remember-me cookie told who they are.
user_loaded_from_cookie: NamedSignal = _signals.signal("loaded-from-cookie")

_user_loaded_from_header: NamedSignal = _signals.signal("loaded-from-header")

#: Sent with ``user``, when the ``request_loader`` told who they are.
user_loaded_from_request: NamedSignal = _signals.signal("loaded-from-request")

#: Sent after :func:`.confirm_login` made the login fresh.
user_login_confirmed: NamedSignal = _signals.signal("login-confirmed")

#: Sent before an anonymous visitor is refused.
user_unauthorized: NamedSignal = _signals.signal("unauthorized")

#: Sent before a user whose login is not fresh is asked to log in again.
user_needs_refresh: NamedSignal = _signals.signal("needs-refresh")

#: Sent when the user of a request is looked up, which happens on the first use.
user_accessed: NamedSignal = _signals.signal("accessed")

#: Sent when session protection made a login non-fresh, or ended it.
session_protected: NamedSignal = _signals.signal("session-protected")

#: Sent with ``user_id`` and ``reason``, when a login ended that nobody logged out of.
session_ended: NamedSignal = _signals.signal("session-ended")


#: Sent with ``user_id``, ``login_id`` and ``reason``, when a login on record has ended: ``"ended"``
#: or ``"stolen"``. ``login_id`` is ``None`` for all logins of all users.
login_ended: NamedSignal = _signals.signal("login-ended")

#: Sent with ``user_id`` and ``login_id``, when a remember-me cookie was used that another one had
#: replaced long before: one of two browsers has a stolen copy.
remember_token_reused: NamedSignal = _signals.signal("remember-token-reused")

#: Sent with ``error``, when the store of the logins on record failed.
records_failed: NamedSignal = _signals.signal("records-failed")


def send(signal: NamedSignal, app: Flask, **kwargs: t.Any) -> None:
    """Send a signal to its receivers, sync and async ones."""
    # Most applications listen to nothing, and then there is nothing to prepare.
    if signal.receivers:
        signal.send(app, _async_wrapper=partial(to_sync, app), **kwargs)


def deprecated_header_signal(stacklevel: int) -> NamedSignal:
    """What a deprecated ``header_loader`` sends, with a warning to who asks for it."""
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
