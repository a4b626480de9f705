"""The command line. Heavy modules are imported by the commands that need them, so that --help is quick."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rollcast.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from rollcast.better_plans import Search
    from rollcast.comparison import Comparison
    from rollcast.influence import Sensitivity
    from rollcast.power_map import Power, PowerMap
    from rollcast.rare_events import Rare
    from rollcast.scenario import LoadedScenario
    from rollcast.study import Forecast
    from rollcast.sweeps import Sweep
    from rollcast.thresholds import Margin, Result, Threshold

BAD_INPUT, GATE_FAILED, UNDECIDED, INTERRUPTED = 2, 3, 4, 130

HEADLINES = (
    "p_promoted",
    "p_rolled_back",
    "p_stuck",
    "p_timed_out",
    "p_escape",
    "p_escape_given_bad",
    "p_false_rollback_given_good",
    "duration_p50",
    "duration_p90",
    "detection_mean",
    "recovery_mean",
    "attributable_failures_mean",
    "attributable_failures_given_good_mean",
    "attributable_failures_given_bad_mean",
    "failed_hand_over_mean",
    "exposure_given_bad_mean",
    "blast_radius_given_bad_mean",
    "locations_exposed_given_bad_mean",
    "budget_spent_mean",
    "min_headroom_mean",
)
"""What the terminal shows; the report and --json have all estimates."""


class Program(click.Group):
    """Turns what is wrong with an input into messages and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.obj = shlex.join(["rollcast", *args])
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            for each in error.errors:
                click.echo(f"{click.style('error:', fg='red', bold=True)} {each}", err=True)
                _show_source(each)
            ctx.exit(BAD_INPUT)
        except RuntimeError as error:
            from rollcast import _core

            if not isinstance(error, _core.StrategyError):
                raise
            click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)


def _show_source(error: InputError) -> None:
    """The line that is meant, with a mark under the place."""
    place = error.place
    if not place.file or not place.line:
        return
    try:
        with Path(place.file).open(encoding="utf-8", errors="replace") as file:
            line = next((text for number, text in enumerate(file, 1) if number == place.line), "")
    except OSError:
        return
    line = line.rstrip().expandtabs(1)[:160]
    if line:
        click.echo(f"  {line}", err=True)
        if 0 < place.column <= len(line):
            click.echo("  " + " " * (place.column - 1) + click.style("^", fg="red", bold=True), err=True)


def _options(*options: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


SOURCES = click.argument("sources", nargs=-1, required=True, metavar="SCENARIO_OR_MANIFEST...")
PROFILE = _options(
    click.option("--rate", metavar="RATE", help="Requests per second of the whole service: 1k/s."),
    click.option("--p50", metavar="TIME", help="Median latency of a good version: 20ms."),
    click.option("--p99", metavar="TIME", help="99th percentile of it: 150ms."),
    click.option("--errors", metavar="SHARE", help="Requests that fail even on a good version: 0.1%."),
    click.option("--utilisation", metavar="SHARE", help="How busy the instances are: 60%."),
)
SEED = click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="The same seed, the same numbers.",
)
THREADS = click.option("--threads", type=click.IntRange(0), default=0, help="0, the default: every core.")
ALLOW_CODE = click.option(
    "--allow-code", is_flag=True, help="Run the strategy in Python that the scenario names."
)
OUTPUT = click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the terminal.")


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine; 2 bad input; 3 a --fail-if holds; 4 it is undecided; 130 interrupted.",
)
@click.version_option(package_name="rollcast")
def main() -> None:
    """Forecasts a software rollout before it happens.

    \b
    Begin with an example:
      rollcast example copy canary-with-analysis
      rollcast forecast canary-with-analysis/scenario.yaml --report forecast.html
      rollcast compare plan.yaml other-plan.yaml --fail-if 'duration_mean > 10%'
      rollcast sweep plan.yaml --set 'traffic.rate=log(100/s..10k/s, 5)' --out rates
    """


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
def validate(sources: tuple[str, ...], allow_code: bool, **profile: str | None) -> None:
    """Read a scenario or manifests and list what would be assumed."""
    loaded = _load(sources, profile, allow_code)
    table = _table("Assumed", "", "Value", "Why")
    for assumption in loaded.assumptions:
        table.add_row(*_plain(assumption.path, str(assumption.value), assumption.why))
    _say(_text(loaded.name, "bold"), _text(loaded.strategy.describe()), "", table)


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option("-n", "--replications", type=click.IntRange(1), default=200, show_default=True)
@SEED
@THREADS
@click.option(
    "--stop", metavar="PRECISION", help="Stop early, once an estimate is so precise: 'p_promoted +- 2%'."
)
@click.option("--json", "json_file", metavar="FILE", help="Write all estimates.")
@click.option("--outcomes", "outcomes_file", metavar="FILE.parquet", help="Write one row a replication.")
@click.option(
    "--report", "report_file", metavar="FILE.html", help="Write a report that opens without a network."
)
@click.option(
    "--fail-if", "conditions", multiple=True, metavar="CONDITION", help="Exit with 3: 'p_escape > 1%'."
)
@click.option(
    "--undecided",
    type=click.Choice(["pass", "fail"]),
    help="What a --fail-if is worth whose limit lies inside the interval, instead of exit code 4.",
)
@click.pass_context
def forecast(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    allow_code: bool,
    replications: int,
    seed: int,
    threads: int,
    stop: str | None,
    json_file: str | None,
    outcomes_file: str | None,
    report_file: str | None,
    conditions: tuple[str, ...],
    undecided: str | None,
    **profile: str | None,
) -> None:
    """Simulate a rollout many times and say what it risks."""
    from rollcast import files, study
    from rollcast.thresholds import parse_stop, parse_threshold

    for path in (json_file, outcomes_file, report_file):
        if path:
            files.require_writable(path)
    loaded = _load(sources, profile, allow_code)
    known = study.estimate_units(loaded)
    thresholds = [parse_threshold(condition, known) for condition in conditions]
    wanted = parse_stop(stop, known) if stop else None

    with _progress_bar(replications) as progress:
        result = study.forecast(loaded, replications, seed, threads, wanted, progress)

    if json_file:
        files.write_atomically(json_file, result.to_json(thresholds).encode())
    if outcomes_file:
        files.write_atomically(outcomes_file, result.to_parquet())
    if report_file:
        result.report(report_file, thresholds, ctx.obj)
    _say(*_summary(result, thresholds))
    if report_file:
        _say(_text(report_file))
    ctx.exit(_exit_code(result, thresholds, undecided))


