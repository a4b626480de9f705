"""The person on call and the users who tell them, in the scenario language."""

from __future__ import annotations

from typing import Any

import pytest

from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, load
from rollcast.study import forecast

_ERRORS = {"name": "errors", "kind": "error-ratio", "of": "new", "window": "30s", "interval": "10s"}
CANARY: dict[str, Any] = {
    "name": "people",
    "service": {"service_time": "20ms", "errors": 0},
    "traffic": {"rate": "100/s"},
    "fleet": {"replicas": 4},
    "strategy": {"canary": {"steps": [{"set_weight": 50}, {"pause": "forever"}]}},
    "analyses": {"watch": {"metrics": [{**_ERRORS, "failure": "len(result) > 0 && result[0] > 0.1"}]}},
    "window": {"lead_in": "30s", "horizon": "5m"},
}


def loaded(people: Any, **besides: Any) -> LoadedScenario:
    return load({**CANARY, "people": people, **besides})


def test_who_is_paged_by_what_and_how_long_they_take() -> None:
    scenario = loaded({"pages": ["watch"], "acknowledge": "2m", "reports": {"share": "1%"}})
    people = scenario.model.people
    assert list(people.pages) == [0]
    assert people.on_call.acknowledge == _core.Constant(value=120)
    assert people.reports.share == pytest.approx(0.01)
    assumed = {each.path: each.value for each in scenario.assumptions}
    assert assumed["people.diagnose"] == "{lognormal: {median: 10m, sigma: 0.8}}"
    assert assumed["people.reports.enough"] == "3"


def test_a_page_by_an_analysis_that_is_not_there_is_located() -> None:
    with pytest.raises(InputErrors, match="expected the name of an analysis"):
        loaded({"pages": ["wach"]})


def test_somebody_whom_nothing_pages_is_warned_of() -> None:
    warnings = [str(warning) for warning in loaded({"act": "1m"}).warnings]
    assert any("nothing pages the person on call" in warning for warning in warnings)


def test_only_users_tell_of_wrong_answers() -> None:
    people = {
        "pages": ["watch"],
        "reports": {"share": "10%", "delay": "10s", "enough": 2},
        **dict.fromkeys(("acknowledge", "diagnose", "act"), "20s"),
    }
    bad = {"defect": "wrong-answers", "rate": "50%"}
    told = forecast(loaded(people, release=bad), 20)
    assert set(told.outcomes["verdict"].to_pylist()) == {"aborted"}
    assert told.estimates["p_rolled_back"].value == 1
    assert sum(told.columns["alarms_true"]) == 0
    untold = forecast(loaded({**people, "reports": {"share": 0}}, release=bad), 20)
    assert set(untold.outcomes["verdict"].to_pylist()) == {"stuck"}


# --- working hours

PAUSED = {"strategy": {"canary": {"steps": [{"set_weight": 50}, {"pause": "forever"}]}}, "analyses": {}}


def test_hours_are_lowered_and_what_is_assumed_is_said() -> None:
    hours = {"days": ["mon", "wed"], "from": "8:30", "to": "16:00", "zone": "-05:00"}
    scenario = loaded({"pages": ["watch"], "hours": hours}, traffic={"rate": "100/s", "start": "Wed 14:00"})
    people = scenario.model.people
    assert people.hours == _core.WorkingHours(
        start=2 * 86400 + 9 * 3600, opens=8.5 * 3600, closes=16 * 3600, days=0b101
    )
    usual = loaded({"pages": ["watch"], "hours": {}, "off_hours": {"acknowledge": "20m"}})
    assert usual.model.people.off_hours.acknowledge == _core.Constant(value=1200)
    assumed = {each.path: each.value for each in usual.assumptions}
    assert assumed["people.hours.from"] == "09:00"
    assert assumed["people.hours.to"] == "17:00"
    assert assumed["people.hours.days"] == "mon to fri"
    assert assumed["traffic.start"] == "Tue 11:00"
    assert assumed["people.off_hours.diagnose"] == "{lognormal: {median: 15m, sigma: 0.8}}"


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (
            {"hours": {"from": "17:00", "to": "9:00"}},
            "people.hours.to: expected a time later than 17:00, got 09:00",
        ),
        ({"hours": {"zone": "5h"}}, 'people.hours.zone: expected how far a clock is ahead, such as "+02:00"'),
        ({"hours": {"days": ["mo"]}}, 'did you mean "mon"?'),
        ({"off_hours": {}}, "people.off_hours: expected hours beside it"),
    ],
)
def test_bad_hours_are_located(people: Any, message: str) -> None:
    with pytest.raises(InputErrors) as caught:
        loaded(people)
    assert message in str(caught.value)


def test_a_night_page_takes_longer_to_the_second() -> None:
    """The page comes at one time, whatever the hour; the delays are constant."""
    quick = dict.fromkeys(("acknowledge", "diagnose", "act"), "10s")
    slow = dict.fromkeys(("acknowledge", "diagnose", "act"), "30s")
    people = {"pages": ["watch"], **quick, "hours": {"from": "9:00", "to": "17:00"}, "off_hours": slow}

    def aborted_after(start: str) -> list[float]:
        traffic = {"rate": "100/s", "start": start}
        bad = {"defect": "error-rate", "rate": "50%"}
        told = forecast(loaded(people, traffic=traffic, release=bad), 4, seed=1)
        return list(told.columns["detection"])

    by_day, by_night, on_sunday = map(aborted_after, ("Tue 11:00", "Tue 3:00", "Sun 11:00"))
    assert by_night == on_sunday == pytest.approx([60 + seconds for seconds in by_day])


def test_approval_waits_for_the_morning() -> None:
    def promoted_after(start: str) -> float:
        given = {
            **PAUSED,
            "traffic": {"rate": "1/s", "start": start},
            "approval": "10m",
            "window": {"lead_in": "30s", "horizon": "1h"},
            "people": {"hours": {"from": "9:00", "to": "17:00"}},
            "release": "good",
        }
        return float(forecast(load({**CANARY, **given}), 1, seed=1).columns["paused"][0])

    assert promoted_after("Tue 11:00") == 600
    started = promoted_after("Tue 8:55") - 600  # from the pause to nine o'clock
    assert 200 < started < 300
