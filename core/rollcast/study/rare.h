#pragma once
// Rare disasters: the probability of an event that a plain study would hardly ever see. Kinds of truth and bands of
// their severity are strata, of which those that matter are drawn more often than they are likely and weighed back
// (importance sampling by a density that is constant in each band); within a stratum runs are split.

#include <cstdint>
#include <string>
#include <vector>

#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/stats/interval.h"
#include "rollcast/study/forecast.h"
#include "rollcast/study/rare_event.h"
#include "rollcast/study/splitting.h"

namespace rollcast {

struct RareOptions {
    double effort = 10'000;    // how much may be simulated, in runs of lead-in and window, finding levels included
    std::uint32_t paths = 20;  // that are split together, at least, where the effort allows for it
    std::uint64_t seed = 1;
    unsigned threads = 0;  // 0: every core
    double confidence = .95;
    double least = 1e-9;  // probability below which nothing is followed any further
};

/// Of the severities of one kind of truth, those between two quantiles.
struct SeverityBand {
    double from = 0, to = 1;  // probabilities of the distribution's lower tail, or of its upper one
    bool upper = false;
    double probability() const { return to - from; }
};

/// One kind of truth, one band, and what was seen of it.
struct RareStratum {
    std::uint32_t truth = 0;
    SeverityBand band{};
    double weight = 0;             // its probability
    std::vector<double> levels{};  // that its paths were split at
    std::vector<Rung> rungs{};     // of all repetitions together
    std::uint32_t repetitions = 0;
    double probability = 0;  // of the event, given the stratum
    double error = 0;        // standard error of that
    /// Where the event was never seen: what it could add to the total, at the study's confidence. 0: it was seen.
    double unseen = 0;
    double work = 0;  // runs, with what was spent on finding levels
};

/// A run that got there.
struct RarePath {
    Outcome row{};  // up to the event, where that can be said before the end of the window; replication: 0
    double worst_minute = 0;
    double weight = 0;  // its part of the probability
    std::uint32_t stratum = 0;
    std::uint32_t lineage = 0;  // paths of the same beginning have the same
};

struct RareResult {
    /// All NaN where too little was seen: fewer than kFewestLineages, or not all strata that matter. Else Student's t
    /// over repetitions, on a logarithmic scale.
    Interval probability{};
    std::uint32_t lineages = 0;  // independent runs that had a descendant that got there
    double effective = 0;        // sample size: (sum of their weights)^2 / sum of the squares
    double unseen = 0;           // what strata in which nothing was seen could add, at most
    double left_out = 0;         // probability of strata for which the effort was too small
    double work = 0;             // runs
    double plain = 0;            // runs of a plain study of the same relative error
    double gain_strata = 0;      // how many times less work by stratification alone, had it been plain in each stratum
    double gain_splitting = 0;   // and how many times less again by splitting; their product is plain / work
    std::vector<RareStratum> strata{};
    std::vector<RarePath> paths{};
    Ending ending = Ending::kAll;
};

inline constexpr double kFewestLineages = 10;  // effective ones

/// `progress` hears of the work done, in runs, a few times a second. The result depends on no timing. Throws
/// std::invalid_argument for a scenario, options or an event that do not validate, or where no release that the prior
/// knows can take part in the event.
RareResult rare(const Scenario& scenario, const Strategy& strategy, const RareEvent& event, const RareOptions& options,
                const Progress& progress = {});

}  // namespace rollcast
