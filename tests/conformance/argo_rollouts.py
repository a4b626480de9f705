"""Argo Rollouts: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast._core import analysis, argo, kubernetes
from rollcast.importer import pause_seconds
from rules import Rules, amount

RULES = rule = Rules()

Given = dict[str, Any]

KINDS = {
    "CanaryBasic": argo.RolloutKind.basic_canary,
    "Canary": argo.RolloutKind.basic_canary,
    "CanaryRouted": argo.RolloutKind.routed_canary,
    "BlueGreen": argo.RolloutKind.blue_green,
}
ROLES = {
    "canary_step": argo.AnalysisRole.step,
    "canary_background": argo.AnalysisRole.background,
    "bluegreen_pre": argo.AnalysisRole.pre_promotion,
    "bluegreen_post": argo.AnalysisRole.post_promotion,
}
CONDITIONS = {
    None: analysis.ConditionValue.absent,
    "error": analysis.ConditionValue.error,
    False: analysis.ConditionValue.false,
    True: analysis.ConditionValue.true,
}


def read_amount(value: int | str | None) -> _core.Amount | None:
    return amount(value, bare_is_percent=True)


def read_phase(name: str) -> _core.AnalysisPhase:
    return _core.AnalysisPhase[name.lower()]


def replica_set(given: Given | None) -> kubernetes.ReplicaSet | None:
    return given and kubernetes.ReplicaSet(spec=given["spec"], available=given["available"])


def fenceposts(
    replicas: int, max_surge: Any, max_unavailable: Any, strategy: str = "Canary"
) -> kubernetes.Fenceposts:
    """A missing amount has its default, which resolve_fenceposts() knows nothing of."""
    default = _core.CanaryParams()
    surge = default.max_surge if max_surge is None else read_amount(max_surge)
    unavailable = default.max_unavailable if max_unavailable is None else read_amount(max_unavailable)
    return argo.limits(KINDS[strategy], replicas, surge, unavailable)


def counts(given: argo.Counts) -> Given:
    return {"canary": given.canary, "stable": given.stable}


def read_steps(given: list[Given]) -> list[Any]:
    def step(each: Given) -> Any:
        [(name, value)] = each.items()
        match name:
            case "set_weight":
                return _core.SetWeight(weight=value)
            case "pause_s":
                return _core.Pause(duration=value)
            case "set_canary_scale":
                return canary_scale(value)
            case "analysis":
                return _core.RunAnalysis()
        raise ValueError(f"unknown step {name}")

    return [step(each) for each in given]


def canary_scale(given: Given) -> _core.SetCanaryScale:
    return _core.SetCanaryScale(
        replicas=given.get("replicas"),
        weight=given.get("weight"),
        match_traffic_weight=given.get("match_traffic_weight", False),
    )


def read_threshold(given: Given | None) -> _core.Amount | None:
    return given and _core.Amount(value=given["value"], percent=given["type"] == "Percentage")


@rule
def canary_basic_counts(
    replicas: int,
    set_weight: int,
    max_weight: int,
    max_surge: Any,
    max_unavailable: Any,
    promote_full: bool,
    stable: Given | None,
    canary: Given | None,
    older: list[Given],
) -> Given:
    return counts(
        argo.basic_counts(
            replicas,
            max_weight if promote_full else set_weight,
            max_weight,
            fenceposts(replicas, max_surge, max_unavailable),
            replica_set(canary),
            replica_set(stable),
            sum(each["spec"] for each in older),
        )
    )


@rule
def canary_routed_counts(
    replicas: int,
    set_weight: int,
    max_weight: int,
    promote_full: bool,
    aborted: bool,
    abort_scale_down_delay_s: float | None,
    set_canary_scale: Given | None,
    min_pods_per_replica_set: int | None,
    dynamic_stable_scale: bool,
    weights: Given | None,
) -> Given:
    plan = [_core.SetWeight(weight=set_weight)]
    if set_canary_scale:
        plan.append(canary_scale(set_canary_scale))
    at = argo.CanaryPosition(
        step=len(plan) - 1,
        promoted=promote_full,
        aborted=aborted,
        keeps_scale=abort_scale_down_delay_s == 0,
    )
    wanted = argo.canary_replicas_or_weight(plan, at, True, max_weight)
    if dynamic_stable_scale:
        actual = weights and argo.RouterWeights(**weights)
        sizes = argo.dynamic_counts(replicas, wanted, max_weight, min_pods_per_replica_set, actual, aborted)
        return counts(sizes)
    return counts(argo.routed_counts(replicas, wanted, max_weight, min_pods_per_replica_set))


def weight_steps(step_weights: list[int]) -> list[_core.SetWeight]:
    return [_core.SetWeight(weight=weight) for weight in step_weights]


def abort_weight(
    replicas: int,
    step_weights: list[int],
    canary_available: int,
    stable_available: int,
    delay_s: float | None = None,
) -> int:
    delay = argo.abort_scale_down_delay(argo.RolloutKind.routed_canary, delay_s)
    return argo.abort_canary_weight(
        weight_steps(step_weights),
        replicas,
        100,
        delay.was_set and delay.delay is not None,
        canary_available,
        stable_available,
    )


@rule
def canary_routed_dynamic(
    replicas: int,
    step_weights: list[int],
    current_step: int,
    aborted: bool,
    weights: Given | None,
    canary: Given | None,
    stable: Given | None,
) -> Given:
    at = argo.CanaryPosition(step=current_step, aborted=aborted)
    if aborted and canary and stable:
        at.abort_weight = abort_weight(replicas, step_weights, canary["available"], stable["available"])
    wanted = argo.canary_replicas_or_weight(weight_steps(step_weights), at, True, 100)
    actual = weights and argo.RouterWeights(**weights)
    return counts(argo.dynamic_counts(replicas, wanted, 100, None, actual, aborted))


@rule
def abort_canary_weight(
    replicas: int,
    step_weights: list[int],
    abort_scale_down_delay_s: float | None,
    canary_available: int,
    stable_available: int,
) -> Given:
    available = (canary_available, stable_available)
    return {"weight": abort_weight(replicas, step_weights, *available, abort_scale_down_delay_s)}


@rule
def abort_traffic_weight(
    replicas: int,
    step_weights: list[int],
    canary_available: int,
    stable_available: int,
    current_canary_weight: int,
) -> Given:
    wanted = abort_weight(replicas, step_weights, canary_available, stable_available)
    weight = argo.abort_traffic_weight(replicas, 100, wanted, stable_available, current_canary_weight)
    return {"weight": weight}


@rule
def promote_full_weight(
    replicas: int, dynamic_stable_scale: bool, canary_available: int, current_canary_weight: int
) -> Given:
    weight = argo.promote_full_weight(
        replicas, 100, dynamic_stable_scale, canary_available, current_canary_weight
    )
    return {"weight": weight}


@rule
def approx_weight(replicas: int, weight: int, max_weight: int, max_surge: int) -> Given:
    return counts(argo.approximate_split(replicas, weight, max_weight, max_surge))


@rule
def weight_to_replicas(replicas: int, weight: int, max_weight: int) -> Given:
    return {"value": argo.weight_to_replicas(replicas, weight, max_weight)}


@rule
def replicas_available_for_weight(
    replicas: int, available: int, weight: int, max_weight: int, progress_threshold: Given | None
) -> Given:
    return {
        "available": argo.replicas_available_for_weight(
            replicas, available, weight, max_weight, read_threshold(progress_threshold)
        )
    }


@rule
def progress_threshold_met(
    threshold: Given | None, spec: int | None, available: int | None, desired: int
) -> Given:
    existing = None
    if available is not None:
        size = _core.CanaryParams().replicas if spec is None else spec
        existing = kubernetes.ReplicaSet(spec=size, available=available)
    return {"met": argo.progress_threshold_met(read_threshold(threshold), existing, desired)}


@rule
def at_desired_counts_basic(
    replicas: int, set_weight: int, max_surge: Any, max_unavailable: Any, canary: Given, stable: Given
) -> Given:
    limits = fenceposts(replicas, max_surge, max_unavailable)
    new, old = replica_set(canary), replica_set(stable)
    wanted = argo.basic_counts(replicas, set_weight, 100, limits, new, old, 0)
    met = argo.at_desired_counts(wanted, new, old, stable["status"], older_available=0, threshold=None)
    return {"at_desired": met}


@rule
def replicas_for_scale_down(spec: int | None, available: int | None, ignore_availability: bool) -> Given:
    existing = None if spec is None else kubernetes.ReplicaSet(spec=spec, available=available or 0)
    return {"value": argo.replicas_for_scale_down(existing, ignore_availability)}


@rule
def resolve_fenceposts(max_surge: Any, max_unavailable: Any, desired: int) -> Given:
    surge, unavailable = read_amount(max_surge), read_amount(max_unavailable)
    if surge is None or unavailable is None:
        return {"error": True, "surge": 0, "unavailable": 0}
    posts = kubernetes.resolve_fenceposts(surge, unavailable, desired)
    return {"error": False, "surge": posts.surge, "unavailable": posts.unavailable}


@rule
def max_surge(strategy: str, replicas: int, max_surge: Any, max_unavailable: Any) -> Given:
    return {"value": fenceposts(replicas, max_surge, max_unavailable, strategy).surge}


@rule
def max_unavailable(strategy: str, replicas: int, max_surge: Any, max_unavailable: Any) -> Given:
    return {"value": fenceposts(replicas, max_surge, max_unavailable, strategy).unavailable}


@rule
def bluegreen_new_rs_count(
    replicas: int,
    preview_replica_count: int | None,
    active: str | None,
    current_hash: str,
    new_hash: str,
    scale_up_preview_checkpoint: bool,
    promote_full: bool,
    paused: bool,
) -> Given:
    at = argo.BlueGreenPosition(
        has_active=active is not None,
        active_is_new=active == new_hash,
        template_seen=current_hash == new_hash,
        promote_full=promote_full,
        checkpoint=scale_up_preview_checkpoint,
        paused=paused,
    )
    return {"value": argo.new_rs_count(replicas, preview_replica_count, at)}


def pause_status(controller_pause: bool, pause_condition_age_s: float | None) -> argo.PauseStatus:
    """As it stands at time 0."""
    since = None if pause_condition_age_s is None else -pause_condition_age_s
    return argo.PauseStatus(by_controller=controller_pause, since=since)


@rule
def bluegreen_pause_completed(
    auto_promotion_enabled: bool | None,
    auto_promotion_s: float,
    checkpoint: bool,
    controller_pause: bool,
    pause_condition_age_s: float | None,
) -> Given:
    pause = pause_status(controller_pause, pause_condition_age_s)
    completed = argo.blue_green_pause_completed(
        auto_promotion_enabled, auto_promotion_s, checkpoint, pause, 0
    )
    return {"completed": completed}


@rule
def canary_pause_completed(
    duration_s: float | None, controller_pause: bool, pause_condition_age_s: float | None
) -> Given:
    pause = pause_status(controller_pause, pause_condition_age_s)
    return {"completed": argo.canary_pause_completed(duration_s, pause, 0)}


@rule
def pause_duration(duration: int | str | None) -> Given:
    """Argo goes on with -1 where it cannot read a duration; it is refused here."""
    try:
        return {"seconds": pause_seconds(duration)}
    except ValueError:
        return {"seconds": -1}


@rule
def bluegreen_reconcile_new_rs(
    replicas: int,
    new_spec: int,
    stable_available: int,
    aborted: bool,
    abort_scale_down_delay_s: float | None,
    deadline_set: bool,
    deadline_passed: bool,
) -> Given:
    deadline = (-1 if deadline_passed else 1) if deadline_set else None
    delay = argo.abort_scale_down_delay(argo.RolloutKind.blue_green, abort_scale_down_delay_s).delay
    size, _ = argo.reconcile_new_replica_set(
        replicas, new_spec, replicas, stable_available, aborted, delay, deadline, 0
    )
    return {"scaled": size != new_spec, "new_spec": size}


@rule
def scale_down_delay_limit(
    strategy: str, replicas: int, scale_down_delay_revision_limit: int | None, old_newest_first: list[Given]
) -> Given:
    kind = KINDS[strategy]
    after = argo.scale_down_retired(
        [
            argo.RetiredReplicaSet(spec=each["spec"], scale_down_at=each["deadline_in_s"])
            for each in old_newest_first
        ],
        scale_down_delay_revision_limit,
        argo.scale_down_delay(kind, None),
        replicas if kind is argo.RolloutKind.blue_green else None,
        0,
    )
    return {"spec": [each.spec for each in after]}


@rule
def scale_down_delay_default(strategy: str) -> Given:
    return {"seconds": argo.scale_down_delay(KINDS[strategy], None)}


@rule
def abort_scale_down_delay(strategy: str, value: float | None) -> Given:
    delay = argo.abort_scale_down_delay(KINDS[strategy], value)
    return {"seconds": delay.delay, "was_set": delay.was_set}


@rule
def current_set_weight(steps: list[Given], step_index: int, aborted: bool) -> Given:
    return {"weight": argo.current_set_weight(read_steps(steps), step_index, aborted, 100)}


@rule
def canary_replicas_or_weight(
    promote_full: bool, steps: list[Given], step_index: int | None, traffic_routed: bool
) -> Given:
    at = argo.CanaryPosition(step=step_index or 0, promoted=promote_full)
    wanted = argo.canary_replicas_or_weight(read_steps(steps), at, traffic_routed, 100)
    return {"replicas": wanted.replicas, "weight": wanted.weight}


@rule
def background_analysis_before_start(current_step: int, starting_step: int) -> Given:
    return {"before": argo.before_starting_step(current_step, starting_step)}


def read_metric(**given: Any) -> _core.Metric:
    """Missing limits take the struct's defaults."""
    seconds = {"interval_s": "interval", "initial_delay_s": "initial_delay"}
    return _core.Metric(**{seconds.get(key, key): value for key, value in given.items() if value is not None})


