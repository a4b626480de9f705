"""AWS's strategies: from the scenario language to recipes of the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast._core import codedeploy, ecs
from rollcast.errors import listed, nearest
from rollcast.lowering import Default, Lowering, take
from rollcast.scenario_types import MOST
from rollcast.units import show_fraction, show_seconds

Analysis = Callable[..., int]
"""The number of an analysis: its name, and the path below the strategy of what names it."""

_PLATFORMS = {
    "server": codedeploy.Platform.server,
    "ecs": codedeploy.Platform.ecs,
    "lambda": codedeploy.Platform.lambda_,
}
_SHIFTINGS = {
    "blue-green": ecs.Shifting.blue_green,
    "linear": ecs.Shifting.linear,
    "canary": ecs.Shifting.canary,
}
_PREFIX = "CodeDeployDefault."
_REPLACEMENT = (
    Default(
        "provisioning", "first boot of EC2 hosts: one to two minutes (ADMIN 65/2021)", show_seconds, 120.0
    ),
    Default("registration", "an interval of an Application Load Balancer's health checks", show_seconds),
)


def lower_aws(
    lowering: Lowering,
    body: language.CodeDeployModel | language.EcsModel,
    replicas: int,
    analysis: Analysis,
    *path: str,
) -> tuple[Any, Any]:
    """A class of recipes and its parameters. ``path``: where the strategy stands."""
    if isinstance(body, language.CodeDeployModel):
        return _CodeDeploy(lowering, body, replicas, analysis, path).lower()
    return _Ecs(lowering, body, replicas, analysis, path).lower()


class AwsLowering:
    """What all of AWS's strategies are lowered with."""

    name = ""

    def __init__(
        self, lowering: Lowering, body: Any, replicas: int, analysis: Analysis, path: tuple[str, ...]
    ) -> None:
        self._path = (*path, self.name)
        self._lowering = lowering
        self._body = body
        self._replicas = replicas
        self._analysis = analysis

    def _error(self, message: str, *path: str | int, suggestion: str | None = None) -> None:
        self._lowering.error(message, *self._path, *path, suggestion=suggestion)

    def _warn(self, message: str, *path: str | int) -> None:
        self._lowering.warn(message, *self._path, *path)

    def _refuse(self, keys: str, why: str) -> None:
        for key in keys.split():
            if key in self._body.model_fields_set:
                self._error(why, key)

    def _most(self, key: str, limit: float) -> None:
        given = getattr(self._body, key)
        if given is not None and given > limit:
            self._error(f"expected at most {show_seconds(limit)}, got {show_seconds(given)}", key)

    def _named(self, key: str) -> int | None:
        given = getattr(self._body, key)
        return None if given is None else self._analysis(given, self.name, key)


