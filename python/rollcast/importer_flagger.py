"""Flagger's Canary and MetricTemplate, translated into the scenario language."""

from __future__ import annotations

import math

SUCCESS_RATE, DURATION = "request-success-rate", "request-duration"
METRIC_INTERVAL = "1m"  # of a metric that does not say


def usable(name: str, *, template: bool, query: bool) -> bool:
    """Whether Flagger knows how to measure a metric."""
    return template or query or name in (SUCCESS_RATE, DURATION)


def passes_when(
    name: str,
    least: float | None,
    most: float | None,
    threshold: float | None = None,
    *,
    whole: bool = False,
) -> str:
    """The condition, in Argo's language, under which a metric's check passes.

    ``least``, ``most``: its thresholdRange; without one the older ``threshold`` counts, as a minimum for the
    success rate and as a maximum for all others. ``whole``: limits lose their fraction, as durations do.
    """
    if least is None and most is None:
        limit = threshold or 0
        least, most = (limit, None) if name == SUCCESS_RATE else (None, limit)
    limits = [(">=", least), ("<=", most)]
    return " && ".join(
        f"result[0] {comparison} {math.trunc(limit) if whole else limit:g}"
        for comparison, limit in limits
        if limit is not None
    )
