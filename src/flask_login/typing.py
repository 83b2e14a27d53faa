"""The types of users and callbacks, for annotations."""

from __future__ import annotations

import typing as t
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Coroutine

from flask.typing import ResponseReturnValue

if t.TYPE_CHECKING:
    # PEP 696 default: a bare 'LoginManager' is 'LoginManager[Any]'. Type checkers bundle
    # 'typing_extensions', so it need not be installed.
    from typing_extensions import TypeVar
else:

    def TypeVar(name: str, default: t.Any = None) -> t.TypeVar:
        return t.TypeVar(name)


T = t.TypeVar("T")

#: A value, or an awaitable of it, as an ``async def`` callback returns.
MaybeAwaitable: t.TypeAlias = T | Awaitable[T]


class UserProtocol(t.Protocol):
    """The attributes that a user class needs. :class:`.UserMixin` has them all."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_anonymous(self) -> bool: ...

    def get_id(self) -> t.Any: ...


U = TypeVar("U", default=t.Any)

#: Gets the user's ID from the session or the remember-me cookie. Returns the user or ``None``.
UserCallback: t.TypeAlias = Callable[[str], MaybeAwaitable[U | None]]

#: Gets the request, which may be an instance of your own class. Returns the user or ``None``.
RequestCallback: t.TypeAlias = Callable[[t.Any], MaybeAwaitable[U | None]]

#: Gets the value of the ``Authorization`` header. Returns the user or ``None``.
HeaderCallback: t.TypeAlias = Callable[[str], MaybeAwaitable[U | None]]

#: Returns the response for a refused request.
ChallengeCallback: t.TypeAlias = Callable[[], MaybeAwaitable[ResponseReturnValue]]

#: An endpoint, a path, a URL, a callable that returns one of these, or ``None`` for no view.
LoginView: t.TypeAlias = str | Callable[[], str | None] | None


class LoaderDecorator(t.Protocol[U]):
    """The decorator that :meth:`.LoginManager.loader` returns."""

    @t.overload
    def __call__(
        self, callback: Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]
    ) -> Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]: ...

    @t.overload
    def __call__(self, callback: Callable[[t.Any], U | None]) -> Callable[[t.Any], U | None]: ...

    def __call__(self, callback: t.Any) -> t.Any: ...
