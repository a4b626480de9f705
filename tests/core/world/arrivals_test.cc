#include "rollcast/world/arrivals.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "rollcast/random/quantile_table.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

const StreamSpace kStreams(20240601, 0);

// Bounds of 5 standard deviations: a false alarm has a probability of 6e-7 each.
constexpr double kSigmas = 5;

struct Sample {
    std::vector<std::int64_t> at;     // ns
    std::vector<std::uint32_t> gaps;  // the words
};

Sample sample(Arrivals arrivals, Duration until) {
    Sample all;
    const auto block = std::make_unique<ArrivalBlock>();
    do {
        arrivals.fill(*block);
        all.at.insert(all.at.end(), block->at.begin(), block->at.end());
        all.gaps.insert(all.gaps.end(), block->words.gap.begin(), block->words.gap.end());
    } while (all.at.back() < until.count());
    all.at.erase(std::lower_bound(all.at.begin(), all.at.end(), until.count()), all.at.end());
    all.gaps.resize(all.at.size());
    return all;
}

Sample sample(const Traffic& traffic, Duration from, Duration until, std::uint32_t replication = 0) {
    return sample(Arrivals(traffic, StreamSpace(20240601, replication), Time(from)), until);
}

double count_between(const std::vector<std::int64_t>& at, Duration from, Duration to) {
    return static_cast<double>(std::lower_bound(at.begin(), at.end(), to.count()) -
                               std::lower_bound(at.begin(), at.end(), from.count()));
}

/// The integral of the shape from `from` to `to`, point by point: factor times seconds.
double integral(const std::vector<RatePoint>& shape, Duration from, Duration to) {
    const auto until = [&](Duration end) {  // from the first point
        double sum = (to_seconds(std::min(end, shape.front().at) - shape.front().at)) * shape.front().factor;
        for (std::size_t i = 1; i < shape.size() && shape[i - 1].at < end; ++i) {
            const double length = to_seconds(shape[i].at - shape[i - 1].at);
            const double part = std::min(to_seconds(end - shape[i - 1].at), length);
            if (length == 0) continue;
            const double slope = (shape[i].factor - shape[i - 1].factor) / length;
            sum += (shape[i - 1].factor + slope * part / 2) * part;
        }
        return sum + to_seconds(std::max(end, shape.back().at) - shape.back().at) * shape.back().factor;
    };
    return until(to) - until(from);
}

// A rise, a fall to nothing, silence, a jump, a hold.
const std::vector<RatePoint> kShape{{0s, .5}, {60s, 2}, {80s, 0}, {100s, 0}, {100s, 3}, {130s, 1}};

/// The largest distance between the distribution function of the values and 1 - e^-x, times the root of their number
/// (Kolmogorov and Smirnov): above 2.6 with a probability of 3e-6.
double distance_to_exponential(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto n = static_cast<double>(values.size());
    double worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double share = -std::expm1(-values[i]);
        worst = std::max({worst, share - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - share});
    }
    return worst * std::sqrt(n);
}

TEST(Arrivals, OfAConstantRateAreAPoissonProcess) {
    constexpr double kRate = 1000, kWindows = 1000;
    const std::vector<std::int64_t> at = sample({.rate = kRate}, 0s, 100s).at;
    double squares = 0;
    for (int i = 0; i < kWindows; ++i) {
        const double count = count_between(at, i * 100ms, (i + 1) * 100ms);
        squares += (count - kRate / 10) * (count - kRate / 10);
    }
    EXPECT_NEAR(static_cast<double>(at.size()), kRate * 100, kSigmas * std::sqrt(kRate * 100));
    // The variance of a count is its mean, and is itself known to sqrt(2 / windows).
    EXPECT_NEAR(squares / kWindows / (kRate / 10), 1, kSigmas * std::sqrt(2 / kWindows));

    std::vector<double> gaps;
    for (std::size_t i = 1; i < at.size(); ++i) gaps.push_back(static_cast<double>(at[i] - at[i - 1]) * 1e-9 * kRate);
    EXPECT_LT(distance_to_exponential(gaps), 2.6);
}

