"""ECS service definitions, and what CodeDeploy takes: configurations, groups and AppSpec files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rollcast.errors import Place, Problems, listed, nearest, shown
from rollcast.importer_appspec import AppSpec, is_appspec
from rollcast.importer_aws_scaling import translate_scaling
from rollcast.importer_fields import Draft, Fields
from rollcast.importer_refresh import is_refresh, translate_refresh
from rollcast.yaml_source import Node

# The key that tells what a document is, and the wrapper that the API puts around it when it is asked.
_KINDS = {
    "taskDefinition": "service",
    "deploymentGroupName": "group",  # and a platform, which configurations have, too
    "computePlatform": "config",
    "minimumHealthyHosts": "config",
    "trafficRoutingConfig": "config",
    "ScalingPolicies": "policies",
    "ScalableTargets": "targets",
}
_WRAPPERS = ("service", "deploymentConfigInfo", "deploymentGroupInfo")
_ROLLBACK_EVENTS = {
    "DEPLOYMENT_FAILURE": "failure",
    "DEPLOYMENT_STOP_ON_ALARM": "alarm",
    "DEPLOYMENT_STOP_ON_REQUEST": "request",
}
_DEPLOYMENTS = {"ROLLING": "rolling", "BLUE_GREEN": "blue-green", "LINEAR": "linear", "CANARY": "canary"}
AlarmAnalysis = Callable[[list[Node], str], str | None]
"""The name of an analysis that fails when one of these alarms goes off, if there is one.

The text says where an analysis of one's own would be named."""

_PLATFORMS = {"Server": "server", "ECS": "ecs", "Lambda": "lambda"}


def is_aws(document: Node) -> bool:
    """Whether it looks like one of these."""
    return is_refresh(document) or _kind(_unwrapped(document)) is not None


def translate_aws(documents: list[Node], problems: Problems) -> Node:
    """A service, a configuration and a group, or some of them, as a mapping of the scenario language."""
    if is_refresh(documents[0]):
        for other in documents[1:]:
            problems.error("expected one instance refresh, or a template beside it", other.place)
        out = Draft(documents[0].place)
        out.put("name", documents[0].value["AutoScalingGroupName"])
        out.put("strategy", translate_refresh(documents[0], problems))
        return out.node()
    found: dict[str, Fields] = {}
    appspec: AppSpec | None = None
    for document in map(_unwrapped, documents):
        kind = _kind(document)
        if kind is None:
            problems.error(
                "expected an ECS service, its scaling policies and targets, or a configuration, group or "
                "AppSpec file of CodeDeploy",
                document.place,
            )
        elif kind in found or (kind == "file of hooks" and appspec is not None):
            problems.error(f"there is a {kind} already: give one at a time", document.place)
        elif kind == "file of hooks":
            appspec = AppSpec(document, problems)
        else:
            found[kind] = Fields(document, problems, "aws" + kind.capitalize())
    return AwsFiles(found, problems, appspec).translate(documents[0])


def _unwrapped(document: Node) -> Node:
    if document.is_mapping and len(document.value) == 1:
        for wrapper in _WRAPPERS:
            if (inner := document.get(wrapper)) is not None and inner.is_mapping:
                return inner
    return document


def _kind(document: Node) -> str | None:
    if not document.is_mapping or "apiVersion" in document.value:
        return None
    if is_appspec(document):
        return "file of hooks"
    return next((kind for key, kind in _KINDS.items() if key in document.value), None)


