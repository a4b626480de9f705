"""CloudFormation templates: the one resource that a rollout is about, in the scenario language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from rollcast._core import cloudformation
from rollcast.errors import Place, Problems, listed, nearest, shown
from rollcast.importer_alarms import ALARM_TYPES, Alarms
from rollcast.importer_appspec import AppSpec, is_appspec
from rollcast.importer_aws import AwsFiles
from rollcast.importer_aws_scaling import ECS_DIMENSION, OF_ECS, OF_GROUP, Kind, autoscaling
from rollcast.importer_fields import Draft, Fields, Unknown
from rollcast.importer_refresh import is_refresh, translate_refresh
from rollcast.importer_template import Reference, Template, is_template, typed
from rollcast.units import show_seconds
from rollcast.yaml_source import Node

_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_SERVICE = "AWS::ECS::Service"
_ALIAS = "AWS::Lambda::Alias"
_DEPLOYMENT_GROUP = "AWS::CodeDeploy::DeploymentGroup"
_DEPLOYMENT_CONFIG = "AWS::CodeDeploy::DeploymentConfig"
_NODES = "AWS::EKS::Nodegroup"
_APP_RUNNER = "AWS::AppRunner::Service"
_APP_RUNNER_SCALING = "AWS::AppRunner::AutoScalingConfiguration"
_ROLLED_OUT = (_GROUP, _SERVICE, _ALIAS, _DEPLOYMENT_GROUP, _NODES, _APP_RUNNER)
# What fights with a rollout.
_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_TARGET_POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
_GROUP_POLICY = "AWS::AutoScaling::ScalingPolicy"
_SCALING = (_TARGET, _TARGET_POLICY, _GROUP_POLICY, "AWS::AutoScaling::ScheduledAction")
_TYPES = dict.fromkeys([*_ROLLED_OUT, *_SCALING, *ALARM_TYPES, _DEPLOYMENT_CONFIG, _APP_RUNNER_SCALING], "")
_OPTIONS = (
    "RollbackConfiguration",
    "RollbackTriggers",
    "MonitoringTimeInMinutes",
    "ParameterKey",
    "DisableRollback",
)
# Processes of a group that go on here whatever is suspended, and those that there are none of.
_SUSPENDED_WITH_EFFECT = ("AddToLoadBalancer", "HealthCheck", "ReplaceUnhealthy")
_SUSPENDED_WITHOUT = ("AZRebalance", "InstanceRefresh", "ScheduledActions")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MOST_TRIGGERS = 5


def is_stack(documents: list[Node]) -> bool:
    """Whether a template is among them."""
    return any(map(is_template, documents))


def translate_stack(
    documents: list[Node], problems: Problems, values: Mapping[str, str], resource: str | None
) -> Node:
    """A template, and what an operation on its stack says beside it, as a mapping of the scenario language.

    ``values``: of parameters, which win. ``resource``: the one that is rolled out, by its name in the
    template, where there are several.
    """
    template: Node | None = None
    options = _Options(problems)
    for document in documents:
        if not is_template(document):
            options.read(document)
        elif template is None:
            template = document
        else:
            problems.error("there is a template already: give one at a time", document.place)
    assert template is not None
    return _Stack(
        Template(template, {**options.parameters, **values}, problems), options, problems
    ).translate(resource)


class _Options:
    """What goes with a template: parameters, rollback configuration, an AppSpec file, an instance refresh."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self.parameters: dict[str, str] = {}
        self.triggers: list[Node] = []
        self.monitoring: Node | None = None
        self.rollback: Node | None = None
        self.appspec: AppSpec | None = None
        self.refresh: Node | None = None

    def read(self, document: Node) -> None:
        if is_appspec(document):
            self.appspec = AppSpec(document, self._problems)
            return
        if is_refresh(document):
            self.refresh = document
            return
        if document.is_list and all(item.get("ParameterKey") is not None for item in document.value):
            self._parameters(document)
            return
        known = ("Parameters", *_OPTIONS)
        if not document.is_mapping or not any(key in document.value for key in known):
            message = "expected a template, its parameters or a rollback configuration"
            self._problems.error(message, document.place)
            return
        fields = Fields(typed(document), self._problems, "cfnOptions")
        parameters = document.get("Parameters")
        fields.take("Parameters")
        if parameters is not None:
            self._parameters(parameters)
        inner = fields.fields("RollbackConfiguration")
        for source in (fields, inner):
            self.triggers += source.items("RollbackTriggers")
            self.monitoring = source.whole("MonitoringTimeInMinutes") or self.monitoring
        disable = fields.take("DisableRollback")
        if disable is not None and disable.value is True:
            self.rollback = Node(False, disable.place)
        if len(self.triggers) > _MOST_TRIGGERS:
            message = f"expected at most {_MOST_TRIGGERS} rollback triggers, got {len(self.triggers)}"
            self._problems.error(message, self.triggers[0].place)
        inner.finish()
        fields.finish()

    def _parameters(self, node: Node) -> None:
        if node.is_mapping:
            self.parameters |= {key: str(child.value) for key, child in node.value.items()}
            return
        for item in node.value if node.is_list else [node]:
            key, value = item.get("ParameterKey"), item.get("ParameterValue")
            if key is None:
                self._problems.error("expected a ParameterKey and a ParameterValue", item.place)
            elif value is not None:
                self.parameters[str(key.value)] = str(value.value)


