"""What is asked of a manager, also of one that a test puts in its place, and of who keeps its
logins on record. Imported for types only.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from flask import Request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from . import remember
from ._login import Login
from ._login import Reason
from ._login import Wish
from .typing import LoginView

T = t.TypeVar("T")


class Manager(t.Protocol):
    """What is asked of a manager."""

    anonymous_user: Callable[[], t.Any]
    session_protection: t.Any
    id_attribute: str
    login_view: LoginView
    refresh_view: LoginView
    blueprint_login_views: dict[str, LoginView]
    blueprint_unauthorized: dict[str, str]
    _user_callback: t.Any
    _request_callback: t.Any
    _header_callback: t.Any
    _named_loaders: t.Any
    _session_identifier_generator: Callable[[], str]

    def unauthorized(self) -> ResponseReturnValue: ...
    def needs_refresh(self) -> ResponseReturnValue: ...
    def counts_as_activity(self, request: Request) -> bool: ...
    def _load_user(self) -> None: ...
    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any: ...
    def _load_user_from_request(self, request: Request) -> t.Any: ...
    def _load_user_from_header(self, header: str) -> t.Any: ...
    def _session_protection_failed(self) -> bool: ...
    def _update_request_context_with_user(self, user: t.Any = None) -> None: ...
    def _update_remember_cookie(self, response: Response) -> Response: ...
    def _loaders(self) -> tuple[t.Any, ...]: ...


class Ledger(t.Protocol):
    """What is asked of the keeper of the logins on record, if there is one."""

    def ask(self, visit: t.Any, current: Request | None, ask: Callable[[t.Any], T]) -> T: ...
    def admit(
        self, visit: t.Any, manager: Manager, current: Request, login: Login, known: Login | None
    ) -> tuple[Login, Reason | None]: ...
    def restore(
        self, visit: t.Any, manager: Manager, current: Request, token: remember.Token
    ) -> remember.Token | Reason: ...
    def begin(
        self, visit: t.Any, current: Request, user: t.Any, login: Login, wish: Wish
    ) -> Login | None: ...
    def leave(
        self, visit: t.Any, current: Request, login: Login | None, user_id: t.Any
    ) -> None: ...
    def leave_others(
        self, visit: t.Any, current: Request, user_id: t.Any, login: Login | None
    ) -> None: ...
    def find_token(self, visit: t.Any, current: Request, login: Login) -> remember.Token | None: ...
    def new_token(self, visit: t.Any, login: Login, duration: int) -> remember.Token | None: ...
    def prolong(self, visit: t.Any, token: remember.Token) -> remember.Token | None: ...
    def note(self, visit: t.Any, login: Login) -> None: ...
    def let_go(self, visit: t.Any, login: Login, reason: Reason) -> None: ...
