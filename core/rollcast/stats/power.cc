#include "rollcast/stats/power.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "rollcast/base/check.h"
#include "rollcast/stats/interval.h"

namespace rollcast {
namespace {

constexpr double kNegligible = 1e-15;  // a probability that may be left out

void require_rate(double rate) { require(rate >= 0 && rate <= 1, "a failure rate must be between 0 and 1"); }

void require_sound(const RateComparison& rates) {
    require(rates.before > 0 && rates.before < 1 && rates.after > 0 && rates.after < 1,
            "a failure rate must be between 0 and 1");
    require(rates.alpha > 0 && rates.alpha < 1, "alpha must be between 0 and 1");
}

double critical_score(const RateComparison& rates) {
    return -normal_quantile(rates.two_sided ? rates.alpha / 2 : rates.alpha);
}

/// Standard deviations of the difference of two rates, times the root of `per`: if they were alike, and as they are.
struct Deviations {
    double alike, actual;
    Deviations(const RateComparison& rates, double canary_share) {
        const double baseline_share = 1 - canary_share;
        const double both = canary_share * rates.after + baseline_share * rates.before;
        alike = std::sqrt(both * (1 - both) * (1 / canary_share + 1 / baseline_share));
        actual = std::sqrt(rates.after * (1 - rates.after) / canary_share +
                           rates.before * (1 - rates.before) / baseline_share);
    }
};

/// As a guard compares: by dividing, which decides about a ratio that just meets the threshold.
struct Limit {
    double threshold;
    bool or_equal;

    bool exceeded(double failures, double requests) const {
        const double ratio = failures / requests;
        return or_equal ? ratio >= threshold : ratio > threshold;
    }
    /// The most failures among so many requests that do not exceed it; -1: none does not.
    double most_tolerated(double requests) const {
        double failures = std::clamp(std::floor(threshold * requests), -1., requests);
        while (failures >= 0 && exceeded(failures, requests)) --failures;
        while (failures < requests && !exceeded(failures + 1, requests)) ++failures;
        return failures;
    }
    /// The most requests among which so many failures, at least one, exceed it; infinite if they always do.
    double most_exceeded(double failures) const {
        constexpr double kUncountable = 1e15;
        if (threshold <= 0 || failures / threshold > kUncountable) return std::numeric_limits<double>::infinity();
        double requests = std::max(failures, std::floor(failures / threshold));
        while (!exceeded(failures, requests) && requests >= failures) --requests;
        while (exceeded(failures, requests + 1)) ++requests;
        return requests;
    }
};

double poisson(double k, double mean) {
    return mean == 0 ? double(k == 0) : std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
}

/// P(at most k), for k >= 0.
double poisson_up_to(double k, double mean) {
    return mean == 0 || std::isinf(k) ? 1 : boost::math::gamma_q(k + 1, mean);
}

/// Poisson probabilities of counts from `first` on, without the negligible ones.
struct PoissonMass {
    double first = 0;
    std::vector<double> mass{};

    explicit PoissonMass(double mean) {
        const double reach = 8 * std::sqrt(mean) + 12;
        first = std::max(0., std::floor(mean - reach));
        for (double k = first; k <= mean + reach; ++k) mass.push_back(poisson(k, mean));
    }
};

/// Masses at whole steps of a grid. What falls between two is split so that the mean stays; the ends take what lies
/// beyond.
struct Steps {
    std::ptrdiff_t first = 0;
    std::vector<double> mass{};

