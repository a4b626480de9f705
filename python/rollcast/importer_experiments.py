"""Argo's experiments, as steps of a canary start them, as the scenario language has them."""

from __future__ import annotations

from rollcast.errors import Problems, listed, nearest, shown
from rollcast.importer_analyses import Analyses, dry_runs
from rollcast.importer_fields import Draft, Fields
from rollcast.promql import BASELINE, NEW
from rollcast.yaml_source import Node

_SIDES = {"stable": ("baseline", BASELINE), "canary": ("canary", NEW)}


def translate_experiment(step: Fields, routed: bool, analyses: Analyses, problems: Problems) -> Draft | None:
    """None where there is a problem. Templates of one version come together, for so they are counted."""
    out = Draft(step.place)
    out.put("duration", step.duration("duration"))
    marks: dict[str, str] = {}  # by template: what telemetry calls its instances
    sides: dict[str, list[Fields]] = {}
    templates = step.mappings("templates")
    for template in templates:
        name = template.named("name")
        version = template.take("specRef")
        if version is None or version.value not in _SIDES:
            found = shown(version.value) if version else "nothing"
            place = version.place if version else template.place
            hint = nearest(str(version.value), _SIDES) if version else None
            problems.error(f"expected a specRef of {listed(_SIDES)}, got {found}", place, hint)
            continue
        side, marks[name] = _SIDES[str(version.value)]
        sides.setdefault(side, []).append(template)
        _pass_over(template, routed, problems)
    for side, those in sides.items():
        out.put(side, _side(those))
    if not templates:
        problems.error("expected templates: with a specRef", step.place)

    names: dict[str, list[Node]] = {"analyses": [], "required": []}
    dry = dry_runs(step)
    for reference in step.mappings("analyses"):
        reference.take("name")
        required = reference.take("requiredForCompletion")
        if (analysis := analyses.refer(reference, marks, dry)) is not None:
            is_required = required is not None and required.value is True
            names["required" if is_required else "analyses"].append(analysis)
        reference.finish()
    for key, given in names.items():
        out.put(key, given or None)
    out.put("scale_down_delay", step.seconds("scaleDownDelaySeconds"))
    step.finish()
    if not names["required"] and "duration" not in out.value:
        missing = "has neither a duration nor an analysis with requiredForCompletion"
        problems.warn(f"{missing}: it goes on until a person ends it", step.place)
    return out if sides else None


def _pass_over(template: Fields, routed: bool, problems: Problems) -> None:
    """What is not modelled, and what it is taken for."""
    template.take("service")  # of its own; nobody else sends requests there
    metadata = template.fields("metadata")
    metadata.take("annotations")
    for fields, key in ((metadata, "labels"), (template, "selector")):
        if fields.take(key) is not None and not routed:
            message = "whether the service selects pods with these is not known: taken as if it did"
            problems.warn(message, fields.key_place(key))


def _side(templates: list[Fields]) -> Draft:
    """All templates of one version as one."""
    out = Draft(templates[0].place)
    numbers = [(template.whole("replicas"), template.whole("weight")) for template in templates]
    out.put("replicas", sum(1 if replicas is None else int(replicas.value) for replicas, _ in numbers))
    weights = [weight for _, weight in numbers if weight is not None]
    if weights:
        out.put("weight", sum(int(weight.value) for weight in weights), weights[0].place)
    for template in templates:
        template.finish()
    return out
