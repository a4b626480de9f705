"""Recognises the PromQL that watches rollouts: ratios of rates, request rates, latency quantiles and means.

A query becomes the program of `QueryStep` s that the engine evaluates over its own telemetry. The model has
one service, its requests answered with 200, 500, 503 or 504, counted per version; so a selector comes down to
which counter, seen from where, of which statuses, of whose requests. What cannot be said in these terms is
refused, never guessed; what is left out of a selector is named in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import promql_parser as ast

from rollcast.errors import listed, nearest

Scope = Literal["new", "old", "baseline", "service"]
NamedScope = Literal["new", "old", "active"]  # active: whichever version is promoted
Vantage = Literal["application", "proxy", "client"]

# In a label's value: what the new version, the old one or fresh instances of that have there, such as their
# pod template hash.
NEW, OLD, BASELINE = "@new", "@old", "@baseline"

_MARKS: dict[str, Scope] = {NEW: "new", OLD: "old", BASELINE: "baseline"}

CODES = ("200", "500", "503", "504")
ALL_CODES = 0b1111


@dataclass(frozen=True)
class Selector:
    """As ``_core.Selector``, with the latency bucket as its upper limit ``le`` in seconds."""

    what: Literal["requests", "within_bucket", "latency_sum"]
    vantage: Vantage
    scope: Scope = "service"
    codes: int = ALL_CODES
    le: float | None = None
    window: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True)
class QueryStep:
    """One step in postfix order; the names are those of ``_core.QueryOp``."""

    op: str
    number: float = 0
    selector: Selector | None = None


@dataclass(frozen=True)
class Query:
    steps: list[QueryStep]
    is_scalar: bool  # a plain number, as PromQL's scalar() gives, instead of a vector
    warnings: list[str]


@dataclass(frozen=True)
class Names:
    """What a manifest calls the two versions."""

    services: Mapping[str, NamedScope] = field(default_factory=dict)  # canaryService, stableService ...
    labels: Mapping[tuple[str, str], Scope] = field(default_factory=dict)  # of canaryMetadata, stableMetadata


class QueryError(ValueError):
    """A query that is not recognised, and why."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


# --- the request metrics that are known -----------------------------------------------------------------


@dataclass(frozen=True)
class _Family:
    vantage: Vantage
    unit: float = 1.0  # seconds in one unit of its latencies


_APPLICATION, _PROXY = _Family("application"), _Family("proxy")
_PROXY_MS = _Family("proxy", 1e-3)

# plain counters of answered requests
_COUNTERS: dict[str, _Family] = {
    "http_requests_total": _APPLICATION,
    "http_request_total": _APPLICATION,
    "http_server_requests_total": _APPLICATION,
    "http_server_requests_count": _APPLICATION,
    "flask_http_request_total": _APPLICATION,
    "grpc_server_handled_total": _APPLICATION,
    "grpc_server_started_total": _APPLICATION,
    "istio_requests_total": _PROXY,
    "nginx_ingress_controller_requests": _PROXY,
    "envoy_cluster_upstream_rq": _PROXY,
    "envoy_cluster_upstream_rq_total": _PROXY,
    "envoy_cluster_upstream_rq_completed": _PROXY,
    "envoy_cluster_upstream_rq_xx": _PROXY,
    "traefik_service_requests_total": _PROXY,
    "haproxy_backend_http_responses_total": _PROXY,
    "haproxy_server_http_responses_total": _PROXY,
    "kong_http_requests_total": _PROXY,
    "kong_http_status": _PROXY,
    "apisix_http_status": _PROXY,
    "request_total": _PROXY,  # Linkerd
    "response_total": _PROXY,  # Linkerd
}