@main.command()
@click.argument("plans", nargs=-1, required=True, metavar="PLAN PLAN...")
@PROFILE
@ALLOW_CODE
@click.option("-n", "--replications", type=click.IntRange(1), default=200, show_default=True)
@SEED
@THREADS
@click.option("--json", "json_file", metavar="FILE", help="Write all differences.")
@click.option(
    "--report", "report_file", metavar="FILE.html", help="Write a report that opens without a network."
)
@click.option(
    "--fail-if",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help="Exit with 3 if a plan is so far from the first: 'duration_mean > 10%', 'p_escape > 0.5%' (points).",
)
@click.option(
    "--undecided",
    type=click.Choice(["pass", "fail"]),
    help="What a --fail-if is worth whose limit lies inside the interval, instead of exit code 4.",
)
@click.pass_context
def compare(
    ctx: click.Context,
    /,
    plans: tuple[str, ...],
    allow_code: bool,
    replications: int,
    seed: int,
    threads: int,
    json_file: str | None,
    report_file: str | None,
    conditions: tuple[str, ...],
    undecided: str | None,
    **profile: str | None,
) -> None:
    """Compare plans that meet the same luck: what really differs?

    Each PLAN is a scenario or a manifest. All meet the same arrivals, defects and slow starts.
    """
    from rollcast import comparison, files, study
    from rollcast.thresholds import parse_margin

    for path in (json_file, report_file):
        if path:
            files.require_writable(path)
    if len(plans) < 2:
        raise InputError(f"expected at least two plans to compare, got only {plans[0]}")
    labels = comparison.labels(plans)
    loaded = {label: _load([plan], profile, allow_code) for label, plan in zip(labels, plans, strict=True)}
    known = study.estimate_units(next(iter(loaded.values())))
    margins = [parse_margin(condition, known) for condition in conditions]

    with _progress_bar(replications * len(plans)) as progress:
        result = comparison.compare(loaded, replications, seed, threads, progress)

    if json_file:
        files.write_atomically(json_file, result.to_json(margins).encode())
    if report_file:
        result.report(report_file, margins, ctx.obj)
    _say(*_comparison_summary(result, margins))
    if report_file:
        _say(_text(report_file))
    ctx.exit(
        _gate_code(
            [result.check(plan, margin) for plan in result.differences for margin in margins], undecided
        )
    )


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUES",
    help="Values of a parameter, or a range: 'fleet.replicas=4,8,16', 'traffic.rate=log(100/s..100k/s, 9)'.",
)
@click.option(
    "--out", required=True, metavar="DIR", help="The folder of the results, in which a sweep goes on."
)
@click.option(
    "--design",
    default="grid",
    show_default=True,
    metavar="DESIGN",
    help="grid, zip (first values together, then the second), random, lhs or sobol.",
)
@click.option("--points", type=click.IntRange(1), help="Of a random, lhs or sobol design.")
@click.option(
    "-n",
    "--replications",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    help="At most, of a point.",
)
@click.option(
    "--stop", metavar="PRECISION", help="End a point once an estimate is so precise: 'p_escape +- 2%'."
)
@click.option(
    "--harmed",
    type=click.IntRange(1),
    help="End a point after so many replications with more failures than without the rollout.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    help="End a point after so much work; this one rule depends on the machine.",
)
@click.option(
    "--piece",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Replications done together; after each piece it is seen whether a point may end.",
)
@SEED
@THREADS
@click.option("--workers", type=click.IntRange(1), help="Do it in so many processes instead.")
@click.option("--cluster", metavar="ADDRESS", help="Do it on a Dask cluster: tcp://scheduler:8786.")
@click.option(
    "--part", default="1/1", metavar="K/N", help="Only the k-th of n parts; rollcast merge joins them."
)
@click.pass_context
def sweep(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    allow_code: bool,
    settings: tuple[str, ...],
    out: str,
    design: str,
    points: int | None,
    replications: int,
    stop: str | None,
    harmed: int | None,
    seconds: float | None,
    piece: int,
    seed: int,
    threads: int,
    workers: int | None,
    cluster: str | None,
    part: str,
    **profile: str | None,
) -> None:
    """Forecast a scenario at many values of its parameters.

    Every finished piece is kept at once: whatever ends a sweep, the same command goes on. DIR will hold
    points.parquet (one row a point) and outcomes.parquet (one row a replication).
    """
    from rollcast import study, sweeps
    from rollcast.design import parse_axis
    from rollcast.thresholds import parse_stop

    loaded = _load(sources, profile, allow_code)
    axes = [parse_axis(text) for text in settings]
    wanted = parse_stop(stop, study.estimate_units(loaded)) if stop else None
    try:
        with _progress_bar(0, "pieces") as progress:
            result = sweeps.sweep(
                loaded, axes, out, design=design, points=points, replications=replications, seed=seed,
                piece=piece, harmed=harmed, stop=wanted, seconds=seconds, workers=workers or 0,
                cluster=cluster, part=_part(part), threads=threads, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        click.echo(f"What was finished is kept in {out}: the same command goes on.", err=True)
        raise
    _say(*_sweep_summary(result))


@main.command()
@click.argument("folders", nargs=-1, required=True, metavar="DIR...")
@click.option("--out", required=True, metavar="DIR", help="The folder that will hold them all.")
def merge(folders: tuple[str, ...], out: str) -> None:
    """Bring folders of one sweep together, such as its parts from several machines."""
    from rollcast import sweeps

    _say(*_sweep_summary(sweeps.merge(folders, out)))


def _part(text: str) -> tuple[int, int]:
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal()):
        raise InputError(f'--part {text}: expected a part and how many there are, such as "2/5"')
    return int(number), int(parts)


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option("--defect", "defects", multiple=True, metavar="KIND", help="Of this kind only: error-rate.")
@click.option(
    "--x",
    default="share",
    show_default=True,
    metavar="AXIS",
    help="share, severity, bake or a parameter of the scenario, with its range: 'share=1%:50%'.",
)
@click.option("--y", default="severity", show_default=True, metavar="AXIS", help="Likewise.")
@click.option("--severity", metavar="SIZE", help="Of the defect, where no axis is the severity: 0.3%.")
@click.option("--cells", type=click.IntRange(1), default=20, show_default=True, help="Along each axis.")
@click.option(
    "-n", "--replications", type=click.IntRange(1), default=50, show_default=True, help="Trials of each cell."
)
@SEED
@THREADS
@click.option("--json", "json_file", metavar="FILE", help="Write all cells.")
@click.option("--picture", "picture_file", metavar="FILE", help="Write the maps as a picture: .png or .svg.")
@click.option(
    "--report", "report_file", metavar="FILE.html", help="Write a report that opens without a network."
)
@click.pass_context
def power(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    allow_code: bool,
    defects: tuple[str, ...],
    x: str,
    y: str,
    severity: str | None,
    cells: int,
    replications: int,
    seed: int,
    threads: int,
    json_file: str | None,
    picture_file: str | None,
    report_file: str | None,
    **profile: str | None,
) -> None:
    """Say what the guards can see: would they have caught it, how late, and how often do they cry wolf?"""
    from rollcast import files, power_map

    _require_outputs(picture_file, json_file, report_file)
    loaded = _load(sources, profile, allow_code)
    size = _severity(severity) if severity else None
    with _progress_bar(0, "cells") as bar:
        result = power_map.power(
            loaded, defects, x=x, y=y, severity=size, cells=cells, replications=replications, seed=seed,
            threads=threads, progress=bar,
        )  # fmt: skip
    if json_file:
        files.write_atomically(json_file, result.to_json().encode())
    if picture_file:
        result.plot(picture_file)
    if report_file:
        result.report(report_file, ctx.obj)
    _say(*_power_summary(result))
    for path in (picture_file, report_file):
        if path:
            _say(_text(path))


