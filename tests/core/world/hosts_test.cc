#include "rollcast/world/hosts.h"

#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/stats/moments.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

constexpr int kDraws = 50'000;

/// Draws are about a day long; bounds are 4.5 standard errors wide, a false alarm in 100,000.
HostFailures daily(double shape, double burst = 0) { return {.mttf = 86400, .shape = shape, .burst = burst}; }

template <typename Draw>
Moments moments(Draw draw) {
    Moments sample;
    const StreamSpace streams(3, 0);
    for (std::uint64_t i = 0; i < kDraws; ++i) {
        Stream stream = streams.stream(Purpose::kHostFailure, i);
        sample.add(draw(stream));
    }
    return sample;
}

/// E[(X / scale)^n] of a Weibull variable.
double weibull_moment(double shape, double n) { return std::tgamma(1 + n / shape); }

TEST(FailureLaw, LivesHaveTheMeanAndTheVariationOfTheWeibullDistribution) {
    for (const double shape : {.72, 1., 2.}) {
        const FailureLaw law(daily(shape));
        const auto m = [&](double n) { return weibull_moment(shape, n) / std::pow(weibull_moment(shape, 1), n); };
        const Moments life = moments([&](Stream& stream) { return to_seconds(law.life(stream)) / 86400; });
        EXPECT_NEAR(life.mean(), 1, 4.5 * std::sqrt((m(2) - 1) / kDraws));
        const Moments squares =
            moments([&](Stream& stream) { return std::pow(to_seconds(law.life(stream)) / 86400, 2); });
        EXPECT_NEAR(squares.mean(), m(2), 4.5 * std::sqrt((m(4) - m(2) * m(2)) / kDraws));
    }
    // Squared coefficient of variation: 2.0 at the shape .72 that the sources give; an exponential one has 1.
    EXPECT_NEAR(weibull_moment(.72, 2) / std::pow(weibull_moment(.72, 1), 2) - 1, 2.0, .02);
}