# histograms: their _bucket, _count and _sum
_HISTOGRAMS: dict[str, _Family] = {
    "http_request_duration_seconds": _APPLICATION,
    "http_request_duration_milliseconds": _Family("application", 1e-3),
    "http_server_requests_seconds": _APPLICATION,
    "http_server_request_duration_seconds": _APPLICATION,
    "http_server_duration_milliseconds": _Family("application", 1e-3),
    "request_duration_seconds": _APPLICATION,
    "flask_http_request_duration_seconds": _APPLICATION,
    "grpc_server_handling_seconds": _APPLICATION,
    "istio_request_duration_milliseconds": _PROXY_MS,
    "istio_request_duration_seconds": _PROXY,
    "nginx_ingress_controller_request_duration_seconds": _PROXY,
    "nginx_ingress_controller_response_duration_seconds": _PROXY,
    "envoy_cluster_upstream_rq_time": _PROXY_MS,
    "traefik_service_request_duration_seconds": _PROXY,
    "kong_request_latency_ms": _PROXY_MS,
    "response_latency_ms": _PROXY_MS,  # Linkerd
}

# An application often puts its own name before the usual one: shop_http_requests_total.
_OWN_PREFIX = re.compile(
    r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*?_(http_requests_total|http_request_duration_seconds)"
)

# What each status label would say of each of CODES. A code is meant when any of its spellings matches.
_HTTP_SPELLINGS = tuple((code, f"{code[0]}xx", f"{code[0]}XX") for code in CODES)
_CLASS_SPELLINGS = tuple((code[0], f"{code[0]}xx") for code in CODES)
_STATUS_LABELS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ("status", "code", "response_code", "status_code", "statuscode", "http_status", "http_code",
         "http_status_code", "http_response_status_code", "envoy_response_code", "response_status",
         "return_code"),
        _HTTP_SPELLINGS,
    ),
    **dict.fromkeys(
        ("envoy_response_code_class", "response_code_class", "status_class", "code_class"), _CLASS_SPELLINGS
    ),
    "classification": (("success",), ("failure",), ("failure",), ("failure",)),
    "outcome": (("SUCCESS",), ("SERVER_ERROR",), ("SERVER_ERROR",), ("SERVER_ERROR",)),
    "grpc_code": (
        ("OK",),
        ("Internal", "INTERNAL", "Unknown", "UNKNOWN"),
        ("Unavailable", "UNAVAILABLE"),
        ("DeadlineExceeded", "DEADLINE_EXCEEDED"),
    ),
    **dict.fromkeys(("grpc_status", "grpc_response_status"), (("0",), ("13", "2"), ("14",), ("4",))),
}  # fmt: skip

# Labels that say which service or where, the same for every request of the one service in the model.
_IDENTITY = re.compile(
    r"(?:exported_|destination_|source_|kubernetes_|k8s_|kube_|app_kubernetes_io_|envoy_|dst_|src_|target_)*"
    r"(?:namespace|job|app|application|service|service_name|service_namespace|svc|name|instance|cluster"
    r"|cluster_name|env|environment|stage|region|zone|datacenter|dc|deployment|rollout|workload|workload_name"
    r"|workload_namespace|container|pod|pod_name|ingress|upstream|proxy|backend|reporter|direction|component"
    r"|part_of|team|canonical_service|canonical_revision|principal|version|revision"
    r"|rollouts_pod_template_hash|hash|role|track|release|protocol|tls)"
)


# Words in such a label that tell the versions apart.
_NEW_WORDS, _OLD_WORDS = {"canary", "preview"}, {"stable", "primary"}


# --- recognition ----------------------------------------------------------------------------------------


def recognise(text: str, names: Names | None = None) -> Query:
    """Lowers a query. Raises QueryError for what is not recognised."""
    try:
        tree = ast.parse(text)
    except ValueError as error:
        raise QueryError(f"is not valid PromQL: {error}") from None
    lowering = _Lowering(names or Names())
    value = lowering.value(tree)
    if value.kind == "series":
        raise QueryError("gives one series for each pod and label: wrap it in sum(...)")
    if value.kind == "buckets":
        raise QueryError("gives one series for each latency bucket: ask for one with histogram_quantile(...)")
    return Query(value.steps, value.kind == "scalar", lowering.warnings)


_Labels = frozenset[tuple[str, str]]  # name and value


