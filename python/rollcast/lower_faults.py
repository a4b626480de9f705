"""What goes wrong without the release's doing."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.lowering import Default, Lowering, in_words
from rollcast.units import show_fraction, show_seconds

_FORD = "Google's storage cells (Ford et al., OSDI'10)"
_KUBERNETES = "Kubernetes' default"
_HOSTS = (
    Default("mttf", _FORD, show_seconds),
    Default("shape", "replacements at large HPC sites (Schroeder and Gibson, FAST'07)", "{:g}".format),
    Default("burst", _FORD, show_fraction),
    Default("burst_within", _FORD, show_seconds),
    Default("repair", "a judgement: a host is restarted", show_seconds),
    Default("notice", _KUBERNETES, show_seconds),
    Default("evict", _KUBERNETES, show_seconds),
)
_ZONE_LOSS = (
    Default("lasts", "a judgement", show_seconds),
    Default("zone", "zones are alike: the first one"),
)
_BROWN_OUT = (
    Default("lasts", "a judgement", show_seconds),
    Default("slowness", "not slower", "{:g}".format),
    Default("errors", "no more errors", show_fraction, member="error_rate"),
)
_BLACK_OUT = (Default("lasts", "a judgement", show_seconds),)
_DRAIN = (
    Default("hosts", "one at a time is enough"),
    Default("retry", "kubectl's", show_seconds),
    Default("away", "a judgement: a host is restarted", show_seconds),
)
_GRAY = (
    Default("slowness", "a judgement", "{:g}".format, 3.0, member="gray_slowness"),
    Default("errors", "no more errors", show_fraction, member="gray_errors"),
)


def lower_faults(lowering: Lowering, zones: int) -> Any:
    """The `_core.Faults`. ``zones``: of the fleet."""
    given = lowering.model.faults
    if given == language.FaultsModel():
        lowering.off(lowering.model, "faults", "hosts, zones, dependencies and telemetry hold out")
        return _core.Faults()
    return faults_there(lowering, given, zones, "faults")


def faults_there(
    lowering: Lowering, given: language.LocationFaultsModel, zones: int, *path: str | int
) -> Any:
    """The `_core.Faults` of what stands at ``path``."""
    return _Faults(lowering, path).lower(given, zones)


class _Faults:
    def __init__(self, lowering: Lowering, path: tuple[str | int, ...]) -> None:
        self._lowering = lowering
        self._path = path
        self._section = in_words(path)

    def lower(self, given: language.LocationFaultsModel, zones: int) -> Any:
        core = _core.Faults()
        if given.hosts is not None:
            core.host_failures.hosts = given.hosts.count
            self._fill(core.host_failures, given.hosts, "hosts", _HOSTS)
        core.zone_losses = [
            self._fill(_core.ZoneLoss(at=one.at), one, f"zone_loss[{index}]", _ZONE_LOSS)
            for index, one in enumerate(given.zone_loss)
        ]
        for index, loss in enumerate(core.zone_losses):
            if loss.zone >= zones:
                there = f"there {f'are {zones} zones' if zones > 1 else 'is 1 zone'}"
                self._error(f"{there} (fleet.zones), counted from 0", "zone_loss", index, "zone")
        core.brown_outs = [self._brown_out(one, index) for index, one in enumerate(given.brown_out)]
        core.black_outs = [
            self._fill(_core.BlackOut(at=one.at), one, f"black_out[{index}]", _BLACK_OUT)
            for index, one in enumerate(given.black_out)
        ]
        core.drains = [self._drain(one, index, given) for index, one in enumerate(given.drain)]
        self._instances(core.instances, given.instances)
        return core

    def _error(self, message: str, *path: str | int) -> None:
        self._lowering.error(message, *self._path, *path)

    def _fill(self, core: Any, given: Any, section: str, defaults: tuple[Default, ...]) -> Any:
        self._lowering.fill(core, given, f"{self._section}.{section}", defaults)
        return core

    def _drain(self, given: language.DrainModel, index: int, faults: language.LocationFaultsModel) -> Any:
        core = _core.Drain(at=given.at, timeout=given.timeout, force=given.force or False)
        if faults.hosts is None:
            self._error(f"expected {self._section}.hosts beside it: which hosts there are", "drain", index)
        if given.force and given.timeout is None:
            self._error("expected a timeout beside it", "drain", index, "force")
        return self._fill(core, given, f"drain[{index}]", _DRAIN)

    def _brown_out(self, given: language.BrownOutModel, index: int) -> Any:
        if given.slowness is None and given.errors is None:
            self._error("expected slowness, errors or both", "brown_out", index)
        return self._fill(_core.BrownOut(at=given.at), given, f"brown_out[{index}]", _BROWN_OUT)

    def _instances(self, core: Any, given: language.InstancesModel | None) -> None:
        if given is None:
            return
        core.noise = given.noise or 0.0
        if given.gray is not None:
            core.gray = given.gray.share
            self._fill(core, given.gray, "instances.gray", _GRAY)
