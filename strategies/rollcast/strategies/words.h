#pragma once
// How strategies write amounts of time and of things, in identities and in the reasons for their decisions.

#include <string>

#include "rollcast/base/time.h"

namespace rollcast::strategies {

/// "1h30m", "12m30s", "0.5s": as manifests write it.
std::string spell(Duration duration);

/// "12m30s" since the rollout began, to the tenth of a second: for people, not for identities.
inline std::string spell(Time time) {
    return spell(std::chrono::round<std::chrono::duration<std::int64_t, std::deci>>(time.time_since_epoch()));
}

/// "7/10".
inline std::string of(int part, int whole) { return std::to_string(part) + "/" + std::to_string(whole); }

}  // namespace rollcast::strategies
