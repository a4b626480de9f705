"""One replication told as a story."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollcast import outcomes, wording

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from rollcast import _core
    from rollcast.scenario import LoadedScenario

_MARKS = {"decision": "▶", "measurement": "·", "verdict": "■", "instance": " ", "truth": "◆"}
_MEASUREMENT = re.compile(r"(?P<metric>.+) = (?P<value>.+): (?P<phase>\w+)")


@dataclass(frozen=True)
class Measurement:
    """One measurement of an analysis."""

    at: float
    metric: str
    value: str
    phase: str
    location: str = ""
    """Whose requests were looked at; empty: those of all locations."""

    @property
    def number(self) -> float:
        """The value; NaN without data."""
        try:
            return float(self.value)
        except ValueError:
            return math.nan


@dataclass(frozen=True)
class Guard:
    """What is known of a metric that was measured."""

    metric: str
    limits: Sequence[float]
    """Values that its measurements are compared with."""
    errors: bool | None
    """Whether it measures the new version's error rate; false: its success rate; none: neither."""


@dataclass(frozen=True)
class Entry:
    """One line of the log: `at` in seconds, `kind` one of decision, measurement, verdict, instance, truth."""

    at: float
    kind: str
    text: str
    location: str = ""
    """Where, if it is not about all locations; `text` begins with it."""

    @property
    def measurement(self) -> Measurement | None:
        """What was measured, if the line tells of it."""
        if self.kind != "measurement":
            return None
        match = _MEASUREMENT.fullmatch(self.text.removeprefix(f"{self.location}: "))
        if match is None:
            return None
        return Measurement(self.at, match["metric"], match["value"], match["phase"], self.location)


