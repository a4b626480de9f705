"""The rate of requests: given, shaped over time, or as a file tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from rollcast import _core, shapes
from rollcast import scenario_model as language
from rollcast.errors import InputError, Place
from rollcast.lowering import Default, Lowering
from rollcast.profile import mean_of_bursts
from rollcast.shapes import Points, Window
from rollcast.units import show_rate, show_seconds, show_time_of_week

T = TypeVar("T")

_BURSTS = (
    Default("factor", "a judgement: three times the usual rate", "{:g}".format, 3.0),
    Default("quiet", "a judgement", show_seconds, member="mean_quiet"),
    Default("burst", "a judgement", show_seconds, member="mean_burst"),
)
_PEAK_TO_TROUGH = 3.0
_PEAK_AT = 15 * 3600.0
_START = 86400.0 + 11 * 3600.0  # Tuesday


def lower_rate(lowering: Lowering, window: Window, core: Any) -> None:
    """Sets rate, shape, bursts and replay of the `_core.Traffic`."""
    given = lowering.model.traffic
    _refuse_beside(lowering)
    if given.arrivals is not None:
        core.replay = _replay(lowering, given.arrivals, window)
        core.rate = 0.0
        return
    if given.trace is not None:
        _follow_trace(lowering, given.trace, window, core)
    else:
        _rate_and_shape(lowering, window, core)
    if given.bursts is not None:
        core.bursts = _bursts(lowering, given.bursts)
        core.rate /= mean_of_bursts(core.bursts)


def usual_rate(traffic: Any, horizon: float) -> float:
    """Open requests per second that a service's profile goes with: without shape, bursts averaged in."""
    if traffic.replay is not None:
        return float(_core.mean_rate(traffic, 0.0, horizon))
    return float(traffic.rate * (mean_of_bursts(traffic.bursts) if traffic.bursts is not None else 1.0))


def rollout_start(lowering: Lowering) -> float:
    """When the rollout starts, in seconds since Monday's midnight."""
    return float(
        lowering.choose(
            lowering.model.traffic.start,
            "traffic.start",
            _START,
            "a judgement: rollouts are made in working hours",
            show_time_of_week,
        )
    )


def _people_have_hours(lowering: Lowering) -> bool:
    people = lowering.model.people
    return people is not None and people.hours is not None


def _refuse_beside(lowering: Lowering) -> None:
    """What is said twice."""
    given = lowering.model.traffic
    source = "arrivals" if given.arrivals is not None else "trace" if given.trace is not None else None
    if source is None:
        return
    hints = {"rate": "; scale: multiplies them"} if source == "trace" else {}
    for key in ("rate", "shape", *(("trace", "bursts") if source == "arrivals" else ())):
        if getattr(given, key) is not None:
            message = f"may not be given beside {source}, which has its own rates{hints.get(key, '')}"
            lowering.error(message, "traffic", key)
    if given.start is not None and not _people_have_hours(lowering):
        lowering.error(f"has no meaning beside {source}; expected {source}.start", "traffic", "start")


# --- the rate -------------------------------------------------------------------------------------------


def _rate_and_shape(lowering: Lowering, window: Window, core: Any) -> None:
    given = lowering.model.traffic
    shape = given.shape or language.ShapeModel()
    parts = [part for part in (_points(lowering, shape.points),) if part is not None]
    parts += _calendar(lowering, shape, window) + _events(lowering, shape)
    in_rates = bool(shape.points) and any(point.rate is not None for point in shape.points or ())
    core.rate = 1.0 if in_rates else _rate(lowering)
    if given.shape is None:
        lowering.assumed.add("traffic.shape", "constant", "nothing is known of how the rate changes")
    if not parts:
        return
    points = parts[0] if len(parts) == 1 else shapes.product(*parts)
    if in_rates:
        core.rate = shapes.factor_at(points, 0.0) or max(factor for _, factor in points) or 1.0
        points = [(at, rate / core.rate) for at, rate in points]
        why = "of the points, when the rollout starts; the profile's latencies and utilisation go with it"
        lowering.assumed.add("traffic.rate", show_rate(core.rate), why)
    core.shape = _rate_points(points)


