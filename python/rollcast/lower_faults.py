"""What goes wrong without the release's doing."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.lowering import Default, Lowering
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
    given, core = lowering.model.faults, _core.Faults()
    if given == language.FaultsModel():
        lowering.off(lowering.model, "faults", "hosts, zones, dependencies and telemetry hold out")
        return core
    if given.hosts is not None:
        core.host_failures.hosts = given.hosts.count
        lowering.fill(core.host_failures, given.hosts, "faults.hosts", _HOSTS)
    core.zone_losses = [
        _filled(lowering, _core.ZoneLoss(at=one.at), one, f"faults.zone_loss[{index}]", _ZONE_LOSS)
        for index, one in enumerate(given.zone_loss)
    ]
    for index, loss in enumerate(core.zone_losses):
        if loss.zone >= zones:
            message = (
                f"there {f'are {zones} zones' if zones > 1 else 'is 1 zone'} (fleet.zones), counted from 0"
            )
            lowering.error(message, "faults", "zone_loss", index, "zone")
    core.brown_outs = [_brown_out(lowering, one, index) for index, one in enumerate(given.brown_out)]
    core.black_outs = [
        _filled(lowering, _core.BlackOut(at=one.at), one, f"faults.black_out[{index}]", _BLACK_OUT)
        for index, one in enumerate(given.black_out)
    ]
    core.drains = [_drain(lowering, one, index) for index, one in enumerate(given.drain)]
    _instances(lowering, core.instances)
    return core


def _filled(lowering: Lowering, core: Any, given: Any, section: str, defaults: tuple[Default, ...]) -> Any:
    lowering.fill(core, given, section, defaults)
    return core


def _drain(lowering: Lowering, given: language.DrainModel, index: int) -> Any:
    core = _core.Drain(at=given.at, timeout=given.timeout, force=given.force or False)
    if lowering.model.faults.hosts is None:
        lowering.error("expected faults.hosts beside it: which hosts there are", "faults", "drain", index)
    if given.force and given.timeout is None:
        lowering.error("expected a timeout beside it", "faults", "drain", index, "force")
    return _filled(lowering, core, given, f"faults.drain[{index}]", _DRAIN)


def _brown_out(lowering: Lowering, given: language.BrownOutModel, index: int) -> Any:
    if given.slowness is None and given.errors is None:
        lowering.error("expected slowness, errors or both", "faults", "brown_out", index)
    core = _core.BrownOut(at=given.at)
    return _filled(lowering, core, given, f"faults.brown_out[{index}]", _BROWN_OUT)


def _instances(lowering: Lowering, core: Any) -> None:
    given = lowering.model.faults.instances
    if given is None:
        return
    core.noise = given.noise or 0.0
    if given.gray is not None:
        core.gray = given.gray.share
        lowering.fill(core, given.gray, "faults.instances.gray", _GRAY)
