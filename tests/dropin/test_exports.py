"""What the package exports, and what it says of itself."""

from __future__ import annotations

import re
import warnings
from importlib import metadata
from importlib import resources
from inspect import ismodule
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import flask_login
from flask_login import __about__

PYPROJECT = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")

HISTORIC = """
    AUTH_HEADER_NAME COOKIE_DURATION COOKIE_HTTPONLY COOKIE_NAME COOKIE_SECURE ID_ATTRIBUTE
    LOGIN_MESSAGE LOGIN_MESSAGE_CATEGORY REFRESH_MESSAGE REFRESH_MESSAGE_CATEGORY LoginManager
    AnonymousUserMixin UserMixin session_protected user_accessed user_loaded_from_cookie
    user_loaded_from_request user_logged_in user_logged_out user_login_confirmed user_needs_refresh
    user_unauthorized FlaskLoginClient confirm_login current_user decode_cookie encode_cookie
    fresh_login_required login_fresh login_remembered login_required login_url login_user
    logout_user make_next_param set_login_view
""".split()


@pytest.mark.parametrize("name", HISTORIC)
def test_historic_name_is_exported(name: str) -> None:
    assert name in flask_login.__all__
    assert hasattr(flask_login, name)


def test_all_is_what_the_package_names() -> None:
    public = {name for name in vars(flask_login) if not name.startswith("_")}
    modules = {name for name in public if ismodule(vars(flask_login)[name])}

    # They are imported when they are asked for.
    on_demand = {"FlaskLoginClient", "end_login", "label_login", "list_logins"}

    assert {*flask_login.__all__} == public - modules - {"annotations"} | {
        "__version__",
        *on_demand,
    }


def test_all_names_nothing_twice() -> None:
    assert len(flask_login.__all__) == len({*flask_login.__all__})


def test_everything_can_be_imported_at_once() -> None:
    namespace: dict[str, object] = {}
    exec("from flask_login import *", namespace)

    assert {*flask_login.__all__} <= namespace.keys()


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'login_manger'"):
        flask_login.login_manger  # noqa: B018


def test_unknown_signal_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'user_logged'"):
        flask_login.signals.user_logged  # noqa: B018


def test_version_is_answered_without_a_warning() -> None:
    with warnings.catch_warnings(record=True) as caught:
        assert flask_login.__version__ == __about__.__version__

    assert caught == []


@pytest.mark.parametrize(
    "name",
    """
        __title__ __description__ __url__ __version_info__ __version__ __author__ __author_email__
        __maintainer__ __license__ __copyright__
    """.split(),
)
def test_about_tells(name: str) -> None:
    assert getattr(__about__, name)


def test_public_part_of_the_version_is_the_interface() -> None:
    assert __about__.__version__.partition("+")[0] == "0.6.3"
    assert __about__.__version_info__ == ("0", "6", "3")


@pytest.mark.parametrize(
    "specifiers", [">=0.6.3,<0.7", "<1.0,>=0.6.0", "==0.*", "~=0.6.3", "==0.6.3"]
)
def test_version_satisfies_dependents(specifiers: str) -> None:
    assert __about__.__version__ in SpecifierSet(specifiers)


def test_version_of_the_project_is_that_of_the_code() -> None:
    assert f'\nversion = "{__about__.__version__}"\n' in PYPROJECT


def test_version_of_the_distribution_is_that_of_the_code() -> None:
    try:
        installed = metadata.version("flask-login")
    except metadata.PackageNotFoundError:
        pytest.skip("run from the source tree")

    assert installed == __about__.__version__


def test_distribution_is_named_after_what_it_stands_in_for() -> None:
    assert '\nname = "Flask-Login"\n' in PYPROJECT
    assert '\nlicense = "MIT"\n' in PYPROJECT
    assert __about__.__title__ == "Flask-Login"
    assert __about__.__license__ == "MIT"


def test_project_asks_for_the_oldest_versions_that_serve() -> None:
    block = re.search(r"^dependencies = \[(.*?)^\]", PYPROJECT, re.DOTALL | re.MULTILINE)
    assert block is not None
    requirements = map(Requirement, re.findall(r'"(.+?)"', block[1]))
    versions = {requirement.name: str(requirement.specifier) for requirement in requirements}

    assert versions == {"Flask": ">=2.3.2", "Werkzeug": ">=2.3.3", "ItsDangerous": ">=2.1.2"}
    assert '\nrequires-python = ">=3.10"\n' in PYPROJECT


def test_types_are_shipped() -> None:
    assert resources.files("flask_login").joinpath("py.typed").is_file()
