"""Proxies, hosts and workers."""

from __future__ import annotations

import typing as t

import pytest
from check_kit import Site
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_login.records.memory import MemoryRecords


@pytest.fixture
def unproxied(site: Site) -> Site:
    app: t.Any = site.app
    app.wsgi_app = app.wsgi_app.app
    return site


@pytest.fixture
def in_memory(site: Site) -> Site:
    site.manage(login_records=MemoryRecords())
    return site


def test_proxy_fix_may_be_further_in(site: Site) -> None:
    app: t.Any = site.app
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app)

    assert site.find(deploy=True) == []


def test_middleware_in_a_circle(unproxied: Site) -> None:
    app: t.Any = unproxied.app
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app)
    app.wsgi_app.app = app.wsgi_app

    assert unproxied.find(deploy=True) == ["login.W060"]


@pytest.mark.parametrize(
    ("config", "variable", "evidence"),
    [
        ({}, None, "'SESSION_COOKIE_SECURE' is set"),
        ({"PREFERRED_URL_SCHEME": "https"}, None, "'PREFERRED_URL_SCHEME' is 'https'"),
        ({}, "DYNO", "'DYNO' is in the environment"),
    ],
)
def test_sign_of_a_proxy_is_named(
    unproxied: Site, config: t.Any, variable: str | None, evidence: str
) -> None:
    unproxied.set(**config)

    if variable is not None:
        unproxied.setenv(variable, "web.1")

    (finding,) = unproxied.findings(deploy=True)

    assert evidence in finding.message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WEB_CONCURRENCY", "4"),
        ("GUNICORN_CMD_ARGS", "--bind=:8000 -w 4"),
        ("GUNICORN_CMD_ARGS", "-w4"),
        ("GUNICORN_CMD_ARGS", "--workers=2 --workers 4"),
    ],
)
def test_several_workers(in_memory: Site, variable: str, value: str) -> None:
    in_memory.setenv(variable, value)

    (finding,) = in_memory.findings()

    assert (finding.id, "4 workers" in finding.message) == ("login.E063", True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WEB_CONCURRENCY", "1"),
        ("WEB_CONCURRENCY", "many"),
        ("GUNICORN_CMD_ARGS", "--worker-class gthread --threads 4"),
        ("GUNICORN_CMD_ARGS", "'"),
    ],
)
def test_one_worker(in_memory: Site, variable: str, value: str) -> None:
    in_memory.setenv(variable, value)

    assert in_memory.find() == []


@pytest.mark.parametrize("login_view", ["https://www.example.com/login", "http://[/"])
def test_login_view_that_is_not_elsewhere(site: Site, login_view: str) -> None:
    site.set(SERVER_NAME="www.example.com")
    site.manage(login_view=login_view)

    assert site.find(deploy=True) == []


def test_proxy_fix_is_the_one_of_werkzeug(unproxied: Site) -> None:
    app: t.Any = unproxied.app
    app.wsgi_app = type("Impostor", (), {"__call__": ProxyFix.__call__})()

    assert unproxied.find(deploy=True) == ["login.W060"]
