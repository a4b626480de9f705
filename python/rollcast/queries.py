"""The usual queries of request metrics, and queries as the engine takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rollcast import _core
from rollcast.promql import QueryStep, Selector
from rollcast.scenario_model import QueryKind


def structured_query(kind: QueryKind, everything: Selector, quantile: float) -> list[QueryStep]:
    """The query behind one of the usual kinds. A ratio is NaN without requests, and 0 when none counts.

    ``everything``: selects all requests in question.
    """
    requests = QueryStep("rate", 0, everything)
    if kind == "request-rate":
        return [requests]
    if kind == "latency-quantile":
        return [QueryStep("quantile", quantile, everything)]
    if kind == "mean-latency":
        return [QueryStep("rate", 0, replace(everything, what="latency_sum")), requests, QueryStep("divide")]
    codes = 0b1110 if kind == "error-ratio" else 0b0001
    counted = [
        QueryStep("rate", 0, replace(everything, codes=codes)),
        QueryStep("number", 0),
        QueryStep("or"),
    ]
    return [*counted, requests, QueryStep("divide")]


def member(enum: Any, name: str) -> Any:
    """Members that are words of Python end in an underscore."""
    return getattr(enum, name, None) or getattr(enum, f"{name}_")


def lower_query(steps: list[QueryStep], buckets: list[float]) -> list[Any]:
    """As the engine takes it. ``buckets``: the upper limits of all latency buckets, the steps' included."""
    return [_query_step(step, buckets) for step in steps]


def _query_step(step: QueryStep, buckets: list[float]) -> Any:
    made = _core.QueryStep(op=member(_core.QueryOp, step.op), number=step.number)
    if step.selector is not None:
        made.selector = _selector(step.selector, buckets)
    return made


def _selector(selector: Selector, buckets: list[float]) -> Any:
    return _core.Selector(
        what=member(_core.SelectorWhat, selector.what),
        vantage=member(_core.Vantage, selector.vantage),
        scope=member(_core.Scope, selector.scope),
        codes=selector.codes,
        bucket=buckets.index(selector.le) if selector.le in buckets else 0,
        window=selector.window,
        offset=selector.offset,
    )
