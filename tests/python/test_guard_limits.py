"""What measurements are compared with, and the pictures that show it."""

import copy
import math
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import rollcast
from rollcast import plot
from rollcast.guard_limits import limits_of, measures_errors
from rollcast.study import Forecast
from rollcast.timeline import Measurement


def metric(small: dict[str, Any], **parts: Any) -> Any:
    scenario = copy.deepcopy(small)
    own = scenario["analyses"]["errors"]["metrics"][0]
    own |= parts
    scenario["analyses"]["errors"]["metrics"] = [
        {key: value for key, value in own.items() if value is not None}
    ]
    return rollcast.load(scenario).model.analyses[0].metrics[0]


@pytest.mark.parametrize(
    ("parts", "limits", "errors"),
    [
        ({}, [0.05], True),
        ({"kind": "success-ratio", "success": "result[0] >= 0.99"}, [0.99], False),
        ({"kind": "success-ratio", "success": "0.99 <= result[0]", "of": "service"}, [0.99], None),
        ({"kind": "latency-quantile", "success": "result[0] * 4 < 1"}, [0.25], None),
        ({"success": "result[0] < 0.01", "failure": "result[0] > 0.1"}, [0.01, 0.1], True),
        ({"success": "true"}, [], True),
        (
            {
                "kind": "cloudwatch-alarm",
                "success": None,
                "window": None,
                "interval": None,
                "threshold": "3%",
                "evaluation_periods": 2,
            },
            [0.03],
            None,
        ),
        ({"kind": "burn-rate", "success": None, "window": None, "interval": None}, [1.0], None),
    ],
)  # fmt: skip
def test_limits_are_where_a_guard_changes_its_mind(
    small: dict[str, Any], parts: dict[str, Any], limits: list[float], errors: bool | None
) -> None:
    guard = metric(small, **parts)
    assert limits_of(guard) == pytest.approx(limits, rel=1e-5)
    assert measures_errors(guard) is errors


def test_a_measurement_is_a_number_where_there_were_data() -> None:
    assert Measurement(1.0, "errors", "0.013", "Failed").number == 0.013
    assert math.isnan(Measurement(1.0, "errors", "no data", "Error").number)


def test_a_timeline_shows_what_each_guard_saw_and_the_truth_beside_it(forecast: Forecast) -> None:
    bad = forecast.typical(bad=True)
    assert bad is not None
    story = next(
        story
        for replication in (bad, *range(60))
        if (story := forecast.timeline(replication)).guards and story.seen_by(story.guards[0])
    )
    (guard,) = story.guards
    assert guard.metric == "error-rate"
    seen = story.seen_by(guard)
    ax = Figure().subplots(len(plot.timeline_panels(story)), 1)
    plot.timeline(story, list(ax))
    panel = ax[-1]
    labels = [text.get_text() for text in panel.get_legend().get_texts()]
    assert "measured" in labels
    assert "true" in labels
    assert "limit 5%" in labels
    lines = {str(line.get_label()): line for line in panel.lines}
    assert lines["measured"].get_ydata() == pytest.approx([each.number for each in seen])
    assert lines["true"].get_color() == plot.TRUTH
    others = {line.get_color() for name, line in lines.items() if name != "true"}
    assert plot.TRUTH not in others
    truth = story.truth_of(guard)
    assert truth is not None
    assert np.array_equal(truth, story.columns["true_error_rate_new"], equal_nan=True)