@rule
def metric_status(metric: Given, result: Given, terminating: bool) -> Given:
    counters = {
        key: read_phase(value) if key in ("last", "phase") else value
        for key, value in result.items()
        if value is not None
    }
    judged = analysis.metric_phase(read_metric(**metric), analysis.MetricResult(**counters), terminating)
    return {"phase": judged.name.capitalize()}


@rule
def measurement_phase(success_condition: bool | str | None, failure_condition: bool | str | None) -> Given:
    judged = analysis.measurement_phase(CONDITIONS[success_condition], CONDITIONS[failure_condition])
    return {"phase": judged.name.capitalize()}


@rule
def run_status(metric_phases: list[str], dry_run: list[bool], terminating: bool) -> Given:
    metrics = [
        analysis.JudgedMetric(phase=read_phase(name), dry_run=dry)
        for name, dry in zip(metric_phases, dry_run, strict=True)
    ]
    return {"phase": analysis.run_phase(metrics, terminating).name.capitalize()}


@rule
def take_measurement(
    interval_s: float | None,
    last_phase: str | None,
    last_finished_age_s: float | None = None,
    count_done: int = 0,
    count: int | None = None,
) -> Given:
    result = analysis.MetricResult(
        last=None if last_phase is None else read_phase(last_phase),
        last_finished=None if last_finished_age_s is None else -last_finished_age_s,
        count=count_done,
    )
    wanted = read_metric(interval_s=interval_s, count=count)
    if last_phase is None:
        return {"take": analysis.first_measurement_due(wanted, 0, 0)}
    return {"take": analysis.next_measurement_due(wanted, result, 0)}


