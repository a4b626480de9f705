"""Flagger: one function for each kind of case."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from kubernetes import REASONS
from rollcast import _core
from rollcast._core import flagger
from rollcast.expr import parse_condition
from rollcast.importer_flagger import METRIC_INTERVAL, passes_when, usable
from rollcast.lower_metrics import condition_steps
from rollcast.units import go_seconds
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]
Phase = flagger.Phase

KINDS = {
    flagger.Kind.canary: "canary",
    flagger.Kind.ab_testing: "ab-testing",
    flagger.Kind.blue_green: "blue-green",
}


def name(phase: Phase) -> str:
    """Of a phase, as Flagger writes it."""
    return "".join(word.capitalize() for word in phase.name.split("_"))


def phase_of(phase_name: str) -> Phase:
    return next(phase for phase in Phase if name(phase) == phase_name)


def read_plan(analysis: Given, provider: str = "mesh") -> flagger.Plan:
    given = {key: analysis[key] for key in analysis if analysis[key] is not None}
    return flagger.Plan(**given, routed=provider != "kubernetes")


def run_of(
    plan: flagger.Plan, check_passes: list[bool] | None = None, status: flagger.Status | None = None
) -> Iterator[flagger.Status]:
    """The status after each advance; a new release is there for the first."""
    status = status or flagger.Status()
    for i in range(1000):  # far more than any plan takes
        passes = check_passes[i] if check_passes and i < len(check_passes) else True
        seen = flagger.Sight(changed=status.phase is Phase.initialized, checks_pass=passes)
        _, status = flagger.tick(plan, status, seen)
        yield status


def some_advances(plan: flagger.Plan, count: int) -> list[flagger.Status]:
    return list(itertools.islice(run_of(plan), count))


def one_advance(plan: flagger.Plan, status: flagger.Status, **seen: Any) -> flagger.Status:
    return flagger.tick(plan, status, flagger.Sight(**{"checks_pass": True, **seen}))[1]


def routes(status: flagger.Status) -> list[Any]:
    return [status.routes.primary, status.routes.canary, status.routes.mirrored]


@rule
def weight_sequence(analysis: Given, provider: str) -> Given:
    plan = read_plan(analysis, provider)
    run = run_of(plan)
    until_promoting = list(itertools.takewhile(lambda status: status.phase is not Phase.promoting, run))
    after_that = next(run)
    return {
        "primary_after_each_advance": [status.routes.primary for status in until_promoting],
        "phase_after_next": name(Phase.promoting),
        "phase_after_that": name(after_that.phase),
        "final_primary": after_that.routes.primary,
        "final_canary": after_that.routes.canary,
    }


@rule
def canary_weights_before_promotion(analysis: Given) -> Given:
    run = run_of(read_plan(analysis))
    next(run)  # the tick of detection shifts nothing
    return {
        "weights": [
            status.routes.canary
            for status in itertools.takewhile(lambda status: status.phase is not Phase.promoting, run)
        ]
    }


def until_success(plan: flagger.Plan) -> list[flagger.Status]:
    return some_advances(plan, flagger.ticks_to_success(plan) or 0)


@rule
def phase_sequence(analysis: Given, provider: str) -> Given:
    statuses = until_success(read_plan(analysis, provider))
    return {"phase_canary_weight": [[name(status.phase), status.canary_weight] for status in statuses]}


@rule
def phase_sequence_bluegreen(analysis: Given, provider: str) -> Given:
    return {"phases": [name(status.phase) for status in until_success(read_plan(analysis, provider))]}


@rule
def mirror_sequence(analysis: Given, provider: str) -> Given:
    return {
        "routes_after_detection": [routes(it) for it in some_advances(read_plan(analysis, provider), 3)[1:]]
    }


@rule
def ab_first_routes(analysis: Given, provider: str) -> Given:
    _, status = some_advances(read_plan(analysis, provider), 2)
    return dict(zip(("primary", "canary", "mirrored"), routes(status), strict=True))


@rule
def new_revision_mid_analysis(analysis: Given, before: Given) -> Given:
    status = flagger.Status(phase=Phase.progressing, routes=flagger.Routes(**before), canary_up=True)
    after = one_advance(read_plan(analysis), status, changed=True)
    return {
        **dict(zip(("primary", "canary", "mirrored"), routes(after), strict=True)),
        "phase": name(after.phase),
        "failed_checks": after.failed_checks,
        "iterations": after.iterations,
    }


@rule
def promotion_primary_stuck(phase: str, routes: list[int]) -> Given:
    primary, canary = routes
    status = flagger.Status(
        phase=phase_of(phase), routes=flagger.Routes(primary=primary, canary=canary), canary_up=True
    )
    given_up = flagger.Readiness(ready=False, retriable=False)
    after = one_advance(flagger.Plan(step_weight=10), status, primary=given_up)
    return {
        "phase": name(after.phase),
        "primary": after.routes.primary,
        "canary": after.routes.canary,
        "canary_scaled_to_zero": not after.canary_up,
        "status_canary_weight": after.canary_weight,
    }


@rule
def rollback_on_failed_checks(threshold: int | None, failed_checks: int, phase: str) -> Given:
    status = flagger.Status(
        phase=phase_of(phase),
        failed_checks=failed_checks,
        routes=flagger.Routes(primary=90, canary=10),
        canary_up=True,
    )
    after = one_advance(flagger.Plan(step_weight=10, threshold=threshold or 0), status)
    return {"phase": name(after.phase), "primary": after.routes.primary, "canary": after.routes.canary}


@rule
def rollback_needed(threshold: int | None, failed_checks: int, retriable: bool) -> Given:
    plan = flagger.Plan(threshold=threshold or 0)
    return {"rollback": flagger.rollback_due(plan, failed_checks, retriable)}


@rule
def advance_trace(analysis: Given, provider: str, check_passes: list[bool] | None, advances: int) -> Given:
    plan = read_plan(analysis, provider)
    trace = []
    for status in itertools.islice(run_of(plan, check_passes), advances):
        seen = routes(status) if plan.routed else [None, None, status.routes.mirrored]
        trace.append([name(status.phase), *seen, status.failed_checks])
    return {"phase_primary_canary_mirrored_failed": trace}


@rule
def next_step_weight(analysis: Given, canary_weight: int) -> Given:
    return {"step": flagger.next_step_weight(read_plan(analysis), canary_weight)}


@rule
def max_weight(analysis: Given) -> Given:
    return {"value": flagger.max_weight(read_plan(analysis))}


@rule
def strategy(analysis: Given) -> Given:
    return {"strategy": KINDS[flagger.kind(read_plan(analysis))]}


@rule
def analysis_interval(interval: str | None) -> Given:
    try:
        given = go_seconds(interval) if interval else None
    except ValueError:
        given = None
    return {"seconds": flagger.analysis_interval(given)}


@rule
def deployment_ready(
    generation: int,
    observed_generation: int,
    spec_replicas: int | None,
    status_replicas: int,
    updated: int,
    available: int,
    progressing_reason: str | None,
    unavailable_for_s: float | None,
    deadline_s: float,
    ready_threshold: int,
) -> Given:
    workload = flagger.Workload(
        generation=generation,
        observed_generation=observed_generation,
        spec_replicas=spec_replicas,
        status_replicas=status_replicas,
        updated=updated,
        available=available,
        progressing=None if progressing_reason is None else REASONS[progressing_reason],
        unavailable_for=unavailable_for_s,
    )
    verdict = flagger.workload_readiness(workload, deadline_s, ready_threshold)
    return {"ready": verdict.ready, "retriable": verdict.retriable}


@rule
def metric_check(
    metric: str,
    value: float | None,
    min: float | None,
    max: float | None,
    threshold: float | None,
    unit: str,
) -> Given:
    text = passes_when(metric, min, max, threshold, whole=unit == "ms")
    steps = condition_steps(parse_condition(text))
    result = [] if value is None else [float(value)]
    return {"passes": _core.evaluate_condition(steps, result) is True}


@rule
def metric_usable(name: str, template: bool, query: bool) -> Given:
    return {"passes": usable(name, template=template, query=query)}


@rule
def promotion_min_time(
    interval_s: float,
    max_weight: int | None = None,
    step_weight: int | None = None,
    iterations: int | None = None,
) -> Given:
    plan = flagger.Plan(max_weight=max_weight or 0, step_weight=step_weight or 0, iterations=iterations or 0)
    return {"seconds": flagger.least_promotion_time(interval_s, plan)}


@rule
def rollback_time(interval_s: float, threshold: int | None) -> Given:
    return {"seconds": flagger.rollback_time(interval_s, flagger.Plan(threshold=threshold or 0))}


@rule
def defaults(object: str) -> Given:
    canary = _core.FlaggerParams()
    return {
        "Canary": {
            "progress_deadline_s": canary.progress_deadline,
            "analysis_interval_s": canary.interval,
            "min_analysis_interval_s": flagger.analysis_interval(0),
            "primary_ready_threshold": canary.primary_ready_threshold,
            "canary_ready_threshold": canary.canary_ready_threshold,
            "metric_interval": METRIC_INTERVAL,
            "threshold": flagger.threshold(canary.plan),
            "webhook_timeout_s": flagger.webhook_timeout,
            "webhook_ok_max_status": flagger.highest_passing_status,
        }
    }[object]


@rule
def webhook_passes(status: int) -> Given:
    return {"passes": flagger.webhook_passes(status)}