@dataclass(frozen=True)
class _Value:
    """What a part of a query gives. ``series``: many, before a sum; ``buckets``: one for each le."""

    kind: Literal["scalar", "single", "series", "buckets"]
    steps: list[QueryStep]
    labels: _Labels = frozenset()  # of the one series; of many: those that every one has
    unit: float = 1.0  # of latencies, in seconds


_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_COMPARISON = {
    ">": "greater",
    "<": "less",
    ">=": "greater_equal",
    "<=": "less_equal",
    "==": "equal",
    "!=": "not_equal",
}
_EMPTY = [QueryStep("number", 1), QueryStep("number", 2), QueryStep("greater")]  # 1 > 2: nothing


class _Lowering:
    def __init__(self, names: Names) -> None:
        self._names = names
        self.warnings: list[str] = []

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    # -- expressions

    def value(self, node: ast.Expr) -> _Value:
        match node:
            case ast.ParenExpr():
                return self.value(node.expr)
            case ast.NumberLiteral():
                return _Value("scalar", [QueryStep("number", node.val)])
            case ast.UnaryExpr():
                value = self._one(node.expr, "a minus sign")
                return replace(value, steps=[*value.steps, QueryStep("negate")])
            case ast.BinaryExpr():
                return self._binary(node)
            case ast.AggregateExpr():
                return self._aggregate(node)
            case ast.Call():
                return self._call(node)
            case ast.VectorSelector():
                message = f'"{node.name}" is used without rate() or increase()'
                raise QueryError(f"{message}: only growth over a window is modelled")
            case ast.SubqueryExpr():
                raise QueryError("subqueries such as [5m:1m] are not modelled")
        raise QueryError("a range of samples or a text is no metric")

    def _one(self, node: ast.Expr, around: str) -> _Value:
        """A part that has to be one number."""
        value = self.value(node)
        if value.kind == "series":
            raise QueryError(
                f"{around} around a rate that was not summed gives one series for each pod: sum first"
            )
        if value.kind == "buckets":
            raise QueryError(f"{around} around latency buckets is not recognised")
        return value

    def _binary(self, node: ast.BinaryExpr) -> _Value:
        op = str(node.op)
        if op not in _ARITHMETIC and op not in _COMPARISON and op != "or":
            raise QueryError(f'the operator "{op}" is not recognised')
        if node.modifier is not None and node.modifier.return_bool:
            raise QueryError(
                f'"{op} bool" is not recognised: compare in the success or failure condition instead'
            )
        left, right = self._one(node.lhs, f'"{op}"'), self._one(node.rhs, f'"{op}"')
        if op in _COMPARISON and left.kind == "scalar":
            raise QueryError(f'"{op}" needs a vector on its left side')
        steps = [*left.steps, *right.steps, QueryStep(_ARITHMETIC.get(op) or _COMPARISON.get(op) or op)]
        if "scalar" in (left.kind, right.kind):
            vector = left if right.kind == "scalar" else right
            return replace(vector, steps=steps)
        matched = [_matched_labels(side.labels, node.modifier) for side in (left, right)]
        if matched[0] != matched[1]:
            outcome = "both are in the answer" if op == "or" else "PromQL matches nothing"
            raise QueryError(
                f'the two sides of "{op}" have different labels, so {outcome}; on() would match them'
            )
        return _Value("single", steps, left.labels if op == "or" else matched[0])

    def _aggregate(self, node: ast.AggregateExpr) -> _Value:
        op = str(node.op)
        value = self.value(node.expr)
        if op not in ("sum", "avg", "max", "min"):
            raise QueryError(f'the aggregation "{op}" is not recognised; sum(...) is')
        by = [] if node.modifier is None else list(node.modifier.labels)
        if node.modifier is not None and str(node.modifier.type).rsplit(".", 1)[-1] != "By":
            raise QueryError(
                f'"{op} without (...)" may give several series: use "{op} by (...)" or plain {op}(...)'
            )
        if value.kind == "scalar":
            raise QueryError(f"{op}(...) needs a vector")
        if value.kind in ("single", "buckets"):  # one series already
            return replace(value, labels=frozenset(pair for pair in value.labels if pair[0] in by))
        if op != "sum":
            raise QueryError(
                f"{op}(...) over pods is not modelled: telemetry is kept for each version as a whole"
            )
        is_buckets = value.steps[-1].op == "quantile"
        kept = frozenset(pair for pair in value.labels if pair[0] in by)
        several = sorted(set(by) - {"le"} - {label for label, _ in kept})
        if several:
            labels = listed(several, "and")
            raise QueryError(
                f"by ({labels}) may give several series; only labels that a matcher fixes are recognised"
            )
        if is_buckets and "le" not in by:
            raise QueryError("summing latency buckets without by (le) counts every request several times")
        return replace(value, kind="buckets" if is_buckets else "single", labels=kept)

    def _call(self, node: ast.Call) -> _Value:
        name = node.func.name
        handler: Callable[..., _Value] | None = getattr(self, f"_call_{name}", None)
        if handler is None:
            known = [attribute[6:] for attribute in dir(self) if attribute.startswith("_call_")]
            raise QueryError(f"the function {name}() is not recognised", nearest(name, known))
        return handler(*node.args)

    # -- functions

    def _call_rate(self, argument: ast.Expr) -> _Value:
        return self._growth("rate", argument)

    def _call_increase(self, argument: ast.Expr) -> _Value:
        return self._growth("increase", argument)

    def _call_irate(self, argument: ast.Expr) -> _Value:
        self._warn(
            "irate() is taken as rate(): the model looks at the whole window, not at its last two samples"
        )
        return self._growth("rate", argument)

    def _call_vector(self, argument: ast.Expr) -> _Value:
        return replace(self._one(argument, "vector()"), kind="single", labels=frozenset())

    def _call_scalar(self, argument: ast.Expr) -> _Value:
        steps = self._one(argument, "scalar()").steps
        return _Value("scalar", [*steps, QueryStep("number", float("nan")), QueryStep("or")])

    def _call_clamp_min(self, argument: ast.Expr, low: ast.Expr) -> _Value:
        return self._clamped(argument, [("clamp_min", low)])

    def _call_clamp_max(self, argument: ast.Expr, high: ast.Expr) -> _Value:
        return self._clamped(argument, [("clamp_max", high)])

    def _call_clamp(self, argument: ast.Expr, low: ast.Expr, high: ast.Expr) -> _Value:
        return self._clamped(argument, [("clamp_min", low), ("clamp_max", high)])

    def _clamped(self, argument: ast.Expr, limits: list[tuple[str, ast.Expr]]) -> _Value:
        value = self._one(argument, "clamp")
        steps = [QueryStep(op, self._constant(limit, op)) for op, limit in limits]
        return replace(value, steps=[*value.steps, *steps])

    def _constant(self, node: ast.Expr, where: str) -> float:
        value = self.value(node)
        if len(value.steps) == 2 and value.steps[1].op == "negate" and value.kind == "scalar":
            return -value.steps[0].number
        if len(value.steps) != 1 or value.steps[0].op != "number":
            raise QueryError(f"{where} needs a plain number")
        return value.steps[0].number

    def _call_histogram_quantile(self, quantile: ast.Expr, argument: ast.Expr) -> _Value:
        q = self._constant(quantile, "histogram_quantile()")
        value = self.value(argument)
        if value.kind != "buckets":
            hint = "sum by (le) (rate(..._bucket[...]))"
            raise QueryError(f"histogram_quantile() is recognised over {hint} only")
        (step,) = value.steps
        steps = [replace(step, number=q)]
        if value.unit != 1:
            steps += [QueryStep("number", 1 / value.unit), QueryStep("multiply")]
        return _Value("single", steps, value.labels)

    # -- selectors

    def _growth(self, op: str, argument: ast.Expr) -> _Value:
        if not isinstance(argument, ast.MatrixSelector):
            return self.value(argument)
        vector = argument.vector_selector
        if vector.at is not None:
            raise QueryError("the @ modifier is not recognised")
        offset = vector.offset.total_seconds() if vector.offset is not None else 0.0
        if offset < 0:
            raise QueryError("a negative offset looks into the future")
        matchers = list(vector.matchers.matchers)
        if vector.matchers.or_matchers:
            raise QueryError('matchers joined with "or" are not recognised')
        name, part, family = self._family(vector.name, matchers)
        selector = Selector("requests", family.vantage, window=argument.range.total_seconds(), offset=offset)
        pinned = frozenset((m.name, m.value) for m in matchers if _operator(m) == "=" and m.name != "le")
        selector, le = self._match(selector, matchers)
        if selector.codes == 0:
            return _Value("series", _EMPTY, pinned)
        if part == "bucket" and le is None:
            return _Value(
                "series", [QueryStep("quantile", 0, self._any_code(selector, name))], pinned, family.unit
            )
        if part == "bucket" and le is not None and le != float("inf"):
            bucket = replace(self._any_code(selector, name), what="within_bucket", le=le * family.unit)
            return _Value("series", [QueryStep(op, 0, bucket)], pinned)
        if part != "bucket" and le is not None:
            raise QueryError(f'"{name}" has no buckets, so no label le')
        if part == "sum":
            steps = [QueryStep(op, 0, replace(self._any_code(selector, name), what="latency_sum"))]
            if family.unit != 1:
                steps += [QueryStep("number", 1 / family.unit), QueryStep("multiply")]
            return _Value("series", steps, pinned)
        return _Value("series", [QueryStep(op, 0, selector)], pinned)

    def _any_code(self, selector: Selector, name: str) -> Selector:
        """Latencies are not kept apart by status."""
        if selector.codes != ALL_CODES:
            self._warn(f'"{name}": latencies are not kept apart by status: those of all requests are taken')
        return replace(selector, codes=ALL_CODES)

    def _family(self, name: str | None, matchers: list[ast.Matcher]) -> tuple[str, str, _Family]:
        """The metric's name, its part (bucket, count, sum or empty) and what is known of it."""
        if name is None:
            name = next((m.value for m in matchers if m.name == "__name__" and _operator(m) == "="), None)
            if name is None:
                raise QueryError("a selector without a metric's name is not recognised")
        known, part = _base(name)
        if own := _OWN_PREFIX.fullmatch(known):
            known = own.group(1)
        if part and known in _HISTOGRAMS:
            return name, part, _HISTOGRAMS[known]
        for counter in (name, known):
            if counter in _COUNTERS:
                return name, "", _COUNTERS[counter]
        histograms = [f"{base}_{ending}" for base in _HISTOGRAMS for ending in ("bucket", "count", "sum")]
        raise QueryError(f'the metric "{name}" is not known', nearest(name, [*_COUNTERS, *histograms]))

    def _match(self, selector: Selector, matchers: list[ast.Matcher]) -> tuple[Selector, float | None]:
        codes, le = ALL_CODES, None
        scopes: set[Scope] = set()
        for matcher in matchers:
            if matcher.name == "__name__":
                continue
            if matcher.name == "le":
                le = self._le(matcher)
            elif matcher.name in _STATUS_LABELS:
                codes &= self._codes(matcher)
            else:
                scope = self._scope(matcher)
                if scope != "service":
                    scopes.add(scope)
        if len(scopes) > 1:
            raise QueryError(
                "the matchers ask for the new and the old version at once, which selects nothing"
            )
        if codes == 0:
            self._warn(
                f"no status of the model ({listed(CODES)}) matches the selector: it never selects anything"
            )
        return replace(selector, codes=codes, scope=scopes.pop() if scopes else "service"), le

    def _le(self, matcher: ast.Matcher) -> float:
        values = matcher.value.split("|") if _operator(matcher) == "=~" else [matcher.value]
        if _operator(matcher) not in ("=", "=~"):
            raise QueryError(f"le{_operator(matcher)}... is not recognised; give one upper limit with le=")
        try:
            numbers = {float(value.replace("\\.", ".")) for value in values}
        except ValueError:
            raise QueryError(f'le="{matcher.value}" is no number') from None
        if len(numbers) != 1:
            raise QueryError(
                f'le=~"{matcher.value}" selects several buckets, which counts requests several times'
            )
        return numbers.pop()

    def _codes(self, matcher: ast.Matcher) -> int:
        spellings = _STATUS_LABELS[matcher.name]
        mask = 0
        for bit, spelled in enumerate(spellings):
            if any(_says(matcher, value) for value in spelled):
                mask |= 1 << bit
        return mask if _operator(matcher) in ("=", "=~") else ALL_CODES & ~mask

    def _scope(self, matcher: ast.Matcher) -> Scope:
        positive = _operator(matcher) in ("=", "=~")
        found = self._positive_scope(matcher)
        if found == "service" or positive:
            return found
        if found == "baseline":
            raise QueryError("all but an experiment's baseline is no version")
        return "old" if found == "new" else "new"

    def _positive_scope(self, matcher: ast.Matcher) -> Scope:
        """Whose requests the matcher would select if it were not negated."""
        name, value = matcher.name, matcher.value
        if name == "canary":  # ingress-nginx: the canary ingress's name, empty on the other
            return "new" if value else "old"
        for mark, scope in _MARKS.items():
            if mark in value:
                return scope
        names = self._names
        named: set[str] = {
            scope for (label, text), scope in names.labels.items() if label == name and _says(matcher, text)
        }
        named |= {scope for service, scope in names.services.items() if _names_service(matcher, service)}
        if named == {"active"}:
            message = "follows whichever version is active: the whole service is taken for it"
            self._warn(f'{name}="{value}" {message}')
        if named in ({"new"}, {"old"}):
            return "new" if "new" in named else "old"
        if named or not value:
            return "service"
        if not _IDENTITY.fullmatch(name):
            text = f'{name}{_operator(matcher)}"{value}"'
            self._warn(f"the matcher {text} is not modelled: what it would leave out is counted, too")
            return "service"
        words = set(re.split(r"[^a-z]+", value.lower()))
        hinted: Scope = "new" if words & _NEW_WORDS else "old" if words & _OLD_WORDS else "service"
        if hinted != "service":
            self._warn(f'{name}="{value}" is taken as the {hinted} version by its name')
        return hinted


