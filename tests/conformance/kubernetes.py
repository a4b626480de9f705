"""Kubernetes: one function for each kind of case."""

from __future__ import annotations

import itertools
from typing import Any

from rollcast import _core
from rollcast._core import kubernetes, lifecycle
from rules import Rules, amount

RULES = rule = Rules()

Given = dict[str, Any]

TYPES = {
    "RollingUpdate": _core.DeploymentType.rolling_update,
    "Recreate": _core.DeploymentType.recreate,
}
REASONS = {
    "": kubernetes.ProgressReason.replica_set_updated,
    "NewReplicaSetCreated": kubernetes.ProgressReason.new_replica_set_created,
    "FoundNewReplicaSet": kubernetes.ProgressReason.found_new_replica_set,
    "ReplicaSetUpdated": kubernetes.ProgressReason.replica_set_updated,
    "NewReplicaSetAvailable": kubernetes.ProgressReason.new_replica_set_available,
    "ProgressDeadlineExceeded": kubernetes.ProgressReason.progress_deadline_exceeded,
    "DeploymentPaused": kubernetes.ProgressReason.deployment_paused,
    "DeploymentResumed": kubernetes.ProgressReason.deployment_resumed,
}
REASON_NAMES = {reason: name for name, reason in REASONS.items() if name}
NOT_TRUE = {
    kubernetes.ProgressReason.progress_deadline_exceeded: "False",
    kubernetes.ProgressReason.deployment_paused: "Unknown",
    kubernetes.ProgressReason.deployment_resumed: "Unknown",
}
"""What the condition Progressing is for these reasons."""


def replica_set(given: Given) -> kubernetes.ReplicaSet:
    return kubernetes.ReplicaSet(spec=given["spec"], available=given.get("available", 0))


def replica_sets(given: list[Given]) -> list[kubernetes.ReplicaSet]:
    return [replica_set(each) for each in given]


def sizes(sets: list[kubernetes.ReplicaSet]) -> list[int]:
    return [each.spec for each in sets]


def limits(
    replicas: int | None,
    max_surge: int | str | None,
    max_unavailable: int | str | None,
    strategy: str = "RollingUpdate",
) -> kubernetes.Fenceposts:
    return kubernetes.limits(TYPES[strategy], replicas or 0, amount(max_surge), amount(max_unavailable))


def status(given: Given) -> kubernetes.Status:
    return kubernetes.Status(**given)


def condition(reason: str | None, age_s: float | None) -> kubernetes.ProgressCondition | None:
    """As it stands at time 0."""
    if reason is None:
        return None
    return kubernetes.ProgressCondition(reason=REASONS[reason], last_update=-(age_s or 0))


@rule
def int_or_percent(value: int | str, total: int, round_up: bool) -> Given:
    read = amount(value)
    if read is None:
        return {"error": True}
    rounding = _core.Rounding.up if round_up else _core.Rounding.down
    return {"error": False, "value": _core.resolve(read, total, rounding)}


@rule
def resolve_fenceposts(max_surge: Any, max_unavailable: Any, desired: int) -> Given:
    surge, unavailable = amount(max_surge), amount(max_unavailable)
    if surge is None or unavailable is None:
        return {"error": True, "surge": 0, "unavailable": 0}
    posts = kubernetes.resolve_fenceposts(surge, unavailable, desired)
    return {"error": False, "surge": posts.surge, "unavailable": posts.unavailable}


@rule
def max_unavailable(strategy: str, replicas: int | None, max_surge: Any, max_unavailable: Any) -> Given:
    return {"value": limits(replicas, max_surge, max_unavailable, strategy).unavailable}


@rule
def new_rs_replicas(
    strategy: str,
    replicas: int,
    max_surge: Any,
    max_unavailable: Any,
    all_rs_spec_total: int,
    new_rs_spec: int,
) -> Given:
    surge = limits(replicas, max_surge, max_unavailable, strategy).surge
    wanted = kubernetes.new_rs_replicas(TYPES[strategy], replicas, surge, all_rs_spec_total, new_rs_spec)
    return {"new_rs_spec": wanted}


