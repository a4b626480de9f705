"""Alarms and alerts as metrics of a scenario: what they are lowered to, what bad ones are told, what they do."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, json_schema, load
from rollcast.study import forecast

BASE: dict[str, Any] = {
    "traffic": {"rate": "400/s"},
    "fleet": {"replicas": 6},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0%", "slots": 8},
}
ALARM: dict[str, Any] = {"kind": "cloudwatch-alarm", "threshold": "2%"}
COMPOSITE: dict[str, Any] = {
    "kind": "composite-alarm",
    "rule": "ALARM(errors) AND NOT ALARM(slow)",
    "alarms": {"errors": {"threshold": "2%"}, "slow": {"statistic": "latency-quantile", "threshold": "1s"}},
}


def document(metric: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A canary with the metric in its background."""
    steps = [{"set_weight": 20}, {"pause": "15m"}]
    canary = {"routed": True, "steps": steps, "background": {"analysis": "guards"}}
    analyses = {"guards": {"metrics": [{"name": "m", **metric}]}}
    return {**BASE, "strategy": {"canary": canary}, "analyses": analyses, **changes}


def lowered(metric: dict[str, Any], **changes: Any) -> tuple[Any, LoadedScenario]:
    given = document(metric, **changes)
    jsonschema.validate(given, json_schema())
    scenario = load(given)
    return scenario.model.analyses[0].metrics[0], scenario


def refusals(tmp_path: Path, metric: dict[str, Any], **changes: Any) -> list[str]:
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump(document(metric, **changes), sort_keys=False))
    with pytest.raises(InputErrors) as caught:
        load(file)
    lines = str(caught.value).replace(f"{tmp_path}/", "").split("\n")
    return [line.split(": ", 1)[1].removeprefix("analyses.guards.metrics[0]").lstrip(" .:") for line in lines]


# --- what they are lowered to


def test_an_alarm_is_lowered() -> None:
    metric, _ = lowered(
        {
            **ALARM, "of": "service", "vantage": "client", "statistic": "latency-quantile", "quantile": "95%",
            "threshold": "250ms", "comparison": "GreaterThanOrEqualToThreshold", "period": "5m",
            "evaluation_periods": 3, "datapoints_to_alarm": 2, "evaluation_range": 4,
            "treat_missing_data": "notBreaching", "low_samples": "ignore", "namespace": "AWS/ECS",
        }
    )  # fmt: skip
    assert metric.source == _core.CloudWatchAlarm(
        statistic=_core.AlarmStatistic.latency_percentile, vantage=_core.Vantage.client,
        scope=_core.Scope.service, percentile=0.95, threshold=0.25, period=300, evaluation_periods=3,
        comparison=_core.Comparison.greater_or_equal, datapoints_to_alarm=2, evaluation_range=4,
        treat_missing=_core.MissingData.not_breaching, low_samples=_core.LowSamples.ignore,
        metric_namespace="AWS/ECS",
    )  # fmt: skip
    assert metric.interval == 60  # CloudWatch evaluates every minute, whatever the period


def test_an_alarm_needs_but_a_threshold() -> None:
    metric, _ = lowered(ALARM)
    assert metric.source == _core.CloudWatchAlarm(scope=_core.Scope.new, threshold=0.02)
    high_resolution, _ = lowered({**ALARM, "period": "10s"})
    assert high_resolution.interval == 10


def test_a_composite_alarm_is_lowered() -> None:
    metric, _ = lowered({**COMPOSITE, "suppressor": {"alarm": "slow", "wait": "2m"}})
    source = metric.source
    assert [alarm.name for alarm in source.alarms] == ["errors", "slow"]
    assert source.rule == _core.cloudwatch.parse_alarm_rule(COMPOSITE["rule"])
    assert source.suppressor == _core.ActionSuppressor(alarm="slow", wait=120, extension=60)


def test_a_burn_rate_alert_is_that_of_the_workbook_for_the_services_objective() -> None:
    metric, scenario = lowered({"kind": "burn-rate"}, slo={"objective": "99.5%"})
    assert metric.source == _core.BurnRateAlert(objective=0.995)
    assert metric.interval == 60
    assert scenario.model.window.lead_in == 960  # days of history are not simulated
    own, _ = lowered(
        {
            "kind": "burn-rate", "objective": "99%", "interval": "30s", "fails_on": "ticket",
            "recording_interval": "1m",
            "windows": [{"long": "1h", "burn_rate": 10, "severity": "ticket", "for": "2m"}],
        }
    )  # fmt: skip
    rule = _core.BurnRateRule(
        long_window=3600, short_window=300, burn_rate=10, severity=_core.Severity.ticket, hold=120
    )
    assert own.source == _core.BurnRateAlert(
        objective=0.99, rules=[rule], fails_on=_core.Severity.ticket, recording_interval=60
    )
    assert own.interval == 30


