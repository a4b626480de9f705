"""Compares the benchmarks of the working tree with those of another commit, on this machine, now.

    bench/compare.py BASE [--bench NAME ...] [--filter REGEX] [--rounds N] [--seconds N] [--instructions]

BASE is a git reference; it is built in a second tree below build/compare. Executables run in turns, so that
what disturbs the machine disturbs both sides. A benchmark counts as slower or faster only when a rank test
says that there is a difference (Mann-Whitney; Benjamini-Hochberg over all benchmarks) and it exceeds a floor.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import false_discovery_control, mannwhitneyu

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build/compare"
LEVEL = 0.05  # share of false findings among the findings
FLOOR = 0.05  # smaller changes are not worth a word: code that only moves in memory does as much
FEWEST_ROUNDS = 5

Samples = dict[str, list[float]]  # nanoseconds an iteration, by benchmark; one for each round


@dataclass(frozen=True)
class Change:
    """What became of one benchmark. The verdict: slower, faster, same, new or gone."""

    name: str
    verdict: str
    base: float = math.nan  # median, ns
    head: float = math.nan  # median, ns
    p: float = math.nan  # adjusted for the number of benchmarks

    @property
    def ratio(self) -> float:
        """Above 1: slower."""
        return self.head / self.base


def compare(base: Samples, head: Samples) -> list[Change]:
    """In order of names; each benchmark of either side."""
    both = sorted(base.keys() & head.keys())
    # Exact also with ties, which shift it a little: times hardly ever tie.
    raw = [float(mannwhitneyu(base[name], head[name], method="exact").pvalue) for name in both]
    adjusted = dict(zip(both, false_discovery_control(raw), strict=True)) if both else {}
    changes = [Change(name, "gone", base=statistics.median(base[name])) for name in base.keys() - head.keys()]
    changes += [Change(name, "new", head=statistics.median(head[name])) for name in head.keys() - base.keys()]
    for name in both:
        medians = statistics.median(base[name]), statistics.median(head[name])
        p = float(adjusted[name])
        changes.append(Change(name, verdict(medians[1] / medians[0], p), *medians, p))
    return sorted(changes, key=lambda change: change.name)


def verdict(ratio: float, p: float) -> str:
    """Of a benchmark that both sides have."""
    if p > LEVEL or 1 / (1 + FLOOR) <= ratio <= 1 + FLOOR:
        return "same"
    return "slower" if ratio > 1 else "faster"


def rounds_needed(benchmarks: int) -> int:
    """So many that one change among all benchmarks can be found: with fewer, no p-value is small enough."""
    rounds = FEWEST_ROUNDS
    while 2 / math.comb(2 * rounds, rounds) * benchmarks > LEVEL:
        rounds += 1
    return rounds


def readable(nanoseconds: float) -> str:
    """A time with its unit."""
    if math.isnan(nanoseconds):
        return ""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def table(changes: list[Change], instructions: dict[str, float]) -> str:
    """In Markdown."""
    lines = [
        "| benchmark | base | head | change | p | verdict | instructions |",
        "|---|---|---|---|---|---|---|",
    ]
    for change in changes:
        known = not math.isnan(change.ratio)
        cells = [change.name, readable(change.base), readable(change.head)]
        cells += [f"{change.ratio - 1:+.1%}", f"{change.p:.2g}"] if known else ["", ""]
        cells += [
            change.verdict,
            f"{instructions[change.name] - 1:+.1%}" if change.name in instructions else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


@dataclass(frozen=True)
class Choice:
    """What to compare."""

    names: frozenset[str]  # of executables, without _bench; none: all
    pattern: str  # of benchmarks

    def executables(self, build: Path) -> dict[str, Path]:
        """Those of a build tree."""
        found = {path.name.removesuffix("_bench"): path for path in sorted((build / "bench").glob("*_bench"))}
        return {name: path for name, path in found.items() if not self.names or name in self.names}


def benchmarks(output: str) -> list[dict[str, Any]]:
    """What an executable has printed; nothing if no benchmark of it was meant."""
    return list(json.loads(output)["benchmarks"]) if output.strip() else []


def run(executable: Path, pattern: str) -> dict[str, float]:
    """Nanoseconds an iteration of each benchmark: processor time, unless it asks for real time."""
    command = [
        str(executable),
        "--benchmark_format=json",
        f"--benchmark_filter={pattern}",
        "--benchmark_min_time=0.05",
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    units = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    return {
        each["name"]: each["real_time" if "/real_time" in each["name"] else "cpu_time"]
        * units[each["time_unit"]]
        for each in benchmarks(output)
        if each["run_type"] == "iteration" and not each.get("error_occurred")
    }


def race(
    base: Path, head: Path, choice: Choice, rounds: int | None, seconds: float
) -> tuple[Samples, Samples, int]:
    """Runs both sides in turns; stops early when time is up. The last result is the number of rounds."""
    samples: tuple[Samples, Samples] = defaultdict(list), defaultdict(list)
    sides = choice.executables(base), choice.executables(head)
    start = time.monotonic()
    done = 0
    while True:
        for name in sorted(sides[0].keys() | sides[1].keys()):
            for side in (0, 1) if done % 2 == 0 else (1, 0):
                if name in sides[side]:
                    for benchmark, value in run(sides[side][name], choice.pattern).items():
                        samples[side][benchmark].append(value)
        done += 1
        wanted = rounds or rounds_needed(len(samples[0].keys() & samples[1].keys()))
        elapsed = time.monotonic() - start
        if done >= wanted or elapsed * (done + 1) / done > seconds:
            return *samples, done


def count_instructions(executable: Path, pattern: str) -> dict[str, float]:
    """Instructions an iteration of each benchmark, counted by callgrind.

    Only those between the start and the end of the measuring loop. The library tries few iterations before
    many: the difference of the two loops is free of what they cost once.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/dump"]
        command += ["--zero-before=benchmark::State::StartKeepRunning()"]
        command += ["--dump-before=benchmark::State::FinishKeepRunning()"]
        command += [str(executable), f"--benchmark_filter={pattern}", "--benchmark_min_time=0.01", "--v=2"]
        command += ["--benchmark_format=json"]
        child = subprocess.run(command, capture_output=True, text=True, check=True)
        dumps = [path.read_text("utf-8") for path in sorted(Path(folder).glob("dump.*"), key=dump_number)]
    skipped = {each["name"] for each in benchmarks(child.stdout) if each.get("error_occurred")}
    tries = [each for each in re.findall(r"Running (\S+) for (\d+)", child.stderr) if each[0] not in skipped]
    if len(tries) != len(dumps):
        return {}
    loops: dict[str, list[tuple[int, int]]] = defaultdict(list)  # iterations and instructions of each try
    for (name, iterations), dump in zip(tries, dumps, strict=True):
        total = re.search(r"^totals: (\d+)", dump, re.MULTILINE)
        loops[name].append((int(iterations), int(total[1]) if total else 0))
    return {name: slope(each) for name, each in loops.items()}


