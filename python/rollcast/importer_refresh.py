"""What start-instance-refresh takes, in the scenario language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rollcast._core import instance_refresh
from rollcast.errors import Problems, shown
from rollcast.importer_fields import Draft, Fields
from rollcast.units import show_seconds
from rollcast.yaml_source import Node

_PERCENTAGES = {"MinHealthyPercentage": "min_healthy", "MaxHealthyPercentage": "max_healthy"}
_SECONDS = {"CheckpointDelay": "checkpoint_delay", "BakeTime": "bake"}
_SETTLED = ("SkipMatching", "StandbyInstances", "ScaleInProtectedInstances")  # no such instances are modelled


def is_refresh(document: Node) -> bool:
    """Whether it looks like one."""
    return (
        document.is_mapping and "Preferences" in document.value and "AutoScalingGroupName" in document.value
    )


def translate_refresh(
    document: Node,
    problems: Problems,
    group: Fields | None = None,
    alarms: Callable[[list[Node], str], str | None] | None = None,
) -> Draft:
    """The strategy. ``group``: of a template; ``alarms``: makes an analysis of its alarms."""
    fields = Fields(document, problems, "refresh")
    _check(fields, problems)
    preferences = fields.fields("Preferences")
    out = Draft(preferences.place)
    for key, word in _PERCENTAGES.items():
        out.put(word, preferences.whole(key))
    for key, word in _SECONDS.items():
        out.put(word, preferences.seconds(key))
    out.put("warm_up", _warm_up(preferences, group or Fields(None, problems)))
    out.put("checkpoints", preferences.items("CheckpointPercentages") or None)
    if (rollback := preferences.take("AutoRollback")) is not None and rollback.value is True:
        _check_rollback(fields, rollback, problems)
    out.put("auto_rollback", rollback)
    specification = preferences.fields("AlarmSpecification")
    if names := specification.items("Alarms"):
        where = "strategy.instance_refresh.alarms"
        if alarms is not None:
            out.put("alarms", alarms(names, where))
        else:
            message = f"alarms are not read from here: describe them as an analysis and name it in {where}"
            problems.warn(message, specification.place)
    for key in _SETTLED:
        preferences.take(key)
    for each in (specification, preferences, fields):
        each.finish()
    strategy = Draft(fields.place)
    strategy.put("instance_refresh", out)
    return strategy


def _check(fields: Fields, problems: Problems) -> None:
    strategy = fields.take("Strategy")
    if strategy is not None and strategy.value == "ReplaceRootVolume":
        problems.error("not modelled: a refresh that replaces root volumes", strategy.place)
    elif strategy is not None and strategy.value != "Rolling":
        problems.error(f"expected Rolling, got {shown(strategy.value)}", strategy.place)


def _warm_up(preferences: Fields, group: Fields) -> Node | None:
    """The refresh's own, or what the group says."""
    said: list[Node | None] = [
        group.whole("HealthCheckGracePeriod"),
        group.whole("DefaultInstanceWarmup"),
        preferences.whole("InstanceWarmup"),
    ]
    known = [node for node in said if node is not None]
    if not known:
        return None
    seconds: list[Any] = [None if node is None else float(node.value) for node in said]
    return Node(show_seconds(instance_refresh.effective_warmup(*seconds)), known[-1].place)


def _check_rollback(fields: Fields, rollback: Node, problems: Problems) -> None:
    """A refresh rolls back to a fixed version of a launch template only."""
    desired = fields.fields("DesiredConfiguration", "refreshConfiguration")
    template = desired.fields("LaunchTemplate", "refreshConfiguration")
    version = template.take("Version")
    status = instance_refresh.RefreshStatus.in_progress
    text = str(version.value) if version is not None else ""
    if not instance_refresh.rollback_possible(status, bool(desired), False, text):
        message = "needs a DesiredConfiguration, with a launch template of a fixed version"
        problems.error(message, rollback.place)
