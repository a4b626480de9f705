"""Facts about the source tree: tests mirror it, the build lists it, and the core keeps to what it may use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import includes

ROOT = Path(__file__).parents[2]
SOURCES = includes.sources(ROOT)

# Declarations only: nothing in them could be wrong by itself.
WITHOUT_TESTS = {
    "base/check",
    "base/ids",
    "control/strategy",
    "control/verdict",
    "model/autoscaling",
    "model/balancing",
    "model/defect",
    "model/faults",
    "model/metric",
    "model/observability",
    "observe/load",
    "run/outcome",
    "run/timeline",
}
TESTED_ELSEWHERE = {
    "random/instruction_set": "tests/core/random/request_words_test.cc",
    "run/narrator": "tests/core/run/simulation_test.cc",
    "run/recorder": "tests/core/run/replication_test.cc",
    "strategies/app_runner_rules": "tests/conformance/aws_compute_misc.py",
    "strategies/argo_rules": "tests/conformance/argo_rollouts.py",
    "strategies/blue_green_rules": "tests/conformance/argo_rollouts.py",
    "strategies/canary_rules": "tests/conformance/argo_rollouts.py",
    "strategies/flagger_rules": "tests/conformance/flagger.py",
    "strategies/cloudformation_rules": "tests/conformance/aws_cloudformation.py",
    "strategies/codedeploy_rules": "tests/conformance/aws_codedeploy.py",
    "strategies/ecs_rules": "tests/conformance/aws_ecs.py",
    "strategies/eks_rules": "tests/conformance/aws_compute_misc.py",
    "strategies/instance_refresh_rules": "tests/conformance/aws_compute_misc.py",
    "strategies/kubernetes_rules": "tests/conformance/kubernetes.py",
    "strategies/traffic_rules": "tests/conformance/aws_codedeploy.py",
    "world/shared": "tests/core/world/equivalence_test.cc",
    "world/tally": "tests/core/world/data_plane_test.cc",
}
PARTS = {name.rsplit(".", 1)[0] for name in SOURCES}


def mirror(part: str) -> Path:
    tree = "tests" if part.startswith("strategies/") else "tests/core"
    return ROOT / tree / f"{part}_test.cc"


def test_every_part_has_its_tests() -> None:
    expected = PARTS - WITHOUT_TESTS - TESTED_ELSEWHERE.keys()
    assert [part for part in sorted(expected) if not mirror(part).exists()] == []
    assert [test for test in TESTED_ELSEWHERE.values() if not (ROOT / test).exists()] == []


def test_the_exceptions_are_still_needed() -> None:
    exceptions = WITHOUT_TESTS | TESTED_ELSEWHERE.keys()
    assert [part for part in sorted(exceptions) if part not in PARTS or mirror(part).exists()] == []


def test_every_header_stands_alone() -> None:
    """It does where a source begins with it; what only declares is not worth a compilation of its own."""
    begins = re.compile(r'#include ("rollcast/(?P<own>[^"]+)\.h"|<)')
    sources = [*ROOT.glob("core/**/*.cc"), *ROOT.glob("strategies/**/*.cc"), *ROOT.glob("tests/**/*.cc")]
    first = {found["own"] for path in sources if (found := begins.search(path.read_text("utf-8")))}
    headers = {name.removesuffix(".h") for name in SOURCES if name.endswith(".h")}
    assert sorted(headers - first - WITHOUT_TESTS - {"world/shared", "world/tally"}) == []


@pytest.mark.parametrize(
    ("listing", "pattern"),
    [
        ("core/CMakeLists.txt", "core/rollcast/**/*.h"),
        ("core/CMakeLists.txt", "core/rollcast/**/*.cc"),
        ("strategies/CMakeLists.txt", "strategies/rollcast/**/*.h"),
        ("strategies/CMakeLists.txt", "strategies/rollcast/**/*.cc"),
        ("python/CMakeLists.txt", "python/bindings/*.cc"),
        ("tests/CMakeLists.txt", "tests/**/*_test.cc"),
        ("bench/CMakeLists.txt", "bench/**/*_bench.cc"),
    ],
)
def test_the_build_lists_every_source(listing: str, pattern: str) -> None:
    path = ROOT / listing
    listed = set(re.findall(r"[\w/]+\.(?:h|cc)\b", path.read_text(encoding="utf-8")))
    present = {each.relative_to(path.parent).as_posix() for each in ROOT.glob(pattern)}
    assert present
    assert sorted(present - listed) == []


# What the simulator must not use, why, and where it may all the same.
BANNED = [
    (r"<iostream>|<cstdio>|\bprintf\s*\(|std::cout|std::cerr", "the core does not print", ()),
    (r"std::abort|std::exit|\bassert\s*\(", "the core throws; it never takes the process down", ()),
    (r"system_clock|gettimeofday|std::time\s*\(", "results must not depend on the time of day", ()),
    (r"steady_clock|high_resolution_clock", "only a study's progress looks at a clock", ("study/",)),
    (r"std::\w+_distribution", "the standard library's distributions differ between machines", ()),
    (r"std::(mt19937|random_device|rand\b|default_random_engine)", "draws come from named streams", ()),
    (r"<format>|<ranges>", "not in every compiler that this builds with", ()),
]


def banned_in(name: str, text: str) -> list[str]:
    return [
        f"{name}: {why}"
        for pattern, why, allowed in BANNED
        if re.search(pattern, text) and not name.startswith(allowed)
    ]


def test_the_core_keeps_to_what_it_may_use() -> None:
    found = [
        complaint
        for name, path in SOURCES.items()
        for complaint in banned_in(name, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "#include <iostream>",
        'std::printf("%d", 3);',
        "assert(x > 0);",
        "auto now = std::chrono::system_clock::now();",
        "std::chrono::steady_clock::now()",
        "std::exponential_distribution<> wait(2);",
        "std::mt19937 generator;",
        "#include <format>",
    ],
)
def test_what_is_banned_is_found(line: str) -> None:
    assert len(banned_in("world/world.cc", line)) == 1


def test_a_study_may_look_at_a_steady_clock() -> None:
    assert banned_in("study/pool.cc", "std::chrono::steady_clock::now()") == []