TEST(Arrivals, FollowTheirShape) {
    const Traffic traffic{.rate = 1000, .shape = kShape};
    const std::vector<std::int64_t> at = sample(traffic, -60s, 200s).at;
    for (Duration from = -60s; from < 200s; from += 13s) {
        const double expected = 1000 * integral(kShape, from, from + 13s);
        EXPECT_NEAR(count_between(at, from, from + 13s), expected, kSigmas * std::sqrt(expected)) << to_seconds(from);
    }
    EXPECT_EQ(count_between(at, 80s, 100s), 0) << "silence";
    EXPECT_LT(static_cast<double>(*std::lower_bound(at.begin(), at.end(), Duration(100s).count())), 100.02e9)
        << "and at once again after it: e^-60 for none in a fiftieth of a second";
}

TEST(Arrivals, AreAUnitPoissonProcessOnTheScaleOfTheIntegratedRate) {
    const Traffic traffic{.rate = 500, .shape = kShape};
    const std::vector<std::int64_t> at = sample(traffic, 0s, 200s).at;
    std::vector<double> gaps;
    for (std::size_t i = 1; i < at.size(); ++i) {
        gaps.push_back(traffic.rate * integral(kShape, Duration(at[i - 1]), Duration(at[i])));
    }
    EXPECT_LT(distance_to_exponential(gaps), 2.6);
}

/// How far, in ns of the local rate, any arrival is from where the sum of the gaps before it puts it.
double worst_drift(const Traffic& traffic, Duration from, Duration until) {
    const QuantileTable gap(Exponential{1});
    const Sample all = sample(traffic, from, until);
    long double sum = 0;
    double worst = 0;
    for (std::size_t i = 0; i < all.at.size(); ++i) {
        sum += gap(all.gaps[i]);
        const double expected = traffic.rate * integral(traffic.shape, from, Duration(all.at[i]));
        const double rate = std::max(1e-9, rate_at(traffic, Time(Duration(all.at[i]))));
        worst = std::max(worst, std::abs(static_cast<double>(sum) - expected) / rate * 1e9);
    }
    return worst;
}

// Rounded down to the nanosecond, and the sum goes on from what was cut off. The oracle itself works in doubles: 1e6
// expected arrivals at 1000 a second are known to 1e-10 / 1000 s.
TEST(Arrivals, DoNotDrift) {
    EXPECT_LT(worst_drift({.rate = 1000, .shape = {{0s, 1}}}, -60s, 1000s), 1.01);
    EXPECT_LT(worst_drift({.rate = 1e6, .shape = {{0s, 1}}}, 0s, 1s), 1.01);
    EXPECT_LT(worst_drift({.rate = 1e10, .shape = {{0s, 1}}}, 0s, 100us), 1.01) << "ten arrivals a nanosecond";
    EXPECT_LT(worst_drift({.rate = 1000, .shape = {{0s, .5}, {1000s, 2}}}, 0s, 1000s), 1.01);
    EXPECT_LT(worst_drift({.rate = 1000, .shape = {{0s, 2}, {1000s, .1}}}, 0s, 900s), 1.01);
}

