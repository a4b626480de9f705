#include "rollcast/world/clients.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

const StreamSpace kStreams(20240608, 0);
constexpr Instant kMillisecond = 1'000'000;

/// Clients of an open service whose every attempt we answer ourselves.
struct Open {
    explicit Open(const Retries& retries) : clients(traffic(retries), kStreams) {}

    static Traffic traffic(const Retries& retries) {
        Traffic traffic;
        traffic.retries = retries;
        return traffic;
    }

    /// A request arrives at `now`, is kept, and fails at once.
    std::uint32_t fail_new(std::uint64_t ordinal, Instant now, Code seen = Code::k503) {
        const std::uint32_t call = clients.keep({.id = ordinal, .first = now, .arrived = now});
        first_attempts += 1;
        ledger.arrived(0, now);
        fail(call, now, seen);
        return call;
    }
    /// Its present attempt fails at `now`. How long until the next one arrives; kNoInstant: there is none.
    Instant fail(std::uint32_t call, Instant now, Code seen = Code::k503) {
        ledger.answered(0, seen, Cause::kCapacity, 0, 0);
        clients.announce(call, now, seen, Cause::kCapacity, agenda);
        EXPECT_EQ(agenda.pop().kind(), Happening::kAnswered);
        clients.answered(call, now, first_attempts, agenda, ledger);
        wait = agenda.next() == kNoInstant ? kNoInstant : agenda.next() - now;
        return wait;
    }
    /// The next attempt, whosever it is, arrives.
    Happening arrive() {
        const Happening what = agenda.pop();
        EXPECT_EQ(what.kind(), Happening::kArrives);
        clients.arrives(what.subject, what.at, ledger);
        return what;
    }

    Clients clients;
    Agenda agenda;
    Ledger ledger{1, LatencyBuckets({1}), 500ms};
    std::int64_t first_attempts = 0;
    Instant wait = 0;
};

TEST(Clients, WaitBeforeEachAttemptLongerByAFactorUpToAMost) {
    Open open({.attempts = 6, .base = 10ms, .factor = 3, .most = 200ms, .jitter = Jitter::kNone});
    Instant now = -1000;  // the lead-in is before zero
    const std::uint32_t call = open.fail_new(5, now);
    std::uint32_t attempt = 0;
    for (const Instant wait : {10, 30, 90, 200, 200}) {
        ASSERT_EQ(open.wait, wait * kMillisecond);
        const Happening what = open.arrive();
        now += wait * kMillisecond;
        ASSERT_EQ(what.at, now);
        ASSERT_EQ(what.subject, call);
        ASSERT_EQ(ordinal_of(what.id()), 5u);
        ASSERT_EQ(attempt_of(what.id()), ++attempt);
        ASSERT_EQ(open.clients[call].first, -1000);
        ASSERT_EQ(open.clients[call].arrived, now);
        open.fail(call, now);
    }
    EXPECT_EQ(open.wait, kNoInstant) << "six attempts were all";
}

TEST(Clients, TheMostHoldsForTheFirstWaitToo) {
    Open open({.attempts = 2, .base = 10ms, .most = 3ms, .jitter = Jitter::kNone});
    open.fail_new(1, 0);
    EXPECT_EQ(open.wait, 3 * kMillisecond);
}

struct JitterCase {
    Jitter jitter;
    double low, high;  // of the wait
};

class Jitters : public ::testing::TestWithParam<JitterCase> {};

TEST_P(Jitters, WaitsAreUniformOverTheirRange) {
    const auto [jitter, low, high] = GetParam();
    constexpr int kRequests = 4000;
    constexpr double kSecondWait = 40 * kMillisecond;
    Open open({.attempts = 3, .base = 20ms, .factor = 2, .jitter = jitter});
    double sum = 0, least = 2, largest = -1;
    for (std::uint64_t ordinal = 0; ordinal < kRequests; ++ordinal) {
        const std::uint32_t call = open.fail_new(ordinal, 0);
        const Instant first = open.wait;
        const Happening what = open.arrive();
        open.fail(call, what.at);
        const double wait = static_cast<double>(open.wait) / kSecondWait;
        EXPECT_NE(open.wait, 2 * first) << "each attempt has luck of its own";
        sum += wait, least = std::min(least, wait), largest = std::max(largest, wait);
        open.arrive();
    }
    // Five standard deviations of the mean; the ends are met within 1 % but for one case in e^40.
    EXPECT_NEAR(sum / kRequests, (low + high) / 2, 5 * (high - low) / std::sqrt(12.0 * kRequests));
    EXPECT_GE(least, low);
    EXPECT_LE(largest, high);
    EXPECT_LT(least, low + .01 * (high - low));
    EXPECT_GT(largest, high - .01 * (high - low));
}

