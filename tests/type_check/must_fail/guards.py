"""Guarded views that are called as the view itself could not be."""

from __future__ import annotations

from collections.abc import Coroutine

from flask_login import anonymous_required
from flask_login import fresh_login_required
from flask_login import login_exempt
from flask_login import login_required
from flask_login import user_passes_test


@login_required
def show(number: int) -> str:
    return str(number)


@login_required(via="session")
def show_way(number: int) -> str:
    return str(number)


@fresh_login_required(max_age=300)
async def show_fresh(number: int) -> str:
    return str(number)


@anonymous_required("index")
def show_guest(number: int) -> str:
    return str(number)


@user_passes_test(lambda user: user.is_admin)
def show_admin(number: int) -> str:
    return str(number)


@login_exempt
def show_anyone(number: int) -> str:
    return str(number)


show("1")  # fails: arg-type | reportArgumentType
show(number=1, page=2)  # fails: call-arg | reportCallIssue
show_way()  # fails: call-arg | reportCallIssue
show_guest("1")  # fails: arg-type | reportArgumentType
show_admin("1")  # fails: arg-type | reportArgumentType
show_anyone("1")  # fails: arg-type | reportArgumentType

count: int = show(1)  # fails: assignment | reportAssignmentType
text: str = show_fresh(1)  # fails: assignment | reportAssignmentType
coroutine: Coroutine[None, None, str] = show_fresh("1")  # fails: arg-type | reportArgumentType

login_required("session")  # fails: call-overload | reportArgumentType
login_required(via=1)  # fails: call-overload | reportArgumentType
login_required(show, via="session")  # fails: call-overload | reportCallIssue
fresh_login_required(show, max_age=300)  # fails: call-overload | reportCallIssue
fresh_login_required(max_age="5 minutes")  # fails: call-overload | reportArgumentType
anonymous_required(1)  # fails: call-overload | reportArgumentType
user_passes_test(True)  # fails: arg-type | reportArgumentType
user_passes_test(lambda user: True, "Admins only.")  # fails: call-arg | reportCallIssue
