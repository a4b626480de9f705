"""CodeDeploy's AppSpec files: which hooks run, and how long they may take."""

from __future__ import annotations

from rollcast._core import codedeploy
from rollcast.errors import Problems, listed, nearest, shown
from rollcast.importer_fields import Draft, Fields
from rollcast.units import show_seconds
from rollcast.yaml_source import Node

_TYPES = {"AWS::ECS::Service": "ECS", "AWS::Lambda::Function": "Lambda"}
_PLATFORMS = {
    "Server": codedeploy.Platform.server,
    "ECS": codedeploy.Platform.ecs,
    "Lambda": codedeploy.Platform.lambda_,
}
_UNSCRIPTED = {
    "AllowTestTraffic", "AllowTraffic", "BlockTraffic", "DownloadBundle", "Install",
}  # fmt: skip
# Of the hooks of a deployment that shifts traffic: what an analysis stands for.
_BEFORE, _AFTER = "before_traffic", "after_traffic"
_MOMENTS = {
    "AfterAllowTestTraffic": _BEFORE,
    "AfterAllowTraffic": _AFTER,
    "AfterInstall": _BEFORE,
    "BeforeAllowTraffic": _BEFORE,
}


def is_appspec(document: Node) -> bool:
    """Whether it looks like one."""
    if not document.is_mapping or "version" not in document.value:
        return False
    return any(key in document.value for key in ("Hooks", "Resources", "files", "hooks", "os"))


class AppSpec:
    """One file."""

    def __init__(self, node: Node, problems: Problems) -> None:
        self._problems = problems
        self._fields = Fields(node, problems, "appspec")
        self.place = node.place
        self.platform = self._platform()

    def _platform(self) -> str | None:
        """As the API calls it; none where there is a problem."""
        targets = self._fields.mappings("Resources")
        if not targets:
            return "Server"
        target = targets[0].fields(targets[0].keys()[0]) if targets[0].keys() else targets[0]
        kind = target.take("Type")
        if kind is not None and kind.value in _TYPES:
            return _TYPES[str(kind.value)]
        said = "nothing" if kind is None else shown(kind.value)
        hint = nearest(str(kind.value), _TYPES) if kind is not None else None
        self._problems.error(
            f"expected the type {listed(_TYPES)}, got {said}", (kind or targets[0]).place, hint
        )
        return None

    def translate(self, out: Draft, load_balancer: bool | None) -> None:
        """What it says of a deployment. ``load_balancer``: whether there is one, as far as that is known."""
        if self.platform == "Server":
            self._scripts(out, load_balancer)
        elif self.platform is not None:
            self._functions()
        self._fields.finish()

    def _events(self, platform: str, load_balancer: bool) -> list[str]:
        order = codedeploy.hook_order(_PLATFORMS[platform], codedeploy.Style.in_place, load_balancer)
        return [name for name in order if name not in _UNSCRIPTED]

    def _known(self, hooks: Fields, platform: str) -> list[str]:
        """The events that are named, in the order in which they run."""
        events = self._events(platform, True)
        for name in hooks.keys():  # noqa: SIM118, it is no mapping
            if name not in events:
                message = f"there is no such hook; there is {listed(events, 'and')}"
                self._problems.error(message, hooks.key_place(name), nearest(name, events))
        return [name for name in events if hooks.has(name)]

    # -- servers

    def _scripts(self, out: Draft, load_balancer: bool | None) -> None:
        hooks = self._fields.fields("hooks")
        runs = self._events("Server", load_balancer is not False)
        longest = 0
        for name in self._known(hooks, "Server"):
            seconds = sum(self._seconds(script) for script in hooks.mappings(name))
            if seconds > codedeploy.lifecycle_event_timeout:
                limit = show_seconds(codedeploy.lifecycle_event_timeout)
                message = f"expected scripts of at most {limit} together, got {show_seconds(float(seconds))}"
                self._problems.error(message, hooks.key_place(name))
            if name not in runs:
                self._problems.warn("does not run: the group has no load balancer", hooks.key_place(name))
            elif name != "ApplicationStop":  # which is the old revision's
                longest += seconds
        if longest:
            out.put("attempt_timeout", show_seconds(float(longest)), hooks.place)
        if not hooks.has("ValidateService"):
            message = "no ValidateService looks at the new revision; here a host has to be in service"
            self._problems.warn(message, hooks.place if hooks else self.place)

    def _seconds(self, script: Fields) -> int:
        if script and not script.text("location"):
            self._problems.error("expected a location", script.place)
        script.take("runas")
        given = script.whole("timeout", least=1)
        script.finish()
        return int(codedeploy.lifecycle_event_timeout) if given is None else int(given.value)

    # -- functions

    def _functions(self) -> None:
        for hook in self._fields.mappings("Hooks"):
            for name in self._known(hook, str(self.platform)):
                place = hook.key_place(name)
                moment = _MOMENTS.get(name)
                if hook.text(name) and moment is None:
                    self._problems.warn("not modelled: nothing is there yet that it could look at", place)
                elif hook.text(name):
                    said = "what the hook checks is not known: describe it as an analysis"
                    self._problems.warn(f"{said} and name it in strategy.codedeploy.{moment}", place)
