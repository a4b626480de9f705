#include "rollcast/world/backoff.h"

#include <algorithm>

namespace rollcast {

void RestartBackoff::next(const Backoff& limits, Time finished, Time now) {
    wait_ = forgotten(limits, finished) ? limits.initial : std::min(2 * wait_, limits.most);
    updated_ = now;
}

}  // namespace rollcast
