#pragma once
// A sequential test over telemetry.

#include <optional>
#include <variant>

#include "rollcast/base/time.h"
#include "rollcast/model/sequential_check.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// A test under way, and until when it has counted.
struct SequentialMemory {
    std::optional<Time> counted_to{};
    std::variant<Sprt, MixtureSprt, CountTest, GroupSequential> test;
    Counts canary{};  // so far
    Counts baseline{};
};

/// Before the first measurement.
SequentialMemory begin(const SequentialCheck& check);

struct SequentialReading {
    Finding finding = Finding::kUndecided;
    double value = 0;  // logarithm of the likelihood ratio (SPRT), p-value, or standard score (group sequential)
};

/// Feeds the test with what was counted since the last call.
SequentialReading evaluate(const SequentialCheck& check, SequentialMemory& memory, const Telemetry& telemetry,
                           Time now);

}  // namespace rollcast
