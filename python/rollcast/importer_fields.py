"""Reads manifests field by field and writes the scenario language: what all parts of the importer share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rollcast import units
from rollcast.errors import Place, Problems, nearest, shown
from rollcast.yaml_source import Node

_NEVER = 2**31 - 1  # Kubernetes' "no deadline"

# Fields that cannot change a forecast, by the kind of mapping they stand in.
NO_INFLUENCE: dict[str, frozenset[str]] = {
    "object": frozenset({"apiVersion", "kind", "metadata", "status"}),
    "workload": frozenset({"analysis", "revisionHistoryLimit", "rollbackWindow", "selector"}),
    "canary": frozenset({"antiAffinity"}),
    "blueGreen": frozenset({"antiAffinity", "activeMetadata", "previewMetadata"}),
    "template": frozenset({"metadata"}),
    "around": frozenset({"unhealthyPodEvictionPolicy"}),
    "pod": frozenset(
        {
            "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases",
            "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "os", "restartPolicy",
            "runtimeClassName", "schedulerName", "securityContext", "serviceAccount", "serviceAccountName",
            "setHostnameAsFQDN", "shareProcessNamespace", "subdomain", "volumes",
        }
    ),
    "container": frozenset(
        {
            "args", "command", "env", "envFrom", "image", "imagePullPolicy", "name", "ports",
            "securityContext", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy",
            "tty", "volumeDevices", "volumeMounts", "workingDir",
        }
    ),
    "probe": frozenset({"exec", "grpc", "httpGet", "tcpSocket", "timeoutSeconds"}),
    "analysisTemplate": frozenset({"args", "measurementRetention"}),
    "prometheus": frozenset({"address", "authentication", "headers", "insecure", "timeout"}),
    "flagger": frozenset({"ingressRef", "metricsServer", "revertOnDeletion", "targetRef"}),
    "flaggerAnalysis": frozenset({"alerts"}),
    "flaggerService": frozenset(
        {
            "apex", "appProtocol", "canary", "corsPolicy", "delegation", "gatewayRefs", "gateways",
            "headers", "hosts", "match", "meshName", "name", "port", "portDiscovery", "portName", "primary",
            "rewrite", "targetPort",
        }
    ),
    "flaggerProvider": frozenset({"address", "headers", "insecureSkipVerify", "secretRef", "type"}),
    "awsService": frozenset(
        {
            "availabilityZoneRebalancing", "capacityProviderStrategy", "clientToken", "cluster", "clusterArn",
            "createdAt", "createdBy", "deployments", "enableECSManagedTags", "enableExecuteCommand", "events",
            "launchType", "loadBalancers", "networkConfiguration", "pendingCount", "placementConstraints",
            "placementStrategy", "platformFamily", "platformVersion", "propagateTags", "role", "roleArn",
            "runningCount", "serviceArn", "serviceRegistries", "status", "tags", "taskDefinition",
        }
    ),
    "awsConfig": frozenset({"createTime", "deploymentConfigId", "deploymentConfigName"}),
    "appspec": frozenset({"file_exists_behavior", "files", "os", "permissions", "version"}),
    "awsGroup": frozenset(
        {
            "applicationName", "autoScalingGroups", "deploymentGroupId", "deploymentGroupName",
            "deploymentStyle", "ec2TagFilters", "ec2TagSet", "ecsServices", "loadBalancerInfo",
            "serviceRoleArn", "tags", "targetRevision", "triggerConfigurations",
        }
    ),
    "cfnAlarm": frozenset(
        {
            "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "Dimensions",
            "InsufficientDataActions", "OKActions", "Tags", "Unit",
        }
    ),
    "cfnComposite": frozenset(
        {
            "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "InsufficientDataActions",
            "OKActions", "Tags",
        }
    ),
    "cfnOptions": frozenset(
        {
            "Capabilities", "ClientRequestToken", "NotificationARNs", "RoleARN", "StackName", "StackPolicy",
            "Tags", "TemplateBody", "TemplateURL",
        }
    ),
    "cfnAliasUpdate": frozenset({"ApplicationName"}),
    "cfnAlias": frozenset({"Description", "FunctionName", "FunctionVersion", "Name"}),
    "cfnNodes": frozenset(
        {
            "AmiType", "CapacityType", "ClusterName", "DiskSize", "InstanceTypes", "Labels", "LaunchTemplate",
            "NodeRole", "NodegroupName", "ReleaseVersion", "RemoteAccess", "Tags", "Taints", "Version",
        }
    ),
    "cfnNodeSizes": frozenset({"MaxSize", "MinSize"}),
    "cfnAppRunner": frozenset(
        {
            "EncryptionConfiguration", "InstanceConfiguration", "NetworkConfiguration",
            "ObservabilityConfiguration", "ServiceName", "SourceConfiguration", "Tags",
        }
    ),
    "cfnAppRunnerScaling": frozenset({"AutoScalingConfigurationName", "MaxConcurrency", "Tags"}),
    "cfnHealthCheck": frozenset({"Path", "Protocol", "Timeout"}),
    "refresh": frozenset({"AutoScalingGroupName", "DesiredConfiguration"}),
    "refreshConfiguration": frozenset({"LaunchTemplate", "MixedInstancesPolicy"}),
    "analysisReference": frozenset({"analysisRunMetadata", "measurementRetention"}),
    "experiment": frozenset({"analysisRunMetadata"}),
}  # fmt: skip


@dataclass(frozen=True)
class Unknown:
    """What cannot be known from the manifests; an error where it is read."""

    why: str
    """Empty: that was told already."""

    def __str__(self) -> str:
        return self.why


class Fields:
    """One mapping of a manifest, read field by field; finish() warns of those that nobody asked for.

    An absent mapping is false and has no fields. A wrong type is a problem, and then as if it were absent.
    """

    def __init__(self, node: Node | None, problems: Problems, kind: str = "") -> None:
        """``kind``: a key of NO_INFLUENCE."""
        if node is not None and not node.is_mapping:
            problems.error(f"expected a mapping, got {shown(node.value)}", node.place)
            node = None
        self._present = node is not None
        self._node = node or Node({}, Place())
        self._problems = problems
        self._asked = set(NO_INFLUENCE.get(kind, ()))

    def __bool__(self) -> bool:
        return self._present

    @property
    def place(self) -> Place:
        return self._node.place

    @property
    def name(self) -> str:
        """An object's name."""
        metadata = self._node.get("metadata")
        name = metadata.get("name") if metadata else None
        return str(name.value) if name else "unnamed"

    def keys(self) -> list[str]:
        """What stands there, be it empty."""
        return list(self._node.value)

    def key_place(self, key: str) -> Place:
        return self._node.key_place(key)

    def has(self, key: str) -> bool:
        """Whether there is such a key and it holds something."""
        return self._node.get(key) is not None

    def place_of(self, key: str) -> Place:
        """Where a key stands, or else the whole."""
        return self._node.key_place(key) if key in self._node.value else self._node.place

    def take(self, key: str) -> Node | None:
        self._asked.add(key)
        return self._known(self._node.get(key))

    def _known(self, node: Node | None) -> Node | None:
        if node is None or not isinstance(node.value, Unknown):
            return node
        if node.value.why:
            self._problems.error(node.value.why, node.place)
        return None

    def fields(self, key: str, kind: str = "") -> Fields:
        return Fields(self.take(key), self._problems, kind)

    def items(self, key: str) -> list[Node]:
        node = self.take(key)
        if node is None:
            return []
        if not node.is_list:
            self._problems.error(f"expected a list, got {shown(node.value)}", node.place)
            return []
        return [item for item in node.value if self._known(item) is not None]

    def mappings(self, key: str) -> list[Fields]:
        """A list of mappings."""
        return [Fields(item, self._problems) for item in self.items(key)]

    def text(self, key: str) -> str | None:
        node = self.take(key)
        if node is None or isinstance(node.value, str):
            return node.value if node else None
        self._problems.error(f"expected a text, got {shown(node.value)}", node.place)
        return None

    def named(self, key: str) -> str:
        """A text, or nothing at all as an empty one."""
        return self.text(key) or ""

    def whole(self, key: str, least: int = 0) -> Node | None:
        node = self.take(key)
        if node is None:
            return None
        if isinstance(node.value, bool) or not isinstance(node.value, int) or node.value < least:
            message = f"expected a whole number from {least} on, got {shown(node.value)}"
            self._problems.error(message, node.place)
            return None
        return node

    def seconds(self, key: str, least: int = 0) -> Node | None:
        """A whole number of seconds, as the scenario language writes it; Kubernetes' "never" is never."""
        node = self.whole(key, least)
        if node is None:
            return None
        return Node("never" if node.value == _NEVER else units.show_seconds(float(node.value)), node.place)

    def duration(self, key: str) -> Node | None:
        """As Go writes them: "30s" or "1h30m"."""
        node = self.take(key)
        try:
            if node is not None:
                units.go_seconds(node.value)
            return node
        except ValueError as error:
            self._problems.error(str(error), node.place if node else Place())
            return None

    def finish(self) -> None:
        for key in self._node.value:
            if key not in self._asked and self._node.get(key) is not None:
                hint = nearest(key, self._asked, cutoff=0.85)
                guess = f'; did you mean "{hint}"?' if hint else ""
                self._problems.warn(f"not modelled{guess}", self.key_place(key))


@dataclass
class Draft:
    """A mapping of the scenario language in the making; what is absent is left out."""

    place: Place
    value: dict[str, Node] = field(default_factory=dict)

    def put(self, key: str, value: Any, place: Place | None = None) -> None:
        """``place``: of a value that is no node and so has none."""
        if value is None:
            return
        self.value[key] = value.node() if isinstance(value, Draft) else to_node(value, place or self.place)

    def node(self) -> Node:
        return Node(self.value, self.place)


def to_node(value: Any, place: Place) -> Node:
    if isinstance(value, Node):
        return value
    if isinstance(value, list):
        return Node([to_node(item, place) for item in value], place)
    if isinstance(value, dict):
        return Node({key: to_node(item, place) for key, item in value.items()}, place)
    return Node(value, place)