TEST(Arrivals, AreExpectedOneByOneWhereTheRateFallsToNothingAndRisesFromIt) {
    const Traffic traffic{.rate = 1e6, .shape = {{0s, 1}, {1s, 0}, {2s, 0}, {3s, 1}}};
    const QuantileTable gap(Exponential{1});
    const Sample all = sample(traffic, 0s, 3s);
    double sum = 0;
    for (std::size_t i = 0; i < all.at.size(); ++i) {
        sum += gap(all.gaps[i]);
        // A nanosecond is 1e-3 arrivals at most.
        ASSERT_NEAR(traffic.rate * integral(traffic.shape, 0s, Duration(all.at[i])), sum, 1.01e-3) << i;
    }
    EXPECT_GT(all.at.size(), 990'000u);
    EXPECT_TRUE(std::is_sorted(all.at.begin(), all.at.end()));
}

/// Mean and variance of the number of arrivals in [0, length), each from a replication of its own.
struct Counts {
    Counts(const Traffic& traffic, Duration length, int replications) : n(replications) {
        std::vector<double> all;
        for (int i = 0; i < replications; ++i) {
            all.push_back(static_cast<double>(sample(traffic, 0s, length, static_cast<std::uint32_t>(i)).at.size()));
            mean += all.back() / n;
        }
        double fourth = 0;
        for (const double each : all) {
            variance += std::pow(each - mean, 2) / (n - 1);
            fourth += std::pow(each - mean, 4) / n;
        }
        error_of_mean = std::sqrt(variance / n);
        error_of_variance = std::sqrt((fourth - variance * variance) / n);
    }
    double n, mean = 0, variance = 0, error_of_mean, error_of_variance;
};

// The index of dispersion of a stationary two-state MMPP (Fischer, Meier-Hellstern: "The Markov-modulated Poisson
// process cookbook", 1993): with rates a and b, left at rates u and v, over a window t,
// 1 + 2uv(a-b)^2 / ((u+v)^2 (av+bu)) * (1 - (1 - e^-(u+v)t) / ((u+v)t)).
TEST(Arrivals, InBurstsHaveTheMeanAndDispersionOfAnMmpp) {
    const Traffic traffic{.rate = 20, .bursts = Bursts{.factor = 5, .mean_quiet = 6s, .mean_burst = 2s}};
    const double a = 20, b = 100, u = 1. / 6, v = 1. / 2;
    for (const Duration length : {Duration(500ms), Duration(4s), Duration(30s)}) {
        const double t = to_seconds(length);
        const Counts counts(traffic, length, 4000);
        const double mean = t * (a * v + b * u) / (u + v);
        const double past = 1 - (1 - std::exp(-(u + v) * t)) / ((u + v) * t);
        const double dispersion = 1 + 2 * u * v * std::pow(a - b, 2) / (std::pow(u + v, 2) * (a * v + b * u)) * past;
        EXPECT_NEAR(counts.mean, mean, kSigmas * counts.error_of_mean) << t;
        EXPECT_NEAR(counts.variance, dispersion * mean, kSigmas * counts.error_of_variance) << t;
    }
}

TEST(Arrivals, InBurstsFollowTheShapeToo) {
    const Traffic traffic{
        .rate = 20, .shape = kShape, .bursts = Bursts{.factor = 5, .mean_quiet = 6s, .mean_burst = 2s}};
    const Counts counts(traffic, 130s, 1000);
    EXPECT_NEAR(counts.mean, 20 * 2 * integral(kShape, 0s, 130s), kSigmas * counts.error_of_mean);
}

TEST(Arrivals, MayBeSilentInBursts) {
    const Traffic traffic{.rate = 100, .bursts = Bursts{.factor = 0, .mean_quiet = 1s, .mean_burst = 3s}};
    const Counts counts(traffic, 20s, 2000);
    EXPECT_NEAR(counts.mean, 500, kSigmas * counts.error_of_mean);
}

std::unique_ptr<ArrivalBlock> filled(Arrivals& arrivals) {
    auto block = std::make_unique<ArrivalBlock>();
    arrivals.fill(*block);
    return block;
}

void expect_same(const ArrivalBlock& a, const ArrivalBlock& b, std::uint32_t from = 0,
                 std::uint32_t to = kRequestBlock) {
    const auto same = [&](const auto& x, const auto& y) {
        return std::equal(x.begin() + from, x.begin() + to, y.begin() + from);
    };
    EXPECT_EQ(a.first, b.first);
    EXPECT_TRUE(same(a.at, b.at));
    EXPECT_TRUE(same(a.words.gap, b.words.gap) && same(a.words.service, b.words.service) &&
                same(a.words.error, b.words.error) && same(a.words.balance, b.words.balance));
}

TEST(Arrivals, HaveTheWordsOfTheirOrdinalsWhateverTheRate) {
    const Traffic quiet{.rate = 1};
    const Traffic busy{.rate = 500, .shape = kShape, .bursts = Bursts{.factor = 9}};
    Arrivals a(quiet, kStreams, Time(-10s)), b(busy, kStreams, Time{});
    for (std::uint64_t i = 0; i < 3; ++i) {
        const auto one = filled(a), other = filled(b);
        EXPECT_EQ(one->first, i * kRequestBlock);
        other->at = one->at;
        expect_same(*one, *other);
        request_words(kStreams, i * kRequestBlock, other->words);
        expect_same(*one, *other);
    }
}

TEST(Arrivals, EndWhereTheRateIsZeroForEver) {
    const auto all_none = [](const ArrivalBlock& block) {
        return std::all_of(block.at.begin(), block.at.end(), [](Instant at) { return at == kNoInstant; });
    };
    for (const std::optional<Bursts>& bursts : {std::optional<Bursts>{}, std::optional<Bursts>{Bursts{.factor = 3}}}) {
        const Traffic none{.rate = 0, .bursts = bursts};
        Arrivals never(none, kStreams, Time{});
        EXPECT_TRUE(all_none(*filled(never)));

        const Traffic fades{.rate = 100, .shape = {{0s, 1}, {2s, 0}}, .bursts = bursts};
        const auto count = static_cast<std::ptrdiff_t>(sample(fades, 0s, 2s).at.size());
        ASSERT_TRUE(count > 0 && count < 3 * std::ptrdiff_t(kRequestBlock));
        Arrivals ends(fades, kStreams, Time{});
        std::vector<std::int64_t> at;
        for (int i = 0; i < 4; ++i) {
            const auto block = filled(ends);
            at.insert(at.end(), block->at.begin(), block->at.end());
        }
        EXPECT_LE(at[static_cast<std::size_t>(count) - 1], Duration(2s).count());
        EXPECT_EQ(std::count(at.begin() + count, at.end(), kNoInstant), at.end() - at.begin() - count);
    }
    const Traffic next_to_none{.rate = 1e-15};
    Arrivals rare(next_to_none, kStreams, Time{});
    EXPECT_TRUE(all_none(*filled(rare))) << "one in thirty million years";
}

TEST(Arrivals, MayBeGiven) {
    std::vector<std::int64_t> given;
    for (int i = 0; i < 1000; ++i) given.push_back(-50 + i * i);
    given.push_back(given.back());  // a tie
    const Traffic traffic{.rate = 7, .replay = std::make_shared<const std::vector<std::int64_t>>(given)};
    Arrivals arrivals(traffic, kStreams, Time(Duration(-1)));  // skips those before it
    const auto first = std::lower_bound(given.begin(), given.end(), -1);
    std::vector<std::int64_t> at;
    for (int i = 0; i < 5; ++i) {
        const auto block = filled(arrivals);
        at.insert(at.end(), block->at.begin(), block->at.end());
    }
    const auto count = given.end() - first;
    EXPECT_TRUE(std::equal(first, given.end(), at.begin()));
    EXPECT_EQ(std::count(at.begin() + count, at.end(), kNoInstant), at.end() - at.begin() - count);

    Arrivals late(traffic, kStreams, Time(1h));
    EXPECT_EQ(filled(late)->at[0], kNoInstant);
}

const Traffic kVaried{.rate = 100, .shape = kShape, .bursts = Bursts{.factor = 5, .mean_quiet = 3s, .mean_burst = 1s}};

TEST(Arrivals, OfACopyGoOnTheSame) {
    Arrivals arrivals(kVaried, kStreams, Time{});
    for (int i = 0; i < 10; ++i) filled(arrivals);
    Arrivals copy = arrivals;
    for (int i = 0; i < 10; ++i) expect_same(*filled(arrivals), *filled(copy));
}

TEST(Arrivals, WithOtherLuckKeepThePastAndTheOrdinals) {
    constexpr std::uint32_t kNext = 100;
    const StreamSpace other = kStreams.rekeyed(1);
    Arrivals arrivals(kVaried, kStreams, Time{});
    for (int i = 0; i < 10; ++i) filled(arrivals);
    const auto before = filled(arrivals);
    ArrivalBlock after = *before;
    Arrivals diverged = arrivals;
    diverged.rekey(other, after, kNext);

    expect_same(*before, after, 0, kNext);
    ArrivalBlock fresh = after;
    request_words(other, after.first, fresh.words);
    expect_same(fresh, after, kNext);
    EXPECT_TRUE(std::is_sorted(after.at.begin(), after.at.end()));
    for (std::uint32_t i = kNext; i < kRequestBlock; ++i) EXPECT_NE(before->at[i], after.at[i]);

    const auto next = filled(diverged);
    EXPECT_EQ(next->first, after.first + kRequestBlock);
    EXPECT_GE(next->at[0], after.at.back());
    request_words(other, next->first, fresh.words);
    EXPECT_EQ(next->words.service, fresh.words.service);

    Arrivals again = arrivals;
    ArrivalBlock same = *before;
    again.rekey(other, same, kNext);
    expect_same(same, after);
}

// A rate of 200 has gaps that the table gives for the new words, from the last arrival on: to the nanosecond that is
// cut off.
TEST(Arrivals, WithOtherLuckGoOnFromTheLastOne) {
    const Traffic traffic{.rate = 200};
    const QuantileTable gap(Exponential{1});
    for (const std::uint32_t next : {0u, 1u, 100u, 255u, 256u}) {
        Arrivals arrivals(traffic, kStreams, Time{});
        const auto earlier = filled(arrivals);
        const auto block = filled(arrivals);
        const ArrivalBlock before = *block;
        arrivals.rekey(kStreams.rekeyed(1), *block, next);
        expect_same(before, *block, 0, next);
        const std::int64_t last = next == 0 ? earlier->at.back() : block->at[next - 1];
        const auto following = filled(arrivals);
        const std::int64_t first = next < kRequestBlock ? block->at[next] : following->at[0];
        const std::uint32_t word = next < kRequestBlock ? block->words.gap[next] : following->words.gap[0];
        EXPECT_NEAR(static_cast<double>(first - last), gap(word) * 5e6, 1.01) << next;
    }
}

TEST(Arrivals, WithOtherLuckDoNotComeBeforeNow) {
    const Traffic traffic{.rate = 200};
    Arrivals arrivals(traffic, kStreams, Time{});
    const auto block = filled(arrivals);
    const ArrivalBlock before = *block;
    for (std::uint64_t branch = 0; branch < 100; ++branch) {
        Arrivals diverged = arrivals;
        *block = before;
        diverged.rekey(kStreams.rekeyed(branch), *block, 100, Time(Duration(before.at[100])));
        EXPECT_GE(block->at[100], before.at[100]);
        EXPECT_EQ(block->at[99], before.at[99]);
    }
}

TEST(Arrivals, MayHaveOtherLuckTwiceInABlock) {
    Arrivals arrivals(kVaried, kStreams, Time{});
    const auto block = filled(arrivals);
    arrivals.rekey(kStreams.rekeyed(1), *block, 50);
    const ArrivalBlock once = *block;
    arrivals.rekey(kStreams.rekeyed(2), *block, 150);
    expect_same(once, *block, 0, 150);
    EXPECT_TRUE(std::is_sorted(block->at.begin(), block->at.end()));
    for (std::uint32_t i = 150; i < kRequestBlock; ++i) EXPECT_NE(once.at[i], block->at[i]);
}

TEST(Arrivals, ThatAreGivenKeepTheirTimesWithOtherLuck) {
    std::vector<std::int64_t> given(1000);
    for (std::size_t i = 0; i < given.size(); ++i) given[i] = static_cast<std::int64_t>(i);
    const Traffic traffic{.replay = std::make_shared<const std::vector<std::int64_t>>(given)};
    Arrivals arrivals(traffic, kStreams, Time{});
    const auto block = filled(arrivals);
    const ArrivalBlock before = *block;
    arrivals.rekey(kStreams.rekeyed(1), *block, 10);
    EXPECT_EQ(block->at, before.at);
    EXPECT_NE(block->words.service, before.words.service);
    expect_same(before, *block, 0, 10);
    EXPECT_EQ(filled(arrivals)->at[0], 256);
}

/// Beginnings and ends of silences of more than 20 ms; at 1000 a second, one that is none is rarer than e^-20 a gap.
std::vector<std::pair<std::int64_t, std::int64_t>> silences(const std::vector<std::int64_t>& at) {
    std::vector<std::pair<std::int64_t, std::int64_t>> found;
    for (std::size_t i = 1; i < at.size(); ++i) {
        if (at[i] - at[i - 1] > 20'000'000) found.emplace_back(at[i - 1], at[i]);
    }
    return found;
}

TEST(Bursts, KeepThePresentStaysEndWithOtherLuckAndNoMore) {
    const Traffic traffic{.rate = 1000, .bursts = Bursts{.factor = 0, .mean_quiet = 2s, .mean_burst = 2s}};
    int moved = 0;
    for (std::uint32_t replication = 0; replication < 20; ++replication) {
        Arrivals arrivals(traffic, StreamSpace(7, replication), Time{});
        const auto block = filled(arrivals);
        const auto before = silences(sample(arrivals, 60s).at);
        ASSERT_GT(before.size(), 1u);
        if (!silences({block->at.begin(), block->at.end()}).empty()) continue;  // the stay ended within the block
        arrivals.rekey(kStreams.rekeyed(1), *block, 100);
        std::vector<std::int64_t> at(block->at.begin(), block->at.end());
        const std::vector<std::int64_t> rest = sample(arrivals, 60s).at;
        at.insert(at.end(), rest.begin(), rest.end());
        const auto after = silences(at);
        ASSERT_GT(after.size(), 1u);
        // A silence begins where the last arrival before it is: 20 ms early at most.
        EXPECT_NEAR(static_cast<double>(before[0].first), static_cast<double>(after[0].first), 20e6) << replication;
        moved += std::abs(before[0].second - after[0].second) > 100'000'000;
    }
    EXPECT_GE(moved, 10);
}

// The path of the bursts is the same for two services whose requests are not: stays are of their own streams.
TEST(Bursts, DoNotDependOnRequests) {
    const Bursts bursts{.factor = 0, .mean_quiet = 2s, .mean_burst = 2s};
    const Traffic slow{.rate = 1000, .bursts = bursts}, fast{.rate = 5000, .bursts = bursts};
    const auto a = silences(sample(slow, 0s, 60s).at), b = silences(sample(fast, 0s, 60s).at);
    ASSERT_GT(a.size(), 5u);
    std::size_t shared = 0;
    for (const auto& [from, to] : a) {
        shared += std::any_of(b.begin(), b.end(), [&](const auto& other) {
            return std::abs(from - other.first) < 20'000'000 && std::abs(to - other.second) < 20'000'000;
        });
    }
    EXPECT_EQ(shared, a.size());
}

/// In which the rate changes at each of those times, rising, and those that come until the end.
std::vector<std::int64_t> scaled(std::uint32_t replication, const std::vector<std::pair<Duration, double>>& changes,
                                 Duration end) {
    const Traffic traffic{.rate = 100};
    Arrivals arrivals(traffic, StreamSpace(20240601, replication), Time{});
    const auto block = filled(arrivals);
    std::uint32_t next = 0;
    std::vector<std::int64_t> all;
    const auto follow = [&](Duration until) {
        for (; block->at[next] < until.count(); ++next == kRequestBlock ? arrivals.fill(*block), next = 0 : next) {
            all.push_back(block->at[next]);
        }
    };
    for (const auto& [at, factor] : changes) {
        follow(at);
        arrivals.scale(factor, *block, next, Time{} + at);
        EXPECT_GE(block->at[next], at.count());
    }
    follow(end);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    return all;
}

TEST(Arrivals, ThatAreScaledArePoissonAtEachRate) {
    const std::vector<std::pair<Duration, double>> changes{{5s, .2}, {10s, 0}, {15s, 3}, {15s, 2}};
    constexpr int kTimes = 400;
    for (const auto& [from, expected] : {std::pair{0s, 500.}, {5s, 100.}, {10s, 0.}, {15s, 1000.}}) {
        double sum = 0, squares = 0;
        for (std::uint32_t replication = 0; replication < kTimes; ++replication) {
            const double off = count_between(scaled(replication, changes, 20s), from, from + 5s) - expected;
            sum += off, squares += off * off;
        }
        EXPECT_NEAR(sum, 0, kSigmas * std::sqrt(kTimes * expected));
        EXPECT_NEAR(squares, kTimes * expected, kSigmas * std::sqrt(2. * kTimes) * (expected + 1));
    }
}

// Whoever looks often sees gaps that have lasted long already: what is left of these is no shorter for it.
TEST(Arrivals, ThatAreScaledAllTheTimeKeepTheirGaps) {
    std::vector<std::pair<Duration, double>> changes;
    for (Duration at = 7ms; at < 100s; at += 7ms) changes.emplace_back(at, 1);
    const std::vector<std::int64_t> all = scaled(0, changes, 100s);
    std::vector<double> gaps;
    for (std::size_t i = 1; i < all.size(); ++i) gaps.push_back(static_cast<double>(all[i] - all[i - 1]) * 1e-9 * 100);
    EXPECT_NEAR(static_cast<double>(gaps.size()), 10000, kSigmas * 100);
    EXPECT_LT(distance_to_exponential(gaps), 2.6);
}

}  // namespace
}  // namespace rollcast
