"""Kayenta's judge, sequential tests and power: on one's own data, and as guards of a scenario."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import rollcast
from rollcast import judge
from rollcast.judge import KayentaMetric


def series(median: float, seed: int, size: int = 60) -> np.ndarray:
    return median * np.random.default_rng(seed).lognormal(0, 0.1, size)


# ---- Kayenta


def test_a_higher_canary_is_found() -> None:
    verdict = judge.kayenta(series(100, 1), series(150, 2))
    assert verdict.classification == "High"
    assert verdict.ratio == pytest.approx(1.5, rel=0.1)
    assert verdict.shift is not None
    estimate, low, high = verdict.shift
    assert low < estimate < high
    assert estimate == pytest.approx(50, rel=0.2)


def test_lists_and_missing_values_are_taken() -> None:
    assert judge.kayenta([1, math.nan, 2], [2, 1]).classification == "Pass"
    nothing = [math.nan] * 3
    assert judge.kayenta([1, 2], nothing).classification == "Nodata"
    assert judge.kayenta(nothing, nothing).classification == "Nodata"
    required = KayentaMetric(must_have_data=True)
    assert judge.kayenta([1, 2], nothing, required).classification == "NodataFailMetric"
    assert judge.kayenta([1, 2], nothing, KayentaMetric(nan_strategy="replace")).classification == "Low"
    assert judge.kayenta([1, 2], [1, math.inf]).classification == "Error"


def test_a_wrong_word_is_told_with_the_nearest() -> None:
    metric = KayentaMetric(direction="increse")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r'direction: expected .* got "increse"; did you mean "increase"'):
        judge.kayenta([1], [2], metric)
    with pytest.raises(ValueError, match="outlier factor above 0"):
        judge.kayenta([1], [2], KayentaMetric(outlier_factor=0))
    with pytest.raises(ValueError, match=r"shape \(n,\)"):
        judge.kayenta([[1.0]], [2])


def test_a_canary_is_judged_by_its_groups() -> None:
    baseline = {"errors": series(1, 1), "latency": series(20, 2)}
    canary = {"errors": series(3, 3), "latency": series(20, 4)}
    metrics = {"errors": KayentaMetric(groups=("bad",)), "latency": KayentaMetric(groups=("slow",))}
    found = judge.kayenta_canary(baseline, canary, metrics, group_weights={"bad": 20})
    assert (found.grade, found.score) == ("Marginal", 80)
    assert found.groups == {"bad": 0, "slow": 100}
    assert found.metrics["errors"].classification == "High"
    critical = {**metrics, "errors": KayentaMetric(groups=("bad",), critical=True)}
    failed = judge.kayenta_canary(baseline, canary, critical, group_weights={"bad": 20})
    assert (failed.grade, failed.score, failed.reason) == ("Fail", 0, "a critical metric failed")
    lost = judge.kayenta_canary(baseline, {"latency": series(20, 4)}, metrics)
    assert lost.reason == "half of the metrics or more have no data"


def test_a_shift_has_an_interval() -> None:
    shift = judge.mann_whitney([1.0, 2, 3, 4], [10.0, 20, 30, 40], 0.95)
    assert shift == pytest.approx((22.5, 6, 39))
    assert judge.mann_whitney([1.0], [5.0]) is None
    with pytest.raises(ValueError, match="finite"):
        judge.mann_whitney([1.0], [math.nan])


# ---- tests that may be looked at again and again


def test_wald_decides() -> None:
    bad = judge.sprt([2, 1, 3], [100, 100, 100], good=0.001, bad=0.01)
    assert (bad.finding, bad.look, len(bad.values)) == ("worse", 0, 1)
    fine = judge.sprt([0, 0, 0], [200, 200, 200], good=0.001, bad=0.01)
    assert (fine.finding, fine.look) == ("not worse", 1)
    assert judge.sprt([0], [1], good=0.001, bad=0.01).finding == "undecided"
    assert judge.sprt([], [], good=0.001, bad=0.01).look is None


def test_counts_of_failures_are_enough() -> None:
    found = judge.count_test([1, 2, 2], [0, 0, 0], share=0.1)
    assert (found.finding, found.look) == ("worse", 1)
    assert judge.count_test([1, 0, 1], [9, 10, 9], share=0.1).finding == "undecided"


def test_rates_are_compared_at_any_time() -> None:
    requests = [2000] * 5
    found = judge.mixture_sprt([40] * 5, requests, [20] * 5, requests, spread=0.01)
    assert found.finding == "worse"
    assert np.all(np.diff(found.values) <= 0)
    assert judge.mixture_sprt([20] * 5, requests, [20] * 5, requests, spread=0.01).finding == "undecided"


def test_planned_looks_have_bounds() -> None:
    requests = [2000] * 4
    fractions = [0.25, 0.5, 0.75, 1]
    same = judge.group_sequential([20] * 4, requests, [20] * 4, requests, fractions=fractions)
    assert (same.finding, same.look) == ("not worse", 3)
    assert same.bounds == pytest.approx([3.74955, 2.53993, 2.01604, 1.72014], abs=5e-5)
    worse = judge.group_sequential([40] * 4, requests, [20] * 4, requests, fractions=fractions)
    assert (worse.finding, worse.look) == ("worse", 1)
    with pytest.raises(ValueError, match="at most the 1 looks"):
        judge.group_sequential([20] * 4, requests, [20] * 4, requests, fractions=[1])


def test_peeking_is_dangerous() -> None:
    fractions = [0.2, 0.4, 0.6, 0.8, 1]
    chance = judge.crossing_probabilities(fractions, [1.959964] * 5, two_sided=True).sum()
    assert chance == pytest.approx(0.142, abs=5e-4)
    bounds = judge.spending_bounds(fractions, spending="pocock", two_sided=True)
    assert judge.crossing_probabilities(fractions, list(bounds), two_sided=True).sum() == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: judge.sprt([1], [1, 2], good=0.1, bad=0.2), "failures and requests of one length"),
        (lambda: judge.sprt([0.5], [1], good=0.1, bad=0.2), "failures: expected whole numbers"),
        (lambda: judge.sprt([-1], [1], good=0.1, bad=0.2), "failures: expected whole numbers"),
        (lambda: judge.sprt([2], [1], good=0.1, bad=0.2), "between 0 and the number of requests"),
        (lambda: judge.sprt([1], [1], good=0.2, bad=0.1), "bad failure rate must be above the good one"),
        (lambda: judge.count_test([1], [1], share=1), "share must be between 0 and 1"),
        (lambda: judge.spending_bounds([0.5, 0.5]), "rise"),
        (lambda: judge.spending_bounds([1], spending="pocok"), 'did you mean "pocock"'),  # type: ignore[arg-type]
    ],
)
def test_nonsense_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# ---- power


def test_requests_until_a_difference_is_found() -> None:
    needed = judge.requests_needed(0.001, 0.002)
    assert needed.canary == needed.baseline == pytest.approx(18_519, abs=1)
    uneven = judge.requests_needed(0.001, 0.002, share=0.05)
    power = judge.comparison_power(
        0.001, 0.002, canary_requests=uneven.canary, baseline_requests=uneven.baseline
    )
    assert power == pytest.approx(0.8, abs=1e-3)


def test_a_guard_has_a_power() -> None:
    good = judge.guard_power(0.001, requests=500, threshold=0.01, count=10)
    bad = judge.guard_power(0.02, requests=500, threshold=0.01, count=10)
    assert good.caught < 1e-3
    assert bad.caught > 0.999
    assert bad.mean_measurements == pytest.approx(1.1, abs=0.1)
    assert np.all(np.diff(bad.by_measurement) >= 0)
    lenient = judge.guard_power(0.02, requests=500, threshold=0.01, count=10, failure_limit=3)
    assert lenient.mean_measurements > bad.mean_measurements + 2.9
    assert math.isnan(judge.guard_power(0, requests=500, threshold=0.01, count=3).mean_measurements)
    exact = judge.guard_power(0.02, requests=100, threshold=0.01, count=1, poisson=False)
    assert exact.caught == pytest.approx(0.5967, abs=5e-5)
    with pytest.raises(ValueError, match="whole number"):
        judge.guard_power(0.02, requests=0.5, threshold=0.01, count=1, poisson=False)
    with pytest.raises(ValueError, match="at least one"):
        judge.guard_power(0.02, requests=100, threshold=0.01, count=0)


def test_few_instances_limit_power() -> None:
    assert judge.effective_requests(1e9, 5, 0.01) == pytest.approx(500, rel=1e-3)


def test_wald_neglects_the_overshoot() -> None:
    outlook = judge.sprt_outlook(0.01, good=0.001, bad=0.01)
    assert outlook.worse + outlook.not_worse == pytest.approx(1)
    assert outlook.mean_requests == pytest.approx(246, abs=4)  # not 188


# ---- as guards of a scenario


def scenario(release: Any, **metric: Any) -> dict[str, Any]:
    return {
        "name": "judged",
        "strategy": {
            "canary": {
                "routed": True,
                "steps": [{"set_weight": 30}, {"analysis": "judge"}],
            }
        },
        "analyses": {"judge": {"metrics": [{"name": "judge", "interval": "1m", **metric}]}},
        "release": release,
        "traffic": {"rate": "200/s"},
        "service": {"p50": "10ms", "p99": "50ms", "errors": "1%", "utilisation": "40%"},
        "fleet": {"replicas": 4},
        "window": {"lead_in": "3m", "horizon": "20m"},
    }


SERIES = [{"name": "errors", "kind": "error-ratio", "direction": "increase"}]
GUARDS: dict[str, dict[str, Any]] = {
    "kayenta": {"kind": "kayenta", "series": SERIES, "step": "30s", "count": 1, "initial_delay": "8m"},
    "sprt": {"kind": "sprt", "good": "1%", "bad": "3%", "count": 6},
    "counts": {"kind": "sequential", "count": 6},
    "mixture": {"kind": "sequential", "test": "mixture", "spread": "2%", "count": 6},
    "group": {"kind": "sequential", "test": "group", "spending": "pocock", "count": 6},
}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_judge_takes_a_bad_canary_back_and_lets_a_good_one_pass(guard: str) -> None:
    bad = rollcast.forecast(scenario({"defect": "error-rate", "rate": "5%"}, **GUARDS[guard]), 10)
    assert bad.estimates["p_rolled_back"].value == 1
    good = rollcast.forecast(scenario("good", **GUARDS[guard]), 20)
    # An alpha of 5% at most: fewer than 14 of 20 promoted would be 1 in 30,000.
    assert good.estimates["p_promoted"].value >= 0.7


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ({"kind": "kayenta", "count": 1}, "expected the series that are compared"),
        (
            {"kind": "kayenta", "series": SERIES, "count": 1, "marginal_score": 99},
            "must not have a marginal score above the pass score",
        ),
        ({"kind": "kayenta", "series": SERIES, "count": 1, "pass_score": 101}, "pass score above 100"),
        (
            {"kind": "kayenta", "series": SERIES, "count": 1, "lookback": "10s"},
            "must look back on at least one step",
        ),
        (
            {"kind": "kayenta", "series": SERIES, "count": 1, "group_weights": {"erors": 50}},
            'metrics[0].group_weights.erors: no series is of the group "erors"; did you mean "errors"?',
        ),
        (
            {"kind": "kayenta", "series": [{**SERIES[0], "direction": "incrase"}], "count": 1},
            'metrics[0].series[0].direction: expected either, increase or decrease, got "incrase"; '
            'did you mean "increase"?',
        ),
        ({"kind": "kayenta", "series": SERIES, "count": 1, "of": "new"}, "metrics[0].of: kayenta compares"),
        (
            {"kind": "sprt", "good": "1%", "count": 3},
            "expected a failure rate that is good and one",
        ),
        (
            {"kind": "sprt", "good": "2%", "bad": "1%", "count": 3},
            "bad failure rate must be above the good one",
        ),
        (
            {"kind": "sprt", "good": "1%", "bad": "2%", "count": 3, "spread": "1%"},
            "spread goes with",
        ),
        (
            {"kind": "sequential", "count": 3, "spread": "1%"},
            "goes with the test mixture, not with counts",
        ),
        ({"kind": "sequential", "test": "group", "count": 1}, "expected a count of at least 2"),
        (
            {"kind": "sequential", "count": 3, "vantage": "client"},
            "needs a vantage that can tell",
        ),
        ({"kind": "sequential", "count": 3, "success": "true"}, "judges by itself: it has no success"),
        ({"kind": "sequentail", "count": 3}, 'did you mean "sequential"?'),
        (
            {"kind": "error-ratio", "count": 3, "bad": "1%"},
            "goes with the kind sprt, not with error-ratio",
        ),
    ],
)
def test_a_judge_that_cannot_work_is_refused(metric: dict[str, Any], message: str) -> None:
    with pytest.raises(rollcast.InputError) as caught:
        rollcast.load(scenario("good", **metric))
    assert message in str(caught.value)
