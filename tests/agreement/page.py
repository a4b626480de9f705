"""The page of the matrix: what agrees, what does not and by how much; one file that needs no network."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from cells import LEVELS
from equivalence import Comparison, Finding
from rollcast import _core, plot, report

if TYPE_CHECKING:
    from judge import Plane, Result

MARKS = {Finding.AGREES: "✓", Finding.DIFFERS: "✗", Finding.UNSEEN: "?"}
CLASSES = {Finding.AGREES: "fine", Finding.DIFFERS: "holds", Finding.UNSEEN: "undecided"}
LOOKS_LIKE = {
    Finding.AGREES: (plot.NEW, "o"),
    Finding.DIFFERS: (plot.BAD, "X"),
    Finding.UNSEEN: ("#999999", "s"),
}
CRITERIA = {
    "promoted": "promoted",
    "rolled back": "rolled back",
    "stuck": "stuck",
    "timed out": "timed out",
    "duration": "duration",
    "detection": "detection time",
    "attributable": "attributable failures",
    "failed": "distribution of total failures",
}
BEYOND = 4
"""Margins; what is further apart is drawn there."""


def render(
    results: Sequence[Result],
    planes: tuple[Plane, Plane],
    looks: Sequence[tuple[int, float]],
    margins: Mapping[str, float],
) -> str:
    """The whole file."""
    ordered = sorted(results, key=lambda result: float(result.cell.load))
    template = Path(__file__).with_name("page.html.jinja").read_text(encoding="utf-8")
    failing = [each for each in ordered if each.finding is not Finding.AGREES]
    spread = [each for each in failing if _by_name(each)["failed"].finding is not Finding.AGREES]
    return (
        report.environment()
        .from_string(template)
        .render(
            results=ordered,
            failing=failing,
            spread=len(spread),
            usual=[each for each in ordered if float(each.cell.load) <= 0.9],
            agreeing=_agreeing,
            by_name=_by_name,
            levels=_by_level(ordered),
            criteria=CRITERIA,
            marks=MARKS,
            classes=CLASSES,
            told=_told,
            hint=_hint,
            number=_number,
            planes=planes,
            looks=looks,
            margins=margins,
            seconds=[sum(each.seconds[index] for each in results) for index in (0, 1)],
            differences=_svg(_differences, ordered, 9.5, "Differences", "By cell and criterion, in margins."),
            distributions=_svg(
                _distributions,
                spread,
                1.9 * math.ceil(len(spread) / 4) + 0.3,
                "Distributions",
                "Of total failures of a replication, where they are not shown to be equal.",
            )
            if spread
            else None,
            model_version=_core.model_version,
            version=_core.version,
        )
    )


def _by_name(result: Result) -> dict[str, Comparison]:
    return {each.name: each for each in result.comparisons}


def _agreeing(results: Sequence[Result]) -> int:
    return sum(each.finding is Finding.AGREES for each in results)


def _by_level(results: Sequence[Result]) -> dict[str, dict[str, Sequence[Result]]]:
    return {
        factor: {level: [each for each in results if getattr(each.cell, factor) == level] for level in levels}
        for factor, levels in LEVELS.items()
    }


def _told(each: Comparison) -> str:
    """How far the two are apart, in short."""
    if math.isnan(each.second - each.first):
        return ""
    if each.name == "failed":
        return f"{each.second:.3f}"
    if each.relative:
        return f"{each.second / each.first - 1:+.1%}" if each.first else "…"
    if each.name == "attributable":
        return f"{each.second - each.first:+.2g}"
    return f"{100 * (each.second - each.first):+.1f}"


def _hint(each: Comparison) -> str:
    """The same at length."""
    first, second = _number(each.first), _number(each.second)
    low, high = (f"{100 * end:+.1f}%" if each.relative else f"{end:+.3g}" for end in (each.low, each.high))
    return f"{first} and {second}; apart by {low} to {high}, margin {each.margin:.2g}"


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _svg(
    draw: Callable[[Figure, Sequence[Result]], None],
    results: Sequence[Result],
    height: float,
    title: str,
    description: str,
) -> Markup:
    with plot.styled(**report.SVG):
        figure = Figure(figsize=(10.5, height), layout="constrained")
        draw(figure, results)
        return report.inline(figure, title, description)


def _differences(figure: Figure, results: Sequence[Result]) -> None:
    """A row of axes for each criterion, a place on them for each cell."""
    rows = list(figure.subplots(len(CRITERIA), 1, sharex=True))
    loads = [each.cell.load for each in results]
    starts = [index for index, load in enumerate(loads) if index == 0 or load != loads[index - 1]]
    for ax, (name, title) in zip(rows, CRITERIA.items(), strict=True):
        ax.axhspan(-1, 1, color=plot.FAINT, alpha=0.5, lw=0)
        for place, result in enumerate(results):
            each = _by_name(result).get(name)
            if each is None:
                continue
            colour, marker = LOOKS_LIKE[each.finding]
            apart = each.second - each.first
            if each.relative:
                apart = apart / each.first if each.first else math.nan
            low, middle, high = (
                float(np.clip(value / each.margin, -BEYOND, BEYOND)) for value in (each.low, apart, each.high)
            )
            ax.plot([place, place], [low, high], color=colour, lw=1)
            ax.plot(place, middle, marker, color=colour, ms=3.5, mew=0)
        for start in starts[1:]:
            ax.axvline(start - 0.5, color=plot.INK, lw=0.6)
        ax.set(ylim=(-BEYOND - 0.4, BEYOND + 0.4), yticks=[-BEYOND, 0, BEYOND])
        ax.set_title(title, loc="left", fontsize=9, pad=2)
        ax.grid(visible=False, axis="x")
    ends = [*starts[1:], len(results)]
    rows[-1].set(
        xlim=(-1, len(results)),
        xticks=[(start + end - 1) / 2 for start, end in zip(starts, ends, strict=True)],
        xticklabels=[loads[start] for start in starts],
        xlabel="cells, by load",
    )


def _distributions(figure: Figure, results: Sequence[Result]) -> None:
    """For each cell the share of replications with so many failures at most."""
    axes = figure.subplots(math.ceil(len(results) / 4), 4, squeeze=False).flat
    shares = np.linspace(0, 1, 201)
    for ax, result in zip(axes, results, strict=False):
        for sample, colour, style in zip(result.samples, (plot.OLD, plot.NEW), ("-", "--"), strict=True):
            ax.step(np.quantile(sample, shares), shares, color=colour, ls=style, lw=1.2)
        cell = result.cell
        rows = (cell.load, cell.policy, cell.shape, cell.clients), (cell.defect, cell.severity, cell.strategy)
        ax.set_title("\n".join(map(" ".join, rows)), fontsize=6, loc="left", pad=2)
        ax.tick_params(labelsize=6)
    for ax in list(axes)[len(results) :]:
        ax.set_axis_off()
