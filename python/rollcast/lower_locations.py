"""Locations: where the service runs, and the waves over them."""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.errors import listed, nearest, shown
from rollcast.lower_autoscaling import lower_budget
from rollcast.lower_faults import faults_there
from rollcast.lowering import Default, Lowering
from rollcast.units import show_fraction, show_seconds

_SHOWN = 5  # names of locations in a message
_LASTS = 1800.0  # the loss of a location that does not say
_FAILOVER = (
    Default("after", "as Route 53's health checks: three that fail, 30s apart", show_seconds),
    Default("ttl", "AWS's advice for records with health checks", show_seconds),
)


def lower_locations(lowering: Lowering, fleet: Any, faults: Any) -> list[Any]:
    """The `_core.Location`s. ``fleet`` and ``faults``: of each, where it does not say otherwise."""
    shares = _shares(lowering)
    locations: list[Any] = []
    for index, given in enumerate(lowering.model.locations):
        here = _fleet(lowering, given, fleet, "locations", index)
        there = _faults(lowering, given, here, faults, "locations", index)
        share = shares[index] / (given.count or 1)
        for name in _names(given):
            if any(each.name == name for each in locations):
                lowering.error(f"there is a location {name} already", "locations", index, "name")
            locations.append(_core.Location(name=name, share=share, fleet=here, faults=there))
    _lose(lowering, locations)
    _fail_over(lowering, locations)
    return locations


def _fleet(lowering: Lowering, given: language.LocationModel, fleet: Any, *path: str | int) -> Any:
    here = copy.deepcopy(fleet)
    _scale(lowering, given, here, *path)
    for key in ("replicas", "zones", "capacity", "quota"):
        if (value := getattr(given, key)) is not None:
            setattr(here, key, value)
    if given.disruption_budget is not None:
        here.disruption_budget = lower_budget(lowering, given.disruption_budget, *path, "disruption_budget")
    if here.capacity is not None and here.capacity < here.replicas:
        message = f"expected room for at least the {here.replicas} replicas, got {here.capacity}"
        lowering.error(message, *path, "capacity")
    if here.quota is not None and here.quota < here.replicas:
        if given.quota is None:
            message = f"expected at most fleet.quota, {here.quota}, got {here.replicas}"
            lowering.error(message, *path, "replicas")
        else:
            lowering.error(
                f"expected at least the {here.replicas} replicas, got {here.quota}", *path, "quota"
            )
    scaling = here.autoscaling
    if scaling is not None and not scaling.least <= here.replicas <= max(scaling.least, scaling.most):
        message = f"expected what its autoscaling keeps, from {scaling.least} to {scaling.most}"
        lowering.error(f"{message}, got {here.replicas}", *path, "replicas")
    return here


def _faults(
    lowering: Lowering, given: language.LocationModel, fleet: Any, faults: Any, *path: str | int
) -> Any:
    """Its own, or those of all."""
    if given.faults is not None:
        return faults_there(lowering, given.faults, fleet.zones, *path, "faults")
    for index, loss in enumerate(faults.zone_losses):
        if loss.zone >= fleet.zones:
            message = f"there is no zone {loss.zone} in {given.name}: give its faults under locations"
            lowering.error(message, "faults", "zone_loss", index, "zone")
    return faults


def _scale(lowering: Lowering, given: language.LocationModel, here: Any, *path: str | int) -> None:
    """The limits of its own that its autoscaler has."""
    if (limits := given.autoscaling) is None:
        return
    if here.autoscaling is None:
        message = "expected fleet.autoscaling beside it: how all locations scale"
        lowering.error(message, *path, "autoscaling")
        return
    scaling = here.autoscaling
    scaling.least = scaling.least if limits.min is None else limits.min
    scaling.most = scaling.most if limits.max is None else limits.max
    if scaling.most < scaling.least:
        message = f"expected at least the min of {scaling.least}, got {scaling.most}"
        lowering.error(message, *path, "autoscaling")
    here.autoscaling = scaling
    if lowering.model.fleet.replicas is None:
        here.replicas = scaling.least