def _severity(text: str) -> float:
    from rollcast import units

    try:
        return units.fraction(text) if text.endswith("%") else float(text)
    except ValueError:
        raise InputError(f'--severity {text}: expected a share such as "0.3%" or a number') from None


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option(
    "--minimise", default="duration,harm", show_default=True, metavar="NAMES", help="Or names of estimates."
)
@click.option(
    "--subject-to",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help="A plan must meet: 'p_escape < 1%'.",
)
@click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="PATH=RANGE",
    help="What may change: strategy.steps.1.pause=1m..10m, or values: 1m,5m,20m. Default: what the strategy "
    "and its guards say of times, weights and limits.",
)
@click.option("--trials", type=click.IntRange(1), default=60, show_default=True, help="Plans to try.")
@click.option(
    "-n", "--replications", type=click.IntRange(2), default=50, show_default=True, help="Of each plan tried."
)
@SEED
@THREADS
@click.option("--out", metavar="DIR", help="Write each plan found: as a patch of your files, and in full.")
@click.option("--json", "json_file", metavar="FILE", help="Write all plans that were tried.")
@click.option("--picture", "picture_file", metavar="FILE", help="Write the front as a picture: .png or .svg.")
@click.option(
    "--report",
    "report_file",
    metavar="FILE.html",
    help="Write how the plans found differ from the given one.",
)
@click.pass_context
def plan(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    allow_code: bool,
    minimise: str,
    conditions: tuple[str, ...],
    parameters: tuple[str, ...],
    trials: int,
    replications: int,
    seed: int,
    threads: int,
    out: str | None,
    json_file: str | None,
    picture_file: str | None,
    report_file: str | None,
    **profile: str | None,
) -> None:
    """Look for a better plan: those that no other one beats.

    Each is simulated afresh after it was chosen, so that its numbers are not its luck. Exit codes: 3 if no
    plan meets the requirements, 4 if it is undecided whether any does.
    """
    from rollcast import better_plans, files
    from rollcast.thresholds import Result

    _require_outputs(picture_file, json_file, report_file)
    ranges = _ranges(parameters)
    loaded = _load(sources, profile, allow_code)
    with _progress_bar(0) as progress:
        result = better_plans.search(
            loaded, minimise.split(","), conditions, ranges, trials=trials, replications=replications,
            seed=seed, threads=threads, progress=progress,
        )  # fmt: skip
    written = result.write(out) if out else []
    if json_file:
        files.write_atomically(json_file, result.to_json().encode())
    if picture_file:
        result.picture(picture_file)
    if report_file and result.front:
        result.comparison.report(report_file, (), ctx.obj)
    _say(*_plan_summary(result))
    by_hand = sorted({path for each in result.front for path in result.patch(each).by_hand}) if out else []
    if by_hand and loaded.source:
        _warn([f"no file says {path} with a plain value: set it by hand" for path in by_hand])
    for path in (*written, picture_file, report_file if result.front else None):
        if path:
            _say(_text(str(path)))
    standing = [*result.front, *([result.given] if result.stands else [])]
    met = [set(each.requirements) <= {Result.HOLDS} for each in standing]
    ctx.exit(0 if any(met) else UNDECIDED if met else GATE_FAILED)


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="PATH=RANGE",
    help="What to vary: traffic.rate=100/s..2k/s, or values: 1m,5m,20m. Default: what the strategy and its "
    "guards say of times, weights and limits.",
)
@click.option("--method", default="morris", show_default=True, help="morris: few points; sobol: variances.")
@click.option(
    "--of",
    "outcomes",
    default="duration,harm",
    show_default=True,
    metavar="NAMES",
    help="Or names of estimates.",
)
@click.option(
    "--size",
    type=click.IntRange(2),
    help="Trajectories of Morris (default 10), or Sobol's base sample (default 64, a power of 2).",
)
@click.option(
    "-n", "--replications", type=click.IntRange(1), default=50, show_default=True, help="Of each point."
)
@SEED
@THREADS
@click.option("--json", "json_file", metavar="FILE", help="Write all influences.")
@click.option("--picture", "picture_file", metavar="FILE", help="Write them as a picture: .png or .svg.")
def sensitivity(
    sources: tuple[str, ...],
    allow_code: bool,
    parameters: tuple[str, ...],
    method: str,
    outcomes: str,
    size: int | None,
    replications: int,
    seed: int,
    threads: int,
    json_file: str | None,
    picture_file: str | None,
    **profile: str | None,
) -> None:
    """Say which parameters the outcomes depend on, under the same luck everywhere."""
    from rollcast import files, influence

    _require_outputs(picture_file, json_file)
    ranges = _ranges(parameters)
    loaded = _load(sources, profile, allow_code)
    with _progress_bar(0, "points") as progress:
        result = influence.sensitivity(
            loaded, ranges, method, outcomes.split(","), size=size, replications=replications, seed=seed,
            threads=threads, progress=progress,
        )  # fmt: skip
    if json_file:
        files.write_atomically(json_file, result.to_json().encode())
    if picture_file:
        result.picture(picture_file)
    _say(*_sensitivity_summary(result))
    if picture_file:
        _say(_text(picture_file))


