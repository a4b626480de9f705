"""Strategies of the user's own that lead the rollout in all locations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast import AnalysisPhase, Directive, Observation, Rollout, Runbook, Target, _core
from rollcast.errors import InputErrors
from rollcast.testing import ContractError, check_strategy

FOLLOWERS = '''\
import rollcast
from rollcast import AnalysisPhase, Directive, Phase, Target


@rollcast.knows_locations
class Followers:
    """The first location leads; the others follow once it is done, and all go back together."""

    def __init__(self, replicas, analyses, locations):
        self.locations = locations
        self.first = next(iter(locations))
        self.back = False
        self.over = None

    def decide(self, seen):
        self.back = self.back or (seen.aborted and self.over is None)
        version = 0 if self.back else 1
        there = {name: seen.at(name).cohorts for name in self.locations}
        done = {n: there[n][version].available >= size for n, size in self.locations.items()}
        want = {n: s for n, s in self.locations.items() if self.back or n == self.first or done[self.first]}
        targets = {}
        for name, size in want.items():
            targets[name] = [Target(), Target()]
            targets[name][version].desired = size
            if not done[name]:
                targets[name][1 - version].desired = there[name][1 - version].desired
        phase = Phase.rolling_back if self.back else Phase.moving
        if all(done.values()):
            phase = self.over = Phase.rolled_back if self.back else Phase.promoted
        if self.over is None and seen.now >= 600 and not self.back:
            phase = Phase.stuck
        wake = 600 if self.over is None and seen.now < 600 else float("inf")
        reason = f"{sum(done.values())} of {len(done)} done"
        return Directive(targets=seen.targets(targets), phase=self.over or phase, wake_at=wake, reason=reason)


@rollcast.knows_locations
def one_by_one(rollout):
    for name, replicas in rollout.locations.items():
        yield rollout.scale(new=replicas, at=name)
        yield rollout.wait("1m")
        if (yield rollout.analyse("errors", at=name)) != AnalysisPhase.successful:
            yield rollout.roll_back(f"errors in {name}")
        yield rollout.scale(old=0, at=name)
    yield rollout.finish()
'''
SCENARIO = """\
locations: [{name: eu, replicas: 2}, {name: us, replicas: 4, share: 60%}, {name: ap, replicas: 2}]
strategy: {python: {file: mine.py, KIND}}
analyses:
  errors: {metrics: [{name: errors, kind: error-ratio, window: 1m, failure: "result[0] > 0.05"}]}