def test_a_guard_may_be_bound_to_a_metric_of_the_manifest() -> None:
    metric, _ = lowered({"provider": "cloudWatch"}, metrics={"m": {**ALARM, "of": "new"}})
    assert isinstance(metric.source, _core.CloudWatchAlarm)


def test_a_rule_that_can_never_fire_is_warned_of() -> None:
    _, scenario = lowered(
        {"kind": "burn-rate", "objective": "90%", "windows": [{"long": "1h", "burn_rate": 14.4}]}
    )
    (warning,) = scenario.warnings
    assert warning.endswith("never fires: with every request failing the burn rate is 10")


def test_points_between_scrapes_are_warned_of() -> None:
    _, scenario = lowered({**ALARM, "period": "10s"})
    (warning,) = scenario.warnings
    assert warning.endswith("points of 10s lack data where scrapes are 15s apart")
    assert not lowered({**ALARM, "period": "10s"}, observability={"scrape_interval": "10s"})[1].warnings


# --- what bad ones are told


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ({"kind": "cloudwatch-alarm"}, "expected a threshold"),
        ({**ALARM, "threshold": "2"}, 'threshold: expected a share from 0% to 100%, got "2"'),
        ({**ALARM, "period": "45s"}, "period: expected a period of 10s, 20s, 30s or whole minutes, got 45s"),
        ({**ALARM, "period": "30m", "evaluation_periods": 49},
         "period: expected evaluation periods that cover at most a day, or a week where periods are of an hour or more, got 1d30m"),
        ({**ALARM, "evaluation_periods": 3, "datapoints_to_alarm": 4},
         "datapoints_to_alarm: expected at most the evaluation_periods (3), got 4"),
        ({**ALARM, "evaluation_periods": 3, "evaluation_range": 2},
         "evaluation_range: expected at least the evaluation_periods (3), got 2"),
        ({**ALARM, "low_samples": "ignore"},
         "low_samples: low_samples goes with the statistic latency-quantile, not with error-ratio"),
        ({**ALARM, "objective": "99%"}, "objective: objective goes with the kind burn-rate, not with cloudwatch-alarm"),
        ({**ALARM, "success": "result[0] > 1"},
         "success: a metric of the kind cloudwatch-alarm judges by itself: it has no success"),
        ({**ALARM, "window": "5m"}, "window: window has no meaning for cloudwatch-alarm"),
        ({**ALARM, "interval": "5m"},
         "interval: CloudWatch decides how often an alarm is evaluated: an interval has no meaning"),
        ({**ALARM, "vantage": "client"},
         "vantage: clients cannot tell the versions apart: the vantage client goes with of: service"),
        ({"kind": "error-ratio", "success": "result[0] < 1", "threshold": "1%"},
         "threshold: threshold goes with the kind cloudwatch-alarm, not with error-ratio"),
        ({"kind": "composite-alarm", "rule": "ALARM(a)"}, "expected a rule, and the alarms that it names"),
        ({**COMPOSITE, "rule": "ALARM(error)"},
         'rule: there is no alarm "error"; there is errors and slow; did you mean "errors"?'),
        ({**COMPOSITE, "rule": "ALARM(errors) AND"},
         "rule: expected ALARM(...), OK(...), INSUFFICIENT_DATA(...), AT_LEAST(...), TRUE, FALSE, NOT or a parenthesis, got the end"),
        ({**COMPOSITE, "suppressor": {"alarm": "slo"}},
         'suppressor.alarm: there is no alarm "slo"; there is errors and slow; did you mean "slow"?'),
        ({**COMPOSITE, "alarms": {"errors": {"threshold": "2%", "period": "7s"}, "slow": {"threshold": "1%"}}},
         "alarms.errors.period: expected a period of 10s, 20s, 30s or whole minutes, got 7s"),
        ({"kind": "burn-rate", "windows": [{"long": "5m", "short": "1h", "burn_rate": 2}]},
         "windows[0].short: expected less than the long window (5m), got 1h"),
        ({"kind": "burn-rate", "windows": [{"long": "1h", "burn_rate": 2, "severity": "ticket"}]},
         'metric "m" has no rule of the severity it fails on'),
        ({"kind": "burn-rate", "objective": "100%"}, "objective: expected an objective above 0% and below 100%"),
    ],
)  # fmt: skip
def test_bad_guards_are_told_what_is_wrong_and_where(
    tmp_path: Path, metric: dict[str, Any], message: str
) -> None:
    assert refusals(tmp_path, metric) == [message]