class _CodeDeploy(AwsLowering):
    name = "codedeploy"

    def lower(self) -> tuple[Any, Any]:
        body = self._body
        given = [
            key for key in ("config", "minimum_healthy", "canary", "linear") if getattr(body, key) is not None
        ]
        if len(given) > 1:
            self._error(f"expected one of {listed(given)}, got {listed(given, 'and')}", given[1])
        if body.rollback_on and len(set(body.rollback_on)) < len(body.rollback_on):
            self._error("says the same twice", "rollback_on")
        platform = self._platform(given[0] if given else None)
        if platform is codedeploy.Platform.server:
            return self._servers()
        return _core.CodeDeployShift, self._traffic(platform)

    def _platform(self, given: str | None) -> codedeploy.Platform:
        """What is said, or what the configuration is for."""
        said = _PLATFORMS.get(self._body.platform or "")
        implied = None
        if given == "config":
            implied = self._config_platform()
        elif given == "minimum_healthy":
            implied = codedeploy.Platform.server
        elif given is not None and said is codedeploy.Platform.server:
            self._error("servers do not shift traffic by a clock: say blue_green", given)
        elif given is not None:
            implied = said or codedeploy.Platform.ecs
        if said is not None and implied is not None and said is not implied:
            self._error(f"is for {_words(implied)}, not for {_words(said)}", given or "platform")
        return implied or said or codedeploy.Platform.server

    def _config_name(self) -> str:
        return _PREFIX + str(self._body.config).removeprefix(_PREFIX)

    def _config_platform(self) -> codedeploy.Platform | None:
        name = self._config_name()
        servers, traffic = codedeploy.predefined_server_configs(), codedeploy.predefined_traffic_configs()
        if name in servers:
            return codedeploy.Platform.server
        if name in traffic:
            return traffic[name][0]
        message = "is no predefined configuration; a custom one is said by minimum_healthy, canary or linear"
        self._error(message, "config", suggestion=nearest(name, [*servers, *traffic]))
        return None

    def _common(self, params: Any) -> Any:
        params.replicas = self._replicas
        params.alarms = self._named("alarms")
        params.ignore_poll_failure = self._body.ignore_poll_failure
        params.rollback = codedeploy.AutoRollback(
            **{f"on_{end}": end in self._body.rollback_on for end in ("failure", "alarm", "request")}
        )
        return params

    def _servers(self) -> tuple[Any, Any]:
        if self._body.blue_green is None:
            return _core.CodeDeployInPlace, self._in_place()
        return _core.CodeDeployBlueGreen, self._blue_green(self._body.blue_green)

    def _in_place(self) -> Any:
        body, params = self._body, self._common(_core.CodeDeployInPlaceParams())
        keys = "before_traffic after_traffic ready_wait termination_wait"
        self._refuse(keys, "does not go with servers that are deployed to in place: say blue_green")
        params.minimum_healthy = self._minimum()
        if body.zonal is not None:
            params.zones = self._zones()
            params.zonal = self._zonal(body.zonal, params.zones)
        take(params, body, "attempt_timeout")
        return params

    def _zones(self) -> int:
        """Of the fleet, or of the fleet in every location."""
        model = self._lowering.model
        whole = model.fleet.zones or _core.Fleet().zones
        found = {location.zones or whole for location in model.locations} or {whole}
        if len(found) > 1:
            self._error("expected as many zones in every location", "zonal")
        return int(max(found))

    def _zonal(self, given: language.ZonalModel, zones: int) -> Any:
        config = codedeploy.ZonalConfig(first_zone_monitor=given.first_zone_monitor, monitor=given.monitor)
        if given.minimum_healthy is not None:
            config.minimum_healthy = self._hosts(given.minimum_healthy, "zonal", "minimum_healthy")
        if zones == 1:
            self._warn("the fleet has one zone, so there is no other to wait for: give fleet.zones", "zonal")
        smallest = max(self._replicas // zones, 1)
        minimum = codedeploy.minimum_hosts(config.minimum_healthy, smallest)
        self._warn_of_minimum(minimum, smallest, "hosts of a zone", "zonal", "minimum_healthy")
        return config

    def _blue_green(self, given: language.ReplacementModel) -> Any:
        body, params = self._body, self._common(_core.CodeDeployBlueGreenParams())
        self._refuse("zonal", "only goes with servers that are deployed to in place")
        hosts = _core.ReplacementHosts(minimum_healthy=self._minimum(), keeps_original=given.keep_original)
        self._lowering.fill(hosts, given, ".".join((*self._path, "blue_green")), _REPLACEMENT)
        take(hosts, body, "attempt_timeout")
        params.hosts = hosts
        if given.keep_original:
            self._refuse("termination_wait", "does not go with original hosts that are kept")
        self._waits(params)
        return params

    def _minimum(self) -> Any:
        """Of healthy hosts."""
        body, configs = self._body, codedeploy.predefined_server_configs()
        found = _core.CodeDeployInPlaceParams().minimum_healthy
        if body.config is not None and self._config_name() in configs:
            found = configs[self._config_name()][1]
        if body.minimum_healthy is not None:
            found = self._hosts(body.minimum_healthy, "minimum_healthy")
        minimum = codedeploy.minimum_hosts(found, self._replicas)
        self._warn_of_minimum(
            minimum, self._replicas, "hosts", "config" if body.config else "minimum_healthy"
        )
        return found

    def _hosts(self, given: str | int, *path: str) -> Any:
        """A minimum of them."""
        if isinstance(given, int):
            return codedeploy.MinimumHealthy(codedeploy.MinimumType.host_count, given)
        percent = int(given[:-1])
        if percent > 100:
            self._error(f"expected at most 100%, got {given}", *path)
        return codedeploy.MinimumHealthy(codedeploy.MinimumType.fleet_percent, percent)

    def _warn_of_minimum(self, minimum: int, hosts: int, what: str, *path: str) -> None:
        if minimum >= hosts:
            message = f"{minimum} of {hosts} {what} have to stay healthy, so the deployment fails at once"
            self._warn(message, *path)

    def _waits(self, params: Any) -> None:
        """Between the traffic's shifts and around them."""
        body = self._body
        self._most("termination_wait", codedeploy.longest_termination_wait)
        params.test, params.validate = self._named("before_traffic"), self._named("after_traffic")
        if body.ready_wait is not None:
            params.ready = codedeploy.ReadyOption(stop_on_timeout=True, wait=body.ready_wait)
        params.termination_wait = body.termination_wait or 0.0

    def _traffic(self, platform: codedeploy.Platform) -> Any:
        params = self._common(_core.CodeDeployShiftParams())
        self._refuse("attempt_timeout zonal blue_green", "only goes with servers")
        if platform is codedeploy.Platform.lambda_:
            self._refuse("ready_wait termination_wait", "does not go with a Lambda function")
        params.platform = platform
        params.config = self._traffic_config()
        self._waits(params)
        return params

    def _traffic_config(self) -> codedeploy.TrafficConfig:
        body, types = self._body, codedeploy.TrafficType
        for key, kind in (("canary", types.time_based_canary), ("linear", types.time_based_linear)):
            step = getattr(body, key)
            if step is None:
                continue
            config = codedeploy.TrafficConfig(type=kind, percent=step.percent, interval=step.every)
            longest = codedeploy.shifts(config)[-1].at
            if longest > codedeploy.longest_shift:
                limit = show_seconds(codedeploy.longest_shift)
                self._error(f"shifts for {show_seconds(longest)}, and CodeDeploy for {limit} at most", key)
            return config
        _, config = codedeploy.predefined_traffic_configs().get(
            self._config_name(), (None, codedeploy.TrafficConfig())
        )
        return config


class _Ecs(AwsLowering):
    name = "ecs"

    def lower(self) -> tuple[Any, Any]:
        if self._body.deployment == "rolling":
            return _core.EcsRolling, self._rolling()
        return _core.EcsShift, self._shift()

    def _rolling(self) -> Any:
        body, params = self._body, _core.EcsRollingParams(replicas=self._replicas)
        keys = "percent step_bake before_traffic after_traffic hook_timeout pause"
        self._refuse(keys, "does not go with deployment: rolling")
        for key in ("minimum_healthy_percent", "maximum_percent", "unhealthy_after"):
            if getattr(body, key) is not None:
                setattr(params, key, getattr(body, key))
        limits = ecs.bounds(self._replicas, params.minimum_healthy_percent, params.maximum_percent)
        if ecs.is_stuck(limits, self._replicas):
            message = (
                f"{limits.lower} tasks have to stay, and {limits.upper} may be there: nothing can ever move"
            )
            self._warn(message, "maximum_percent" if body.maximum_percent else "minimum_healthy_percent")
        if body.circuit_breaker is not None:
            params.circuit_breaker = self._breaker(body.circuit_breaker)
        if body.alarms is not None:
            params.alarms = _core.EcsAlarms(
                analysis=self._named("alarms") or 0, rollback=body.alarms_rollback, bake=body.bake or 0.0
            )
        else:
            self._refuse("alarms_rollback bake", "needs alarms beside it")
        return params

    def _breaker(self, given: language.CircuitBreakerModel) -> Any:
        threshold, kinds = ecs.BreakerThreshold(), ecs.ThresholdType
        if isinstance(given.threshold, int):
            threshold.type, threshold.value = kinds.count, given.threshold
        else:
            threshold.type = kinds.bounded_percent if given.bounded else kinds.unbounded_percent
            if given.threshold is not None:
                threshold.value = int(given.threshold[:-1])
        if not 1 <= threshold.value <= (MOST if threshold.type is kinds.count else 100):
            message = f"expected at least 1 task, or a percentage from 1% to 100%, got {given.threshold}"
            self._error(message, "circuit_breaker", "threshold")
        return _core.EcsCircuitBreaker(
            threshold=threshold, reset_on_healthy_task=given.reset_on_healthy_task, rollback=given.rollback
        )

    def _shift(self) -> Any:
        body = self._body
        params = _core.EcsShiftParams(replicas=self._replicas, shifting=_SHIFTINGS[body.deployment])
        keys = "minimum_healthy_percent maximum_percent circuit_breaker"
        self._refuse(keys, "only goes with deployment: rolling")
        if body.deployment == "blue-green":
            self._refuse("percent step_bake", "only goes with deployment: linear or canary")
        if body.percent is not None:
            least = ecs.least_linear_permille if body.deployment == "linear" else ecs.least_canary_permille
            params.percent = round(100 * body.percent, 6)
            if not ecs.is_valid_percent(params.percent, least):
                message = f"expected {show_fraction(least / 1000)} to 100% in tenths of a percent"
                self._error(f"{message}, got {show_fraction(body.percent)}", "percent")
        for key in ("step_bake", "bake"):
            self._most(key, ecs.longest_bake)
        params.step_bake, params.bake = body.step_bake, body.bake or 0.0
        params.test, params.validate = self._hook("before_traffic"), self._hook("after_traffic")
        if params.test is None and params.validate is None:
            self._refuse("hook_timeout", "needs before_traffic or after_traffic beside it")
        params.pause, params.alarms = body.pause, self._named("alarms")
        params.alarms_rollback = body.alarms_rollback
        if body.alarms is None:
            self._refuse("alarms_rollback", "needs alarms beside it")
        if body.unhealthy_after is not None:
            params.unhealthy_after = body.unhealthy_after
        return params

    def _hook(self, key: str) -> Any:
        analysis, timeout = self._named(key), self._body.hook_timeout
        if analysis is None:
            return None
        return _core.Hook(analysis=analysis, timeout=ecs.hook_timeout if timeout is None else timeout)


def _words(platform: codedeploy.Platform) -> str:
    return {"server": "servers", "ecs": "ECS", "lambda_": "Lambda"}[platform.name]