class _Stack:
    def __init__(self, template: Template, options: _Options, problems: Problems) -> None:
        self._problems = problems
        self._options = options
        self._place = template.place
        self._resources = template.resources(_TYPES)
        self._types = {name: str(node.value["Type"].value) for name, node in self._resources.items()}
        self._alarms = Alarms(
            {name: typed(node) for name, node in self._resources.items()}, self._types, problems
        )

    def translate(self, chosen: str | None) -> Node:
        name = self._choose(chosen)
        out = Draft(self._place)
        if name is None:
            return out.node()
        translators: dict[str, Callable[[str, Draft], Draft | None]] = {
            _GROUP: self._auto_scaling,
            _SERVICE: self._service,
            _ALIAS: self._alias,
            _DEPLOYMENT_GROUP: self._servers,
            _NODES: self._nodes,
            _APP_RUNNER: self._app_runner,
        }
        out.put("name", name, self._resources[name].place)
        strategy = translators[self._types[name]](name, out)
        self._put(out, "autoscaling", self._autoscaling(name))
        if strategy is not None:
            out.put("strategy", self._triggered(strategy) if self._types[name] != _GROUP else strategy)
        if self._alarms.made:
            out.put("analyses", Node(dict(self._alarms.made), self._place))
        return out.node()

    # -- which resource

    def _choose(self, chosen: str | None) -> str | None:
        found = [name for name in self._types if self._is_rolled_out(name)]
        if chosen is not None:
            if chosen in found:
                return chosen
            hint = nearest(chosen, found)
            said = f"there is no resource {shown(chosen)} that is rolled out"
            self._problems.error(f"{said}; there is {listed(found, 'and') or 'none'}", self._place, hint)
            return None
        if len(found) == 1:
            return found[0]
        if found:
            said = f"expected one resource that is rolled out, found {listed(found, 'and')}"
            self._problems.error(f"{said}: import one with --resource", self._resources[found[1]].place)
        elif not self._problems.errors:
            self._nothing()
        return None

    def _nothing(self) -> None:
        for name, kind in self._types.items():
            if kind == _GROUP:
                message = f"{name} has no UpdatePolicy: an update of the stack replaces none of its instances"
                self._problems.error(message, self._resources[name].place)
            elif kind == _ALIAS:
                message = f"{name} has no CodeDeployLambdaAliasUpdate: all of its traffic moves at once"
                self._problems.error(message, self._resources[name].place)
        if not self._problems.errors:
            message = f"the template has no resource that is rolled out: {listed(_ROLLED_OUT)}"
            self._problems.error(message, self._place)

    def _is_rolled_out(self, name: str) -> bool:
        kind = self._types[name]
        policy = self._resources[name].get("UpdatePolicy")
        if self._options.refresh is not None:
            return kind == _GROUP
        if kind == _GROUP:
            words = ("AutoScalingRollingUpdate", "AutoScalingReplacingUpdate")
            return policy is not None and any(policy.get(word) is not None for word in words)
        if kind == _ALIAS:
            return policy is not None and policy.get("CodeDeployLambdaAliasUpdate") is not None
        if kind == _DEPLOYMENT_GROUP:
            return self._platform(name) == "Server"
        return kind in _ROLLED_OUT

    def _platform(self, group: str) -> str:
        """Of a deployment group."""
        properties = self._properties(group)
        if properties.get("ECSServices") is not None:
            return "ECS"
        for name, kind in self._types.items():
            if kind == _ALIAS and self._alias_group(name) == group:
                return "Lambda"
        config = self._config_of(properties)
        if config is not None:
            said = self._properties(config).get("ComputePlatform")
            return str(said.value) if said is not None else "Server"
        called = properties.get("DeploymentConfigName")
        text = str(called.value) if called is not None else ""
        return next((kind for kind in ("ECS", "Lambda") if f".{kind}" in text), "Server")

    # -- parts

    def _properties(self, name: str) -> Node:
        node = self._resources[name].get("Properties")
        return node if node is not None and node.is_mapping else Node({}, self._resources[name].place)

    def _fields(self, name: str, kind: str) -> Fields:
        return Fields(typed(self._properties(name)), self._problems, kind)

    def _policies(self, name: str, key: str) -> Fields:
        node = self._resources[name].get(key)
        return Fields(None if node is None else typed(node), self._problems)

    def _referred(self, node: Node | None, kind: str) -> str | None:
        """The resource of a type that a node refers to, or names by the property that names it."""
        if node is None:
            return None
        value = node.value
        if isinstance(value, Reference):
            return value.resource if self._types.get(value.resource) == kind else None
        naming = kind.rpartition("::")[2] + "Name"
        for name in (name for name, each in self._types.items() if each == kind):
            said = self._properties(name).get(naming)
            if said is not None and isinstance(value, str) and said.value == value:
                return name
        return None

    def _config_of(self, group: Node) -> str | None:
        return self._referred(group.get("DeploymentConfigName"), _DEPLOYMENT_CONFIG)

    def _api(self, name: str, kind: str, **instead: Any) -> Fields:
        """The properties as the service's own API writes them. ``instead``: of what stands there."""
        node = _lowered(typed(self._properties(name)))
        value = {
            **node.value,
            **{key: Node(each, node.place) for key, each in instead.items() if each is not None},
        }
        return Fields(Node(value, node.place, keys=node.keys), self._problems, kind)

    def _called(self, name: str, key: str) -> str:
        """What a resource is called: its name in the template where AWS makes one up."""
        said = self._properties(name).get(key)
        return (
            str(said.value)
            if said is not None and isinstance(said.value, str) and "${" not in said.value
            else name
        )

    def _put(self, out: Draft, key: str, value: Node | Draft | None) -> None:
        """Into the fleet."""
        if value is None:
            return
        fleet = Draft(value.place, dict(out.value["fleet"].value) if "fleet" in out.value else {})
        fleet.put(key, value)
        out.put("fleet", fleet)

    # -- who changes sizes

    def _autoscaling(self, name: str) -> Draft | None:
        """Of what is rolled out. What scales something else, or in another way, is warned of."""
        kind = self._types[name]
        groups = [name] if kind == _GROUP else self._groups_of(name) if kind == _DEPLOYMENT_GROUP else []
        scaled: tuple[list[str], Draft | None] = ([], None)
        if kind == _SERVICE:
            scaled = self._scaled_service(name)
        elif len(groups) == 1:
            scaled = self._scaled_group(groups[0])
        for other, each in self._types.items():
            if each in _SCALING and other not in scaled[0]:
                self._problems.warn("not modelled", self._resources[other].place)
        return scaled[1]

    def _of_type(self, kind: str) -> list[str]:
        return [name for name, each in self._types.items() if each == kind]

    def _scaled_service(self, service: str) -> tuple[list[str], Draft | None]:
        """The resources that scale it, and what they make."""
        targets = [each for each in self._of_type(_TARGET) if self._scales(each, service)]
        if len(targets) != 1:
            return [], None
        policies = [
            each
            for each in self._of_type(_TARGET_POLICY)
            if self._referred(self._properties(each).get("ScalingTargetId"), _TARGET) == targets[0]
            or self._scales(each, service)
        ]
        if not policies:
            return [], None
        limits = self._fields(targets[0], "")
        sizes = limits.whole("MinCapacity"), limits.whole("MaxCapacity", least=1)
        return [*targets, *policies], self._tracked(OF_ECS, sizes, policies)

    def _scales(self, resource: str, service: str) -> bool:
        """Whether a target, or a policy that says so by itself, is of this service."""
        properties = self._properties(resource)
        dimension, named = properties.get("ScalableDimension"), properties.get("ResourceId")
        if dimension is None or dimension.value != ECS_DIMENSION or named is None:
            return False
        if isinstance(named.value, Unknown):  # in part, as a rule: the cluster
            return len(self._of_type(_SERVICE)) == 1
        last = str(named.value).rpartition("/")[2]
        return last in (self._called(service, "ServiceName"), "${" + service + ".Name}")

    def _scaled_group(self, group: str) -> tuple[list[str], Draft | None]:
        """The same of an Auto Scaling group."""
        policies = [
            each
            for each in self._of_type(_GROUP_POLICY)
            if self._referred(self._properties(each).get("AutoScalingGroupName"), _GROUP) == group
        ]
        if not policies:
            return [], None
        sizes = self._fields(group, "")
        limits = sizes.whole("MinSize"), sizes.whole("MaxSize", least=1)
        made = self._tracked(OF_GROUP, limits, policies)
        if made is not None:
            message = (
                "is followed as an ECS service's policy is: its warm-up is the cooldown after scaling out, "
                "and nothing is scaled in while a rollout goes on"
            )
            self._problems.warn(message, self._resources[policies[0]].place)
        return policies, made

    def _tracked(
        self, kind: Kind, limits: tuple[Node | None, Node | None], policies: list[str]
    ) -> Draft | None:
        found = [self._fields(each, "") for each in policies]
        return autoscaling(kind, limits, found, self._resources[policies[0]].place, self._problems)

    # -- ECS and CodeDeploy

    def _service(self, name: str, out: Draft) -> Draft | None:
        service = self._api(name, "awsService", serviceName=self._called(name, "ServiceName"))
        group = next(
            (
                each
                for each, kind in self._types.items()
                if kind == _DEPLOYMENT_GROUP and self._deploys(each, name)
            ),
            None,
        )
        return self._from_files(out, service=service, **self._deployment(group, "ECS"))

    def _deploys(self, group: str, service: str) -> bool:
        services = self._properties(group).get("ECSServices")
        for item in services.value if services is not None and services.is_list else []:
            said = item.get("ServiceName")
            if said is None:
                continue
            value = said.value
            if isinstance(value, Reference):
                if value.resource == service:
                    return True
            elif str(value) in (self._called(service, "ServiceName"), "${" + service + ".Name}"):
                return True
        return False

    def _deployment(self, group: str | None, platform: str) -> dict[str, Fields]:
        """A deployment group and its configuration, as the importer of CodeDeploy's files takes them."""
        if group is None:
            return {}
        config = self._config_of(self._properties(group))
        found: dict[str, Fields] = {}
        instead: dict[str, Any] = {
            "computePlatform": platform,
            "deploymentGroupName": self._called(group, "DeploymentGroupName"),
        }
        if config is not None:
            called = self._called(config, "DeploymentConfigName")
            instead["deploymentConfigName"] = called
            found["config"] = self._api(config, "awsConfig", deploymentConfigName=called)
        found["group"] = self._api(group, "awsGroup", **instead)
        return found

    def _from_files(self, out: Draft, **found: Fields) -> Draft | None:
        made = AwsFiles(found, self._problems, self._options.appspec, self._alarms.analysis).translate(
            out.node()
        )
        for key in ("name", "fleet"):
            out.put(key, made.get(key))
        strategy = made.get("strategy")
        return Draft(strategy.place, dict(strategy.value)) if strategy is not None else None

    def _servers(self, name: str, out: Draft) -> Draft | None:
        sizes = [size for group in self._groups_of(name) if (size := self._size(group)) is not None]
        strategy = self._from_files(out, **self._deployment(name, "Server"))
        if sizes:
            self._put(out, "replicas", Node(sum(size.value for size in sizes), sizes[0].place))
        body = strategy.value.get("codedeploy") if strategy is not None else None
        if body is not None and body.get("zonal") is not None:
            self._put(out, "zones", self._zones(name))
        return strategy

    def _groups_of(self, deployment_group: str) -> list[str]:
        """The Auto Scaling groups that it deploys to."""
        groups = self._properties(deployment_group).get("AutoScalingGroups")
        items = groups.value if groups is not None and groups.is_list else []
        return [group for item in items if (group := self._referred(item, _GROUP)) is not None]

    def _zones(self, deployment_group: str) -> Node | None:
        """As many as its first group has subnets or zones."""
        for group in self._groups_of(deployment_group)[:1]:
            for key in ("AvailabilityZones", "VPCZoneIdentifier"):
                node = self._properties(group).get(key)
                if node is not None and node.is_list:
                    return Node(len(node.value), node.place)
        return None

    def _alias_group(self, alias: str) -> str | None:
        policy = self._resources[alias].get("UpdatePolicy")
        update = policy.get("CodeDeployLambdaAliasUpdate") if policy is not None else None
        return (
            self._referred(update.get("DeploymentGroupName"), _DEPLOYMENT_GROUP)
            if update is not None
            else None
        )

    def _alias(self, name: str, out: Draft) -> Draft | None:
        update = self._policies(name, "UpdatePolicy").fields("CodeDeployLambdaAliasUpdate", "cfnAliasUpdate")
        group = self._alias_group(name)
        if group is None:
            message = "expected a DeploymentGroupName of the template"
            self._problems.error(message, update.place_of("DeploymentGroupName"))
            return None
        for key, word in (
            ("BeforeAllowTrafficHook", "before_traffic"),
            ("AfterAllowTrafficHook", "after_traffic"),
        ):
            if (hook := update.take(key)) is not None:
                said = "what the hook checks is not known: describe it as an analysis"
                self._problems.warn(f"{said} and name it in strategy.codedeploy.{word}", hook.place)
        update.take("DeploymentGroupName")
        update.finish()
        fields = self._fields(name, "cfnAlias")
        provisioned = fields.fields("ProvisionedConcurrencyConfig")
        size = provisioned.whole("ProvisionedConcurrentExecutions", least=1)
        fields.finish()
        strategy = self._from_files(out, **self._deployment(group, "Lambda"))
        out.put("name", name)
        if size is not None:
            self._put(out, "replicas", size)
        return strategy

    # -- Auto Scaling groups

    def _size(self, group: str) -> Node | None:
        """Instances of an Auto Scaling group."""
        fields = self._fields(group, "cfnGroup")
        if fields.has("DesiredCapacity"):
            return fields.whole("DesiredCapacity", least=1)
        return fields.whole("MinSize", least=1)

    def _auto_scaling(self, name: str, out: Draft) -> Draft | None:
        self._put(out, "replicas", self._size(name))
        if self._options.refresh is not None:
            group = self._fields(name, "cfnGroup")
            return translate_refresh(self._options.refresh, self._problems, group, self._alarms.analysis)
        policies = self._policies(name, "UpdatePolicy")
        rolling = policies.fields("AutoScalingRollingUpdate")
        replacing = policies.fields("AutoScalingReplacingUpdate")
        policies.take("AutoScalingScheduledAction")  # keeps sizes, which a rollout does not change
        replace = replacing.take("WillReplace")
        replacing.finish()
        policies.finish()
        force = cloudformation.policy_in_force(replace is not None and replace.value is True, bool(rolling))
        strategy = Draft(policies.place)
        if force is cloudformation.UpdatePolicy.none:
            message = f"{name} replaces none of its instances: WillReplace is not true"
            self._problems.error(message, replacing.place)
            return None
        if force is cloudformation.UpdatePolicy.replacing_update:
            strategy.put("asg_replacing", self._replacing(name, replacing.place))
        else:
            strategy.put("asg_rolling", self._rolling(name, rolling))
        return strategy

    def _rolling(self, name: str, policy: Fields) -> Draft:
        out = Draft(policy.place)
        out.put("max_size", self._fields(name, "cfnGroup").whole("MaxSize", least=1))
        out.put("max_batch_size", policy.whole("MaxBatchSize", least=1))
        out.put("min_instances_in_service", policy.whole("MinInstancesInService"))
        out.put("pause", self._duration(policy, "PauseTime"))
        out.put("wait_for_signals", policy.take("WaitOnResourceSignals"))
        out.put("min_successful_percent", policy.whole("MinSuccessfulInstancesPercent"))
        out.put("min_active_percent", policy.whole("MinActiveInstancesPercent"))
        out.put("suspend_scaling", self._suspended(policy.items("SuspendProcesses")))
        policy.finish()
        self._stack(out, "asg_rolling")
        return out

    def _suspended(self, processes: list[Node]) -> Node | None:
        """Whether what scales a group is; what the engine does not know of has nothing to be suspended."""
        scaling = None
        for process in processes:
            name = process.value
            if name == "AlarmNotification":
                scaling = Node(True, process.place)
            elif name in ("Launch", "Terminate"):
                message = f"no instance can be replaced while {name} is suspended"
                self._problems.error(message, process.place)
            elif name in _SUSPENDED_WITH_EFFECT:
                self._problems.warn(f"not modelled: {name} goes on", process.place)
            elif name not in _SUSPENDED_WITHOUT:
                known = (
                    "AlarmNotification",
                    "Launch",
                    "Terminate",
                    *_SUSPENDED_WITH_EFFECT,
                    *_SUSPENDED_WITHOUT,
                )
                hint = nearest(name, known) if isinstance(name, str) else None
                self._problems.error(f"expected {listed(known)}, got {shown(name)}", process.place, hint)
        return scaling

    def _replacing(self, name: str, place: Place) -> Draft:
        out = Draft(place)
        creation = self._policies(name, "CreationPolicy")
        if signal := creation.fields("ResourceSignal"):
            out.put("signals", signal.whole("Count") or 1, signal.place)
            out.put("timeout", self._duration(signal, "Timeout"))
            signal.finish()
            scaling = creation.fields("AutoScalingCreationPolicy")
            out.put("min_successful_percent", scaling.whole("MinSuccessfulInstancesPercent"))
            scaling.finish()
        creation.finish()
        self._stack(out, "asg_replacing")
        return out

    def _duration(self, fields: Fields, key: str) -> Node | None:
        """ISO 8601, as the scenario language writes it."""
        node = fields.take(key)
        if node is None:
            return None
        match = _DURATION.fullmatch(node.value) if isinstance(node.value, str) else None
        if match is None or not any(match.groups()):
            self._problems.error(
                f"expected a duration such as PT5M or PT1H30M, got {shown(node.value)}", node.place
            )
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return Node(show_seconds(float(seconds + 60 * (minutes + 60 * (hours + 24 * days)))), node.place)

    # -- the operation

    def _trigger_analysis(self, where: str) -> str | None:
        arns = [arn for trigger in self._options.triggers if (arn := trigger.get("Arn")) is not None]
        return self._alarms.analysis(arns, where, "rollback_triggers") if arns else None

    def _monitoring(self) -> Node | None:
        given = self._options.monitoring
        return None if given is None else Node(f"{given.value}m", given.place)

    def _stack(self, out: Draft, word: str) -> None:
        out.put("triggers", self._trigger_analysis(f"strategy.{word}.triggers"))
        out.put("monitoring", self._monitoring())
        out.put("rollback", self._options.rollback)

    def _triggered(self, strategy: Draft) -> Draft:
        """Around what other services do: rollback triggers take it back until the monitoring time is over."""
        triggers = self._trigger_analysis("a strategy that is guarded")
        if triggers is None:
            return strategy
        guarded, out = Draft(strategy.place), Draft(strategy.place)
        guarded.put("strategy", strategy)
        guarded.put("analysis", triggers)
        guarded.put("bake", self._monitoring())
        out.put("guarded", guarded)
        return out

    # -- EKS and App Runner

    def _nodes(self, name: str, out: Draft) -> Draft:
        fields = self._fields(name, "cfnNodes")
        out.put("name", self._called(name, "NodegroupName"))
        scaling = fields.fields("ScalingConfig", "cfnNodeSizes")
        desired = scaling.whole("DesiredSize", least=1)
        self._put(out, "replicas", desired or scaling.whole("MinSize", least=1))
        scaling.finish()
        body = Draft(fields.place)
        update = fields.fields("UpdateConfig")
        count, share = (
            update.whole("MaxUnavailable", least=1),
            update.whole("MaxUnavailablePercentage", least=1),
        )
        if count is not None and share is not None:
            message = "expected MaxUnavailable or MaxUnavailablePercentage, got both"
            self._problems.error(message, share.place)
        body.put("max_unavailable", count if share is None else Node(f"{share.value}%", share.place))
        strategy = update.take("UpdateStrategy")
        if strategy is not None:
            body.put("strategy", Node(str(strategy.value).lower(), strategy.place))
        update.finish()
        subnets = fields.items("Subnets")
        if subnets:
            body.put("zones", len(subnets), subnets[0].place)
        body.put("force", fields.take("ForceUpdateEnabled"))
        fields.finish()
        out_strategy = Draft(fields.place)
        out_strategy.put("eks_nodes", body)
        return out_strategy

    def _app_runner(self, name: str, out: Draft) -> Draft:
        fields = self._fields(name, "cfnAppRunner")
        out.put("name", self._called(name, "ServiceName"))
        fleet = Draft(fields.place)
        scaling = self._referred(
            self._properties(name).get("AutoScalingConfigurationArn"), _APP_RUNNER_SCALING
        )
        fields.take("AutoScalingConfigurationArn")
        if scaling is not None:
            sizes = self._fields(scaling, "cfnAppRunnerScaling")
            fleet.put("replicas", sizes.whole("MinSize", least=1))
            sizes.take("MaxSize")
            sizes.finish()
        if check := fields.fields("HealthCheckConfiguration", "cfnHealthCheck"):
            probe = Draft(check.place)
            probe.put("period", check.seconds("Interval", least=1))
            probe.put("success_threshold", check.whole("HealthyThreshold", least=1))
            probe.put("failure_threshold", check.whole("UnhealthyThreshold", least=1))
            check.finish()
            fleet.put("readiness", probe)
        out.put("fleet", fleet if fleet.value else None)
        fields.finish()
        strategy = Draft(fields.place)
        strategy.put("app_runner", Node({}, fields.place))
        return strategy


def _lowered(node: Node) -> Node:
    """Keys as the API writes them: the first letter is small, or the first word where it is an acronym."""
    if node.is_list:
        return Node([_lowered(child) for child in node.value], node.place)
    if not node.is_mapping:
        return Node(
            Unknown("") if isinstance(node.value, Unknown) and not node.value.why else node.value, node.place
        )
    value = {_lower(key): _lowered(child) for key, child in node.value.items()}
    return Node(value, node.place, keys={_lower(key): place for key, place in node.keys.items()})


def _lower(key: str) -> str:
    if key.startswith("ECS"):
        return "ecs" + key[3:]
    return key[:1].lower() + key[1:]
