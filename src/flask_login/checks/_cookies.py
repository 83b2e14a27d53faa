"""Checks of the attributes of the session cookie and the remember-me cookie."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

from .. import remember
from ._catalog import Problem
from ._catalog import problem
from ._setup import Setup

# From weak to strong. Most browsers treat a cookie without the attribute like 'Lax'.
_SAMESITES = ("none", "", "lax", "strict")


class _Cookie(t.NamedTuple):
    #: The prefix of its settings.
    prefix: str
    name: str
    attributes: Mapping[str, t.Any]

    def setting_of(self, attribute: str) -> str:
        return f"{self.prefix}_{attribute.upper()}"


def find(setup: Setup) -> Iterator[Problem]:
    # Without a user loader, no cookie logs a user in.
    if not setup.reads_cookies:
        return

    cookies = (_session_cookie(setup), _remember_cookie(setup))

    for cookie in cookies:
        yield from _find_refusals(setup, cookie)
        yield from _find_domain(setup, cookie)

    yield from _find_weaker(*cookies)

    for id, attribute, is_wrong in _WRONGS:
        for setting in _find_wrong(setup, *cookies, attribute, is_wrong):
            yield problem(id, setting)


def _session_cookie(setup: Setup) -> _Cookie:
    app, interface = setup.app, setup.app.session_interface
    attributes = {
        "domain": interface.get_cookie_domain(app),
        "path": interface.get_cookie_path(app),
        "secure": interface.get_cookie_secure(app),
        "httponly": interface.get_cookie_httponly(app),
        "samesite": interface.get_cookie_samesite(app),
    }
    prefix = "SESSION_COOKIE"
    return _Cookie(prefix, setup.config[f"{prefix}_NAME"], attributes)


def _remember_cookie(setup: Setup) -> _Cookie:
    prefix, settings = "REMEMBER_COOKIE", setup.settings
    attributes = remember.attributes_of(settings)
    return _Cookie(prefix, settings.cookie_name, attributes)


def _find_refusals(setup: Setup, cookie: _Cookie) -> Iterator[Problem]:
    prefix, name, attributes = cookie
    what = "session" if prefix == "SESSION_COOKIE" else "remember-me"
    samesite = cookie.setting_of("samesite")

    if samesite in setup.config and not _is_samesite(attributes["samesite"]):
        yield problem("login.E021", samesite, value=attributes["samesite"])

    for reason in remember.find_problems(prefix, name, attributes, setup.config):
        yield problem("login.E020", cookie=what, reason=reason)

    domain, host = _domain_of(attributes), _host_of(setup)

    if domain and host and not f".{host}".endswith(f".{domain}"):
        reason = f"{cookie.setting_of('domain')} '{domain}' is not a domain of SERVER_NAME '{host}'"
        yield problem("login.E020", cookie.setting_of("domain"), cookie=what, reason=reason)


def _find_domain(setup: Setup, cookie: _Cookie) -> Iterator[Problem]:
    domain = _domain_of(cookie.attributes)

    if domain and f".{_host_of(setup) or domain}".endswith(f".{domain}"):
        yield problem("login.W026", cookie.setting_of("domain"), domain=domain)


def _find_weaker(session: _Cookie, remembered: _Cookie) -> Iterator[Problem]:
    for attribute, rank in _RANKS.items():
        if rank(remembered.attributes) < rank(session.attributes):
            yield problem(
                "login.W022",
                remembered.setting_of(attribute),
                value=remembered.attributes[attribute],
                session_setting=session.setting_of(attribute),
                session_value=session.attributes[attribute],
            )


def _find_wrong(
    setup: Setup,
    session: _Cookie,
    remembered: _Cookie,
    attribute: str,
    is_wrong: Callable[[Mapping[str, t.Any]], bool],
) -> Iterator[str]:
    """Yield the wrong settings. If only the remember-me cookie is wrong, that is another finding:
    it is weaker. If its attribute comes from the session cookie, only the session's is named.
    """
    if not is_wrong(session.attributes):
        return

    yield session.setting_of(attribute)
    own = remembered.setting_of(attribute)

    if own in setup.config and is_wrong(remembered.attributes):
        yield own


def _is_samesite(value: t.Any) -> bool:
    return value is None or (value != "" and str(value).lower() in _SAMESITES)


def _samesite_of(attributes: Mapping[str, t.Any]) -> str:
    value = attributes["samesite"]
    return "" if value is None else str(value).lower()


def _rank_samesite(attributes: Mapping[str, t.Any]) -> int:
    samesite = _samesite_of(attributes)
    return _SAMESITES.index(samesite) if samesite in _SAMESITES else 0


def _domain_of(attributes: Mapping[str, t.Any]) -> str:
    return str(attributes["domain"] or "").lstrip(".").lower()


def _host_of(setup: Setup) -> str:
    """Return ``SERVER_NAME`` without a port, or an empty string."""
    return str(setup.config["SERVER_NAME"] or "").partition(":")[0].lower()


_RANKS: dict[str, Callable[[Mapping[str, t.Any]], int]] = {
    "secure": lambda attributes: bool(attributes["secure"]),
    "httponly": lambda attributes: bool(attributes["httponly"]),
    "samesite": _rank_samesite,
}

_WRONGS: tuple[tuple[str, str, Callable[[Mapping[str, t.Any]], bool]], ...] = (
    ("login.W023", "httponly", lambda attributes: not attributes["httponly"]),
    ("login.W024", "secure", lambda attributes: not attributes["secure"]),
    ("login.W025", "samesite", lambda attributes: not _samesite_of(attributes)),
    ("login.I027", "samesite", lambda attributes: _samesite_of(attributes) == "none"),
)
