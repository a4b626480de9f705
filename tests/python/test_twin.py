"""The same model, built in C++ and from Python, gives the same numbers to the last bit."""

import os
import subprocess
from pathlib import Path

import pytest

from rollcast import _core

COLUMNS = (
    "severity",
    "duration",
    "requests",
    "failed",
    "exposure",
    "blast_radius",
    "min_headroom",
    "extra_instance_seconds",
    "restarts",
)


def model() -> _core.Scenario:
    """Member for member what tests/whole/twin.cc builds."""
    errors = _core.Selector(scope=_core.Scope.new, codes=0b1110, window=60)
    everything = _core.Selector(scope=_core.Scope.new, window=60)
    query = [
        _core.QueryStep(op=_core.QueryOp.rate, selector=errors),
        _core.QueryStep(op=_core.QueryOp.number, number=0),
        _core.QueryStep(op=_core.QueryOp.or_),
        _core.QueryStep(op=_core.QueryOp.rate, selector=everything),
        _core.QueryStep(op=_core.QueryOp.divide),
    ]
    success = [
        _core.ConditionStep(op=_core.ConditionOp.result),
        _core.ConditionStep(op=_core.ConditionOp.number, number=0),
        _core.ConditionStep(op=_core.ConditionOp.index),
        _core.ConditionStep(op=_core.ConditionOp.number, number=0.02),
        _core.ConditionStep(op=_core.ConditionOp.less),
    ]
    metric = _core.Metric(
        name="errors",
        source=_core.QueryCheck(query=query, success=success),
        interval=20,
        initial_delay=40,
        failure_limit=2,
    )
    return _core.Scenario(
        fleet=_core.Fleet(
            replicas=8,
            zones=2,
            capacity=12,
            schedule=_core.Uniform(0.2, 0.8),
            image_bytes=200e6,
            image_cached=0.5,
            start=_core.LogNormal(3, 0.4),
            warm_up=_core.Exponential(1),
            readiness=_core.Probe(period=2),
            pre_stop=3,
            crash_notice=_core.Constant(2),
        ),
        service=_core.Service(slots=4, queue=32, service_time=_core.LogNormal(0.03, 0.6), error_rate=0.001),
        traffic=_core.Traffic(rate=400),
        balancing=_core.Balancing(policy=_core.Policy.least_outstanding, propagation=_core.Uniform(0.5, 1.5)),
        observability=_core.Observability(scrape_loss=0.05),
        release=_core.Release(
            truths=[
                _core.TruthKind(
                    name="errors",
                    probability=0.5,
                    kind=_core.DefectKind.error_rate,
                    severity=_core.LogUniform(0.001, 0.1),
                ),
                _core.TruthKind(
                    name="crashes",
                    probability=0.5,
                    kind=_core.DefectKind.crash_hazard,
                    severity=_core.Constant(60),
                ),
            ]
        ),
        window=_core.Window(lead_in=120, horizon=600),
        analyses=[_core.Analysis(name="error-ratio", metrics=[metric])],
    )


def strategy() -> _core.Canary:
    steps = [_core.SetWeight(20), _core.Pause(120), _core.SetWeight(50), _core.Pause(60)]
    return _core.Canary(
        _core.CanaryParams(replicas=8, steps=steps, routed=True, background=_core.BackgroundAnalysis())
    )


def twin() -> Path:
    default = Path(__file__).parents[2] / "build" / "python" / "tests" / "twin"
    path = Path(os.environ.get("ROLLCAST_TWIN", default))
    if not path.exists():
        pytest.skip(f"{path} is not built: make test builds it")
    return path


def test_a_model_built_in_python_gives_what_its_twin_in_cpp_gives() -> None:
    printed = subprocess.run([twin()], check=True, capture_output=True, text=True).stdout
    options = _core.ForecastOptions(replications=6, seed=42, threads=2)
    forecast = _core.forecast(model(), strategy(), options)
    rows = [
        [row.replication, row.verdict.value, *(getattr(row, column) for column in COLUMNS)]
        for row in forecast
    ]
    expected = [
        [float.fromhex(word) if "0x" in word else int(word) for word in line.split()]
        for line in printed.splitlines()
    ]
    assert rows == expected
    assert len({tuple(row) for row in rows}) == 6
