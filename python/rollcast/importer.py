"""Manifests of Kubernetes, Argo Rollouts, Flagger and AWS, translated into the scenario language.

What a manifest says and the model does not know is named in a warning, never dropped silently. Only what
cannot change a forecast is passed over; `importer_fields.NO_INFLUENCE` lists it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike

from rollcast.errors import Place, Problems, listed, nearest, shown
from rollcast.importer_analyses import Analyses
from rollcast.importer_around import AROUND_KINDS, Around
from rollcast.importer_aws import is_aws, translate_aws
from rollcast.importer_cloudformation import is_stack, translate_stack
from rollcast.importer_fields import Draft, Fields
from rollcast.importer_flagger import Canaries
from rollcast.importer_pods import translate_pods
from rollcast.importer_strategy import Strategies
from rollcast.importer_template import is_template
from rollcast.units import pause_seconds
from rollcast.yaml_source import Node, read_file

__all__ = ["import_manifests", "is_manifest", "pause_seconds", "read_manifests", "translate"]

# Kinds of objects that a rollout's forecast does not depend on.
_IRRELEVANT_KINDS = frozenset(
    {
        "AlertProvider", "Certificate", "ClusterRole", "ClusterRoleBinding", "ConfigMap",
        "CustomResourceDefinition", "DestinationRule", "ExternalSecret", "GRPCRoute", "Gateway",
        "HTTPRoute", "Ingress", "IngressRoute", "Namespace", "PodMonitor", "PrometheusRule", "Role",
        "RoleBinding", "SealedSecret", "Secret", "Service", "ServiceAccount", "ServiceMonitor",
        "TraefikService", "TrafficSplit", "VirtualService",
    }
)  # fmt: skip
_TEMPLATE_KINDS = {"AnalysisTemplate": False, "ClusterAnalysisTemplate": True}
_WORKLOAD_KINDS = ("Canary", "Deployment", "Rollout")


def is_manifest(document: Node) -> bool:
    """Whether it looks like a Kubernetes object, or like one of AWS's."""
    if is_aws(document) or is_template(document):
        return True
    return document.is_mapping and "apiVersion" in document.value and "kind" in document.value


def read_manifests(paths: Iterable[PathLike[str] | str]) -> list[Node]:
    """The documents of several files."""
    return [document for path in paths for document in read_file(path)]


def import_manifests(
    paths: Iterable[PathLike[str] | str],
    parameters: Mapping[str, str] | None = None,
    resource: str | None = None,
) -> tuple[str, list[str]]:
    """Manifests as the text of a scenario, and warnings of what it leaves out.

    ``parameters``: values of a CloudFormation template's parameters, or of analysis arguments.
    ``resource``: which one of a template is rolled out, where there are several. Raises InputErrors.
    """
    from rollcast.importer_text import render

    return render(list(paths), parameters or {}, resource)


def translate(
    documents: list[Node],
    problems: Problems,
    args: Mapping[str, str] | None = None,
    resource: str | None = None,
) -> Node:
    """The manifests as a mapping of the scenario language: name, fleet, strategy, analyses.

    Each part knows its place in the manifest. ``args``: values of analysis arguments and of a template's
    parameters, which win. ``resource``: which one of a template is rolled out.
    """
    if is_stack(documents):
        return translate_stack(documents, problems, args or {}, resource)
    if resource is not None:
        problems.error("a resource is chosen in a CloudFormation template, and there is none here")
    if documents and is_aws(documents[0]):
        return translate_aws(documents, problems)
    return _Manifests(documents, problems).translate(args or {})


