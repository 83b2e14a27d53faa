"""The state of the services, and the button that restarts one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort
from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flask_login import current_user
from flask_login import no_activity

from . import metrics
from .logins import act_required
from .models import db
from .models import Event
from .models import now
from .models import Service

blueprint = Blueprint("dashboard", __name__)

#: Hours that a chart can show.
SPANS = (1, 6, 24)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    return render_template("dashboard/index.html", **_overview())


@blueprint.get("/live")
@no_activity
def live() -> ResponseReturnValue:
    """Render the changing part of the dashboard. The script that polls it does not count as
    activity.
    """
    return render_template("dashboard/live.html", **_overview())


@blueprint.get("/services/<slug>")
def service(slug: str) -> ResponseReturnValue:
    found = find_service(slug)
    hours = request.args.get("hours", 1, type=int)
    readings = metrics.read(found, 60 * (hours if hours in SPANS else 1))
    begins, ends = readings[0].at, readings[-1].at
    return render_template(
        "dashboard/service.html",
        service=found,
        hours=hours if hours in SPANS else 1,
        spans=SPANS,
        loads=metrics.draw([reading.load for reading in readings], begins, ends),
        latencies=metrics.draw([reading.latency for reading in readings], begins, ends),
        events=find_events(found),
    )


@blueprint.post("/services/<slug>/restart")
@act_required
def restart(slug: str) -> ResponseReturnValue:
    found = find_service(slug)
    restart_service(found)
    flash(_("%(service)s was restarted.", service=found.name), "success")
    return redirect(url_for(".service", slug=found.slug))


def find_services() -> Sequence[Service]:
    return db.session.scalars(sa.select(Service).order_by(Service.name)).all()


def find_service(slug: str) -> Service:
    return db.session.scalar(sa.select(Service).where(Service.slug == slug)) or abort(404)


def find_events(service: Service | None = None) -> Sequence[Event]:
    """Return the latest events, the newest first."""
    query = sa.select(Event).order_by(Event.at.desc(), Event.id.desc()).limit(5)
    return db.session.scalars(query if service is None else query.filter_by(service=service)).all()


def restart_service(service: Service) -> None:
    """Restart a service. In this example, it always helps."""
    service.state, service.since = "ok", now()
    db.session.add(Event(service=service, operator_id=current_user.id, what="restarted"))
    db.session.commit()


def _overview() -> dict[str, object]:
    services = find_services()
    readings = {service.slug: metrics.read(service, 60, 20) for service in services}
    sparks = {
        slug: metrics.draw([reading.load for reading in series], series[0].at, series[-1].at)
        for slug, series in readings.items()
    }
    return {
        "services": services,
        "states": Counter(service.state for service in services),
        "latest": {slug: series[-1] for slug, series in readings.items()},
        "sparks": sparks,
        "chart": metrics.draw_loads(services),
        "events": find_events(),
        "checked_at": now(),
    }
