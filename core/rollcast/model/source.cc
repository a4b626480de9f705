#include "rollcast/model/source.h"

#include <algorithm>
#include <type_traits>

namespace rollcast {
namespace {

std::optional<std::string> complaint(const QueryCheck& check, std::size_t latency_buckets) {
    if (const auto wrong = complaint(check.query, latency_buckets)) return "has a query that " + *wrong;
    if (const auto wrong = complaint(check.success)) return "has a success condition that " + *wrong;
    if (const auto wrong = complaint(check.failure)) return "has a failure condition that " + *wrong;
    return std::nullopt;
}

bool selects(const CloudWatchAlarm& alarm, Vantage vantage) { return alarm.vantage == vantage; }
bool selects(const CloudWatchAlarm& alarm, Scope scope) { return alarm.scope == scope; }
bool selects(const BurnRateAlert& alert, Vantage vantage) { return alert.vantage == vantage; }
bool selects(const BurnRateAlert& alert, Scope scope) { return alert.scope == scope; }
bool selects(const SequentialCheck& check, Vantage vantage) { return check.vantage == vantage; }
bool selects(const SequentialCheck& check, Scope scope) { return scope == Scope::kNew || scope == check.baseline; }
bool selects(const OwnCheck& check, Vantage vantage) { return check.vantage == vantage; }
bool selects(const OwnCheck& check, Scope scope) { return scope == Scope::kNew || scope == check.baseline; }
template <typename What>
bool selects(const QueryCheck& check, What what) {
    return selects(check.query, what);
}
template <typename What>
bool selects(const kayenta::Judge& judge, What what) {
    return std::any_of(judge.series.begin(), judge.series.end(), [&](const kayenta::ComparedSeries& each) {
        return selects(each.canary, what) || selects(each.baseline, what);
    });
}
template <typename What>
bool selects(const CompositeAlarm& composite, What what) {
    return std::any_of(composite.alarms.begin(), composite.alarms.end(),
                       [&](const NamedAlarm& each) { return selects(each.alarm, what); });
}

}  // namespace

std::optional<std::string> complaint(const Source& source, std::size_t latency_buckets) {
    return std::visit(
        [&](const auto& alternative) {
            using Alternative = std::decay_t<decltype(alternative)>;
            if constexpr (std::is_same_v<Alternative, QueryCheck> || std::is_same_v<Alternative, kayenta::Judge>) {
                return complaint(alternative, latency_buckets);
            } else {
                return complaint(alternative);
            }
        },
        source);
}

bool selects(const Source& source, Vantage vantage) {
    return std::visit([&](const auto& alternative) { return selects(alternative, vantage); }, source);
}

bool reads_latencies(const Source& source) {
    if (std::holds_alternative<BurnRateAlert>(source)) return false;
    const QueryCheck* check = std::get_if<QueryCheck>(&source);
    return check == nullptr || std::any_of(check->query.begin(), check->query.end(), [](const QueryStep& step) {
               return step.op == QueryStep::Op::kQuantile || step.selector.what != Selector::What::kRequests;
           });
}

bool selects(const Source& source, Scope scope) {
    return std::visit([&](const auto& alternative) { return selects(alternative, scope); }, source);
}

}  // namespace rollcast