def _require_outputs(picture: str | None, *others: str | None) -> None:
    """Better before the work than after it."""
    from rollcast import files

    for path in (picture, *others):
        if path:
            files.require_writable(path)
    if picture and Path(picture).suffix not in (".png", ".svg", ".pdf"):
        raise InputError(f"--picture {picture}: expected a name that ends in .png, .svg or .pdf")


def _ranges(parameters: Sequence[str]) -> dict[str, str] | None:
    """By path; none: nothing was said."""
    ranges = {}
    for given in parameters:
        path, equals, values = given.partition("=")
        if not path or not equals or not values:
            raise InputError(f"--set {given}: expected PATH=RANGE, as in traffic.rate=100/s..2k/s")
        ranges[path.strip()] = values
    return ranges or None


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option(
    "--event",
    default="escape",
    show_default=True,
    metavar="EVENT",
    help="escape, outage, budget, or terms over what a run leaves behind: "
    "'failed_share > 50% and defect == latency'.",
)
@click.option(
    "--effort",
    type=click.FloatRange(0, min_open=True),
    default=2000,
    show_default=True,
    help="About how much to simulate, in whole runs, besides finding levels, which may take thousands.",
)
@SEED
@THREADS
@click.option("--json", "json_file", metavar="FILE", help="Write all of the answer.")
@click.option("--paths", "paths_file", metavar="FILE.parquet", help="Write the runs that got there.")
@click.pass_context
def rare(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    allow_code: bool,
    event: str,
    effort: float,
    seed: int,
    threads: int,
    json_file: str | None,
    paths_file: str | None,
    **profile: str | None,
) -> None:
    """Estimate the probability of a rare disaster, down to one in a million and below.

    \b
    escape   a bad release is promoted
    outage   at least half of the requests of a whole minute fail
    budget   the error budget of the objective's whole period is spent

    Runs that come far towards the event are split into clones; kinds and severities of defects that matter
    are drawn more often than they are likely and weighed back. Exit code 4: too little was seen to report it.
    """
    from rollcast import files, rare_events

    for path in (json_file, paths_file):
        if path:
            files.require_writable(path)
    loaded = _load(sources, profile, allow_code)
    with _progress_bar(int(effort), "runs") as progress:
        result = rare_events.rare(loaded, event, effort, seed, threads, progress)
    if json_file:
        files.write_atomically(json_file, result.to_json().encode())
    if paths_file:
        files.write_atomically(paths_file, result.to_parquet())
    _say(*_rare_summary(result))
    if result.ending == "interrupted":
        ctx.exit(INTERRUPTED)
    ctx.exit(0 if result.is_reported else UNDECIDED)