def groups(model: language.ScenarioModel) -> dict[str, list[int]]:
    """The locations that a name stands for: its own, or all of an entry of several."""
    found: dict[str, list[int]] = {}
    number = 0
    for given in model.locations:
        for name in _names(given):
            found.setdefault(name, []).append(number)
            if given.count is not None:
                found.setdefault(given.name, []).append(number)
            number += 1
    return found


def waves(lowering: Lowering, body: language.WavesModel, *path: str) -> list[list[int]]:
    """The locations of each wave."""
    known = groups(lowering.model)
    left = sorted({number for numbers in known.values() for number in numbers})
    names = _all_names(lowering.model)
    order: list[list[int]] = []
    for index, wave in enumerate(body.order):
        here: tuple[str | int, ...] = (*path, "order", index)
        if isinstance(wave, int) or wave == "rest" or (isinstance(wave, str) and wave.endswith("%")):
            taken = left[: _count(lowering, wave, len(names), len(left), *here)]
        else:
            taken = list(_named(lowering, wave, known, *here))
            for number in taken:
                if number not in left:
                    lowering.error(f"{names[number]} is in a wave already", *here)
        order.append(taken)
        left = [number for number in left if number not in taken]
    if left:
        missing = [names[number] for number in left[:_SHOWN]]
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        message = f"expected every location in a wave; {listed(missing, 'and')}{more} is missing: say rest"
        lowering.error(message, *path, "order")
    return order


def regions(lowering: Lowering, body: language.StackSetModel, *path: str) -> list[list[int]]:
    """The locations of each region."""
    found: dict[str, list[int]] = {}
    number = 0
    for given in lowering.model.locations:
        for name in _names(given):
            found.setdefault(given.region or name, []).append(number)
            number += 1
    if body.region_order is None:
        return list(found.values())
    for index, region in enumerate(body.region_order):
        if region not in found or region in body.region_order[:index]:
            message = f"expected each region once ({listed(found, 'and')}), got {shown(region)}"
            lowering.error(message, *path, "region_order", index, suggestion=nearest(region, found))
    if missing := [region for region in found if region not in body.region_order]:
        lowering.error(f"expected every region; {listed(missing, 'and')} is missing", *path, "region_order")
    return [found[region] for region in body.region_order if region in found]


def _names(given: language.LocationModel) -> Iterator[str]:
    if given.count is None:
        yield given.name
    else:
        yield from (f"{given.name}-{number}" for number in range(1, given.count + 1))


def _all_names(model: language.ScenarioModel) -> list[str]:
    return [name for given in model.locations for name in _names(given)]


def _shares(lowering: Lowering) -> list[float]:
    """Of each entry: what is not said is what the others leave, by number of locations."""
    given = lowering.model.locations
    said = sum(one.share or 0.0 for one in given)
    silent = sum(one.count or 1 for one in given if one.share is None)
    if silent and said >= 1:
        lowering.error(
            f"shares add up to {show_fraction(said)}, which leaves nothing to the others", "locations"
        )
    elif not silent and given and abs(said - 1) > 1e-6:
        lowering.error(f"expected shares that add up to 100%, got {show_fraction(said)}", "locations")
    elif silent:
        even = (1 - said) / silent
        lowering.assumed.add("locations", f"{show_fraction(even)} of the traffic each", "locations are alike")
    each = (1 - said) / silent if silent else 0.0
    shares = [each * (one.count or 1) if one.share is None else one.share for one in given]
    return [share / sum(shares) for share in shares] if sum(shares) > 0 else shares


def _lose(lowering: Lowering, locations: list[Any]) -> None:
    """Locations are lost as all their zones are."""
    known = groups(lowering.model)
    for index, loss in enumerate(lowering.model.faults.location_loss):
        path = ("faults", "location_loss", index)
        lasts = loss.lasts
        if lasts is None:
            lasts = lowering.choose(
                None, f"faults.location_loss[{index}].lasts", _LASTS, "a judgement", show_seconds
            )
        for number in _named(lowering, loss.location, known, *path, "location"):
            if number >= len(locations):
                continue
            faults = copy.deepcopy(locations[number].faults)
            zones = range(locations[number].fleet.zones)
            faults.zone_losses = [
                *faults.zone_losses,
                *(_core.ZoneLoss(at=loss.at, lasts=lasts, zone=zone) for zone in zones),
            ]
            locations[number].faults = faults


