"""What ``login_exempt`` and ``no_activity`` mark: a view, a class, or the method of one object."""

from __future__ import annotations

import copy
import functools
import typing as t
from pathlib import Path

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_exempt
from flask_login import login_required
from flask_login import LoginManager
from flask_login import no_activity

each_mark = pytest.mark.parametrize("mark", [login_exempt, no_activity])


class Report:
    """An object whose methods are views."""

    def __init__(self, text: str) -> None:
        self.text = text

    def page(self) -> str:
        return self.text

    def other(self) -> str:
        return self.text

    @classmethod
    def index(cls) -> str:
        return cls.__name__


class Derived(Report):
    pass


class Slotted:
    __slots__ = ()

    def page(self) -> str:
        return "slotted"

    def __call__(self) -> str:
        return "slotted"


@pytest.fixture
def closed(app: Flask, login_manager: LoginManager) -> Flask:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    return app


@pytest.fixture
def is_open(closed: Flask, client: FlaskClient) -> t.Callable[[t.Any], bool]:
    """Whether a view is open to strangers."""
    closed.add_url_rule("/view", "view", lambda: "inside")

    def is_open(view: t.Any) -> bool:
        closed.view_functions["view"] = view
        return client.get("/view").status_code == 200

    return is_open


class TestBoundMethods:
    def test_marked_one_is_open(self, is_open: t.Any) -> None:
        assert is_open(login_exempt(Report("public").page))

    def test_it_is_marked_however_often_it_is_looked_up(self, is_open: t.Any) -> None:
        report = Report("public")
        login_exempt(report.page)
        assert is_open(report.page)

    def test_same_method_of_another_object_is_closed(self, is_open: t.Any) -> None:
        login_exempt(Report("public").page)
        assert not is_open(Report("secret").page)

    def test_another_method_of_the_object_is_closed(self, is_open: t.Any) -> None:
        report = Report("public")
        login_exempt(report.page)
        assert not is_open(report.other)

    def test_two_methods_of_the_object_may_be_marked(self, is_open: t.Any) -> None:
        report = Report("public")
        assert is_open(login_exempt(report.page))
        assert is_open(login_exempt(report.other))
        assert is_open(report.page)

    def test_decorated_one_is_open(self, is_open: t.Any) -> None:
        report = Report("public")
        login_exempt(report.page)
        decorated = functools.wraps(report.page)(lambda: report.page())
        assert is_open(decorated)

    def test_decorated_one_of_another_object_is_closed(self, is_open: t.Any) -> None:
        login_exempt(Report("public").page)
        report = Report("secret")
        assert not is_open(functools.wraps(report.page)(lambda: report.page()))

    def test_function_of_the_class_that_is_marked_opens_all(self, is_open: t.Any) -> None:
        class Marked(Report):
            @login_exempt
            def page(self) -> str:
                return self.text

        assert is_open(Marked("public").page)

    def test_class_method_is_marked_for_its_class(self, is_open: t.Any) -> None:
        class Base(Report):
            pass

        class Other(Base):
            pass

        assert is_open(login_exempt(Base.index))
        assert not is_open(Other.index)
        assert not is_open(Report.index)

    def test_method_is_returned_as_it_is(self) -> None:
        page = Report("public").page
        assert login_exempt(page) is page

    def test_marks_are_told_apart(self, is_open: t.Any) -> None:
        report = Report("poll")
        no_activity(report.page)
        assert not is_open(report.page)


class TestStaticFiles:
    """``send_static_file`` is a method that each application and each blueprint has."""

    @pytest.fixture(autouse=True)
    def files(self, closed: Flask, tmp_path: Path) -> None:
        (tmp_path / "style.css").write_text("p {}")
        closed.static_folder = str(tmp_path)

    def test_marked_one_is_open(self, closed: Flask, client: FlaskClient) -> None:
        closed.add_url_rule("/files/<filename>", "files", login_exempt(closed.send_static_file))

        with client.get("/files/style.css") as response:
            assert response.text == "p {}"

    def test_another_application_s_is_closed(self, closed: Flask, client: FlaskClient) -> None:
        login_exempt(Flask("other").send_static_file)
        closed.add_url_rule("/files/<filename>", "files", closed.send_static_file)
        assert client.get("/files/style.css").status_code == 401

    def test_blueprint_s_is_closed(
        self, closed: Flask, client: FlaskClient, tmp_path: Path
    ) -> None:
        login_exempt(closed.send_static_file)
        private = Blueprint("private", __name__, static_folder=str(tmp_path))
        closed.add_url_rule("/files/<filename>", "files", private.send_static_file)
        assert client.get("/files/style.css").status_code == 401


class TestErrors:
    @each_mark
    @pytest.mark.parametrize(
        "thing",
        [Blueprint("shop", __name__), "shop.cart", None, 1],
        ids=["blueprint", "name", *"01"],
    )
    def test_only_views_are_marked(self, mark: t.Any, thing: object) -> None:
        with pytest.raises(TypeError, match="Only a view can be marked, not"):
            mark(thing)

    @each_mark
    @pytest.mark.parametrize(
        "view", [Slotted().page, Slotted(), len], ids=["method", "object", "C"]
    )
    def test_what_takes_no_attributes_cannot_be_marked(self, mark: t.Any, view: t.Any) -> None:
        with pytest.raises(TypeError, match="Mark a function that calls it"):
            mark(view)


def test_copy_of_an_object_with_a_marked_method_is_closed(is_open: t.Any) -> None:
    public = Report("public")
    login_exempt(public.page)

    assert not is_open(copy.copy(public).page)


def test_method_of_a_slotted_object_is_closed(is_open: t.Any) -> None:
    assert not is_open(Slotted().page)
    assert not is_open(Slotted())


@pytest.mark.parametrize(
    ("decorate", "user_id"),
    [(no_activity, "nobody"), (lambda page: page, "1")],
    ids=["marked", "another object"],
)
def test_method_that_is_polled_is_no_activity_of_its_object_alone(
    app: Flask, browser: FlaskClient, clock: t.Any, decorate: t.Any, user_id: str
) -> None:
    no_activity(Report("another").page)
    app.config["LOGIN_IDLE_TIMEOUT"] = 600
    app.view_functions["plain"] = login_required(decorate(Report("page").page))
    browser.get("/login/1")

    for path in ("/plain", "/me"):
        clock.tick(400)
        response = browser.get(path)

    assert response.text == user_id


def test_setting_of_an_application_s_own_guard_closes_nothing(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["LOGIN_REQUIRED"] = True
    assert browser.get("/plain").status_code == 200
