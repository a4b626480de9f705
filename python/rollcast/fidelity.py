"""Which data plane a forecast runs on, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rollcast import _core, wording


@dataclass(frozen=True)
class Plane:
    """How the requests of a release of that kind are simulated."""

    truth: str
    """The kind, by its name."""
    name: str
    """ "request": each by itself; "flow": in numbers; "hybrid": in numbers, but for the new version's."""
    why: str
    """What the flow data plane lacks; empty where it was chosen, or another was asked for."""


def planes(scenario: Any) -> list[Plane]:
    """One for each kind of truth, in the order of the prior. `scenario`: the engine's."""
    if scenario.fidelity == _core.Fidelity.hybrid:
        return [Plane(truth.name, "hybrid", "") for truth in scenario.release.truths]
    asked = scenario.fidelity != _core.Fidelity.request
    return [
        Plane(
            truth.name,
            "flow" if _core.draws_requests(scenario, truth) else "request",
            (asked and _core.why_not_flow(scenario, truth)) or "",
        )
        for truth in scenario.release.truths
    ]


def in_words(scenario: Any) -> str:
    """A sentence; empty where nothing but `request` was asked for."""
    if scenario.fidelity == _core.Fidelity.request:
        return ""
    if scenario.fidelity == _core.Fidelity.hybrid:
        return "Each request to the new version was simulated by itself, all others were drawn in numbers."
    chosen = planes(scenario)
    apart: dict[str, list[str]] = {}
    for plane in chosen:
        if plane.name == "request":
            apart.setdefault(plane.why, []).append(plane.truth)
    if not apart:
        return "Requests were drawn in numbers (the flow data plane)."
    if sum(map(len, apart.values())) == len(chosen) and len(apart) == 1:
        return f"Each request was simulated by itself: {next(iter(apart))}."
    reasons = "; ".join(f"{wording.listing(truths)}: {why}" for why, truths in apart.items())
    return (
        f"Requests were drawn in numbers (the flow data plane), but for releases of these kinds: {reasons}."
    )
