"""Traffic, balancing, servers, faults and defects: what each word is lowered to, and what wrong ones are told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import math
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
import yaml

from rollcast import _core, outcomes, shapes
from rollcast.errors import InputErrors
from rollcast.lowering import show_distribution
from rollcast.scenario import LoadedScenario, json_schema, load

BASE: dict[str, Any] = {
    "strategy": {"rolling": {}},
    "traffic": {"rate": "1k/s"},
    "fleet": {"replicas": 10, "zones": 3},
    "service": {"p50": "20ms", "p99": "100ms", "slots": 16},
    "window": {"lead_in": "5m", "horizon": "1h"},
}


def loaded(**changes: Any) -> LoadedScenario:
    """With sections changed: a mapping is laid over the section, anything else replaces it."""
    return load(BASE, overrides=changes)


def assumed(scenario: LoadedScenario) -> dict[str, str]:
    return {assumption.path: assumption.value for assumption in scenario.assumptions}


def traffic(**given: Any) -> Any:
    return loaded(traffic=given).model.traffic


# --- traffic


def test_retries_are_lowered() -> None:
    given = {
        "attempts": 4, "base": "50ms", "factor": 3, "most": "2s", "jitter": "equal", "retry_on": ["timeouts"],
        "budget": "20%", "reserve": 7,
    }  # fmt: skip
    assert traffic(retries=given).retries == _core.Retries(
        attempts=4, base=0.05, factor=3, most=2, jitter=_core.Jitter.equal, errors=False, timeouts=True,
        budget=0.2, reserve=7,
    )  # fmt: skip


def test_retries_that_are_only_named_are_those_of_the_aws_sdks() -> None:
    scenario = loaded(traffic={"retries": {}})
    assert scenario.model.traffic.retries == _core.Retries(
        attempts=3, base=0.1, factor=2, most=20, jitter=_core.Jitter.full
    )
    assert assumed(scenario)["traffic.retries.attempts"] == "3"
    assert assumed(scenario)["traffic.retries.budget"] == "none"


def test_no_retries_is_an_assumption_with_its_reason() -> None:
    (retries,) = [one for one in loaded().assumptions if one.path == "traffic.retries"]
    assert (retries.value, retries.why) == ("none", "nothing is known of the clients")
    assert loaded().model.traffic.retries.attempts == 1


def test_users_sessions_and_classes_are_lowered() -> None:
    made = traffic(
        users={"count": 500, "think": {"exponential": {"mean": "7s"}}},
        sessions={"sticky": "instance", "users": 2000},
        classes=[
            {"name": "read", "share": "90%", "errors": "0.2%"},
            {"name": "write", "share": "10%", "service_time": {"erlang": {"shape": 3, "mean": "80ms"}}},
        ],
    )
    assert made.users == _core.Users(count=500, think=_core.Exponential(mean=7))
    assert made.sessions == _core.Sessions(sticky=_core.Stickiness.instance, users=2000)
    assert made.classes == [
        _core.RequestClass(name="read", share=0.9, error_rate=0.002),
        _core.RequestClass(name="write", share=0.1, service_time=_core.Erlang(shape=3, mean=0.08)),
    ]


def test_a_class_is_fitted_to_its_quantiles() -> None:
    (slow,) = traffic(classes=[{"name": "a", "share": 1, "p50": "30ms", "p99": "1s"}]).classes
    assert _core.quantile(slow.service_time, 0.5) == pytest.approx(0.03, rel=1e-9)
    assert _core.quantile(slow.service_time, 0.99) == pytest.approx(1, rel=1e-9)


def test_utilisation_counts_every_class() -> None:
    classes = [
        {"name": "read", "share": 0.9, "service_time": "10ms"},
        {"name": "write", "share": 0.1, "service_time": "110ms"},
    ]
    scenario = load({
        **BASE, "traffic": {"rate": "1k/s", "classes": classes}, "service": {"utilisation": "50%"}
    })  # fmt: skip
    assert scenario.model.service.slots == 4  # 1000/s * 20 ms / 10 replicas = 2 busy slots each
    assert scenario.model.service.timeout == 1
    assert not [path for path in assumed(scenario) if path.startswith("service.p")]


def test_only_users_need_no_rate() -> None:
    scenario = load({**BASE, "traffic": {"users": {"count": 100, "think": "980ms"}},
                     "service": {"service_time": "20ms", "utilisation": "50%"}, "fleet": {"replicas": 1}})  # fmt: skip
    assert scenario.model.traffic.rate == 0
    assert scenario.model.service.slots == 4  # 100 users of a second each keep two slots busy
    assert assumed(scenario)["traffic.rate"] == "0/s"


def test_bursts_keep_the_mean_rate() -> None:
    scenario = loaded(traffic={"bursts": {"factor": 4, "quiet": "90s", "burst": "30s"}})
    made = scenario.model.traffic
    assert made.bursts == _core.Bursts(factor=4, mean_quiet=90, mean_burst=30)
    assert made.rate == pytest.approx(1000 / 1.75, rel=1e-12)
    assert _core.mean_rate(made, 0, 3600) == pytest.approx(1000, rel=1e-12)


def test_points_are_the_shape() -> None:
    points = [{"at": 0, "factor": 1}, {"at": "10m", "factor": 1}, {"at": "10m", "factor": 2.5}]
    made = traffic(shape={"points": points})
    assert made.rate == 1000
    assert [(point.at, point.factor) for point in made.shape] == [(0, 1), (600, 1), (600, 2.5)]


def test_points_with_rates_need_no_other_rate() -> None:
    points = [{"at": 0, "rate": "500/s"}, {"at": "10m", "rate": "1k/s"}]
    scenario = load({**BASE, "traffic": {"shape": {"points": points}}})
    made = scenario.model.traffic
    assert made.rate == 500
    assert [(point.at, point.factor) for point in made.shape] == [(0, 1), (600, 2)]
    assert assumed(scenario)["traffic.rate"] == "500/s"


def test_a_daily_shape_is_highest_at_its_peak_and_has_its_ratio() -> None:
    shape = {"daily": {"peak_to_trough": 4, "peak_at": "20:00"}}
    made = loaded(traffic={"shape": shape, "start": "Wed 08:00"}, window={"horizon": "1d"}).model.traffic
    factors = {point.at: point.factor for point in made.shape}
    peak, trough = max(factors, key=factors.__getitem__), min(factors, key=factors.__getitem__)
    assert peak == pytest.approx(12 * 3600, abs=900)
    assert factors[peak] / factors[trough] == pytest.approx(4, rel=0.01)
    assert _core.mean_rate(made, 0, 86400) == pytest.approx(1000, rel=1e-3)


def test_a_weekend_is_quieter() -> None:
    shape = {"weekly": {"weekend": "0.4"}}
    quiet = traffic(shape=shape, start="Sunday 12:00")
    busy = traffic(shape=shape, start="Mon 12:00")
    assert _core.mean_rate(quiet, 0, 3600) == pytest.approx(400, rel=1e-9)
    assert _core.mean_rate(busy, 0, 3600) == pytest.approx(1000, rel=1e-9)
    days = traffic(shape={"weekly": {"days": [1, 2, 3, 4, 5, 6, 0.5]}}, start="Tue 12:00")
    assert _core.mean_rate(days, 0, 3600) == pytest.approx(2000, rel=1e-9)


def test_hours_are_what_they_say() -> None:
    made = traffic(shape={"hourly": [*[1] * 14, 2, *[1] * 9]}, start="14:00")
    assert _core.mean_rate(made, 0, 1) == pytest.approx(2000, rel=1e-3)


def test_shapes_multiply() -> None:
    ramp = {"at": "10m", "lasts": "10m", "to": 2}
    crowd = {"at": "40m", "factor": 5, "rise": "1m", "lasts": "5m", "decay": "1m"}
    scenario = loaded(traffic={"shape": {"ramp": ramp, "flash_crowd": crowd}})
    made = scenario.model.traffic
    points = [(point.at, point.factor) for point in made.shape]
    for at, factor in ((0, 1), (900, 1.5), (1800, 2), (2400 + 200, 10)):
        assert shapes.factor_at(points, at) == pytest.approx(factor, rel=0.01), at
    assert scenario.warnings == [
        "traffic.shape: at its peak of 10000/s the load keeps 254 slots busy, but 10 replicas with 16 slots each have 160"
    ]


def test_a_constant_shape_may_be_said() -> None:
    scenario = loaded(traffic={"shape": "constant"})
    assert jsonschema.Draft202012Validator(json_schema()).is_valid({"traffic": {"shape": "constant"}})
    assert scenario.model.traffic.shape == []
    assert "traffic.shape" not in assumed(scenario)
    assert assumed(loaded())["traffic.shape"] == "constant"


def test_a_time_of_the_week_is_assumed_only_where_it_matters() -> None:
    assert "traffic.start" not in assumed(loaded())
    assert assumed(loaded(traffic={"shape": {"daily": {}}}))["traffic.start"] == "Tue 11:00"


# --- files


def in_directory(directory: Path, text: str) -> LoadedScenario:
    """A scenario beside its files."""
    file = directory / "s.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in BASE.items() if key != "traffic"}) + text)
    return load(file)


def test_a_trace_is_the_rate(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("time,rate\n0,100\n1000,300\n2000,200\n")
    scenario = in_directory(tmp_path, "traffic: {trace: {file: rates.csv, start: 0}}\n")
    made = scenario.model.traffic
    for second, rate in ((500, 100), (1500, 300), (3000, 200)):
        assert _core.mean_rate(made, second, second + 1) == pytest.approx(rate, rel=1e-9)
    # The mean of the lead-in and the hour.
    assert made.rate == pytest.approx((1.3 * 100 + 1 * 300 + 1.6 * 200) / 3.9, rel=1e-9)
    assert any("the trace ends 33m20s after the start" in warning for warning in scenario.warnings)


def test_a_trace_of_counts_is_scaled(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("t,n\n0,6000\n60,12000\n120,6000\n")
    trace = "traffic: {trace: {file: counts.csv, time: t, count: n, start: 60, scale: 2}}\n"
    made = in_directory(tmp_path, trace).model.traffic
    assert _core.mean_rate(made, 0, 1) == pytest.approx(400, rel=1e-9)


def test_arrivals_are_replayed(tmp_path: Path) -> None:
    (tmp_path / "arrivals.csv").write_text("time\n" + "".join(f"{k / 10}\n" for k in range(100)))
    scenario = in_directory(tmp_path, "traffic: {arrivals: {file: arrivals.csv, start: 5}}\n")
    replay = scenario.model.traffic.replay
    assert replay is not None
    assert replay.tolist() == [k * 100_000_000 - 5_000_000_000 for k in range(100)]
    assert scenario.model.traffic.rate == 0
    assert float(assumed(scenario)["traffic.rate"].removesuffix("/s")) == pytest.approx(50 / 3600, rel=1e-3)


def measured(directory: Path, values: str, column: str = "ms") -> Any:
    (directory / "latencies.csv").write_text(values)
    file = directory / "s.yaml"
    time = {"empirical": {"file": "latencies.csv", "column": column, "unit": "ms"}}
    file.write_text(yaml.safe_dump({**BASE, "service": {"service_time": time}}))
    return load(file).model.service.service_time


def test_measured_values_are_a_service_time(tmp_path: Path) -> None:
    made = measured(tmp_path, "at,ms\n0,20\n1,10\n\n2,40\n")
    assert made == _core.Empirical(values=[0.01, 0.02, 0.04])


@pytest.mark.parametrize(
    ("values", "column", "message"),
    [
        ("at,ms\n0,20\n1,fast\n", "ms", 'latencies.csv:3:1: expected a duration such as "30s", "1h30m" or "250ms", got "fastms"'),
        ("at,ms\n0,20\n1\n", "ms", 'latencies.csv:3:1: has no value of "ms"'),
        ("at,ms\n0,20\n", "mss", 'latencies.csv has no column "mss"; did you mean "ms"?'),
        ("at,ms\n", "ms", "latencies.csv has no values"),
        ("", "ms", 'latencies.csv has no column "ms"'),
    ],
)  # fmt: skip
def test_bad_measured_values_are_told_with_their_line(
    tmp_path: Path, values: str, column: str, message: str
) -> None:
    with pytest.raises(InputErrors) as caught:
        measured(tmp_path, values, column)
    assert str(caught.value).endswith(f"{tmp_path}/{message}")


# --- service


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"hyperexponential": {"p": "90%", "first": "10ms", "second": "0.2s"}},
         _core.HyperExponential(p=0.9, first_mean=0.01, second_mean=0.2)),
        ({"erlang": {"shape": 4, "mean": "20ms"}}, _core.Erlang(shape=4, mean=0.02)),
        ({"weibull": {"scale": "20ms", "shape": 0.7}}, _core.Weibull(scale=0.02, shape=0.7)),
        ({"empirical": {"values": ["30ms", "10ms", "20ms"]}}, _core.Empirical(values=[0.01, 0.02, 0.03])),
        ({"empirical": {"values": ["30ms"]}}, _core.Empirical(values=[0.03, 0.03])),
    ],
)  # fmt: skip
def test_service_times_are_lowered(said: Any, made: Any) -> None:
    assert load({**BASE, "service": {"service_time": said}}).model.service.service_time == made


@pytest.mark.parametrize(
    "text",
    [
        "20ms",
        "{exponential: {mean: 20ms}}",
        "{lognormal: {median: 20ms, sigma: 0.5}}",
        "{uniform: {low: 10ms, high: 1.5s}}",
        "{log-uniform: {low: 10ms, high: 1m}}",
        "{hyperexponential: {p: 90%, first: 10ms, second: 200ms}}",
        "{erlang: {shape: 4, mean: 20ms}}",
        "{weibull: {scale: 20ms, shape: 0.7}}",
        "{empirical: {values: [10ms, 20ms, 1.5s]}}",
    ],
)
def test_distributions_are_shown_as_the_language_writes_them(text: str) -> None:
    said = yaml.safe_load(text)
    made = load({**BASE, "service": {"service_time": said}}).model.service.service_time
    assert show_distribution(made) == text


def test_of_many_measured_values_the_ends_are_shown() -> None:
    made = _core.Empirical(values=[float(i) for i in range(1, 1006)])
    assert show_distribution(made) == "{empirical: {values: [1s, 2s, ... 1,001 more ..., 16m44s, 16m45s]}}"


def test_a_hyperexponential_has_the_mean_and_variation_that_were_given() -> None:
    said = {"hyperexponential": {"mean": "20ms", "scv": 4}}
    time = load({**BASE, "service": {"service_time": said}}).model.service.service_time
    assert _core.mean(time) == pytest.approx(0.02, rel=1e-12)
    assert _core.squared_cv(time) == pytest.approx(4, rel=1e-12)


def test_many_measured_values_become_quantiles() -> None:
    values = [k / 1e5 for k in range(20_001)]
    said = {"empirical": {"values": values}}
    time = load({**BASE, "service": {"service_time": said}}).model.service.service_time
    assert len(time.values) == 10_001
    assert _core.quantile(time, 0.25) == pytest.approx(0.05, abs=1e-5)


def test_servers_are_lowered() -> None:
    service = loaded(
        service={"order": "lifo", "most_wait": "300ms", "cores": 4, "cold": {"slowness": 2, "decay": "1m"}},
    ).model.service
    assert service.order == _core.QueueOrder.lifo
    assert (service.most_wait, service.cores) == (0.3, 4)
    assert (service.cold_slowness, service.cold_decay) == (2, 60)
    assert loaded().model.service.order == _core.QueueOrder.fifo


def test_cores_decide_how_busy_a_service_is() -> None:
    service = {"service_time": "20ms", "cores": 4}
    scenario = load({**BASE, "service": service})
    assert scenario.model.service.slots == 9
    with pytest.raises(InputErrors, match=r"20 cores busy, but 10 replicas with 1\.5 cores each have 15"):
        load({**BASE, "service": {**service, "cores": 1.5}})
    with pytest.raises(InputErrors, match=r"service\.utilisation: may not be given beside cores"):
        load({**BASE, "service": {**service, "utilisation": "50%"}})


# --- balancing and faults


def test_balancing_is_lowered() -> None:
    outlier = {
        "consecutive_errors": 3, "interval": "5s", "base_ejection": "10s", "most_ejection": "1m", "most_ejected": "50%"
    }  # fmt: skip
    given = {
        "policy": "weighted_least_request", "slow_start": "30s", "balancers": 4, "max_outstanding": 20,
        "outlier_detection": outlier, "locality": {"overprovisioning": 2},
    }  # fmt: skip
    made = loaded(balancing=given).model.balancing
    assert made.policy == _core.Policy.weighted_least_request
    assert (made.slow_start, made.balancers, made.max_outstanding) == (30, 4, 20)
    assert made.outlier == _core.OutlierDetection(
        consecutive_errors=3, interval=5, base_ejection=10, most_ejection=60, most_ejected=0.5
    )
    assert made.locality == _core.Locality(overprovisioning=2)


@pytest.mark.parametrize("policy", [policy.name for policy in _core.Policy])
def test_every_policy_has_a_word(policy: str) -> None:
    assert loaded(balancing={"policy": policy}).model.balancing.policy == _core.Policy[policy]


def test_outlier_detection_that_is_only_named_is_envoys() -> None:
    scenario = loaded(balancing={"outlier_detection": {}, "policy": "peak_ewma", "ewma_decay": "3s"})
    assert scenario.model.balancing.outlier == _core.OutlierDetection()
    assert scenario.model.balancing.ewma_decay == 3
    assert assumed(scenario)["balancing.outlier_detection.interval"] == "10s"
    assert assumed(loaded())["balancing.outlier_detection"] == "none"


def test_faults_are_lowered() -> None:
    made = loaded(
        faults={
            "hosts": {
                "count": 20, "mttf": "30d", "shape": 0.8, "burst": "10%", "burst_within": "1m", "repair": "5m",
                "notice": "20s", "evict": "2m",
            },
            "zone_loss": [{"at": "10m", "lasts": "5m", "zone": 2}],
            "brown_out": [{"at": "1m", "lasts": "2m", "slowness": 3, "errors": "5%"}, {"at": "30m", "slowness": 2}],
            "black_out": [{"at": "20m", "lasts": "4m"}],
            "instances": {"noise": 0.2, "gray": {"share": "1%", "slowness": 5, "errors": "30%"}},
        }
    ).model.faults  # fmt: skip
    assert made.host_failures == _core.HostFailures(
        hosts=20, mttf=30 * 86400, shape=0.8, burst=0.1, burst_within=60, repair=300, notice=20, evict=120
    )
    assert made.zone_losses == [_core.ZoneLoss(at=600, lasts=300, zone=2)]
    assert made.brown_outs == [
        _core.BrownOut(at=60, lasts=120, slowness=3, error_rate=0.05),
        _core.BrownOut(at=1800, lasts=600, slowness=2, error_rate=0),
    ]
    assert made.black_outs == [_core.BlackOut(at=1200, lasts=240)]
    assert made.instances == _core.InstanceEffects(noise=0.2, gray=0.01, gray_slowness=5, gray_errors=0.3)


def test_no_faults_are_one_assumption() -> None:
    assert [path for path in assumed(loaded()) if path.startswith("faults")] == ["faults"]
    assert loaded().model.faults == _core.Faults()
    hosts = assumed(loaded(faults={"hosts": {"count": 3}}))
    assert "faults" not in hosts
    assert hosts["faults.hosts.mttf"] == "129d"


def test_what_is_off_may_be_said() -> None:
    said = {
        "traffic": {"rate": 1, "retries": "none"}, "service": {"cold": "none"}, "faults": "none",
        "balancing": {"outlier_detection": "none", "locality": "none"},
    }  # fmt: skip
    scenario = loaded(**said)
    assert scenario.model == loaded(traffic={"rate": 1}).model
    assert "none" not in [
        value for path, value in assumed(scenario).items() if path != "traffic.sessions.sticky"
    ]
    assert assumed(loaded(traffic={"retries": {"budget": "none"}})).keys() >= {"traffic.retries.base"}
    assert jsonschema.Draft202012Validator(json_schema()).is_valid(said)


# --- defects


@pytest.mark.parametrize(
    ("said", "kind", "severity"),
    [
        ({"defect": "crash-on-request", "probability": "0.1%"}, "crash_on_request", 0.001),
        ({"defect": "memory-leak", "requests": "50k"}, "memory_leak", 50_000),
        ({"defect": "slow-leak", "after": "2h"}, "slow_leak", 7200),
        ({"defect": "descriptor-leak", "requests": 800}, "descriptor_leak", 800),
        ({"defect": "capacity", "loss": "25%"}, "capacity", 0.25),
    ],
)
def test_defects_are_lowered(said: Any, kind: str, severity: float) -> None:
    (truth,) = loaded(release=said).model.release.truths
    assert truth.kind == _core.DefectKind[kind]
    assert truth.severity == _core.Constant(value=severity)
    assert truth.request_class == -1


def test_a_defect_may_be_of_one_class() -> None:
    classes = [{"name": "read", "share": 0.5}, {"name": "write", "share": 0.5}]
    release = [
        {"defect": "error-rate", "class": "write"},
        {"defect": "latency", "class": "read"},
        {"defect": "crash-on-request", "class": "write"},
    ]
    truths = loaded(traffic={"classes": classes}, release=release).model.release.truths
    assert [truth.request_class for truth in truths] == [-1, 1, 0, 1]


@pytest.mark.parametrize("kind", [kind.name for kind in _core.DefectKind if kind.name != "none"])
def test_every_kind_of_defect_has_a_word_and_a_severity(kind: str) -> None:
    word = {"crash_hazard": "crash"}.get(kind, kind.replace("_", "-"))
    (truth,) = loaded(release={"defect": word}).model.release.truths
    assert truth.kind == _core.DefectKind[kind]
    assert math.isfinite(_core.mean(truth.severity))
    told = outcomes.DEFECTS[truth.kind.value]
    assert told == kind.replace("_", " ")
    assert outcomes.severity_in_words(told, _core.mean(truth.severity))


# --- bad input

HEAD = "strategy: {rolling: {}}\nservice: {p50: 20ms}\n"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("traffic: {rate: 1, retries: {attempts: unlimited}}",
         ["s.yaml:3:40: traffic.retries.attempts: such retries never stop: in an outage every request would come back for ever, "
          "and the load would outlive its cause; expected a number from 1 to 100, such as 3"]),
        ("traffic: {rate: 1, retries: {attempts: 0}}",
         ["s.yaml:3:40: traffic.retries.attempts: expected a number of attempts such as 3, the first included, got 0"]),
        ("traffic: {rate: 1, retries: {base: 0}}",
         ["s.yaml:3:36: traffic.retries.base: must be above 0 where no budget limits the retries: they would all come at once"]),
        ("traffic: {rate: 1, retries: {jiter: full, factor: 0.5, retry_on: [errors, timeout]}}",
         ['s.yaml:3:30: traffic.retries.jiter: unknown key; did you mean "jitter"?',
          "s.yaml:3:51: traffic.retries.factor: expected at least 1, got 0.5",
          's.yaml:3:75: traffic.retries.retry_on[1]: expected errors or timeouts, got "timeout"; did you mean "timeouts"?']),
        ("traffic: {rate: 1, retries: {reserve: 5, most: 1ms}}",
         ["s.yaml:3:39: traffic.retries.reserve: has no meaning without a budget"]),
        ("traffic: {rate: 1, retries: {most: 1ms}}",
         ["s.yaml:3:36: traffic.retries.most: must be at least 0.1 s, is 0.001 s"]),
        ("traffic: {rate: 0, users: {count: 0}}",
         ["s.yaml:3:17: traffic.rate: expected more than 0 requests per second"]),
        ("traffic: {rate: 1, shape: contsant}",
         ['s.yaml:3:27: traffic.shape: expected constant or a mapping with daily, hourly, weekly, points, ramp or flash_crowd, '
          'got "contsant"; did you mean "constant"?']),
        ("traffic: {rate: 1, shape: {dayly: {}}}",
         ['s.yaml:3:28: traffic.shape.dayly: unknown key; did you mean "daily"?']),
        ("traffic: {rate: 1, start: noon}",
         ['s.yaml:3:27: traffic.start: expected a time of the week such as "Tue 14:30" or "14:30", got "noon"']),
        ("traffic: {rate: 1, start: Tue 14:30}",
         ["s.yaml:3:27: traffic.start: has no meaning without a daily, hourly or weekly shape"]),
        ("traffic: {rate: 1, shape: {daily: {peak_at: 25:00, peak_to_trough: 0.5}}}",
         ['s.yaml:3:45: traffic.shape.daily.peak_at: expected a time of day such as "14:30", got "25:00"',
          "s.yaml:3:68: traffic.shape.daily.peak_to_trough: expected at least 1, got 0.5"]),
        ("traffic: {rate: 1, shape: {weekly: {}}}",
         ["s.yaml:3:36: traffic.shape.weekly: expected one of weekend or days"]),
        ("traffic: {rate: 1, shape: {weekly: {days: [1, 2]}}}",
         ["s.yaml:3:43: traffic.shape.weekly.days: expected at least 7 of them"]),
        ("traffic: {rate: 1, shape: {points: [{at: 5m, factor: 1}, {at: 1m, factor: 2}, {at: 9m}]}}",
         ["s.yaml:3:63: traffic.shape.points[1].at: expected times that rise, got 1m after 5m",
          "s.yaml:3:79: traffic.shape.points[2]: expected one of factor or rate"]),
        ("traffic: {rate: 1, shape: {points: [{at: 5m, rate: 1}, {at: 6m, factor: 2}]}}",
         ["s.yaml:3:17: traffic.rate: may not be given beside points with rates; give factors, or leave it out",
          "s.yaml:3:56: traffic.shape.points[1]: expected rate, as in the first point"]),
        ("traffic: {rate: 1, shape: {points: [{at: 0, factor: 1}, {at: 0, factor: 2}, {at: 0, factor: 3}]}}",
         ["s.yaml:3:82: traffic.shape.points[2].at: expected at most two points at one time"]),
        ("traffic: {rate: 1, shape: {points: [{at: 0, factor: 0}]}}",
         ["s.yaml:3:36: traffic.shape.points: expected a point above 0"]),
        ("traffic: {rate: 1, bursts: {quiet: 0s, factor: -1}}",
         ["s.yaml:3:48: traffic.bursts.factor: expected a number such as 1.5, got -1"]),
        ("traffic: {rate: 1, bursts: {quiet: 0s}}",
         ["s.yaml:3:36: traffic.bursts.quiet: expected more than 0"]),
        ("traffic: {rate: 1, classes: [{name: a, share: 50%}, {name: a, share: 40%}]}",
         ['s.yaml:3:60: traffic.classes[1].name: another class is called "a"',
          "s.yaml:3:29: traffic.classes: expected shares that add up to 100%, got 90%"]),
        ("traffic: {rate: 1, classes: [{share: 1, p50: 3s, p99: 1s}]}",
         ["s.yaml:3:30: traffic.classes[0]: expected the key name"]),
        ("traffic: {rate: 1, classes: [{name: a, share: 1, p50: 3s, p99: 1s}]}",
         ["s.yaml:3:64: traffic.classes[0].p99: expected p99 to be at least p50 (3s), got 1s"]),
        ("traffic: {rate: 1, sessions: {sticky: versions}}",
         ['s.yaml:3:39: traffic.sessions.sticky: expected none, version or instance, got "versions"; did you mean "version"?']),
        ("traffic: {rate: 1, trace: {file: rates.csv}}",
         ["s.yaml:3:17: traffic.rate: may not be given beside trace, which has its own rates; scale: multiplies them",
          's.yaml:3:34: traffic.trace.file: cannot read rates.csv: No such file or directory']),
        ("traffic: {trace: {file: rates.csv}, start: 10:00}",
         ["s.yaml:3:25: traffic.trace.file: cannot read rates.csv: No such file or directory",
          "s.yaml:3:44: traffic.start: has no meaning beside trace; expected trace.start"]),
        ("traffic: {arrivals: {file: a.csv}, bursts: {}}",
         ["s.yaml:3:28: traffic.arrivals.file: cannot read a.csv: No such file or directory",
          "s.yaml:3:44: traffic.bursts: may not be given beside arrivals, which has its own rates"]),
        ("traffic: {rate: 1, trace: {file: x.csv, start: [1]}}",
         ['s.yaml:3:48: traffic.trace.start: expected seconds or a timestamp such as "2026-03-01T14:00:00Z", got a list']),
        ("traffic: {rate: 1}\nbalancing: {policy: power_of_to, balancers: 0, outlier_detecton: {}}",
         ["s.yaml:4:21: balancing.policy: expected random, round_robin, least_outstanding, power_of_two, weighted_least_request "
          'or peak_ewma, got "power_of_to"; did you mean "power_of_two"?',
          "s.yaml:4:45: balancing.balancers: expected at least 1, got 0",
          's.yaml:4:48: balancing.outlier_detecton: unknown key; did you mean "outlier_detection"?']),
        ("traffic: {rate: 1}\nbalancing: {slow_start: 30s}",
         ["s.yaml:4:25: balancing.slow_start: has no meaning for random; expected policy: weighted_least_request"]),
        ("traffic: {rate: 1}\nbalancing: {outlier_detection: {base_ejection: 1m, most_ejection: 1s}}",
         ["s.yaml:4:67: balancing.outlier_detection.most_ejection: must be at least 60 s, is 1 s"]),
        ("traffic: {rate: 1}\nfaults: {zone_loss: [{at: 1m, zone: 1}], brown_out: [{at: 2m}], black_out: [{lasts: 1m}]}",
         ["s.yaml:4:77: faults.black_out[0]: expected the key at"]),
        ("traffic: {rate: 1}\nfaults: {zone_loss: [{at: 1m, zone: 1}], brown_out: [{at: 2m}]}",
         ["s.yaml:4:37: faults.zone_loss[0].zone: there is 1 zone (fleet.zones), counted from 0",
          "s.yaml:4:54: faults.brown_out[0]: expected slowness, errors or both"]),
        ("traffic: {rate: 1}\nfaults: {brown_out: [{at: 2m, slowness: 0}], hosts: {count: 3, shape: 0}}",
         ["s.yaml:4:41: faults.brown_out[0].slowness: must be above 0, is 0",
          "s.yaml:4:71: faults.hosts.shape: must be above 0 and finite"]),
        ("traffic: {rate: 1}\nrelease: {defect: memory-leek}",
         ["s.yaml:4:19: release.defect: expected error-rate, latency, crash-on-start, crash, crash-on-request, memory-leak, "
          'slow-leak, descriptor-leak, capacity or wrong-answers, got "memory-leek"; did you mean "memory-leak"?']),
        ("traffic: {rate: 1, classes: [{name: read, share: 1}]}\nrelease: [{defect: error-rate, class: raed}, {defect: capacity, class: read}]",
         ['s.yaml:4:39: release[0].class: there is no class "raed" under traffic.classes; did you mean "read"?',
          "s.yaml:4:72: release[1].class: does not go with the defect capacity; expected loss"]),
        ("traffic: {rate: 1}\nrelease: [{defect: capacity, loss: 100%}, {defect: memory-leak, requests: 0}]",
         ["s.yaml:4:36: release[0].loss: is the share of slots that is gone and must be below 1",
          "s.yaml:4:75: release[1].requests: is a number of requests and must not be below 1"]),
        ("traffic: {rate: 1}\nrelease: {defect: error-rate, clas: x}",
         ['s.yaml:4:31: release.clas: unknown key; did you mean "class"?']),
    ],
)  # fmt: skip
def test_bad_words_are_told_with_their_places(tmp_path: Path, text: str, messages: list[str]) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(HEAD + text)
    with pytest.raises(InputErrors) as caught:
        load(file)
    assert sorted(str(caught.value).replace(f"{tmp_path}/", "").split("\n")) == sorted(messages)


@pytest.mark.parametrize(
    ("time", "messages"),
    [
        ("{erlang: {shape: 1.5, mean: 1s}}",
         "s.yaml:3:42: service.service_time.erlang.shape: expected a whole number of at least 1, got 1.5"),
        ("{hyperexponential: {mean: 1s, scv: 0.5}}",
         "s.yaml:3:60: service.service_time.hyperexponential.scv: expected from 1, which is exponential, to 1,000,000, got 0.5"),
        ("{hyperexponential: {p: 1, frist: 1s, second: 2s}}",
         "s.yaml:3:51: service.service_time.hyperexponential.frist: expected hyperexponential: {p: ..., first: ..., second: ...} "
         'or {mean: ..., scv: ...}; did you mean "first"?'),
        ("{weibull: {scale: 0, shape: 1}}", "s.yaml:3:43: service.service_time.weibull.scale: expected more than 0"),
        ("{empirical: {values: []}}",
         "s.yaml:3:46: service.service_time.empirical.values: expected a list of one value or more, got a list"),
        ("{empirical: {values: [1ms, 2mm]}}",
         's.yaml:3:52: service.service_time.empirical.values[1]: expected a duration such as "30s", "1h30m" or "250ms", got "2mm"'),
        ("{empirical: {file: nowhere.csv, column: x}}",
         "s.yaml:3:44: service.service_time.empirical.file: cannot read nowhere.csv: No such file or directory"),
    ],
)  # fmt: skip
def test_bad_service_times_are_told_with_their_places(tmp_path: Path, time: str, messages: str) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(f"strategy: {{rolling: {{}}}}\ntraffic: {{rate: 1}}\nservice: {{service_time: {time}}}\n")
    with pytest.raises(InputErrors) as caught:
        load(file)
    assert str(caught.value).replace(f"{tmp_path}/", "") == messages


def test_the_readme_shows_words_that_there_are() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    text = readme.partition("```yaml\n")[2].partition("```")[0]
    assert text
    scenario = load({"strategy": {"rolling": {}}, "fleet": {"replicas": 10}, **yaml.safe_load(text)})
    assert scenario.model.traffic.retries.budget == 0.1


# --- fuzz

EVERY_WORD: dict[str, Any] = {
    "strategy": {"rolling": {"max_surge": 1}},
    "traffic": {
        "rate": "200/s",
        "shape": {
            "daily": {"peak_to_trough": 2, "peak_at": "15:00"},
            "weekly": {"weekend": 0.5},
            "points": [{"at": 0, "factor": 1}, {"at": "1m", "factor": 2}],
            "ramp": {"at": "1m", "lasts": "2m", "to": 1.5},
            "flash_crowd": {"at": "5m", "factor": 2, "rise": "10s", "lasts": "20s", "decay": "30s"},
        },
        "start": "Tue 10:00",
        "bursts": {"factor": 2, "quiet": "1m", "burst": "10s"},
        "classes": [
            {"name": "a", "share": 0.5, "p50": "10ms", "p99": "50ms"},
            {"name": "b", "share": 0.5, "service_time": {"erlang": {"shape": 2, "mean": "10ms"}}, "errors": 0.1},
        ],
        "users": {"count": 10, "think": {"hyperexponential": {"mean": "1s", "scv": 3}}},
        "sessions": {"sticky": "version", "users": 100},
        "retries": {"attempts": 3, "base": "10ms", "factor": 2, "most": "1s", "jitter": "full",
                    "retry_on": ["errors"], "budget": "10%", "reserve": 5},
    },
    "service": {"service_time": {"empirical": {"values": ["1ms", "2ms"]}}, "slots": 64, "order": "lifo",
                "most_wait": "1s", "cores": 32, "cold": {"slowness": 1, "decay": "10s"}},
    "fleet": {"replicas": 10, "zones": 3},
    "balancing": {"policy": "weighted_least_request", "slow_start": "10s", "balancers": 2, "max_outstanding": 9,
                  "outlier_detection": {"interval": "1s"}, "locality": {"overprovisioning": 1.4}},
    "faults": {"hosts": {"count": 5, "mttf": "30d"}, "zone_loss": [{"at": "1m", "zone": 1}],
               "brown_out": [{"at": "1m", "slowness": 2}], "black_out": [{"at": "1m"}],
               "instances": {"noise": 0.1, "gray": {"share": 0.1}}},
    "release": [{"defect": "memory-leak", "requests": {"weibull": {"scale": "50k", "shape": 2}}},
                {"defect": "latency", "class": "a"}, {"defect": "capacity", "loss": 0.5}],
    "analyses": {"guards": {"metrics": [
        {"name": "alarm", "kind": "cloudwatch-alarm", "statistic": "latency-quantile", "quantile": 0.9,
         "threshold": "1s", "comparison": ">=", "period": "5m", "evaluation_periods": 3,
         "datapoints_to_alarm": 2, "evaluation_range": 5, "treat_missing_data": "ignore",
         "low_samples": "ignore", "namespace": "AWS/DynamoDB"},
        {"name": "composite", "kind": "composite-alarm", "rule": "AT_LEAST(50%, NOT OK, (a, b))",
         "alarms": {"a": {"threshold": 0.1}, "b": {"statistic": "error-count", "threshold": 5}},
         "suppressor": {"alarm": "b", "wait": "2m", "extension": "1m"}},
        {"name": "budget", "kind": "burn-rate", "of": "service", "vantage": "client", "objective": "99%",
         "windows": [{"long": "1h", "short": "5m", "burn_rate": 14.4, "severity": "page", "for": "1m"}],
         "fails_on": "ticket", "recording_interval": "30s", "interval": "30s"},
    ]}},
    "window": {"lead_in": "1m", "horizon": "10m"},
}  # fmt: skip

JUNK = (
    None, -1, 0, 1, 10**30, 1.5, float("nan"), float("inf"), "", "x", "5%", "1e999", "10s", "14:00", "unlimited",
    [], {}, [[]], {"a": {}}, True,
)  # fmt: skip


def _parts(value: Any) -> list[tuple[Any, Any]]:
    """Every part below a value, as its parent and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [part for key in keys for part in ((value, key), *_parts(value[key]))]


def test_the_scenario_of_every_word_is_valid() -> None:
    assert _core.validate(load(EVERY_WORD).model) == []
    schema = jsonschema.Draft202012Validator(json_schema())
    assert [error.message for error in schema.iter_errors(EVERY_WORD)] == []


def test_a_mangled_scenario_is_read_or_refused_but_never_crashes() -> None:
    random = Random(1)
    text = yaml.safe_dump(EVERY_WORD)
    refused = 0
    for _ in range(500):
        scenario = yaml.safe_load(text)
        parent, key = random.choice(_parts(scenario))
        parent[key] = random.choice(JUNK)
        try:
            assert _core.validate(load(scenario).model) == []
        except InputErrors:
            refused += 1
    assert 100 < refused < 500  # so that both ends are reached
