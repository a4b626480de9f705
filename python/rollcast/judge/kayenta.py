"""Kayenta's judge (NetflixACAJudge) over your own series: is the canary above or below its baseline?

Source: github.com/spinnaker/kayenta, kayenta-judge; the rules are those of simulated canaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from rollcast import _core
from rollcast._core import kayenta as rules
from rollcast.judge.checks import one_of

Direction = Literal["either", "increase", "decrease"]
Effect = Literal["mean-ratio", "cles"]
Classification = Literal["Pass", "High", "Low", "Nodata", "NodataFailMetric", "Error"]
Grade = Literal["Pass", "Marginal", "Fail"]

DIRECTIONS: dict[Direction, rules.Direction] = {
    "either": rules.Direction.either,
    "increase": rules.Direction.increase,
    "decrease": rules.Direction.decrease,
}
EFFECTS: dict[Effect, rules.EffectMeasure] = {
    "mean-ratio": rules.EffectMeasure.mean_ratio,
    "cles": rules.EffectMeasure.cles,
}
_NAN: dict[str, rules.NanStrategy] = {
    "remove": rules.NanStrategy.remove,
    "replace": rules.NanStrategy.replace,
}
_OUTLIERS = {"keep": False, "remove": True}
_CLASSIFICATIONS: dict[rules.Classification, Classification] = {
    rules.Classification.pass_: "Pass",
    rules.Classification.high: "High",
    rules.Classification.low: "Low",
    rules.Classification.nodata: "Nodata",
    rules.Classification.nodata_fail_metric: "NodataFailMetric",
    rules.Classification.error: "Error",
}
_GRADES: dict[rules.Grade, Grade] = {
    rules.Grade.pass_: "Pass",
    rules.Grade.marginal: "Marginal",
    rules.Grade.fail: "Fail",
}


@dataclass(frozen=True)
class KayentaMetric:
    """How one metric is judged. Effects that are None: no change, 1 for the mean ratio and 0.5 for CLES."""

    direction: Direction = "either"
    """Which change matters."""
    nan_strategy: Literal["remove", "replace"] = "remove"
    """A missing value counts as nothing, or as 0."""
    outliers: Literal["keep", "remove"] = "keep"
    outlier_factor: float = 3.0
    """Inter-quartile ranges beyond the quartiles at which outliers begin."""
    critical: bool = False
    """Its failure fails the canary."""
    must_have_data: bool = False
    """No data counts as a failure."""
    muted: bool = False
    """Judged, but not counted."""
    effect: Effect = "mean-ratio"
    """Of the canary: mean over the baseline's mean, or share of pairs in which it is above."""
    allowed_increase: float | None = None
    allowed_decrease: float | None = None
    critical_increase: float | None = None
    critical_decrease: float | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class KayentaVerdict:
    """What one metric is found to be."""

    classification: Classification
    """Error: no test is possible, because each side has but one value or a value is infinite."""
    critical: bool
    """Fails the canary, unless it is a Pass."""
    ratio: float
    """Mean of the canary over mean of the baseline; 1 without a test, NaN where a mean is 0."""
    shift: tuple[float, float, float] | None
    """By how much the canary is above the baseline, in the metric's unit: the estimate and the ends of its
    98% interval. On few values the ends can be crossed. None without a test."""


@dataclass(frozen=True)
class KayentaJudgement:
    """What a canary is found to be."""

    grade: Grade
    score: float
    """From 0 to 100."""
    groups: dict[str, float]
    """Their scores, from 0 to 100; a group without data shows 0 and counts as 100."""
    metrics: dict[str, KayentaVerdict]
    reason: Literal["", "a critical metric failed", "half of the metrics or more have no data"]
    """Why the score is 0 whatever the groups' are."""


