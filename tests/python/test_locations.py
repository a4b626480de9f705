"""Locations in the scenario language, and the waves over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.testing import check_strategy

WAVES: dict[str, Any] = {
    "name": "waves",
    "locations": [{"name": "eu", "count": 2}, "us", "ap"],
    "strategy": {"waves": {"strategy": {"rolling": {}}, "order": ["ap", "25%", "rest"], "bake": "1m"}},
    "fleet": {"replicas": 2, "warm_up": "1s"},
    "traffic": {"rate": "80/s"},
    "service": {"p50": "20ms", "p99": "100ms", "utilisation": "30%"},
    "release": {"defect": "error-rate", "rate": "30%"},
    "window": {"lead_in": "1m"},
}


def changed(**parts: Any) -> dict[str, Any]:
    return {**WAVES, **parts}


def waves(**parts: Any) -> dict[str, Any]:
    return changed(strategy={"waves": {**WAVES["strategy"]["waves"], **parts}})


def errors_of(scenario: dict[str, Any]) -> str:
    with pytest.raises(InputErrors) as caught:
        rollcast.load(scenario)
    return str(caught.value)


def test_locations_share_traffic_and_have_a_fleet_each() -> None:
    model = rollcast.load(WAVES).model
    assert [location.name for location in model.locations] == ["eu-1", "eu-2", "us", "ap"]
    assert [location.share for location in model.locations] == pytest.approx([0.25] * 4)
    assert model.fleet.replicas == 8
    assert _core.in_location(model, 3).traffic.rate == pytest.approx(20)


def test_locations_may_differ() -> None:
    places = [{"name": "big", "share": "70%", "replicas": 5, "zones": 3}, {"name": "small", "count": 3}]
    loaded = rollcast.load(changed(locations=places, strategy={"rolling": {}}))
    assert [location.share for location in loaded.model.locations] == pytest.approx([0.7, 0.1, 0.1, 0.1])
    assert [location.fleet.replicas for location in loaded.model.locations] == [5, 2, 2, 2]
    assert [one.params.replicas for one in loaded.strategy.inner] == [5, 2, 2, 2]
    assert "strategy.waves" in {one.path for one in loaded.assumptions}


def test_a_number_of_locations_names_them() -> None:
    model = rollcast.load(changed(locations=30, strategy={"rolling": {}})).model
    assert model.locations[29].name == "location-30"
    assert rollcast.load(changed(locations=1, strategy={"rolling": {}})).model.locations == []


def test_waves_are_names_counts_shares_and_the_rest() -> None:
    assert rollcast.load(WAVES).strategy.params.waves == [[3], [0], [1, 2]]
    order = rollcast.load(waves(order=[1, ["us", "ap"], "rest"])).strategy.params.waves
    assert order == [[0], [2, 3], [1]]
    assert rollcast.load(waves(order=["eu", "rest"])).strategy.params.waves == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["app", "rest"], 'there is no location "app"; there is eu-1, eu, eu-2, us and ap'),
        (["ap", "us"], "expected every location in a wave; eu-1 and eu-2 is missing: say rest"),
        (["ap", "ap", "rest"], "ap is in a wave already"),
        ([5], "only 4 locations are left for it"),
        (["rest", 1], "every location is in a wave already"),
        (
            [True],
            "expected the name of a location, a list of names, a number, a percentage or rest, got true",
        ),
    ],
)
def test_waves_that_are_wrong(order: list[Any], message: str) -> None:
    assert message in errors_of(waves(order=order))


def test_a_location_that_is_misspelt_has_a_place_and_a_suggestion(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "locations: [eu-west, us-east]\nstrategy:\n  waves:\n    strategy: {rolling: {}}\n"
        "    order: [eu-wset, rest]\n"
    )
    with pytest.raises(InputErrors, match=r':5:13: .*there is no location "eu-wset".*eu-west'):
        rollcast.load(file)


@pytest.mark.parametrize(
    ("locations", "message"),
    [
        ([{"name": "a", "share": "50%"}, {"name": "b", "share": "40%"}], "add up to 100%, got 90%"),
        ([{"name": "a", "share": "100%"}, "b"], "leaves nothing to the others"),
        (["a", "a"], "there is a location a already"),
        ([{"name": "a", "capacity": 1}, "b"], "expected room for at least the 2 replicas, got 1"),
        ("many", 'expected a list of locations, or how many there are, got "many"'),
    ],
)
def test_locations_that_are_wrong(locations: Any, message: str) -> None:
    assert message in errors_of(changed(locations=locations, strategy={"rolling": {}}))


def test_waves_need_locations_and_are_around_all_others() -> None:
    assert "needs several locations" in errors_of({key: WAVES[key] for key in ("strategy", "traffic")})
    inside = {"guarded": {"strategy": WAVES["strategy"], "analysis": "a"}}
    assert "must be around all other strategies" in errors_of(changed(strategy=inside))
    assert "expected the key strategy" in errors_of(waves(strategy=None))


def test_a_location_can_be_lost() -> None:
    loss = [{"location": "us", "at": "2m", "lasts": "5m"}]
    model = rollcast.load(changed(faults={"location_loss": loss}, fleet={"replicas": 2, "zones": 2})).model
    assert [len(location.faults.zone_losses) for location in model.locations] == [0, 0, 2, 0]
    assert 'there is no location "usa"' in errors_of(
        changed(faults={"location_loss": [{"location": "usa", "at": "2m"}]})
    )


def test_waves_go_around_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "deploy.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 3\n"
        "  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n"
        "    spec:\n      containers: [{name: shop, image: shop}]\n"
    )
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "manifest: deploy.yaml\nlocations: [a, b]\nstrategy: {waves: {order: [a, rest]}}\n"
        "traffic: {rate: 50/s}\n"
    )
    loaded = rollcast.load(file)
    assert loaded.strategy.params.waves == [[0], [1]]
    assert loaded.strategy.inner[0].params.replicas == 3
    assert rollcast.load(loaded.language).strategy.describe() == loaded.strategy.describe()


def test_a_stack_set_goes_by_region() -> None:
    accounts = [{"name": "a", "region": "us-east-1"}, {"name": "b", "region": "eu-west-1"}]
    accounts += [{"name": "c", "region": "us-east-1"}]
    body = {"strategy": {"rolling": {}}, "region_order": ["eu-west-1", "us-east-1"], "max_concurrent": "50%"}
    loaded = rollcast.load(changed(locations=accounts, strategy={"stack_set": body}))
    assert loaded.strategy.params.regions == [[1], [0, 2]]
    assert loaded.strategy.params.mode == _core.cloudformation.ConcurrencyMode.strict_failure_tolerance
    body["region_order"] = ["eu-west-1", "us-est-1"]
    assert "us-east-1" in errors_of(changed(locations=accounts, strategy={"stack_set": body}))


def test_a_bad_release_stops_where_it_was_found() -> None:
    analysis = {
        "metrics": [
            {
                "name": "errors",
                "kind": "error-ratio",
                "window": "1m",
                "interval": "15s",
                "failure": "result[0] > 0.1",
                "initial_delay": "1m",
            }
        ]
    }
    order = {"order": ["ap", "rest"], "bake": "4m", "analysis": "few-errors"}
    loaded = rollcast.load({**waves(**order), "analyses": {"few-errors": analysis}})
    found = rollcast.forecast(loaded, replications=4, seed=1)
    rows = found.outcomes.to_pydict()
    assert set(rows["verdict"]) == {"rolled back"}
    assert max(rows["blast_radius"]) == pytest.approx(0.25)
    story = found.timeline(0)
    assert story.reach is not None
    assert story.reach.shape[1] == 4
    assert story.reach[:, :3].max() == 0
    assert story.reach[:, 3].max() == 1


def test_waves_keep_the_contract() -> None:
    check_strategy(rollcast.load(WAVES), quota=24)


def test_a_flag_and_a_baseline_work_in_each_location() -> None:
    canary = {"canary": {"routed": True, "steps": [{"set_weight": 50}, {"pause": "1m"}]}}
    for inner in ({"feature_flag": {"exposure": canary}}, {"baseline": {"strategy": canary}}):
        loaded = rollcast.load(waves(strategy=inner))
        assert loaded.model.baseline == ("baseline" in inner)
        check_strategy(loaded)


def test_autoscalers_are_refused_and_quotas_are_of_each_location(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "locations: 3\nstrategy: {rolling: {}}\nfleet:\n  replicas: 2\n  autoscaling: {max: 6}\n"
        "traffic: {rate: 80/s}\n"
    )
    with pytest.raises(InputErrors, match=r":5:16: .*is not known of several locations"):
        rollcast.load(file)
    fleet = {"replicas": 2, "quota": 3}
    model = rollcast.load(changed(fleet=fleet)).model
    assert [location.fleet.quota for location in model.locations] == [3] * 4
    assert model.fleet.quota is None
    places = [{"name": "a", "replicas": 4}, "b"]
    assert "expected at most fleet.quota, 3, got 4" in errors_of(
        changed(locations=places, strategy={"rolling": {}}, fleet=fleet)
    )


def test_waves_are_pickled() -> None:
    import pickle

    strategy = rollcast.load(WAVES).strategy
    assert pickle.loads(pickle.dumps(strategy)).describe() == strategy.describe()