INSTANTIATE_TEST_SUITE_P(Both, Jitters,
                         ::testing::Values(JitterCase{Jitter::kEqual, .5, 1}, JitterCase{Jitter::kFull, 0, 1}));

TEST(Clients, RetryTimeoutsAndErrorsAsTheyAreTold) {
    for (const bool errors : {false, true}) {
        for (const bool timeouts : {false, true}) {
            Open open({.attempts = 2, .errors = errors, .timeouts = timeouts});
            for (const Code seen : {Code::k500, Code::k503, Code::k504}) {
                open.fail_new(static_cast<std::uint64_t>(seen), 0, seen);
                EXPECT_EQ(open.wait != kNoInstant, seen == Code::k504 ? timeouts : errors);
                if (open.wait != kNoInstant) open.agenda.pop();
            }
        }
    }
}

TEST(Clients, DoNotRetryWhatWasAnswered) {
    Open open({.attempts = 2});
    open.fail_new(1, 0, Code::k200);
    EXPECT_EQ(open.wait, kNoInstant);
}

TEST(Clients, ABudgetOfTokensIsSpentToTheLast) {
    // Everything fails. Each first attempt brings a tenth of a token, and the bucket was full at first.
    constexpr int kRequests = 10'000;
    Open open({.attempts = 2, .budget = .1, .reserve = 10});
    int retries = 0;
    for (std::uint64_t ordinal = 0; ordinal < kRequests; ++ordinal) {
        open.fail_new(ordinal, 0);
        if (open.agenda.next() == kNoInstant) continue;
        ++retries;
        const Happening what = open.arrive();
        open.fail(what.subject, what.at);
        ASSERT_LE(retries, 10 + .1 * static_cast<double>(ordinal + 1));
    }
    // The first failure found the bucket full: what it brought ran over.
    EXPECT_NEAR(retries, 10 + .1 * (kRequests - 1), 1 + 1e-6);
}

TEST(Clients, TheBucketHoldsNoMoreThanTheReserve) {
    Open open({.attempts = 2, .budget = .5, .reserve = 7});
    open.first_attempts = 1000;  // all went well
    int retries = 0;
    for (std::uint64_t ordinal = 0; ordinal < 20; ++ordinal) {
        const std::int64_t before = open.first_attempts;
        open.fail_new(ordinal, 0);
        open.first_attempts = before;  // brings nothing in
        if (open.wait != kNoInstant) ++retries, open.agenda.pop();
    }
    EXPECT_EQ(retries, 7);
}

TEST(Clients, WithoutReserveOrBudgetNobodyRetries) {
    Open open({.attempts = 5, .budget = 0., .reserve = 0});
    open.fail_new(1, 0);
    EXPECT_EQ(open.wait, kNoInstant);
}

TEST(Clients, BooksOfRetriesAddUp) {
    Open open({.attempts = 3, .base = 10ms, .jitter = Jitter::kNone});
    const std::uint32_t call = open.fail_new(1, 0);
    EXPECT_EQ(open.clients.backing_off(), 1);
    EXPECT_EQ(open.ledger.clients().in_flight(), 1);
    const Happening second = open.arrive();
    open.ledger.arrived(0, second.at);
    EXPECT_EQ(open.clients.backing_off(), 0);
    EXPECT_EQ(open.ledger.clients().in_flight(), 1);
    open.ledger.answered(0, Code::k200, Cause::kBackground, 0, 0);
    open.clients.announce(call, second.at, Code::k200, Cause::kBackground, open.agenda);
    open.clients.answered(call, second.at, 1, open.agenda, open.ledger);
    EXPECT_EQ(open.ledger.clients(), (Tally{.arrived = 1, .answered = 1}));
    EXPECT_EQ(open.ledger.client_meter().latency_ns, 10 * kMillisecond);
}

TEST(Clients, WhatIsAnnouncedTakesBackWhatWasAnnouncedBefore) {
    Open open({.attempts = 2});
    const std::uint32_t call = open.clients.keep({.id = 1});
    open.clients.announce(call, 100, Code::k504, Cause::kCapacity, open.agenda);
    open.clients.announce(call, 50, Code::k503, Cause::kDefect, open.agenda);
    const Happening fresh = open.agenda.pop();
    EXPECT_EQ(fresh.at, 50);
    EXPECT_EQ(fresh.generation, open.clients[call].generation);
    EXPECT_NE(open.agenda.pop().generation, open.clients[call].generation);
    EXPECT_EQ(open.clients[call].seen, Code::k503);
    EXPECT_EQ(open.clients[call].cause, Cause::kDefect);
}

