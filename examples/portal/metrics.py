"""The measurements of the services. They are invented: a function of the time."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from datetime import datetime
from datetime import timedelta
from math import ceil
from math import log10
from math import pi
from math import sin
from random import Random

from .models import now
from .models import Service

#: The size of a chart's coordinates. The page stretches it.
WIDTH, HEIGHT = 600, 100


class Reading(t.NamedTuple):
    at: datetime
    load: int
    latency: int


class Chart(t.NamedTuple):
    """A line in a box, as the points of an SVG polyline, and the labels of its edges."""

    line: str
    area: str
    top: int
    begins: datetime
    ends: datetime
    peak: int
    latest: int


def read(service: Service, minutes: int = 60, points: int = 60) -> list[Reading]:
    """Return the latest measurements of a service."""
    last = now().replace(second=0, microsecond=0)
    step = minutes / (points - 1)
    times = (last - timedelta(minutes=round(step * i)) for i in reversed(range(points)))
    return [_measure(service, at) for at in times]


def draw(values: Sequence[int], begins: datetime, ends: datetime) -> Chart:
    """Return a chart of values at equal intervals."""
    peak = max(values)
    top = _round_up(peak)
    step = WIDTH / (len(values) - 1)
    points = [
        (round(i * step, 1), round(HEIGHT - HEIGHT * v / top, 1)) for i, v in enumerate(values)
    ]
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    area = f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}"
    return Chart(line, area, top, begins, ends, peak, values[-1])


def draw_loads(services: Sequence[Service], minutes: int = 60) -> Chart:
    """Return a chart of the requests per minute to all services together."""
    readings = [read(service, minutes) for service in services]
    values = [sum(reading.load for reading in column) for column in zip(*readings, strict=True)]
    return draw(values, readings[0][0].at, readings[0][-1].at)


def _measure(service: Service, at: datetime) -> Reading:
    minute = int(at.timestamp()) // 60
    random = Random(f"{service.slug} {minute}")
    day = sin(2 * pi * (minute % 1440) / 1440 + service.id)
    hour = sin(2 * pi * (minute % 47) / 47 + service.id * 2)
    load = service.load * (1 + 0.25 * day + 0.12 * hour + random.uniform(-0.06, 0.06))
    latency = service.latency * (1 + 0.1 * hour + random.uniform(-0.08, 0.08))

    if at >= service.since and service.state == "down":
        return Reading(at, 0, 0)

    if at >= service.since and service.state == "degraded":
        load, latency = load * 0.6, latency * 4

    return Reading(at, round(load), round(latency))


def _round_up(value: int) -> int:
    """Return the next round number for the top of a chart."""
    if value < 1:
        return 1

    unit = max(1, 10 ** int(log10(value)) // 2)
    return int(ceil(value / unit) * unit)
