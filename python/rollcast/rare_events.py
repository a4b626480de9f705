"""Rare disasters: the probability of what a forecast would hardly ever see, down to 1e-6 and below."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rollcast import _core, outcomes, scenario, wording
from rollcast.errors import InputError, listed, nearest, shown
from rollcast.study import DEFAULT_SEED, Source, _loaded, require_range
from rollcast.thresholds import read_limit

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

DEFAULT_EFFORT = 10_000

EVENTS = {
    "escape": "verdict == promoted and defect != none",
    "outage": "worst_minute >= 50%",
    "budget": "budget_spent >= 100%",
}
"""Events that have a name: a bad release is promoted; at least half of the requests of a whole minute fail;
the error budget of the objective's whole period is spent."""

_SIGNS = {
    ">": "above", ">=": "at_least", "<": "below", "<=": "at_most", "==": "equal", "=": "equal",
    "!=": "not_equal",
}  # fmt: skip
_TERM = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*(?:(?P<sign>>=|<=|==|!=|=|>|<)\s*(?P<limit>\S.*))?")
_UNITS = {"failed_share": "fraction", "worst_minute": "fraction"}
_SHARES = ("failed_share", "worst_minute", "blast_radius")
_NEAREST = {
    "attributable": "failed_defect",
    "baseline_failed": "failed_background",
    "baseline_slow": "slow",
}
"""What a run does not know without its twin, and what to ask for instead."""


@dataclass(frozen=True)
class Leads:
    """One kind of truth, and how it gets to the event."""

    truth: str
    prior: float
    """Probability of the kind."""
    probability: float
    """Of the event, given the kind; NaN: not seen."""
    share: float
    """Of the event's probability."""
    unseen: float
    """What severities of this kind of which none got there could add to the event's probability."""
    lineages: int
    """Independent runs that had a descendant that got there."""
    levels: int
    """At which its runs were split, at most."""
    bands: int
    """Into which its severities were cut."""
    severity: float
    """Median of those that get there; NaN: not seen."""
    defect: str

    @property
    def severity_in_words(self) -> str:
        """The median of those that get there."""
        if math.isnan(self.severity):
            return ""
        return outcomes.severity_in_words(self.defect, self.severity)


