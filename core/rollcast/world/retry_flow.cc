#include "rollcast/world/retry_flow.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rollcast {
namespace {

/// Requests of a size, wherever they go.
struct Kind {
    double share = 0;
    std::array<double, 4> work{};  // index: where; of an attempt, over the mean of first ones
    std::array<double, 4> late_there{};
    std::array<bool, 4> late_alone{};
    double errors = 0;  // of an attempt
    double late = 0;
    bool late_anyhow = true;  // wherever it goes
};

/// The size of those at a share of all, counted from the longest on.
std::size_t size_at(const AttemptFate& fate, double share) {
    std::size_t size = 0;
    for (double up_to = fate.sizes[0].share; up_to < share && size + 1 < kSizes;) up_to += fate.sizes[++size].share;
    return size;
}

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
    mixed(late_alone, other.late_alone);
    mixed(late_alone_retried, other.late_alone_retried);
    mixed(slow_besides, other.slow_besides);
    for (std::size_t i = 0; i < work.size(); ++i) {
        mixed(late_alone_share[i], other.late_alone_share[i]);
        mixed(work[i], other.work[i]);
        mixed(late_more[i], other.late_more[i]);
    }
}

RetryFlow retry_flow(const Retries& retries, std::span<const AttemptFate> fates, bool saved_up) {
    // Who has more work at one place has more wherever he goes.
    std::vector<double> edges{0, 1};
    for (const AttemptFate& fate : fates) {
        if (fate.share <= 0) continue;
        double up_to = 0;
        for (const Size& size : fate.sizes) edges.push_back(std::min(1., up_to += size.share));
    }
    std::sort(edges.begin(), edges.end());
    std::vector<Kind> kinds;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        Kind kind{.share = edges[i + 1] - edges[i]};
        if (kind.share <= 0) continue;
        for (std::size_t where = 0; where < fates.size(); ++where) {
            const AttemptFate& fate = fates[where];
            if (fate.share <= 0) continue;
            const std::size_t at = size_at(fate, (edges[i] + edges[i + 1]) / 2);
            const Size& size = fate.sizes[at];
            kind.late_alone[where] = at == 0;
            kind.late_there[where] = size.late;
            kind.late_anyhow &= at == 0;
            kind.work[where] = size.share > 0 ? size.work / size.share : 1;
            const double admitted = fate.share * (1 - fate.refused);
            kind.late += admitted * size.late;
            kind.errors += fate.share * fate.refused + admitted * (1 - size.late) * fate.errors;
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
    std::array<double, 4> late_alone{}, work{};
    std::array<double, 4> others{}, others_late{}, first{}, first_late{};  // not late alone: all attempts, first ones
    for (const Kind& kind : kinds) {
        const double next = granted * again(kind);
        const double attempts = kind.share * geometric(next, retries.attempts);
        const double before_last = kind.share * geometric(next, retries.attempts - 1) * granted;
        flow.attempts += attempts;
        flow.errors += attempts * kind.errors;
        flow.late += attempts * kind.late;
        flow.errors_retried += retries.errors ? before_last * kind.errors : 0;
        flow.late_retried += retries.timeouts ? before_last * kind.late : 0;
        if (kind.late_anyhow) {
            flow.late_alone += attempts * kind.late;
            flow.late_alone_retried += retries.timeouts ? before_last * kind.late : 0;
        }
        flow.slow_besides += retries.timeouts ? before_last * kind.late * (1 - kind.errors - kind.late) : 0;
        for (std::size_t where = 0; where < fates.size(); ++where) {
            late_alone[where] += kind.late_alone[where] * attempts;
            work[where] += kind.work[where] * attempts;
            if (kind.late_alone[where]) continue;
            others[where] += attempts, first[where] += kind.share;
            others_late[where] += attempts * kind.late_there[where];
            first_late[where] += kind.share * kind.late_there[where];
        }
    }
    for (std::size_t where = 0; where < fates.size(); ++where) {
        flow.late_alone_share[where] = late_alone[where] / flow.attempts;
        if (fates[where].share <= 0) continue;
        flow.work[where] = work[where] / flow.attempts;
        if (first_late[where] > 0) {
            flow.late_more[where] = others_late[where] / others[where] * first[where] / first_late[where];
        }
    }
    return flow;
}

}  // namespace rollcast