@rule
def reconcile_new_replica_set(
    replicas: int, max_surge: Any, max_unavailable: Any, old_spec: int, new_spec: int
) -> Given:
    surge = limits(replicas, max_surge, max_unavailable).surge
    kind = _core.DeploymentType.rolling_update
    size = kubernetes.reconcile_new_replica_set(kind, replicas, surge, old_spec + new_spec, new_spec)
    return {"scaled": size != new_spec, "new_spec": size}


@rule
def reconcile_old_replica_sets(
    replicas: int, max_surge: Any, max_unavailable: Any, old: list[Given], new: Given
) -> Given:
    taken, after = kubernetes.reconcile_old_replica_sets(
        replicas, limits(replicas, max_surge, max_unavailable), replica_sets(old), replica_set(new)
    )
    return {"scaled": taken > 0, "old_spec": sizes(after)}


@rule
def max_scaled_down(
    replicas: int, max_surge: Any, max_unavailable: Any, all_spec_total: int, new_rs_unavailable: int
) -> Given:
    unavailable = limits(replicas, max_surge, max_unavailable).unavailable
    most = kubernetes.max_scaled_down(replicas, unavailable, all_spec_total, new_rs_unavailable)
    return {"max_scaled_down": most}


@rule
def cleanup_unhealthy(old: list[Given], max_cleanup: int) -> Given:
    taken, after = kubernetes.cleanup_unhealthy(replica_sets(old), max_cleanup)
    return {"cleaned": taken, "old_spec": sizes(after)}


@rule
def scale_down_old(
    replicas: int, max_surge: Any, max_unavailable: Any, old: list[Given], new: Given
) -> Given:
    unavailable = limits(replicas, max_surge, max_unavailable).unavailable
    taken, after = kubernetes.scale_down_old(replicas, unavailable, replica_sets(old), replica_set(new))
    return {"scaled": taken > 0, "old_spec": sizes(after)}


def rolling_syncs(replicas: int, max_surge: Any, max_unavailable: Any) -> list[tuple[int, int]]:
    """(old, new) sizes at first and after each sync that scaled; between two syncs all pods settle."""
    posts = limits(replicas, max_surge, max_unavailable)
    trace = [(replicas, 0)]
    exists = False
    while True:
        old, new = (kubernetes.ReplicaSet(spec=size, available=size) for size in trace[-1])
        scaled, [old], new = kubernetes.reconcile_rolling_update(replicas, posts, [old], new, exists)
        if exists and not scaled:
            return trace
        exists = True
        if (old.spec, new.spec) != trace[-1]:
            trace.append((old.spec, new.spec))


@rule
def rolling_trace(replicas: int, max_surge: Any, max_unavailable: Any, model: str) -> Given:
    if model != "one_sync_then_all_pods_settle":
        raise ValueError(f"unknown model {model}")
    return {"old_new_spec_after_each_sync": rolling_syncs(replicas, max_surge, max_unavailable)[1:]}


@rule
def rolling_first_moves(replicas: int, max_surge: Any, max_unavailable: Any) -> Given:
    trace = rolling_syncs(replicas, max_surge, max_unavailable)
    moves = []
    for (old_before, new_before), (old, new) in itertools.pairwise(trace):
        moves += [["new", new - new_before]] * (new != new_before)
        moves += [["old", old - old_before]] * (old != old_before)
    return {"moves": moves}


@rule
def deployment_complete(replicas: int, status_replicas: int, updated: int, available: int) -> Given:
    seen = kubernetes.Status(replicas=status_replicas, updated=updated, available=available)
    return {"complete": kubernetes.deployment_complete(replicas, seen)}


@rule
def deployment_progressing(before: Given, after: Given) -> Given:
    return {"progressing": kubernetes.deployment_progressing(status(before), status(after))}


@rule
def deployment_timed_out(
    progress_deadline_s: float | None, since_last_update_s: float | None, condition_reason: str | None
) -> Given:
    at = condition(condition_reason, since_last_update_s)
    return {"timed_out": kubernetes.deployment_timed_out(progress_deadline_s, at, 0)}


