"""A rollout that interrupts another one: fleet: {under_way: 40%}."""

# ruff: noqa: E501 (whole messages, to be read as they are told)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rollcast
from rollcast import Directive, Observation, Phase, Target, _core
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario
from rollcast.testing import ContractError, check_strategy

ROLLING: dict[str, Any] = {"rolling": {}}
ECS: dict[str, Any] = {"ecs": {"circuit_breaker": {"rollback": True}}}
STEPS: list[dict[str, Any]] = [{"set_weight": 20}, {"pause": "2m"}]


def canary(**changes: Any) -> dict[str, Any]:
    return {"canary": {"steps": STEPS, **changes}}


def scenario(strategy: dict[str, Any] = ROLLING, **changes: Any) -> dict[str, Any]:
    fleet = {"replicas": 10, "under_way": "40%", "warm_up": "1s", **changes.pop("fleet", {})}
    return {
        "fleet": fleet,
        "traffic": {"rate": "50/s"},
        "strategy": strategy,
        "release": "good",
        "window": {"horizon": "30m"},
        **changes,
    }


def loaded(strategy: dict[str, Any] = ROLLING, **changes: Any) -> LoadedScenario:
    return rollcast.load(scenario(strategy, **changes))


def refusal(strategy: dict[str, Any] = ROLLING, **changes: Any) -> str:
    with pytest.raises(InputErrors) as caught:
        loaded(strategy, **changes)
    return str(caught.value)


def test_a_deployment_scales_the_oldest_replica_set_down_first() -> None:
    found = loaded()
    assert (found.model.fleet.under_way.instances, found.model.fleet.under_way.on_top) == (4, False)
    story = rollcast.replay(found, 0)
    assert story.third == "intermediate"
    ready = {name: story.columns[f"ready_{name}"] for name in ("old", "intermediate", "new")}
    assert [int(each[0]) for each in ready.values()] == [4, 4, 0], "the first decision took two of six"
    assert [int(each[-1]) for each in ready.values()] == [0, 0, 10]
    assert story.outcome["verdict"] == "promoted"
    # maxSurge 25% and maxUnavailable 25%: at least 8 of the ten are ready all the time.
    assert min(sum(ready.values())) >= 8
    gone = {name: int(np.argmax(ready[name] == 0)) for name in ("old", "intermediate")}
    assert gone["old"] <= gone["intermediate"]
    assert "ready, intermediate last" in str(story)


@pytest.mark.parametrize(
    ("strategy", "on_top"),
    [
        (ROLLING, False),
        ({"recreate": {}}, False),
        (canary(), False),
        (canary(routed=True), True),
        (ECS, False),
        ({"guarded": {"analysis": "errors", "strategy": ROLLING}}, False),
    ],
    ids=["rolling", "recreate", "basic canary", "routed canary", "ecs", "guarded"],
)
def test_strategies_that_know_rollovers_keep_the_contract(strategy: dict[str, Any], on_top: bool) -> None:
    errors = {"name": "errors", "kind": "error-ratio", "window": "1m", "failure": "result[0] > 0.1"}
    found = loaded(strategy, analyses={"errors": {"metrics": [errors]}})
    assert found.model.fleet.under_way.on_top == on_top
    check_strategy(found)
    good = rollcast.forecast(found, replications=4)
    assert set(good.outcomes["verdict"].to_pylist()) == {"promoted"}


def test_going_back_leads_to_the_old_version_alone() -> None:
    errors = {"name": "errors", "kind": "error-ratio", "window": "1m", "failure": "result[0] > 0.05"}
    for inner in (ROLLING, canary(routed=True)):
        found = loaded(
            {"guarded": {"analysis": "errors", "strategy": inner}},
            analyses={"errors": {"metrics": [errors | {"initial_delay": "1m", "interval": "15s"}]}},
            fleet={"min_ready": "1m", "pre_stop": "10s"},
            release={"defect": "error-rate", "rate": "50%"},
        )
        story = rollcast.replay(found, 0)
        assert story.outcome["verdict"] == "rolled back"
        ready = {name: story.columns[f"ready_{name}"] for name in ("old", "intermediate", "new")}
        if inner is ROLLING:
            found_at = next(entry.at for entry in story.entries if "the guard failed" in entry.text)
            assert ready["intermediate"][story.columns["at"] >= found_at][0] > 0, "all three serve by then"
        assert [int(each[-1]) for each in ready.values()] == [10, 0, 0]
        # A few hundred requests a scrape: next to none of its own fail, and half of the new version's do.
        assert np.nanmax(story.columns["true_error_rate_intermediate"]) < 0.05
        assert np.nanmax(story.columns["true_error_rate_new"]) > 0.3


