"""Functions for views about recorded logins. See :mod:`flask_login.records`."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from flask import has_request_context
from flask import request
from flask import session

from . import _session
from . import utils
from ._context import request_behind
from ._context import session_behind
from ._visit import Visit
from .mixins import is_nobody
from .records import LoginRecord
from .records._rows import key_of
from .records._store import Store
from .utils import demand_ledger

T = t.TypeVar("T")


def list_logins(user: t.Any = None) -> list[LoginRecord]:
    """Return the active logins of a user, the newest first (OWASP ASVS 7.5.2).

    :param user: By default, the current user. An anonymous user has no logins.
    :raises RuntimeError: If the manager has no record store.
    :raises ServiceUnavailable: If the store fails.
    """
    demand_ledger(Visit.current())
    user_id = _id_of(user)
    return [] if user_id is None else _ask(lambda store: store.list(user_id, _own_key()))


def end_login(id: str, *, user: t.Any = None) -> bool:
    """Revoke one login of a user. Its browser is anonymous from its next request on. Revoking the
    login of this request logs the user out. Sends :data:`.login_ended`.

    :param id: The :attr:`.LoginRecord.id`. The ID of another user's login has no effect.
    :param user: By default, the current user.
    :return: Whether the user had such a login.
    :raises RuntimeError: If the manager has no record store.
    :raises ServiceUnavailable: If the store fails.
    """
    demand_ledger(Visit.current())
    user_id = _id_of(user)

    if user_id is None or not _ask(lambda store: store.end(user_id, keys=[id])):
        return False

    if id == _own_key():
        utils.logout_user()

    return True


def label_login(id: str, label: str, *, user: t.Any = None) -> bool:
    """Give a login a name, for example "the phone in the kitchen".

    :param id: The :attr:`.LoginRecord.id`.
    :param label: The name. It is cut to 256 characters, and unprintable ones are removed.
    :param user: By default, the current user.
    :return: Whether the user has such a login.
    :raises RuntimeError: If the manager has no record store.
    :raises ServiceUnavailable: If the store fails.
    """
    demand_ledger(Visit.current())
    user_id = _id_of(user)
    return user_id is not None and _ask(lambda store: store.label(user_id, id, label))


def _ask(ask: Callable[[Store], T]) -> T:
    visit = Visit.current()
    current = request_behind(request) if has_request_context() else None
    return demand_ledger(visit).ask(visit, current, ask)


def _id_of(user: t.Any) -> str | None:
    """Return the ID of a user, or ``None`` if there is none. By default, of the current user."""
    if user is None:
        user = utils.get_current_user()

        if is_nobody(user) or not user.is_authenticated:
            return None

    user_id = getattr(user, utils.get_manager().id_attribute)()
    return None if user_id is None else str(user_id)


def _own_key() -> str | None:
    """Return the key of this request's login, or ``None`` if it is not recorded."""
    if not has_request_context() or not Visit.current().session_counts:
        return None

    known = _session.find_login(session_behind(session))
    return None if known is None or known.secret is None else key_of(known.secret)