@dataclass(frozen=True, eq=False)
class Timeline:
    """What was decided and why, and how things stood at each scrape."""

    entries: Sequence[Entry]
    columns: dict[str, np.ndarray] = field(repr=False)
    """How things stood at each scrape, one array a column: by version (ready_old ...) or of the service.
    Rates are per second, since the scrape before."""
    outcome: dict[str, Any]
    truth: str
    scenario: str
    guards: Sequence[Guard] = ()
    """The metrics that were measured, in order of their first measurement; of several locations, in all of
    them together."""
    locations: Sequence[str] = ()
    """Their names, where there are several."""
    reach: np.ndarray | None = field(default=None, repr=False)
    """Share of the requests that go to the new version: a row a sample, a column a location."""

    @classmethod
    def of(cls, timeline: _core.Timeline, outcome: _core.Outcome, scenario: LoadedScenario) -> Timeline:
        import numpy as np

        samples = timeline.samples
        model = scenario.model
        third = "baseline" if model.baseline else "intermediate" if model.fleet.under_way.instances else ""
        versions = {"old": 0, "new": 1} | ({third: 2} if third else {})
        columns = {"at": np.array([sample.at for sample in samples])}
        for name in ("weight", "ready", "instances", "observed_error_rate", "true_error_rate"):
            values = np.array([getattr(sample, name) for sample in samples]).reshape(len(samples), -1)
            columns |= {f"{name}_{version}": values[:, i] for version, i in versions.items()}
        for name in ("service_error_rate", "request_rate", "retry_rate", "goodput"):
            columns[name] = np.array([getattr(sample, name) for sample in samples])
        row = {name: getattr(outcome, name) for name in outcomes.COLUMNS if hasattr(outcome, name)}
        row |= {
            "verdict": outcomes.VERDICTS[outcome.verdict.value],
            "defect": outcomes.DEFECTS[outcome.defect.value],
        }
        names = [location.name for location in scenario.model.locations]
        locations = names if len(names) > 1 else []
        entries = [
            Entry(entry.at, entry.kind.name, entry.text, _where(entry.text, locations))
            for entry in timeline.entries
        ]
        truth = scenario.model.release.truths[outcome.truth].name
        reach = (
            np.array([sample.reach for sample in samples]).reshape(len(samples), -1) if locations else None
        )
        guards = _guards(entries, scenario)
        return cls(entries, columns, row, truth, scenario.name, guards, locations, reach)

    @property
    def samples(self) -> pa.Table:
        """How things stood at each scrape."""
        import pyarrow as pa

        return pa.table(self.columns)

    @property
    def measurements(self) -> list[Measurement]:
        """The measurements of all analyses, in order of time."""
        return [measured for entry in self.entries if (measured := entry.measurement)]

    @property
    def third(self) -> str:
        """What there is beside the old and the new version: "baseline", "intermediate" or ""."""
        return next((name for name in ("baseline", "intermediate") if f"ready_{name}" in self.columns), "")

    def without_successes(self) -> list[Entry]:
        """The log but for the measurements that succeeded."""
        return [
            entry
            for entry in self.entries
            if not (entry.measurement and entry.measurement.phase == "Successful")
        ]

    @property
    def summary(self) -> str:
        """ "error rate (3.2% more errors), rolled back after 15.4 min, replication 92"."""
        severity = outcomes.severity_in_words(self.outcome["defect"], self.outcome["severity"])
        what = f"{self.truth} ({severity})" if severity else self.truth
        after = wording.quantity(self.outcome["duration"], "seconds")
        return f"{what}, {self.outcome['verdict']} after {after}, replication {self.outcome['replication']}"

    @property
    def title(self) -> str:
        """The summary after the name of the scenario."""
        return f"{self.scenario}: {self.summary}"

    def lines(self, *, brief: bool = False) -> list[tuple[str, str]]:
        """The log for a terminal, each line after its kind ("": the head). `brief`: without successes."""
        import numpy as np

        versions = ["ready_old", "ready_new", *([f"ready_{self.third}"] if self.third else [])]
        wide = 10 + 6 * len(versions) - 3
        head = f"ready, {self.third} last" if self.third else "ready"
        rows = [("", f"{'time':>8}  {'traffic':<9} {head}")]
        for entry in self.without_successes() if brief else self.entries:
            at = int(np.searchsorted(self.columns["at"], entry.at, side="right")) - 1
            ready = " + ".join(f"{self.columns[version][at]:>3}" for version in versions) if at >= 0 else ""
            state = f"{self.columns['weight_new'][at]:>4.0%} new  {ready}" if at >= 0 else ""
            rows.append(
                (
                    entry.kind,
                    f"{wording.clock(entry.at):>8}  {state:<{wide}} {_MARKS[entry.kind]} {entry.text}",
                )
            )
        return rows

    def seen_by(self, guard: Guard) -> list[Measurement]:
        """What it measured, where there were data."""
        measured = (each for each in self.measurements if each.metric == guard.metric and not each.location)
        return [each for each in measured if math.isfinite(each.number)]

    def truth_of(self, guard: Guard) -> np.ndarray | None:
        """What it would measure if it saw all at once, at the times of the samples; none: not known."""
        if guard.errors is None:
            return None
        errors: np.ndarray = self.columns["true_error_rate_new"]
        return errors if guard.errors else 1 - errors

    def __str__(self) -> str:
        return "\n".join([self.title, "", *(line for _, line in self.lines())])


def _where(text: str, locations: Sequence[str]) -> str:
    name = text.partition(": ")[0]
    return name if name in locations else ""


def _guards(entries: Sequence[Entry], scenario: LoadedScenario) -> list[Guard]:
    from rollcast.guard_limits import limits_of, measures_errors

    metrics = {metric.name: metric for analysis in scenario.model.analyses for metric in analysis.metrics}
    measured = dict.fromkeys(
        taken.metric
        for entry in entries
        if (taken := entry.measurement) and taken.metric in metrics and not taken.location
    )
    return [Guard(name, limits_of(metrics[name]), measures_errors(metrics[name])) for name in measured]
