"""Rollcast beside its peers: the same models, run in turns in one process tree; prints ratios of their times.

    bench/peers/run.py BUILD [--rounds 5] [--quick] [--model MODEL ...] [--contender NAME ...]

BUILD is a build tree with the peers written in C++. Those written in Python get an environment of their own,
build/peers. A contender whose answer is wrong, or that cannot express a model, is named and not timed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models import KNOWN, MODELS, WARM_UP, Fleet, Known

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / "build/peers"
BASELINES = ("SimPy", "cimba", "naive C++")

TOO_LONG = 12.0  # seconds; a run that takes longer is not repeated
TIME_LIMIT = 300.0


@dataclass(frozen=True)
class Contender:
    """Someone who runs models. `requests`: of a run, so that it takes a second or two."""

    name: str
    command: tuple[str, ...]
    requests: dict[str, int]
    only: bool = False  # no word about the models that `requests` does not name


def contenders(build: Path, python: Path) -> list[Contender]:
    """All, the slowest first."""

    def peer(name: str) -> tuple[str, ...]:
        return (str(build / f"bench/{name}_peer"),)

    def script(name: str) -> tuple[str, ...]:
        return (str(python), str(HERE / f"{name}_peer.py"))

    def sizes(mm1: int, mm100: int, fleet: int) -> dict[str, int]:
        return {"mm1": mm1, "mm100": mm100, "fleet-random": fleet, "fleet-p2c": fleet}

    def large(fleet: int) -> dict[str, int]:
        return {"large-fleet-random": fleet, "large-fleet-p2c": fleet}

    return [
        Contender("Ciw", script("ciw"), sizes(40_000, 30_000, 6_000)),
        Contender("happysim", script("happysim"), sizes(15_000, 10_000, 8_000)),
        Contender("SimPy", script("simpy"), sizes(100_000, 60_000, 60_000)),
        Contender("cimba", script("cimba"), sizes(1_500_000, 1_000_000, 500_000)),
        Contender("naive C++", peer("naive"), sizes(4_000_000, 2_000_000, 800_000) | large(1_000_000)),
        Contender("Rollcast, event kernel", peer("event_kernel"), {"mm1": 10_000_000}, only=True),
        Contender("Rollcast", peer("rollcast"), sizes(5_000_000, 10_000_000, 10_000_000) | large(75_000_000)),
    ]


@dataclass
class Entry:
    """One contender's part in one model."""

    contender: Contender
    model: str
    nanoseconds: list[float] = field(default_factory=list)  # a request; one for each run
    answers: list[tuple[float, dict[str, float]]] = field(
        default_factory=list
    )  # requests and answers of each run
    trouble: str = ""  # why there is no time
    wall: float = 0  # seconds that the latest run took, without the start

    def run(self, seed: int, share: float) -> None:
        """Starts the contender once."""
        requests = max(1, round(self.contender.requests[self.model] * share))
        command = [*self.contender.command, self.model, str(requests), str(seed)]
        try:
            child = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=True)
            result = json.loads(child.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            self.trouble = f"took more than {TIME_LIMIT:.0f} s"
        except subprocess.CalledProcessError as error:
            self.trouble = f"failed: {(error.stderr.splitlines() or ['no message'])[-1]}"
        except (OSError, IndexError, ValueError) as error:
            self.trouble = f"failed: {error}"
        else:
            if "cannot" in result:
                self.trouble = f"cannot: {result['cannot']}"
                return
            self.wall = result["seconds"]
            self.nanoseconds.append(result["seconds"] / result["requests"] * 1e9)
            self.answers.append((result["requests"], result["answers"]))

    def check(self) -> None:
        """The mean answers of all runs against what is known."""
        if not self.trouble:
            self.trouble = wrong_answer(KNOWN[self.model], self.answers)


def wrong_answer(known: dict[str, Known], runs: Sequence[tuple[float, dict[str, float]]]) -> str:
    """What is wrong; nothing if all that is known and was answered agrees."""
    requests = sum(each for each, _ in runs)
    checked = [name for name in known if all(name in answers for _, answers in runs)]
    for name in checked:
        mean = sum(each * answers[name] for each, answers in runs) / requests
        tolerance = known[name].tolerance(requests)
        if not math.isfinite(mean) or abs(mean - known[name].value) > tolerance:
            return f"wrong: {name} is {mean:.5g}, not {known[name].value:.5g} +- {tolerance:.2g}"
    return "" if checked else "wrong: answers nothing that is known"


def race(entries: list[Entry], rounds: int, share: float) -> None:
    """Every contender once to be checked, then in turns."""
    for entry in entries:
        if not entry.trouble:
            progress(f"checking {entry.contender.name}, {entry.model}")
            entry.run(seed=0, share=share)
            entry.check()
    timed = [entry for entry in entries if not entry.trouble]
    repeated = [entry for entry in timed if entry.wall <= TOO_LONG]
    for entry in repeated:
        entry.nanoseconds.clear()  # the first run was the check
    for number in range(1, rounds + 1):
        progress(f"round {number} of {rounds}")
        for entry in repeated:
            entry.run(seed=number, share=share)
    for entry in timed:
        entry.check()
    progress("")


def progress(text: str) -> None:
    """On one line, where someone looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def times(figure: float) -> str:
    """A ratio with the digits that mean something."""
    return f"{figure:,.0f}" if figure >= 9.95 else f"{figure:.2g}"


def ratio(entry: Entry, base: Entry | None) -> str:
    """How many times faster than the base: of the medians, and the range over rounds if there are as many."""
    if base is None or base.trouble or not base.nanoseconds:
        return "-"
    text = times(statistics.median(base.nanoseconds) / statistics.median(entry.nanoseconds))
    if entry is base or len(base.nanoseconds) != len(entry.nanoseconds) or len(entry.nanoseconds) < 2:
        return text
    each = [theirs / own for theirs, own in zip(base.nanoseconds, entry.nanoseconds, strict=True)]
    return f"{text} ({times(min(each))}-{times(max(each))})"


def answer(entry: Entry) -> str:
    """The first of the known answers, over all runs."""
    name = next(name for name in KNOWN[entry.model] if name in entry.answers[0][1])
    requests = sum(each for each, _ in entry.answers)
    known = KNOWN[entry.model][name]
    mean = sum(each * answers[name] for each, answers in entry.answers) / requests
    return f"{name} {mean:.5g} ({known.value:.5g} +- {known.tolerance(requests):.2g})"


def table(model: str, entries: list[Entry]) -> str:
    """One model's, in Markdown."""
    by_name = {entry.contender.name: entry for entry in entries}
    head = ["contender", "ns a request (min-max)", *(f"times {name}" for name in BASELINES), "answer (known)"]
    rows = [f"### {model}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for entry in entries:
        if entry.trouble:
            cells = ["", *[""] * len(BASELINES), entry.trouble]
        else:
            values = entry.nanoseconds
            runs = "one run" if len(values) == 1 else f"{min(values):,.1f}-{max(values):,.1f}"
            cells = [f"{statistics.median(values):,.1f} ({runs})"]
            cells += [ratio(entry, by_name.get(name)) for name in BASELINES]
            cells.append(answer(entry))
        rows.append(f"| {entry.contender.name} | {' | '.join(cells)} |")
    return "\n".join([*rows, ""])


def find_python() -> str:
    """The newest that can be had; happysim needs 3.13."""
    newest_first = ["python3.14", "python3.13"]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [str(each) for minor in newest_first for each in sorted(pyenv.glob(f"{minor[6:]}.*/bin/{minor}"))]
    found += [path for name in newest_first if (path := shutil.which(name))]
    if uv := shutil.which("uv"):
        managed = subprocess.run([uv, "python", "find", ">=3.13"], capture_output=True, text=True)
        found += managed.stdout.split()[:1]
    for candidate in found:  # a pyenv shim may stand for a version that is not there
        if subprocess.run([candidate, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0:
            return candidate
    return sys.executable


def install() -> Path:
    """The Python peers, of the versions in requirements.txt; does nothing if that was done before."""
    python = ENVIRONMENT / "venv/bin/python"
    wanted = (HERE / "requirements.txt").read_text("utf-8")
    stamp = ENVIRONMENT / "installed.txt"
    if not (python.exists() and stamp.exists() and stamp.read_text("utf-8") == wanted):
        progress("installing the Python peers")
        ENVIRONMENT.mkdir(parents=True, exist_ok=True)
        subprocess.run([find_python(), "-m", "venv", "--clear", ENVIRONMENT / "venv"], check=True)
        pip = [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--only-binary=:all:",
        ]
        outcomes = [
            # One by one, so that one that cannot be had does not take the others with it.
            subprocess.run([*pip, line], capture_output=True).returncode
            for line in wanted.splitlines()
        ]
        if not any(outcomes):
            stamp.write_text(wanted, "utf-8")
    return python


def versions(python: Path) -> dict[str, str]:
    """Of the Python peers that are installed."""
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True)
    packages = {each["name"].lower(): each["version"] for each in json.loads(listed.stdout or "[]")}
    return {
        name: packages[name.lower()]
        for name in ("SimPy", "Ciw", "happysim", "cimba")
        if name.lower() in packages
    }


def ends_in_warm_up(entry: Entry, share: float) -> bool:
    """A run too short to have answers."""
    model = MODELS[entry.model]
    return (
        isinstance(model, Fleet)
        and entry.contender.requests[entry.model] * share < model.rate * WARM_UP * 1.1
    )


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a smoke test: one round of small runs")
    parser.add_argument("--model", action="append", choices=MODELS, help="only these")
    parser.add_argument("--contender", action="append", help="only these")
    arguments = parser.parse_args()

    share = 0.1 if arguments.quick else 1.0
    python = install()
    found = versions(python)
    peers = contenders(arguments.build.resolve(), python)
    if unknown := set(arguments.contender or []) - {each.name for each in peers}:
        parser.error(f"no such contender: {', '.join(sorted(unknown))}")
    entries = [
        Entry(contender, model)
        for model in arguments.model or MODELS
        for contender in peers
        if (not arguments.contender or contender.name in arguments.contender)
        and (model in contender.requests or not contender.only)
    ]
    for entry in entries:
        if entry.contender.command[0] == str(python) and entry.contender.name not in found:
            entry.trouble = "cannot be installed here (happysim needs Python 3.13)"
        elif entry.model not in entry.contender.requests:
            entry.trouble = "left out: would take minutes"
        elif ends_in_warm_up(entry, share):
            entry.trouble = "left out of a quick run"

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # children inherit it
    race(entries, 1 if arguments.quick else arguments.rounds, share)

    version = subprocess.run([python, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"{version}; {', '.join(f'{name} {number}' for name, number in found.items())}\n")
    for model in arguments.model or MODELS:
        print(table(model, [entry for entry in entries if entry.model == model]))
    if any(entry.trouble.startswith(("wrong", "failed")) for entry in entries):
        sys.exit(1)


if __name__ == "__main__":
    main()