class AwsFiles:
    """A service, a configuration and a group, by these words, or some of them."""

    def __init__(
        self,
        found: dict[str, Fields],
        problems: Problems,
        appspec: AppSpec | None = None,
        alarms: AlarmAnalysis | None = None,
    ) -> None:
        """``alarms``: makes an analysis of alarms, where it is known what they watch."""
        self._find_alarms = alarms
        self._appspec = appspec
        nothing = Fields(None, problems)
        self._service = found.get("service", nothing)
        self._config = found.get("config", nothing)
        self._group = found.get("group", nothing)
        self._policies = found.get("policies", nothing)
        self._targets = found.get("targets", nothing)
        self._problems = problems

    def translate(self, first: Node) -> Node:
        out, service = Draft(first.place), self._service
        fleet, strategy = Draft(service.place), Draft(first.place)
        by_codedeploy = bool(self._config or self._group or self._appspec)
        if service:
            out.put("name", service.take("serviceName"))
            fleet.put("replicas", service.whole("desiredCount", least=1))
            self._check_service(by_codedeploy)
            if self._policies or self._targets:
                fleet.put("autoscaling", translate_scaling(self._policies, self._targets, self._problems))
            out.put("fleet", fleet if fleet.value else None)
        elif self._group:
            out.put("name", self._group.take("deploymentGroupName"))
        if by_codedeploy:
            strategy.put("codedeploy", self._codedeploy())
            service.take("deploymentConfiguration")
        else:
            strategy.put("ecs", self._ecs(service.fields("deploymentConfiguration")))
        out.put("strategy", strategy)
        for fields in (service, self._config, self._group, self._policies, self._targets):
            fields.finish()
        return out.node()

    def _choose(self, fields: Fields, key: str, words: dict[str, str]) -> str | None:
        node = fields.take(key)
        if node is None:
            return None
        if isinstance(node.value, str) and node.value in words:
            return words[node.value]
        hint = nearest(node.value, words) if isinstance(node.value, str) else None
        self._problems.error(f"expected {listed(words)}, got {shown(node.value)}", node.place, hint)
        return None

    def _check_service(self, by_codedeploy: bool) -> None:
        controller = self._service.fields("deploymentController")
        kinds = {"ECS": "", "CODE_DEPLOY": "codedeploy", "EXTERNAL": "external"}
        kind = self._choose(controller, "type", kinds)
        if kind == "codedeploy" and not by_codedeploy:
            message = "the service is deployed by CodeDeploy: give its deployment configuration or group, too"
            self._problems.error(message, controller.place)
        elif kind == "external":
            self._problems.error("what an external controller does is not known", controller.place)
        if self._choose(self._service, "schedulingStrategy", {"REPLICA": "", "DAEMON": "daemon"}):
            place = self._service.key_place("schedulingStrategy")
            self._problems.error("not modelled: a daemon has as many tasks as there are hosts", place)

    # -- ECS

    def _ecs(self, fields: Fields) -> Draft:
        out = Draft(fields.place if fields else self._service.place)
        deployment = self._choose(fields, "strategy", _DEPLOYMENTS) or "rolling"
        out.put("deployment", deployment)
        if deployment == "rolling":
            out.put("minimum_healthy_percent", fields.whole("minimumHealthyPercent"))
            out.put("maximum_percent", fields.whole("maximumPercent"))
            out.put("circuit_breaker", self._breaker(fields.fields("deploymentCircuitBreaker")))
        else:
            for key in ("minimumHealthyPercent", "maximumPercent"):  # without effect
                fields.take(key)
            out.put("bake", _minutes(fields.whole("bakeTimeInMinutes")))
        for key, kind in (("linearConfiguration", "linear"), ("canaryConfiguration", "canary")):
            if not (shift := fields.fields(key)):
                continue
            if kind != deployment:
                self._problems.error(f"does not go with the strategy {deployment}", shift.place)
            word = "step" if kind == "linear" else "canary"
            out.put("percent", _percent(shift.take(f"{word}Percent")))
            out.put("step_bake", _minutes(shift.whole(f"{word}BakeTimeInMinutes")))
            shift.finish()
        alarms = fields.fields("alarms")
        if self._alarms(alarms, alarms.items("alarmNames"), "enable", "strategy.ecs", out):
            out.put("alarms_rollback", alarms.take("rollback"))
        fields.finish()
        return out

    def _breaker(self, fields: Fields) -> Draft | None:
        enabled = fields.take("enable")
        if enabled is None or enabled.value is not True:
            fields.take("rollback")
            return None
        out = Draft(fields.place)
        out.put("rollback", fields.take("rollback"))
        out.put("reset_on_healthy_task", fields.take("resetOnHealthyTask"))
        if threshold := fields.fields("thresholdConfiguration"):
            kinds = {"COUNT": "count", "BOUNDED_PERCENT": "bounded", "UNBOUNDED_PERCENT": "unbounded"}
            kind = self._choose(threshold, "type", kinds)
            value = threshold.whole("value", least=1)
            out.put("threshold", value if kind == "count" else _percent(value))
            if kind == "unbounded":
                out.put("bounded", False, threshold.place)
            threshold.finish()
        fields.finish()
        return out

    def _alarms(self, fields: Fields, names: list[Node], switch: str, where: str, out: Draft) -> bool:
        """Whether alarms watch the rollout, which `out` then says."""
        enabled = fields.take(switch)
        if enabled is None or enabled.value is not True:
            return False
        if self._find_alarms is None:
            message = (
                f"alarms are not read from here: describe them as an analysis and name it in {where}.alarms"
            )
            self._problems.warn(message, fields.place)
            return False
        if (analysis := self._find_alarms(names, f"{where}.alarms")) is None:
            return False
        out.put("alarms", analysis, fields.place)
        return True

    # -- CodeDeploy

    def _codedeploy(self) -> Draft:
        config, group = self._config, self._group
        out = Draft(next((each.place for each in (config, group, self._appspec) if each), Place()))
        platform = self._choose(config, "computePlatform", _PLATFORMS)
        out.put("platform", platform or self._choose(group, "computePlatform", _PLATFORMS))
        group.take("computePlatform")
        name = group.take("deploymentConfigName")
        if config:
            if name is not None and name.value != config.named("deploymentConfigName"):
                self._problems.error(
                    f"is not the configuration that was given, {shown(config.named('deploymentConfigName'))}",
                    name.place,
                )
            self._configuration(out)
        else:
            out.put("config", name)
        self._group_options(out)
        if self._appspec is not None:
            self._hooks(self._appspec, out)
        self._blue_green(out)
        return out

    def _hooks(self, appspec: AppSpec, out: Draft) -> None:
        said, own = out.value.get("platform"), _PLATFORMS.get(appspec.platform or "")
        if said is not None and own is not None and said.value != own:
            message = f"is for the platform {own}, and the deployment for {said.value}"
            self._problems.error(message, appspec.place)
        elif own is not None:
            out.put("platform", own, appspec.place)
            appspec.translate(out, self._group.has("loadBalancerInfo") if self._group else None)

    def _configuration(self, out: Draft) -> None:
        if hosts := self._config.fields("minimumHealthyHosts"):
            kinds = {"HOST_COUNT": "count", "FLEET_PERCENT": "percent", "MOST_CONCURRENCY": "at once"}
            kind, value = self._choose(hosts, "type", kinds), hosts.whole("value")
            if kind == "at once":
                out.put("config", "CodeDeployDefault.OneAtATime", hosts.place)
            else:
                out.put("minimum_healthy", value if kind == "count" else _percent(value))
            hosts.finish()
        out.put("zonal", self._zonal(self._config.fields("zonalConfig")))
        if routing := self._config.fields("trafficRoutingConfig"):
            types = {"AllAtOnce": "", "TimeBasedCanary": "canary", "TimeBasedLinear": "linear"}
            kind = self._choose(routing, "type", types)
            if kind:
                step = routing.fields(f"timeBased{kind.capitalize()}")
                body = Draft(step.place if step else routing.place)
                body.put("percent", step.whole(f"{kind}Percentage"))
                body.put("every", _minutes(step.whole(f"{kind}Interval")))
                step.finish()
                out.put(kind, body)
            routing.finish()

    def _zonal(self, zonal: Fields) -> Draft | None:
        if not zonal:
            return None
        out = Draft(zonal.place)
        out.put("monitor", zonal.seconds("monitorDurationInSeconds"))
        out.put("first_zone_monitor", zonal.seconds("firstZoneMonitorDurationInSeconds"))
        if hosts := zonal.fields("minimumHealthyHostsPerZone"):
            kind = self._choose(hosts, "type", {"HOST_COUNT": "count", "FLEET_PERCENT": "percent"})
            value = hosts.whole("value")
            out.put("minimum_healthy", value if kind == "count" else _percent(value))
            hosts.finish()
        zonal.finish()
        return out

    def _group_options(self, out: Draft) -> None:
        group = self._group
        alarms = group.fields("alarmConfiguration")
        names = [name for alarm in alarms.mappings("alarms") if (name := alarm.take("name")) is not None]
        if self._alarms(alarms, names, "enabled", "strategy.codedeploy", out):
            out.put("ignore_poll_failure", alarms.take("ignorePollAlarmFailure"))
        rollback = group.fields("autoRollbackConfiguration")
        enabled = rollback.take("enabled")
        events = rollback.items("events")
        if enabled is not None and enabled.value is True:
            known = [node for node in events if str(node.value) in _ROLLBACK_EVENTS]
            for node in events:
                if node not in known:
                    message = f"expected {listed(_ROLLBACK_EVENTS)}, got {shown(node.value)}"
                    self._problems.error(message, node.place)
            ends: list[Any] = [Node(_ROLLBACK_EVENTS[node.value], node.place) for node in known]
            out.put("rollback_on", ends or None)
        rollback.finish()

    def _blue_green(self, out: Draft) -> None:
        """Servers only read it where they are deployed to so."""
        servers = self._is_for_servers(out)
        kind = self._group.fields("deploymentStyle").take("deploymentType")
        style = self._group.fields("blueGreenDeploymentConfiguration")
        if servers and (kind is None or kind.value != "BLUE_GREEN"):
            return
        ready = style.fields("deploymentReadyOption")
        wait = _minutes(ready.whole("waitTimeInMinutes"))
        if self._choose(ready, "actionOnTimeout", {"CONTINUE_DEPLOYMENT": "", "STOP_DEPLOYMENT": "stop"}):
            out.put("ready_wait", wait or "0s", ready.place)
        ending = style.fields("terminateBlueInstancesOnDeploymentSuccess")
        lives_on = _minutes(ending.whole("terminationWaitTimeInMinutes"))
        keeps = self._choose(ending, "action", {"TERMINATE": "", "KEEP_ALIVE": "keep"})
        if servers:
            replacement = Draft(style.place if style or kind is None else kind.place)
            provisioning = style.fields("greenFleetProvisioningOption")
            words = {"COPY_AUTO_SCALING_GROUP": "", "DISCOVER_EXISTING": "there"}
            if self._choose(provisioning, "action", words):
                replacement.put("provisioning", "0s", provisioning.place)
            provisioning.finish()
            replacement.put("keep_original", True if keeps else None, ending.place)
            out.put("blue_green", replacement)
        elif keeps:
            self._problems.warn("not modelled: the original instances end", ending.place)
        out.put("termination_wait", None if servers and keeps else lives_on)
        for fields in (ready, ending, style):
            fields.finish()

    def _is_for_servers(self, out: Draft) -> bool:
        if (said := out.value.get("platform")) is not None:
            return bool(said.value == "server")
        config = out.value.get("config")
        name = str(config.value) if config is not None else ""
        return not any(f".{platform}" in name for platform in _PLATFORMS)


def _minutes(node: Node | None) -> Node | None:
    return None if node is None else Node(f"{node.value}m", node.place)


def _percent(node: Node | None) -> Node | None:
    is_number = node is not None and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return Node(f"{node.value:g}%", node.place) if node is not None and is_number else node
