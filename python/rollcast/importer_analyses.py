"""Argo's analyses: templates and their arguments, put together as analyses of the scenario language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rollcast.errors import Problems, listed, nearest, shown
from rollcast.importer_fields import Draft, Fields
from rollcast.promql import NEW, OLD
from rollcast.yaml_source import Node

_HASHES = {"Latest": NEW, "Stable": OLD}
_ARGUMENT = re.compile(r"\{\{\s*args\.([\w.-]+?)\s*\}\}")
_OF_TEMPLATE = re.compile(r"\{\{\s*templates\.([\w.-]+?)\.(?:podTemplateHash|replicaset\.name)\s*\}\}")
_OWN_FIELD = re.compile(r"metadata\.(?:(name|namespace)|(labels|annotations)\[['\"]?([^'\"\]]+)['\"]?\])")

Templates = Mapping[tuple[bool, str], Fields]  # by whether it is a ClusterAnalysisTemplate, and name


class Analyses:
    """The analyses that a Rollout refers to, as far as they were asked for: ``made``, by a name of ours."""

    def __init__(
        self, templates: Templates, args: Mapping[str, str], rollout: Fields, problems: Problems
    ) -> None:
        """``args``: values of arguments that win over what manifests say."""
        self._templates = templates
        self._args = args
        self._rollout = rollout
        self._problems = problems
        self.made: dict[str, Node] = {}

    def refer(
        self, reference: Fields, marks: Mapping[str, str] | None = None, dry: Sequence[str] = ()
    ) -> Node | None:
        """The name of the analysis that a reference amounts to; none where there is a problem.

        ``marks``: of an experiment, what stands for its templates' hashes; ``dry``: patterns of its dry runs.
        """
        templates = self._referred_templates(reference)
        given = self._given_arguments(reference)
        if marks is not None:
            given = {name: self._of_experiment(value, marks) for name, value in given.items()}
        dry = [*dry, *dry_runs(reference)]
        metrics: dict[str, Node] = {}
        for _, template in templates:
            values = self._argument_values(template, given)
            spec = template.fields("spec", "analysisTemplate")
            spec.take("templates")
            for node in spec.items("metrics"):
                self._add_metric(metrics, self._substitute(node, values), [*dry, *dry_runs(spec)])
            spec.finish()
        if not metrics:
            return None
        body = Draft(reference.place)
        body.put("metrics", list(metrics.values()))
        name = self._register("+".join(name for name, _ in templates), body.node())
        return Node(name, reference.place)

    def _register(self, name: str, analysis: Node) -> str:
        """A name for the analysis: the same one for the same content."""
        number, unique = 1, name
        while unique in self.made and self.made[unique].plain() != analysis.plain():
            number += 1
            unique = f"{name}-{number}"
        self.made.setdefault(unique, analysis)
        return unique

    # -- templates

    def _referred_templates(self, reference: Fields) -> list[tuple[str, Fields]]:
        """By name, those that templates refer to included."""
        references = reference.mappings("templates")
        if reference.take("templateName") is not None:  # the old form
            reference.take("clusterScope")
            references.append(reference)
        if not references:
            self._problems.error("expected templates: with a templateName", reference.place)
        found: list[tuple[str, Fields]] = []
        while references:
            next_reference = references.pop(0)
            name = next_reference.named("templateName")
            template = self._template(next_reference, name)
            if template is not None and all(known is not template for _, known in found):
                found.append((name, template))
                references = template.fields("spec").mappings("templates") + references
        return found

    def _template(self, reference: Fields, name: str) -> Fields | None:
        scope = reference.take("clusterScope")
        cluster = scope is not None and scope.value is True
        kinds = {True: "ClusterAnalysisTemplate", False: "AnalysisTemplate"}
        if (template := self._templates.get((cluster, name))) is not None:
            return template
        if (not cluster, name) in self._templates:
            setting = "clusterScope: true" if not cluster else "no clusterScope"
            message = f'"{name}" is a {kinds[not cluster]}, which is referred to with {setting}'
            self._problems.error(message, reference.place)
        else:
            hint = nearest(name, [other for is_cluster, other in self._templates if is_cluster == cluster])
            message = f'there is no {kinds[cluster]} "{name}" in these manifests'
            self._problems.error(message, reference.place, hint)
        return None

    # -- arguments

    def _given_arguments(self, reference: Fields) -> dict[str, Node]:
        """What a reference says of its arguments."""
        values = {argument.named("name"): self._value(argument) for argument in reference.mappings("args")}
        return {name: value for name, value in values.items() if value is not None}

    def _of_experiment(self, node: Node, marks: Mapping[str, str]) -> Node:
        """A value with {{templates.name.podTemplateHash}} replaced."""
        if not isinstance(node.value, str):
            return node

        def replaced(match: re.Match[str]) -> str:
            if (name := match.group(1)) not in marks:
                message = f'the experiment has no template "{name}"'
                self._problems.error(message, node.place, nearest(name, marks))
            return marks.get(name, "")

        return Node(_OF_TEMPLATE.sub(replaced, node.value), node.place)

    def _argument_values(self, template: Fields, given: Mapping[str, Node]) -> dict[str, Node | None]:
        """The value of each argument of a template; none where it is open."""
        values: dict[str, Node | None] = {}
        for argument in template.fields("spec").mappings("args"):
            name = argument.named("name")
            if name in self._args:
                values[name] = Node(self._args[name], argument.place)
            else:
                values[name] = given.get(name) or self._value(argument)
        return values

    def _value(self, argument: Fields) -> Node | None:
        if (value := argument.take("value")) is not None:
            return value
        source = argument.fields("valueFrom")
        if (wanted := source.take("podTemplateHashValue")) is not None:
            if (version := _HASHES.get(str(wanted.value))) is not None:
                return Node(version, wanted.place)
            message = f"expected Latest or Stable, got {shown(wanted.value)}"
            self._problems.error(message, wanted.place, nearest(str(wanted.value), _HASHES))
            return None
        path = source.fields("fieldRef").named("fieldPath")
        return self._own_field(path)

    def _own_field(self, path: str) -> Node | None:
        """metadata.name or metadata.labels['team'] of the Rollout itself."""
        match = _OWN_FIELD.fullmatch(path)
        if match is None:
            return None
        metadata = self._rollout.fields("metadata")
        if match.group(1):
            return metadata.take(match.group(1))
        return metadata.fields(match.group(2)).take(match.group(3))

    def _substitute(self, node: Node, values: Mapping[str, Node | None]) -> Node:
        """A copy of the tree with {{args.name}} replaced."""
        if node.is_mapping:
            value = {key: self._substitute(child, values) for key, child in node.value.items()}
            return Node(value, node.place, keys=node.keys)
        if node.is_list:
            return Node([self._substitute(child, values) for child in node.value], node.place)
        if not isinstance(node.value, str):
            return node

        def replaced(match: re.Match[str]) -> str:
            name = match.group(1)
            value = values.get(name)
            if value is not None:
                return str(value.value)
            if name in values:
                message = f'the argument "{name}" has no value; give it one in the manifest, or in a scenario'
                self._problems.error(f"{message} under args:", node.place)
            else:
                message = f'the template has no argument "{name}"'
                self._problems.error(message, node.place, nearest(name, values))
            return match.group()

        return Node(_ARGUMENT.sub(replaced, node.value), node.place)

    # -- metrics

    def _add_metric(self, metrics: dict[str, Node], node: Node, dry_runs: list[str]) -> None:
        fields = Fields(node, self._problems)
        name = fields.named("name")
        if not name:
            self._problems.error("expected a metric with a name", node.place)
        elif name in metrics:
            line = metrics[name].place.line
            self._problems.error(f'the metric in line {line} is called "{name}", too', node.place)
        else:
            metrics[name] = self._metric(fields, name, dry_runs)

    def _metric(self, fields: Fields, name: str, dry_runs: list[str]) -> Node:
        out = Draft(fields.place)
        out.put("name", fields.take("name"))
        self._put_provider(fields, out)
        out.put("success", fields.take("successCondition"))
        out.put("failure", fields.take("failureCondition"))
        out.put("interval", fields.duration("interval"))
        out.put("initial_delay", fields.duration("initialDelay"))
        out.put("count", _int_or_string(fields.take("count")))
        out.put("failure_limit", _int_or_string(fields.take("failureLimit")))
        out.put("inconclusive_limit", _int_or_string(fields.take("inconclusiveLimit")))
        out.put("consecutive_error_limit", _int_or_string(fields.take("consecutiveErrorLimit")))
        out.put("consecutive_success_limit", _int_or_string(fields.take("consecutiveSuccessLimit")))
        if any(_matches(pattern, name) for pattern in dry_runs):
            out.put("dry_run", True)
        fields.finish()
        return out.node()

    def _put_provider(self, fields: Fields, out: Draft) -> None:
        provider = fields.fields("provider")
        kinds = provider.keys()
        if len(kinds) != 1:
            found = listed(kinds, "and") or "none"
            place = provider.place if provider else fields.place
            self._problems.error(f"expected a metric with one provider, got {found}", place)
            return
        prometheus = provider.fields("prometheus", "prometheus")
        query, range_query = prometheus.take("query"), prometheus.take("rangeQuery")
        prometheus.finish()
        if range_query is not None:
            out.put("provider", "a range query", range_query.place)
        elif prometheus and query is None:
            self._problems.error("expected a query", prometheus.place)
        elif prometheus:
            out.put("promql", query)
        else:
            out.put("provider", kinds[0], provider.key_place(kinds[0]))


def dry_runs(fields: Fields) -> list[str]:
    """Patterns of the names of metrics without consequences."""
    return [dry_run.named("metricName") for dry_run in fields.mappings("dryRun")]


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return pattern == name


def _int_or_string(node: Node | None) -> Node | None:
    """Kubernetes' IntOrString: 3 or "3"."""
    if node is not None and isinstance(node.value, str) and re.fullmatch(r"-?\d+", node.value):
        return Node(int(node.value), node.place)
    return node
