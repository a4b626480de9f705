#include "rollcast/world/ledger.h"

#include <cmath>

#include <gtest/gtest.h>

#include "rollcast/random/streams.h"

namespace rollcast {
namespace {

std::vector<Instant> in_ns(const std::vector<double>& limits) {
    std::vector<Instant> result;
    for (const double limit : limits) result.push_back(std::llround(limit * 1e9));
    return result;
}

std::size_t plain_bucket(const std::vector<Instant>& limits, Instant latency) {
    std::size_t bucket = 0;
    while (bucket < limits.size() && latency > limits[bucket]) ++bucket;
    return bucket;
}

std::vector<double> geometric(int count, double first, double factor) {
    std::vector<double> limits;
    for (int i = 0; i < count; ++i) limits.push_back(first * std::pow(factor, i));
    return limits;
}

TEST(LatencyBuckets, AgreeWithAPlainSearchAtEveryLimitAndBetween) {
    Stream words = StreamSpace(3, 0).stream(Purpose::kTruth, 0);
    const std::vector<std::vector<double>> many{
        {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
        {1},
        {1e-9, 2e-9, 1e-6, 1.023e-6, 1.024e-6, 1.025e-6},  // around where the table begins
        geometric(23, .001, 1.0001),                       // all within one bin of the table
        geometric(23, 1e-6, 4),                            // up to half a year
        geometric(23, 8.388608, 1 + 1e-9),                 // closer together than a float can tell
        {.016777216, .016777217, .033554432, .067108864},  // powers of two: the first of a bin
    };
    for (const std::vector<double>& limits : many) {
        const LatencyBuckets buckets(limits);
        const std::vector<Instant> plain = in_ns(limits);
        ASSERT_EQ(buckets.size(), limits.size() + 1);
        const auto check = [&](Instant latency) {
            ASSERT_EQ(buckets(latency), plain_bucket(plain, latency)) << latency << " ns";
        };
        for (const Instant limit : plain) {
            for (Instant off = -3; off <= 3; ++off) check(std::max<Instant>(0, limit + off));
            for (Instant off = 1; off < limit / 2; off *= 2) check(limit - off), check(limit + off);
        }
        for (int i = 0; i < 20'000; ++i) {
            check(static_cast<Instant>(std::ldexp(1 + words() / 4294967296.0, static_cast<int>(words() % 62))));
        }
    }
}

constexpr Instant kSecond = 1'000'000'000;

/// Two versions; slow is above half a second.
Ledger small_ledger() { return {2, LatencyBuckets({.1, 1}), std::chrono::milliseconds(500)}; }

void answer(Ledger& ledger, std::size_t version, Code seen, Cause cause, Instant latency) {
    ledger.answered(version, seen, cause, ledger.bucket(latency), latency);
}

TEST(Ledger, KeepsEachVersionsBooksApart) {
    Ledger ledger = small_ledger();
    ledger.arrived(0, 5), ledger.arrived(1, 7), ledger.arrived(1, 9), ledger.arrived(2, 11);
    answer(ledger, 1, Code::k200, Cause::kBackground, kSecond / 2);
    answer(ledger, 1, Code::k200, Cause::kBackground, kSecond / 2 + 1);
    answer(ledger, 2, Code::k503, Cause::kCapacity, 0);
    EXPECT_EQ(ledger.tally(0), (Tally{.arrived = 1}));
    EXPECT_EQ(ledger.tally(1), (Tally{.arrived = 2, .answered = 2, .slow = 1}));
    EXPECT_EQ(ledger.tally(2), (Tally{.arrived = 1, .failed_by_cause = {0, 0, 0, 1}}));
    EXPECT_EQ(ledger.first_arrival(1), 7);
    EXPECT_EQ(ledger.proxy_meter(1).latency_ns, kSecond + 1);
    EXPECT_EQ(ledger.proxy_meter(1).counters.by_latency[1], 2);
    EXPECT_EQ(small_ledger().first_arrival(0), kNoInstant);
}

TEST(Ledger, CopiesAreSeenByProxiesAlone) {
    Ledger ledger = small_ledger();
    ledger.arrived(0, 5);
    answer(ledger, 0, Code::k200, Cause::kBackground, 1);
    const Tally all = ledger.clients();
    const AttemptId copy = AttemptId{kMirrored} << kOrdinalBits;
    EXPECT_EQ(ledger.page(1, 7), 1u);
    const std::size_t page = ledger.page(1, copy | 7);
    EXPECT_EQ(page, ledger.mirror_page(1));
    EXPECT_EQ(ledger.page(0, kFlagged | 7), 1u) << "flagged requests are the new version's, at whatever instance";
    EXPECT_EQ(ledger.page(2, kFlagged | 7), 2u) << "who reaches nobody reaches no code";
    ledger.arrived(page, 5);
    answer(ledger, page, Code::k500, Cause::kDefect, kSecond);
    EXPECT_EQ(ledger.clients(), all);
    EXPECT_EQ(ledger.client_meter().counters.requests(), 1);
    EXPECT_EQ(ledger.tally(1), Tally{});
    EXPECT_EQ(ledger.first_arrival(1), kNoInstant);
    EXPECT_EQ(ledger.tally(page), (Tally{.arrived = 1, .failed_by_cause = {0, 1, 0, 0}}));
    EXPECT_EQ(ledger.proxy_meter(1).counters.errors(), 1);
    EXPECT_EQ(ledger.proxy_meter(1).latency_ns, kSecond);
}

TEST(Ledger, ClientsSeeOneRequestHoweverManyAttemptsItTakes) {
    Ledger ledger = small_ledger();
    // The first attempt fails at version 0 after 1 s, the second is answered by version 1 after .2 s; 2 s in all.
    ledger.arrived(0, 0);
    answer(ledger, 0, Code::k504, Cause::kDefect, kSecond);
    ledger.retried(Code::k504, Cause::kDefect, kSecond);
    EXPECT_EQ(ledger.clients(), (Tally{.arrived = 1})) << "it backs off";
    EXPECT_EQ(ledger.client_meter().counters.requests(), 0);
    ledger.retry_arrived();
    ledger.arrived(1, kSecond * 18 / 10);
    answer(ledger, 1, Code::k200, Cause::kBackground, kSecond / 5);
    ledger.ended(Code::k200, Cause::kBackground, kSecond / 5, 2 * kSecond);

    EXPECT_EQ(ledger.clients(), (Tally{.arrived = 1, .answered = 1, .slow = 1}));
    const Meter seen = ledger.client_meter();
    EXPECT_EQ(seen.counters.requests(), 1);
    EXPECT_EQ(seen.counters.by_code[std::size_t(Code::k200)], 1);
    EXPECT_EQ(seen.counters.by_latency[2], 1);
    EXPECT_EQ(seen.counters.by_latency[0] + seen.counters.by_latency[1], 0);
    EXPECT_EQ(seen.latency_ns, 2 * kSecond);
    EXPECT_EQ(ledger.tally(0).failed(), 1) << "the attempts' books stay";
    EXPECT_EQ(ledger.tally(1).slow, 0);
}

TEST(Ledger, ARequestWhoseLastAttemptFailsFailsForItsCause) {
    Ledger ledger = small_ledger();
    ledger.arrived(0, 0);
    answer(ledger, 0, Code::k500, Cause::kBackground, kSecond);
    ledger.retried(Code::k500, Cause::kBackground, kSecond);
    ledger.retry_arrived();
    ledger.arrived(2, 0);
    answer(ledger, 2, Code::k503, Cause::kCapacity, 0);
    ledger.ended(Code::k503, Cause::kBackground, 0, 2 * kSecond);
    EXPECT_EQ(ledger.clients(), (Tally{.arrived = 1, .failed_by_cause = {0, 0, 0, 1}}));
    EXPECT_EQ(ledger.client_meter().counters.by_code[std::size_t(Code::k503)], 1);
    EXPECT_EQ(ledger.client_meter().counters.requests(), 1);
    EXPECT_EQ(ledger.client_meter().latency_ns, 2 * kSecond);
}

TEST(Ledger, AnAnswerThatIsSlowByItselfIsNotCountedAsSlowTwice) {
    Ledger ledger = small_ledger();
    ledger.arrived(0, 0);
    answer(ledger, 0, Code::k500, Cause::kBackground, 1);
    ledger.retried(Code::k500, Cause::kBackground, 1);
    ledger.retry_arrived();
    ledger.arrived(0, 0);
    answer(ledger, 0, Code::k200, Cause::kBackground, kSecond);
    ledger.ended(Code::k200, Cause::kBackground, kSecond, 2 * kSecond);
    EXPECT_EQ(ledger.clients().slow, 1);
}

}  // namespace
}  // namespace rollcast
