#pragma once
// A sequential test as a guard: are the new version's requests failing more often?

#include <optional>
#include <string>
#include <variant>

#include "rollcast/model/query.h"
#include "rollcast/stats/group_sequential.h"
#include "rollcast/stats/sequential.h"

namespace rollcast {

/// Of the new version alone (SprtParams), or of the new against another one. Fed at each measurement with what was
/// counted since the one before; the first one starts the counting.
struct SequentialCheck {
    std::variant<SprtParams, MixtureSprtParams, CountTestParams, GroupSequentialParams> test{};
    Vantage vantage = Vantage::kProxy;  // not kClient, which cannot tell versions apart
    Scope baseline = Scope::kOld;       // what the new version is compared with
};

/// Why it could never decide; nothing when it could.
std::optional<std::string> complaint(const SequentialCheck& check);

}  // namespace rollcast
