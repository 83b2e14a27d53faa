"""Default answers to what is asked of a user, and of a visitor who is nobody yet."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from contextlib import suppress
from inspect import get_annotations


class _Answer:
    """A property that subclasses and their instances may answer in any way they like: by a
    property, a column, a dataclass field or a plain attribute.
    """

    def __init__(self, answer: Callable[[t.Any], bool]) -> None:
        self._answer = answer
        self._name = answer.__name__
        self.__doc__ = answer.__doc__

    def __get__(self, user: object | None, owner: type[object]) -> t.Any:
        if user is not None:
            return self._answer(user)

        # A dataclass would take this for the default of its own field. Python 3.14 evaluates
        # annotations when they are asked for, and may not be able to yet.
        with suppress(NameError):
            if self._name in get_annotations(owner):
                raise AttributeError(self._name)

        return self


class UserMixin:
    """Everything a user class needs besides an ``id``."""

    # Defining ``__eq__`` would take the hash away; users stay usable in sets and as keys.
    __hash__: t.Any = object.__hash__

    if t.TYPE_CHECKING:
        is_active: t.Any
        is_authenticated: t.Any
        is_anonymous: t.Any
    else:

        @_Answer
        def is_active(self) -> bool:
            """Whether the account may be used. :func:`.login_user` refuses one that may not."""
            return True

        @_Answer
        def is_authenticated(self) -> bool:
            """Whether guards let this user in."""
            return self.is_active

        @_Answer
        def is_anonymous(self) -> bool:
            """Whether this is nobody in particular."""
            return False

    def get_id(self) -> str | None:
        """The ID that the ``user_loader`` is given, or ``None`` for a user who has none yet.

        :raises NotImplementedError: If there is no ``id`` attribute to answer with.
        """
        try:
            user_id = t.cast(t.Any, self).id
        except AttributeError:
            raise NotImplementedError("No `id` attribute - override `get_id`") from None

        return None if user_id is None else str(user_id)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, UserMixin):
            return self.get_id() == other.get_id()

        return NotImplemented


class AnonymousUserMixin:
    """The stranger that ``current_user`` is while nobody is logged in."""

    if t.TYPE_CHECKING:
        is_active: t.Any
        is_authenticated: t.Any
        is_anonymous: t.Any
    else:

        @_Answer
        def is_active(self) -> bool:
            """``False``."""
            return False

        @_Answer
        def is_authenticated(self) -> bool:
            """``False``."""
            return False

        @_Answer
        def is_anonymous(self) -> bool:
            """``True``."""
            return True

    def get_id(self) -> str | None:
        """``None``: nobody in particular has no ID."""
        return None


def is_nobody(user: t.Any) -> bool:
    """Whether a callback's answer means that there is no user.

    ``None`` and ``False`` do. So does another falsy value that answers nothing a user is asked,
    while a user whose class happens to define ``__len__`` is still a user.
    """
    if user is None or user is False:
        return True

    # Of the class first: neither a property nor the truth of a user is to be asked for this.
    if isinstance(user, (UserMixin, AnonymousUserMixin)) or hasattr(
        user.__class__, "is_authenticated"
    ):
        return False

    return not user and not hasattr(user, "is_authenticated")