    void add(double at, double probability) {
        const double offset = std::clamp(at - static_cast<double>(first), 0., static_cast<double>(mass.size()) - 1);
        const auto index = static_cast<std::size_t>(offset);
        const double part = offset - static_cast<double>(index);
        mass[index] += probability * (1 - part);
        if (part > 0) mass[index + 1] += probability * part;
    }
};

/// Of log-ratios: from one bound of the test to the other.
constexpr std::ptrdiff_t kSteps = 300;

/// How far a look moves the log-ratio, in steps: each failure `up`, each success `down`.
Steps moves(const std::vector<double>& failed, double fewest, double up, double succeeded, double down) {
    const PoissonMass successes(succeeded);
    const double n = static_cast<double>(successes.mass.size());
    Steps by_successes{.first = static_cast<std::ptrdiff_t>(std::floor(-(successes.first + n) * down))};
    by_successes.mass.resize(static_cast<std::size_t>(n * down) + 3);
    for (std::size_t s = 0; s < successes.mass.size(); ++s) {
        by_successes.add(-(successes.first + static_cast<double>(s)) * down, successes.mass[s]);
    }
    Steps all{.first = -kSteps, .mass = std::vector<double>(2 * kSteps + 1)};
    for (std::size_t f = 0; f < failed.size(); ++f) {
        const double lift = (fewest + static_cast<double>(f)) * up + static_cast<double>(by_successes.first);
        for (std::size_t i = 0; i < by_successes.mass.size(); ++i) {
            const double mass = failed[f] * by_successes.mass[i];
            if (mass > kNegligible) all.add(lift + static_cast<double>(i), mass);
        }
    }
    return all;
}

bool alike(const SprtLook& one, const SprtLook& other) {
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(a, b); };
    return near(one.succeeded, other.succeeded) &&
           std::equal(one.failed.begin(), one.failed.end(), other.failed.begin(), other.failed.end(), near);
}

/// Probabilities of what a look counts if no failure was seen before it and one is in it.
std::vector<double> first_failures(const std::vector<double>& failed) {
    std::vector<double> counted;
    double none = 1;
    for (std::size_t scrape = 0; scrape < failed.size(); ++scrape) {
        const double first = none * -std::expm1(-failed[scrape]);
        const PoissonMass rest(
            std::accumulate(failed.begin() + static_cast<std::ptrdiff_t>(scrape) + 1, failed.end(), 0.));
        const auto fewest = static_cast<std::size_t>(rest.first);
        counted.resize(std::max(counted.size(), fewest + rest.mass.size()), 0);
        for (std::size_t k = 0; k < rest.mass.size(); ++k) counted[fewest + k] += first * rest.mass[k];
        none *= std::exp(-failed[scrape]);
    }
    return counted;
}

}  // namespace

double requests_needed(const RateComparison& rates, double power, double share) {
    require_sound(rates);
    require(rates.before != rates.after, "rates that are alike cannot be told apart");
    require(power > 0 && power < 1, "a power must be between 0 and 1");
    require(share > 0 && share < 1, "the canary's share must be between 0 and 1");
    const Deviations deviations(rates, share);
    const double reach = critical_score(rates) * deviations.alike + normal_quantile(power) * deviations.actual;
    return std::pow(std::max(0., reach) / (rates.after - rates.before), 2);
}

double comparison_power(const RateComparison& rates, double canary_requests, double baseline_requests) {
    require_sound(rates);
    require(canary_requests > 0 && baseline_requests > 0, "both sides need requests");
    const double all = canary_requests + baseline_requests;
    const Deviations deviations(rates, canary_requests / all);
    const double difference = rates.two_sided ? std::abs(rates.after - rates.before) : rates.after - rates.before;
    return cdf(boost::math::normal(),
               (difference * std::sqrt(all) - critical_score(rates) * deviations.alike) / deviations.actual);
}

double effective_requests(double requests, double instances, double correlation) {
    require(requests >= 0, "a number of requests must not be negative");
    require(instances > 0, "there must be instances");
    require(correlation >= 0 && correlation <= 1, "a correlation must be between 0 and 1");
    const double each = requests / instances;
    return each <= 1 ? requests : requests / (1 + (each - 1) * correlation);
}

double exceeds(double rate, std::int64_t requests, double threshold, bool or_equal) {
    require_rate(rate);
    require(!std::isnan(threshold), "a threshold must be a number");
    require(requests >= 0, "a number of requests must not be negative");
    if (requests == 0) return 0;
    const double n = static_cast<double>(requests), tolerated = Limit{threshold, or_equal}.most_tolerated(n);
    if (tolerated < 0) return 1;
    return tolerated == n ? 0 : boost::math::ibeta(tolerated + 1, n - tolerated, rate);
}

// Failures and successes are independent Poisson processes.
double exceeds_in_traffic(double rate, double mean_requests, double threshold, bool or_equal) {
    require_rate(rate);
    require(mean_requests >= 0 && std::isfinite(mean_requests), "a mean number of requests must not be negative");
    require(!std::isnan(threshold), "a threshold must be a number");
    const Limit limit{threshold, or_equal};
    const double failing = rate * mean_requests, succeeding = (1 - rate) * mean_requests;
    double sum = limit.exceeded(0, 1) ? std::exp(-failing) * -std::expm1(-succeeding) : 0;
    const double reach = 9 * std::sqrt(failing) + 40;  // what lies beyond is negligible
    for (double failures = std::max(1., std::floor(failing - reach)); failures <= failing + reach; ++failures) {
        const double successes = limit.most_exceeded(failures) - failures;
        if (successes >= 0) sum += poisson(failures, failing) * poisson_up_to(successes, succeeding);
    }
    return std::min(1., sum);
}

