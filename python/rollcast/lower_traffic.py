"""Traffic: who sends requests, when, and what they do when one fails."""

from __future__ import annotations

import math
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.lower_rate import lower_rate
from rollcast.lowering import Default, Lowering, distribution, show_distribution
from rollcast.profile import class_service_time
from rollcast.shapes import Window
from rollcast.units import show_fraction, show_seconds

_AWS = "as the AWS SDKs' standard mode"
_MOST_ATTEMPTS = 100
_RETRIES = (
    Default("attempts", _AWS, value=3),
    Default("base", _AWS, show_seconds),
    Default("factor", _AWS, "{:g}".format),
    Default("most", _AWS, show_seconds),
)
_THINK = Default(
    "think", "a judgement: people look at an answer for seconds", show_distribution, _core.Exponential(mean=5)
)


def lower_traffic(lowering: Lowering, window: Window) -> Any:
    """The `_core.Traffic`. ``window``: seconds since the start of the rollout that it has to cover."""
    given, core = lowering.model.traffic, _core.Traffic()
    lower_rate(lowering, window, core)
    core.classes = [_class(lowering, index) for index in range(len(given.classes or []))]
    _check_classes(lowering)
    if given.users is not None:
        core.users.count = given.users.count
        lowering.fill(core.users, given.users, "traffic.users", (_THINK,))
    _sessions(lowering, core.sessions)
    _retries(lowering, core.retries)
    return core


def class_names(lowering: Lowering) -> list[str]:
    return [one.name for one in lowering.model.traffic.classes or []]


def _class(lowering: Lowering, index: int) -> Any:
    given = (lowering.model.traffic.classes or [])[index]
    core = _core.RequestClass(name=given.name, share=given.share, error_rate=given.errors)
    service_time = class_service_time(lowering, index)
    if service_time is not None:
        core.service_time = distribution(service_time)
    return core


def _check_classes(lowering: Lowering) -> None:
    classes = lowering.model.traffic.classes
    if classes is None:
        return
    names: set[str] = set()
    for index, one in enumerate(classes):
        if one.name in names:
            lowering.error(f'another class is called "{one.name}"', "traffic", "classes", index, "name")
        names.add(one.name)
    total = math.fsum(one.share for one in classes)
    if abs(total - 1) >= 1e-9:
        message = f"expected shares that add up to 100%, got {show_fraction(round(total, 6))}"
        lowering.error(message, "traffic", "classes")


def _sessions(lowering: Lowering, core: Any) -> None:
    given = lowering.model.traffic.sessions or language.SessionsModel()
    sticky = lowering.choose(
        given.sticky,
        "traffic.sessions.sticky",
        "none",
        "nothing is known of sessions: each request is on its own",
    )
    core.sticky = getattr(_core.Stickiness, sticky)
    if given.users is not None or sticky != "none":
        lowering.fill(core, given, "traffic.sessions", (Default("users", "a judgement"),))


def _retries(lowering: Lowering, core: Any) -> None:
    given = lowering.model.traffic.retries
    if given is None:
        lowering.off(lowering.model.traffic, "traffic.retries", "nothing is known of the clients")
        return
    if given.attempts == "unlimited" or (given.attempts or 0) > _MOST_ATTEMPTS:
        message = (
            "such retries never stop: in an outage every request would come back for ever, and the load "
            f"would outlive its cause; expected a number from 1 to {_MOST_ATTEMPTS}, such as 3"
        )
        lowering.error(message, "traffic", "retries", "attempts")
        return
    lowering.fill(core, given, "traffic.retries", _RETRIES)
    core.jitter = getattr(_core.Jitter, lowering.choose(given.jitter, "traffic.retries.jitter", "full", _AWS))
    on = lowering.choose(
        given.retry_on,
        "traffic.retries.retry_on",
        ["errors", "timeouts"],
        "what fails is tried again",
        lambda words: f"[{', '.join(words)}]",
    )
    core.errors, core.timeouts = "errors" in on, "timeouts" in on
    if given.budget is None:
        lowering.off(given, "traffic.retries.budget", "nothing is known of one")
        if given.reserve is not None:
            lowering.error("has no meaning without a budget", "traffic", "retries", "reserve")
    else:
        core.budget = given.budget
        lowering.fill(core, given, "traffic.retries", (Default("reserve", "a judgement", "{:g}".format),))
