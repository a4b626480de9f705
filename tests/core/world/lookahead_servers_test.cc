#include "rollcast/world/lookahead_servers.h"

#include <gtest/gtest.h>

#include "support/given_arrivals.h"

namespace rollcast {
namespace {

using testing::GivenArrivals;
using testing::seconds_of_service;
using Answers = std::vector<GivenArrivals::Answer>;

/// First come, first served, worked out by hand: of servers that look ahead and of those that go event by event.
class FirstComeFirstServed : public ::testing::TestWithParam<Pace> {};

TEST_P(FirstComeFirstServed, ARequestWaitsForASlotAndIsShedWhereTheQueueIsFull) {
    GivenArrivals given(seconds_of_service(1, 1), {0, .25, .5, 1, 1.25}, GetParam());
    // At 1 s the slot is free for the one that waits, and the queue for the one that comes.
    EXPECT_EQ(given.answers(10),
              (Answers{{1, Code::k200}, {2, Code::k200}, {.5, Code::k503}, {3, Code::k200}, {1.25, Code::k503}}));
    EXPECT_EQ(given.plane.tally(0).failed_by_cause[std::size_t(Cause::kCapacity)], 2);
    const Counters told = given.plane.take_application(0).counters;
    EXPECT_EQ(told.by_code[std::size_t(Code::k503)], 2) << "the application itself sheds";
    EXPECT_EQ(told.by_code[std::size_t(Code::k200)], 3);
}

TEST_P(FirstComeFirstServed, TheSlotThatIsFreeFirstIsTaken) {
    GivenArrivals given(seconds_of_service(2, 9), {0, .25, .5, .75}, GetParam());
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {1.25, Code::k200}, {2, Code::k200}, {2.25, Code::k200}}));
}

TEST_P(FirstComeFirstServed, WhoGivesUpInTheQueueLeavesItAndWhoGivesUpInServiceLeavesWorkBehind) {
    GivenArrivals given(seconds_of_service(1, 9, 1500ms), {0, .25, .375, 1.9375}, GetParam());
    // The second begins at 1 s and would end at 2 s, the third would begin at 2 s; both give up before that.
    EXPECT_EQ(given.answers(1.8125).size(), 2u);
    EXPECT_EQ(given.plane.count_in_flight(Time{} + 1812500us), 1);
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {1.75, Code::k504}, {1.875, Code::k504}, {3, Code::k200}}));
    const Meter told = given.plane.take_application(0);
    EXPECT_EQ(told.counters.by_code[std::size_t(Code::k200)], 3) << "it knows nothing of the one who gave up";
    EXPECT_EQ(told.counters.requests(), 3);
    EXPECT_EQ(told.latency_ns, 3'812'500'000) << "1 s, 1.75 s and 1.0625 s";
}

TEST_P(FirstComeFirstServed, AnAnswerInTheLastInstantIsInTime) {
    GivenArrivals given(seconds_of_service(1, 9, 1s), {0, 1}, GetParam());
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {2, Code::k200}}));
}

TEST_P(FirstComeFirstServed, ATurnInTheLastInstantIsTakenAllTheSame) {
    GivenArrivals given(seconds_of_service(1, 9, 1s), {0, 0, 1.5}, GetParam());
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {1, Code::k504}, {2.5, Code::k504}}));
    EXPECT_EQ(given.plane.take_application(0).counters.requests(), 3) << "the second is worked on until 2 s";
}

TEST_P(FirstComeFirstServed, WhatWaitedTooLongIsDroppedWhenItsTurnComes) {
    Service service = seconds_of_service(1, 9);
    service.most_wait = 500ms;
    GivenArrivals given(service, {0, .25, .5, .625}, GetParam());
    // At 1 s the second has waited .75 s and is dropped; the third's wait of .5 s is not too long; the fourth would
    // wait until 2 s.
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {1, Code::k503}, {2, Code::k200}, {2, Code::k503}}));
    EXPECT_EQ(given.plane.take_application(0).counters.by_code[std::size_t(Code::k503)], 2);
}

TEST_P(FirstComeFirstServed, AKillCutsOffWhatIsServedAndWhatWaits) {
    GivenArrivals given(seconds_of_service(1, 9), {0, .25, 1.25, 1.75}, GetParam());
    EXPECT_EQ(given.answers(1.5), (Answers{{1, Code::k200}}));
    given.plane.kill(0, Time{} + 1500ms, Cause::kHandOver);
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {1.5, Code::k503}, {1.5, Code::k503}, {1.75, Code::k503}}));
    EXPECT_EQ(given.plane.tally(0).failed_by_cause[std::size_t(Cause::kHandOver)], 3);
    EXPECT_EQ(given.plane.take_application(0).counters.requests(), 0) << "its counters died with it";
}

