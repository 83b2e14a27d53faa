"""Default answers to what is asked of a user, and of a visitor who is nobody yet."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from inspect import get_annotations


class _Default:
    """An attribute that subclasses, other base classes and instances may answer in any way they
    like: by a property, a column, a dataclass field or a plain attribute.

    :param answer: The answer, unless it is the one of another attribute.
    :param same_as: The name of that one.
    """

    def __init__(self, doc: str, *, answer: bool = False, same_as: str | None = None) -> None:
        self.__doc__ = doc
        self._answer = answer
        self._same_as = same_as
        self._name = ""

    def __set_name__(self, owner: type[object], name: str) -> None:
        # Another class may give it a second name.
        self._name = self._name or name

    def __get__(self, user: object | None, owner: type[object]) -> t.Any:
        if user is not None:
            if self._name in user.__dict__:
                return user.__dict__[self._name]

            return self._answer if self._same_as is None else getattr(user, self._same_as)

        # A dataclass would take this for the default of its own field. Python 3.14 evaluates
        # annotations when they are asked for, and may not be able to yet.
        with suppress(NameError):
            if self._name in get_annotations(owner):
                raise AttributeError(self._name)

        # SQLAlchemy asks whether a column of a mixin class is hidden by something else.
        other = self.find_other(owner)

        if other is None:
            return self

        get = getattr(other.__class__, "__get__", None)
        return other if get is None else get(other, None, owner)

    def __set__(self, user: object, value: t.Any) -> None:
        # SQLAlchemy would not save it, and a deactivation would be lost without a word.
        if hasattr(user.__class__, "__mapper__"):
            raise AttributeError(
                f"'{user.__class__.__name__}' has no column '{self._name}', so that nothing would"
                " be saved. Map one, or define a property."
            )

        user.__dict__[self._name] = value

    def __delete__(self, user: object) -> None:
        if self._name not in user.__dict__:
            raise AttributeError(self._name)

        del user.__dict__[self._name]

    def find_other(self, owner: type[object]) -> t.Any:
        """What a base class behind this one's has by the same name, or ``None``."""
        found = [vars(base)[self._name] for base in owner.__mro__ if self._name in vars(base)]
        behind = found[found.index(self) + 1 :] if self in found else []
        return next((other for other in behind if not isinstance(other, _Default)), None)


class UserMixin:
    """Everything a user class needs besides an ``id``."""

    # Defining ``__eq__`` would take the hash away; users stay usable in sets and as keys.
    __hash__: t.Any = object.__hash__

    if t.TYPE_CHECKING:
        is_active: t.Any
        is_authenticated: t.Any
        is_anonymous: t.Any
    else:
        is_active = _Default(
            "Whether the account may be used. :func:`.login_user` refuses one that may not.",
            answer=True,
        )
        is_authenticated = _Default("Whether guards let this user in.", same_as="is_active")
        is_anonymous = _Default("Whether this is nobody in particular.", answer=False)

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        # SQLAlchemy would not map a column of another base class that this one's default hides, and
        # a deactivation would never be saved. It maps in its own '__init_subclass__', after this.
        for name, default in vars(UserMixin).items():
            if not isinstance(default, _Default) or name in vars(cls):
                continue

            other = default.find_other(cls)

            if isinstance(other, bool) or hasattr(other.__class__, "__set__"):
                setattr(cls, name, other)

        super().__init_subclass__(**kwargs)

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
        is_active = _Default("``False``.", answer=False)
        is_authenticated = _Default("``False``.", answer=False)
        is_anonymous = _Default("``True``.", answer=True)

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