def test_a_plan_that_does_nothing_about_it_costs_nothing() -> None:
    """The same world goes on without the rollout: what fails in both is no fault of the release."""
    found = rollcast.forecast(loaded(service={"errors": "1%"}), replications=3)
    failed = np.array(found.outcomes["baseline_failed"])
    requests = np.array(found.outcomes["requests"])
    # 1 % of 90,000 requests; six standard deviations of a binomial count.
    assert np.all(np.abs(failed - 0.01 * requests) < 6 * np.sqrt(0.01 * requests))


class Forgetful:
    """A switch at once that has not heard of rollovers."""

    def __init__(self, replicas: int, analyses: dict[str, int]) -> None:
        self.replicas = replicas
        self.over = False

    def decide(self, seen: Observation) -> Directive:
        self.over = self.over or seen.cohorts[-1].available >= self.replicas
        targets = [Target(desired=cohort.desired) for cohort in seen.cohorts]
        targets[0].desired = 0 if self.over else seen.cohorts[0].desired
        targets[-1].desired = self.replicas
        return Directive(targets=targets, phase=Phase.promoted if self.over else Phase.stuck, reason="switch")


def test_the_check_of_a_recipe_takes_it_as_well() -> None:
    check_strategy(_core.Rolling(_core.RollingParams(replicas=10)), under_way=4)
    with pytest.raises(ContractError, match="keeps instances of the intermediate revision"):
        check_strategy(Forgetful, under_way=4)


def test_it_goes_with_a_manifest_and_stays_in_the_language(tmp_path: Path) -> None:
    (tmp_path / "deploy.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 8\n"
        "  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n"
        "    spec:\n      containers: [{name: shop, image: shop}]\n"
    )
    file = tmp_path / "scenario.yaml"
    file.write_text("manifest: deploy.yaml\nfleet: {under_way: 30%}\ntraffic: {rate: 50/s}\n")
    found = rollcast.load(file)
    assert found.model.fleet.under_way.instances == 3, "rounded up"
    assert rollcast.load(found.language).model.fleet.under_way.instances == 3
    assumed = {each.path: each.value for each in found.assumptions}
    assert assumed["fleet.under_way.revision"] == "as good as the old version"


def test_the_surge_that_a_limit_must_hold_counts_both_old_versions() -> None:
    found = loaded(fleet={"quota": 12})
    assert any(
        "the plan wants 13 instances at a time, and 12 are allowed" in str(each) for each in found.warnings
    )


@pytest.mark.parametrize(
    ("strategy", "changes", "told"),
    [
        (ROLLING, {"fleet": {"under_way": 0}},
         "fleet.under_way: expected from 1 to 9 of the 10 replicas, so that the old version still has some, got 0"),
        (ROLLING, {"fleet": {"under_way": "100%"}}, "so that the old version still has some, got 100%"),
        (canary(routed=True), {"fleet": {"under_way": 11}}, "fleet.under_way: expected from 1 to 10 of the 10 replicas, got 11"),
        (canary(routed=True), {"fleet": {"quota": 12}},
         "fleet.quota: expected at least 14, for the 10 replicas and the 4 instances that are under way, got 12"),
        (ROLLING, {"locations": ["a", "b"]}, "fleet.under_way: is not modelled with locations: all begin on one revision"),
        ({"blue_green": {}}, {},
         "fleet.under_way: it is not modelled what blue_green does about a rollout that it interrupts; "
         "a Kubernetes rolling update or Recreate, an Argo canary and an ECS rolling deployment do"),
        ({"baseline": {"strategy": canary()}}, {}, "fleet.under_way: it is not modelled what baseline does"),
        ({"shadow": {"then": ROLLING}}, {}, "fleet.under_way: it is not modelled what shadow does"),
        ({"feature_flag": {"exposure": canary()}}, {}, "fleet.under_way: it is not modelled what feature_flag does"),
        (canary(routed=True, dynamic_stable_scale=True), {}, "fleet.under_way: is not modelled with dynamic_stable_scale"),
        ({"canary": {"steps": [{"experiment": {"baseline": {}, "canary": {}}}]}}, {},
         "fleet.under_way: is not modelled with experiments"),
    ],
)  # fmt: skip
def test_what_is_not_modelled_is_refused_with_its_place(
    strategy: dict[str, Any], changes: dict[str, Any], told: str
) -> None:
    assert told in refusal(strategy, **changes)
