"""Pictures."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rollcast import plot
from rollcast.study import FATES, Forecast


@pytest.mark.parametrize("name", ["verdicts", "bad_verdicts", "truths", "harm", "durations", "exposure"])
def test_a_picture_is_drawn_on_the_axes_that_are_given(forecast: Forecast, name: str) -> None:
    others = plt.get_fignums()
    figure = Figure()
    ax = figure.subplots()
    assert getattr(forecast.plot, name)(ax) is ax
    assert ax.patches or ax.lines or ax.collections
    assert ax.get_legend() is not None
    assert plt.get_fignums() == others


def test_a_picture_makes_axes_of_its_own(forecast: Forecast) -> None:
    ax = forecast.plot.truths()
    assert isinstance(ax, Axes)
    assert ax.get_xlabel()
    plt.close(ax.figure)


def test_the_squares_are_a_thousand(forecast: Forecast) -> None:
    ax = Figure().subplots()
    forecast.plot.verdicts(ax)
    corners = 5
    assert sum(len(patch.get_path().vertices) for patch in ax.patches) == 1000 * corners
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(labels) == sum(forecast.share(fate) > 0 for fate in FATES)


def test_axes_have_labels_with_units(forecast: Forecast) -> None:
    for name, label in (("durations", "minutes"), ("exposure", "requests"), ("harm", "requests")):
        ax = Figure().subplots()
        getattr(forecast.plot, name)(ax)
        assert label in ax.get_xlabel()


def test_what_clients_ask_and_get_is_drawn_over_time(forecast: Forecast) -> None:
    ax = Figure().subplots()
    assert plot.load(forecast.timeline(0), ax) is ax
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "requests",
        "answered well",
        "retries",
    ]
    assert ax.get_xlabel() == "minutes since the start"
    assert ax.get_ylabel() == "per second"
    requests, answered, retries = (line.get_ydata() for line in ax.lines)
    assert (requests > 0).all()
    assert (answered <= 1.5 * requests).all()
    assert (retries == 0).all(), "the example's clients do not try again"


def test_a_timeline_is_drawn_on_four_axes(forecast: Forecast) -> None:
    figure = Figure()
    axes = list(figure.subplots(4, 1, sharex=True))
    forecast.plot.timeline(0, axes)
    assert all(ax.lines for ax in axes)
    own = forecast.plot.timeline(0)
    assert len(own) == 4
    plt.close("all")