def test_a_wrong_word_is_told_the_nearest(tmp_path: Path) -> None:
    (found,) = refusals(tmp_path, {**ALARM, "kind": "cloudwatch-alarms"})
    assert found.endswith('did you mean "cloudwatch-alarm"?')
    (found,) = refusals(tmp_path, {**ALARM, "treat_missing_data": "notbreaching"})
    assert found.endswith('did you mean "notBreaching"?')


def test_a_rollout_does_not_wait_for_an_alarm_for_ever(tmp_path: Path) -> None:
    strategy = {"canary": {"steps": [{"analysis": "guards"}]}}
    assert refusals(tmp_path, ALARM, strategy=strategy) == [
        'metric "m" is evaluated every 1m and has no count: the rollout would wait for it for ever'
    ]


# --- what they do


def verdicts(metric: dict[str, Any], **changes: Any) -> set[str]:
    """Of three replications with an error rate of 30 % in the new version, or what `changes` says."""
    release = {"release": {"defect": "error-rate", "rate": "30%"}}
    result = forecast(load(document(metric, **{**release, **changes})), replications=3, seed=1, threads=1)
    return set(result.outcomes.column("verdict").to_pylist())


GUARDS: list[dict[str, Any]] = [
    {**ALARM, "evaluation_periods": 2},
    {**ALARM, "statistic": "error-count", "threshold": 200},
    {**COMPOSITE, "rule": "AT_LEAST(1, ALARM, (errors, slow))"},
    {**COMPOSITE, "suppressor": {"alarm": "slow"}},
    {"kind": "burn-rate", "of": "new"},
    {"kind": "burn-rate"},  # 20 % of the traffic with 30 % errors: 6 % of the service, above 14.4 times 0.1 %
]


@pytest.mark.parametrize("metric", GUARDS)
def test_a_guard_rolls_a_bad_canary_back(metric: dict[str, Any]) -> None:
    assert verdicts(metric) == {"rolled back"}


@pytest.mark.parametrize("metric", GUARDS)
def test_a_guard_lets_a_good_canary_pass(metric: dict[str, Any]) -> None:
    assert verdicts(metric, release="good") == {"promoted"}


def test_an_alert_on_the_whole_service_does_not_see_what_one_on_the_canary_does() -> None:
    """1 % of the service's requests fail, below the 1.44 % at which an hour's window pages: see the oracle."""
    release = {"defect": "error-rate", "rate": "5%"}
    rule = {"windows": [{"long": "1h", "burn_rate": 14.4}]}
    assert verdicts({"kind": "burn-rate", **rule}, release=release) == {"promoted"}
    assert verdicts({"kind": "burn-rate", "of": "new", **rule}, release=release) == {"rolled back"}


# --- flaky judges


def test_flakiness_is_lowered() -> None:
    metric, _ = lowered({**ALARM, "flaky": "2%"})
    assert (metric.flaky, metric.flaky_as) == (0.02, _core.Flake.fails)
    metric, _ = lowered({**ALARM, "flaky": "2%", "flaky_as": "error"})
    assert metric.flaky_as is _core.Flake.errors
    assert lowered(ALARM)[0].flaky == 0


def test_flakiness_without_a_probability_is_refused(tmp_path: Path) -> None:
    assert refusals(tmp_path, {**ALARM, "flaky_as": "error"}) == [
        "flaky_as: needs flaky beside it, how often it goes wrong"
    ]


def test_a_flaky_judge_fails_good_releases_as_often_as_it_measures() -> None:
    """Five measurements of which none may fail, each wrong once in ten: 1 - 0.9^5 = 41 %."""
    metric = {
        "kind": "error-ratio",
        "interval": "20s",
        "count": 5,
        "failure": "len(result) > 9",
        "flaky": "10%",
    }
    given = document(
        metric,
        strategy={"canary": {"routed": True, "steps": [{"set_weight": 20}, {"analysis": "guards"}]}},
        traffic={"rate": "20/s"},
        release="good",
        window={"lead_in": "1m", "horizon": "10m"},
    )
    result = forecast(load(given), replications=300, seed=5, threads=1)
    expected = 1 - 0.9**5
    # Four standard deviations: once in 15,000 if the seed were not fixed.
    assert (
        abs(result.estimates["p_rolled_back"].value - expected) < 4 * (expected * (1 - expected) / 300) ** 0.5
    )
    assert sum(result.columns["alarms_false"]) > 0


def test_two_metrics_of_an_analysis_have_two_names(small: dict[str, Any]) -> None:
    twice = copy.deepcopy(small)
    metrics = twice["analyses"]["errors"]["metrics"]
    metrics.append(metrics[0])
    with pytest.raises(InputErrors) as caught:
        load(twice)
    assert str(caught.value) == (
        f'analyses.errors.metrics[1].name: metrics[0] is called "{metrics[0]["name"]}", too: expected another name'
    )
