"""The cells of the matrix: small rollouts over all that could set the two data planes apart.

They were chosen before the planes were compared: a covering array, in which every two levels of two different
factors meet in some cell, and a star, which changes one factor of a centre at a time, so that a disagreement
can be laid to a factor. A cell is named by its levels.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

INSTANCES, SLOTS, WORK = 8, 4, 0.4
CAPACITY = INSTANCES * SLOTS / WORK
"""Requests a second: 80, so that minutes of them are simulated in milliseconds."""
USUAL = 0.6

# All with a mean of 400 ms. The limit of the latency guard is two and a half times the 95th percentile.
_SHAPES: dict[str, tuple[Any, str]] = {
    "constant": ("400ms", "1"),
    "exponential": ({"exponential": {"mean": "400ms"}}, "3"),
    "lognormal": ({"lognormal": {"median": "290ms", "sigma": 0.8}}, "2.7"),
    "heavy": ({"weibull": {"scale": "120.4ms", "shape": 0.4}}, "4.7"),
}

_RETRIES = {"attempts": 3, "base": "200ms"}
_CLIENTS: dict[str, Any] = {
    "patient": {"service": {"timeout": "60s"}},
    "hasty": {"service": {"timeout": "2s"}},
    "retrying": {"service": {"timeout": "4s"}, "traffic": {"retries": _RETRIES}},
    "budgeted": {"service": {"timeout": "2s"}, "traffic": {"retries": {**_RETRIES, "budget": "10%"}}},
}

# Mild ones are near to what the guard lets pass.
_DEFECTS: dict[str, tuple[str, Any, Any]] = {
    "error-rate": ("rate", "6.5%", "25%"),
    "latency": ("factor", 1.3, 3),
    "crash-on-start": ("probability", "20%", "80%"),
    "crash": ("per_hour", 10, 100),
    "crash-on-request": ("probability", "0.01%", "0.2%"),
    "memory-leak": ("requests", 1000, 200),
    "slow-leak": ("after", "240s", "60s"),
    "descriptor-leak": ("requests", 700, 200),
    "capacity": ("loss", "25%", "50%"),
    "wrong-answers": ("rate", "2%", "20%"),
}


def _canary(*steps: int, routed: bool) -> dict[str, Any]:
    return {
        "canary": {
            "routed": routed,
            "progress_deadline": "3m",
            "progress_deadline_abort": True,
            "steps": [step for weight in steps for step in ({"set_weight": weight}, {"pause": "90s"})],
            "background": {"analysis": "guard", "from_step": 1},
        }
    }


_STRATEGIES: dict[str, Any] = {
    "canary-5-20": _canary(5, 20, routed=True),
    "canary-50": _canary(50, routed=True),
    "canary-by-instances": _canary(25, 50, routed=False),
    "rolling": {
        "guarded": {"strategy": {"rolling": {"progress_deadline": "3m"}}, "analysis": "guard", "bake": "90s"}
    },
    "blue-green": {
        "blue_green": {
            "post_promotion": "finite-guard",
            "progress_deadline": "3m",
            "progress_deadline_abort": True,
            "scale_down_delay": "1m",
        }
    },
}

LEVELS: dict[str, tuple[str, ...]] = {
    "load": ("0.2", "0.4", "0.6", "0.75", "0.9", "1.05", "1.3"),
    "policy": (
        "random",
        "round_robin",
        "least_outstanding",
        "power_of_two",
        "weighted_least_request",
        "peak_ewma",
    ),
    "shape": tuple(_SHAPES),
    "clients": tuple(_CLIENTS),
    "defect": ("good", *_DEFECTS),
    "severity": ("mild", "strong"),
    "strategy": tuple(_STRATEGIES),
}
"""By factor. The load is the share of the slots that first attempts take; one above 1 comes half a minute
into the rollout."""

CENTRE = {
    "load": "0.6",
    "policy": "least_outstanding",
    "shape": "lognormal",
    "clients": "hasty",
    "defect": "error-rate",
    "severity": "mild",
    "strategy": "canary-50",
}


@dataclass(frozen=True)
class Cell:
    """One level of each factor; a good release has no severity."""

    load: str
    policy: str
    shape: str
    clients: str
    defect: str
    severity: str
    strategy: str

    @classmethod
    def of(cls, levels: Mapping[str, str]) -> Cell:
        severity = "none" if levels["defect"] == "good" else levels["severity"]
        return cls(**{**levels, "severity": severity})

    @property
    def name(self) -> str:
        return "_".join(vars(self)[factor] for factor in LEVELS)

    @cached_property
    def scenario(self) -> dict[str, Any]:
        """In the scenario language."""
        service_time, slow = _SHAPES[self.shape]
        clients = _CLIENTS[self.clients]
        load = float(self.load)
        traffic = {"rate": f"{(load if load < 1 else USUAL) * CAPACITY:g}/s", **clients.get("traffic", {})}
        if load > 1:
            traffic["shape"] = {"ramp": {"at": "30s", "lasts": "10s", "to": load / USUAL}}
        return {
            "name": self.name,
            "strategy": _STRATEGIES[self.strategy],
            "analyses": {"guard": _guard(slow), "finite-guard": _guard(slow, count=6)},
            "traffic": traffic,
            "service": {
                "service_time": service_time,
                "slots": SLOTS,
                "queue": 40,
                "errors": "0.5%",
                "slow": f"{slow}s",
                **clients["service"],
            },
            "balancing": {"policy": self.policy},
            "fleet": {
                "replicas": INSTANCES,
                "start": {"lognormal": {"p50": "6s", "p99": "15s"}},
                "readiness": {"period": "2s"},
            },
            "release": self._release,
            "window": {"lead_in": "1m", "horizon": "6m"},
        }

    @property
    def _release(self) -> Any:
        if self.defect == "good":
            return "good"
        word, mild, strong = _DEFECTS[self.defect]
        return {"defect": self.defect, word: mild if self.severity == "mild" else strong}


def _guard(slow: str, **more: Any) -> dict[str, Any]:
    """Errors and latency of the new version over a minute, at every scrape; one that is bad is tolerated."""
    common = {
        "of": "new",
        "window": "1m",
        "interval": "15s",
        "initial_delay": "45s",
        "failure_limit": 1,
        **more,
    }
    known = "len(result) > 0 && !isNaN(result[0])"
    return {
        "metrics": [
            {"name": "errors", "kind": "error-ratio", "failure": f"{known} && result[0] > 0.09", **common},
            {
                "name": "latency",
                "kind": "latency-quantile",
                "quantile": 0.95,
                "failure": f"{known} && result[0] > {slow}",
                **common,
            },
        ]
    }


def cells() -> list[Cell]:
    """All of them, each once; always the same ones."""
    star = ({**CENTRE, factor: level} for factor, levels in LEVELS.items() for level in levels)
    return list(dict.fromkeys(map(Cell.of, [CENTRE, *star, *_covering(random.Random(1))])))


Level = tuple[str, str]


def _covering(luck: random.Random) -> Iterator[dict[str, str]]:
    """Greedily: each next row has a pair of levels that has not met yet, and of many such rows meets most."""
    every = [(factor, level) for factor, levels in LEVELS.items() for level in levels]
    missing = {pair for pair in combinations(every, 2) if pair[0][0] != pair[1][0]}
    while missing:
        rows = [_row(luck, missing, every) for _ in range(40)]
        best = max(rows, key=lambda row: len(missing & _pairs(row)))
        missing -= _pairs(best)
        yield best


def _pairs(row: Mapping[str, str]) -> set[tuple[Level, Level]]:
    return set(combinations(((factor, row[factor]) for factor in LEVELS if factor in row), 2))


def _row(luck: random.Random, missing: set[tuple[Level, Level]], every: list[Level]) -> dict[str, str]:
    row = dict(luck.choice(sorted(missing)))
    for factor in luck.sample(list(LEVELS), len(LEVELS)):
        if factor not in row:
            levels = luck.sample(LEVELS[factor], len(LEVELS[factor]))
            row[factor] = max(levels, key=lambda level: len(missing & _pairs({**row, factor: level})))
    return row
