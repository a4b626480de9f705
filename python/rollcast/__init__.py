"""Forecasts a software rollout before it happens.

import rollcast

scenario = rollcast.load("checkout.yaml")
forecast = rollcast.forecast(scenario, replications=1000)
forecast.estimates
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rollcast import judge
    from rollcast._core import AnalysisPhase, AnalysisWish, Directive, Observation, Phase, Target
    from rollcast.better_plans import Search, search
    from rollcast.comparison import Comparison, Difference, compare
    from rollcast.errors import InputError, InputErrors
    from rollcast.importer import import_manifests
    from rollcast.influence import Sensitivity, sensitivity
    from rollcast.own_guard import TelemetryWindow
    from rollcast.parameters import evaluate, with_values
    from rollcast.power_map import Power, PowerMap, power
    from rollcast.rare_events import Leads, Rare, rare
    from rollcast.runbook import Rollout, Runbook, knows_locations
    from rollcast.scenario import LoadedScenario, json_schema, load, load_manifest
    from rollcast.study import Estimate, Forecast, forecast, replay
    from rollcast.sweeps import Sweep, merge, sweep
    from rollcast.timeline import Timeline

# Imported when first used, so that `rollcast --help` need not wait for them.
_HOMES = {
    "AnalysisPhase": "rollcast._core",
    "AnalysisWish": "rollcast._core",
    "Directive": "rollcast._core",
    "Observation": "rollcast._core",
    "Phase": "rollcast._core",
    "Target": "rollcast._core",
    "Search": "rollcast.better_plans",
    "search": "rollcast.better_plans",
    "Comparison": "rollcast.comparison",
    "Difference": "rollcast.comparison",
    "compare": "rollcast.comparison",
    "InputError": "rollcast.errors",
    "InputErrors": "rollcast.errors",
    "Estimate": "rollcast.study",
    "Forecast": "rollcast.study",
    "forecast": "rollcast.study",
    "replay": "rollcast.study",
    "Power": "rollcast.power_map",
    "PowerMap": "rollcast.power_map",
    "power": "rollcast.power_map",
    "Sensitivity": "rollcast.influence",
    "sensitivity": "rollcast.influence",
    "Leads": "rollcast.rare_events",
    "Rare": "rollcast.rare_events",
    "rare": "rollcast.rare_events",
    "TelemetryWindow": "rollcast.own_guard",
    "evaluate": "rollcast.parameters",
    "with_values": "rollcast.parameters",
    "Sweep": "rollcast.sweeps",
    "merge": "rollcast.sweeps",
    "sweep": "rollcast.sweeps",
    "Timeline": "rollcast.timeline",
    "LoadedScenario": "rollcast.scenario",
    "judge": "rollcast.judge",
    "import_manifests": "rollcast.importer",
    "Rollout": "rollcast.runbook",
    "Runbook": "rollcast.runbook",
    "knows_locations": "rollcast.runbook",
    "json_schema": "rollcast.scenario",
    "load": "rollcast.scenario",
    "load_manifest": "rollcast.scenario",
}

__all__ = [
    "AnalysisPhase",
    "AnalysisWish",
    "Comparison",
    "Difference",
    "Directive",
    "Estimate",
    "Forecast",
    "InputError",
    "InputErrors",
    "Leads",
    "LoadedScenario",
    "Observation",
    "Phase",
    "Power",
    "PowerMap",
    "Rare",
    "Rollout",
    "Runbook",
    "Search",
    "Sensitivity",
    "Sweep",
    "Target",
    "TelemetryWindow",
    "Timeline",
    "compare",
    "evaluate",
    "forecast",
    "import_manifests",
    "json_schema",
    "judge",
    "knows_locations",
    "load",
    "load_manifest",
    "merge",
    "power",
    "rare",
    "replay",
    "search",
    "sensitivity",
    "sweep",
    "with_values",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rollcast' has no attribute '{name}'")
    home = importlib.import_module(_HOMES[name])
    value = home if name == "judge" else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