def _rate(lowering: Lowering) -> float:
    given = lowering.model.traffic
    users = given.users is not None and given.users.count > 0
    if given.rate is None and users:
        lowering.assumed.add("traffic.rate", "0/s", "all requests come from the users who wait for answers")
    elif given.rate is None:
        lowering.error("expected traffic.rate, the service's requests per second, such as 1k/s (--rate 1k/s)")
        return 1.0
    elif given.rate <= 0 and not users:
        lowering.error("expected more than 0 requests per second", "traffic", "rate")
        return 1.0
    return given.rate or 0.0


def _rate_points(points: Points) -> list[Any]:
    return [_core.RatePoint(at=at, factor=factor) for at, factor in points]


def _points(lowering: Lowering, points: list[language.PointModel] | None) -> Points | None:
    """Factors, or rates where the points are given in these."""
    if points is None:
        return None
    path = ("traffic", "shape", "points")
    key = "rate" if points[0].rate is not None else "factor"
    made: Points = []
    for index, point in enumerate(points):
        if (point.factor is None) == (point.rate is None):
            lowering.error("expected one of factor or rate", *path, index)
        elif getattr(point, key) is None:
            lowering.error(f"expected {key}, as in the first point", *path, index)
        if made and point.at < made[-1][0]:
            message = (
                f"expected times that rise, got {show_seconds(point.at)} after {show_seconds(made[-1][0])}"
            )
            lowering.error(message, *path, index, "at")
        elif len(made) > 1 and point.at == made[-2][0]:
            lowering.error("expected at most two points at one time", *path, index, "at")
        made.append((point.at, getattr(point, key) or 0.0))
    if all(level == 0 for _, level in made):
        lowering.error("expected a point above 0", *path)
    if key == "rate" and lowering.model.traffic.rate is not None:
        message = "may not be given beside points with rates; give factors, or leave it out"
        lowering.error(message, "traffic", "rate")
    return made