def _fail_over(lowering: Lowering, locations: list[Any]) -> None:
    """Gives each location the shape of its traffic: losses are planned, so that it is known beforehand."""
    given = lowering.model.traffic.failover
    if given is None:
        return
    core = SimpleNamespace(after=90.0, ttl=60.0)
    lowering.fill(core, given, "traffic.failover", _FAILOVER)
    if not locations:
        lowering.error("expected locations: there is nowhere else to go", "traffic", "failover", key=True)
    elif not lowering.model.faults.location_loss:
        message = "changes nothing: no location is lost; say faults: {location_loss: ...}"
        lowering.warn(message, "traffic", "failover")
    if lowering.model.traffic.users is not None:
        message = "may not be given beside users: only requests that just come go elsewhere"
        lowering.error(message, "traffic", "failover", key=True)
    if not lowering.problems.errors:
        shapes = failover_shapes([one.share for one in locations], _away(lowering, core.after), core.ttl)
        for location, shape in zip(locations, shapes, strict=True):
            location.shape = [_core.RatePoint(at=at, factor=factor) for at, factor in shape]


def failover_shapes(
    shares: Sequence[float], away: Sequence[Sequence[tuple[float, float]]], ttl: float
) -> list[list[tuple[float, float]]]:
    """Of each location's share of the traffic over time, times that share: straight lines between points.

    ``away``: when each is left out of DNS's answers, which name all where none is left. A client's answer is
    as old as any other up to ``ttl``, so that what goes to a location is the mean of the answers since then.
    """
    changes = sorted({time for spans in away for span in spans for time in span})

    def answer(number: int, time: float) -> float:
        there = [all(not begin <= time < end for begin, end in spans) for spans in away]
        left = math.fsum(share for share, here in zip(shares, there, strict=True) if here)
        return 1.0 if left == 0 else there[number] / left

    def mean(number: int, time: float) -> float:
        edges = [time - ttl, *(one for one in changes if time - ttl < one < time), time]
        spans = itertools.pairwise(edges)
        return math.fsum((end - begin) * answer(number, begin) for begin, end in spans) / ttl

    shapes = []
    for number in range(len(shares)):
        if ttl > 0:
            times = sorted({*changes, *(time + ttl for time in changes)})
            shapes.append([(time, mean(number, time)) for time in times])
        else:
            before = [-math.inf, *changes]
            steps = [
                ((at, answer(number, last)), (at, answer(number, at)))
                for last, at in zip(before, changes, strict=False)
            ]
            shapes.append([point for step in steps for point in step])
    return shapes


def _away(lowering: Lowering, after: float) -> list[list[tuple[float, float]]]:
    """When answers leave out each location. Health checks do not see a loss that ends before."""
    known = groups(lowering.model)
    away: list[list[tuple[float, float]]] = [[] for _ in _all_names(lowering.model)]
    for index, loss in enumerate(lowering.model.faults.location_loss):
        lasts = _LASTS if loss.lasts is None else loss.lasts
        for number in _named(lowering, loss.location, known, "faults", "location_loss", index, "location"):
            if lasts > after:
                away[number].append((loss.at + after, loss.at + lasts + after))
    return away


def _named(
    lowering: Lowering, given: str | list[str], known: dict[str, list[int]], *path: str | int
) -> Iterator[int]:
    for name in [given] if isinstance(given, str) else given:
        if name not in known:
            some = listed(list(known)[:_SHOWN], "and") if known else "none"
            message = f"there is no location {shown(name)}; there is {some}"
            message += " and others" if len(known) > _SHOWN else ""
            lowering.error(message, *path, suggestion=nearest(name, known))
        yield from known.get(name, [])


def _count(lowering: Lowering, wave: str | int | list[str], of_all: int, left: int, *path: str | int) -> int:
    if wave == "rest":
        count = left
    elif isinstance(wave, int):
        count = wave
    else:
        amount = _core.parse_amount(str(wave))
        if amount is None:
            lowering.error(f'expected a percentage such as "10%", got {shown(wave)}', *path)
            return 0
        count = max(1, math.ceil(of_all * amount.value / 100))
    if left == 0:
        lowering.error("every location is in a wave already", *path)
    elif isinstance(wave, int) and count > left:
        lowering.error(f"only {left} locations are left for it", *path)
    return count