traffic: {rate: 200/s}
fleet: {readiness: {period: 1s}, start: 2s, warm_up: 0s}
window: {horizon: 20m}
release: RELEASE
"""
CLASS, FUNCTION = "class: Followers", "function: one_by_one"


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    (tmp_path / "mine.py").write_text(FOLLOWERS)

    def write(kind: str, release: str = "good", text: str = SCENARIO) -> Path:
        (tmp_path / "s.yaml").write_text(text.replace("KIND", kind).replace("RELEASE", release))
        return tmp_path / "s.yaml"

    return write


def first_reached(story: rollcast.Timeline) -> list[float]:
    """When each location first sent the new version requests."""
    assert story.reach is not None
    return [float(story.columns["at"][column > 0][0]) for column in story.reach.T]


@pytest.mark.parametrize("kind", [CLASS, FUNCTION])
def test_it_is_made_once_and_leads_all_locations(scenario: Any, kind: str) -> None:
    mine = rollcast.load(scenario(kind), allow_code=True)
    assert mine.strategy.knows_locations
    assert "replicas=8" in mine.strategy.describe()
    assert "strategy.waves" not in {one.path for one in mine.assumptions}
    forecast = rollcast.forecast(mine, replications=4)
    assert forecast.estimates["p_promoted"].value == 1.0
    eu, us, ap = first_reached(forecast.timeline(0))
    assert eu < us
    assert us == ap if kind == CLASS else us < ap


def test_a_runbook_looks_at_one_location_and_goes_back_everywhere(scenario: Any) -> None:
    bad = rollcast.load(scenario(FUNCTION, "{defect: error-rate, rate: 30%}"), allow_code=True)
    forecast = rollcast.forecast(bad, replications=4)
    assert forecast.estimates["p_rolled_back"].value == 1.0
    assert max(forecast.outcomes["blast_radius"].to_pylist()) <= 0.2 + 1e-9, "eu's share"
    told = "\n".join(map(str, rollcast.replay(bad, 1).lines()))
    assert "eu: analyse errors" in told
    assert "errors in eu: 3/3 locations are back" in told


def own(text: str = FOLLOWERS) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text, "mine.py", "exec"), names)
    return names


def test_the_contract_is_rehearsed_over_several_locations() -> None:
    for name, analyses in (("Followers", ()), ("one_by_one", ("errors",))):
        for locations in (1, 3):
            check_strategy(own()[name], replicas=4, analyses=analyses, locations=locations)


def test_a_breach_in_one_location_is_found() -> None:
    forgets = FOLLOWERS.replace("want.items()", "list(want.items())[:2]")
    with pytest.raises(
        ContractError, match=r"keeps old instances|not promoted|does not end|does not go back"
    ):
        check_strategy(own(forgets)["Followers"], replicas=4, locations=3)


@pytest.mark.parametrize("kind", [CLASS, FUNCTION])
def test_a_scenario_is_rehearsed_and_run(scenario: Any, kind: str) -> None:
    check_strategy(scenario(kind))
    alike = SCENARIO.replace("replicas: 4, ", "replicas: 2, ")
    check_strategy(scenario(kind, text=alike))


def test_what_knows_one_location_is_told_so() -> None:
    class Usual:
        def __init__(self, replicas: int, analyses: dict[str, int]) -> None:
            pass

        def decide(self, seen: Observation) -> Directive:
            return Directive()

    with pytest.raises(TypeError, match=r"Usual knows one location; see rollcast\.knows_locations"):
        check_strategy(Usual, locations=2)


def test_nothing_can_be_around_it(scenario: Any) -> None:
    text = SCENARIO.replace("{python:", "{waves: {order: [rest], strategy: {python:").replace(
        "KIND}}", "KIND}}}}"
    )
    with pytest.raises(
        InputErrors, match=r"s\.yaml:2:\d+: .*Followers leads all locations: nothing can be around"
    ):
        rollcast.load(scenario(CLASS, text=text), allow_code=True)


def test_with_one_location_it_leads_that(scenario: Any) -> None:
    text = "\n".join(SCENARIO.splitlines()[1:]).replace("fleet: {", "fleet: {replicas: 3, ")
    forecast = rollcast.forecast(rollcast.load(scenario(CLASS, text=text), allow_code=True), replications=2)
    assert forecast.estimates["p_promoted"].value == 1.0


def test_a_step_in_a_place_that_is_not_there(scenario: Any, tmp_path: Path) -> None:
    path = scenario(FUNCTION)
    (tmp_path / "mine.py").write_text(FOLLOWERS.replace("old=0, at=name", "old=0, at='moon'"))
    with pytest.raises(_core.StrategyError, match='there is no location "moon"; there is eu, us and ap'):
        rollcast.forecast(rollcast.load(path, allow_code=True), replications=1)


# --- what they are shown ---------------------------------------------------------------------------------


def two_places() -> Observation:
    cohorts = [
        _core.Cohort(desired=size, location=at, routed=at == 1, weight=size / 4)
        for at, sizes in enumerate(((4, 0), (1, 3)))
        for size in sizes
    ]
    running = AnalysisPhase.running
    analyses = [_core.AnalysisStatus(run=7, location=at, phase=running) for at in (0, 1)]
    return Observation(
        cohorts=cohorts, analyses=analyses, locations=2, names=["eu", "us"], sizes=[5, 6], replicas=11
    )


def test_one_location_is_shown_as_if_it_were_alone() -> None:
    us = two_places().at("us")
    assert [cohort.desired for cohort in us.cohorts] == [1, 3]
    assert (us.routed, us.replicas, us.locations) == (True, 6, 1)
    assert [(status.run, status.location) for status in us.analyses] == [(7, _core.everywhere)]
    with pytest.raises(ValueError, match='there is no location "moon"'):
        two_places().at("moon")


def test_where_nothing_is_changed_all_stays_as_it_is() -> None:
    there = [Target(desired=2), Target(desired=2)]
    assert two_places().targets({"eu": there}) == [
        *there,
        Target(desired=1, weight=0.25),
        Target(desired=3, weight=0.75),
    ]
    assert two_places().targets({})[0] == Target(desired=5), "alone there, it follows its autoscaler"


def test_a_runbook_without_places_means_all_alike() -> None:
    @rollcast.knows_locations
    def together(rollout: Rollout) -> Runbook:
        yield rollout.scale(new=1)
        yield rollout.shift(0.25)
        yield rollout.finish()

    check_strategy(together, replicas=4, locations=2)
