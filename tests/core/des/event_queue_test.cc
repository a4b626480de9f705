#include "rollcast/des/event_queue.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/base/check.h"
#include "rollcast/random/streams.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

Event event(std::uint32_t kind) { return {.kind = kind, .subject = kind + 1, .detail = kind + 2}; }

TEST(EventQueue, StartsEmpty) {
    EventQueue queue;
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.next_time(), kNever);
    EXPECT_THROW(queue.pop(), InvariantError);
}

TEST(EventQueue, PopsTheEarliestFirst) {
    EventQueue queue;
    for (const int second : {5, 1, 4, 2, 3}) queue.schedule(Time{std::chrono::seconds(second)}, event(1));
    for (int second = 1; second <= 5; ++second) {
        EXPECT_EQ(queue.next_time(), Time{std::chrono::seconds(second)});
        EXPECT_EQ(queue.pop().at, Time{std::chrono::seconds(second)});
    }
    EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, PopsTiesInOrderOfScheduling) {
    EventQueue queue;
    for (std::uint32_t i = 0; i < 100; ++i) queue.schedule(Time{1s}, event(i));
    for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(queue.pop().event, event(i));
}

TEST(EventQueue, PutsAnEventOfNowBehindThoseAlreadyThere) {
    EventQueue queue;
    queue.schedule(Time{1s}, event(1));
    queue.schedule(Time{1s}, event(2));
    EXPECT_EQ(queue.pop().event, event(1));
    queue.schedule(Time{1s}, event(3));
    EXPECT_EQ(queue.pop().event, event(2));
    EXPECT_EQ(queue.pop().event, event(3));
}

TEST(EventQueue, TakesTimesBeforeZero) {
    EventQueue queue;
    queue.schedule(Time{0s}, event(2));
    queue.schedule(Time{-300s}, event(1));
    EXPECT_EQ(queue.pop().event, event(1));
    EXPECT_EQ(queue.pop().event, event(2));
}

TEST(EventQueue, DoesNothingAtNever) {
    EventQueue queue;
    queue.schedule(kNever, event(1));
    EXPECT_TRUE(queue.empty());
}

// A popped event leaves a place that the next one takes: what is seen in between must not tell.
TEST(EventQueue, ShowsNoTraceOfWhatWasPopped) {
    EventQueue queue;
    for (const int second : {1, 4, 2, 3, 5, 6}) queue.schedule(Time{std::chrono::seconds(second)}, event(1));
    EXPECT_EQ(queue.pop().at, Time{1s});
    EXPECT_EQ(queue.size(), 5U);
    EXPECT_EQ(queue.next_time(), Time{2s});
    queue.schedule(kNever, event(2));
    EXPECT_EQ(queue.size(), 5U);
    EXPECT_EQ(queue.pop().at, Time{2s});
    queue.schedule(Time{7s}, event(3));
    queue.schedule(Time{2s}, event(4));
    EXPECT_EQ(queue.next_time(), Time{2s});
    EXPECT_EQ(queue.size(), 6U);
    for (const int second : {2, 3, 4, 5, 6, 7}) EXPECT_EQ(queue.pop().at, Time{std::chrono::seconds(second)});
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.next_time(), kNever);
    EXPECT_THROW(queue.pop(), InvariantError);
    queue.schedule(Time{8s}, event(5));
    EXPECT_EQ(queue.pop().event, event(5));
}

TEST(EventQueue, CountsTheOrderOfScheduling) {
    EventQueue queue;
    queue.schedule(Time{2s}, event(1));
    queue.schedule(kNever, event(2));
    queue.schedule(Time{1s}, event(3));
    EXPECT_EQ(queue.pop().order, 1U);
    EXPECT_EQ(queue.pop().order, 0U);
}

TEST(EventQueue, RefusesTimesBeyondAllComparison) {
    EventQueue queue;
    constexpr Duration kFarthest{std::int64_t{1} << 62};
    EXPECT_THROW(queue.schedule(Time{kFarthest}, event(1)), InvariantError);
    EXPECT_THROW(queue.schedule(Time{-kFarthest - 1ns}, event(1)), InvariantError);
    queue.schedule(Time{kFarthest - 1ns}, event(2));
    queue.schedule(Time{-kFarthest}, event(1));
    EXPECT_EQ(queue.pop().event, event(1));
    EXPECT_EQ(queue.pop().event, event(2));
}

TEST(EventQueue, RefusesThePast) {
    EventQueue queue;
    queue.schedule(Time{2s}, event(1));
    queue.pop();
    EXPECT_THROW(queue.schedule(Time{2s} - 1ns, event(2)), InvariantError);
    EXPECT_NO_THROW(queue.schedule(Time{2s}, event(3)));
    EXPECT_EQ(queue.size(), 1U);
}

TEST(EventQueue, ACopyIsTheSameFuture) {
    EventQueue queue;
    for (std::uint32_t i = 0; i < 50; ++i) queue.schedule(Time{std::chrono::seconds(i * 7 % 11)}, event(i));
    for (int i = 0; i < 10; ++i) queue.pop();
    EventQueue copy = queue;
    queue.schedule(Time{20s}, event(98));
    copy.schedule(Time{20s}, event(99));
    while (queue.size() > 1) EXPECT_EQ(queue.pop().event, copy.pop().event);
    EXPECT_EQ(queue.pop().event, event(98));
    EXPECT_EQ(copy.pop().event, event(99));
}

// std::multimap keeps equal keys in order of insertion: it is the oracle. Times are drawn from few, so that ties
// abound; the queue grows, shrinks and runs empty.
TEST(EventQueue, AgreesWithAMultimapOnRandomSchedules) {
    for (std::uint32_t round = 0; round < 200; ++round) {
        Stream random = StreamSpace(11, round).stream(Purpose::kStart, 0);
        EventQueue queue;
        std::multimap<Time, Event> oracle;
        Time now{};
        const std::uint32_t share = random() % 100;  // of operations that schedule
        for (std::uint32_t i = 0; i < 500; ++i) {
            if (oracle.empty() || random() % 100 < share) {
                const Time at = now + std::chrono::nanoseconds(random() % 16);
                queue.schedule(at, event(i));
                oracle.emplace(at, event(i));
            } else {
                ASSERT_EQ(queue.next_time(), oracle.begin()->first);
                const EventQueue::Entry entry = queue.pop();
                ASSERT_EQ(entry.at, oracle.begin()->first);
                ASSERT_EQ(entry.event, oracle.begin()->second);
                ASSERT_GE(entry.at, now);
                now = entry.at;
                oracle.erase(oracle.begin());
            }
            ASSERT_EQ(queue.size(), oracle.size());
        }
    }
}

}  // namespace
}  // namespace rollcast
