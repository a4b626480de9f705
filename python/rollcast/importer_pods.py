"""What a pod template says of the life of an instance."""

from __future__ import annotations

import re

from rollcast import units
from rollcast.errors import Problems
from rollcast.importer_fields import Draft, Fields
from rollcast.yaml_source import Node


def translate_pods(template: Fields, fleet: Draft, problems: Problems) -> None:
    """Adds what a pod template says of the fleet: its probe, its hooks, its grace."""
    pod = template.fields("spec", "pod")
    template.finish()
    if not pod:
        return
    grace = pod.whole("terminationGracePeriodSeconds")
    fleet.put("grace", pod.seconds("terminationGracePeriodSeconds"))
    containers = [Fields(node, problems, "container") for node in pod.items("containers")]
    containers = [container for container in containers if container]
    main = next(
        (c for c in containers if c.take("readinessProbe") is not None),
        containers[0] if containers else None,
    )
    for container in containers:
        if container is not main:
            name = container.text("name")
            problems.warn(
                f"container {name} is not modelled: the pod is taken as one process", container.place
            )
    if main is not None:
        main.take("name")
        _readiness(main, fleet, problems)
        _pre_stop(main, fleet, grace, problems)
        main.finish()
    pod.finish()


def _readiness(container: Fields, fleet: Draft, problems: Problems) -> None:
    probe = container.fields("readinessProbe", "probe")
    body = Draft(probe.place if probe else container.place)
    if not probe:
        problems.warn(
            "there is no readiness probe, so traffic comes as soon as the process runs; modelled as a probe "
            "every second",
            container.place,
        )
        body.put("period", "1s")
    else:
        body.put("initial_delay", probe.seconds("initialDelaySeconds"))
        body.put("period", probe.seconds("periodSeconds", 1))
        body.put("success_threshold", probe.whole("successThreshold", 1))
        body.put("failure_threshold", probe.whole("failureThreshold", 1))
        probe.finish()
    if body.value:
        fleet.put("readiness", body)


def _pre_stop(container: Fields, fleet: Draft, grace: Node | None, problems: Problems) -> None:
    lifecycle = container.fields("lifecycle")
    hook = lifecycle.fields("preStop")
    lifecycle.finish()
    if not hook:
        return
    seconds = _hook_seconds(hook, problems)
    if seconds is None:
        message = "not modelled: only a sleep is, such as sleep: {seconds: 15} or a command sleep 15"
        problems.warn(message, hook.place)
        return
    most = grace.value if grace else 30
    if seconds > most:
        message = (
            f"sleeps for {seconds:g} s: the process is killed before, after its grace period of {most} s"
        )
        problems.warn(message, hook.place)
        seconds = most
    fleet.put("pre_stop", units.show_seconds(seconds), hook.place)


def _hook_seconds(hook: Fields, problems: Problems) -> float | None:
    sleep = hook.fields("sleep").whole("seconds")
    if sleep is not None:
        return float(sleep.value)
    command = [str(part.value) for part in hook.fields("exec").items("command")]
    match = re.search(r"(?:^|[\s;&|(/])sleep\s+(\d+(?:\.\d+)?)([smh]?)(?=$|[\s;&|)])", " ".join(command))
    if match is None:
        return None
    if not re.fullmatch(r"(\S*sh\s+-\w*c\s+)?(\S*/)?sleep\s+\S+\s*", " ".join(command)):
        problems.warn("of this command only the sleep is modelled", hook.place)
    return float(match.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3600}[match.group(2)]