@main.command()
@SOURCES
@PROFILE
@ALLOW_CODE
@click.option("-r", "--replication", type=click.IntRange(0), default=0, show_default=True)
@SEED
@click.option("--brief", is_flag=True, help="Leave out the measurements that succeeded.")
def replay(
    sources: tuple[str, ...],
    allow_code: bool,
    replication: int,
    seed: int,
    brief: bool,
    **profile: str | None,
) -> None:
    """Tell one replication of a forecast: every decision with its reason."""
    from rollcast import study

    story = study.replay(_load(sources, profile, allow_code), replication, seed)
    styles = {"decision": "bold", "verdict": "bold green", "truth": "bold magenta", "instance": "dim"}
    lines = [_text(text, styles.get(kind, "")) for kind, text in story.lines(brief=brief)]
    _say(_text(story.title, "bold"), "", *lines)


@main.command("import")
@click.argument("manifests", nargs=-1, required=True, metavar="MANIFEST...")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a CloudFormation template's parameter, or of an analysis argument.",
)
@click.option(
    "--resource", metavar="NAME", help="Which resource of a template is rolled out, where there are several."
)
@OUTPUT
def import_(
    manifests: tuple[str, ...], parameters: tuple[str, ...], resource: str | None, output: str | None
) -> None:
    """Turn manifests of Kubernetes, Argo, Flagger, ECS, CodeDeploy or CloudFormation into a scenario."""
    from rollcast import files, importer

    values = {}
    for given in parameters:
        name, equals, value = given.partition("=")
        if not name or not equals:
            raise click.BadParameter(f'expected NAME=VALUE, got "{given}"', param_hint="--parameter")
        values[name] = value
    text, warnings = importer.import_manifests(manifests, values, resource)
    _warn(warnings)
    if output:
        files.write_atomically(output, text.encode())
    else:
        _write(text)


