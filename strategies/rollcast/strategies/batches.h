#pragma once
// A group whose instances are replaced batch by batch: what an instance refresh and a rolling update of a group have in
// common, on the way there and on the way back.

#include <cstddef>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

struct Batches {
    std::size_t to = 0;  // the version that the group goes over to
    int instances = 1;   // of the group
    int surge = 0;       // instances beyond these while it goes on
    int goal = 0;        // instances of the version that are wanted by now
    Time begun{};        // of the batch

    bool is_last() const { return goal >= instances; }
    /// The next batch: so many more, up to a limit.
    void begin(int size, int limit, Time now);
    /// All that is wanted. `through`: the last batch was good, and what is left of other versions goes.
    void place(const Observation& seen, bool through, Directive& want) const;
    /// Instances of other versions, those included that are terminating.
    int others(const Observation& seen) const;
};

/// What went wrong on the way, and where that leads.
struct Setback {
    std::string why{};     // empty: nothing did
    bool back = false;     // it goes back
    bool stopped = false;  // it is left as it is

    /// True: from now on it goes back. What fails on the way back stops it.
    bool fail(const std::string& what, bool rolls_back);
    /// Somebody from outside has it go back.
    void abort();
    /// The reason of a decision.
    std::string explain(const std::string& state) const;
};

}  // namespace rollcast::strategies
