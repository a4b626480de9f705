#include "rollcast/study/forecast.h"

#include <cmath>
#include <limits>

#include "rollcast/base/check.h"
#include "rollcast/run/replication.h"
#include "rollcast/study/estimate.h"
#include "rollcast/study/pool.h"

namespace rollcast {
namespace {

void require_valid(const Scenario& scenario) {
    std::string message;
    for (const Complaint& complaint : validate(scenario)) {
        message += (message.empty() ? "" : "; ") + complaint.path + " " + complaint.message;
    }
    require(message.empty(), message);
}

void require_valid(const ForecastOptions& options) {
    require(options.replications > 0, "replications must be above 0");
    require(options.batch > 0, "batch must be above 0");
    require(options.confidence > 0 && options.confidence < 1, "confidence must be between 0 and 1");
    if (options.stop_estimate.empty()) return;
    require(is_estimate(options.stop_estimate), "stop_estimate: there is no estimate named " + options.stop_estimate);
    require(options.stop_half_width > 0, "stop_half_width must be above 0");
}

}  // namespace

Forecast forecast(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                  const Progress& progress) {
    require_valid(scenario);
    require_valid(options);
    const Release& release = scenario.release;
    const std::vector<std::uint32_t> truths = allocate_truths(release, options.replications);
    Enough enough;
    if (!options.stop_estimate.empty()) {
        enough = [&](std::span<const Outcome> prefix) {
            const Interval interval = estimate_one(release, prefix, options.stop_estimate, options.confidence);
            return interval.half_width() <= options.stop_half_width;
        };
    }
    const auto profile = options.profile ? options.profile : std::make_shared<Profile>(scenario);
    PoolResult result = run_pool(
        {options.replications, options.batch, options.threads},
        [&](std::uint32_t replication) {
            return replicate(scenario, strategy, options.seed, replication, truths[replication], nullptr, profile);
        },
        enough, progress);
    Forecast forecast;
    forecast.estimates = estimate(release, result.outcomes, options.confidence);
    forecast.outcomes = std::move(result.outcomes);
    forecast.ending = result.ending;
    return forecast;
}

std::vector<Outcome> run_piece(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                               std::uint32_t first, const Progress& progress) {
    require_valid(scenario);
    require_valid(options);
    require(options.replications <= std::numeric_limits<std::uint32_t>::max() - first,
            "there are no such replications");
    const std::vector<std::uint32_t> truths = allocate_truths(scenario.release, first + options.replications);
    const auto profile = options.profile ? options.profile : std::make_shared<Profile>(scenario);
    return run_pool(
               {options.replications, options.batch, options.threads},
               [&](std::uint32_t ordinal) {
                   const std::uint32_t replication = first + ordinal;
                   return replicate(scenario, strategy, options.seed, replication, truths[replication], nullptr,
                                    profile);
               },
               {}, progress)
        .outcomes;
}

Timeline replay(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                std::uint32_t replication, Outcome* outcome) {
    require_valid(scenario);
    const std::uint32_t truth = allocate_truths(scenario.release, replication + 1).back();
    Timeline timeline;
    const Outcome result = replicate(scenario, strategy, options.seed, replication, truth, &timeline, options.profile);
    if (outcome != nullptr) *outcome = result;
    return timeline;
}

}  // namespace rollcast
