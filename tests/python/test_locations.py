"""Locations in the scenario language, and the waves over them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast import _core, examples
from rollcast.errors import InputErrors
from rollcast.lower_locations import failover_shapes
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


@pytest.mark.parametrize("name", ["canary-with-analysis", "blue-green", "rolling-update"])
@pytest.mark.parametrize(
    "strategy",
    [
        "waves: {order: [a, rest]}",
        "baseline: {}",
        "waves: {order: [a, rest], strategy: {baseline: {}}}",
        "guarded: {analysis: own}",
        "shadow: {instances: 25%, duration: 2m, analysis: own}",
        "feature_flag: {}",
        "guarded: {analysis: own, strategy: {shadow: {}}}",
        "waves: {order: [a, rest], strategy: {feature_flag: {}}}",
    ],
)
def test_what_is_around_a_manifest_has_its_plan_inside(name: str, strategy: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(Path(examples.__file__).parent / name, tmp_path / name))
    file = folder / "scenario.yaml"
    plain = rollcast.load(file).strategy.describe()
    places = "locations: [a, b]\n" if "waves" in strategy else ""
    own = "{metrics: [{name: own, kind: error-ratio, window: 1m, failure: 'result[0] > 0.5'}]}"
    file.write_text(f"{file.read_text()}\n{places}strategy: {{{strategy}}}\nanalyses: {{own: {own}}}\n")
    if name == "blue-green" and "baseline" in strategy:
        with pytest.raises(InputErrors, match="a baseline has nothing to be compared with"):
            rollcast.load(file)
        return
    loaded = rollcast.load(file)
    inner = loaded.strategy
    while hasattr(inner, "inner"):
        inner = inner.inner[0] if isinstance(inner.inner, list) else inner.inner
    assert inner.describe() == plain
    assert rollcast.load(loaded.language).strategy.describe() == loaded.strategy.describe()
    check_strategy(loaded)


def test_a_plan_runs_in_each_location_with_its_sizes() -> None:
    places = [{"name": "big", "replicas": 8}, {"name": "small", "replicas": 3}]
    steps = [{"new": "25%", "until": 1}, {"weight": "10%", "wait": "1m"}]
    plan = {"plan": {"steps": steps}}
    by_wave = {"waves": {"order": ["small", "rest"], "strategy": plan}}
    for strategy, order in ((plan, [[0, 1]]), (by_wave, [[1], [0]])):
        loaded = rollcast.load(changed(locations=places, strategy=strategy))
        assert loaded.strategy.params.waves == order
        assert [each.params.replicas for each in loaded.strategy.inner] == [8, 3]
        check_strategy(loaded)
        story = rollcast.replay(loaded, 0)
        assert story.outcome["verdict"] == "promoted"
        assert story.reach is not None
        first = (story.reach > 0).argmax(axis=0)
        assert first[1] < first[0] or strategy is plan
    steps[0]["until"] = 2  # of three replicas one is wanted by then
    assert "strategy.plan.steps[0].until: expected at most the 1 instances" in errors_of(
        changed(locations=places, strategy=plan)
    )


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


AUTOSCALED = {"replicas": 4, "autoscaling": {"min": 2, "max": 6}}


def test_each_location_scales_by_itself() -> None:
    places = [{"name": "big", "replicas": 8, "autoscaling": {"max": 12}}, "small"]
    loaded = rollcast.load(changed(locations=places, strategy={"rolling": {}}, fleet=AUTOSCALED))
    limits = [location.fleet.autoscaling for location in loaded.model.locations]
    assert [(one.least, one.most) for one in limits] == [(2, 12), (2, 6)]
    assert loaded.model.fleet.autoscaling is None
    assert _core.autoscales(loaded.model)
    check_strategy(rollcast.load(changed(fleet=AUTOSCALED)))


def test_an_autoscaler_follows_the_share_of_its_location() -> None:
    places = [{"name": "busy", "share": "90%"}, {"name": "idle", "share": "10%"}]
    scenario = changed(locations=places, strategy={"rolling": {}}, fleet=AUTOSCALED, release="good")
    forecast = rollcast.forecast(rollcast.load(scenario), replications=2)
    assert forecast.estimates["p_promoted"].value == 1.0
    told = "\n".join(map(str, forecast.timeline(0).lines()))
    assert "idle: the autoscaler asks for 2 instances" in told
    assert "busy: the autoscaler asks for 2" not in told


@pytest.mark.parametrize(
    ("fleet", "place", "message"),
    [
        (AUTOSCALED, {"replicas": 9}, "expected what its autoscaling keeps, from 2 to 6, got 9"),
        (AUTOSCALED, {"autoscaling": {"min": 7}}, "expected at least the min of 7, got 6"),
        ({"replicas": 4}, {"autoscaling": {"min": 7}}, "expected fleet.autoscaling beside it"),
        ({"replicas": 4}, {"quota": 3}, "expected at least the 4 replicas, got 3"),
        ({"replicas": 2, "quota": 3}, {"replicas": 4}, "expected at most fleet.quota, 3, got 4"),
        (
            {"replicas": 2},
            {"disruption_budget": {}},
            "expected exactly one of min_available and max_unavailable",
        ),
    ],
)
def test_limits_of_a_location_that_contradict(
    fleet: dict[str, Any], place: dict[str, Any], message: str
) -> None:
    found = errors_of(changed(locations=[{"name": "a", **place}, "b"], strategy={"rolling": {}}, fleet=fleet))
    assert f"locations[0].{next(iter(place))}" in found
    assert message in found


def test_quotas_and_budgets_are_of_each_location() -> None:
    places = [{"name": "a", "quota": 5, "disruption_budget": {"max_unavailable": 1}}, "b"]
    fleet = {"replicas": 2, "quota": 3, "disruption_budget": {"min_available": "50%"}}
    model = rollcast.load(changed(locations=places, strategy={"rolling": {}}, fleet=fleet)).model
    assert [location.fleet.quota for location in model.locations] == [5, 3]
    budgets = [location.fleet.disruption_budget for location in model.locations]
    assert [_core.desired_healthy(budget, 2) for budget in budgets] == [1, 1]
    assert budgets[0].max_unavailable.value == 1
    assert model.fleet.quota is None


# --- faults ----------------------------------------------------------------------------------------------


def test_faults_of_a_location_are_its_own() -> None:
    brown = {"brown_out": [{"at": "1m", "errors": "10%"}]}
    places = [{"name": "a", "faults": brown}, {"name": "b", "faults": "none"}, "c"]
    scenario = changed(locations=places, strategy={"rolling": {}}, faults={"black_out": [{"at": "1m"}]})
    loaded = rollcast.load(scenario)
    faults = [location.faults for location in loaded.model.locations]
    assert [len(each.brown_outs) for each in faults] == [1, 0, 0]
    assert [len(each.black_outs) for each in faults] == [0, 0, 1]
    assert "locations[0].faults.brown_out[0].lasts" in {one.path for one in loaded.assumptions}
    drain = {"drain": [{"at": "1m"}]}
    message = "expected locations[0].faults.hosts beside it"
    places[0] = {"name": "a", "faults": drain}
    assert message in errors_of(changed(locations=places, strategy={"rolling": {}}))


# --- failover --------------------------------------------------------------------------------------------

THREE = [{"name": "a", "share": "50%"}, {"name": "b", "share": "30%"}, {"name": "c", "share": "20%"}]


def failing_over(**failover: Any) -> dict[str, Any]:
    return changed(
        locations=THREE,
        strategy={"rolling": {}},
        traffic={"rate": "100/s", "failover": failover},
        faults={"location_loss": [{"location": "a", "at": "5m", "lasts": "10m"}]},
        release="good",
        window={"lead_in": "1m", "horizon": "20m"},
    )


def rates(scenario: dict[str, Any], at: float) -> list[float]:
    model = rollcast.load(scenario).model
    return [_core.mean_rate(_core.in_location(model, number).traffic, at, at) for number in range(3)]


def test_requests_move_to_the_others_within_the_ttl_and_back() -> None:
    scenario = failing_over(after="60s", ttl="100s")
    assert rates(scenario, 359.0) == pytest.approx([50, 30, 20])
    assert rates(scenario, 410.0) == pytest.approx([25, 45, 30]), "half of the clients have asked again"
    assert rates(scenario, 600.0) == pytest.approx([0, 60, 40])
    assert rates(scenario, 1010.0) == pytest.approx([25, 45, 30])
    assert rates(scenario, 1100.0) == pytest.approx([50, 30, 20])


def test_none_is_lost_on_the_way_whatever_fails_when() -> None:
    away = [[(10.0, 50.0)], [(20.0, 60.0), (65.0, 90.0)], [(40.0, 45.0)]]
    shares = [0.5, 0.3, 0.2]
    for ttl in (0.0, 7.0, 30.0):
        shapes = failover_shapes(shares, away, ttl)
        for time in range(140):
            all_of_it = 0.0
            for share, shape in zip(shares, shapes, strict=True):
                points = [_core.RatePoint(at=at, factor=factor) for at, factor in shape]
                there = _core.Traffic(rate=share, shape=points)
                all_of_it += _core.mean_rate(there, time + 0.5, time + 0.5)
            assert all_of_it == pytest.approx(1)


def test_answers_name_all_where_none_is_left() -> None:
    (alone,) = failover_shapes([1.0], [[(10.0, 20.0)]], 0.0)
    assert {factor for _, factor in alone} == {1.0}


def test_less_fails_where_requests_go_elsewhere() -> None:
    stays = failing_over(after="10s", ttl="0s")
    del stays["traffic"]["failover"]
    lost = rollcast.forecast(rollcast.load(stays), replications=2).outcomes["failed"].to_pylist()
    moved = rollcast.forecast(rollcast.load(failing_over(after="10s", ttl="0s")), replications=2)
    # 50 requests a second for ten minutes against ten seconds of them.
    assert min(lost) > 25_000
    assert max(moved.outcomes["failed"].to_pylist()) < 2_500


def test_a_failover_that_can_mean_nothing_is_refused() -> None:
    alone = {**failing_over(), "locations": []}
    del alone["faults"]
    assert "expected locations: there is nowhere else to go" in errors_of(alone)
    users = failing_over()
    users["traffic"]["users"] = {"count": 10}
    assert "only requests that just come go elsewhere" in errors_of(users)
    idle = failing_over()
    idle["faults"] = "none"
    assert "changes nothing: no location is lost" in str(rollcast.load(idle).warnings)
    assumed = {one.path: one.value for one in rollcast.load(failing_over()).assumptions}
    assert (assumed["traffic.failover.after"], assumed["traffic.failover.ttl"]) == ("1m30s", "1m")


# --- what is told ----------------------------------------------------------------------------------------


def test_the_locations_that_were_exposed_are_counted_and_told() -> None:
    from rollcast.report import render

    loaded = rollcast.load(WAVES)
    forecast = rollcast.forecast(loaded, replications=3, seed=1)
    assert forecast.outcomes["locations_exposed"].to_pylist() == [1.0] * 3
    name = "locations_exposed_given_bad_mean"
    assert "share of the locations that a bad version reaches" in render(forecast)
    alone = rollcast.load(changed(locations=1, strategy={"rolling": {}}))
    one = rollcast.forecast(alone, replications=2, seed=1)
    assert one.outcomes["locations_exposed"].to_pylist() == [1.0] * 2
    assert name in one.estimates
    assert "locations" not in render(one)


def test_power_is_mapped_over_locations() -> None:
    canary = {"canary": {"routed": True, "steps": [{"set_weight": 50}, {"pause": "5m"}]}}
    metric = {"name": "errors", "kind": "error-ratio", "window": "1m", "interval": "1m"}
    metric |= {"failure": "result[0] > 0.05", "initial_delay": "1m"}
    scenario = {
        **waves(strategy={"guarded": {"strategy": canary, "analysis": "few-errors"}}, bake=None),
        "analyses": {"few-errors": {"metrics": [metric]}},
    }
    power = rollcast.power(scenario, x="share=20%:40%", y="severity=0.1%,40%", cells=2, replications=10)
    (found,) = power.maps.values()
    assert found.caught[0].max() < 0.2
    assert found.caught[1].min() > 0.8
    assert found.why_not_exact == "it goes over several locations"
    assert not any("No analysis watches" in note for note in power.notes)


def test_waves_are_pickled() -> None:
    import pickle

    strategy = rollcast.load(WAVES).strategy
    assert pickle.loads(pickle.dumps(strategy)).describe() == strategy.describe()