@dataclass(frozen=True, eq=False)
class Rare:
    """What is known of a rare event."""

    scenario: scenario.LoadedScenario
    event: str
    """As it was asked for."""
    terms: str
    """Spelled out."""
    seed: int
    ending: str
    """ "all" or "interrupted"."""
    probability: float
    """NaN where too little was seen to report it."""
    low: float
    high: float
    """Its 95% confidence interval: Student's t over independent repetitions, on a logarithmic scale."""
    lineages: int
    """Independent runs that had a descendant that got there."""
    effective: float
    """Effective sample size of these: (sum of their weights)^2 / sum of the squares."""
    unseen: float
    """What kinds and severities of which none got there could add at most (95%); not part of the interval."""
    left_out: float
    """Probability of kinds and severities for which the effort was too small: nothing is reported then."""
    work: float
    """In whole runs of lead-in and window, with all that was spent on finding levels."""
    plain: float
    """Runs that a plain study needs for the same relative error; 0 where nothing is reported."""
    gain_strata: float
    """How many times less work by drawing kinds and severities out of proportion alone."""
    gain_splitting: float
    """And how many times less again by splitting runs."""
    leads: Sequence[Leads]
    """Kinds of truth that can take part, the likeliest first."""
    columns: dict[str, np.ndarray] = field(repr=False)
    """Of the runs that got there; `paths` is the same with names and units."""

    @property
    def is_reported(self) -> bool:
        """Whether enough was seen."""
        return not math.isnan(self.probability)

    @property
    def gain(self) -> float:
        """How many times more work a plain study would take."""
        return self.plain / self.work

    @property
    def sentence(self) -> str:
        """The answer in words."""
        if self.left_out > 0 and self.ending == "all":
            return (
                f"{self.event}: not reported: the effort is too small for kinds and severities that have "
                f"{scientific(self.left_out)} of all releases."
            )
        if not self.is_reported:
            seen = "never seen" if not self.lineages else f"seen {wording.plural(self.lineages, 'time')}"
            effective = f" (effectively {self.effective:.1f})" if self.lineages else ""
            return (
                f"{self.event}: {seen}{effective}: not reported. It takes "
                f"{_core.fewest_lineages:g} independent runs that get there."
            )
        return (
            f"{self.event}: {scientific(self.probability)} ({scientific(self.low)} to "
            f"{scientific(self.high)} at 95% confidence)"
            + (
                f", about 1 in {round_number(1 / self.probability)} rollouts."
                if self.probability < 0.5
                else "."
            )
        )

    @property
    def notes(self) -> list[str]:
        """What the answer rests on, in sentences."""
        notes = []
        if self.is_reported:
            notes += [
                f"It rests on {wording.plural(self.lineages, 'independent run')} that got there (effective "
                f"sample size {self.effective:.0f}).",
                f"This took the work of {self.work:,.0f} runs; {self._what_a_plain_study_takes}",
            ]
        else:
            notes.append(f"This took the work of {self.work:,.0f} runs; a greater --effort may see more.")
        if self.unseen > 0:
            kinds = wording.listing([each.truth for each in self.leads if each.unseen > 0])
            most = f"{scientific(self.unseen)} (95%)"
            note = f"everities of {kinds} of which none got there. They add at most {most}"
            note = f"Not part of the interval: s{note}" if self.is_reported else f"S{note}"
            more = self.unseen > self.probability
            notes.append(
                f"{note}, more than what was seen: a greater --effort says more." if more else f"{note}."
            )
        return notes

    @property
    def _what_a_plain_study_takes(self) -> str:
        if self.gain < 1.5:
            return "it is not rare enough to do better than a plain study."
        return (
            f"a plain study that is as precise takes {round_number(self.plain)}, "
            f"{round_number(self.gain)} times as much. {self._what_did_the_work}"
        )

    @property
    def _what_did_the_work(self) -> str:
        strata, splitting = round_number(self.gain_strata), round_number(self.gain_splitting)
        if self.gain_splitting < 1.5:
            return f"Drawing kinds and severities out of proportion did it ({strata} times), not splitting."
        if self.gain_strata < 1.5:
            return f"Splitting did it ({splitting} times)."
        return (
            f"Drawing kinds and severities out of proportion saved {strata} times, "
            f"splitting {splitting} times more."
        )

    @cached_property
    def paths(self) -> pa.Table:
        """The runs that got there, one row each: the columns of a forecast's outcomes up to the event, and
        `weight` (its part of the probability), `worst_minute` and `lineage` (the same for those of the same
        beginning)."""
        import pyarrow as pa

        table = outcomes.to_table(self.columns, [each.name for each in self.scenario.model.release.truths])
        for name in ("attributable", "baseline_failed", "baseline_slow", "replication"):
            table = table.drop_columns([name])
        for name in ("weight", "worst_minute", "lineage"):
            table = table.append_column(name, pa.array(self.columns[name]))
        return table

    def to_parquet(self) -> bytes:
        """The paths as a Parquet file."""
        return outcomes.to_parquet(self.paths)

    def to_json(self) -> str:
        """All of this but the paths, as JSON. A number that is not known is null."""
        document = {
            "scenario": self.scenario.name,
            "source": str(self.scenario.source),
            "strategy": self.scenario.strategy.describe(),
            "model_version": _core.model_version,
            "seed": self.seed,
            "ending": self.ending,
            "event": self.event,
            "terms": self.terms,
            **{
                name: _finite(getattr(self, name))
                for name in (
                    "probability", "low", "high", "lineages", "effective", "unseen", "left_out", "work",
                    "plain", "gain_strata", "gain_splitting",
                )
            },
            "leads": [{name: _finite(value) for name, value in vars(each).items()} for each in self.leads],
        }  # fmt: skip
        return json.dumps(document, indent=2, allow_nan=False) + "\n"

    def __str__(self) -> str:
        return "\n".join([self.sentence, *self.notes]) + "\n"


