"""``examples/portal``, as its visitors use it."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask
from portal_kit import EXAMPLES
from portal_kit import PASSWORD

from flask_login.testing import LoginClient

Start = Callable[..., Flask]


@pytest.fixture(scope="session")
def portal() -> Iterator[t.Any]:
    """The package, which is on the path only while these tests run."""
    if "TRUSTED_HOSTS" not in Flask("app").config:
        pytest.skip("The portal needs Flask 3.1.")

    for name in ("flask_babel", "flask_limiter", "flask_sqlalchemy_lite", "flask_wtf"):
        pytest.importorskip(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES)
        import portal  # pyright: ignore

        yield portal
        patch.delitem(sys.modules, "portal")


@pytest.fixture(scope="session")
def start(portal: t.Any) -> Iterator[Start]:
    """Starts the portal on an instance folder."""
    with ExitStack() as stack:

        def start(instance: Path, **config: t.Any) -> Flask:
            settings = {
                "TESTING": True,
                "INSTANCE_PATH": str(instance),
                "SEED_PASSWORD": PASSWORD,
                "WTF_CSRF_ENABLED": False,
                **config,
            }
            app: Flask = portal.create_app(settings)
            app.test_client_class = LoginClient

            with app.app_context():
                stack.callback(portal.db.engine.dispose)

            return app

        yield start


@pytest.fixture(scope="session")
def seeded(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder after the first start. To hash passwords takes a while."""
    instance = tmp_path_factory.mktemp("portal") / "instance"
    start(instance)
    return instance


@pytest.fixture
def instance(seeded: Path, tmp_path: Path) -> Path:
    return copytree(seeded, tmp_path / "instance")


@pytest.fixture
def app(start: Start, instance: Path) -> Flask:
    return start(instance)


@pytest.fixture
def find(portal: t.Any) -> Callable[[Flask, str], t.Any]:
    """The operator of a name, as they are stored now."""

    def find(app: Flask, name: str) -> t.Any:
        models = portal.models

        with app.app_context():
            query = models.sa.select(models.Operator).filter_by(name=name)
            return models.db.session.scalar(query)

    return find


@pytest.fixture
def browser(find: t.Any) -> Callable[..., LoginClient]:
    """A browser of its own, in which an operator is logged in."""

    def open_browser(app: Flask, name: str | None = None, **how: t.Any) -> LoginClient:
        client = t.cast(LoginClient, app.test_client())

        if name is not None:
            client.login(find(app, name), **how)

        return client

    return open_browser


@pytest.fixture
def visitor(app: Flask, browser: t.Any) -> LoginClient:
    return t.cast(LoginClient, browser(app))


@pytest.fixture
def ada(app: Flask, browser: t.Any) -> LoginClient:
    """An administrator."""
    return t.cast(LoginClient, browser(app, "ada"))


@pytest.fixture
def grace(app: Flask, browser: t.Any) -> LoginClient:
    """An operator."""
    return t.cast(LoginClient, browser(app, "grace"))


@pytest.fixture
def alan(app: Flask, browser: t.Any) -> LoginClient:
    """A viewer."""
    return t.cast(LoginClient, browser(app, "alan"))
