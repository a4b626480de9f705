#include "rollcast/world/retry_flow.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "rollcast/random/distribution.h"
#include "rollcast/random/streams.h"

namespace rollcast {
namespace {

RetryFlow of_one(const Retries& retries, const AttemptFate& fate) { return retry_flow(retries, std::array{fate}); }

/// Those who take too long, with so much of the work, and others who wait too long.
std::array<Size, kSizes> sizes(double late_alone, double their_work, double late = 0) {
    std::array<Size, kSizes> sizes{};
    sizes[0] = {.share = late_alone, .work = their_work, .late = 1};
    sizes[1] = {.share = 1 - late_alone, .work = 1 - their_work, .late = late};
    return sizes;
}

TEST(RetryFlow, WithoutFailuresThereIsOneAttempt) {
    const RetryFlow flow = of_one({.attempts = 3}, {.share = 1});
    EXPECT_EQ(flow.attempts, 1);
    EXPECT_EQ(flow.errors + flow.late, 0);
}

TEST(RetryFlow, ErrorsThatAreDrawnAnewAreAGeometricSeries) {
    const RetryFlow flow = of_one({.attempts = 3}, {.share = 1, .refused = .1, .errors = .1});
    const double fails = .1 + .9 * .1;
    EXPECT_NEAR(flow.attempts, 1 + fails + fails * fails, 1e-12);
    EXPECT_NEAR(flow.errors - flow.errors_retried, fails * fails * fails, 1e-12);  // the last ones
}

TEST(RetryFlow, WhoTakesTooLongDoesSoEachTime) {
    const RetryFlow flow = of_one({.attempts = 3}, {.share = 1, .sizes = sizes(.02, .1)});
    EXPECT_NEAR(flow.attempts, .98 + 3 * .02, 1e-12);
    EXPECT_NEAR(flow.late, 3 * .02, 1e-12);
    EXPECT_NEAR(flow.late - flow.late_retried, .02, 1e-12);
    EXPECT_NEAR(flow.late_alone_share[0], 3 * .02 / flow.attempts, 1e-12);
    EXPECT_NEAR(flow.attempts * flow.work[0], .9 + 3 * .1, 1e-12);
}

TEST(RetryFlow, WhoTakesTooLongAtOnePlaceMayBeLuckyAtAnother) {
    const std::array fates{AttemptFate{.share = .5, .sizes = sizes(.1, .2)},
                           AttemptFate{.share = .5, .sizes = sizes(.3, .5)}};
    const RetryFlow flow = retry_flow({.attempts = 2}, fates);
    // A tenth is late wherever it goes, a fifth at the second place only.
    EXPECT_NEAR(flow.attempts, .7 + .1 * 2 + .2 * 1.5, 1e-12);
    EXPECT_NEAR(flow.late - flow.late_retried, .1 + .2 * .25, 1e-12);
}

TEST(RetryFlow, OnlyWhatClientsRetryIsTriedAgain) {
    const AttemptFate fate{.share = 1, .errors = .1, .sizes = sizes(0, 0, .2)};
    const RetryFlow errors = of_one({.attempts = 2, .timeouts = false}, fate);
    EXPECT_EQ(errors.late_retried, 0);
    EXPECT_NEAR(errors.attempts, 1 + .8 * .1, 1e-12);
    const RetryFlow timeouts = of_one({.attempts = 2, .errors = false}, fate);
    EXPECT_EQ(timeouts.errors_retried, 0);
    EXPECT_NEAR(timeouts.attempts, 1.2, 1e-12);
}

TEST(RetryFlow, LateExponentialRequestsBringTheirWorkEachTime) {
    // Of mean 1, beyond 2: a share of exp(-2) brings (1 + 2) exp(-2) of the work.
    const double late = std::exp(-2), work = 3 * late;
    const RetryFlow flow = of_one({.attempts = 3}, {.share = 1, .sizes = sizes(late, work)});
    EXPECT_NEAR(flow.attempts, 1 + 2 * late, 1e-12);
    EXPECT_NEAR(flow.attempts * flow.work[0], 1 + 2 * work, 1e-12);
    // Of those who are refused, any size is as likely.
    const RetryFlow refused = of_one({.attempts = 3}, {.share = 1, .refused = .5, .sizes = sizes(0, 0)});
    EXPECT_NEAR(refused.work[0], 1, 1e-12);
}

/// A bucket of tokens, request by request.
double refused_by_simulation(double fails, const Retries& retries) {
    constexpr int kRequests = 4'000'000;
    Stream luck = StreamSpace(11, 0).stream(Purpose::kTruth, 0);
    double tokens = retries.reserve, wanted = 0, refused = 0;
    for (int i = 0; i < kRequests; ++i) {
        tokens = std::min(retries.reserve, tokens + *retries.budget);
        if (uniform(luck) >= fails) continue;
        ++wanted;
        if (tokens < 1) {
            ++refused;
        } else {
            --tokens;
        }
    }
    return refused / wanted;
}

TEST(RetryFlow, ABudgetRefusesWhatATokenBucketWould) {
    for (const double fails : {.08, .1, .15}) {
        const Retries retries{.attempts = 2, .budget = .1, .reserve = 10};
        const RetryFlow flow = of_one(retries, {.share = 1, .errors = fails});
        // A Brownian motion instead of tokens that go one by one: to two hundredths.
        EXPECT_NEAR(1 - flow.errors_retried / fails, refused_by_simulation(fails, retries), .02) << fails;
    }
    const RetryFlow rich =
        retry_flow({.attempts = 2, .budget = .1}, std::array{AttemptFate{.share = 1, .errors = .15}}, true);
    EXPECT_NEAR(rich.errors_retried, .15, 1e-12);
}

TEST(RetryFlow, IsMixedByTime) {
    RetryFlow flow = of_one({.attempts = 2}, {.share = 1, .errors = .1});
    flow.mix(of_one({.attempts = 2}, {.share = 1, .errors = .3}), .25);
    EXPECT_NEAR(flow.attempts, 1.15, 1e-12);
}

}  // namespace
}  // namespace rollcast
