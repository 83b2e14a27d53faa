"""Base classes for users and anonymous users, with the attributes that Flask-Login reads."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from inspect import get_annotations


class _Default:
    """An attribute with a default value. Subclasses, other base classes and instances may override
    it in any way: by a property, a column, a dataclass field or a plain attribute.

    :param answer: The default value.
    :param same_as: The name of another attribute, whose value is the default instead.
    """

    def __init__(self, doc: str, *, answer: bool = False, same_as: str | None = None) -> None:
        self.__doc__ = doc
        self._answer = answer
        self._same_as = same_as
        self._name = ""

    def __set_name__(self, owner: type[object], name: str) -> None:
        # Another class may assign this object under a second name. Keep the first.
        self._name = self._name or name

    def __get__(self, user: object | None, owner: type[object]) -> t.Any:
        if user is not None:
            if self._name in user.__dict__:
                return user.__dict__[self._name]

            return self._answer if self._same_as is None else getattr(user, self._same_as)

        # A dataclass would use this object as the default of its own field. In Python 3.14,
        # evaluating the annotations may fail with a NameError, because they are lazy.
        with suppress(NameError):
            if self._name in get_annotations(owner):
                raise AttributeError(self._name)

        # SQLAlchemy checks whether another attribute hides a column of a mixin class.
        other = self.find_other(owner)

        if other is None:
            return self

        get = getattr(other.__class__, "__get__", None)
        return other if get is None else get(other, None, owner)

    def __set__(self, user: object, value: t.Any) -> None:
        # SQLAlchemy would not save it, and a deactivation would be lost without an error.
        if hasattr(user.__class__, "__mapper__"):
            raise AttributeError(
                f"'{user.__class__.__name__}' has no column '{self._name}', so the value would not"
                " be saved. Map a column, or define a property."
            )

        user.__dict__[self._name] = value

    def __delete__(self, user: object) -> None:
        if self._name not in user.__dict__:
            raise AttributeError(self._name)

        del user.__dict__[self._name]

    def find_other(self, owner: type[object]) -> t.Any:
        """Return the attribute of this name that a later class in the MRO defines, or ``None``."""
        found = [vars(base)[self._name] for base in owner.__mro__ if self._name in vars(base)]
        behind = found[found.index(self) + 1 :] if self in found else []
        return next((other for other in behind if not isinstance(other, _Default)), None)


class UserMixin:
    """A base class for users. It has everything that Flask-Login needs, except an ``id``.

    Two users are equal if their IDs are equal. The hash stays the one of the object.
    """

    # Defining '__eq__' would remove the hash. Users must stay usable in sets and as keys.
    __hash__: t.Any = object.__hash__

    if t.TYPE_CHECKING:
        is_active: t.Any
        is_authenticated: t.Any
        is_anonymous: t.Any
    else:
        is_active = _Default(
            "Whether the account may be used. :func:`.login_user` refuses an inactive user.",
            answer=True,
        )
        is_authenticated = _Default("Whether guards let this user in.", same_as="is_active")
        is_anonymous = _Default("``False``: this is a real user.", answer=False)

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        # If our default hid a column of another base class, SQLAlchemy would not map the column,
        # and a deactivation would never be saved. SQLAlchemy maps in '__init_subclass__', below.
        for name, default in vars(UserMixin).items():
            if not isinstance(default, _Default) or name in vars(cls):
                continue

            other = default.find_other(cls)

            if isinstance(other, bool) or hasattr(other.__class__, "__set__"):
                setattr(cls, name, other)

        super().__init_subclass__(**kwargs)

    def get_id(self) -> str | None:
        """Return the attribute ``id`` as a string, or ``None`` if it is ``None``. The session
        stores it, and the ``user_loader`` gets it.

        :raises NotImplementedError: If there is no ``id`` attribute.
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
    """The default class of anonymous users: ``current_user`` is one if no user is logged in."""

    if t.TYPE_CHECKING:
        is_active: t.Any
        is_authenticated: t.Any
        is_anonymous: t.Any
    else:
        is_active = _Default("``False``.", answer=False)
        is_authenticated = _Default("``False``.", answer=False)
        is_anonymous = _Default("``True``.", answer=True)

    def get_id(self) -> str | None:
        """Return ``None``: an anonymous user has no ID."""
        return None


def is_nobody(user: t.Any) -> bool:
    """Return whether a callback's result means "no user".

    ``None`` and ``False`` mean "no user", and so does any falsy value without an attribute
    ``is_authenticated``. A falsy object with that attribute is a user, for example one whose class
    defines ``__len__``.
    """
    if user is None or user is False:
        return True

    # Check the class first, so that no property and no '__bool__' of the user runs.
    if isinstance(user, (UserMixin, AnonymousUserMixin)) or hasattr(
        user.__class__, "is_authenticated"
    ):
        return False

    return not user and not hasattr(user, "is_authenticated")
