"""Every name that applications, extensions and test suites import from this package."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import typing as t
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from flask import Flask
from werkzeug.local import LocalProxy

import flask_login
from flask_login import config
from flask_login import LoginManager
from flask_login import utils

MODULES = ["config", "login_manager", "mixins", "signals", "test_client", "utils"]

CONSTANTS = {
    "COOKIE_NAME": "remember_token",
    "COOKIE_DURATION": timedelta(days=365),
    "COOKIE_SECURE": False,
    "COOKIE_HTTPONLY": True,
    "ID_ATTRIBUTE": "get_id",
    "LOGIN_MESSAGE": "Please log in to access this page.",
    "LOGIN_MESSAGE_CATEGORY": "message",
    "REFRESH_MESSAGE": "Please reauthenticate to access this page.",
    "REFRESH_MESSAGE_CATEGORY": "message",
    "AUTH_HEADER_NAME": "Authorization",
}

SIGNALS = {
    "session_protected": "session-protected",
    "user_accessed": "accessed",
    "user_loaded_from_cookie": "loaded-from-cookie",
    "user_loaded_from_request": "loaded-from-request",
    "user_logged_in": "logged-in",
    "user_logged_out": "logged-out",
    "user_login_confirmed": "login-confirmed",
    "user_needs_refresh": "needs-refresh",
    "user_unauthorized": "unauthorized",
}

FUNCTIONS = {
    "confirm_login": "(user=None)",
    "decode_cookie": "(cookie, key=None)",
    "encode_cookie": "(payload, key=None)",
    "fresh_login_required": "(func=None, *, max_age=None)",
    "login_fresh": "(max_age=None)",
    "login_remembered": "()",
    "login_required": "(func=None, *, via=None)",
    "login_url": "(login_view, next_url=None, next_field='next')",
    "login_user": "(user, remember=False, duration=None, force=False, fresh=True)",
    "logout_user": "(scope='this')",
    "make_next_param": "(login_url, current_url)",
    "set_login_view": "(login_view, blueprint=None)",
}

UTILS_FUNCTIONS = {
    "_cookie_digest": "(payload, key=None)",
    "_create_identifier": "()",
    "_get_user": "()",
    "_secret_key": "(key=None)",
    "_user_context_processor": "()",
    "expand_login_view": "(login_view)",
}

METHODS = {
    "__init__": "(self, app=None, add_context_processor=True, *, records=None)",
    "init_app": "(self, app, add_context_processor=True)",
    "setup_app": "(self, app, add_context_processor=True)",
    "user_loader": "(self, callback)",
    "request_loader": "(self, callback)",
    "header_loader": "(self, callback)",
    "unauthorized_handler": "(self, callback)",
    "needs_refresh_handler": "(self, callback)",
    "unauthorized": "(self)",
    "needs_refresh": "(self)",
    "_load_user": "(self)",
    "_update_request_context_with_user": "(self, user=None)",
    "_session_protection_failed": "(self)",
    "_load_user_from_remember_cookie": "(self, cookie)",
    "_load_user_from_request": "(self, request)",
    "_load_user_from_header": "(self, header)",
    "_update_remember_cookie": "(self, response)",
    "_set_cookie": "(self, response)",
    "_clear_cookie": "(self, response)",
}

CLASSES = {
    "AnonymousUserMixin": "mixins",
    "FlaskLoginClient": "test_client",
    "LoginManager": "login_manager",
    "UserMixin": "mixins",
}


def signature_of(function: Callable[..., t.Any]) -> str:
    """A signature without its annotations."""
    signature = inspect.signature(function)
    empty = inspect.Parameter.empty
    parameters = [p.replace(annotation=empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=empty))


@pytest.mark.parametrize("name", [*MODULES, "__about__"])
def test_module_can_be_imported(name: str) -> None:
    module = importlib.import_module(f"flask_login.{name}")

    assert module.__name__ == f"flask_login.{name}"
    assert module is getattr(flask_login, name)


def test_package_alone_brings_its_modules() -> None:
    names = ", ".join(f"flask_login.{name}" for name in [*MODULES, "__about__"])
    code = f"import flask_login; {names}"

    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize(("name", "value"), CONSTANTS.items(), ids=CONSTANTS)
def test_constant_has_its_value(name: str, value: object) -> None:
    assert getattr(config, name) == value
    assert getattr(flask_login, name) is getattr(config, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COOKIE_SAMESITE", None),
        ("EXEMPT_METHODS", {"OPTIONS"}),
        ("USE_SESSION_FOR_NEXT", False),
    ],
)
def test_constant_of_the_config_has_its_value(name: str, value: object) -> None:
    assert getattr(config, name) == value


def test_session_keys_are_named() -> None:
    historic = {"_user_id", "_remember", "_remember_seconds", "_id", "_fresh", "next"}

    assert historic <= config.SESSION_KEYS


@pytest.mark.parametrize(("name", "signal_name"), SIGNALS.items(), ids=SIGNALS)
def test_signal_has_its_name(name: str, signal_name: str) -> None:
    signal = getattr(flask_login.signals, name)

    assert signal.name == signal_name
    assert getattr(flask_login, name) is signal


@pytest.mark.parametrize(("name", "signature"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_function_has_its_signature(name: str, signature: str) -> None:
    function = getattr(flask_login, name)

    assert signature_of(function) == signature
    assert getattr(utils, name) is function


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"make_next_param"}))
def test_function_is_at_home_in_utils(name: str) -> None:
    assert getattr(utils, name).__module__ == "flask_login.utils"


@pytest.mark.parametrize(("name", "signature"), UTILS_FUNCTIONS.items(), ids=UTILS_FUNCTIONS)
def test_function_of_utils_has_its_signature(name: str, signature: str) -> None:
    function = getattr(utils, name)

    assert signature_of(function) == signature
    assert function.__module__ == "flask_login.utils"


@pytest.mark.parametrize(("name", "module"), CLASSES.items(), ids=CLASSES)
def test_class_is_at_home_in_its_module(name: str, module: str) -> None:
    cls = getattr(flask_login, name)

    assert cls.__module__ == f"flask_login.{module}"
    assert getattr(importlib.import_module(cls.__module__), name) is cls


@pytest.mark.parametrize(("name", "signature"), METHODS.items(), ids=METHODS)
def test_method_has_its_signature(name: str, signature: str) -> None:
    assert signature_of(getattr(LoginManager, name)) == signature


@pytest.mark.parametrize(
    ("module", "name"),
    [
        *[("utils", name) for name in ["current_user", "_get_user", "request", "session"]],
        *[("utils", name) for name in ["current_app", "g", "url_for", "has_request_context"]],
        *[("login_manager", name) for name in ["redirect", "flash", "session", "abort"]],
        ("login_manager", "datetime"),
    ],
)
def test_patch_point_exists(module: str, name: str) -> None:
    assert name in vars(importlib.import_module(f"flask_login.{module}"))


def test_current_user_is_a_local_proxy() -> None:
    assert isinstance(flask_login.current_user, LocalProxy)
    assert utils.current_user is flask_login.current_user


def test_context_processor_returns_the_user_and_no_proxy() -> None:
    with mock.patch("flask_login.utils._get_user", return_value="the user"):
        assert utils._user_context_processor() == {"current_user": "the user"}


def test_context_processor_returns_none_outside_a_request() -> None:
    assert utils._user_context_processor() == {"current_user": None}


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("key", b"key"),
        (b"key\xff", b"key\xff"),
        ("é", b"\xe9"),
        ("ключ", "ключ".encode()),
        ("é ключ", "é ключ".encode()),
    ],
    ids=["ascii", "bytes", "latin-1", "not latin-1", "both"],
)
def test_secret_key_becomes_bytes(key: str | bytes, secret: bytes) -> None:
    assert utils._secret_key(key) == secret

    app = Flask("app")
    app.secret_key = key
    with app.app_context():
        assert utils._secret_key() == secret


def test_cookie_digest_signs_with_the_key_of_the_app_by_default(app: Flask) -> None:
    with app.app_context():
        assert utils._cookie_digest("1") == utils._cookie_digest("1", key="deterministic")
        assert utils._cookie_digest("1") != utils._cookie_digest("1", key="another")