@main.command()
@OUTPUT
def schema(output: str | None) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from rollcast import files, scenario

    text = json.dumps(scenario.json_schema(), indent=2) + "\n"
    if output:
        files.write_atomically(output, text.encode())
    else:
        _write(text)


@main.group()
def example() -> None:
    """List or copy the examples that come with the package."""


@example.command("list")
def list_examples() -> None:
    """List the examples."""
    from rollcast import examples

    table = _table("Example", "")
    for name in examples.names():
        table.add_row(*_plain(name, examples.summary(name)))
    _say(table)


@example.command("copy")
@click.argument("name")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
def copy_example(name: str, directory: Path | None) -> None:
    """Copy an example to DIRECTORY, by default one of its own name here."""
    from rollcast import examples

    _say(_text(str(examples.copy(name, directory or Path(name)))))


def _load(sources: Sequence[str], profile: dict[str, str | None], allow_code: bool = False) -> LoadedScenario:
    """Manifests, or one file of either sort, or the name of a shipped example where there is no such file."""
    from rollcast import scenario

    if len(sources) > 1:
        loaded = scenario.load_manifest(sources, profile)
    else:
        source = _example_or_file(sources[0])
        loaded = scenario.load(source, overrides=_overrides(profile), allow_code=allow_code)
    _warn(loaded.warnings)
    return loaded


def _example_or_file(source: str) -> str:
    from rollcast import examples

    is_example = not Path(source).exists() and source in examples.names()
    return str(examples.path(source)) if is_example else source


def _overrides(profile: dict[str, str | None]) -> dict[str, dict[str, str]]:
    from rollcast.scenario import PROFILE_KEYS

    overrides: dict[str, dict[str, str]] = {}
    for key, value in profile.items():
        if value is not None:
            section, name = PROFILE_KEYS[key]
            overrides.setdefault(section, {})[name] = value
    return overrides


@contextmanager
def _progress_bar(total: int, what: str = "replications") -> Iterator[Callable[..., None] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total or None)
        yield lambda finished, total=None: bar.update(task, completed=finished, total=total)


def _summary(result: Forecast, thresholds: Sequence[Threshold]) -> list[RenderableType]:
    from rollcast import _core, fidelity, wording
    from rollcast.study import matters

    if not result.replications:
        return [result.sentence]
    risk = _table("", "Estimate", "95% interval", "Name")
    for name in filter(matters(result.scenario), HEADLINES):
        estimate = result.estimates[name]
        risk.add_row(*_plain(estimate.meaning, *estimate.in_words()), _text(name, "dim"))
    kinds = _table(
        "Release", "Prior", "Promoted", "Rolled back", "Stuck", "Timed out", "Failed because of it"
    )
    columns = ("p_promoted", "p_rolled_back", "p_stuck", "p_timed_out", "attributable_failures_mean")
    for truth in result.truths:
        estimates = result.by_truth[truth.name]
        cells = ["\n".join(estimates[name].in_words()) for name in columns]
        kinds.add_row(*_plain(truth.name, wording.quantity(truth.probability, "probability"), *cells))
    parts: list[RenderableType] = [_text(result.sentence, "bold"), "", risk, "", kinds]
    if thresholds:
        gates = _table("Fail if", "Estimate", "Result")
        for threshold, outcome in zip(thresholds, result.check(thresholds), strict=True):
            style = _RESULT_STYLES.get(outcome.name, "yellow")
            compared = _plain(threshold.text, str(result.estimates[threshold.name]))
            gates.add_row(*compared, _text(outcome.value, style))
        parts += ["", gates]
    loaded = result.scenario
    parts.append("")
    if result.ending == "interrupted":
        parts.append(f"Interrupted: {result.replications} of {result.requested} replications were finished.")
    elif result.ending == "precise":
        parts.append(f"Precise enough after {wording.plural(result.replications, 'replication')}.")
    runs = wording.plural(result.replications, "replication")
    assumed = wording.plural(len(loaded.assumptions), "value")
    if plane := fidelity.in_words(loaded.model):
        parts.append(plane)
    parts.append(f"Seed {result.seed}, {runs}, model {_core.model_version}.")
    parts.append(f"{assumed} assumed; rollcast validate lists them.")
    return parts