def dump_number(path: Path) -> int:
    """Callgrind numbers its dumps from 1."""
    return int(path.suffix[1:])


def slope(tries: list[tuple[int, int]]) -> float:
    """Instructions an iteration, from the first and the last of several (iterations, instructions)."""
    (few, first), (many, last) = tries[0], tries[-1]
    return (last - first) / (many - few) if many > few else last / many


def instruction_ratios(base: Path, head: Path, choice: Choice) -> dict[str, float]:
    """Head over base; a word about it where they cannot be counted."""
    if not shutil.which("valgrind"):
        print("Instructions were not counted: valgrind is not installed.\n")
        return {}
    sides = []
    for build in (base, head):
        counts: dict[str, float] = {}
        for executable in choice.executables(build).values():
            counts |= count_instructions(executable, choice.pattern)
        sides.append(counts)
    return {name: sides[1][name] / sides[0][name] for name in sides[0].keys() & sides[1].keys()}


def git(*arguments: str) -> str:
    """The output of a git command; raises CalledProcessError."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def build_tree(source: Path, build: Path, choice: Choice) -> Path:
    """Configures and builds the benchmarks as they ship."""
    configure = ["cmake", "-S", str(source), "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
    configure += ["-DROLLCAST_BUILD_TESTS=OFF", "-DROLLCAST_BUILD_BENCH=ON"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    known = subprocess.run(
        ["cmake", "--build", str(build), "--target", "help"], check=True, capture_output=True, text=True
    ).stdout
    targets = set(re.findall(r"\b\w+_bench\b", known))
    if choice.names:
        targets &= {f"{name}_bench" for name in choice.names}
    if targets:
        command = ["cmake", "--build", str(build), "--target", *sorted(targets)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return build


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A second work tree of that commit, for as long as it is needed."""
    source = WORK / "source"

    def remove() -> None:
        subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", source], capture_output=True)
        shutil.rmtree(source, ignore_errors=True)
        git("worktree", "prune")

    remove()  # what a run that was killed left
    try:
        git("worktree", "add", "--detach", str(source), commit)
        yield source
    finally:
        remove()


def built_base(commit: str, choice: Choice) -> Path:
    """The build tree of a commit; what an earlier call has built is not built again."""
    build = WORK / commit
    done = build / f"done-{'-'.join(sorted(choice.names)) or 'all'}"
    if not done.exists():
        with checkout(commit) as source:
            build_tree(source, build, choice)
        done.touch()
    return build


def main() -> None:
    """Builds, runs and prints. Never fails because something is slower."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base", help="a git reference")
    parser.add_argument("--bench", action="append", default=[], help="only these executables: data_plane ...")
    parser.add_argument("--filter", default=".", help="only these benchmarks (-...: all others), a regex")
    parser.add_argument("--rounds", type=int, help="default: as many as the number of benchmarks needs")
    parser.add_argument("--seconds", type=float, default=math.inf, help="no more rounds after so many")
    parser.add_argument("--instructions", action="store_true", help="count instructions, too")
    parser.add_argument("--head", type=Path, help="a build tree of the working tree, if there is one already")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # leaves no work tree behind

    try:
        commit = git("rev-parse", "--verify", "--quiet", f"{arguments.base}^{{commit}}")
    except subprocess.CalledProcessError:
        print(f"Benchmarks are not compared: there is no {arguments.base} here (a shallow clone?).")
        return
    choice = Choice(frozenset(arguments.bench), arguments.filter)
    base = built_base(commit, choice)
    head = arguments.head or build_tree(ROOT, WORK / "head", choice)
    before, after, rounds = race(base, head, choice, arguments.rounds, arguments.seconds)
    instructions = instruction_ratios(base, head, choice) if arguments.instructions else {}
    print(f"Benchmarks of the working tree beside {arguments.base} ({commit[:10]}), {rounds} rounds.\n")
    print(table(compare(before, after), instructions))
    needed = rounds_needed(len(before.keys() & after.keys()))
    if rounds < needed:
        print(f"\nWith {rounds} rounds no change can be told from chance; {needed} are needed.")


if __name__ == "__main__":
    main()
