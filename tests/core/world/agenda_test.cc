#include "rollcast/world/agenda.h"

#include <tuple>

#include <gtest/gtest.h>

#include "rollcast/random/streams.h"

namespace rollcast {
namespace {

TEST(Agenda, IsEmptyAtFirstAndAfterTheLast) {
    Agenda agenda;
    EXPECT_EQ(agenda.next(), kNoInstant);
    agenda.push(-5, Happening::kCrashed, 7, 3, 2);
    EXPECT_EQ(agenda.next(), -5);
    const Happening what = agenda.pop();
    EXPECT_EQ(what.at, -5);
    EXPECT_EQ(what.kind(), Happening::kCrashed);
    EXPECT_EQ(what.id(), 7u);
    EXPECT_EQ(what.subject, 3u);
    EXPECT_EQ(what.generation, 2u);
    EXPECT_EQ(agenda.next(), kNoInstant);
}

TEST(Agenda, AtOneInstantKindsComeInTheirOrderAndThenRequestsInTheirs) {
    const AttemptId late = (AttemptId{255} << kOrdinalBits) + 1;  // the largest there is must not touch the kind
    Agenda agenda;
    for (const AttemptId id : {late, AttemptId{2}, AttemptId{1}}) {
        for (int kind = Happening::kArrives; kind >= Happening::kServed; --kind) {
            agenda.push(10, static_cast<Happening::Kind>(kind), id, 0, 0);
        }
    }
    for (int kind = Happening::kServed; kind <= Happening::kArrives; ++kind) {
        for (const AttemptId id : {AttemptId{1}, AttemptId{2}, late}) {
            const Happening what = agenda.pop();
            EXPECT_EQ(what.kind(), kind);
            EXPECT_EQ(what.id(), id);
        }
    }
}

TEST(Agenda, GivesWhatWasPushedInOrderWhateverTheOrderOfPushes) {
    Stream words = StreamSpace(1, 1).stream(Purpose::kTruth, 0);
    Agenda agenda;
    std::tuple<Instant, std::uint64_t> last{-1000, 0};
    int popped = 0;
    for (int i = 0; i < 2000; ++i) {
        const Instant earliest = std::get<0>(last);
        agenda.push(earliest + words() % 50 + 1, static_cast<Happening::Kind>(words() % 7), words(), 0, 0);
        if (words() % 3 == 0) continue;
        const Happening what = agenda.pop();
        const std::tuple<Instant, std::uint64_t> now{what.at, what.order};
        ASSERT_GE(now, last);
        last = now;
        ++popped;
    }
    EXPECT_GT(popped, 1000);
}

TEST(Agenda, KnowsWhetherItHoldsWhatTheWorldHasToDealWith) {
    Agenda agenda;
    EXPECT_FALSE(agenda.has_notices());
    agenda.push(1, Happening::kAnswered, 1, 0, 0);
    EXPECT_FALSE(agenda.has_notices());
    agenda.push(2, Happening::kDrained, 0, 0, 0);
    agenda.push(3, Happening::kCrashed, 1, 0, 0);
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(agenda.has_notices());
        agenda.pop();
    }
    EXPECT_TRUE(agenda.has_notices());
    agenda.pop();
    EXPECT_FALSE(agenda.has_notices());
}

}  // namespace
}  // namespace rollcast
