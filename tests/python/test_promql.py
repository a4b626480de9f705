"""The recogniser of PromQL."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import pytest

from rollcast.promql import Names, Query, QueryError, QueryStep, Selector, recognise

NAMES = Names(
    services={"checkout-canary": "new", "checkout": "old", "checkout-active": "active"},
    labels={("role", "canary"): "new", ("role", "stable"): "old"},
)


def query(text: str) -> Query:
    return recognise(text, NAMES)


def selector(text: str) -> Selector:
    """The selector of ``sum(rate(text[2m]))``."""
    (step,) = query(f"sum(rate({text}[2m]))").steps
    assert step.selector is not None
    return step.selector


def refusal(text: str) -> str:
    with pytest.raises(QueryError) as caught:
        query(text)
    hint = f" -> {caught.value.suggestion}" if caught.value.suggestion else ""
    return f"{caught.value}{hint}"


def ops(text: str) -> list[str]:
    return [step.op if step.op != "number" else f"{step.number:g}" for step in query(text).steps]


# --- whole queries


def test_an_error_ratio() -> None:
    errors = Selector("requests", "application", "service", 0b1110, None, 120)
    requests = Selector("requests", "application", "service", 0b1111, None, 120)
    assert query(
        'sum(rate(http_requests_total{status=~"5.."}[2m])) / sum(rate(http_requests_total[2m]))'
    ) == Query([QueryStep("rate", 0, errors), QueryStep("rate", 0, requests), QueryStep("divide")], False, [])


def test_a_latency_quantile_in_milliseconds() -> None:
    text = "histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket[5m])) by (le))"
    selected = Selector("requests", "proxy", "service", window=300)
    assert query(text).steps == [
        QueryStep("quantile", 0.99, selected),
        QueryStep("number", 1000),
        QueryStep("multiply"),
    ]


def test_a_share_within_a_bucket() -> None:
    steps = query(
        'sum(rate(istio_request_duration_milliseconds_bucket{le="250"}[1m]))'
        " / sum(rate(istio_request_duration_milliseconds_count[1m]))"
    ).steps
    assert steps[0].selector == Selector("within_bucket", "proxy", le=0.25, window=60)
    assert steps[1].selector == Selector("requests", "proxy", window=60)


def test_the_last_bucket_holds_every_request() -> None:
    assert selector('http_request_duration_seconds_bucket{le="+Inf"}').what == "requests"


def test_a_mean_latency() -> None:
    text = "sum(rate(http_request_duration_seconds_sum[5m])) / sum(rate(http_request_duration_seconds_count[5m]))"
    assert [step.selector.what for step in query(text).steps if step.selector] == ["latency_sum", "requests"]
    assert ops(text) == ["rate", "rate", "divide"]


def test_arithmetic_comparisons_and_fallbacks() -> None:
    rate = "sum(rate(http_requests_total[1m]))"
    assert ops(f"100 * (1 - {rate})") == ["100", "1", "rate", "subtract", "multiply"]
    assert ops(f"-{rate} > 5") == ["rate", "negate", "5", "greater"]
    assert ops(f"{rate} or vector(0)") == ["rate", "0", "or"]
    assert ops(f"{rate} or on() vector(0)") == ["rate", "0", "or"]
    assert ops(f"clamp({rate}, 0, 1)") == ["rate", "clamp_min", "clamp_max"]
    assert ops(f"clamp_min({rate}, -1)") == ["rate", "clamp_min"]


def test_scalar_gives_a_number_and_nan_for_nothing() -> None:
    found = query("scalar(sum(rate(http_requests_total[1m])))")
    assert found.is_scalar
    assert [step.op for step in found.steps] == ["rate", "number", "or"]
    assert found.steps[1].number != found.steps[1].number
    assert not query("sum(rate(http_requests_total[1m]))").is_scalar


def test_an_offset_and_an_increase_are_kept() -> None:
    (step,) = query("sum(increase(http_requests_total[5m] offset 1h))").steps
    assert step.op == "increase"
    assert step.selector is not None
    assert (step.selector.window, step.selector.offset) == (300, 3600)


def test_irate_is_taken_as_rate_with_a_warning() -> None:
    found = query("sum(irate(http_requests_total[1m]))")
    assert [step.op for step in found.steps] == ["rate"]
    assert found.warnings == [
        "irate() is taken as rate(): the model looks at the whole window, not at its last two samples"
    ]


# --- statuses


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('http_requests_total{status="500"}', "500"),
        ('http_requests_total{code=~"5.."}', "500 503 504"),
        ('http_requests_total{code!~"5.."}', "200"),
        ('http_requests_total{code=~"2..|3..|404"}', "200"),
        ('http_requests_total{status!="200", status!="504"}', "500 503"),
        ('http_requests_total{status="5xx"}', "500 503 504"),
        ('istio_requests_total{response_code=~"50[34]"}', "503 504"),
        ('envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"}', "500 503 504"),
        ('response_total{classification="success"}', "200"),
        ('http_server_requests_seconds_count{outcome="SERVER_ERROR"}', "500 503 504"),
        ('grpc_server_handled_total{grpc_code!="OK"}', "500 503 504"),
        ('grpc_server_handled_total{grpc_code="Unavailable"}', "503"),
        ('grpc_server_handled_total{grpc_code=~"Unknown|DeadlineExceeded"}', "500 504"),
        ('istio_requests_total{grpc_response_status!="0"}', "500 503 504"),
    ],
)
def test_status_matchers_are_decided_against_the_models_codes(text: str, codes: str) -> None:
    mask = selector(text).codes
    assert " ".join(code for bit, code in enumerate(("200", "500", "503", "504")) if mask >> bit & 1) == codes


def test_a_status_that_never_happens_selects_nothing() -> None:
    found = query('sum(rate(http_requests_total{status="404"}[1m])) or vector(0)')
    assert [step.op for step in found.steps] == ["number", "number", "greater", "number", "or"]  # 1 > 2 or 0
    assert found.warnings == [
        "no status of the model (200, 500, 503 or 504) matches the selector: it never selects anything"
    ]


# --- whose requests


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("http_requests_total", "service"),
        ('http_requests_total{job="shop", namespace="prod"}', "service"),
        ('http_requests_total{rollouts_pod_template_hash="@new"}', "new"),
        ('http_requests_total{pod=~"checkout-@old-.*"}', "old"),
        ('http_requests_total{rollouts_pod_template_hash!="@new"}', "old"),
        ('istio_requests_total{destination_service=~"checkout-canary.shop.svc.cluster.local"}', "new"),
        ('istio_requests_total{destination_service_name="checkout"}', "old"),
        ('http_requests_total{service=~"checkout.*"}', "service"),  # both
        ('http_requests_total{service!="checkout-canary"}', "old"),
        ('envoy_cluster_upstream_rq{envoy_cluster_name="shop_checkout-canary_80"}', "new"),
        ('http_requests_total{role="canary"}', "new"),
        ('http_requests_total{role=~"stable|canary"}', "service"),
        ('nginx_ingress_controller_requests{canary!=""}', "new"),
        ('nginx_ingress_controller_requests{canary=""}', "old"),
    ],
)
def test_other_matchers_decide_whose_requests(text: str, scope: str) -> None:
    assert selector(text).scope == scope
    assert query(f"sum(rate({text}[1m]))").warnings == []


def test_what_a_matcher_leaves_out_is_named() -> None:
    found = query('sum(rate(http_requests_total{path="/buy"}[1m]))')
    assert found.warnings == [
        'the matcher path="/buy" is not modelled: what it would leave out is counted, too'
    ]


def test_a_guess_by_name_is_named() -> None:
    found = query('sum(rate(http_requests_total{deployment="shop-canary"}[1m]))')
    assert found.steps[0].selector is not None
    assert found.steps[0].selector.scope == "new"
    assert found.warnings == ['deployment="shop-canary" is taken as the new version by its name']


def test_an_active_service_is_taken_as_the_whole_with_a_warning() -> None:
    found = query('sum(rate(http_requests_total{service="checkout-active"}[1m]))')
    assert found.steps[0].selector is not None
    assert found.steps[0].selector.scope == "service"
    assert found.warnings == [
        'service="checkout-active" follows whichever version is active: the whole service is taken for it'
    ]


# --- labels


def test_a_label_that_a_matcher_fixes_may_be_kept() -> None:
    assert ops('sum by (role) (rate(http_requests_total{role="canary"}[1m]))') == ["rate"]
    assert refusal("sum by (pod) (rate(http_requests_total[1m]))") == (
        "by (pod) may give several series; only labels that a matcher fixes are recognised"
    )


def test_sides_with_different_labels_do_not_match() -> None:
    one, other = (
        f'sum by (role) (rate(http_requests_total{{role="{role}"}}[1m]))' for role in ("canary", "stable")
    )
    assert refusal(f"{one} / {other}") == (
        'the two sides of "/" have different labels, so PromQL matches nothing; on() would match them'
    )
    assert ops(f"{one} / on() {other}") == ["rate", "rate", "divide"]
    assert ops(f"{one} / ignoring(role) {other}") == ["rate", "rate", "divide"]
    assert refusal(f"{one} or vector(0)") == (
        'the two sides of "or" have different labels, so both are in the answer; on() would match them'
    )


# --- refusals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum(rate(http_requests_total[5m])", "is not valid PromQL: unclosed left parenthesis"),
        ("", "is not valid PromQL: no expression found in input"),
        ("rate(http_requests_total[1m])", "gives one series for each pod and label: wrap it in sum(...)"),
        ("sum(http_requests_total)", '"http_requests_total" is used without rate() or increase(): only growth over a window '
                                     "is modelled"),
        ("sum(rate(http_request_total_x[5m]))", 'the metric "http_request_total_x" is not known -> http_request_total'),
        ("sum(rate(container_cpu_usage_seconds_total[1m]))", 'the metric "container_cpu_usage_seconds_total" is not known'),
        ("sum(rate(http_request_duration_seconds_bucket[5m]))",
         "summing latency buckets without by (le) counts every request several times"),
        ("sum(rate(http_requests_total[5m:1m]))", "subqueries such as [5m:1m] are not modelled"),
        ("absent(sum(rate(http_requests_total[1m])))", "the function absent() is not recognised"),
        ("sum(rate(http_requests_total[1m])) > bool 1",
         '"> bool" is not recognised: compare in the success or failure condition instead'),
        ("sum(rate(http_requests_total[1m])) and vector(1)", 'the operator "and" is not recognised'),
        ("avg(rate(http_requests_total[1m]))", "avg(...) over pods is not modelled: telemetry is kept for each version as a "
                                               "whole"),
        ('sum(rate(http_requests_total{le="1"}[1m]))', '"http_requests_total" has no buckets, so no label le'),
        ('sum(rate(http_request_duration_seconds_bucket{le=~".+"}[1m]))', 'le=".+" is no number'),
        ('sum(rate(http_requests_total{a="@new", b="@old"}[1m]))',
         "the matchers ask for the new and the old version at once, which selects nothing"),
        ("histogram_quantile(0.9, rate(http_request_duration_seconds_bucket[5m]))",
         "histogram_quantile() is recognised over sum by (le) (rate(..._bucket[...])) only"),
    ],
)  # fmt: skip
def test_what_is_not_recognised_is_refused(text: str, message: str) -> None:
    assert refusal(text) == message
