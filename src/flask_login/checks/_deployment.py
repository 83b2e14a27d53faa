"""Checks of the deployment: proxies, hosts and workers."""

from __future__ import annotations

import re
import shlex
import typing as t
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix

from ..records.memory import MemoryRecords
from ._catalog import Problem
from ._catalog import problem
from ._setup import Setup
from ._views import login_views

# Usual names of the attribute in which middleware keeps the application that it wraps.
_WRAPPED = ("app", "wsgi_app", "application", "wrapped", "_app")

#: Environment variables of platforms that put a proxy in front of each application.
PLATFORMS = (
    "DYNO",
    "FLY_APP_NAME",
    "FORWARDED_ALLOW_IPS",
    "GAE_ENV",
    "K_SERVICE",
    "RAILWAY_ENVIRONMENT",
    "RENDER",
    "WEBSITE_HOSTNAME",
)


def find(setup: Setup) -> Iterator[Problem]:
    yield from _find_proxy(setup)
    yield from _find_untrusted(setup)
    yield from _find_memory(setup)

    if setup.app.debug:
        yield problem("login.W065", "DEBUG")


def _find_proxy(setup: Setup) -> Iterator[Problem]:
    if any(isinstance(layer, ProxyFix) for layer in _layers(setup.app.wsgi_app)):
        return

    platforms = [name for name in PLATFORMS if name in setup.environ]
    evidence = [f"'{name}' is in the environment" for name in platforms]

    if setup.config["PREFERRED_URL_SCHEME"] == "https":
        evidence.append("'PREFERRED_URL_SCHEME' is 'https'")
    elif setup.config["SESSION_COOKIE_SECURE"]:
        evidence.append("'SESSION_COOKIE_SECURE' is set")

    if evidence:
        yield problem("login.W060", evidence=evidence[0])
    else:
        yield problem("login.I061")


def _layers(wsgi_app: t.Any) -> Iterator[t.Any]:
    """Yield a WSGI application and, one by one, the applications that it wraps."""
    seen: set[int] = set()

    # The innermost is a method of Flask, which has no such attribute.
    while wsgi_app is not None and id(wsgi_app) not in seen:
        seen.add(id(wsgi_app))
        yield wsgi_app
        wrapped = (getattr(wsgi_app, "__dict__", {}).get(name) for name in _WRAPPED)
        wsgi_app = next((layer for layer in wrapped if callable(layer)), None)


def _find_untrusted(setup: Setup) -> Iterator[Problem]:
    if setup.config.get("TRUSTED_HOSTS"):
        return

    for login_view in login_views(setup.manager):
        host = _host_of(login_view.view)

        if host and host != setup.config["SERVER_NAME"]:
            yield login_view.problem("login.W062")


def _host_of(view: str) -> str:
    # 'urlsplit' raises for some text that is not a URL.
    with suppress(ValueError):
        return urlsplit(view).netloc

    return ""


def _find_memory(setup: Setup) -> Iterator[Problem]:
    if not isinstance(setup.manager.login_records, MemoryRecords):
        return

    workers = _count_workers(setup.environ)

    if workers > 1:
        yield problem("login.E063", workers=workers)
    else:
        yield problem("login.W064")


def _count_workers(environ: Mapping[str, str]) -> int:
    """Return how many workers gunicorn starts, by the environment. The default is 1."""
    # GUNICORN_CMD_ARGS wins over WEB_CONCURRENCY.
    arguments = " ".join(_split(environ.get("GUNICORN_CMD_ARGS", "")))
    found = re.findall(r"(?:^| )(?:-w|--workers)[ =]?(\d+)", arguments)
    number = found[-1] if found else environ.get("WEB_CONCURRENCY", "")
    return int(number) if number.isdecimal() else 1


def _split(arguments: str) -> list[str]:
    with suppress(ValueError):
        return shlex.split(arguments)

    return []
