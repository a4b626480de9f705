"""How rollouts of servers, Auto Scaling groups, EKS node groups and App Runner go when all goes well."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

from rollcast import _core
from rollcast._core import cloudformation, codedeploy, eks, instance_refresh

Stretch = tuple[float, float]
"""For so many seconds the new version has this share of the traffic."""


def host_batches(params: Any) -> Iterator[tuple[int, float]]:
    """Of a deployment of CodeDeploy in place: hosts at a time, and how long they are watched after that."""
    minimum = codedeploy.minimum_hosts(params.minimum_healthy, params.replicas)
    zonal = params.zonal
    zones = 1 if zonal is None else min(params.zones, params.replicas)
    for zone in range(zones):
        left = params.replicas // zones + (zone < params.replicas % zones)
        at_once = params.replicas - minimum
        if zonal is not None:
            at_once = min(at_once, left - codedeploy.minimum_hosts(zonal.minimum_healthy, left))
        while left > 0:
            batch = min(max(1, at_once), left)
            left -= batch
            watched = codedeploy.watched_for(zonal, zone) if zonal and not left and zone + 1 < zones else 0.0
            yield batch, watched


def replacement_seconds(strategy: Any, start: float) -> float:
    """Until all of the new version is there that traffic shifts to."""
    if not isinstance(strategy, _core.CodeDeployBlueGreen):
        return start
    replicas, hosts = strategy.params.replicas, strategy.params.hosts
    at_once = max(1, replicas - codedeploy.minimum_hosts(hosts.minimum_healthy, replicas))
    return float(hosts.provisioning + math.ceil(replicas / at_once) * start)


def in_place_stretches(params: Any, start: float) -> Iterator[Stretch]:
    """Of a deployment of CodeDeploy in place."""
    done = 0
    for batch, watched in host_batches(params):
        yield start, done / params.replicas
        done += batch
        if watched > 0:
            yield watched, done / params.replicas


def compute_stretches(strategy: Any, start: float, leave: float) -> tuple[Stretch, ...]:
    """``strategy``: the recipe. ``start``, ``leave``: seconds until an instance is there, and is gone."""
    params = strategy.params
    if isinstance(strategy, _core.InstanceRefresh):
        return (*_refresh(params, start), (params.bake, 1.0))
    if isinstance(strategy, _core.AsgRolling):
        return (*_rolling(params, start), (leave, 1.0), (params.stack.monitoring, 1.0))
    if isinstance(strategy, _core.AsgReplacing):
        return ((start, 0.0), (params.stack.monitoring, 0.5), (leave, 1.0))
    if isinstance(strategy, _core.EksNodes):
        return _nodes(params, start, leave)
    return ((start, 0.0), (leave, 1.0))


def patience(strategy: Any) -> float:
    """How many seconds after the last progress the strategy gives up."""
    params = strategy.params
    if isinstance(strategy, _core.InstanceRefresh):
        return float(instance_refresh.stuck_retry)
    if isinstance(strategy, _core.AsgRolling):
        return float(params.pause if params.waits_for_signals else params.pause + 3600)
    if isinstance(strategy, _core.AsgReplacing):
        return 3600.0 if params.signals is None else float(params.signals.timeout)
    return float(params.unhealthy_after)


def _refresh(params: Any, start: float) -> list[Stretch]:
    plan = instance_refresh.RefreshPlan(
        instances=params.replicas,
        checkpoints=params.checkpoints,
        checkpoint_delay=params.checkpoint_delay,
        min_healthy_percentage=params.min_healthy_percentage,
        max_healthy_percentage=params.max_healthy_percentage,
        warmup=params.warmup + start,
    )
    steps = instance_refresh.timeline(plan)
    found: list[Stretch] = []
    replaced = 0
    for step, following in itertools.pairwise(steps):
        if step.event is instance_refresh.RefreshEvent.warm:
            replaced += step.instances
        found.append((following.at - step.at, replaced / params.replicas))
    return found


def _rolling(params: Any, start: float) -> list[Stretch]:
    limits = cloudformation.rolling_limits(
        params.replicas, params.max_size, params.max_batch_size, params.min_instances_in_service
    )
    lasts = start if params.waits_for_signals else max(start, params.pause)
    found: list[Stretch] = []
    replaced = 0
    while replaced < params.replicas:
        found.append((lasts, replaced / params.replicas))
        replaced += limits.surge if not found[1:] and limits.surge > 0 else limits.batch
    return found


def _nodes(params: Any, start: float, leave: float) -> tuple[Stretch, ...]:
    surge = (
        eks.scale_up_increment(params.zones, params.max_unavailable)
        if eks.launches_first(params.strategy)
        else 0
    )
    batches = math.ceil(params.replicas / params.max_unavailable)
    lasts = leave + eks.wait_after_cordon + (0.0 if surge else start)
    upgrade = ((lasts, (batch + 1) / batches) for batch in range(batches))
    return ((start, 0.0), *upgrade, (surge * leave, 1.0))