class _Manifests:
    """The objects of some manifests, by what they are for."""

    def __init__(self, documents: list[Node], problems: Problems) -> None:
        self._problems = problems
        self._place = Place(documents[0].place.file) if documents else Place()
        self._others: list[Fields] = []
        self._around: list[Fields] = []
        self._templates: dict[tuple[bool, str], Fields] = {}
        self._metric_templates: dict[str, Fields] = {}
        self._canaries: list[Fields] = []
        self._rollouts: list[Fields] = []
        self._deployments: list[Fields] = []
        for document in documents:
            self._sort(document)

    def _sort(self, document: Node) -> None:
        fields = Fields(document, self._problems, "object")
        if not fields:
            return
        kind = fields.text("kind")
        if kind is None:
            self._problems.error("expected a Kubernetes object, found no kind", document.place)
        elif kind == "List":
            for item in fields.items("items"):
                self._sort(item)
        elif kind in _TEMPLATE_KINDS:
            self._templates[_TEMPLATE_KINDS[kind], fields.name] = fields
        elif kind == "MetricTemplate":
            self._metric_templates[fields.name] = fields
        elif kind in _WORKLOAD_KINDS:
            lists = {"Canary": self._canaries, "Deployment": self._deployments, "Rollout": self._rollouts}
            lists[kind].append(fields)
        elif kind in AROUND_KINDS:
            self._around.append(fields)
        elif kind not in _IRRELEVANT_KINDS:
            self._others.append(fields)

    def translate(self, args: Mapping[str, str]) -> Node:
        workload = self._workload()
        if workload is None:
            return Node({}, self._place)
        for other in self._others:
            self._problems.warn(f"{other.text('kind')} {other.name} is not modelled", other.place)
        out = Draft(workload.place)
        out.put("name", workload.fields("metadata").take("name"))
        spec = self._target(workload) if workload in self._canaries else workload.fields("spec", "workload")
        if not spec:
            if not self._problems.errors:
                self._problems.error("expected a spec", workload.place)
            return out.node()
        analyses = Analyses(self._templates, args, workload, self._problems)
        strategies = Strategies(self._problems, analyses)
        fleet = Draft(spec.place)
        fleet.put("replicas", spec.take("replicas"))
        fleet.put("min_ready", spec.seconds("minReadySeconds"))
        template = self._pod_template(spec)
        translate_pods(template, fleet, self._problems)
        labels = template.fields("metadata").fields("labels")
        Around(self._around, self._problems).translate(self._scaled(workload), labels, fleet)
        out.put("fleet", fleet)
        made = analyses.made
        if workload in self._canaries:
            canaries = Canaries(self._metric_templates, self._problems)
            out.put("strategy", canaries.translate(workload, spec, "autoscaling" in fleet.value))
            made = canaries.analyses
        elif workload in self._rollouts:
            out.put("strategy", strategies.rollout(spec))
        else:
            out.put("strategy", strategies.deployment(spec))
        if (paused := spec.take("paused")) is not None and paused.value is True:
            self._problems.warn("is taken as false: a paused rollout does not move", paused.place)
        spec.finish()
        workload.finish()
        out.put("analyses", made or None)
        return out.node()

    def _workload(self) -> Fields | None:
        """The one object that is rolled out; none where there is a problem."""
        referred = {rollout.fields("spec").fields("workloadRef").named("name") for rollout in self._rollouts}
        referred |= {canary.fields("spec").fields("targetRef").named("name") for canary in self._canaries}
        deployments = [deployment for deployment in self._deployments if deployment.name not in referred]
        if self._canaries and not self._rollouts:  # what else is here, such as a load tester, stays as it is
            for other in deployments:
                self._problems.warn(f"Deployment {other.name} is not what the Canary is about", other.place)
            deployments = []
        found = [*self._canaries, *self._rollouts, *deployments]
        if len(found) == 1:
            return found[0]
        if found:
            names = listed((f"{fields.text('kind')} {fields.name}" for fields in found), "and")
            message = f"expected one Canary, Deployment or Rollout, found {names}: give one at a time"
            self._problems.error(message, found[1].place)
            return None
        for other in self._others:
            kind = other.take("kind")
            if kind and (hint := nearest(kind.value, _WORKLOAD_KINDS)):
                message = f"expected a Canary, a Deployment or a Rollout, got {shown(kind.value)}"
                self._problems.error(message, kind.place, hint)
                return None
        message = "there is no Canary, Deployment or Rollout here; a forecast needs one"
        self._problems.error(message, self._place)
        return None

    def _scaled(self, workload: Fields) -> set[tuple[str, str]]:
        """What an autoscaler of the workload may refer to."""
        target = workload.fields("spec").fields("targetRef")
        return {(workload.named("kind"), workload.name), (target.named("kind"), target.named("name"))} - {
            ("", "")
        }

    def _target(self, canary: Fields) -> Fields:
        """The spec of the Deployment that a Canary is about."""
        return self._deployment(canary.fields("spec").fields("targetRef")).fields("spec", "workload")

    def _pod_template(self, spec: Fields) -> Fields:
        reference = spec.fields("workloadRef")
        if not reference:
            return spec.fields("template", "template")
        reference.take("scaleDown")  # of the Deployment's own pods, before the first rollout
        return self._deployment(reference).fields("spec").fields("template", "template")

    def _deployment(self, reference: Fields) -> Fields:
        """The Deployment that is referred to; nothing where there is a problem."""
        name, kind = reference.named("name"), reference.text("kind")
        reference.take("apiVersion")
        reference.finish()
        deployments = {deployment.name: deployment for deployment in self._deployments}
        if kind == "Deployment" and name in deployments:
            return deployments[name]
        if kind != "Deployment":
            self._problems.error(f"expected a reference to a Deployment, got {shown(kind)}", reference.place)
        else:
            message = f'there is no Deployment "{name}" in these manifests'
            self._problems.error(message, reference.place, nearest(name, deployments))
        return Fields(None, self._problems)
