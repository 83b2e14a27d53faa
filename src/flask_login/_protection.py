"""Session protection: whether a login may continue in another browser than it began in."""

from __future__ import annotations

import typing as t

from flask import Flask

from . import _session
from ._context import current_request
from ._login import judge_browser
from ._visit import Visit
from ._warnings import warn_once
from .signals import send
from .signals import session_protected

if t.TYPE_CHECKING:
    from ._manager import Manager


def protect_session(visit: Visit, manager: Manager) -> bool:
    """Make a login non-fresh, or end it, if it comes from another browser. Sends
    :data:`.session_protected`.

    :return: Whether the login has ended.
    """
    stored = visit.session
    mode = find_mode(visit.app, manager.session_protection)

    # Without a user loader, the session belongs to the application.
    if mode is None or manager._user_callback is None or not _session.carries_login(stored):
        return False

    recorded = _session.identifier(stored)
    current = manager._session_identifier_generator()

    if recorded == current:
        return False

    permanent: bool = getattr(stored, "permanent", False)
    fresh = _session.is_fresh(stored)
    verdict = judge_browser(
        mode, recorded=recorded, current=current, permanent=permanent, fresh=fresh
    )

    if verdict == "demote":
        _session.demote(stored)
    elif verdict == "end":
        visit.end(stored, "protection", current_request())

    if verdict != "accept":
        send(session_protected, visit.app)

    return verdict == "end"


def find_mode(app: Flask, default: t.Any) -> str | None:
    """Return the mode: ``"basic"``, ``"strong"``, or ``None`` for no protection.

    :param default: The manager's mode, which ``SESSION_PROTECTION`` overrides.
    """
    config: t.Any = app.config
    mode: t.Any = config["SESSION_PROTECTION"] if "SESSION_PROTECTION" in config else default

    if not mode or mode == "none":
        return None

    if mode in ("basic", "strong"):
        return str(mode)

    warn_once(
        app,
        f"Session protection {mode!r} is not a valid mode, so 'basic' is used. Set"
        " 'SESSION_PROTECTION' to 'basic', 'strong' or None.",
    )
    return "basic"
