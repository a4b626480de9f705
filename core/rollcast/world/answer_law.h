#pragma once
// What a version's answers look like in the mean, as formulas: how many fail, how late they are. For telemetry of
// requests that are not simulated one by one; see DrawnTelemetry.

#include <array>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "rollcast/model/scenario.h"
#include "rollcast/stats/counters.h"

namespace rollcast {

/// Latencies in a steady state.
struct AnswerLaw {
    std::array<double, kMaxLatencyBuckets> by_latency{};  // shares of the answers that come in time; they add up to 1
    double late = 0;                                      // share that meets the client's timeout
    double mean = 0;                                      // seconds, of those in time
    double deviation = 0;
};

/// Both versions of a scenario. Waiting is that of M/M/c with the mean corrected for how service times vary (Allen and
/// Cunneen): of each instance alone, or of all of them together where the balancer looks at who is idle. Exact where
/// nobody waits. Threads may share one.
class AnswerBook {
   public:
    /// Up to this share of slots in use waits are near enough to what the formulas say.
    static constexpr double kMostLoad = .85;

    AnswerBook(const Scenario& scenario, const Defect& defect);

    struct Version {
        double background = 0;  // share that fails on a good version, too
        double defective = 0;   // share that fails besides
        double seen = 0;        // of `defective`, the share that counters see
        double fatal = 0;       // share of requests that kill the process that begins them
        double slots = 1;       // of an instance
        double work = 0;        // mean seconds of service
        double squared_cv = 0;
        double good_work = 0;  // mean seconds, were the version good
    };
    const Version& version(std::size_t index) const { return versions_[index].facts; }

    /// Of `rate` requests a second at so many instances, all of them slower than usual by a factor. Beyond kMostLoad
    /// as at kMostLoad.
    AnswerLaw law(std::size_t version, double rate, int instances, double slowness) const;
    /// Share of the slots in use; above 1 where they do not suffice.
    double load(std::size_t version, double rate, int instances, double slowness) const;

   private:
    struct Point {
        double service;  // seconds
        double share;
    };
    struct Kind {
        Version facts;
        std::vector<Point> points{};
    };
    AnswerLaw compute(const Kind& kind, double load, int pooled, double slowness) const;

    std::vector<double> limits_;  // of the latency buckets, s
    double timeout_;              // s
    bool pools_;                  // the balancer finds an idle instance where there is one
    std::vector<Kind> versions_;
    mutable std::mutex mutex_;  // guards what follows
    mutable std::map<std::tuple<std::size_t, int, int, double>, AnswerLaw> known_;
};

}  // namespace rollcast
