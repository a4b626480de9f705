#pragma once
// How amounts of time are written for people, in identities and in messages.

#include <string>

#include "rollcast/base/time.h"

namespace rollcast {

/// "1h30m", "12m30s", "0.5s": as manifests write it.
std::string spell(Duration duration);

/// "12m30s" since the rollout began, to the tenth of a second: for people, not for identities.
inline std::string spell(Time time) {
    return spell(std::chrono::round<std::chrono::duration<std::int64_t, std::deci>>(time.time_since_epoch()));
}

}  // namespace rollcast
