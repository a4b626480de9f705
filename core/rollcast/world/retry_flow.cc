#include "rollcast/world/retry_flow.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rollcast {
namespace {

/// Requests by where they take too long: those that do so at the places from a number on in order of late_alone.
struct Kind {
    double share = 0;
    std::array<bool, 4> too_long{};  // index: where
    double errors = 0;               // of an attempt
    double late = 0;
};

/// 1 + x + ... of so many terms.
double geometric(double x, int terms) {
    double sum = 0;
    for (double power = 1; terms > 0; --terms, power *= x) sum += power;
    return sum;
}

/// Retries that a token bucket refuses, per first attempt, where so many are wanted: what is pushed back at the lower
/// end of a Brownian motion between two barriers (Harrison 1985), the bucket's level; the retries are Poisson.
double refused(double wanted, double budget, double reserve) {
    const double drift = budget - wanted, room = std::max(.5, reserve - .5);
    const double times = 2 * drift * room / wanted;
    if (std::abs(times) < 1e-6) return wanted / (2 * room);
    return drift / std::expm1(times);
}

}  // namespace

void RetryFlow::mix(const RetryFlow& other, double share) {
    const auto mixed = [&](double& own, double others) { own += share * (others - own); };
    mixed(attempts, other.attempts);
    mixed(errors, other.errors);
    mixed(errors_retried, other.errors_retried);
    mixed(late, other.late);
    mixed(late_retried, other.late_retried);
    mixed(slow_besides, other.slow_besides);
    for (std::size_t i = 0; i < late_alone_share.size(); ++i) mixed(late_alone_share[i], other.late_alone_share[i]);
}

RetryFlow retry_flow(const Retries& retries, std::span<const AttemptFate> fates, bool saved_up) {
    // Who takes too long at one place does so wherever even more do.
    std::vector<double> edges{0};
    for (const AttemptFate& fate : fates) edges.push_back(fate.late_alone);
    std::sort(edges.begin(), edges.end());
    edges.push_back(1);
    std::vector<Kind> kinds;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        Kind kind{.share = edges[i + 1] - edges[i]};
        if (kind.share <= 0) continue;
        for (std::size_t where = 0; where < fates.size(); ++where) {
            const AttemptFate& fate = fates[where];
            kind.too_long[where] = edges[i] < fate.late_alone;
            const double late = kind.too_long[where] ? 1 : fate.late, admitted = fate.share * (1 - fate.refused);
            kind.late += admitted * late;
            kind.errors += fate.share * fate.refused + admitted * (1 - late) * fate.errors;
        }
        kinds.push_back(kind);
    }

    const auto again = [&](const Kind& kind) {
        return (retries.errors ? kind.errors : 0) + (retries.timeouts ? kind.late : 0);
    };
    const auto retried = [&](double granted) {
        double sum = 0;
        for (const Kind& kind : kinds) sum += kind.share * (geometric(granted * again(kind), retries.attempts) - 1);
        return sum;
    };
    double granted = 1;  // of the retries that clients want
    if (retries.budget && !saved_up && retried(1) > 0) {
        double low = 0, high = 1;
        for (int i = 0; i < 40; ++i) {
            const double middle = (low + high) / 2, wanted = retried(middle) / middle;
            (middle < 1 - refused(wanted, *retries.budget, retries.reserve) / wanted ? low : high) = middle;
        }
        granted = low;
    }

    RetryFlow flow{.attempts = 0};
    std::array<double, 4> too_long{};
    for (const Kind& kind : kinds) {
        const double next = granted * again(kind);
        const double attempts = kind.share * geometric(next, retries.attempts);
        const double before_last = kind.share * geometric(next, retries.attempts - 1) * granted;
        flow.attempts += attempts;
        flow.errors += attempts * kind.errors;
        flow.late += attempts * kind.late;
        flow.errors_retried += retries.errors ? before_last * kind.errors : 0;
        flow.late_retried += retries.timeouts ? before_last * kind.late : 0;
        flow.slow_besides += retries.timeouts ? before_last * kind.late * (1 - kind.errors - kind.late) : 0;
        for (std::size_t where = 0; where < fates.size(); ++where) too_long[where] += kind.too_long[where] * attempts;
    }
    for (std::size_t where = 0; where < fates.size(); ++where) {
        flow.late_alone_share[where] = too_long[where] / flow.attempts;
    }
    return flow;
}

}  // namespace rollcast
