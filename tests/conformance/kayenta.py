"""Kayenta's NetflixACAJudge: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast._core import kayenta, samples
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]
Values = list[float]

CLASSIFICATIONS = {
    "Pass": kayenta.Classification.pass_,
    "High": kayenta.Classification.high,
    "Low": kayenta.Classification.low,
    "Nodata": kayenta.Classification.nodata,
    "NodataFailMetric": kayenta.Classification.nodata_fail_metric,
    "Error": kayenta.Classification.error,
}
WORDS = {classification: word for word, classification in CLASSIFICATIONS.items()}
GRADES = {
    kayenta.Grade.pass_: "Pass",
    kayenta.Grade.marginal: "Marginal",
    kayenta.Grade.fail: "Fail",
}
EFFECTS = {
    "meanRatio": kayenta.EffectMeasure.mean_ratio,
    "cles": kayenta.EffectMeasure.cles,
}
GATES = ("allowed_increase", "allowed_decrease", "critical_increase", "critical_decrease")


def read_values(given: list[float | str]) -> Values:
    """NaN is written as a string."""
    return [float(value) for value in given]


def read_config(
    direction: str = "either",
    nan_strategy: str = "remove",
    critical: bool = False,
    must_have_data: bool = False,
    effect_measure: str = "meanRatio",
    **gates: float,
) -> kayenta.MetricConfig:
    return kayenta.MetricConfig(
        direction=kayenta.Direction[direction],
        nan_strategy=kayenta.NanStrategy[nan_strategy],
        critical=critical,
        must_have_data=must_have_data,
        effect=EFFECTS[effect_measure],
        **gates,
    )


def shown(verdict: kayenta.MetricVerdict) -> Given:
    result = {
        "classification": WORDS[verdict.classification],
        "critical": verdict.critical,
        "deviation": verdict.deviation,
    }
    return result | (show_shift(verdict.shift) if verdict.shift else {})


def show_shift(shift: _core.Interval) -> Given:
    return {"ci_low": shift.low, "ci_high": shift.high, "estimate": shift.value}


@rule
def classify(
    control: Values,
    experiment: Values,
    tolerance: float = kayenta.TestLevel().tolerance,
    confidence: float = kayenta.TestLevel().confidence,
    **config: Any,
) -> Given:
    given = read_config(**dict.fromkeys(GATES, 1.0) | config)
    level = kayenta.TestLevel(tolerance, confidence)
    return shown(kayenta.classify(read_values(control), read_values(experiment), given, level))


@rule
def judge_metric(control: Values, experiment: Values, **config: Any) -> Given:
    return shown(kayenta.judge_metric(read_values(control), read_values(experiment), read_config(**config)))


@rule
def mean_inequality(control: Values, experiment: Values, **config: Any) -> Given:
    found = kayenta.mean_inequality(read_values(control), read_values(experiment), read_config(**config))
    return {"classification": WORDS[found]}


@rule
def mann_whitney_ci(x: Values, y: Values, confidence: float) -> Given:
    return show_shift(samples.MannWhitney(x, y).shift(confidence))


@rule
def mann_whitney_intermediate(x: Values, y: Values, confidence: float) -> Given:
    test = samples.MannWhitney(x, y)
    z_upper = _core.normal_quantile((1 - confidence) / 2)
    z_lower = -z_upper
    at_least, at_greatest = test.score(test.least_shift), test.score(test.greatest_shift)
    return {
        "mu_min": test.least_shift,
        "mu_max": test.greatest_shift,
        "z_lower": z_lower,
        "z_upper": z_upper,
        "f_lower_at_z_lower": at_least - z_lower,
        "f_upper_at_z_lower": at_greatest - z_lower,
        "f_lower_at_z_upper": at_least - z_upper,
        "f_upper_at_z_upper": at_greatest - z_upper,
        **show_shift(test.shift(confidence)),
    }


@rule
def wilcoxon_diff(mu: float, quantile: float, x: Values, y: Values) -> Given:
    return {"value": samples.MannWhitney(x, y).score(mu) - quantile}


@rule
def normal_quantile(p: float) -> Given:
    return {"value": _core.normal_quantile(p)}


@rule
def percentile_r7(values: Values, p: float) -> Given:
    return {"value": samples.percentile(values, p)}


@rule
def summary(values: Values) -> Given:
    found = samples.summarise(values)
    return {
        "min": found.min,
        "max": found.max,
        "mean": found.mean,
        "std": found.deviation,
        "count": found.count,
    }


@rule
def mean_ratio(control: Values, experiment: Values) -> Given:
    return {"value": samples.mean_ratio(control, experiment)}


@rule
def cohen_d(control: Values, experiment: Values) -> Given:
    return {"value": samples.cohens_d(control, experiment)}


@rule
def cles(control: Values, experiment: Values) -> Given:
    return {"value": samples.MannWhitney(experiment, control).effect}


@rule
def iqr_outliers(values: Values, factor: float, reduce_sensitivity: bool) -> Given:
    return {"outlier_index": samples.quartile_outliers(values, factor, reduce_sensitivity)}


@rule
def iqr_fences(q1: float, q3: float, factor: float) -> Given:
    low, high = samples.quartile_fences(q1, q3, factor)
    return {"low": low, "high": high}


@rule
def ksigma_outliers(values: Values, k: float) -> Given:
    return {"outlier_index": samples.deviation_outliers(values, k)}


@rule
def nan_handling(values: list[float | str], strategy: str) -> Given:
    config = kayenta.MetricConfig(nan_strategy=kayenta.NanStrategy[strategy])
    return {"values": kayenta.prepare(read_values(values), config)}


@rule
def score(results: list[Given], group_weights: dict[str, float]) -> Given:
    metrics = [
        kayenta.ScoredMetric(
            classification=CLASSIFICATIONS[each["classification"]],
            critical=each["critical"],
            muted=each["muted"],
            groups=each["groups"],
        )
        for each in results
    ]
    found = kayenta.score(metrics, group_weights)
    return {"score": found.total, "group_scores": found.groups}


@rule
def score_class(score: float, pass_threshold: float, marginal_threshold: float) -> Given:
    thresholds = kayenta.Thresholds(pass_threshold, marginal_threshold)
    return {"classification": GRADES[kayenta.grade(score, thresholds)]}


@rule
def judge_constants() -> Given:
    config, level = kayenta.MetricConfig(), kayenta.TestLevel()
    return {
        "tolerance": level.tolerance,
        "confidence": level.confidence,
        "outlier_factor": config.outlier_factor,
        "outlier_strategy": "remove" if config.remove_outliers else "keep",
        "nan_strategy": config.nan_strategy.name,
        "direction": config.direction.name,
        "allowed_mean_ratio": kayenta.no_effect(kayenta.EffectMeasure.mean_ratio),
        "allowed_cles": kayenta.no_effect(kayenta.EffectMeasure.cles),
        "nodata_fail_percent": kayenta.nodata_fail_percent,
    }
