#pragma once
// A rare event of a rollout, said as terms over what a run leaves behind that all have to hold; whether it has happened
// already, can still happen, and how far it has come. It may read the truth: nothing reads it that decides.

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/simulation.h"

namespace rollcast {

/// A run so far, as an event sees it.
struct RunSoFar {
    Outcome row;
    double worst_minute = 0;  // largest share of the requests that ended in a whole minute, and failed
    bool decided = false;     // the rollout has ended
    bool over = false;        // so has the window
    double time = 0;          // share of the window that has passed until the rollout went back, or until now
    double left = 1;          // share of the window that is to come
};

/// What a term can ask for: columns of the row, and a few beside it.
struct Measure {
    enum class Trend : std::uint8_t {
        kFixed,    // from the start
        kGrows,    // never falls
        kFalls,    // never grows
        kDecided,  // fixed once the rollout has ended
        kOpen,     // not known before the end of the window
    };
    std::string_view name;
    std::string_view meaning;
    Trend trend;
    double (*read)(const RunSoFar& run);
};

/// In a fixed order.
std::span<const Measure> rare_measures();

/// `measure` <sign> `limit`. Verdicts, defects and truths are compared by their numbers.
struct EventTerm {
    enum class Sign : std::uint8_t { kAbove, kAtLeast, kBelow, kAtMost, kEqual, kNotEqual };
    std::uint32_t measure = 0;  // index into rare_measures()
    Sign sign = Sign::kAtLeast;
    double limit = 0;
};

class RareEvent {
   public:
    /// Throws std::invalid_argument for no terms, or a measure that there is not.
    RareEvent(std::vector<EventTerm> terms, const Scenario& scenario);

    enum class Answer : std::uint8_t { kNo, kOpen, kYes };
    /// Has it happened?
    Answer answer(const RunSoFar& run) const;

    /// How far it has come, in [0, 1): what splitting climbs along. The term that is furthest off counts: a growing
    /// measure by its share of the limit, a promotion by the time for which the rollout has not gone back. 0 where no
    /// term can be followed. `pace`: how far growing measures come in a whole window on average; with it the score is
    /// where a run will be at that pace, so that early luck counts.
    double progress(const RunSoFar& run, double pace = 0) const;

    /// Can a release of this kind take part in it, for all that is known beforehand?
    bool is_possible(const TruthKind& truth, std::uint32_t index) const;

   private:
    std::vector<EventTerm> terms_;
    double expected_requests_;  // in the window
};

}  // namespace rollcast
