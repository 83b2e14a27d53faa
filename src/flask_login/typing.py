"""The types of users and callbacks, for annotations."""

from __future__ import annotations

import typing as t
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Coroutine

from flask.typing import ResponseReturnValue

if t.TYPE_CHECKING:
    # Type checkers know it without its being installed: 'LoginManager' alone is one of any users.
    from typing_extensions import TypeVar
else:

    def TypeVar(name: str, default: t.Any = None) -> t.TypeVar:
        return t.TypeVar(name)


T = t.TypeVar("T")

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


U = TypeVar("U", default=t.Any)

#: Given the ID that a login or a remember-me cookie left, answers the user or ``None``.
UserCallback: t.TypeAlias = Callable[[str], MaybeAwaitable[U | None]]

#: Given the request, which may be of a class of your own, answers the user it was made by or
#: ``None``.
RequestCallback: t.TypeAlias = Callable[[t.Any], MaybeAwaitable[U | None]]

#: Given the value of the ``Authorization`` header, answers the user or ``None``.
HeaderCallback: t.TypeAlias = Callable[[str], MaybeAwaitable[U | None]]

#: Answers a caller who may not go on.
ChallengeCallback: t.TypeAlias = Callable[[], MaybeAwaitable[ResponseReturnValue]]

#: An endpoint, a path or a URL, or what returns one when it is called; or no view at all.
LoginView: t.TypeAlias = str | Callable[[], str | None] | None


class LoaderDecorator(t.Protocol[U]):
    """What :meth:`.LoginManager.loader` returns."""

    @t.overload
    def __call__(
        self, callback: Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]
    ) -> Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]: ...

    @t.overload
    def __call__(self, callback: Callable[[t.Any], U | None]) -> Callable[[t.Any], U | None]: ...

    def __call__(self, callback: t.Any) -> t.Any: ...
