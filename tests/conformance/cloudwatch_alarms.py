"""Amazon CloudWatch's alarms: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast._core import cloudwatch
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]

STATES = {
    "OK": _core.AlarmState.ok,
    "ALARM": _core.AlarmState.alarm,
    "INSUFFICIENT_DATA": _core.AlarmState.insufficient_data,
}
STATE_NAMES = {state: name for name, state in STATES.items()}
TREATMENTS = {
    "missing": _core.MissingData.missing,
    "ignore": _core.MissingData.ignore,
    "breaching": _core.MissingData.breaching,
    "notBreaching": _core.MissingData.not_breaching,
}
TREATMENT_NAMES = {treatment: name for name, treatment in TREATMENTS.items()}
COMPARISONS = {
    "GreaterThanThreshold": _core.Comparison.greater,
    "GreaterThanOrEqualToThreshold": _core.Comparison.greater_or_equal,
    "LessThanThreshold": _core.Comparison.less,
    "LessThanOrEqualToThreshold": _core.Comparison.less_or_equal,
}


@rule
def missing_data(
    points_oldest_first: list[str],
    evaluation_periods: int,
    datapoints_to_alarm: int | None = None,
    treat_missing: str = "missing",
    current_state: str = "INSUFFICIENT_DATA",
) -> Given:
    points = [cloudwatch.AlarmPoint[name] for name in points_oldest_first]
    needed = datapoints_to_alarm or evaluation_periods
    after = cloudwatch.evaluate_points(
        points, evaluation_periods, needed, TREATMENTS[treat_missing], STATES[current_state]
    )
    return {"state": STATE_NAMES[after.state], "filled": after.filled}


RULES["missing_data_next"] = missing_data


@rule
def missing_data_premature(**given: Any) -> Given:
    state = missing_data(**given)["state"]
    return {"state": "ALARM" if state == "ALARM" else "not_ALARM"}


@rule
def missing_data_dynamodb(namespace: str, treat_missing: str, **given: Any) -> Given:
    treatment = cloudwatch.effective_treatment(namespace, TREATMENTS[treat_missing])
    name = TREATMENT_NAMES[treatment]
    return {**missing_data(treat_missing=name, **given), "effective_treatment": name}


@rule
def m_of_n_trace(
    breaching: list[int], evaluation_periods: int, datapoints_to_alarm: int | None, initial_state: str
) -> Given:
    points = ["breach" if each else "ok" for each in breaching]
    state, states = initial_state, []
    for end in range(1, len(points) + 1):
        latest = points[max(0, end - evaluation_periods) : end]
        state = missing_data(latest, evaluation_periods, datapoints_to_alarm, current_state=state)["state"]
        states.append(state)
    return {"states": states}


@rule
def breaches(operator: str, value: float, threshold: float) -> Given:
    return {"breaching": cloudwatch.breaches(COMPARISONS[operator], value, threshold)}


@rule
def evaluation_every(period_s: float) -> Given:
    return {"seconds": cloudwatch.evaluation_every(period_s)}


@rule
def evaluation_interval(period_s: float, evaluation_periods: int, datapoints_to_alarm: int = 1) -> Given:
    return {"seconds": cloudwatch.evaluation_interval(period_s, evaluation_periods)}


@rule
def evaluation_window_minutes(period_s: float, evaluation_periods: int, end_of_minute: int) -> Given:
    minutes = cloudwatch.evaluation_interval(period_s, evaluation_periods) / 60
    return {"first_minute": end_of_minute - minutes + 1, "last_minute": end_of_minute}


@rule
def period_valid(period_s: float) -> Given:
    return {"valid": cloudwatch.period_valid(period_s)}


@rule
def span_valid(period_s: float, evaluation_periods: int) -> Given:
    return {"valid": cloudwatch.span_valid(period_s, evaluation_periods)}


@rule
def percentile_min_samples(percentile: float) -> Given:
    return {"fewer_than": cloudwatch.percentile_min_samples(percentile)}


@rule
def percentile_low_sample_state(
    percentile: float,
    samples: float,
    setting: str,
    current_state: str,
    point_breaching: bool,
    evaluation_periods: int = 1,
    datapoints_to_alarm: int | None = None,
) -> Given:
    if cloudwatch.keeps_state(_core.LowSamples[setting], percentile, samples):
        return {"state": current_state}
    point = "breach" if point_breaching else "ok"
    return missing_data([point], evaluation_periods, datapoints_to_alarm, current_state=current_state)


@rule
def composite_rule(rule: str, states: dict[str, str]) -> Given:
    parsed = cloudwatch.parse_alarm_rule(rule)
    holds = cloudwatch.holds(parsed, [STATES[states[name]] for name in parsed.alarms])
    return {"state": "ALARM" if holds else "OK"}


@rule
def composite_suppression(wait: float, extension: float, events: list[list[Any]], until: float) -> Given:
    suppressor = _core.ActionSuppressor(wait=wait, extension=extension)
    happened = [(at, who == "suppressor", STATES[state]) for at, who, state in events]
    taken = cloudwatch.suppressed_actions(suppressor, happened, until)
    return {"actions": [[action.at, STATE_NAMES[action.state]] for action in taken if action.at >= 0]}


@rule
def limits(object: str) -> Given:
    recommended = _core.ActionSuppressor()
    return {
        "CompositeAlarm": {
            "max_children": cloudwatch.most_children,
            "max_parents_of_one_alarm": cloudwatch.most_parents,
            "max_rule_elements": cloudwatch.most_rule_elements,
            "recommended_wait_s": recommended.wait,
            "recommended_extension_s": recommended.extension,
        }
    }[object]


@rule
def initial_state(object: str) -> Given:
    return {"state": STATE_NAMES[cloudwatch.initial_state]}


@rule
def defaults(object: str) -> Given:
    alarm = _core.CloudWatchAlarm()
    return {
        "MetricAlarm": {
            "treat_missing": TREATMENT_NAMES[alarm.treat_missing],
            "evaluate_low_sample_count_percentile": alarm.low_samples.name,
            "actions_enabled": alarm.actions_enabled,
        }
    }[object]


@rule
def action_repeat(action: str) -> Given:
    kind = cloudwatch.AlarmAction.auto_scaling if action == "AutoScaling" else cloudwatch.AlarmAction.notify
    return {"repeat": "every_minute_in_state" if cloudwatch.repeats(kind) else "once_per_state_change"}
