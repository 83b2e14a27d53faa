"""What the aliases do not stand for, and settings of a wrong type."""

from __future__ import annotations

from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.typing import ChallengeCallback
from flask_login.typing import LoginView
from flask_login.typing import RequestCallback
from flask_login.typing import UserCallback


class User(UserMixin):
    pass


def refuse(reason: str) -> str:
    return reason


def find_name(user_id: str) -> str:
    return user_id


def ask() -> User | None:
    return None


user_callback: UserCallback[User] = find_name  # fails: assignment | reportAssignmentType
user_callback = ask  # fails: assignment | reportAssignmentType
request_callback: RequestCallback[User] = ask  # fails: assignment | reportAssignmentType
challenge: ChallengeCallback = refuse  # fails: assignment | reportAssignmentType
login_view: LoginView = 1  # fails: assignment | reportAssignmentType

login_manager = LoginManager()
login_manager.login_view = 401  # fails: assignment | reportAttributeAccessIssue
login_manager.session_protection = True  # fails: assignment | reportAttributeAccessIssue
login_manager.unauthorized_callback = refuse  # fails: assignment | reportAttributeAccessIssue
login_manager.blueprint_login_views = {"api": 401}  # fails: dict-item | reportAttributeAccessIssue
LoginManager(app="app")  # fails: arg-type | reportArgumentType
