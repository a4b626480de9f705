"""A forecast as one HTML file that needs no network."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any, TypeVar

import jinja2
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from rollcast import _core, plot, wording
from rollcast.comparison import Comparison
from rollcast.fidelity import in_words
from rollcast.power_map import Power, PowerMap, estimate_in_words, planned_rows
from rollcast.study import Forecast, grouped, matters
from rollcast.thresholds import Margin, Threshold
from rollcast.timeline import Timeline

T = TypeVar("T")

# Text stays text: small, searchable, in the reader's font.
SVG: Any = {"svg.fonttype": "none"}
_THEMED = {plot.INK: "var(--ink)", plot.FAINT: "var(--faint)", plot.NEW: "var(--blue)"}

BY_KIND = ("p_promoted", "p_rolled_back", "p_stuck", "p_timed_out", "attributable_failures_mean")


def render(forecast: Forecast, thresholds: Sequence[Threshold] = (), command: str = "") -> str:
    """The whole file."""
    pictures = {} if not forecast.replications else _pictures(forecast)
    power = forecast.power if forecast.replications else None
    return (
        environment()
        .get_template("report.html.jinja")
        .render(
            **_power_words(power, ("caught",)),
            forecast=forecast,
            loaded=forecast.scenario,
            plane=in_words(forecast.scenario.model),
            model_version=_core.model_version,
            version=_core.version,
            groups=_groups(forecast.estimates, forecast),
            gates=list(zip(thresholds, forecast.check(thresholds), strict=True)),
            pictures=pictures,
            kinds=_kinds(forecast),
            stories=_stories(forecast),
            command=command or default_command(forecast),
            source=shlex.quote(str(forecast.scenario.source or "SCENARIO")),
        )
    )


def render_power(power: Power, command: str = "") -> str:
    """A power study alone: the whole file."""
    if not command:
        command = f"rollcast.power(scenario, replications={power.replications}, seed={power.seed})"
    return (
        environment()
        .get_template("power.html.jinja")
        .render(
            **_power_words(power, ("caught", "seconds", "failed")),
            loaded=power.scenario,
            model_version=_core.model_version,
            version=_core.version,
            command=command,
        )
    )


def render_comparison(comparison: Comparison, margins: Sequence[Margin] = (), command: str = "") -> str:
    """Plans side by side: the whole file."""
    if not command:
        size = f"replications={comparison.replications}, seed={comparison.seed}"
        command = f"rollcast.compare(plans, {size})"
    gates = [
        (plan, margin, differences[margin.threshold.name], comparison.check(plan, margin))
        for plan, differences in comparison.differences.items()
        for margin in margins
    ]
    return (
        environment()
        .get_template("comparison.html.jinja")
        .render(
            comparison=comparison,
            tables={
                plan: _groups(each, *comparison.forecasts.values())
                for plan, each in comparison.differences.items()
            },
            gates=gates,
            reading=wording.COMPARISON_NOTES,
            model_version=_core.model_version,
            version=_core.version,
            command=command,
        )
    )


def _groups(by_name: Mapping[str, T], *forecasts: Forecast) -> dict[str, list[T]]:
    told = matters(*(forecast.scenario for forecast in forecasts))
    return grouped({name: each for name, each in by_name.items() if told(name)})


def environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rollcast"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breakable": _breakable,
        "quantity": wording.quantity,
        "clock": wording.clock,
        "gain": wording.gain,
        "plural": wording.plural,
    }
    return environment


def _power_words(power: Power | None, pictures: Sequence[str]) -> dict[str, Any]:
    """What the section on power is made of."""
    maps = power.maps.values() if power is not None else []
    return {
        "power": power,
        "power_pictures": {
            each.defect: [_power_svg(each, what) for what in pictures] if each.has_cells else []
            for each in maps
        },
        "power_rows": {
            each.defect: [[row[0], *map(_apart, row[1:])] for row in planned_rows(each, 7)] for each in maps
        },
        "power_false": {
            each.defect: estimate_in_words(each.planned_false_rollback, "probability")
            for each in maps
            if each.planned is not None
        },
    }


def _apart(words: str) -> tuple[str, str]:
    """A value, and its interval if it has one."""
    value, _, interval = words.partition(" (")
    return value, interval.removesuffix(")")


def _power_svg(each: PowerMap, what: str) -> Markup:
    titles = {"caught": "caught", "seconds": "time to catch it", "failed": "requests failed until then"}
    title = f"{each.defect}: {titles[what]}"
    return _svg(
        lambda ax: plot.power_map(each, ax, what), 3.2, title, f"By {each.x.label} and {each.y.label}."
    )


def _breakable(name: str) -> Markup:
    """A name that may be broken after a dot or an underscore."""
    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(name))))


def default_command(forecast: Forecast) -> str:
    """What makes the same numbers again."""
    if forecast.scenario.source is None:
        return f"rollcast.forecast(scenario, replications={forecast.replications}, seed={forecast.seed})"
    words = [
        "rollcast",
        "forecast",
        str(forecast.scenario.source),
        "--replications",
        str(forecast.replications),
    ]
    return shlex.join([*words, "--seed", str(forecast.seed)])


def _pictures(forecast: Forecast) -> dict[str, Markup | None]:
    pictures = forecast.plot
    return {
        "verdicts": _svg(
            pictures.verdicts,
            2.9,
            "A thousand releases",
            "A thousand squares, one a release, coloured by its fate.",
        ),
        "bad_verdicts": _svg(
            pictures.bad_verdicts,
            1.55,
            "A hundred bad ones",
            "A hundred squares, one a bad release, by its fate.",
        )
        if forecast.bad.any()
        else None,
        "truths": _svg(
            pictures.truths,
            0.52 * len(forecast.truths) + 1.5,
            "How each kind of release fares",
            "Bars with the share of releases of each kind by how their rollout ends.",
        ),
        "harm": _svg(
            pictures.harm,
            0.52 * len(forecast.truths) + 1.5,
            "Requests failed because of the rollout",
            "For each kind of release the spread of the failures that the rollout adds.",
        ),
        "durations": _svg(
            pictures.durations,
            3.4,
            "How long it takes",
            "The share of rollouts that is over, by time; good releases above bad ones.",
        ),
        "exposure": _svg(
            pictures.exposure,
            3.4,
            "How many requests meet a bad version",
            "Histogram of the number of requests that a bad version served.",
        ),
    }


def _kinds(forecast: Forecast) -> list[dict[str, Any]]:
    """A row for each kind of truth."""
    kinds = list(forecast.columns["truth"])
    return [
        {
            "name": truth.name,
            "probability": truth.probability,
            "runs": kinds.count(index),
            "estimates": [forecast.by_truth[truth.name][name] for name in BY_KIND],
        }
        for index, truth in enumerate(forecast.truths)
    ]


def _stories(forecast: Forecast) -> list[dict[str, Any]]:
    """A typical bad and a typical good run, with their pictures."""
    stories = []
    for bad, heading in ((True, "A typical bad release"), (False, "A typical good release")):
        replication = forecast.typical(bad=bad)
        if replication is not None:
            story = forecast.timeline(replication)
            stories.append(
                {
                    "heading": heading,
                    "story": story,
                    "entries": story.without_successes(),
                    "picture": _timeline_svg(story, heading),
                }
            )
    return stories


def _svg(draw: Callable[[Any], object], height: float, title: str, description: str) -> Markup:
    with plot.styled(**SVG):
        figure = Figure(figsize=(5.4, height), layout="constrained")
        draw(figure.subplots())
        return inline(figure, title, description)


def _timeline_svg(story: Timeline, title: str) -> Markup:
    with plot.styled(**SVG):
        heights = plot.timeline_panels(story)
        figure = Figure(figsize=(10, 1.3 * sum(heights)), layout="constrained")
        panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        plot.timeline(story, list(panels))
        return inline(
            figure, title, "Traffic, ready instances, error rate and what each guard saw, over time."
        )


def inline(figure: Figure, title: str, description: str) -> Markup:
    """The figure as an svg element that follows the page's width and colours."""
    buffer = StringIO()
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    prefix = re.sub(r"\W+", "-", title.lower())
    text = _with_own_ids(text, prefix)
    # A hundredth of a point is finer than any screen.
    text = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), text)
    for colour, variable in _THEMED.items():
        text = text.replace(colour, variable)
    opening, rest = text.split(">", 1)
    view_box = re.search(r'viewBox="[^"]*"', opening)
    assert view_box
    rest = re.sub(r"\s*<metadata>.*?</metadata>", "", rest, flags=re.DOTALL)
    head = Markup(
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink" {} role="img" aria-labelledby="{}">'
    ).format(Markup(view_box[0]), f"{prefix}-title {prefix}-desc")
    labels = Markup('<title id="{0}-title">{1}</title><desc id="{0}-desc">{2}</desc>').format(
        prefix, title, description
    )
    return head + labels + Markup(rest)


def _with_own_ids(text: str, prefix: str) -> str:
    """Ids that are referred to, numbered after the prefix: all pictures of a page share one space of ids."""
    used = dict.fromkeys(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    names = {old: f"{prefix}-{number}" for number, old in enumerate(used)}
    text = re.sub(
        r' id="([^"]+)"', lambda match: f' id="{names[match[1]]}"' if match[1] in names else "", text
    )
    return re.sub(r'((?:url\(|href=")#)([^")]+)', lambda match: match[1] + names[match[2]], text)