@rule
def requeue_stuck_after(
    progress_deadline_s: float | None,
    replicas: int,
    status_replicas: int,
    updated: int,
    available: int,
    condition_reason: str | None,
    since_last_update_s: float | None,
) -> Given:
    seen = kubernetes.Status(replicas=status_replicas, updated=updated, available=available)
    complete = kubernetes.deployment_complete(replicas, seen)
    at = condition(condition_reason, since_last_update_s)
    after = kubernetes.requeue_stuck_after(progress_deadline_s, complete, at, 0)
    return {"requeue_after_s": -1 if after is None else after}


@rule
def sync_rollout_status(
    progress_deadline_s: float | None,
    replicas: int,
    before: Given,
    old_reason: str | None,
    since_last_update_over_deadline: bool,
    replica_sets: list[Given],
    new_index: int | None,
) -> Given:
    age = (progress_deadline_s or 0) + 1 if since_last_update_over_deadline else 0
    after = kubernetes.Status(
        replicas=sum(each["status_replicas"] for each in replica_sets),
        updated=0 if new_index is None else replica_sets[new_index]["status_replicas"],
        available=sum(each["available"] for each in replica_sets),
    )
    synced = kubernetes.sync_rollout_status(
        progress_deadline_s, replicas, status(before), after, condition(old_reason, age), 0
    )
    if synced is None:
        return {"condition": None}
    return {
        "condition": "Progressing",
        "status": NOT_TRUE.get(synced.reason, "True"),
        "reason": REASON_NAMES[synced.reason],
    }


@rule
def proportional_scale(
    replicas: int | None, max_surge: Any, max_unavailable: Any, replica_sets: list[Given]
) -> Given:
    oldest_first = sorted(range(len(replica_sets)), key=lambda i: replica_sets[i]["created_rank"])
    after = kubernetes.scale(
        replicas or 0,
        limits(replicas, max_surge, max_unavailable).surge,
        [
            kubernetes.SizedReplicaSet(
                spec=each["spec"],
                available=each["available"],
                is_new=each["is_new"],
                desired=each["desired_annotation"],
                most=each["max_annotation"],
            )
            for each in map(replica_sets.__getitem__, oldest_first)
        ],
    )
    return {"spec": [after[oldest_first.index(i)] for i in range(len(replica_sets))]}


def expired_history(old: list[Given], limit: int | None) -> list[int]:
    return kubernetes.expired_history(
        [
            kubernetes.OldReplicaSet(
                spec=each["spec"],
                status_replicas=each.get("status_replicas", 0),
                revision=each.get("revision") or 0,
            )
            for each in old
        ],
        limit,
    )


@rule
def history_cleanup(old: list[Given], revision_history_limit: int | None) -> Given:
    return {"deleted": len(expired_history(old, revision_history_limit))}


@rule
def history_cleanup_order(old_by_creation: list[Given], revision_history_limit: int | None) -> Given:
    return {"deleted_index": expired_history(old_by_creation, revision_history_limit)}


@rule
def recreate_old_pods_running(old: list[Given], old_pod_phases: list[str]) -> Given:
    unfinished = sum(phase not in ("Succeeded", "Failed") for phase in old_pod_phases)
    return {"running": kubernetes.old_pods_running(sum(each["status_replicas"] for each in old), unfinished)}


@rule
def pod_available(ready: bool, ready_for_s: float, min_ready_seconds: float) -> Given:
    return {"available": lifecycle.is_available(ready, ready_for_s, min_ready_seconds)}


@rule
def probe_sequence(
    type: str, initial_delay_s: float, success_threshold: int, failure_threshold: int, probes: list[str]
) -> Given:
    settings = _core.Probe(
        initial_delay=initial_delay_s,
        success_threshold=success_threshold,
        failure_threshold=failure_threshold,
    )
    worker = lifecycle.Prober(lifecycle.ProbeKind[type])
    states, runs, holds = [], [], []
    for probe in probes:
        worker.observe(settings, initial_delay_s, probe == "Success")
        states.append(worker.state.name.capitalize())
        runs.append(worker.run)
        holds.append(worker.on_hold)
    return {"states": states, "result_run": runs, "on_hold": holds}


@rule
def probe_initial(
    type: str, initial_delay_s: float, running_for_s: float, next_probe: str | None = None
) -> Given:
    worker = lifecycle.Prober(lifecycle.ProbeKind[type])
    if next_probe:
        worker.observe(_core.Probe(initial_delay=initial_delay_s), running_for_s, next_probe == "Success")
    return {"state": worker.state.name.capitalize()}


