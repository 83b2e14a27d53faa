"""What views call about logins on record. See :mod:`flask_login.records`."""

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
    """The logins of a user that have not ended, the newest first.

    :param user: By default, the current one. There are none of an anonymous user.
    :raises RuntimeError: If logins are not on record.
    :raises ServiceUnavailable: If the store fails.
    """
    demand_ledger(Visit.current())
    user_id = _id_of(user)
    return [] if user_id is None else _ask(lambda store: store.list(user_id, _own_key()))


def end_login(id: str, *, user: t.Any = None) -> bool:
    """End one login of a user, which the next request of that browser notices. To end that of this
    very request is to log out. Sends :data:`.login_ended`.

    :param id: The :attr:`.LoginRecord.id`. That of someone else's login ends nothing.
    :param user: By default, the current one.
    :return: Whether there was such a login.
    :raises RuntimeError: If logins are not on record.
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
    """Name a login, say "the phone in the kitchen".

    :param id: The :attr:`.LoginRecord.id`.
    :param user: By default, the current one.
    :return: Whether the user has such a login.
    :raises RuntimeError: If logins are not on record.
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
    """The ID of a user, by default the current one, or ``None`` of one who has none."""
    if user is None:
        user = utils.get_current_user()

        if is_nobody(user) or not user.is_authenticated:
            return None

    user_id = getattr(user, utils.get_manager().id_attribute)()
    return None if user_id is None else str(user_id)


def _own_key() -> str | None:
    """The key of the login of this request, if it is on record."""
    if not has_request_context() or not Visit.current().session_counts:
        return None

    known = _session.find_login(session_behind(session))
    return None if known is None or known.secret is None else key_of(known.secret)