def _calendar(lowering: Lowering, shape: language.ShapeModel, window: Window) -> list[Points]:
    """What depends on the time of the day and week."""
    start = lowering.model.traffic.start
    if shape.daily is None and shape.hourly is None and shape.weekly is None:
        if start is not None and not _people_have_hours(lowering):
            lowering.error("has no meaning without a daily, hourly or weekly shape", "traffic", "start")
        return []
    start = rollout_start(lowering)
    start_hour = start % 86400 / 3600
    parts, add = _parts(lowering)
    if shape.daily is not None and shape.hourly is not None:
        lowering.error("may not be given beside daily", "traffic", "shape", "hourly")
    elif shape.hourly is not None:
        hours = shape.hourly
        add("hourly", lambda: shapes.hourly(hours, start_hour=start_hour, window=window))
    elif shape.daily is not None:
        section = "traffic.shape.daily"
        ratio = lowering.choose(
            shape.daily.peak_to_trough,
            f"{section}.peak_to_trough",
            _PEAK_TO_TROUGH,
            "a judgement: from 2 to 4 is usual",
            "{:g}".format,
        )
        peak = lowering.choose(
            shape.daily.peak_at,
            f"{section}.peak_at",
            _PEAK_AT,
            "a judgement",
            lambda at: show_time_of_week(at)[4:],
        )
        add("daily", lambda: shapes.daily(ratio, peak / 3600, start_hour=start_hour, window=window))
    if shape.weekly is not None:
        if (shape.weekly.weekend is None) == (shape.weekly.days is None):
            lowering.error("expected one of weekend or days", "traffic", "shape", "weekly")
        else:
            days = shape.weekly.days or shapes.weekend(shape.weekly.weekend or 0.0)
            day = int(start // 86400)
            add(
                "weekly", lambda: shapes.weekly(days, start_weekday=day, start_hour=start_hour, window=window)
            )
    return parts


def _parts(lowering: Lowering) -> tuple[list[Points], Callable[[str, Callable[[], Points]], None]]:
    """A list of shapes, and what adds one to it unless its parameters are refused."""
    parts: list[Points] = []

    def add(key: str, make: Callable[[], Points]) -> None:
        try:
            parts.append(make())
        except ValueError as error:
            lowering.error(str(error), "traffic", "shape", key)

    return parts, add


def _events(lowering: Lowering, shape: language.ShapeModel) -> list[Points]:
    parts, add = _parts(lowering)
    if (ramp := shape.ramp) is not None:
        add("ramp", lambda: shapes.ramp(at=ramp.at or 0.0, length=ramp.lasts, factor=ramp.to))
    if (crowd := shape.flash_crowd) is not None:
        times = {
            key: lowering.choose(
                getattr(crowd, key), f"traffic.shape.flash_crowd.{key}", default, "a judgement", show_seconds
            )
            for key, default in (("rise", 30.0), ("lasts", 300.0), ("decay", 300.0))
        }
        rise, lasts, decay = times["rise"], times["lasts"], times["decay"]
        add(
            "flash_crowd",
            lambda: shapes.flash_crowd(at=crowd.at, rise=rise, hold=lasts, decay=decay, factor=crowd.factor),
        )
    return parts


def _bursts(lowering: Lowering, given: language.BurstsModel) -> Any:
    core = _core.Bursts()
    lowering.fill(core, given, "traffic.bursts", _BURSTS)
    for key in ("quiet", "burst"):
        if getattr(given, key) == 0:
            lowering.error("expected more than 0", "traffic", "bursts", key)
            return _core.Bursts()
    return core


# --- files ----------------------------------------------------------------------------------------------


def _read(lowering: Lowering, section: str, read: Callable[[Place], T]) -> T | None:
    """``read`` is given the place where the file is named."""
    try:
        return read(lowering.tree.locate(("traffic", section, "file")))
    except InputError as error:
        lowering.problems.errors.extend(error.errors)
        return None


def _follow_trace(lowering: Lowering, given: language.TraceModel, window: Window, core: Any) -> None:
    from rollcast.trace import read_rate_trace

    if given.rate is not None and given.count is not None:
        lowering.error("may not be given beside rate", "traffic", "trace", "count")
    if given.count is not None and given.join == "lines":
        lowering.error("counts hold until the next row: expected steps", "traffic", "trace", "join")
    trace = _read(
        lowering,
        "trace",
        lambda place: read_rate_trace(
            lowering.file(given.file),
            time=given.time or "time",
            rate=given.rate or "rate",
            count=given.count,
            join=given.join or "steps",
            start=given.start,
            window=window,
            place=place,
        ),
    )
    if trace is None:
        return
    if trace.mean <= 0:
        lowering.error("has no requests in the window", "traffic", "trace", "file")
        return
    if trace.last is not None and trace.last < window[1]:
        end = f"{show_seconds(trace.last)} after the start" if trace.last > 0 else "before the start"
        message = f"the trace ends {end} of the rollout; its last rate is taken to hold"
        lowering.warn(message, "traffic", "trace")
    if trace.first > window[0]:
        message = "the trace begins after the lead-in; its first rate is taken to hold before"
        lowering.warn(message, "traffic", "trace")
    core.rate = trace.mean * (1.0 if given.scale is None else given.scale)
    core.shape = _rate_points([(at, rate / trace.mean) for at, rate in trace.points])
    why = "the trace's mean over lead-in and window; the profile's latencies and utilisation go with it"
    lowering.assumed.add("traffic.rate", show_rate(float(f"{core.rate:.4g}")), why)
    if core.rate <= 0:
        lowering.error("expected more than 0", "traffic", "trace", "scale")


def _replay(lowering: Lowering, given: language.ArrivalsModel, window: Window) -> np.ndarray[Any, Any] | None:
    from rollcast.trace import read_arrivals

    path = lowering.file(given.file)
    arrivals = _read(
        lowering,
        "arrivals",
        lambda place: read_arrivals(
            path, time=given.time or "time", start=given.start, window=window, place=place
        ),
    )
    if arrivals is None:
        return None
    mean = float(np.count_nonzero(arrivals >= 0)) / window[1]
    why = "the mean of the arrivals over the window; the profile's latencies and utilisation go with it"
    lowering.assumed.add("traffic.rate", show_rate(float(f"{mean:.4g}")), why)
    return arrivals
