"""Scenarios of Auto Scaling groups, EKS nodes and App Runner: what they are lowered to and how they end."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast import _core
from rollcast._core import eks
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, load

ALARMS = {
    "metrics": [
        {
            "name": "alarm",
            "kind": "cloudwatch-alarm",
            "of": "service",
            "threshold": "5%",
            "evaluation_periods": 2,
        }
    ]
}
SCENARIO: dict[str, Any] = {
    "traffic": {"rate": "60/s"},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0.5%", "utilisation": "50%"},
    "fleet": {"replicas": 6, "zones": 3, "start": "30s"},
    "analyses": {"alarms": ALARMS},
}
EVERY_WORD: dict[str, dict[str, Any]] = {
    "instance_refresh": {"min_healthy": 50, "max_healthy": 120, "warm_up": "2m", "checkpoints": [50, 100],
                         "checkpoint_delay": "10m", "alarms": "alarms", "auto_rollback": True, "bake": "5m"},
    "asg_rolling": {"max_size": 8, "max_batch_size": 2, "min_instances_in_service": 5, "pause": "10m",
                    "wait_for_signals": True, "min_successful_percent": 80, "triggers": "alarms",
                    "monitoring": "10m", "rollback": True},
    "asg_replacing": {"signals": 6, "min_successful_percent": 80, "timeout": "10m", "triggers": "alarms",
                      "monitoring": "10m", "rollback": True},
    "eks_nodes": {"max_unavailable": "34%", "zones": 2, "strategy": "minimal", "force": True, "unhealthy_after": "5m"},
    "app_runner": {"unhealthy_after": "5m"},
}  # fmt: skip


def loaded(**given: Any) -> LoadedScenario:
    return load({**SCENARIO, **given})


def params(**strategy: Any) -> Any:
    return loaded(strategy=strategy).strategy.params


def test_what_is_not_said_is_as_the_platforms_have_it() -> None:
    assert params(instance_refresh={}) == _core.InstanceRefreshParams(replicas=6)
    assert params(asg_rolling={}) == _core.AsgRollingParams(replicas=6)
    assert params(asg_rolling={"wait_for_signals": True}).pause == 300
    assert params(asg_replacing={}) == _core.AsgReplacingParams(replicas=6)
    assert params(eks_nodes={}) == _core.EksNodesParams(replicas=6, zones=3)
    assert params(app_runner={}) == _core.AppRunnerParams(replicas=6)


def test_every_word_reaches_the_engine() -> None:
    refresh = params(instance_refresh=EVERY_WORD["instance_refresh"])
    assert (refresh.min_healthy_percentage, refresh.max_healthy_percentage, refresh.warmup) == (50, 120, 120)
    assert (refresh.checkpoints, refresh.checkpoint_delay) == ([50, 100], 600)
    assert (refresh.alarms, refresh.auto_rollback, refresh.bake) == (0, True, 300)
    stack = _core.StackOptions(triggers=0, monitoring=600)
    assert params(asg_rolling=EVERY_WORD["asg_rolling"]) == _core.AsgRollingParams(
        replicas=6, max_size=8, max_batch_size=2, min_instances_in_service=5, pause=600,
        waits_for_signals=True, min_successful_percent=80, stack=stack,
    )  # fmt: skip
    assert params(asg_replacing=EVERY_WORD["asg_replacing"]) == _core.AsgReplacingParams(
        replicas=6,
        signals=_core.CreationSignals(count=6, min_successful_percent=80, timeout=600),
        stack=stack,
    )
    assert params(eks_nodes=EVERY_WORD["eks_nodes"]) == _core.EksNodesParams(
        replicas=6, max_unavailable=2, zones=2, strategy=eks.UpdateStrategy.minimal, force=True,
        unhealthy_after=300,
    )  # fmt: skip
    assert params(app_runner=EVERY_WORD["app_runner"]).unhealthy_after == 300


@pytest.mark.parametrize(
    ("strategy", "messages"),
    [
        ("instance_refresh: {checkpoints: [20, 50]}", ["s.yaml:2:11: strategy: the last checkpoint must be 100"]),
        ("instance_refresh: {min_healthy: 20, max_healthy: 130}",
         ["s.yaml:2:11: strategy: max_healthy_percentage must be at most 100 above min_healthy_percentage"]),
        ("instance_refresh: {checkpoint_delay: 5m}",
         ["s.yaml:2:49: strategy.instance_refresh.checkpoint_delay: needs checkpoints beside it"]),
        ("asg_rolling: {min_successful_percent: 50, pause: 2h, monitoring: 4h}",
         ["s.yaml:2:50: strategy.asg_rolling.min_successful_percent: needs wait_for_signals: true beside it",
          "s.yaml:2:61: strategy.asg_rolling.pause: expected at most 1h, got 2h",
          "s.yaml:2:77: strategy.asg_rolling.monitoring: expected at most 3h, got 4h"]),
        ("asg_rolling: {max_size: 10, min_instances_in_service: 10}",
         ["s.yaml:2:11: strategy: min_instances_in_service must be below max_size"]),
        ("asg_replacing: {timeout: 5m}", ["s.yaml:2:37: strategy.asg_replacing.timeout: needs signals beside it"]),
        ("asg_rolling: {triggers: alarm}",
         ['s.yaml:2:36: strategy.asg_rolling.triggers: there is no analysis "alarm" under analyses']),
        ("eks_nodes: {strategy: minimum}",
         ['s.yaml:2:34: strategy.eks_nodes.strategy: expected default or minimal, got "minimum"; did you mean "minimal"?']),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, strategy: str, messages: list[str]) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(f"traffic: {{rate: 1/s}}\nstrategy: {{{strategy}}}\n")
    with pytest.raises(InputErrors) as caught:
        load(file)
    assert str(caught.value).replace(f"{tmp_path}/", "").split("\n") == messages


DEAD = {"defect": "crash-on-start", "probability": "100%"}
BAD = {"defect": "error-rate", "rate": "30%"}


@pytest.mark.parametrize(
    ("strategy", "release", "sentence"),
    [
        *(({word: said}, "good", "be promoted") for word, said in EVERY_WORD.items()),
        ({"instance_refresh": EVERY_WORD["instance_refresh"]}, DEAD, "be rolled back"),
        ({"instance_refresh": EVERY_WORD["instance_refresh"]}, BAD, "be rolled back"),
        ({"instance_refresh": {}}, DEAD, "get stuck"),
        ({"asg_rolling": EVERY_WORD["asg_rolling"]}, DEAD, "be rolled back"),
        ({"asg_rolling": EVERY_WORD["asg_rolling"]}, BAD, "be rolled back"),
        ({"asg_replacing": EVERY_WORD["asg_replacing"]}, DEAD, "be rolled back"),
        ({"asg_replacing": EVERY_WORD["asg_replacing"]}, BAD, "be rolled back"),
        ({"eks_nodes": {}}, DEAD, "get stuck"),
        ({"app_runner": {}}, DEAD, "be rolled back"),
        # CloudFormation waits for processes, not for answers, unless it is told to wait for signals.
        ({"asg_rolling": {"pause": "1m"}}, DEAD, "be promoted"),
    ],
)
def test_a_release_ends_as_its_platform_ends_it(strategy: Any, release: Any, sentence: str) -> None:
    forecast = rollcast.forecast(
        {**SCENARIO, "strategy": strategy, "release": release}, replications=8, seed=1
    )
    assert forecast.sentence.startswith(f"Of 1,000 releases like this one, about 1000 would {sentence}.")


def test_that_nothing_waits_for_signals_is_warned_of() -> None:
    for strategy in ({"asg_rolling": {}}, {"asg_replacing": {}}):
        assert any("waits for signals" in one for one in loaded(strategy=strategy).warnings)


def test_the_horizon_covers_the_plan() -> None:
    def horizon(**strategy: Any) -> float:
        return float(loaded(strategy=strategy).model.window.horizon)

    assert horizon(instance_refresh={"checkpoints": [50, 100]}) > 1.5 * 3600
    assert horizon(asg_rolling={"pause": "30m"}) > 1.5 * 6 * 1800
    assert horizon(asg_replacing={"monitoring": "2h"}) > 1.5 * 7200
    assert horizon(eks_nodes={}) > horizon(eks_nodes={"max_unavailable": 6})


def test_hosts_take_longer_to_start_than_containers() -> None:
    fleet = {"replicas": 6}
    warned = "an instance is a host, and the start of a container is assumed: give fleet.start"
    assert any(warned in one for one in loaded(fleet=fleet, strategy={"instance_refresh": {}}).warnings)
    assert not any(warned in one for one in loaded(strategy={"instance_refresh": {}}).warnings)
