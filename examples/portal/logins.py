"""Logins and permissions: loaders, passwords, API tokens, roles and limits."""

from __future__ import annotations

import secrets
import typing as t
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa
from flask import current_app
from flask import Flask
from flask import Request
from flask import request
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.security import check_password_hash
from werkzeug.security import generate_password_hash
from werkzeug.wrappers import Response

from flask_login import current_user
from flask_login import login_denied_reason
from flask_login import login_source
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login.records import Records

from .models import ApiToken
from .models import db
from .models import now
from .models import open_redis
from .models import Operator
from .models import records as sql_records

limiter = Limiter(get_remote_address)

#: Checked for an unknown name, so that the response time does not show which names exist.
_DUMMY_HASH = generate_password_hash(secrets.token_urlsafe())

#: Messages for the reasons that ``login_denied_reason`` returns.
REASONS = {
    "absolute": _("Your login has reached its maximum age. Please log in again."),
    "credentials": _("Your password was changed, which ended this login."),
    "ended": _("This login was ended, on another device or by an administrator."),
    "inactive": _("Your account has been deactivated."),
    "limit": _("You are logged in on too many devices."),
    "protection": _("Your browser or your address changed, so this login ended."),
    "remember_expired": _("It has been a while. Please log in again."),
    "stolen": _("Somebody else has used a copy of this login, so it was ended."),
    "unknown_user": _("This account does not exist any longer."),
}


def make_login_manager(redis_url: str | None) -> LoginManager[Operator]:
    """Create the manager of one application. It records logins in Redis or in the database."""
    manager: LoginManager[Operator] = LoginManager(records=_records(redis_url))
    manager.login_view = "auth.login"
    manager.login_message = lambda: words_of(login_denied_reason()) or _("Please log in to go on.")
    manager.login_message_category = "info"
    manager.refresh_view = "auth.confirm"
    manager.needs_refresh_message = _("Please enter your password again to go on.")
    manager.needs_refresh_message_category = "info"
    manager.user_loader(_load_operator)
    add_loader = manager.loader("token", challenge='Bearer realm="api"', vary="Authorization")
    add_loader(_load_by_token)
    return manager


def _records(redis_url: str | None) -> Records:
    if not redis_url:
        return sql_records

    from flask_login.records.redis import RedisRecords

    return RedisRecords(open_redis(redis_url))


def words_of(reason: str | None) -> str | None:
    """Return the message for a reason, or ``None`` if there is none."""
    if reason == "idle":
        timeout = current_app.config["LOGIN_IDLE_TIMEOUT"]
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        return ngettext(
            "Your session expired after %(num)s minute without activity.",
            "Your session expired after %(num)s minutes without activity.",
            max(1, round(seconds / 60)),
        )

    words = REASONS.get(reason or "")
    return None if words is None else str(words)


def _load_operator(user_id: str) -> Operator | None:
    return db.session.get(Operator, int(user_id)) if user_id.isdecimal() else None


def _load_by_token(request: Request) -> Operator | None:
    # Tokens are for the API only.
    if request.blueprint != "api":
        return None

    # 'request.authorization' raises an error for some invalid headers.
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")

    if scheme.lower() != "bearer":
        return None

    token = db.session.scalar(sa.select(ApiToken).where(ApiToken.digest == digest_of(value)))

    if token is None or not token.operator.active:
        return None

    operator = token.operator

    # Written once a minute, so that most requests write nothing.
    if token.used_at is None or now() - token.used_at > timedelta(minutes=1):
        token.used_at = now()
        db.session.commit()

    return operator


def authenticate(name: str, password: str) -> Operator | None:
    """Return the operator with this name and password."""
    operator = db.session.scalar(sa.select(Operator).where(Operator.name == name))
    known = _DUMMY_HASH if operator is None else operator.password_hash
    return operator if check_password_hash(known, password) else None


def create_token(operator: Operator, name: str) -> str:
    """Create an API token. Only its digest is stored, so it can be shown only now."""
    token = f"harbour_{secrets.token_urlsafe(32)}"
    db.session.add(ApiToken(operator_id=operator.id, name=name, digest=digest_of(token)))
    db.session.commit()
    return token


def digest_of(token: str) -> str:
    return sha256(token.strip().encode("utf-8", "surrogatepass")).hexdigest()


def may_act(operator: t.Any) -> bool:
    """Return whether a user may restart services."""
    return operator.role in {"admin", "operator"}


act_required = user_passes_test(may_act, reason="operators_only")
admin_required = user_passes_test(lambda user: user.role == "admin", reason="admins_only")


def protect_forms(app: Flask, login_manager: LoginManager[Operator]) -> None:
    """Require a CSRF token for each request that changes something. Requests with an API token
    are exempt, because another site cannot send one.
    """
    csrf = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if not app.config["WTF_CSRF_ENABLED"] or request.endpoint is None:
            return

        if request.method in app.config["WTF_CSRF_METHODS"] and login_source() != "token":
            csrf.protect()

    # It requires no login, so 'flask login routes' must not count it as a guard.
    login_manager.declare_guard(check, guards=False)


def _is_wrong(response: Response) -> bool:
    return response.status_code == 422


def _name_or_user() -> str:
    name = request.form.get("name", "") if current_user.is_anonymous else current_user.name
    return f"name:{name.casefold()}"


_by_address = limiter.shared_limit(
    lambda: current_app.config["ADDRESS_LIMIT"],
    scope="passwords",
    methods=["POST"],
    deduct_when=_is_wrong,
)
_by_name = limiter.shared_limit(
    lambda: current_app.config["NAME_LIMIT"],
    scope="passwords",
    key_func=_name_or_user,
    methods=["POST"],
    deduct_when=_is_wrong,
)


def limit_guesses(view: t.Any) -> t.Any:
    """Limit the wrong passwords that a view accepts, from one address and for one name."""
    return _by_address(_by_name(view))
