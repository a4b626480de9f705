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

bool selects(const QueryCheck& check, Vantage vantage) { return selects(check.query, vantage); }
bool selects(const CloudWatchAlarm& alarm, Vantage vantage) { return alarm.vantage == vantage; }
bool selects(const BurnRateAlert& alert, Vantage vantage) { return alert.vantage == vantage; }
bool selects(const SequentialCheck& check, Vantage vantage) { return check.vantage == vantage; }
bool selects(const OwnCheck& check, Vantage vantage) { return check.vantage == vantage; }
bool selects(const kayenta::Judge& judge, Vantage vantage) {
    return std::any_of(judge.series.begin(), judge.series.end(), [&](const kayenta::ComparedSeries& each) {
        return selects(each.canary, vantage) || selects(each.baseline, vantage);
    });
}
bool selects(const CompositeAlarm& composite, Vantage vantage) {
    return std::any_of(composite.alarms.begin(), composite.alarms.end(),
                       [&](const NamedAlarm& each) { return selects(each.alarm, vantage); });
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

}  // namespace rollcast
