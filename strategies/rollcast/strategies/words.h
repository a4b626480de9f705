#pragma once
// How strategies write amounts of time and of things, in identities and in the reasons for their decisions.

#include <string>

#include "rollcast/base/words.h"

namespace rollcast::strategies {

using rollcast::spell;

/// "7/10".
inline std::string of(int part, int whole) { return std::to_string(part) + "/" + std::to_string(whole); }

}  // namespace rollcast::strategies
