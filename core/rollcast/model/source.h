#pragma once
// What a metric may measure. Strategies know only analyses, analyses only metrics: a new kind of guard is one more
// alternative here, and what observe/source.cc makes of it.

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "rollcast/model/burn_rate.h"
#include "rollcast/model/cloudwatch_alarm.h"
#include "rollcast/model/composite_alarm.h"
#include "rollcast/model/kayenta.h"
#include "rollcast/model/own_check.h"
#include "rollcast/model/query.h"
#include "rollcast/model/sequential_check.h"

namespace rollcast {

using Source =
    std::variant<QueryCheck, CloudWatchAlarm, CompositeAlarm, BurnRateAlert, kayenta::Judge, SequentialCheck, OwnCheck>;

/// Why it cannot be measured; nothing when it can. `latency_buckets`: how many the metric store has, the implied last
/// one not counted.
std::optional<std::string> complaint(const Source& source, std::size_t latency_buckets);

/// Whether it looks at what is counted there, or at those requests.
bool selects(const Source& source, Vantage vantage);
bool selects(const Source& source, Scope scope);

/// Whether it may ask how long answers took.
bool reads_latencies(const Source& source);

}  // namespace rollcast
