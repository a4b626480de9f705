"""The release: what could be wrong with it, as kinds of truth with probabilities."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from rollcast import _core
from rollcast.errors import listed, nearest
from rollcast.lower_traffic import class_names
from rollcast.lowering import Lowering, distribution
from rollcast.scenario_model import Defect, DefectModel
from rollcast.scenario_random import Distribution, constant
from rollcast.units import show_fraction

# A judgement. How many: Microsoft's Gandalf (NSDI'20) found about 39 truly bad deployments among some 1,200.
# Of which kind: shares of bad changes by what they show, which no study has counted; kinds that are not
# modelled are left out and the others weighed up. Leaks and lost capacity have small weights because they are
# small where causes were counted: space and load are 4 % each of the software bugs of Gunawi and others
# (SoCC'14), performance decay is 5 % of the outage triggers in Google's SRE Workbook. How bad: as wide as
# such defects are reported to be.
DEFAULT_P_BAD = 0.0325
PRIOR_NOTE = "a judgement, not a measurement: replace it with your own history under release:"


class _Kind(NamedTuple):
    core: str  # member of DefectKind
    weight: float  # percent of the bad releases of the default prior; 0: not part of it
    key: str  # of the language: where its severity is said
    severity: Distribution
    in_words: str
    also: tuple[str, ...] = ()  # further keys that go with it


def _log_uniform(low: float, high: float) -> Distribution:
    return Distribution("LogUniform", {"low": low, "high": high})


_KINDS: dict[Defect, _Kind] = {
    "error-rate": _Kind(
        "error_rate", 40, "rate", _log_uniform(0.001, 0.2), "log-uniform from 0.1% to 20%", ("class",)
    ),
    "latency": _Kind(
        "latency", 20, "factor", _log_uniform(1.05, 3), "log-uniform from 1.05 to 3", ("share", "class")
    ),
    "crash-on-start": _Kind("crash_on_start", 14, "probability", constant(1), "100%"),
    "crash": _Kind("crash_hazard", 14, "per_hour", _log_uniform(0.5, 60), "log-uniform from 0.5/h to 60/h"),
    "memory-leak": _Kind("memory_leak", 6, "requests", _log_uniform(1e4, 1e7), "log-uniform from 10k to 10M"),
    "capacity": _Kind("capacity", 6, "loss", _log_uniform(0.05, 0.5), "log-uniform from 5% to 50%"),
    "crash-on-request": _Kind(
        "crash_on_request",
        0,
        "probability",
        _log_uniform(1e-6, 1e-3),
        "log-uniform from 0.0001% to 0.1%",
        ("class",),
    ),
    "slow-leak": _Kind("slow_leak", 0, "after", _log_uniform(600, 86400), "log-uniform from 10m to 1d"),
    "descriptor-leak": _Kind(
        "descriptor_leak", 0, "requests", _log_uniform(1e4, 1e7), "log-uniform from 10k to 10M"
    ),
    "wrong-answers": _Kind(
        "wrong_answers", 0, "rate", _log_uniform(0.001, 0.2), "log-uniform from 0.1% to 20%", ("class",)
    ),
}
_DEFAULT_KINDS = {name: kind for name, kind in _KINDS.items() if kind.weight > 0}
_MEMBERS = {"class": "class_"}  # of DefectModel, where a key is no word that Python allows


_OF_INSTANCES = ("crash-on-start", "crash", "slow-leak", "capacity")


def defects_of_instances(truths: list[Any]) -> list[str]:
    """Those that show only where the new version has instances of its own."""
    members = {kind.core: name for name, kind in _KINDS.items()}
    return [name for truth in truths if (name := members.get(truth.kind.name)) in _OF_INSTANCES]


def known_defects() -> list[str]:
    """The kinds of defects that the language has words for."""
    return list(_KINDS)


def known_defect(name: str) -> Any:
    """A kind of truth that is certain, as bad as the default has it."""
    kind = _KINDS[cast(Defect, name)]
    return _core.TruthKind(
        name=name, kind=getattr(_core.DefectKind, kind.core), severity=distribution(kind.severity)
    )


def default_defects() -> str:
    """The kinds of the default prior, in words."""
    total = sum(kind.weight for kind in _DEFAULT_KINDS.values())
    return "; ".join(
        f"{name} {show_fraction(round(kind.weight / total, 3))} ({kind.key} {kind.in_words})"
        for name, kind in _DEFAULT_KINDS.items()
    )


def default_prior() -> str:
    """In words."""
    return f"{show_fraction(DEFAULT_P_BAD)} of releases are bad; of these {default_defects()}"


def lower_release(lowering: Lowering) -> Any:
    """The `_core.Release`."""
    prior = lowering.model.release
    p_bad = DEFAULT_P_BAD if prior.p_bad is None else prior.p_bad
    if prior.p_bad is None and prior.defects is None:
        lowering.assumed.add("release", "default", f"{PRIOR_NOTE}; it says: {default_prior()}")
    elif prior.p_bad is None:
        lowering.assumed.add("release.p_bad", show_fraction(p_bad), PRIOR_NOTE)
    elif prior.defects is None and p_bad > 0:
        lowering.assumed.add("release.defects", "default", f"{PRIOR_NOTE}; it says: {default_defects()}")
    truths = [_core.TruthKind(name="good", probability=1 - p_bad)] if p_bad < 1 else []
    if p_bad > 0:
        defects = prior.defects or [
            DefectModel(defect=name, weight=kind.weight).model_copy(update={kind.key: kind.severity})
            for name, kind in _DEFAULT_KINDS.items()
        ]
        truths += _truths(lowering, defects, p_bad)
    return _core.Release(truths=truths)


def _truths(lowering: Lowering, defects: list[DefectModel], p_bad: float) -> list[Any]:
    weights = [1.0 if defect.weight is None else defect.weight for defect in defects]
    total = sum(weights)
    if total <= 0:
        lowering.error("expected a defect with a weight above 0", "release")
        return []
    truths: list[Any] = []
    for index, (defect, weight) in enumerate(zip(defects, weights, strict=True)):
        kind = _KINDS[defect.defect]
        _refuse_foreign_keys(lowering, defect, index)
        severity = getattr(defect, kind.key)
        if severity is None:
            severity = kind.severity
            lowering.assumed.add(f"release.{defect.defect}.{kind.key}", kind.in_words, "a judgement")
        truths.append(
            _core.TruthKind(
                name=_unique(defect.name or defect.defect, {"good", *(truth.name for truth in truths)}),
                probability=p_bad * weight / total,
                kind=getattr(_core.DefectKind, kind.core),
                severity=distribution(severity),
                share=1.0 if defect.share is None else defect.share,
                request_class=_request_class(lowering, defect, index),
            )
        )
    return truths


def _refuse_foreign_keys(lowering: Lowering, defect: DefectModel, index: int) -> None:
    kind = _KINDS[defect.defect]
    allowed = [kind.key, *kind.also]
    for key in dict.fromkeys((*(known.key for known in _KINDS.values()), "share", "class")):
        if getattr(defect, _MEMBERS.get(key, key)) is not None and key not in allowed:
            message = f"does not go with the defect {defect.defect}; expected {listed(allowed)}"
            lowering.error(message, *_defect_path(lowering, index), key)


def _request_class(lowering: Lowering, defect: DefectModel, index: int) -> int:
    """-1: all."""
    if defect.class_ is None:
        return -1
    names = class_names(lowering)
    if defect.class_ in names:
        return names.index(defect.class_)
    message = f'there is no class "{defect.class_}" under traffic.classes'
    lowering.error(message, *_defect_path(lowering, index), "class", suggestion=nearest(defect.class_, names))
    return -1


def _unique(name: str, taken: set[str]) -> str:
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    return unique


def _defect_path(lowering: Lowering, index: int) -> tuple[str | int, ...]:
    """A release may be one defect, a list of them, or a mapping with such a list."""
    node = lowering.tree.get("release")
    if node is not None and node.is_list:
        return ("release", index)
    if node is not None and node.get("defects") is not None:
        return ("release", "defects", index)
    return ("release",)


def truth_path(lowering: Lowering, truths: list[Any], index: int) -> tuple[str | int, ...]:
    """Where the severity of a kind of truth is said."""
    keys = {kind.core: kind.key for kind in _KINDS.values()}
    key = keys.get(truths[index].kind.name, "")
    return (*_defect_path(lowering, index - (truths[0].kind.name == "none")), key)
