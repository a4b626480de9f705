"""Pictures of a forecast. Each function draws on the matplotlib axes that it is given.

Colours are Okabe and Ito's, which colour-blind people can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    PercentFormatter,
)

from rollcast import wording
from rollcast.power_map import AT_LEAST
from rollcast.study import FATES, Fate, Forecast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rollcast.better_plans import Search
    from rollcast.influence import Sensitivity
    from rollcast.power_axes import Axis
    from rollcast.power_map import Power, PowerMap
    from rollcast.timeline import Guard, Timeline

INK = "#1b1f24"
FAINT = "#d5dae0"
OLD, NEW, THIRD, BAD = "#e69f00", "#0072b2", "#009e73", "#d55e00"
TRUTH = "#cc79a7"
HATCH = "#8a8a8a"
FATE_COLOURS = dict(
    zip(
        FATES, ("#009e73", "#e69f00", "#f0e442", "#999999", "#0072b2", "#cc79a7", "#56b4e9", BAD), strict=True
    )
)
PHASE_MARKS = {"Successful": ("o", "#009e73"), "Failed": ("X", BAD), "Error": ("s", "#56b4e9")}
OTHER_PHASE = ("D", "#999999")

STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.handlelength": 1.0,
    "legend.handleheight": 1.0,
    "legend.columnspacing": 1.4,
}


@contextmanager
def styled(**more: Any) -> Iterator[None]:
    """Draws in our style. Unlike mpl.rc_context it keeps what a backend sets when it is first used."""
    style = {**STYLE, **more}
    before = {key: mpl.rcParams[key] for key in style}
    mpl.rcParams.update(style)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


@styled()
def verdicts(forecast: Forecast, ax: Axes) -> Axes:
    """A thousand releases, each a square, coloured by what they were and what became of them."""
    return _squares(ax, {fate: forecast.share(fate) for fate in FATES}, count=1000, columns=50)


@styled()
def bad_verdicts(forecast: Forecast, ax: Axes) -> Axes:
    """A hundred bad releases, each a square, coloured by what became of them."""
    bad = float(forecast.weights[forecast.bad].sum())
    shares = {fate: forecast.share(fate) / bad for fate in FATES if fate.bad}
    return _squares(ax, shares, count=100, columns=25)


@styled()
def truths(forecast: Forecast, ax: Axes) -> Axes:
    """How each kind of release fares: the shares of its verdicts."""
    kinds = forecast.columns["truth"]
    names = [
        f"{truth.name}\n{wording.quantity(truth.probability, 'probability')}" for truth in forecast.truths
    ]
    used = []
    left = np.zeros(len(names))
    for fate in FATES:
        mask = forecast.mask(fate)
        share = np.array([_mean(mask[kinds == kind]) for kind in range(len(names))])
        if not share.any():
            continue
        used.append(fate)
        bars = ax.barh(names, share, left=left, color=FATE_COLOURS[fate], height=0.62)
        dark = fate.verdict != "stuck" or fate.bad
        ax.bar_label(
            bars,
            [f"{each:.0%}" if each >= 0.09 else "" for each in share],
            label_type="center",
            color="white" if dark else "black",
            fontsize=8.5,
        )
        left += share
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set(xlim=(0, 1), xlabel="share of releases of this kind")
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    _legend_below(ax, [Patch(color=FATE_COLOURS[fate], label=fate.label) for fate in used])
    return ax


@styled()
def durations(forecast: Forecast, ax: Axes) -> Axes:
    """Which share of the rollouts is over after how long: good releases upwards, bad ones downwards."""
    horizon = forecast.scenario.model.window.horizon
    grid = horizon / 240
    seconds = np.ceil(forecast.columns["duration"] / grid) * grid
    times = np.unique([0, *seconds, horizon])
    used = []
    for bad, sign in ((False, 1), (True, -1)):
        total = forecast.weights[forecast.bad == bad].sum()
        below = np.zeros(len(times))
        for fate in FATES:
            mask = forecast.mask(fate)
            if fate.bad != bad or fate.verdict not in ("promoted", "rolled back") or not mask.any():
                continue
            over = (seconds[mask] <= times[:, None]) @ forecast.weights[mask] / total
            ax.fill_between(
                times / 60,
                sign * below,
                sign * (below + over),
                color=FATE_COLOURS[fate],
                step="post",
                linewidth=0,
            )
            below += over
            used.append(fate)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set(
        xlim=(0, horizon / 60),
        ylim=(-1.19, 1.19),
        xlabel="minutes since the start",
        ylabel="share that is over",
    )
    ax.set_yticks([-1, -0.5, 0, 0.5, 1], ["100%", "50%", "0%", "50%", "100%"])
    for text, height, anchor in (("good releases", 1, "top"), ("bad releases", 0, "bottom")):
        ax.text(0.01, height, text, transform=ax.transAxes, va=anchor, fontweight="bold")
    _legend_below(ax, [Patch(color=FATE_COLOURS[fate], label=fate.label) for fate in used])
    return ax


@styled()
def exposure(forecast: Forecast, ax: Axes) -> Axes:
    """How many requests meet a bad version before the rollout is over or the window closes."""
    served = forecast.columns["exposure"].astype(float)
    highest = max(served[forecast.bad].max(initial=0), 10)
    decades = int(np.ceil(np.log10(highest * 1.01)))
    ordinates = np.where(served > 0, np.log10(np.maximum(served, 1)), -0.9)
    edges = np.concatenate([[-1, -0.75], np.linspace(0, decades, 4 * decades + 1)])
    used = _stacked_among_bad(forecast, ax, ordinates, edges)
    ticks = list(range(decades + 1))
    labels = [wording.short(10**tick) for tick in ticks]
    ax.set_xticks([-0.875, *ticks], ["none", *labels])
    ax.set(xlim=(-1.1, decades), xlabel="requests that a bad version served", ylabel="share of bad releases")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    _legend_below(ax, [Patch(color=FATE_COLOURS[fate], label=fate.label) for fate in used])
    return ax


@styled()
def harm(forecast: Forecast, ax: Axes) -> Axes:
    """Requests that fail because of the rollout, by kind of release: half and nine tenths of the runs."""
    kinds = forecast.columns["truth"]
    failures = forecast.columns["attributable"]
    names = []
    for row, truth in enumerate(forecast.truths):
        names.append(truth.name)
        sample = failures[kinds == row]
        if not len(sample):
            continue
        low, lower, middle, upper, high = np.quantile(sample, [0.05, 0.25, 0.5, 0.75, 0.95])
        colour = NEW if truth.kind.name == "none" else BAD
        ax.plot([low, high], [row, row], color=colour, linewidth=1.4, solid_capstyle="butt")
        ax.plot([lower, upper], [row, row], color=colour, linewidth=8, alpha=0.55, solid_capstyle="butt")
        ax.plot([middle], [row], marker="|", markersize=11, markeredgewidth=1.6, color=INK)
        ax.plot([sample.mean()], [row], marker="D", markersize=5, color=INK, markerfacecolor="white")
    ax.set_xscale("symlog", linthresh=100)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.short(value)))
    ax.set_xlabel("requests failed because of the rollout")
    ax.tick_params(axis="x", rotation=0)
    handles = [
        Line2D([], [], color=BAD, linewidth=1.4, label="9 of 10 runs"),
        Line2D([], [], color=BAD, linewidth=8, alpha=0.55, label="half of the runs"),
        Line2D(
            [], [], color=INK, marker="|", linestyle="", markersize=9, markeredgewidth=1.6, label="median"
        ),
        Line2D(
            [], [], color=INK, marker="D", linestyle="", markerfacecolor="white", markersize=5, label="mean"
        ),
    ]
    _legend_below(ax, handles, columns=4)
    return ax


@styled()
def timeline(story: Timeline, axes: Sequence[Axes]) -> Sequence[Axes]:
    """One replication on axes that share time: traffic, of several locations also in each, ready instances,
    error rate, and what the guards saw: as many axes as there are guards (see `timeline_panels`), or one for
    the verdicts of all of them."""
    traffic, *others = axes
    if story.reach is not None:
        _reach(story, others.pop(0))
    ready, errors, *guards = others
    columns = story.columns
    minutes = columns["at"] / 60

    traffic.fill_between(minutes, columns["weight_new"], step="pre", color=NEW, alpha=0.3, linewidth=0)
    traffic.plot(minutes, columns["weight_new"], drawstyle="steps-pre", color=NEW, linewidth=1.4)
    traffic.set(ylim=(0, 1.05), ylabel="traffic to\nthe new version")
    traffic.yaxis.set_major_formatter(PercentFormatter(1))
    versions: dict[str, tuple[str, Any]] = {"old": (OLD, "-"), "new": (NEW, "-")}
    third = story.third
    if third:
        versions[third] = THIRD, (0, (3, 1.5))
        traffic.plot(
            minutes,
            columns[f"weight_{third}"],
            drawstyle="steps-pre",
            color=THIRD,
            linestyle=versions[third][1],
            linewidth=1.1,
        )
        traffic.set_ylabel(f"traffic to the\nnew version,\n{third} dashed")

    for version, (colour, line) in versions.items():
        ready.plot(
            minutes,
            columns[f"ready_{version}"],
            drawstyle="steps-post",
            color=colour,
            linestyle=line,
            label=version,
            linewidth=1.1 if version == third else 1.6,
        )
    ready.set_ylim(0, 1.15 * max(1, *(columns[f"ready_{version}"].max(initial=0) for version in versions)))
    ready.set_ylabel("ready\ninstances")
    ready.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    _legend_right(ready)

    errors.plot(minutes, columns["observed_error_rate_old"], color=OLD, linewidth=1.2, label="old, observed")
    _truth(errors, minutes, columns["true_error_rate_new"], "new, true")
    errors.plot(minutes, columns["observed_error_rate_new"], color=NEW, linewidth=1.2, label="new, observed")
    if third:
        errors.plot(
            minutes,
            columns[f"observed_error_rate_{third}"],
            color=THIRD,
            linestyle=versions[third][1],
            linewidth=1.2,
            label=f"{third}, observed",
        )
    errors.set_ylim(bottom=0)
    errors.set_ylabel("error rate")
    errors.yaxis.set_major_formatter(FuncFormatter(lambda share, _: wording.quantity(share, "fraction")))
    errors.yaxis.set_major_locator(MaxNLocator(4))
    _legend_right(errors)

    if story.guards and len(guards) == len(story.guards):
        for guard, ax in zip(story.guards, guards, strict=True):
            _seen(story, guard, ax)
    else:
        _measurements(story, guards[0])
    over = story.outcome["duration"]
    decided = sorted({entry.at for entry in story.entries if entry.kind == "decision" and entry.at <= over})
    for ax in axes:
        for at in decided:
            ax.axvline(at / 60, color=INK, linewidth=0.6, linestyle=(0, (2, 3)))
        ax.set_xlim(0, max(minutes.max(initial=0), 1))
        ax.tick_params(labelbottom=ax is guards[-1])
    guards[-1].set_xlabel("minutes since the start; dotted: a decision")
    return axes


@styled()
def load(story: Timeline, ax: Axes) -> Axes:
    """What clients ask of the service and what they get in one replication: requests per second over time."""
    minutes = story.columns["at"] / 60
    highest = 0.0
    for name, label, colour, line in (
        ("request_rate", "requests", INK, (0, (1, 1))),
        ("goodput", "answered well", NEW, "solid"),
        ("retry_rate", "retries", BAD, (0, (5, 1))),
    ):
        rates = story.columns[name]
        ax.plot(
            minutes, rates, drawstyle="steps-pre", color=colour, linestyle=line, linewidth=1.6, label=label
        )
        highest = max(highest, rates.max(initial=0))
    ax.set(xlim=(0, max(minutes.max(initial=0), 1)), xlabel="minutes since the start", ylabel="per second")
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.05 * highest))  # other axes may share these limits
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.short(value)))
    _legend_right(ax)
    return ax


@styled()
def power_map(power: PowerMap, ax: Axes, what: str = "caught") -> Axes:
    """One kind of defect: `what` is "caught" (a probability), "seconds" or "failed" (requests), until then.
    Hatched: at least so much. Empty: not known, or never caught."""
    known = getattr(power.cells, what).value
    norm: Any
    if what == "caught":
        norm, label = mpl.colors.Normalize(0, 1), "probability of catching it"
    else:
        seen = known[np.isfinite(known) & (known > 0)]
        least, most = (seen.min(), seen.max()) if len(seen) else (1.0, 10.0)
        norm = mpl.colors.LogNorm(least, max(most, least * 1.01))
        label = "mean time to catch it" if what == "seconds" else "requests failed until then"
    x, y = _edges(power.x.values), _edges(power.y.values)
    shown = np.ma.masked_invalid(known if what == "caught" else np.where(known > 0, known, np.nan))
    mesh = ax.pcolormesh(
        x, y, shown, cmap=mpl.colormaps["cividis"].resampled(64), norm=norm, linewidth=0.3, edgecolor="face"
    )
    lines = None
    if what == "caught" and min(known.shape) > 1 and np.isfinite(known).all():
        lines = ax.contour(
            power.x.values, power.y.values, known, [0.5, 0.95], colors=["white", "black"], linewidths=1
        )
    if what == "caught":
        for row, column in zip(*np.nonzero(power.cells.method == AT_LEAST), strict=True):
            size = (x[column + 1] - x[column], y[row + 1] - y[row])
            ax.add_patch(
                Rectangle((x[column], y[row]), *size, fill=False, hatch="////", linewidth=0, edgecolor=HATCH)
            )
    for axis, values in (("x", power.x), ("y", power.y)):
        _power_ticks(ax, axis, values)
    ax.grid(visible=False)
    assert ax.figure is not None
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    assert bar.solids is not None
    bar.solids.set(rasterized=False, edgecolor="face")
    if lines is not None:
        bar.add_lines(lines)
    bar.set_label(label)
    unit = {"caught": "probability", "seconds": "seconds", "failed": "requests"}[what]
    bar.ax.yaxis.set_major_formatter(
        FuncFormatter(
            lambda value, _: (
                wording.short(round(value, 9)) if unit == "requests" else wording.quantity(value, unit)
            )
        )
    )
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    if what == "seconds":
        bar.ax.yaxis.set_major_locator(FixedLocator([60, 120, 300, 600, 1200, 2400, 7200, 21600]))
        bar.ax.yaxis.set_minor_locator(NullLocator())
    return ax


def power_figure(power: Power) -> Figure:
    """All maps of a power study: a row each, with the probability, the time and the harm."""
    with styled():
        maps = [each for each in power.maps.values() if each.has_cells]
        figure = Figure(figsize=(15, 3.9 * max(1, len(maps))), layout="constrained", facecolor="white")
        rows = figure.subplots(max(1, len(maps)), 3, squeeze=False)
        for row, each in zip(rows, maps, strict=False):
            for ax, what in zip(row, ("caught", "seconds", "failed"), strict=True):
                power_map(each, ax, what)
            row[0].set_title(each.defect, loc="left", fontweight="bold")
    return figure


@styled()
def front(search: Search, ax: Axes) -> Axes:
    """The first two objectives: of plans that no other beats, of the given one, of all that were tried."""
    names = search.objectives[:2]
    units = [search.given.forecast.estimates[name].unit for name in names]
    scale = 60.0 if units[0] == "seconds" else 1.0
    if len(names) == 2:
        for feasible, colour in ((False, FAINT), (True, "#9aa4af")):
            rows = [row for row in search.explored if row["feasible"] == feasible]
            if not rows:
                continue
            label = "tried" if feasible else "tried, does not meet the requirements"
            values = [[row[name] for row in rows] for name in names]
            ax.plot(np.array(values[0]) / scale, values[1], ".", color=colour, markersize=5, label=label)
    for plan in (search.given, *search.front):
        x, *rest = [plan.forecast.estimates[name] for name in names]
        y = rest[0] if rest else None
        is_given = plan is search.given
        height = y.value if y is not None else 0.0
        spread = None if y is None else [[max(0.0, y.value - y.low)], [max(0.0, y.high - y.value)]]
        ax.errorbar(
            x.value / scale,
            height,
            xerr=[[max(0.0, x.value - x.low) / scale], [max(0.0, x.high - x.value) / scale]],
            yerr=spread,
            fmt="s" if is_given else "o",
            color=OLD if is_given else NEW,
            elinewidth=1,
            label="the given plan" if is_given else "not beaten" if plan is search.front[0] else None,
        )
        ax.annotate(plan.label, (x.value / scale, height), (4, 4), textcoords="offset points")
    meanings = [search.given.forecast.estimates[name].meaning for name in names]
    ax.set_xlabel(f"{meanings[0]}, minutes" if scale == 60 else meanings[0])
    ax.set_ylabel(meanings[1] if len(names) == 2 else "")
    if len(names) == 1:
        ax.set_yticks([])
    _legend_below(ax, ax.get_legend_handles_labels()[0])
    return ax


@styled()
def influences(sensitivity: Sensitivity) -> Figure:
    """How strongly each outcome depends on each parameter: bars with their intervals."""
    from matplotlib import pyplot

    count, rows = len(sensitivity.outcomes), len(sensitivity.ranges)
    figure, panels = pyplot.subplots(
        count, 1, figsize=(7, count * (0.9 + 0.28 * rows)), layout="constrained", squeeze=False
    )
    for ax, outcome in zip(panels[:, 0], sensitivity.outcomes, strict=True):
        found = sensitivity.influences[outcome][::-1]
        unit = sensitivity.units[outcome] if sensitivity.method == "morris" else "fraction"
        scale = {"seconds": 1 / 60, "fraction": 100, "probability": 100}.get(unit, 1.0)
        total = np.array([each.total for each in found])
        sides = [total - [each.low for each in found], np.array([each.high for each in found]) - total]
        ax.barh(
            [each.parameter for each in found],
            total * scale,
            xerr=np.array(sides) * scale,
            color=NEW,
            height=0.62,
            error_kw={"elinewidth": 1, "ecolor": INK},
        )
        what = {"seconds": "minutes", "fraction": "%", "probability": "percentage points"}.get(unit, unit)
        of = "change over the whole range" if sensitivity.method == "morris" else "share of the variance"
        ax.set_xlabel(f"{of}, {what}")
        ax.set_xlim(left=0)
        ax.set_title(outcome, loc="left")
        ax.grid(axis="y", visible=False)
    return figure


def _edges(values: np.ndarray) -> np.ndarray:
    """Between neighbours, and as far beyond the ends; by factors."""
    if len(values) == 1:
        return np.array([values[0] / 1.2, values[0] * 1.2])
    middle = np.sqrt(values[:-1] * values[1:])
    return np.concatenate([[values[0] ** 2 / middle[0]], middle, [values[-1] ** 2 / middle[-1]]])


def _power_ticks(ax: Axes, which: str, axis: Axis) -> None:
    getattr(ax, f"set_{which}scale")("log")
    edges = _edges(axis.values)
    own = ax.xaxis if which == "x" else ax.yaxis
    own.set_major_locator(FixedLocator(_round_numbers(edges[0], edges[-1])))
    own.set_minor_locator(NullLocator())
    own.set_major_formatter(FuncFormatter(lambda value, _: axis.in_words(value).removesuffix(" requests")))
    getattr(ax, f"set_{which}label")(axis.label)
    getattr(ax, f"set_{which}lim")(edges[0], edges[-1])


def _round_numbers(low: float, high: float) -> list[float]:
    """Some between two ends, finer where these are near."""
    decades = np.log10(high / low)
    steps = (
        (1,)
        if decades > 4
        else (1, 3)
        if decades > 2.2
        else (1, 2, 5)
        if decades > 0.7
        else (1, 1.5, 2, 2.5, 3, 4, 5, 7)
    )
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]


def timeline_panels(story: Timeline) -> list[float]:
    """The relative heights of the axes that a timeline needs."""
    locations = [min(3.5, 0.4 + 0.12 * len(story.locations))] if story.reach is not None else []
    return [1, *locations, 1, 1.4, *([1.2] * len(story.guards) or [0.7])]


def _reach(story: Timeline, ax: Axes) -> None:
    """How far each location has come: the darker, the more of its requests go to the new version."""
    assert story.reach is not None
    at, count = story.columns["at"] / 60, len(story.locations)
    edges = np.concatenate([[0.0], at]) if len(at) else np.array([0.0, 1.0])
    shades = mpl.colors.LinearSegmentedColormap.from_list("reach", ["#f2f2f2", NEW])
    shown = story.reach.T if len(at) else np.zeros((count, 1))
    ax.pcolormesh(edges, np.arange(count + 1), shown, cmap=shades, vmin=0, vmax=1, rasterized=False)
    every = max(1, -(-count // 12))
    ax.set_yticks(np.arange(0, count, every) + 0.5, story.locations[::every])
    ax.set_ylim(count, 0)
    ax.tick_params(axis="y", labelsize="small", length=0)
    ax.set_ylabel("new version\nin each location")


def _truth(ax: Axes, minutes: np.ndarray, values: np.ndarray, label: str) -> None:
    """What no guard sees, in the colour that nothing else has."""
    ax.plot(minutes, values, color=TRUTH, linewidth=3.2, alpha=0.55, label=label, zorder=1.5)


def _seen(story: Timeline, guard: Guard, ax: Axes) -> None:
    """What one guard measured, when, against which limit, and what it made of it."""
    taken = story.seen_by(guard)
    ax.plot(
        [each.at / 60 for each in taken],
        [each.number for each in taken],
        color=INK,
        linewidth=0.9,
        label="measured",
    )
    for phase in dict.fromkeys(each.phase for each in taken):
        marker, colour = PHASE_MARKS.get(phase, OTHER_PHASE)
        chosen = [each for each in taken if each.phase == phase]
        ax.plot(
            [each.at / 60 for each in chosen],
            [each.number for each in chosen],
            marker,
            color=colour,
            markersize=4.5,
            markeredgewidth=0,
            label=phase.lower(),
        )
    values = [each.number for each in taken]
    truth = story.truth_of(guard)
    if truth is not None:
        _truth(ax, story.columns["at"] / 60, truth, "true")
        values += list(truth[np.isfinite(truth)])
    in_words = "{:g}".format if guard.errors is None else lambda share: wording.quantity(share, "fraction")
    # A limit that nothing comes near would leave no room for what was measured.
    reach = 4 * (max(values) - min(values)) + 0.02 * max(map(abs, values)) if values else np.inf
    near = [
        limit for limit in guard.limits if not values or min(values) - reach <= limit <= max(values) + reach
    ]
    for limit in near or guard.limits[:1]:
        ax.axhline(limit, color=BAD, linewidth=1, linestyle=(0, (4, 2)), label=f"limit {in_words(limit)}")
    ax.set_ylabel(guard.metric.replace("-", "-\n", 1) if len(guard.metric) > 12 else guard.metric)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    if guard.errors is not None:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: wording.quantity(share, "fraction")))
    handles, labels = ax.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    ax.legend(unique.values(), unique.keys(), loc="center left", bbox_to_anchor=(1.01, 0.5))


def _measurements(story: Timeline, ax: Axes) -> None:
    taken = story.measurements
    names = list(dict.fromkeys(each.metric for each in taken))
    for phase in dict.fromkeys(each.phase for each in taken):
        marker, colour = PHASE_MARKS.get(phase, OTHER_PHASE)
        chosen = [each for each in taken if each.phase == phase]
        ax.plot(
            [each.at / 60 for each in chosen],
            [names.index(each.metric) for each in chosen],
            marker,
            color=colour,
            markersize=4.5,
            markeredgewidth=0,
            label=phase.lower(),
        )
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    if names:
        _legend_right(ax)
    else:
        ax.set_ylabel("no guard")


class Plots:
    """The pictures of one forecast. Without axes each makes a figure of its own."""

    def __init__(self, forecast: Forecast) -> None:
        self._forecast = forecast

    def verdicts(self, ax: Axes | None = None) -> Axes:
        """A thousand releases, coloured by what they were and what became of them."""
        return verdicts(self._forecast, ax or _new_axes(3.4))

    def bad_verdicts(self, ax: Axes | None = None) -> Axes:
        """A hundred bad releases, coloured by what became of them."""
        return bad_verdicts(self._forecast, ax or _new_axes(2.0))

    def truths(self, ax: Axes | None = None) -> Axes:
        """How each kind of release fares."""
        return truths(self._forecast, ax or _new_axes(3.4))

    def harm(self, ax: Axes | None = None) -> Axes:
        """Requests that fail because of the rollout, by kind of release."""
        return harm(self._forecast, ax or _new_axes(3.0))

    def durations(self, ax: Axes | None = None) -> Axes:
        """How long rollouts take."""
        return durations(self._forecast, ax or _new_axes(3.4))

    def exposure(self, ax: Axes | None = None) -> Axes:
        """How many requests meet a bad version."""
        return exposure(self._forecast, ax or _new_axes(3.4))

    def timeline(self, replication: int, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
        """One replication: traffic, ready instances, error rate and what the guards saw over time; on axes of
        its own, or on four."""
        story = self._forecast.timeline(replication)
        if axes is None:
            from matplotlib import pyplot

            heights = timeline_panels(story)
            with styled():
                figure, panels = pyplot.subplots(
                    len(heights),
                    1,
                    figsize=(8, 1.3 * sum(heights) + 0.6),
                    layout="constrained",
                    sharex=True,
                    height_ratios=heights,
                )
            axes = list(panels)
            figure.suptitle(story.title)
        return timeline(story, axes)


@styled()
def _new_axes(height: float) -> Axes:
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(6, height), layout="constrained")[1]


def _squares(ax: Axes, shares: dict[Fate, float], count: int, columns: int) -> Axes:
    rows = count // columns
    counts = wording.apportion(list(shares.values()), count)
    cells = iter(range(count))
    handles = []
    for (fate, share), number in zip(shares.items(), counts, strict=True):
        squares = [_square(*divmod(next(cells), rows)) for _ in range(number)]
        if squares:
            outline = Path.make_compound_path(*squares)
            ax.add_patch(PathPatch(outline, facecolor=FATE_COLOURS[fate], linewidth=0))
        if share > 0:
            label = f"{number or 'fewer than 1'} {fate.label}"
            handles.append(Patch(color=FATE_COLOURS[fate], label=label))
    ax.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
    ax.set_anchor("N")
    ax.set_axis_off()
    _legend_below(ax, handles, gap=0.02)
    return ax


def _square(column: int, row: int) -> Path:
    near, far = 0.08, 0.92
    corners = [(near, near), (far, near), (far, far), (near, far), (near, near)]
    return Path([(column + x, row + y) for x, y in corners], closed=True)


def _mean(mask: np.ndarray) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _stacked_among_bad(forecast: Forecast, ax: Axes, values: np.ndarray, edges: np.ndarray) -> list[Fate]:
    """Stacks a histogram of the bad releases by fate; bars are shares of the bad releases."""
    total = forecast.weights[forecast.bad].sum()
    bottom = np.zeros(len(edges) - 1)
    used = []
    for fate in FATES:
        mask = forecast.mask(fate)
        if not fate.bad or not mask.any():
            continue
        height, _ = np.histogram(values[mask], edges, weights=forecast.weights[mask] / total)
        seen = height > 0
        ax.bar(
            edges[:-1][seen],
            height[seen],
            np.diff(edges)[seen],
            bottom=bottom[seen],
            align="edge",
            color=FATE_COLOURS[fate],
            linewidth=0,
        )
        bottom += height
        used.append(fate)
    return used


def _legend_below(ax: Axes, handles: Iterable[Any], columns: int = 2, gap: float = 0.2) -> None:
    ax.legend(handles=list(handles), loc="upper center", bbox_to_anchor=(0.5, -gap), ncols=columns)


def _legend_right(ax: Axes) -> None:
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
