"""User session management for Flask."""

from __future__ import annotations

import typing as t
from importlib import import_module as _import_module

from . import signals as _signals
from .__about__ import __version__ as __version__
from .config import AUTH_HEADER_NAME as AUTH_HEADER_NAME
from .config import COOKIE_DURATION as COOKIE_DURATION
from .config import COOKIE_HTTPONLY as COOKIE_HTTPONLY
from .config import COOKIE_NAME as COOKIE_NAME
from .config import COOKIE_SECURE as COOKIE_SECURE
from .config import ID_ATTRIBUTE as ID_ATTRIBUTE
from .config import LOGIN_MESSAGE as LOGIN_MESSAGE
from .config import LOGIN_MESSAGE_CATEGORY as LOGIN_MESSAGE_CATEGORY
from .config import REFRESH_MESSAGE as REFRESH_MESSAGE
from .config import REFRESH_MESSAGE_CATEGORY as REFRESH_MESSAGE_CATEGORY
from .guards import anonymous_required as anonymous_required
from .guards import login_exempt as login_exempt
from .guards import no_activity as no_activity
from .guards import user_passes_test as user_passes_test
from .login_manager import LoginManager as LoginManager
from .mixins import AnonymousUserMixin as AnonymousUserMixin
from .mixins import UserMixin as UserMixin
from .next_url import is_safe_url as is_safe_url
from .next_url import safe_next_url as safe_next_url
from .signals import login_ended as login_ended
from .signals import records_failed as records_failed
from .signals import remember_token_reused as remember_token_reused
from .signals import session_ended as session_ended
from .signals import session_protected as session_protected
from .signals import user_accessed as user_accessed
from .signals import user_loaded_from_cookie as user_loaded_from_cookie
from .signals import user_loaded_from_request as user_loaded_from_request
from .signals import user_logged_in as user_logged_in
from .signals import user_logged_out as user_logged_out
from .signals import user_login_confirmed as user_login_confirmed
from .signals import user_needs_refresh as user_needs_refresh
from .signals import user_unauthorized as user_unauthorized
from .utils import confirm_login as confirm_login
from .utils import current_user as current_user
from .utils import decode_cookie as decode_cookie
from .utils import encode_cookie as encode_cookie
from .utils import fresh_login_required as fresh_login_required
from .utils import get_current_user as get_current_user
from .utils import login_denied_reason as login_denied_reason
from .utils import login_fresh as login_fresh
from .utils import login_remembered as login_remembered
from .utils import login_required as login_required
from .utils import login_source as login_source
from .utils import login_url as login_url
from .utils import login_user as login_user
from .utils import logout_user as logout_user
from .utils import make_next_param as make_next_param
from .utils import refresh_login as refresh_login
from .utils import session_expires_at as session_expires_at
from .utils import set_login_view as set_login_view

if t.TYPE_CHECKING:
    from . import test_client as test_client
    from .logins import end_login as end_login
    from .logins import label_login as label_login
    from .logins import list_logins as list_logins
    from .test_client import FlaskLoginClient as FlaskLoginClient

__all__ = [
    "AUTH_HEADER_NAME",
    "COOKIE_DURATION",
    "COOKIE_HTTPONLY",
    "COOKIE_NAME",
    "COOKIE_SECURE",
    "ID_ATTRIBUTE",
    "LOGIN_MESSAGE",
    "LOGIN_MESSAGE_CATEGORY",
    "REFRESH_MESSAGE",
    "REFRESH_MESSAGE_CATEGORY",
    "AnonymousUserMixin",
    "FlaskLoginClient",
    "LoginManager",
    "UserMixin",
    "__version__",
    "anonymous_required",
    "confirm_login",
    "current_user",
    "decode_cookie",
    "encode_cookie",
    "end_login",
    "fresh_login_required",
    "get_current_user",
    "is_safe_url",
    "label_login",
    "list_logins",
    "login_denied_reason",
    "login_ended",
    "login_exempt",
    "login_fresh",
    "login_remembered",
    "login_required",
    "login_source",
    "login_url",
    "login_user",
    "logout_user",
    "make_next_param",
    "no_activity",
    "records_failed",
    "refresh_login",
    "remember_token_reused",
    "safe_next_url",
    "session_ended",
    "session_expires_at",
    "session_protected",
    "set_login_view",
    "user_accessed",
    "user_loaded_from_cookie",
    "user_loaded_from_request",
    "user_logged_in",
    "user_logged_out",
    "user_login_confirmed",
    "user_needs_refresh",
    "user_passes_test",
    "user_unauthorized",
]


def __getattr__(name: str) -> t.Any:
    # Imported on demand, because only tests need it.
    if name in {"FlaskLoginClient", "test_client"}:
        module = _import_module(".test_client", __name__)
        return module if name == "test_client" else module.FlaskLoginClient

    # Imported on demand, because only applications with recorded logins need them.
    if name in {"end_login", "label_login", "list_logins"}:
        return getattr(_import_module(".logins", __name__), name)

    if name == "user_loaded_from_header":
        return _signals.deprecated_header_signal(stacklevel=3)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