def backoff_limits(initial_s: float, max_s: float) -> _core.Backoff:
    """An entry is forgotten after twice the longest wait."""
    return _core.Backoff(initial=initial_s, most=max_s, reset_after=2 * max_s)


@rule
def backoff_values(initial_s: float, max_s: float, step_s: float, calls: int) -> Given:
    entry, waits = lifecycle.RestartBackoff(), backoff_limits(initial_s, max_s)
    values = []
    for now in (call * step_s for call in range(calls)):
        # Merely to read the value forgets nothing.
        values.append(entry.wait(waits, now if entry.updated is None else entry.updated))
        entry.next(waits, now, now)
    return {"before_each_next_s": values}


@rule
def backoff_timeline(initial_s: float, max_s: float, rule: str, ticks_s: list[float]) -> Given:
    if rule != "next_when_not_in_backoff":
        raise ValueError(f"unknown rule {rule}")
    entry, waits = lifecycle.RestartBackoff(), backoff_limits(initial_s, max_s)
    waiting = []
    for now in ticks_s:
        waiting.append(entry.updated is not None and now - entry.updated < entry.wait(waits, now))
        if not waiting[-1]:
            entry.next(waits, now, now)
    return {"in_backoff": waiting}


@rule
def crash_loop_delays(initial_s: float, max_s: float, reset_after_s: float, run_s: list[float]) -> Given:
    entry = lifecycle.RestartBackoff()
    waits = _core.Backoff(initial=initial_s, most=max_s, reset_after=reset_after_s)
    delays, started = [], 0.0
    for ran in run_s:
        finished = started + ran
        delays.append(entry.wait(waits, finished))
        started = finished + delays[-1]
        entry.next(waits, finished, started)
    return {"delay_before_restart_s": delays}


@rule
def stop_grace(deletion_grace_s: float | None, pod_grace_s: float, prestop_s: float) -> Given:
    grace = pod_grace_s if deletion_grace_s is None else deletion_grace_s
    return {"term_to_kill_s": lifecycle.term_to_kill(grace, prestop_s)}


@rule
def pod_delete_order(a: Given, a_colocated_rank: int, b: Given, b_colocated_rank: int) -> Given:
    def rank(pod: Given, colocated: int) -> lifecycle.DeletionRank:
        return lifecycle.DeletionRank(
            assigned=pod["assigned"],
            phase=lifecycle.PodPhase[pod["phase"].lower()],
            ready=pod["ready"],
            deletion_cost=pod["deletion_cost"],
            colocated=colocated,
            ready_for=None if pod["ready_for_h"] is None else 3600 * pod["ready_for_h"],
            restarts=pod["restarts"],
            age=None if pod["age_h"] is None else 3600 * pod["age_h"],
        )

    first, second = rank(a, a_colocated_rank), rank(b, b_colocated_rank)
    if lifecycle.deleted_before(first, second):
        return {"first": "a"}
    return {"first": "b" if lifecycle.deleted_before(second, first) else None}


@rule
def defaults(object: str) -> Given:
    deployment, fleet, probe, wait = _core.RollingParams(), _core.Fleet(), _core.Probe(), _core.Backoff()
    return {
        "Deployment": {
            "replicas": deployment.replicas,
            "strategy": {kind: name for name, kind in TYPES.items()}[deployment.type],
            "max_surge": str(deployment.max_surge),
            "max_unavailable": str(deployment.max_unavailable),
            "revision_history_limit": kubernetes.revision_history_limit,
            "progress_deadline_s": deployment.progress_deadline,
            "min_ready_s": fleet.min_ready,
        },
        "Probe": {
            "timeout_s": lifecycle.probe_timeout,
            "period_s": probe.period,
            "success_threshold": probe.success_threshold,
            "failure_threshold": probe.failure_threshold,
            "initial_delay_s": probe.initial_delay,
        },
        "Pod": {"termination_grace_s": fleet.grace},
        "ContainerRestartBackoff": {"initial_s": wait.initial, "max_s": wait.most},
    }[object]
