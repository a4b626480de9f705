"""Kills a sweep at random moments and lets it go on, again and again; prints what came out.

A program of its own, with one thread, so that it can fork: a fork is a sweep at once.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import rollcast
from rollcast import sweeps


def sweep(scenario: rollcast.LoadedScenario, out: Path | None) -> None:
    parameters = {"traffic.rate": ["5/s", "10/s"], "strategy.steps.0.set_weight": [10, 20]}
    sweeps.sweep(scenario, parameters, out, replications=6, piece=2, threads=1)


def in_a_fork(scenario: rollcast.LoadedScenario, out: Path, killed_after: float | None = None) -> bool:
    """Whether it came to its end."""
    child = os.fork()
    if child == 0:
        sweep(scenario, out)
        os._exit(0)
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def tables(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in sweeps.Sweep.tables]


def main(scenario: Path, place: Path, moments: int) -> None:
    loaded = rollcast.load(scenario)
    whole = place / "whole"
    sweep(loaded, None)  # imports what forks then need not
    started = time.perf_counter()
    assert in_a_fork(loaded, whole)
    lasts = time.perf_counter() - started
    draw = random.Random(20)
    report = {"moments": moments, "killed": 0, "in the middle": 0, "differ": 0}
    for _ in range(moments):
        out = place / "killed"
        if in_a_fork(loaded, out, draw.uniform(0, lasts)):
            lasts *= 0.8  # the machine was busier when it was timed
        else:
            report["killed"] += 1
        log = out / "pieces.log"
        size = log.stat().st_size if log.exists() else 0
        report["in the middle"] += 0 < size < (whole / "pieces.log").stat().st_size
        assert in_a_fork(loaded, out)
        same = tables(out) == tables(whole) and log.stat().st_size >= size
        left = {each.name for each in out.iterdir()} - {each.name for each in whole.iterdir()}
        report["differ"] += not same or bool(left)
        shutil.rmtree(out)
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
