"""Guards that cannot work are warned of, with numbers; those that can are left alone."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rollcast import examples
from rollcast.scenario import load
from rollcast.study import forecast

BASE: dict[str, Any] = {
    "traffic": {"rate": "100/s"},
    "fleet": {"replicas": 5},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0.1%", "slots": 8},
}
RATIO = {"kind": "error-ratio", "window": "2m", "interval": "1m", "initial_delay": "2m"}
GOOD = {**RATIO, "failure": "len(result) > 0 && result[0] > 0.02"}
QUANTILE = {**RATIO, "kind": "latency-quantile"}
ALARM = {"kind": "cloudwatch-alarm", "threshold": "5%"}
SERIES = [{"name": "errors", "kind": "error-ratio", "direction": "increase"}]
KAYENTA = {"kind": "kayenta", "series": SERIES, "interval": "1m", "initial_delay": "1m"}
SPRT = {"kind": "sprt", "good": "0.1%", "interval": "1m"}
COUNTS = {"kind": "sequential", "interval": "1m"}


def under(strategy: dict[str, Any], metric: dict[str, Any], **changes: Any) -> dict[str, Any]:
    analyses = {"guard": {"metrics": [{"name": "m", **metric}]}}
    return {**BASE, "strategy": strategy, "analyses": analyses, **changes}


def canary(metric: dict[str, Any], weight: int = 10, pause: str = "10m", **changes: Any) -> dict[str, Any]:
    """The metric in the background of a pause."""
    steps = [{"set_weight": weight}, {"pause": pause}]
    background = {"analysis": "guard", "from_step": 1}
    return under({"canary": {"routed": True, "steps": steps, "background": background}}, metric, **changes)


def step(metric: dict[str, Any], weight: int = 10, **changes: Any) -> dict[str, Any]:
    """The metric as a step of its own."""
    steps = [{"set_weight": weight}, {"analysis": "guard"}]
    return under({"canary": {"routed": True, "steps": steps}}, metric, **changes)


def guarded(metric: dict[str, Any], bake: str = "5m", **changes: Any) -> dict[str, Any]:
    """The metric around a rolling update."""
    return under(
        {"guarded": {"strategy": {"rolling": {}}, "analysis": "guard", "bake": bake}}, metric, **changes
    )


def flagger(metric: dict[str, Any], **plan: Any) -> dict[str, Any]:
    return under({"flagger": {"analysis": "guard", **plan}}, {"count": 1, **metric})


def ecs(metric: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plan = {"deployment": "canary", "percent": "5%", "alarms": "guard", **changes}
    return under({"ecs": plan}, metric)


def warnings(document: dict[str, Any]) -> list[str]:
    start = 'analyses.guard.metrics[0]: metric "m" '
    found = load(document).warnings
    assert all(warning.startswith(start) for warning in found), found
    return [warning.removeprefix(start) for warning in found]


NEVER = "cannot fail even a release that fails every request: "


@pytest.mark.parametrize(
    ("document", "message"),
    [
        # a threshold that the canary's share cannot reach
        (canary({**RATIO, "of": "service", "failure": "result[0] > 0.05"}, weight=1),
         NEVER + "with 1% of the traffic it sees 0.0109 to 0.011; it would with 5%"),
        (canary({**RATIO, "of": "service", "failure": "result[0] > 0.05"}, weight=8),
         "finds no release that fails fewer than 61% of its requests, with 8% of the traffic: it sees the whole service, of which that is 4.90%"),
        (step({**GOOD, "of": "service", "count": 3}, weight=1),
         NEVER + "with 1% of the traffic it sees 0.0109 to 0.011; it would with 2%"),
        (canary({**ALARM, "statistic": "error-count", "threshold": 5000}),
         NEVER + "with 10% of the traffic it sees 467 to 600; it would with 100%"),
        (canary({"kind": "burn-rate"}),
         "finds no release that fails fewer than 92% of its requests, with 10% of the traffic: it sees the whole service, of which that is 9.17%"),
        # thresholds that always hold, or never
        (canary({**RATIO, "failure": "result[0] > 1.5"}), NEVER + "with 10% of the traffic it sees 1"),
        (canary({**RATIO, "success": "result[0] < 2"}), NEVER + "with 10% of the traffic it sees 1"),
        (canary({**RATIO, "success": "result[0] < 0"}),
         "fails a release that is as good as the old one, after 2m: it sees 0"),
        (canary({**RATIO, "failure": "result[0] > 0.0005"}),
         "fails a release that is as good as the old one, after 4m: it sees 0 to 0.00111"),
        (canary({**QUANTILE, "failure": "result[0] > 0.05"}),
         "fails a release that is as good as the old one, after 2m: it sees 0.109"),
        (canary({**QUANTILE, "failure": "result[0] > 15"}),
         "cannot fail even a release that answers as late as clients wait: with 10% of the traffic it sees 0.995"),
        (canary({**RATIO, "success": "result[0] < 0", "failure": "result[0] > 0.5"}),
         "is inconclusive about a release that is as good as the old one, after 2m: it sees 0"),
        # an analysis that ends before its first measurement, or before it has seen enough
        (canary({**GOOD, "initial_delay": "15m"}),
         "never measures: its first measurement comes after 15m, and it is watched for 10m"),
        (canary({**GOOD, "initial_delay": "9m", "failure_limit": 3}),
         NEVER + "it tolerates 3 failed measurements, and takes 1 in 10m"),
        (canary({**GOOD, "count": 3, "failure_limit": 3}),
         NEVER + "it tolerates 3 failed measurements, and takes 3 in 4m"),
        # an alarm slower than the bake
        (guarded({**ALARM, "period": "5m", "evaluation_periods": 3}),
         NEVER + "it would take 11m to, and is watched for 6m27s"),
        (ecs({**ALARM, "period": "5m", "evaluation_periods": 2}, step_bake="2m"),
         NEVER + "it would take 6m to, and is watched for 2m43s"),
        (canary({"kind": "burn-rate"}, weight=5), NEVER + "it would take 17m to, and is watched for 10m"),
        (canary(COUNTS, weight=1, pause="1m", traffic={"rate": "2/s"}),
         NEVER + "it would take 2m to, and is watched for 1m"),
        # fewer samples than needed
        (canary({**RATIO, "window": "1m", "failure": "result[0] > 0.01"}, weight=1),
         "fails a new version of which 1% of the requests fail, and sees 60 requests in 1m at 1% of the traffic: for a failure to be among them 95% of the time it needs 294: look back 5m, or at 5% of the traffic"),
        (canary({**ALARM, "threshold": "1%"}, weight=1),
         "fails a new version of which 1% of the requests fail, and sees 60 requests in 1m at 1% of the traffic: for a failure to be among them 95% of the time it needs 294: look back 5m, or at 5% of the traffic"),
        (canary({**QUANTILE, "window": "1m", "failure": "result[0] > 0.5"}, weight=1),
         "takes the 99th percentile of 60 requests in 1m at 1% of the traffic: of fewer than 100 it is the slowest: look back 2m, or at 2% of the traffic"),
        (canary({**SPRT, "bad": "0.5%"}, weight=1, pause="2m"),
         "needs about 796 requests of the new version to find its bad failure rate of 0.5%, and sees 120 in 2m"),
        (canary({**GOOD, "window": "20s"}),
         "looks back 20s, and rate() needs two scrapes, which are 15s apart: look back at least 30s"),
        # nothing to see
        (guarded({**RATIO, "initial_delay": "0s", "failure": "result[0] > 0.05"}),
         "ends in an error after 40s where instances take 44s to start: it sees no data until then; give it an initial_delay"),
        (canary({"promql": 'sum(rate(http_requests_total{version="@new", code=~"5.."}[2m])) / sum(rate(http_requests_total{version="@new"}[2m]))', "interval": "1m", "failure": "result[0] > 0.05"}, service={**BASE["service"], "errors": 0}),
         "ends in an error after 40s while no request has failed: without a series of failures its query has no answer; say `or vector(0)` in it, or len(result) == 0 || in the condition"),
    ],
)  # fmt: skip
def test_a_guard_that_cannot_work_is_warned_of(document: dict[str, Any], message: str) -> None:
    assert warnings(document) == [message]


@pytest.mark.parametrize(
    "document",
    [
        canary(GOOD),
        canary({**RATIO, "success": "result[0] < 0.02"}),
        canary({**RATIO, "of": "service", "failure": "result[0] > 0.02"}),
        canary({**QUANTILE, "failure": "result[0] > 0.5"}),
        canary({**RATIO, "kind": "request-rate", "failure": "len(result) == 0 || result[0] < 1"}),
        canary({**ALARM, "statistic": "error-count", "threshold": 50}),
        canary({**ALARM, "statistic": "mean-latency", "threshold": "200ms"}),
        canary({"kind": "burn-rate", "of": "new"}),
        canary(KAYENTA, pause="30m"),
        canary({**SPRT, "bad": "2%"}),
        canary(COUNTS),
        canary({**GOOD, "dry_run": True, "initial_delay": "1h"}),
        step({**GOOD, "count": 5}),
        guarded({**ALARM, "evaluation_periods": 3}),
        ecs(ALARM, step_bake="10m"),
        flagger({"kind": "error-ratio", "window": "1m", "failure": "result[0] > 0.05"}, step_weight=10, max_weight=50, threshold=5),
        under({"shadow": {"then": {"rolling": {}}, "mirrored": "20%", "analysis": "guard"}}, {**GOOD, "count": 5}),
        under({"shadow": {"then": {"rolling": {}}, "analysis": "guard"}}, {**KAYENTA, "count": 5}),
        under({"rolling": {}}, {**GOOD, "of": "service", "initial_delay": "0s", "interval": "15s", "window": "1m"}, people={"pages": ["guard"]}),
    ],
)  # fmt: skip
def test_one_that_can_is_left_alone(document: dict[str, Any]) -> None:
    assert warnings(document) == []


@pytest.mark.parametrize("name", examples.names())
def test_nothing_is_said_of_the_guards_of_the_examples(name: str) -> None:
    assert [
        warning
        for warning in load(examples.path(name)).warnings
        if 'metric "' in warning and "measur" in warning
    ] == []


def test_the_warning_has_a_place(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump(canary({**GOOD, "initial_delay": "15m"}), sort_keys=False))
    (warning,) = load(file).warnings
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if "name: m" in text)
    assert warning.startswith(f"{file}:{line}:")


@pytest.mark.parametrize(
    ("document", "promoted"),
    [
        (canary({**RATIO, "of": "service", "failure": "result[0] > 0.05"}, weight=1), True),
        (canary(GOOD), False),
    ],
)
def test_what_it_says_is_what_happens(document: dict[str, Any], promoted: bool) -> None:
    """A release that fails every request gets past a guard that is warned of until all the traffic is its own."""
    release = {"defect": "error-rate", "rate": "100%"}
    result = forecast(load({**document, "release": release, "window": {"horizon": "15m"}}), 5, threads=1)
    exposed = result.outcomes["blast_radius"].to_pylist()
    assert all(share > 0.2 for share in exposed) == promoted
