#pragma once
// How likely a check is to find a failure rate: closed forms and small exact chains. Rates and levels are fractions.

#include <cstdint>
#include <span>
#include <vector>

#include "rollcast/stats/sequential.h"

namespace rollcast {

/// Two failure rates compared once, by rate_score().
struct RateComparison {
    double before = .001;  // the baseline's failure rate, in (0, 1)
    double after = .002;   // the canary's, in (0, 1)
    double alpha = .05;
    bool two_sided = false;
};

/// Requests of both sides together until such a difference is found with probability `power`; `share` of them are the
/// canary's (Fleiss, Levin, Paik 2003). The rates must differ.
double requests_needed(const RateComparison& rates, double power, double share = .5);

/// Normal approximation; finding the difference on the wrong side does not count.
double comparison_power(const RateComparison& rates, double canary_requests, double baseline_requests);

/// As many independent requests as tell as much as these do, which instances share evenly and whose fates on one
/// instance are correlated, `correlation` in [0, 1]: the design effect of Kish (1965). Few instances limit power,
/// however many requests they serve: to instances / correlation at most.
double effective_requests(double requests, double instances, double correlation);

/// P(failures / requests > threshold), or >= if `or_equal`, for independent requests that fail at `rate` in [0, 1].
/// Without requests: 0.
double exceeds(double rate, std::int64_t requests, double threshold, bool or_equal = false);

/// The same where requests come as a Poisson process, `mean_requests` of them on average.
double exceeds_in_traffic(double rate, double mean_requests, double threshold, bool or_equal = false);

/// Independent measurements that fail with these probabilities, in order; the guard trips once more than
/// `failure_limit` >= 0 of them have. Probability that it has tripped by each measurement.
std::vector<double> tripped_by(std::span<const double> fails, int failure_limit);

/// What Sprt does, looked at after each request, at a true failure rate in [0, 1]: exact, without Wald's neglect of the
/// overshoot. Undecided after `most_requests` is neither.
struct SprtOutlook {
    double worse = 0;          // probability
    double not_worse = 0;      // probability
    double mean_requests = 0;  // until a finding, or the limit
};
SprtOutlook sprt_outlook(const SprtParams& params, double rate, std::int64_t most_requests = 10'000'000);

/// What Sprt counts between two looks at a Poisson process, expected.
struct SprtLook {
    double succeeded = 0;
    std::vector<double> failed;  // scrape by scrape
};

/// Probability that Sprt has found "worse" by each look. A counter of failures adds nothing in the scrape that first
/// sees one: `unseen` is the probability that none has before. On a grid of log-ratios, right to half a hundredth.
std::vector<double> sprt_worse_by(const SprtParams& params, std::span<const SprtLook> looks, double unseen = 0);

}  // namespace rollcast