def _comparison_summary(result: Comparison, margins: Sequence[Margin]) -> list[RenderableType]:
    from rollcast import _core, wording
    from rollcast.study import matters

    parts: list[RenderableType] = []
    told = matters(*(each.scenario for each in result.forecasts.values()))
    for plan, differences in result.differences.items():
        parts.append(_text(result.sentence(plan), "bold"))
        table = _table("", result.base, plan, "Difference", "95% interval", "", "Pairing", "Name")
        for name in filter(told, HEADLINES):
            each = differences[name]
            if each.same:
                continue
            style = "bold" if each.real else ""
            cells = _plain(
                each.base.meaning, each.base.in_words()[0], each.plan.in_words()[0], *each.in_words()
            )
            table.add_row(*cells, _text(each.verdict, style), wording.gain(each.gain), _text(name, "dim"))
        parts += ["", table, ""] if table.row_count else [""]
    if margins:
        gates = _table("Plan", f"Fail if, against {result.base}", "Difference", "Result")
        for plan, differences in result.differences.items():
            for margin in margins:
                outcome = result.check(plan, margin)
                value, interval = differences[margin.threshold.name].in_words()
                compared = _plain(plan, margin.threshold.text, f"{value} ({interval})")
                gates.add_row(*compared, _text(outcome.value, _RESULT_STYLES.get(outcome.name, "yellow")))
        parts += [gates, ""]
    parts += [_text(note) for note in (*result.notes, *wording.COMPARISON_NOTES)]
    runs = wording.plural(result.replications, "replication")
    parts.append(f"Seed {result.seed}, {runs} of each plan, model {_core.model_version}.")
    return parts


def _plan_summary(result: Search) -> list[RenderableType]:
    from rollcast import _core, wording
    from rollcast.better_plans import Plan

    table = _table("Plan", *(result.given.forecast.estimates[name].meaning for name in result.objectives))
    for requirement in result.requirements:
        table.add_column(requirement.text, overflow="fold")
    table.add_column("Better than the given plan")

    def add(each: Plan, better: str) -> None:
        estimates = each.forecast.estimates
        numbers = [
            f"{value}\n{interval}"
            for value, interval in (estimates[name].in_words() for name in result.objectives)
        ]
        met = [outcome.value for outcome in each.requirements]
        for i, requirement in enumerate(result.requirements):
            if requirement.threshold is not None:
                met[i] = f"{estimates[requirement.threshold.name]}\n{met[i]}"
        table.add_row(*_plain(each.label, *numbers, *met, better))

    add(result.given, "")
    for each in result.front:
        add(each, "beyond doubt" if result.is_better(each) else "not shown")
    parts: list[RenderableType] = [_text(result.sentence, "bold"), "", table, ""]
    if result.front:
        changes = _table("Parameter", "given", *(each.label for each in result.front))
        for path, now in result.given.values.items():
            values = [each.values[path] for each in result.front]
            if any(value != now for value in values):
                cells = ["" if value == now else str(value) for value in values]
                changes.add_row(*_plain(path, str(now), *cells))
        parts += [changes, ""]
    runs = wording.plural(result.replications, "replication")
    parts.append(
        f"Seed {result.seed}, {runs} of each plan tried, {result.given.forecast.replications} of each above,"
    )
    parts.append(f"which had no say in the choice; model {_core.model_version}. Intervals are at 95%.")
    return parts


def _sensitivity_summary(result: Sensitivity) -> list[RenderableType]:
    from rollcast import _core, wording

    parts: list[RenderableType] = []
    words = {
        "morris": ("Change over the range", "varies by"),
        "sobol": ("Share of the variance", "of it together with others"),
    }
    for outcome in result.outcomes:
        table = _table(outcome, "Range", words[result.method][0], "95% interval", words[result.method][1])
        for row in result.rows(outcome):
            table.add_row(*_plain(*row))
        parts += [table, ""]
    runs = wording.plural(result.replications, "replication")
    parts.append(f"Seed {result.seed}, {result.points} points of {runs}, model {_core.model_version}.")
    return parts


def _sweep_summary(result: Sweep) -> list[RenderableType]:
    from rollcast import wording
    from rollcast.study import Estimate

    done = len(result.study.points) - len(result.missing)
    points = wording.plural(len(result.study.points), "point")
    identity = f"Seed {result.study.seed}, model {result.study.model_version}."
    if not result.is_done:
        return [
            _text(f"{done} of {points} are done; the rest is still to be done.", "bold"),
            _text(str(result.folder)),
            identity,
        ]
    shown = result.points.slice(0, _MOST_POINTS).to_pylist()
    names = [name for name in _SWEEP_HEADLINES if name in result.points.column_names]
    table = _table(*result.study.paths, *names, "replications")
    for row in shown:
        said = [str(value) for value in result.study.values(row["point"]).values()]
        cells = []
        for name in names:
            unit = result.points.schema.field(name).metadata[b"unit"].decode()
            ends = (row[name], row[f"{name}_low"], row[f"{name}_high"])
            cells.append(str(Estimate(name, "", unit, *ends)))
        table.add_row(*_plain(*said, *cells, str(row["replications"])))
    parts: list[RenderableType] = [table]
    if len(shown) < result.points.num_rows:
        parts.append(f"... and {result.points.num_rows - len(shown):,} more.")
    files = [str(result.folder / name) for name in result.tables] if result.folder else []
    return [*parts, "", f"All of {points} are done. {identity}", *map(_text, files)]


