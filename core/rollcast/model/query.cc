#include "rollcast/model/query.h"

#include <algorithm>
#include <span>

namespace rollcast {
namespace {

constexpr std::size_t kMostSteps = 1000;  // far beyond any query written by hand; bounds the recursion below
constexpr Duration kLongest = std::chrono::hours(24 * 36525);  // the sum of two stays within the range of Time

std::string at_step(std::size_t index, const std::string& message) {
    return "step " + std::to_string(index + 1) + " " + message;
}

std::string lacks(std::size_t index, std::size_t needed, std::size_t found) {
    return at_step(index, "needs " + std::to_string(needed) + (needed == 1 ? " value" : " values") + " and finds " +
                              std::to_string(found));
}

std::string leaves(std::size_t count) { return "leaves " + std::to_string(count) + " values, must leave 1"; }

std::optional<std::string> complaint(const QueryStep& step, std::size_t latency_buckets) {
    const Selector& selector = step.selector;
    if (selector.window <= Duration::zero()) return "must have a window above 0 s";
    if (selector.window > kLongest) return "must have a window of at most 100 years";
    if (selector.offset < Duration::zero()) return "must not have a negative offset";
    if (selector.offset > kLongest) return "must have an offset of at most 100 years";
    if (step.op == QueryStep::Op::kQuantile) return std::nullopt;
    if (selector.what == Selector::What::kRequests && (selector.codes & 0b1111) == 0) return "selects no status";
    if (selector.what == Selector::What::kWithinBucket && selector.bucket > latency_buckets) {
        return "selects latency bucket " + std::to_string(selector.bucket) + " of " + std::to_string(latency_buckets);
    }
    return std::nullopt;
}

/// `first`: index of the first of `steps` in the whole condition.
std::optional<std::string> complaint(std::span<const ConditionStep> steps, std::size_t first) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const ConditionStep& step = steps[i];
        const std::size_t needed = operands(step.op);
        if (depth < needed) return lacks(first + i, needed, depth);
        depth = depth - needed + 1;
        if (step.op != ConditionStep::Op::kAnd && step.op != ConditionStep::Op::kOr) continue;
        if (step.skip == 0 || step.skip >= steps.size() - i) return at_step(first + i, "has no right side");
        if (auto inner = complaint(steps.subspan(i + 1, step.skip), first + i + 1)) return inner;
        i += step.skip;
    }
    if (depth != 1) return leaves(depth);
    return std::nullopt;
}

}  // namespace

std::size_t operands(QueryStep::Op op) {
    using Op = QueryStep::Op;
    switch (op) {
        case Op::kNumber:
        case Op::kRate:
        case Op::kIncrease:
        case Op::kQuantile:
            return 0;
        case Op::kNegate:
        case Op::kClampMin:
        case Op::kClampMax:
            return 1;
        default:
            return 2;
    }
}

std::size_t operands(ConditionStep::Op op) {
    using Op = ConditionStep::Op;
    switch (op) {
        case Op::kNumber:
        case Op::kTruth:
        case Op::kResult:
        case Op::kNil:
            return 0;
        case Op::kLength:
        case Op::kIsNaN:
        case Op::kIsInf:
        case Op::kIsNil:
        case Op::kNegate:
        case Op::kNot:
        case Op::kToInt:
        case Op::kToFloat:
        case Op::kAbs:
        case Op::kFloor:
        case Op::kCeil:
        case Op::kRound:
        case Op::kAnd:
        case Op::kOr:
            return 1;
        default:
            return 2;
    }
}

namespace {

template <typename Field, typename Value>
bool any_selector(const Query& query, Field field, Value value) {
    return std::any_of(query.begin(), query.end(), [&](const QueryStep& step) {
        return operands(step.op) == 0 && step.op != QueryStep::Op::kNumber && step.selector.*field == value;
    });
}

}  // namespace

bool selects(const Query& query, Vantage vantage) { return any_selector(query, &Selector::vantage, vantage); }
bool selects(const Query& query, Scope scope) { return any_selector(query, &Selector::scope, scope); }

std::optional<std::string> complaint(const Query& query, std::size_t latency_buckets) {
    if (query.size() > kMostSteps) return "has more than " + std::to_string(kMostSteps) + " steps";
    std::size_t depth = 0;
    for (std::size_t i = 0; i < query.size(); ++i) {
        const QueryStep& step = query[i];
        const std::size_t needed = operands(step.op);
        if (depth < needed) return lacks(i, needed, depth);
        depth = depth - needed + 1;
        if (needed > 0 || step.op == QueryStep::Op::kNumber) continue;
        if (const auto inner = complaint(step, latency_buckets)) return at_step(i, *inner);
    }
    if (depth != 1) return leaves(depth);
    return std::nullopt;
}

std::optional<std::string> complaint(const Condition& condition) {
    if (condition.size() > kMostSteps) return "has more than " + std::to_string(kMostSteps) + " steps";
    if (condition.empty()) return std::nullopt;
    return complaint(std::span(condition), 0);
}

}  // namespace rollcast
