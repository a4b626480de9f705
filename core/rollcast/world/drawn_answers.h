#pragma once
// What came of requests, in numbers: drawn from what is expected of them, by inversion, so that with the same luck more
// that is expected to fail is never less that does.

#include <array>
#include <cstdint>
#include <optional>

#include "rollcast/model/scenario.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/answer_law.h"
#include "rollcast/world/ledger.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// Of a version's attempts in some time, expected.
struct ExpectedAnswers {
    using ByCause = std::array<double, kCauses>;
    double fine = 0;                        // that nothing but the version, its load or its fate makes fail
    double marked = 0;                      // that would fail anyhow: a 500, where they are answered
    double doomed = 0;                      // that would be late anyhow
    std::array<double, kCauses> cut_off{};  // 503: turned away by who stops or is dead, or lost with a process
    AnswerLaw law{};                        // of the others, together
    AnswerLaw calm{};                       // likewise, if nobody had waited
    double defective = 0;                   // of the fine ones that are in time
    // Attempts besides, that clients try again; late ones and those that are refused for load are the law's.
    double marked_again = 0;
    double defective_again = 0;
    std::array<double, kCauses> cut_off_again{};
    // Of a burst of 503s a budget pays for the first, and for no more than these: clients want to try so many again.
    std::array<double, kCauses> wanted{};
    double bought = 0;
    double spell = .5;  // luck that neighbours have in common

    double requests() const { return fine + marked + doomed; }
};

/// How many there were of each of the three.
struct AttemptCounts {
    std::int64_t fine = 0;
    std::int64_t marked = 0;
    std::int64_t doomed = 0;
};

struct DrawnAnswers {
    Meter proxy{};  // what proxies counted ...
    Meter application{};
    Tally tally{};
    // Of attempts that were tried again, besides.
    Meter proxy_again{};
    Meter application_again{};
    Tally tally_again{};
};

/// `silent`: nobody sees that defective answers are. `latencies`: luck of the histogram; none: nobody asks for one.
DrawnAnswers draw(const Scenario& scenario, ExpectedAnswers of, AttemptCounts counts, bool silent, Stream luck,
                  std::optional<Stream> latencies);

/// Of the scenario's latency buckets, the one that so many seconds are in.
std::size_t bucket_of(const Scenario& scenario, double seconds);

}  // namespace rollcast