@rule
def take_first_measurement(initial_delay_s: float | None, run_age_s: float | None) -> Given:
    started = None if run_age_s is None else -run_age_s
    return {"take": analysis.first_measurement_due(read_metric(initial_delay_s=initial_delay_s), started, 0)}


@rule
def effective_count(interval_s: float | None, count: int | None) -> Given:
    return {"value": analysis.effective_count(read_metric(interval_s=interval_s, count=count))}


@rule
def analysis_ttl_expired(phase: str, ttl_s: Given, completed_age_s: float) -> Given:
    ttl = analysis.Ttl(**{f"after_{key}": value for key, value in ttl_s.items()})
    return {"expired": analysis.analysis_ttl_expired(read_phase(phase), completed_age_s, ttl)}


@rule
def analysis_consequence(where: str, phase: str) -> Given:
    consequence = argo.analysis_consequence(ROLES[where], read_phase(phase))
    return {"action": consequence.name.removesuffix("_")}


@rule
def rollback_within_window(target_older_than_stable: bool, revisions_between: int, window: int) -> Given:
    return {"skip_steps": argo.rollback_within_window(target_older_than_stable, revisions_between, window)}


def error_retry_interval() -> float:
    """How long after an errored measurement the next one is due."""
    errored = analysis.MetricResult(last=_core.AnalysisPhase.error, last_finished=0)
    due = analysis.next_measurement_at(read_metric(interval_s=3600), errored)
    return round(due, 6)  # strictly later: a nanosecond


