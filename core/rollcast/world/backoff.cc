#include "rollcast/world/backoff.h"

#include <algorithm>

namespace rollcast {

void RestartBackoff::next(Time finished, Time now) {
    wait_ = forgotten(finished) ? limits_.initial : std::min(2 * wait_, limits_.most);
    updated_ = now;
}

}  // namespace rollcast
