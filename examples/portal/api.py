"""The API, for programs with a token and for the scripts of the portal's pages."""

from __future__ import annotations

import typing as t

from flask import Blueprint
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import get_current_user
from flask_login import login_required
from flask_login import login_source

from . import metrics
from .dashboard import find_service
from .dashboard import find_services
from .dashboard import restart_service
from .logins import act_required
from .logins import create_token
from .logins import may_act
from .models import Service

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.route("/", methods=["GET", "POST"])
@login_required(via=("session", "remember"))
def index() -> ResponseReturnValue:
    """Show how to use the API, with commands to paste into a terminal."""
    return _show_lines() if request.method == "POST" else render_template("api/index.html")


@blueprint.get("/me")
def me() -> ResponseReturnValue:
    return {"name": current_user.name, "role": current_user.role, "via": login_source()}


@blueprint.get("/services")
def services() -> ResponseReturnValue:
    return {"services": [_as_json(service) for service in find_services()]}


@blueprint.get("/services/<slug>")
def service(slug: str) -> ResponseReturnValue:
    return _as_json(find_service(slug))


@blueprint.post("/services/<slug>/restart")
@act_required
def restart(slug: str) -> ResponseReturnValue:
    found = find_service(slug)
    restart_service(found)
    return _as_json(found)


@fresh_login_required
def _show_lines() -> ResponseReturnValue:
    token = create_token(get_current_user(), "curl")
    curl = f'curl -H "Authorization: Bearer {token}"'
    lines = [
        f"{curl} {url_for('.me', _external=True)}",
        f"{curl} {url_for('.services', _external=True)}",
        f"{curl} -X POST {url_for('.restart', slug='search', _external=True)}",
    ]

    # Viewers may not restart a service.
    if not may_act(current_user):
        lines[2] = f"{curl} {url_for('.service', slug='search', _external=True)}"

    return render_template("api/index.html", lines=lines)


def _as_json(service: Service) -> dict[str, t.Any]:
    latest = metrics.read(service, 1, 2)[-1]
    return {
        "slug": service.slug,
        "name": service.name,
        "state": service.state,
        "since": service.since.isoformat(),
        "requests_per_minute": latest.load,
        "latency_ms": latest.latency,
        "url": url_for("api.service", slug=service.slug),
    }
