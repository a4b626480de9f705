#include "rollcast/world/lifecycle.h"

#include <algorithm>
#include <bit>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// Negative: `a` goes first. A time that is not known comes before any other, a shorter one before a longer one.
int compare_logarithmically(std::optional<Duration> a, std::optional<Duration> b) {
    const auto rank = [](std::optional<Duration> time) {
        if (!time) return -1;
        return time->count() <= 0 ? 0 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(time->count())));
    };
    return rank(a) - rank(b);
}

}  // namespace

Duration term_to_kill(Duration grace, Duration pre_stop) { return std::max<Duration>(grace - pre_stop, 2s); }

bool deleted_before(const DeletionRank& a, const DeletionRank& b) {
    if (a.assigned != b.assigned) return !a.assigned;
    if (a.phase != b.phase) return a.phase < b.phase;
    if (a.ready != b.ready) return !a.ready;
    if (a.deletion_cost != b.deletion_cost) return a.deletion_cost < b.deletion_cost;
    if (a.colocated != b.colocated) return a.colocated > b.colocated;
    if (a.ready && b.ready) {
        if (const int order = compare_logarithmically(a.ready_for, b.ready_for)) return order < 0;
    }
    if (a.restarts != b.restarts) return a.restarts > b.restarts;
    return compare_logarithmically(a.age, b.age) < 0;
}

}  // namespace rollcast
