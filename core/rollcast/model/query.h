#pragma once
// What a query asks of telemetry and what conditions make of the answer, as programs of plain data. The languages
// they were written in (PromQL, Argo's expressions) are lowered to these by the front end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast {

/// Who counts. Application: each instance counts its own answers; scraped per instance, lost with it. Proxy: the mesh
/// or balancer, per version; sees refused connections and timeouts. Client: what users see, of the whole service only.
enum class Vantage : std::uint8_t { kApplication, kProxy, kClient };

/// Whose requests. The baseline's are nobody's where there is none.
enum class Scope : std::uint8_t { kNew, kOld, kService, kBaseline };

/// A set of series: which counter, of whom, over which window.
struct Selector {
    enum class What : std::uint8_t {
        kRequests,      // answers whose status is in `codes`
        kWithinBucket,  // answers no slower than Observability::latency_buckets[bucket]; one past the last: all answers
        kLatencySum,    // seconds of latency, for mean latencies
    };
    What what = What::kRequests;
    Vantage vantage = Vantage::kProxy;
    Scope scope = Scope::kService;
    std::uint8_t codes = 0b1111;  // bit i: the status Code(i)
    std::uint8_t bucket = 0;
    Duration window{};  // of rate() or increase()
    Duration offset{};  // how much earlier the window ends
};

/// One step of a query in postfix order. The values are instant vectors without labels: one number, or empty.
struct QueryStep {
    enum class Op : std::uint8_t {
        kNumber,    // push `number`; a scalar is never empty
        kRate,      // push sum(rate(selector)): per second
        kIncrease,  // push sum(increase(selector))
        kQuantile,  // push histogram_quantile(number, sum by (le) (rate(selector)))
        kAdd,
        kSubtract,
        kMultiply,
        kDivide,  // empty if either side is empty; 0/0 is NaN
        kOr,      // the left side, or the right one where the left is empty
        kNegate,
        kClampMin,
        kClampMax,  // by `number`
        kGreater,
        kLess,
        kGreaterEqual,
        kLessEqual,
        kEqual,
        kNotEqual,  // filters: the left side if true, else empty
    };
    Op op = Op::kNumber;
    double number = 0;
    Selector selector{};
};
using Query = std::vector<QueryStep>;

/// One step of a condition in postfix order. Values are numbers, truths, or lists of numbers.
struct ConditionStep {
    enum class Op : std::uint8_t {
        kNumber,  // push `number`
        kTruth,   // push number != 0
        kResult,  // push the result: a list
        kNil,     // push nil
        kIndex,   // list, number: the element; out of range is an error
        kLength,  // len(list)
        kIsNaN,
        kIsInf,
        kIsNil,    // value: Argo asks whether the *result* is nil, whatever the value is; a list never is
        kDefault,  // value, fallback: the fallback where the result is nil, else the whole result, whatever the value
                   // is
        kNegate,
        kAdd,
        kSubtract,
        kMultiply,
        kDivide,
        kModulo,
        kPower,
        kEqual,
        kNotEqual,
        kLess,
        kLessEqual,
        kGreater,
        kGreaterEqual,
        kNot,
        kAnd,
        kOr,  // short-circuit: the right side's `skip` steps are passed over when the left side decides
        kToInt,
        kToFloat,
        kAbs,
        kFloor,
        kCeil,
        kRound,
        kMin,
        kMax,
    };
    Op op = Op::kNumber;
    double number = 0;
    std::uint16_t skip = 0;  // kAnd, kOr: stand *before* the right side; how many steps the right side takes
};
/// Empty: the condition is not given.
using Condition = std::vector<ConditionStep>;

/// How many values an operation takes from the stack. Of kAnd and kOr only the left side is there.
std::size_t operands(QueryStep::Op op);
std::size_t operands(ConditionStep::Op op);

/// Whether it selects series that are counted there, or of those requests.
bool selects(const Query& query, Vantage vantage);
bool selects(const Query& query, Scope scope);

/// Why a program cannot be evaluated at all ("step 3 needs 2 values and finds 1"); nothing when it can.
/// `latency_buckets`: how many the metric store has, the implied last one not counted.
std::optional<std::string> complaint(const Query& query, std::size_t latency_buckets);
std::optional<std::string> complaint(const Condition& condition);

/// Argo's way to judge a number: what is asked of telemetry, and what makes of the answer a success or a failure.
struct QueryCheck {
    Query query{};
    Condition success{};
    Condition failure{};
};

}  // namespace rollcast