_MOST_POINTS = 20
_SWEEP_HEADLINES = ("p_escape", "p_false_rollback", "duration_p50", "attributable_failures_mean")

_RESULT_STYLES = {"HOLDS": "red", "FAILS": "green"}

_SHOWN = 6
"""Columns and rows of a map that a terminal has room for."""


def _power_summary(result: Power) -> list[RenderableType]:
    from rollcast import _core

    parts: list[RenderableType] = [_text(result.advice.sentence, "bold")]
    for each in result.maps.values():
        if not each.is_known:
            continue  # a note says why
        parts += ["", _text(each.defect, "bold"), *_power_tables(each)]
        parts.append(_text(f"Known by: {each.method_in_words}.", "dim"))
        if each.why_not_exact:
            parts.append(_text(f"No closed form: {each.why_not_exact}.", "dim"))
    parts += ["", *(_text(note) for note in result.notes)]
    parts.append(f"Seed {result.seed}, model {_core.model_version}. Intervals are at 95%.")
    return parts


def _rare_summary(result: Rare) -> list[RenderableType]:
    from rollcast import _core, wording
    from rollcast.rare_events import scientific

    table = _table(
        "Release",
        "Prior",
        "Gets there",
        "Share of the event",
        "Independent runs",
        "Typically",
        "Levels",
        "Bands",
    )
    for each in result.leads:
        seen = bool(each.lineages)
        table.add_row(
            *_plain(
                each.truth,
                wording.quantity(each.prior, "probability"),
                scientific(each.probability) if seen else "not seen",
                wording.quantity(each.share, "fraction") if seen else "",
                f"{each.lineages:,}",
                each.severity_in_words,
                str(each.levels),
                str(each.bands),
            )
        )
    parts: list[RenderableType] = [_text(result.sentence, "bold")]
    if result.terms != result.event:
        parts.append(_text(result.terms, "dim"))
    parts += ["", table, "", *(_text(note) for note in result.notes)]
    if result.ending == "interrupted":
        parts.append("Interrupted.")
    parts.append(f"Seed {result.seed}, model {_core.model_version}.")
    return parts


def _power_tables(each: PowerMap) -> list[RenderableType]:
    from rollcast import wording
    from rollcast.power_map import cell_in_words, estimate_in_words, planned_rows, some

    rows, columns = some(len(each.y.values), _SHOWN), some(len(each.x.values), _SHOWN)
    parts: list[RenderableType] = []
    if each.planned is not None:
        planned = _table(
            each.y.label, "As planned: caught", "Mean time to catch it", "Requests failed until then"
        )
        for words in planned_rows(each, _SHOWN):
            planned.add_row(*_plain(*words))
        false = estimate_in_words(each.planned_false_rollback, "probability")
        planned.add_row(*_plain("a good release", f"rolled back: {false}", "", ""))
        parts += [planned, ""]
    if not each.has_cells:
        return parts
    by_x = [each.x.in_words(float(each.x.values[column])) for column in columns]
    table = _table(f"{each.y.label}, by {each.x.label}", *by_x)
    for row in rows:
        cells = [cell_in_words(each.cells, (row, column), brief=True) for column in columns]
        table.add_row(*_plain(each.y.in_words(float(each.y.values[row])), *cells))
    false_rates = [
        wording.quantity(float(each.false_rollback.value[column]), "probability") for column in columns
    ]
    table.add_row(*_plain("a good release: rolled back", *false_rates))
    return [*parts, table]


def _exit_code(result: Forecast, thresholds: Sequence[Threshold], undecided: str | None) -> int:
    if result.ending == "interrupted":
        return INTERRUPTED
    return _gate_code(result.check(thresholds), undecided)


def _gate_code(results: Sequence[Result], undecided: str | None) -> int:
    from rollcast.thresholds import Result

    if Result.HOLDS in results:
        return GATE_FAILED
    if Result.UNDECIDED in results:
        return {None: UNDECIDED, "pass": 0, "fail": GATE_FAILED}[undecided]
    return 0


def _table(*headings: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _warn(warnings: Iterable[object]) -> None:
    for warning in warnings:
        click.echo(f"{click.style('warning:', fg='yellow')} {warning}", err=True)


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(text, style)


def _plain(*texts: str) -> list[Text]:
    """Texts that are shown as they are, square brackets and all."""
    return [_text(text) for text in texts]


def _say(*parts: RenderableType) -> None:
    """Prints to stdout: as wide as the terminal, and wide enough for a table where there is none."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = 132
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    _write("\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n")


def _write(text: str) -> None:
    """A reader that went away (`| head`) is no error; what the terminal cannot show becomes "?"."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