TEST(Clients, AStaleAnnouncementIsToldFromThoseOfTheNextWhoHasThePlace) {
    Open open({.attempts = 1});
    const std::uint32_t call = open.clients.keep({.id = 1});
    open.clients.announce(call, 100, Code::k504, Cause::kCapacity, open.agenda);
    const std::uint32_t stale = open.clients[call].generation;
    open.clients.announce(call, 50, Code::k503, Cause::kDefect, open.agenda);
    open.clients.answered(call, 50, 1, open.agenda, open.ledger);
    const std::uint32_t next = open.clients.keep({.id = 2});
    EXPECT_EQ(next, call) << "places are used again";
    open.clients.announce(next, 200, Code::k503, Cause::kDefect, open.agenda);
    EXPECT_NE(open.clients[next].generation, stale);
}

TEST(ClosedLoop, EachUserThinksThenAsksWithAnOrdinalOfHisOwn) {
    constexpr int kUsers = 500;
    Traffic traffic;
    traffic.users = {.count = kUsers, .think = Exponential{2}};
    traffic.sessions.users = 10;
    Clients clients(traffic, kStreams);
    Agenda agenda;
    Ledger ledger(1, LatencyBuckets({1}), 500ms);
    const Instant from = -60'000 * kMillisecond;
    clients.begin(from, agenda);
    std::set<AttemptId> ids;
    double sum = 0;
    std::vector<Instant> answered_at(kUsers, from);
    constexpr int kTurns = 20;
    while (clients.closed_requests() < kUsers * kTurns) {
        const Happening what = agenda.pop();
        if (what.kind() == Happening::kAnswered) continue;  // was dealt with below
        ASSERT_EQ(what.kind(), Happening::kArrives);
        clients.arrives(what.subject, what.at, ledger);
        const Call& call = clients[what.subject];
        ASSERT_EQ(call.id, what.id());
        ASSERT_EQ(attempt_of(call.id), 0u);
        ASSERT_EQ(call.first, what.at);
        ASSERT_TRUE(ids.insert(call.id).second) << "no two requests are the same";
        ASSERT_GE(call.id, std::uint64_t{1} << (kOrdinalBits - 1)) << "nor one of the open ones";
        ASSERT_EQ(call.person, 10 + call.user - 1);
        sum += static_cast<double>(what.at - answered_at[call.user - 1]) * 1e-9;
        const Instant now = what.at + 300 * kMillisecond;
        answered_at[call.user - 1] = now;
        clients.announce(what.subject, now, Code::k200, Cause::kBackground, agenda);
        clients.answered(what.subject, now, 0, agenda, ledger);
    }
    // Exponential: the standard deviation is the mean. Those who think long are cut off at the end, which shortens the
    // mean by about one think time in 20 turns at most.
    EXPECT_NEAR(sum / (kUsers * kTurns), 2, 5 * 2 / std::sqrt(kUsers * kTurns) + 2. / kTurns);
}

TEST(ClosedLoop, ARetryIsTheSameRequestAndTheNextRequestAnother) {
    Traffic traffic;
    traffic.users = {.count = 1, .think = Constant{1}};
    traffic.retries = {.attempts = 2, .base = 10ms, .jitter = Jitter::kNone};
    Clients clients(traffic, kStreams);
    Agenda agenda;
    Ledger ledger(1, LatencyBuckets({1}), 500ms);
    clients.begin(0, agenda);
    const auto answer = [&](const Happening& what, Code seen) {
        clients.announce(what.subject, what.at, seen, Cause::kCapacity, agenda);
        agenda.pop();
        clients.answered(what.subject, what.at, clients.closed_requests(), agenda, ledger);
    };
    const auto arrive = [&] {
        const Happening what = agenda.pop();
        clients.arrives(what.subject, what.at, ledger);
        return what;
    };
    const Happening first = arrive();
    answer(first, Code::k500);
    const Happening again = arrive();
    EXPECT_EQ(again.at, first.at + 10 * kMillisecond);
    EXPECT_EQ(ordinal_of(again.id()), ordinal_of(first.id()));
    EXPECT_EQ(attempt_of(again.id()), 1u);
    EXPECT_EQ(clients.closed_requests(), 1);
    answer(again, Code::k500);  // the last attempt: he thinks, then asks for something else
    const Happening next = arrive();
    EXPECT_NEAR(static_cast<double>(next.at - again.at), 1e9, 10) << "single precision of the quantile table";
    EXPECT_EQ(ordinal_of(next.id()), ordinal_of(first.id()) + 1);
    EXPECT_EQ(attempt_of(next.id()), 0u);
    EXPECT_EQ(clients.closed_requests(), 2);
}

}  // namespace
}  // namespace rollcast
