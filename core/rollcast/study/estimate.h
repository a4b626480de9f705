#pragma once
// The list of everything that a study estimates.

#include <span>
#include <string_view>

#include "rollcast/study/forecast.h"

namespace rollcast {

/// One estimate of the list alone, for a stopping rule. Throws std::invalid_argument for a name that is not on it.
Interval estimate_one(const Release& release, std::span<const Outcome> outcomes, std::string_view name,
                      double confidence);

/// Is there an estimate of that name?
bool is_estimate(std::string_view name);

}  // namespace rollcast