@rule
def defaults(object: str) -> Given:
    canary, blue_green, limits = _core.CanaryParams(), _core.BlueGreenParams(), _core.Metric()
    kind = argo.RolloutKind.blue_green
    return {
        "Rollout": {
            "replicas": canary.replicas,
            "revision_history_limit": argo.revision_history_limit,
            "max_surge": str(canary.max_surge),
            "max_unavailable": str(canary.max_unavailable),
            "progress_deadline_s": canary.progress_deadline,
            "scale_down_delay_s": argo.scale_down_delay(kind, blue_green.scale_down_delay),
            "abort_scale_down_delay_s": argo.abort_scale_down_delay(
                kind, blue_green.abort_scale_down_delay
            ).delay,
            "auto_promotion_enabled": argo.blue_green_pause_completed(
                blue_green.auto_promotion_enabled, 0, False, argo.PauseStatus(), 0
            ),
            "analysis_runs_successful_kept": argo.successful_analysis_runs_kept,
            "analysis_runs_unsuccessful_kept": argo.unsuccessful_analysis_runs_kept,
        },
        "Metric": {
            "consecutive_error_limit": limits.consecutive_error_limit,
            "failure_limit": limits.failure_limit,
            "inconclusive_limit": limits.inconclusive_limit,
            "consecutive_success_limit": limits.consecutive_success_limit,
            "error_retry_interval_s": error_retry_interval(),
            "measurements_kept": analysis.measurements_kept,
        },
    }[object]
