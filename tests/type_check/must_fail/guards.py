"""Guarded views that are called as the view itself could not be."""

from __future__ import annotations

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


show("1")
show(number=1, page=2)
show_way()
show_fresh("1")
show_guest("1")
show_admin("1")
show_anyone("1")

count: int = show(1)
text: str = show_fresh(1)

login_required("session")
login_required(via=1)
login_required(show, via="session")
fresh_login_required(show, max_age=300)
fresh_login_required(max_age="5 minutes")
anonymous_required(1)
user_passes_test(True)
user_passes_test(lambda user: True, "Admins only.")
