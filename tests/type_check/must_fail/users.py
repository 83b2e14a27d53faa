"""Classes that do not answer what is asked of a user."""

from __future__ import annotations

from flask_login import UserMixin
from flask_login.typing import UserProtocol


class Nameless:
    is_authenticated = True
    is_active = True
    is_anonymous = False


class Wordy(Nameless):
    is_active = "yes"

    def get_id(self) -> str:
        return "1"


class Numbered(UserMixin):
    def get_id(self) -> int:
        return 1


user: UserProtocol = UserMixin()
user = Nameless()
user = Wordy()
user.is_active = False
user.name