def _matched_labels(labels: _Labels, modifier: ast.BinModifier | None) -> _Labels:
    """The labels that decide which series of the two sides belong together."""
    matching = modifier.matching if modifier is not None else None
    if matching is None:
        return labels
    include = str(matching.type).endswith("Include")
    return frozenset(pair for pair in labels if (pair[0] in matching.labels) == include)


def _base(name: str) -> tuple[str, str]:
    """ "x_bucket" as ("x", "bucket"); a name without such an ending as itself and ""."""
    base, _, part = name.rpartition("_")
    return (base, part) if part in ("bucket", "count", "sum") else (name, "")


def _operator(matcher: ast.Matcher) -> str:
    names = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
    return names[str(matcher.op).rsplit(".", 1)[-1]]


def _says(matcher: ast.Matcher, value: str) -> bool:
    """Whether the matcher's pattern, taken positively, fits a label's value."""
    if _operator(matcher) in ("=", "!="):
        return matcher.value == value
    return re.fullmatch(matcher.value, value) is not None


def _names_service(matcher: ast.Matcher, service: str) -> bool:
    """Whether a value names a Kubernetes service, alone or within a longer name such as Istio's."""
    if _operator(matcher) in ("=", "!="):
        return _has_word(matcher.value, service)
    longer = (service, f"{service}.ns", f"{service}.ns.svc", f"{service}.ns.svc.cluster.local")
    return any(_says(matcher, value) for value in longer) or _has_word(
        matcher.value.replace("\\.", "."), service
    )


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![a-z0-9-]){re.escape(word)}(?![a-z0-9-])", text) is not None
