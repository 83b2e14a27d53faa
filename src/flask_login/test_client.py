"""A test client that starts with a user in its session."""

from __future__ import annotations

import typing as t

from flask import Flask
from flask.testing import FlaskClient

from . import _session
from ._context import current_request
from ._context import unwrap
from ._login import Login
from ._login import new_login
from ._login import Wish
from ._visit import LEDGER
from ._visit import Visit
from .config import ID_ATTRIBUTE
from .mixins import is_nobody

if t.TYPE_CHECKING:
    from ._manager import Ledger


class FlaskLoginClient(FlaskClient):
    """A test client whose session contains a user from the start. ::

        app.test_client_class = FlaskLoginClient

        with app.test_client(user=user) as client:
            client.get("/")

    The session contains no browser identifier. So under ``"basic"`` session protection, the login
    is not fresh. Under ``"strong"``, the user is anonymous. :class:`.LoginClient` performs a real
    login.

    :param user: The user. By default, the session is empty.
    :param fresh_login: The value of ``_fresh`` in the session.
    """

    def __init__(
        self, *args: t.Any, user: t.Any = None, fresh_login: bool = True, **kwargs: t.Any
    ) -> None:
        super().__init__(*args, **kwargs)

        user = unwrap(user)

        if is_nobody(user):
            return

        manager = getattr(self.application, "login_manager", None)
        get_id = getattr(user, getattr(manager, "id_attribute", ID_ATTRIBUTE))

        user_id = get_id()
        login = _record_login(self.application, user, user_id)

        with self.session_transaction() as session:
            _session.name_user(session, user_id, fresh=fresh_login)

            if login is not None:
                _session.keep_login(session, login)


def _record_login(app: Flask, user: t.Any, user_id: t.Any) -> Login | None:
    """Record a new login if the application records logins. Such an application refuses a login
    without a record.

    :raises ValueError: If ``LOGIN_RECORDS_LIMIT`` refuses the login.
    """
    if user_id is None or LEDGER not in app.extensions:
        return None

    with app.test_request_context():
        visit = Visit.current()
        login = new_login(user_id, visit.settings)
        ledger: Ledger = app.extensions[LEDGER]
        recorded = ledger.begin(visit, current_request(), user, login, Wish())

    if recorded is None:
        raise ValueError("A user who has too many recorded logins cannot be logged in.")

    return recorded
