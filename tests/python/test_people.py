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
    "strategy": {"canary": {"steps": [{"set_weight": 50}, {"pause": "never"}]}},
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
    with pytest.raises(InputErrors, match='expected the name of an analysis, got "wach".*watch'):
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