def rare(
    source: Source,
    event: str = "escape",
    effort: float = DEFAULT_EFFORT,
    seed: int = DEFAULT_SEED,
    threads: int = 0,
    progress: Callable[[int], bool | None] | None = None,
) -> Rare:
    """Estimates the probability of a rare event, down to one in a million and below.

    `event` is "escape" (a bad release is promoted), "outage" (at least half of the requests of a whole
    minute fail), "budget" (the error budget of the objective's whole period is spent), or terms over what a
    run leaves behind (see measures()): "failed_share > 50%", "escape and defect == latency and severity > 2".
    Kinds of truth and bands of their severity that matter are drawn more often than they are likely, and runs
    that come far are split into clones that go on with other luck (multilevel splitting). `effort` is how
    much may be simulated, in whole runs, each request by itself whatever `fidelity` is. The result depends on
    the seed but not on the number of threads.
    `progress` is told the work done, in runs; returning False stops the study. Raises InputError.
    """
    loaded = _loaded(source)
    require_range("threads", threads, 0)
    require_range("seed", seed, 0, bits=64)
    if not 0 < effort < 2**32:
        raise InputError(f"effort must be above 0 and below 2^32, is {effort:g}")
    terms, spelled = parse_event(event, loaded)
    options = _core.RareOptions(effort=effort, seed=seed, threads=threads)
    result = _core.rare(loaded.model, loaded.strategy, terms, options, progress)
    columns = result.paths
    return Rare(
        scenario=loaded,
        event=event,
        terms=spelled,
        seed=seed,
        ending=result.ending.name,
        probability=result.probability.value,
        low=result.probability.low,
        high=result.probability.high,
        lineages=result.lineages,
        effective=result.effective,
        unseen=result.unseen,
        left_out=result.left_out,
        work=result.work,
        plain=result.plain,
        gain_strata=result.gain_strata,
        gain_splitting=result.gain_splitting,
        leads=_leads(loaded, result.strata, columns),
        columns=columns,
    )


def measures() -> dict[str, str]:
    """What an event can ask for, with what it means."""
    return {each.name: each.meaning for each in _core.rare_measures()}


def parse_event(text: str, loaded: scenario.LoadedScenario) -> tuple[list[_core.EventTerm], str]:
    """Reads "escape and severity > 0.1": the engine's terms, and the event spelled out. Raises InputError."""
    if re.search(r"\bor\b|\bnot\b|\|\||&&", text):
        raise InputError(f'{shown(text)}: expected terms that are joined by "and"')
    spelled = []
    for part in re.split(r"\band\b", text):
        match = _TERM.fullmatch(part.strip())
        if match is None:
            raise InputError(
                f'cannot read {shown(part.strip() or text)}: expected something like "failed_share > 50%"'
            )
        if match["name"] in EVENTS:
            if match["sign"]:
                raise InputError(
                    f"{shown(part.strip())}: {match['name']} is an event of its own; leave out the rest"
                )
            spelled += EVENTS[match["name"]].split(" and ")
        else:
            spelled.append(" ".join(part.split()))
    terms = [_term(part, loaded) for part in spelled]
    _require_possible(text, terms, loaded)
    return terms, " and ".join(spelled)


def _term(text: str, loaded: scenario.LoadedScenario) -> _core.EventTerm:
    match = _TERM.fullmatch(text)
    assert match is not None
    name, sign, limit = match["name"], match["sign"], match["limit"]
    names = list(measures())
    if name in _NEAREST:
        raise InputError(
            f"{name} takes a run's twin without the rollout, which is not split", suggestion=_NEAREST[name]
        )
    if name not in names:
        known = [*EVENTS, *names]
        suggestion = nearest(name, known)
        raise InputError(
            f"unknown event {shown(name)}" + ("" if suggestion else f"; expected one of {listed(known)}"),
            suggestion=suggestion,
        )
    if sign is None:
        raise InputError(f'{shown(text)}: expected a comparison, as in "{name} {_example(name)}"')
    words = _words(name, loaded)
    if words and sign not in ("==", "=", "!="):
        raise InputError(f'{shown(text)}: {name} is a word: compare it by "==" or "!="')
    value = _word(text, limit, words) if words else _number(text, name, limit)
    return _core.EventTerm(
        measure=names.index(name), sign=getattr(_core.EventSign, _SIGNS[sign]), limit=value
    )


def _words(name: str, loaded: scenario.LoadedScenario) -> Sequence[str]:
    """What a measure that is a word can be, in the order of its numbers."""
    if name == "verdict":
        return outcomes.VERDICTS
    if name == "defect":
        return outcomes.DEFECTS
    return [truth.name for truth in loaded.model.release.truths] if name == "truth" else ()