/// P(what is left <= x) is the integral of P(life > t) / mean from 0 to x: by Simpson's rule in t = x u^4, which makes
/// the integrand smooth at 0.
double share_left_within(double x, double shape, double scale) {
    constexpr int kSteps = 2000;
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
        const double u = static_cast<double>(i) / kSteps;
        const double value = 4 * x * u * u * u * std::exp(-std::pow(x * u * u * u * u / scale, shape));
        sum += value * (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return sum / (3 * kSteps) / (scale * weibull_moment(shape, 1));
}

TEST(FailureLaw, WhatIsLeftOfALifeHasTheEquilibriumDistribution) {
    for (const double shape : {.72, 1., 2.}) {
        const FailureLaw law(daily(shape));
        const double scale = 86400 / weibull_moment(shape, 1);
        const std::array<double, 4> times{3600, 43200, 86400, 200000};
        std::array<int, 4> within{};
        const Moments left = moments([&](Stream& stream) {
            const double rest = to_seconds(law.rest_of_life(stream));
            for (std::size_t i = 0; i < times.size(); ++i) within[i] += rest <= times[i];
            return rest;
        });
        for (std::size_t i = 0; i < times.size(); ++i) {
            const double expected = share_left_within(times[i], shape, scale);
            EXPECT_NEAR(within[i] / double(kDraws), expected, 4.5 * std::sqrt(expected * (1 - expected) / kDraws))
                << shape << ", " << times[i];
        }
        // The inspection paradox: E[X^2] / (2 E[X]).
        const double expected = scale * weibull_moment(shape, 2) / (2 * weibull_moment(shape, 1));
        EXPECT_NEAR(left.mean(), expected, 4.5 * std::sqrt(left.variance() / kDraws)) << shape;
    }
}

TEST(FailureLaw, BurstsAreCountedInTheRateAndInTheirShare) {
    const FailureLaw law(daily(1, .37));
    const double own = moments([&](Stream& stream) { return to_seconds(law.life(stream)); }).mean();
    // A host fails by itself every `own` seconds and is taken along by others contagion() times as often.
    EXPECT_NEAR(own / (1 + law.contagion()), 86400, 4.5 * 86400 / std::sqrt(double(kDraws)));
    EXPECT_NEAR(2 * law.contagion() / (1 + law.contagion()), .37, 1e-12);
}

TEST(FailureLaw, AHostIsDownForItsShareOfTheTime) {
    HostFailures failures = daily(.75);
    failures.repair = 6h;
    EXPECT_DOUBLE_EQ(FailureLaw(failures).down(), .2);
}

TEST(Hosts, AreSpreadOverTheZonesAndWithoutAnyAZoneIsOne) {
    const Hosts hosts(3, 8);
    EXPECT_EQ(hosts.size(), 8u);
    EXPECT_EQ(hosts.up(ZoneId{0}), 3);
    EXPECT_EQ(hosts.up(ZoneId{2}), 2);
    for (std::size_t zone = 0; zone < 3; ++zone) {
        for (std::uint32_t h = hosts.first(zone); h < hosts.first(zone + 1); ++h) {
            EXPECT_EQ(index_of(hosts.zone(HostId{h})), zone);
        }
    }
    EXPECT_EQ(Hosts(3, 0).size(), 3u);
    EXPECT_EQ(Hosts(3, 2).up(ZoneId{2}), 0) << "fewer hosts than zones";
}

TEST(Hosts, TheEmptiestThatIsUpIsTheFirstWithTheFewestInstances) {
    Hosts hosts(2, 6);  // 0 to 2 are in zone 0
    EXPECT_EQ(hosts.emptiest(ZoneId{0}), HostId{0});
    hosts.add_instances(HostId{0}, 2);
    hosts.add_instances(HostId{1}, 1);
    EXPECT_EQ(hosts.emptiest(ZoneId{0}), HostId{2});
    hosts.fail(HostId{2}, Time{} + 1s);
    EXPECT_EQ(hosts.emptiest(ZoneId{0}), HostId{1});
    EXPECT_EQ(hosts.emptiest(ZoneId{1}), HostId{3});
}

TEST(Hosts, ThatAreCordonedTakeNoInstancesAndStayUp) {
    Hosts hosts(1, 2);
    hosts.cordon(HostId{0}, true);
    EXPECT_TRUE(hosts.is_up(HostId{0}));
    EXPECT_EQ(hosts.up(ZoneId{0}), 2);
    EXPECT_EQ(hosts.open(ZoneId{0}), 1);
    EXPECT_EQ(hosts.emptiest(ZoneId{0}), HostId{1});
    hosts.fail(HostId{0}, Time{} + 1s);
    EXPECT_EQ(hosts.open(ZoneId{0}), 1);
    hosts.cordon(HostId{0}, false);
    EXPECT_EQ(hosts.open(ZoneId{0}), 1) << "it is down";
    hosts.repair(HostId{0}, Time{} + 1s);
    EXPECT_EQ(hosts.open(ZoneId{0}), 2);
}

TEST(Hosts, StayDownForTheLongestOfTheirReasons) {
    Hosts hosts(1, 2);
    hosts.fail(HostId{0}, Time{} + 10s);
    hosts.fail(HostId{0}, Time{} + 5s);
    EXPECT_FALSE(hosts.is_up(HostId{0}));
    EXPECT_EQ(hosts.up(ZoneId{0}), 1);
    EXPECT_FALSE(hosts.repair(HostId{0}, Time{} + 5s));
    EXPECT_TRUE(hosts.repair(HostId{0}, Time{} + 10s));
    EXPECT_FALSE(hosts.repair(HostId{0}, Time{} + 10s)) << "it is up already";
    EXPECT_EQ(hosts.repairs(HostId{0}), 1u);
    EXPECT_EQ(hosts.up(ZoneId{0}), 2);
}

TEST(Hosts, AnotherIsAnyOtherThatIsUpInTheZone) {
    Hosts hosts(2, 10);  // 0 to 4 are in zone 0
    hosts.fail(HostId{1}, Time{} + 1s);
    for (const HostId self : {HostId{1}, HostId{3}}) {
        std::vector<int> chosen(10);
        for (int i = 0; i < 12; ++i) ++chosen[index_of(hosts.another(self, (i + .5) / 12))];
        const std::vector<int> expected = self == HostId{1} ? std::vector<int>{3, 0, 3, 3, 3, 0, 0, 0, 0, 0}
                                                            : std::vector<int>{4, 0, 4, 0, 4, 0, 0, 0, 0, 0};
        EXPECT_EQ(chosen, expected);
    }
}

}  // namespace
}  // namespace rollcast
