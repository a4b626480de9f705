#pragma once
// Many replications on every core, and what they say: estimates, each with its interval.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/timeline.h"
#include "rollcast/stats/interval.h"
#include "rollcast/world/answer_law.h"

namespace rollcast {

/// Which truth replication 0, 1, 2 ... has. A prior's rare kinds are not starved: a good release gets two shares and
/// each kind of defect one (of the kinds with positive probability), dealt out so that every prefix is as even as can
/// be. Estimates weigh the kinds back by their probabilities.
std::vector<std::uint32_t> allocate_truths(const Release& release, std::uint32_t replications);

struct ForecastOptions {
    std::uint32_t replications = 200;
    std::uint64_t seed = 1;
    unsigned threads = 0;  // 0: every core
    double confidence = .95;
    std::string stop_estimate{};  // name of an estimate; empty: run all replications
    double stop_half_width = 0;   // stop at the first whole batch where its interval is at most so wide to a side
    std::uint32_t batch = 50;     // stopping is checked after every so many replications
    std::shared_ptr<Profile> profile{};  // of the scenario's service; none: a new one
};

enum class Unit : std::uint8_t { kProbability, kSeconds, kRequests, kFraction, kCount };

struct Estimate {
    std::string name;     // "p_promoted", "duration_mean"
    std::string meaning;  // one line
    Unit unit = Unit::kCount;
    Interval interval;  // all NaN: does not exist for this release ("given bad" of a good one);
                        // value NaN: nothing seen yet; an infinite end: too little seen to bound it
};

enum class Ending : std::uint8_t { kAll, kPrecise, kInterrupted };

struct Forecast {
    std::vector<Outcome> outcomes;    // the contiguous prefix 0, 1, 2 ... that was finished
    std::vector<Estimate> estimates;  // of the mixture over all kinds of truth
    Ending ending = Ending::kAll;
};

/// Every estimate; order and names depend on nothing.
std::vector<Estimate> estimate(const Release& release, const std::vector<Outcome>& outcomes, double confidence = .95);

/// The estimates of one kind of truth alone.
std::vector<Estimate> estimate_truth(const Release& release, const std::vector<Outcome>& outcomes, std::uint32_t truth,
                                     double confidence = .95);

/// Called on the calling thread a few times a second with the number of finished replications; false stops the study.
using Progress = std::function<bool(std::uint32_t finished)>;

/// Runs replications 0, 1, 2 ... The result does not depend on the number of threads. Throws std::invalid_argument for
/// a scenario or options that do not validate; an exception in a replication is thrown here.
Forecast forecast(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                  const Progress& progress = {});

/// Replications first, first + 1 ... of that study, as many as options.replications: studies can be done in pieces.
/// Stops for no precision; shorter if `progress` returned false.
std::vector<Outcome> run_piece(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                               std::uint32_t first, const Progress& progress = {});

/// Replication r of that study again, alone, with its story.
Timeline replay(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                std::uint32_t replication, Outcome* outcome = nullptr);

}  // namespace rollcast
