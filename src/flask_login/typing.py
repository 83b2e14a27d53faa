"""The types of users and callbacks, for annotations."""

from __future__ import annotations

import typing as t
from collections.abc import Awaitable
from collections.abc import Callable

from flask import Request
from flask.typing import ResponseReturnValue

T = t.TypeVar("T")
P = t.ParamSpec("P")
R = t.TypeVar("R")

#: A result, or what an ``async def`` callback returns for it.
MaybeAwaitable: t.TypeAlias = T | Awaitable[T]


class UserProtocol(t.Protocol):
    """What is asked of a user. :class:`.UserMixin` answers all of it."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_anonymous(self) -> bool: ...

    def get_id(self) -> t.Any: ...


#: Given the ID that a login or a remember-me cookie left, answers the user or ``None``.
UserCallback = Callable[[t.Any], t.Any]

#: Given the request, answers the user it was made by or ``None``.
RequestCallback = Callable[[Request], t.Any]

#: Given the value of the ``Authorization`` header, answers the user or ``None``.
HeaderCallback = Callable[[str], t.Any]

#: Answers a caller who may not go on.
ChallengeCallback = Callable[[], MaybeAwaitable[ResponseReturnValue]]

#: An endpoint, a path or a URL, or what returns one when it is called; or no view at all.
LoginView: t.TypeAlias = str | Callable[[], str | None] | None