TEST_P(FirstComeFirstServed, ANewProcessBeginsWithEmptySlots) {
    GivenArrivals given(seconds_of_service(1, 0), {0, .75}, GetParam());
    given.plane.advance(Time{} + 500ms);
    given.plane.kill(0, Time{} + 500ms, Cause::kDefect);
    given.plane.listen(0, Time{} + 500ms);
    EXPECT_EQ(given.answers(10), (Answers{{.5, Code::k503}, {1.75, Code::k200}}));
}

TEST_P(FirstComeFirstServed, ADrainIsOverWhenAllThatWasAdmittedIsDone) {
    GivenArrivals given(seconds_of_service(1, 9, 1500ms), {0, .25, .5, .75, 4}, GetParam());
    given.plane.advance(Time{} + 625ms);
    given.plane.refuse(0, Cause::kHandOver);
    given.plane.drain(0, Time{} + 625ms);
    const auto notice = given.plane.advance(Time{} + 9s);
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->kind, Notice::Kind::kDrained);
    EXPECT_EQ(notice->server, 0u);
    // The second is worked on until 2 s though its client gives up at 1.75 s; the third begins in its last instant.
    EXPECT_EQ(notice->at, Time{} + 3s);
    EXPECT_FALSE(given.plane.advance(Time{} + 9s));
    EXPECT_EQ(given.answers(10)[3], (GivenArrivals::Answer{.75, Code::k503}));
}

TEST_P(FirstComeFirstServed, ADrainEndsWithTheProcessAndThatOfAnIdleServerAtOnce) {
    GivenArrivals given(seconds_of_service(1, 9), {0}, GetParam());
    given.plane.advance(Time{} + 500ms);
    given.plane.drain(0, Time{} + 500ms);
    given.plane.advance(Time{} + 750ms);
    given.plane.kill(0, Time{} + 750ms, Cause::kHandOver);
    EXPECT_FALSE(given.plane.advance(Time{} + 9s));
    given.plane.listen(0, Time{} + 9s);
    given.plane.drain(0, Time{} + 9s);
    const auto notice = given.plane.advance(Time{} + 9s);
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->at, Time{} + 9s);
}

TEST_P(FirstComeFirstServed, ARequestThatKillsItsProcessDoesSoWhenItBegins) {
    GivenArrivals given(seconds_of_service(1, 9), {0, .25, .5}, GetParam(),
                        {.kind = DefectKind::kMemoryLeak, .severity = 2});
    const auto notice = given.plane.advance(Time{} + 9s);
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->kind, Notice::Kind::kCrashed);
    EXPECT_EQ(notice->at, Time{} + 1s);
    given.plane.kill(0, notice->at, Cause::kDefect);
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {1, Code::k503}, {1, Code::k503}}));
}

TEST_P(FirstComeFirstServed, ACrashOfAProcessThatDiedBeforeIsNoNews) {
    GivenArrivals given(seconds_of_service(1, 9), {0, .25, .5}, GetParam(),
                        {.kind = DefectKind::kMemoryLeak, .severity = 2});
    given.plane.advance(Time{} + 750ms);
    given.plane.kill(0, Time{} + 750ms, Cause::kHandOver);
    given.plane.listen(0, Time{} + 800ms);
    EXPECT_FALSE(given.plane.advance(Time{} + 9s));
}

TEST_P(FirstComeFirstServed, OutstandingAreThoseWhoseClientsWait) {
    // Two servers, the emptier of two: the second place of each request is by its words, so look at totals alone.
    GivenArrivals given(seconds_of_service(1, 9, 1500ms), {0, 0, .25, .25, .5, .5, .75, .75}, GetParam(), {},
                        {.policy = Policy::kLeastOutstanding}, 2);
    given.answers(.8125);
    EXPECT_EQ(given.plane.count_in_flight(Time{} + 812500us), 8);
    given.answers(10);
    for (std::uint32_t server = 0; server < 2; ++server) {
        EXPECT_EQ(std::count_if(given.journal.begin(), given.journal.end(),
                                [&](const AttemptRecord& record) { return record.server == server; }),
                  4)
            << "each pair is split";
    }
}

INSTANTIATE_TEST_SUITE_P(BothPaces, FirstComeFirstServed, ::testing::Values(Pace::kFastest, Pace::kEventByEvent),
                         [](const auto& pace) { return pace.param == Pace::kFastest ? "Fastest" : "EventByEvent"; });

}  // namespace
}  // namespace rollcast