std::vector<double> tripped_by(std::span<const double> fails, int failure_limit) {
    require(failure_limit >= 0, "a failure limit must not be negative");
    std::vector<double> failed(static_cast<std::size_t>(failure_limit) + 1, 0);  // index: how many, of guards at rest
    failed[0] = 1;
    std::vector<double> tripped;
    double sum = 0;
    for (const double p : fails) {
        require(p >= 0 && p <= 1, "a probability must be between 0 and 1");
        sum += failed.back() * p;
        for (std::size_t k = failed.size() - 1; k > 0; --k) failed[k] += p * (failed[k - 1] - failed[k]);
        failed[0] -= p * failed[0];
        tripped.push_back(sum);
    }
    return tripped;
}

SprtOutlook sprt_outlook(const SprtParams& params, double rate, std::int64_t most_requests) {
    require_rate(rate);
    const Sprt test(params);
    SprtOutlook outlook;
    std::vector<double> mass{1};  // of the undecided, by failures from `fewest` on
    std::int64_t fewest = 0;
    double undecided = 1;
    for (std::int64_t requests = 1; requests <= most_requests && undecided > kNegligible; ++requests) {
        outlook.mean_requests += undecided;
        mass.push_back(0);
        for (std::size_t k = mass.size() - 1; k > 0; --k) mass[k] += rate * mass[k - 1] - rate * mass[k];
        mass[0] -= rate * mass[0];
        const auto score = [&](std::size_t k) {
            return test.log_ratio({fewest + static_cast<std::int64_t>(k), requests});
        };
        while (!mass.empty() && score(mass.size() - 1) >= test.upper()) {
            outlook.worse += mass.back();
            mass.pop_back();
        }
        std::size_t good = 0;
        while (good < mass.size() && score(good) <= test.lower()) outlook.not_worse += mass[good++];
        mass.erase(mass.begin(), mass.begin() + static_cast<std::ptrdiff_t>(good));
        fewest += static_cast<std::int64_t>(good);
        undecided = std::accumulate(mass.begin(), mass.end(), 0.);
    }
    return outlook;
}

std::vector<double> sprt_worse_by(const SprtParams& params, std::span<const SprtLook> looks, double unseen) {
    require(unseen >= 0 && unseen <= 1, "a probability must be between 0 and 1");
    const Sprt test(params);
    const double step = (test.upper() - test.lower()) / kSteps;
    const double up = test.log_ratio({1, 1}) / step, down = -test.log_ratio({0, 1}) / step;
    // From the lower bound to the upper one; between them is what is undecided.
    const Steps nothing{.first = 0, .mass = std::vector<double>(kSteps + 1)};
    Steps seen = nothing, fresh = nothing;  // whether a failure was
    seen.add(-test.lower() / step, 1 - unseen);
    fresh.add(-test.lower() / step, unseen);
    std::vector<double> found;
    double worse = 0;
    const auto move = [&](const Steps& from, const Steps& by, Steps& to) {
        const auto some = [](double mass) { return mass > kNegligible; };
        const std::ptrdiff_t first = std::find_if(by.mass.begin(), by.mass.end(), some) - by.mass.begin();
        const std::ptrdiff_t last = by.mass.rend() - std::find_if(by.mass.rbegin(), by.mass.rend(), some);
        std::vector<double> from_here(by.mass.size() + 1, 0);
        std::partial_sum(by.mass.rbegin(), by.mass.rend(), from_here.rbegin() + 1);
        for (std::ptrdiff_t i = 1; i < kSteps; ++i) {
            const double mass = from.mass[static_cast<std::size_t>(i)];
            if (!some(mass)) continue;
            // Index of `by`: kSteps stays where it is.
            const std::ptrdiff_t beyond = 2 * kSteps - i;
            for (std::ptrdiff_t j = std::max(first, kSteps - i + 1); j < std::min(last, beyond); ++j) {
                to.mass[static_cast<std::size_t>(i + j - kSteps)] += mass * by.mass[static_cast<std::size_t>(j)];
            }
            worse += mass * from_here[static_cast<std::size_t>(beyond)];
        }
    };
    Steps usual, first, none;  // what a look does: to those who have seen a failure, by the first one, and without
    const SprtLook* before = nullptr;
    for (const SprtLook& look : looks) {
        const double failed = std::accumulate(look.failed.begin(), look.failed.end(), 0.);
        require(failed >= 0 && look.succeeded >= 0, "expected counts must not be negative");
        if (before == nullptr || !alike(look, *before)) {
            const PoissonMass failures(failed);
            usual = moves(failures.mass, failures.first, up, look.succeeded, down);
            first = moves(first_failures(look.failed), 0, up, look.succeeded, down);
            none = moves({std::exp(-failed)}, 0, up, look.succeeded, down);
            before = &look;
        }
        Steps seen_after = nothing, fresh_after = nothing;
        move(seen, usual, seen_after);
        move(fresh, first, seen_after);
        move(fresh, none, fresh_after);
        seen = std::move(seen_after), fresh = std::move(fresh_after);
        found.push_back(worse);
    }
    return found;
}

}  // namespace rollcast
