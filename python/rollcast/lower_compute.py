"""Strategies of Auto Scaling groups, EKS node groups and App Runner: to recipes of the engine."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast._core import cloudformation, eks
from rollcast.lower_autoscaling import core_budget
from rollcast.lower_aws import Analysis, AwsLowering
from rollcast.lowering import Lowering, take

Compute = (
    language.InstanceRefreshModel
    | language.AsgRollingModel
    | language.AsgReplacingModel
    | language.EksNodesModel
    | language.AppRunnerModel
)


def lower_compute(
    lowering: Lowering, body: Compute, replicas: int, analysis: Analysis, *path: str
) -> tuple[Any, Any]:
    """A class of recipes and its parameters. ``path``: where the strategy stands."""
    return _LOWERINGS[type(body)](lowering, body, replicas, analysis, path).lower()


class _Compute(AwsLowering):
    def lower(self) -> tuple[Any, Any]:
        raise NotImplementedError

    def _hosts(self) -> None:
        if self._lowering.model.fleet.start is None:
            message = "an instance is a host, and the start of a container is assumed: give fleet.start"
            self._lowering.warn(message, *self._path)


class _InstanceRefresh(_Compute):
    name = "instance_refresh"

    def lower(self) -> tuple[Any, Any]:
        body, params = self._body, _core.InstanceRefreshParams(replicas=self._replicas)
        self._hosts()
        take(params, body, "checkpoint_delay", "bake")
        if body.min_healthy is not None:
            params.min_healthy_percentage = body.min_healthy
        if body.max_healthy is not None:
            params.max_healthy_percentage = body.max_healthy
        params.warmup = body.warm_up or 0.0
        params.checkpoints, params.alarms = body.checkpoints, self._named("alarms")
        params.auto_rollback = body.auto_rollback
        if not body.checkpoints:
            self._refuse("checkpoint_delay", "needs checkpoints beside it")
        return _core.InstanceRefresh, params


class _Stack(_Compute):
    def _stack(self) -> Any:
        self._most("monitoring", cloudformation.longest_monitoring)
        body = self._body
        return _core.StackOptions(
            triggers=self._named("triggers"), monitoring=body.monitoring or 0.0, rollback=body.rollback
        )


class _Rolling(_Stack):
    name = "asg_rolling"

    def lower(self) -> tuple[Any, Any]:
        body, params = self._body, _core.AsgRollingParams(replicas=self._replicas, stack=self._stack())
        self._hosts()
        self._most("pause", cloudformation.longest_pause)
        if not body.wait_for_signals:
            self._refuse("min_successful_percent", "needs wait_for_signals: true beside it")
        elif body.pause is None:
            params.pause = cloudformation.pause_for_signals
        take(params, body, "max_size", "max_batch_size", "min_instances_in_service", "pause")
        take(params, body, "min_successful_percent", "min_active_percent")
        params.suspends_scaling = body.suspend_scaling
        params.waits_for_signals = body.wait_for_signals
        if not body.wait_for_signals:
            message = (
                "a batch is good when its processes run, whatever they answer: nothing waits for signals"
            )
            self._warn(message)
        return _core.AsgRolling, params


class _Replacing(_Stack):
    name = "asg_replacing"

    def lower(self) -> tuple[Any, Any]:
        body, params = self._body, _core.AsgReplacingParams(replicas=self._replicas, stack=self._stack())
        self._hosts()
        if body.signals is None:
            self._refuse("min_successful_percent timeout", "needs signals beside it")
            message = (
                "the new group is good when its processes run, whatever they answer: nobody waits for signals"
            )
            self._warn(message)
        else:
            signals = _core.CreationSignals(count=body.signals)
            take(signals, body, "min_successful_percent", "timeout")
            params.signals = signals
        return _core.AsgReplacing, params


class _EksNodes(_Compute):
    name = "eks_nodes"

    def lower(self) -> tuple[Any, Any]:
        body, params = self._body, _core.EksNodesParams(replicas=self._replicas)
        self._hosts()
        if isinstance(body.max_unavailable, str):
            percent = int(body.max_unavailable[:-1])
            params.max_unavailable = max(1, self._replicas * percent // 100)
        elif body.max_unavailable is not None:
            params.max_unavailable = body.max_unavailable
        params.zones = body.zones or self._lowering.model.fleet.zones or _core.Fleet().zones
        params.strategy = eks.UpdateStrategy[body.strategy]
        params.force = body.force
        if (budget := self._lowering.model.fleet.disruption_budget) is not None:
            params.disruption_budget = core_budget(budget)
        take(params, body, "unhealthy_after")
        return _core.EksNodes, params


class _AppRunner(_Compute):
    name = "app_runner"

    def lower(self) -> tuple[Any, Any]:
        params = _core.AppRunnerParams(replicas=self._replicas)
        take(params, self._body, "unhealthy_after")
        return _core.AppRunner, params


_LOWERINGS: dict[type[Any], type[_Compute]] = {
    language.InstanceRefreshModel: _InstanceRefresh,
    language.AsgRollingModel: _Rolling,
    language.AsgReplacingModel: _Replacing,
    language.EksNodesModel: _EksNodes,
    language.AppRunnerModel: _AppRunner,
}
