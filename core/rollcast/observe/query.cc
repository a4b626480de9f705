#include "rollcast/observe/query.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

using Op = QueryStep::Op;
using Vector = std::optional<double>;  // an instant vector without labels

Vector quantile(const QueryStep& step, const Telemetry& telemetry, Time now) {
    const std::vector<double> buckets = telemetry.bucket_increases(step.selector, now);
    if (buckets.empty()) return std::nullopt;
    return histogram_quantile(step.number, telemetry.latency_buckets(), buckets);
}

Vector leaf(const QueryStep& step, const Telemetry& telemetry, Time now) {
    switch (step.op) {
        case Op::kQuantile:
            return quantile(step, telemetry, now);
        case Op::kIncrease:
            return telemetry.increase(step.selector, now);
        case Op::kRate: {
            Vector rate = telemetry.increase(step.selector, now);
            if (rate) *rate /= to_seconds(step.selector.window);
            return rate;
        }
        default:
            return step.number;
    }
}

Vector filter(double value, bool keep) { return keep ? Vector(value) : std::nullopt; }

Vector combine(Op op, Vector left, Vector right) {
    if (op == Op::kOr) return left ? left : right;
    if (!left || !right) return std::nullopt;
    const double a = *left, b = *right;
    switch (op) {
        case Op::kAdd:
            return a + b;
        case Op::kSubtract:
            return a - b;
        case Op::kMultiply:
            return a * b;
        case Op::kDivide:
            return a / b;
        case Op::kGreater:
            return filter(a, a > b);
        case Op::kLess:
            return filter(a, a < b);
        case Op::kGreaterEqual:
            return filter(a, a >= b);
        case Op::kLessEqual:
            return filter(a, a <= b);
        case Op::kEqual:
            return filter(a, a == b);
        default:
            return filter(a, a != b);
    }
}

// NaN stays NaN.
double clamp_min(double value, double limit) { return value < limit ? limit : value; }
double clamp_max(double value, double limit) { return value > limit ? limit : value; }

}  // namespace

std::optional<double> evaluate(const Query& query, const Telemetry& telemetry, Time now) {
    if (const auto fault = complaint(query, telemetry.latency_buckets().size())) require(false, "a query " + *fault);
    std::vector<Vector> stack;
    for (const QueryStep& step : query) {
        if (operands(step.op) == 0) {
            stack.push_back(leaf(step, telemetry, now));
            continue;
        }
        switch (step.op) {
            case Op::kNegate:
                if (Vector& top = stack.back()) *top = -*top;
                break;
            case Op::kClampMin:
                if (Vector& top = stack.back()) *top = clamp_min(*top, step.number);
                break;
            case Op::kClampMax:
                if (Vector& top = stack.back()) *top = clamp_max(*top, step.number);
                break;
            default: {
                const Vector right = stack.back();
                stack.pop_back();
                stack.back() = combine(step.op, stack.back(), right);
            }
        }
    }
    return stack.back();
}

// As BucketQuantile() of prometheus/prometheus, promql/quantile.go, which also irons out what extrapolation bucket by
// bucket may have bent: counts that fall, or rise by no more than rounding.
double histogram_quantile(double q, std::span<const double> limits, std::span<const double> cumulative) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kRounding = 1e-12;
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    ensure(cumulative.size() == limits.size() + 1, "a histogram needs a bucket for each limit and one more");
    if (std::isnan(q)) return kNaN;
    if (q < 0) return -kInfinity;
    if (q > 1) return kInfinity;

    std::vector<double> counts(cumulative.begin(), cumulative.end());
    for (std::size_t i = 1; i < counts.size(); ++i) {
        if (counts[i] - counts[i - 1] <= kRounding * (counts[i] + counts[i - 1])) counts[i] = counts[i - 1];
    }
    if (limits.empty() || counts.back() == 0) return kNaN;

    const double rank = q * counts.back();
    const auto bucket =
        static_cast<std::size_t>(std::lower_bound(counts.begin(), counts.end() - 1, rank) - counts.begin());
    if (bucket == limits.size()) return limits.back();
    const double start = bucket == 0 ? 0 : limits[bucket - 1];
    const double below = bucket == 0 ? 0 : counts[bucket - 1];
    return start + (limits[bucket] - start) * ((rank - below) / (counts[bucket] - below));
}

Duration lookback(const Query& query) {
    Duration longest{};
    for (const QueryStep& step : query) longest = std::max(longest, step.selector.window + step.selector.offset);
    return longest;
}

}  // namespace rollcast
