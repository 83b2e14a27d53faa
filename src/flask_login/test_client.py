"""The test client that starts with a session already written."""

from __future__ import annotations

import typing as t

from flask.testing import FlaskClient

from . import _session
from ._context import unwrap
from .config import ID_ATTRIBUTE
from .mixins import is_nobody


class FlaskLoginClient(FlaskClient):
    """A test client whose session names a user. ::

        app.test_client_class = FlaskLoginClient

        with app.test_client(user=user) as client:
            client.get("/")

    No browser is recorded in that session, so under ``basic`` session protection the login is not
    fresh, and under ``strong`` there is none. :class:`.LoginClient` logs in for real.

    :param user: The user to name, if any.
    :param fresh_login: Whether the session says that the login is fresh.
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

        with self.session_transaction() as session:
            _session.name_user(session, get_id(), fresh=fresh_login)
