"""Classes that do not answer what is asked of a user."""

from __future__ import annotations

from flask_login.typing import UserProtocol


class Nameless:
    is_authenticated = True
    is_active = True
    is_anonymous = False


class Wordy:
    is_authenticated = True
    is_active = "yes"
    is_anonymous = False

    def get_id(self) -> str:
        return "1"


def ask(user: UserProtocol) -> None:
    user.is_active = False  # fails: misc | reportAttributeAccessIssue
    print(user.name)  # fails: attr-defined | reportAttributeAccessIssue
    text: str = user.is_active  # fails: assignment | reportAssignmentType
    print(text)


ask(Nameless())  # fails: arg-type | reportArgumentType
ask(Wordy())  # fails: arg-type | reportArgumentType
ask(None)  # fails: arg-type | reportArgumentType
nameless: UserProtocol = Nameless()  # fails: assignment | reportAssignmentType