def _word(text: str, limit: str, words: Sequence[str]) -> float:
    wanted = limit.strip("\"'")
    folded = {word.replace("-", " "): number for number, word in enumerate(words)}
    if wanted.replace("-", " ") in folded:
        return float(folded[wanted.replace("-", " ")])
    suggestion = nearest(wanted, words)
    expected = "" if suggestion else f": expected one of {listed(words)}"
    raise InputError(f"{shown(text)}: there is no {shown(wanted)}{expected}", suggestion=suggestion)


def _number(text: str, name: str, limit: str) -> float:
    try:
        return read_limit(limit, _unit(name))
    except ValueError as error:
        raise InputError(f"{shown(text)}: {error}") from None


def _unit(name: str) -> str:
    unit = _UNITS.get(name) or outcomes.COLUMNS[name][0]
    return {"s": "seconds", "by kind": "fraction"}.get(unit, unit)  # a severity may be said as a share


def _example(name: str) -> str:
    return {"verdict": "== promoted", "defect": "!= none", "truth": "!= good"}.get(
        name, {"fraction": "> 50%", "seconds": "> 10m"}.get(_unit(name), "> 1000")
    )


def _require_possible(text: str, terms: Sequence[_core.EventTerm], loaded: scenario.LoadedScenario) -> None:
    """Raises InputError for an event that no run can bring about."""
    model = loaded.model
    names = list(measures())
    for term in terms:
        name = names[term.measure]
        if term.sign.name not in ("above", "at_least"):
            continue
        if name in _SHARES and (term.limit > 1 or (term.limit == 1 and term.sign.name == "above")):
            raise InputError(f"{shown(text)} is impossible: {name} is a share, at most 100%")
        if name == "budget_spent" and model.traffic.bursts is None and model.traffic.retries.attempts <= 1:
            most = model.window.horizon / (model.slo.period * (1 - model.slo.objective))
            if term.limit > 1.1 * most:
                raise InputError(
                    f"{shown(text)} is impossible: if every request of the window of "
                    f"{wording.quantity(model.window.horizon, 'seconds')} failed, that were "
                    f"{wording.quantity(most, 'fraction')} of the budget; ask for less of it or for a longer "
                    "window: horizon"
                )
    possible = [
        truth.name
        for number, truth in enumerate(model.release.truths)
        if truth.probability > 0
        and all(
            (number == term.limit if names[term.measure] == "truth" else truth.kind.value == term.limit)
            == (term.sign.name == "equal")
            for term in terms
            if names[term.measure] in ("truth", "defect")
        )
    ]
    if not possible:
        known = listed([truth.name for truth in model.release.truths if truth.probability > 0], "and")
        raise InputError(f"{shown(text)} is impossible: the release can only be {known}")


def _leads(
    loaded: scenario.LoadedScenario, strata: Sequence[_core.RareStratum], columns: dict[str, np.ndarray]
) -> list[Leads]:
    import numpy as np

    total = sum(each.weight * each.probability for each in strata)
    leads = []
    for number, truth in enumerate(loaded.model.release.truths):
        own = [each for each in strata if each.truth == number]
        if not own:
            continue
        chance = sum(each.weight * each.probability for each in own)
        rows = columns["truth"] == number
        order = np.argsort(columns["severity"][rows], kind="stable")
        summed = np.cumsum(columns["weight"][rows][order])
        median = (
            columns["severity"][rows][order][np.searchsorted(summed, summed[-1] / 2)]
            if len(summed)
            else math.nan
        )
        leads.append(
            Leads(
                truth=truth.name,
                prior=truth.probability,
                probability=chance / truth.probability if chance else math.nan,
                share=chance / total if total else 0.0,
                unseen=sum(each.unseen for each in own),
                lineages=len(np.unique(columns["lineage"][rows])),
                levels=max(len(each.levels) for each in own),
                bands=len(own),
                severity=float(median),
                defect=outcomes.DEFECTS[truth.kind.value],
            )
        )
    return sorted(leads, key=lambda each: -each.share)


def scientific(probability: float) -> str:
    """ "1.6e-06"; "3.2%" where that is easier to read."""
    return wording.quantity(probability, "probability") if probability >= 1e-3 else f"{probability:.2g}"


def round_number(value: float) -> str:
    """Two digits that count: "620,000", "1.6"."""
    if value >= 10:
        scale = 10 ** (math.floor(math.log10(value)) - 1)
        return f"{round(value / scale) * scale:,}"
    return f"{value:.1f}"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