def kayenta(baseline: ArrayLike, canary: ArrayLike, metric: KayentaMetric | None = None) -> KayentaVerdict:
    """Judges one metric.

    baseline, canary: one value an interval, NaN where there is none, shapes (n,) and (m,), in any one unit.
    Raises ValueError for other shapes and unknown words.
    """
    config = lower_metric(metric or KayentaMetric())
    found = rules.judge_metric(_values(baseline), _values(canary), config)
    return KayentaVerdict(
        _CLASSIFICATIONS[found.classification], found.critical, found.deviation, _ends(found.shift)
    )


def kayenta_canary(
    baseline: Mapping[str, ArrayLike],
    canary: Mapping[str, ArrayLike],
    metrics: Mapping[str, KayentaMetric],
    *,
    group_weights: Mapping[str, float] | None = None,
    pass_score: float = rules.Thresholds().pass_,
    marginal_score: float = rules.Thresholds().marginal,
) -> KayentaJudgement:
    """Judges a canary by several metrics, as kayenta() does each.

    baseline, canary: a series for each name in metrics; a missing one is a series without values.
    group_weights: per cent; groups without a weight share what is left evenly. A metric without a group does
    not count.
    pass_score, marginal_score: the least score, from 0 to 100, that is a Pass and that is Marginal.
    """
    verdicts = {
        name: kayenta(baseline.get(name, ()), canary.get(name, ()), metric)
        for name, metric in metrics.items()
    }
    known = {word: member for member, word in _CLASSIFICATIONS.items()}
    scored = [
        rules.ScoredMetric(
            classification=known[verdicts[name].classification],
            critical=verdicts[name].critical,
            muted=metric.muted,
            groups=list(metric.groups),
        )
        for name, metric in metrics.items()
    ]
    score = rules.score(scored, dict(group_weights or {}))
    grade = rules.grade(score.total, rules.Thresholds(pass_score, marginal_score))
    return KayentaJudgement(
        grade=_GRADES[grade],
        score=score.total,
        groups=score.groups,
        metrics=verdicts,
        reason="a critical metric failed"
        if score.critical_failure
        else "half of the metrics or more have no data"
        if score.too_little_data
        else "",
    )


def lower_metric(metric: KayentaMetric) -> rules.MetricConfig:
    """As the engine takes it. Raises ValueError for an unknown word."""
    if not metric.outlier_factor > 0:
        raise ValueError(f"expected an outlier factor above 0, got {metric.outlier_factor:g}")
    return rules.MetricConfig(
        direction=one_of(DIRECTIONS, metric.direction, "direction"),
        nan_strategy=one_of(_NAN, metric.nan_strategy, "nan_strategy"),
        remove_outliers=one_of(_OUTLIERS, metric.outliers, "outliers"),
        outlier_factor=metric.outlier_factor,
        critical=metric.critical,
        must_have_data=metric.must_have_data,
        muted=metric.muted,
        effect=one_of(EFFECTS, metric.effect, "effect"),
        allowed_increase=metric.allowed_increase,
        allowed_decrease=metric.allowed_decrease,
        critical_increase=metric.critical_increase,
        critical_decrease=metric.critical_decrease,
        groups=list(metric.groups),
    )


def mann_whitney(
    baseline: ArrayLike, canary: ArrayLike, confidence: float = 0.98
) -> tuple[float, float, float] | None:
    """By how much the canary is above the baseline, in their unit: the estimate (about the median of all
    differences) and the ends of its interval, found as Kayenta does. None where all values are tied.

    baseline, canary: finite, shapes (n,) and (m,), at least one value each. Otherwise ValueError.
    """
    return _ends(_core.samples.MannWhitney(_values(canary), _values(baseline)).shift(confidence))


def _ends(shift: _core.Interval | None) -> tuple[float, float, float] | None:
    return None if shift is None else (shift.value, shift.low, shift.high)


def _values(given: ArrayLike) -> list[float]:
    array = np.asarray(given, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"expected a series of shape (n,), got {array.shape}")
    values: list[float] = array.tolist()
    return values
