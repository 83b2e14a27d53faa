"""Loaders, and the user class that they return."""

from __future__ import annotations

import typing as t
from collections.abc import Awaitable
from functools import partial
from uuid import UUID

import pytest
from check_kit import Site
from check_kit import UnstampedUser
from check_kit import User
from flask import Flask
from flask import g
from flask import request

from flask_login import AnonymousUserMixin
from flask_login import current_user
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.checks import check_setup
from flask_login.typing import UserProtocol

if t.TYPE_CHECKING:
    from nowhere import Elsewhere  # type: ignore[import-not-found]

KNOWN = {"1": UnstampedUser()}


class WrappedUser(UserMixin):
    def __getattr__(self, name: str) -> t.Any:
        return lambda: "stamp"


class OwnUser(UnstampedUser):
    @classmethod
    def find(cls, user_id: str) -> t.Any:
        return None


def by_union(user_id: str) -> UnstampedUser | None: ...
def by_optional(user_id: str) -> t.Optional[UnstampedUser]: ...  # noqa: UP045
def by_awaitable(user_id: str) -> Awaitable[UnstampedUser | None]: ...  # type: ignore[empty-body]


def by_name(user_id):  # type: ignore[no-untyped-def]
    return UnstampedUser() if user_id == "1" else AnonymousUserMixin() and current_user


def by_enclosed_name() -> t.Any:
    user_class = UnstampedUser
    return lambda user_id: user_class() and None


def by_unknown_annotation(user_id: str) -> Elsewhere:
    return UnstampedUser()


@pytest.mark.parametrize(
    "loader",
    [
        by_union,
        by_optional,
        by_awaitable,
        by_name,
        by_enclosed_name(),
        by_unknown_annotation,
        UnstampedUser,
    ],
    ids=lambda loader: loader.__name__,
)
def test_user_class_is_found_by_the_loader(site: Site, loader: t.Any) -> None:
    site.manage(_user_callback=loader)

    (finding,) = site.findings(deploy=True)

    assert finding.message.startswith("The user class 'UnstampedUser' has no 'get_session_stamp'")


def test_user_class_is_found_by_its_method(site: Site) -> None:
    site.manage(_user_callback=OwnUser.find)

    assert site.find(deploy=True) == ["login.W071"]


def test_user_class_is_found_by_the_manager(site: Site) -> None:
    manager = LoginManager[UnstampedUser](site.app)
    manager.user_loader(lambda user_id: None)

    assert [f.id for f in check_setup(site.app, deploy=True)] == ["login.W071"]


def untyped(user_id: str) -> t.Any: ...
def typed_for_all(user_id: str) -> UserProtocol | None: ...
def typed_for_most(user_id: str) -> UserMixin | None: ...
def wrapped(user_id: str) -> WrappedUser | None: ...
def stamped(user_id: str) -> User | None: ...


@pytest.mark.parametrize(
    "loader",
    [untyped, typed_for_all, typed_for_most, wrapped, stamped, KNOWN.get, partial(untyped)],
    ids=["untyped", "protocol", "mixin", "wrapper", "stamped", "built in", "partial"],
)
def test_user_class_that_is_not_known_or_has_a_stamp(site: Site, loader: t.Any) -> None:
    site.manage(_user_callback=loader)

    assert site.find(deploy=True) == []


def test_first_id_that_the_loader_raises_for_is_named(site: Site) -> None:
    site.manage(_user_callback=lambda user_id: UUID(user_id) and None)

    (finding,) = site.findings(try_loader=True)

    assert finding.message.startswith("The user loader raises ValueError for the ID 'None'.")


def test_loader_is_called_in_a_request_of_its_own(site: Site) -> None:
    seen: list[t.Any] = []

    def load(user_id: str) -> None:
        seen.append((request.path, "known" in g))
        g.known = True

    site.manage(_user_callback=load)

    with site.app.app_context():
        site.find(try_loader=True)

    assert {*seen} == {("/", False)}


def test_loader_may_be_async(site: Site) -> None:
    pytest.importorskip("asgiref")

    async def load(user_id: str) -> User | None:
        return User()

    site.manage(_user_callback=load)

    assert site.find(try_loader=True) == ["login.W074"]


def test_loader_is_not_called_otherwise(site: Site) -> None:
    site.manage(_user_callback=lambda user_id: 1 / 0)

    assert site.find(deploy=True) == []


def test_application_without_a_user_loader(site: Site) -> None:
    site.manage(_user_callback=None, _request_callback=lambda request: None)

    assert site.find(deploy=True, try_loader=True) == []


def test_cookies_do_not_matter_without_a_user_loader(site: Site) -> None:
    site.manage(_user_callback=None, _request_callback=lambda request: None)
    site.app.config.pop("LOGIN_DEFAULTS")
    site.set(SESSION_COOKIE_SAMESITE=None, SECRET_KEY=None)

    assert site.find(deploy=True) == []


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ({}, ["login.E075"]),
        ({"is_active": True}, ["login.E075"]),
        ({"is_authenticated": True}, ["login.E075"]),
        ({"is_active": False}, []),
        ({"is_authenticated": False}, []),
        ({"is_authenticated": property(lambda self: False)}, []),
    ],
)
def test_class_of_visitors_may_say_that_they_are_users(
    site: Site, attributes: dict[str, t.Any], found: list[str]
) -> None:
    site.manager.anonymous_user = type("Guest", (UserMixin,), attributes)

    assert site.find() == found


def test_subclass_may_find_users_in_its_own_way() -> None:
    class Finder(LoginManager):
        def _load_user(self) -> None:
            g._login_user = User()

    app = Flask("app")
    Finder(app)

    assert check_setup(app) == []
