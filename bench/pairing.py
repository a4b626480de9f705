"""What pairing is worth: how many times more replications unpaired plans would take for the same intervals.

    bench/pairing.py [-n REPLICATIONS] [--example NAME]

Neighbours of a shipped canary (one pause, one weight, one step, one threshold changed) should gain at
least ten times on mean duration and mean harm; distant plans gain what they gain.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping
from typing import Any

import rollcast
from rollcast import examples, wording

WANTED = 10.0
ESTIMATES = ("duration_mean", "attributable_failures_mean")
Plans = dict[str, rollcast.LoadedScenario]
BASE = "as shipped"
_RATE = "analyses.success-rate+latency.metrics[0]"


def plans() -> tuple[Plans, Plans]:
    """Neighbours of the shipped canary, itself first, and plans of another sort."""
    base = rollcast.load(examples.path("canary-with-analysis"))
    steps = base.language["strategy"]["canary"]["steps"]
    condition = base.language["analyses"]["success-rate+latency"]["metrics"][0]["success"]

    def instead(strategy: Mapping[str, Any]) -> rollcast.LoadedScenario:
        return rollcast.load({**base.language, "strategy": strategy})

    neighbours = {
        "first pause 6 min, not 5": ("strategy.steps[1].pause", "6m"),
        "last pause 12 min, not 10": ("strategy.steps[7].pause", "12m"),
        "second weight 12%, not 10%": ("strategy.steps[2].set_weight", 12),
        "a step of 75% for 5 min more": ("strategy.steps", [*steps, {"set_weight": 75}, {"pause": "5m"}]),
        "success from 99.2%, not 99%": (f"{_RATE}.success", condition.replace("0.99", "0.992")),
        "4 bad measurements tolerated, not 2": (f"{_RATE}.failure_limit", 4),
    }
    near = {BASE: base}
    near |= {name: rollcast.with_values(base, {path: value}) for name, (path, value) in neighbours.items()}
    careful = [{"set_weight": 5}, {"pause": "30m"}]
    far = {
        "rolling update": instead({"rolling": {}}),
        "blue/green without a guard": instead({"blue_green": {"scale_down_delay": "10m"}}),
        "one step of 5% for 30 min": rollcast.with_values(base, {"strategy.steps": careful}),
    }
    return near, far


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-n", "--replications", type=int, default=120)
    arguments = parser.parse_args()
    near, far = plans()
    result = rollcast.compare({**near, **far}, arguments.replications)
    print("| plan | " + " | ".join(f"{name}: difference | gain" for name in ESTIMATES) + " |")
    print("|---" * (1 + 2 * len(ESTIMATES)) + "|")
    short = []
    for plan, differences in result.differences.items():
        cells = [plan]
        for name in ESTIMATES:
            each = differences[name]
            value, interval = each.in_words()
            cells += [f"{value} ({interval})", wording.gain(each.gain) or "nothing varies"]
            if plan in near and not math.isnan(each.gain) and each.gain < WANTED:
                short.append(f"{plan}: {name} gains {each.gain:.1f} times only")
        print("| " + " | ".join(cells) + " |")
    print(f"\n{arguments.replications} replications of each plan, seed {result.seed}.")
    sys.exit("\n".join(short) if short else 0)


if __name__ == "__main__":
    main()
