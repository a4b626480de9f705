#include "rollcast/model/kayenta.h"

namespace rollcast::kayenta {

using namespace std::chrono_literals;

std::optional<std::string> complaint(const Judge& judge, std::size_t latency_buckets) {
    constexpr std::int64_t kMostPoints = 100'000;
    if (judge.series.empty()) return "must have a series to judge";
    if (judge.step <= 0s) return "must have a step above 0 s";
    if (judge.lookback < judge.step) return "must look back on at least one step";
    if (judge.lookback / judge.step > kMostPoints) return "must not look back on more than 100,000 steps";
    if (judge.thresholds.pass > 100) return "must not have a pass score above 100, which no canary reaches";
    if (judge.thresholds.marginal > judge.thresholds.pass) return "must not have a marginal score above the pass score";
    for (const ComparedSeries& each : judge.series) {
        for (const Query* query : {&each.canary, &each.baseline}) {
            if (const auto wrong = rollcast::complaint(*query, latency_buckets)) return "has a query that " + *wrong;
        }
        if (!(each.config.outlier_factor > 0)) return "must have an outlier factor above 0";
    }
    return std::nullopt;
}

}  // namespace rollcast::kayenta
