#pragma once
// How long an instance works on a request and what it answers: the release's defects, and whatever troubles the
// instance or all of them.

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "rollcast/model/defect.h"
#include "rollcast/model/scenario.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/stats/counters.h"
#include "rollcast/world/request.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// The share `probability` of all 32-bit words: those below the result.
std::uint64_t words_below(double probability);

/// e^-x for x >= 0 from a table: error below 4e-5, 0 from kDecayed on.
double decay(double x);
inline constexpr double kDecayed = 16;

/// How badly something does for now: a factor on service times and a share of requests that fail besides.
struct Impairment {
    double slowness = 1;
    double error_rate = 0;
    friend bool operator==(const Impairment&, const Impairment&) = default;
};

/// All that are under way at once: slowness multiplies, and a request must get through each.
Impairment impairment_of(const std::vector<BrownOut>& brown_outs, Time now);

/// What troubles one process.
struct Trouble {
    Instant cold_until = std::numeric_limits<Instant>::min();  // after that it is as warm as it gets
    float slowness = 1;
    std::uint32_t errors_below = 0;  // error words: fail besides
    std::uint32_t left = 0;          // requests until a leak has eaten everything; 0 where nothing leaks, too
    friend bool operator==(const Trouble&, const Trouble&) = default;
};

/// What would become of a request if it were served now, and to the end.
struct Fate {
    Instant service;  // ns
    Code told;        // by the application
    Cause cause;      // of that, if it is an error or wrong
    Cause late;       // the cause if the answer came too late
    bool crashes;     // its process dies when it begins
};

/// What is to blame for a request of a class that waits for too long. `hit`: the defect is of that class.
Cause blame_for_waits(const Defect& defect, bool hit);

class Answering {
   public:
    Answering(const Scenario& scenario, std::span<const Defect> defects);

    std::size_t versions() const { return versions_.size(); }
    std::size_t classes() const { return classes_; }
    /// Slots of an instance of the version.
    std::uint32_t slots(std::size_t version) const { return versions_[version].slots; }
    const QuantileTable& service_time(std::size_t request_class) const { return tables_[request_class]; }  // seconds

    std::uint16_t class_of(std::uint32_t word) const {
        std::uint16_t found = 0;
        while (word >= class_below_[found]) ++found;
        return found;
    }

    void impair_all(Impairment impairment);
    /// Of a process that answers from now on. It may have been impaired `before`.
    Trouble fresh(std::size_t version, Instant now, const Trouble& before = {}) const;
    static void impair(Trouble& trouble, Impairment impairment);

    Fate fate(const Attempt& attempt, std::size_t version, const Trouble& trouble) const {
        const Rule& rule = rules_[version * classes() + attempt.request_class];
        double slowness = slowness_of(trouble);
        if (attempt.arrived < trouble.cold_until) slowness *= coldness(trouble, attempt.arrived);
        const double healthy = attempt.work * slowness;
        const double service = attempt.service_word >= rule.slowed_from ? healthy * rule.slow_factor : healthy;
        const std::uint64_t besides = all_errors_below_ + trouble.errors_below;
        const bool background = attempt.error_word < rule.background_below + besides;
        const bool fails = attempt.error_word < rule.defect_below + besides;
        return {.service = static_cast<Instant>(service + .5),
                .told = fails && (background || !rule.silent) ? Code::k500 : Code::k200,
                .cause = fails && !background ? Cause::kDefect : Cause::kBackground,
                .late = healthy > timeout_ ? Cause::kBackground : rule.blame,
                .crashes = attempt.error_word >= rule.crashes_from};
    }
    /// Of a request of a class at a process: all that decides whether it is answered well is known by its words.
    struct Lane {
        Instant opens = kNoInstant;  // kNoInstant: never
        float slowness = 1;
        std::uint32_t fine_from = 0;   // error words from here on ...
        std::uint32_t fine_span = 0;   // ... and not further than this from it bring no trouble
        std::uint32_t most_plain = 0;  // service words up to here are not slowed by a defect
        std::uint16_t version = 0;

        /// Is it answered well, if it is in time?
        bool takes(Instant now, std::uint32_t service_word, std::uint32_t error_word) const {
            return (now >= opens) & (error_word - fine_from <= fine_span) & (service_word <= most_plain);
        }
        Instant service(double work) const { return static_cast<Instant>(work * slowness + .5); }
    };
    Lane lane(std::size_t version, std::size_t request_class, const Trouble& trouble) const;

    /// Can a request kill its process?
    bool can_crash() const { return can_crash_; }
    /// What is to blame for a request that finds no room at an instance of the version.
    Cause blame(std::size_t version) const { return versions_[version].full; }

    /// A request is begun: takes what leaks of a process that has `trouble.left`.
    void leak(std::size_t version, Trouble& trouble, Fate& fate) const {
        if (versions_[version].leak != 0) take(versions_[version], trouble, fate);
    }

   private:
    /// How a version answers a class of requests.
    struct Rule {
        std::uint64_t background_below = 0;  // error words below it fail
        std::uint64_t defect_below = 0;      // those from there to here fail of the defect
        std::uint64_t crashes_from = 0;
        std::uint64_t slowed_from = 0;  // service words from here on are slowed ...
        double slow_factor = 1;         // ... by this
        bool silent = false;            // the defect's failures look well
        Cause blame = Cause::kCapacity;
    };
    struct Version {
        std::uint32_t slots = 1;
        std::uint32_t leak = 0;     // requests that a process can begin; 0: any number
        bool leak_is_fatal = true;  // at its end the process dies; else it fails all other requests
        Cause full = Cause::kCapacity;
    };
    /// In single precision, as a lane keeps it.
    float slowness_of(const Trouble& trouble) const { return trouble.slowness * all_slowness_; }
    double coldness(const Trouble& trouble, Instant now) const;
    static void take(const Version& version, Trouble& trouble, Fate& fate);

    std::size_t classes_;
    std::vector<QuantileTable> tables_;       // index: class
    std::vector<std::uint64_t> class_below_;  // index: class
    std::vector<Rule> rules_;                 // versions x classes
    std::vector<Version> versions_;
    bool can_crash_ = false;
    std::uint32_t flagged_leak_ = 0;  // Version::leak of the new version
    double timeout_;                  // ns
    float all_slowness_ = 1;
    std::uint64_t all_errors_below_ = 0;
    double cold_slowness_;
    double cold_decay_;  // ns
};

}  // namespace rollcast
