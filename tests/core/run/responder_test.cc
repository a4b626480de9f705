#include "rollcast/run/responder.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

const StreamSpace kStreams(5, 0);

TEST(Responder, TakesAllThreeDelaysAndIsWokenOnce) {
    People people;
    people.on_call = {.acknowledge = Constant{60}, .diagnose = Constant{300}, .act = Constant{30}};
    Responder responder(people);
    EXPECT_EQ(responder.page(Time{10s}, kStreams), Time{400s});
    EXPECT_EQ(responder.page(Time{20s}, kStreams), std::nullopt) << "awake already";
}

TEST(Responder, TakesLongerOutsideWorkingHours) {
    People people;
    people.on_call = {.acknowledge = Constant{60}, .diagnose = Constant{300}, .act = Constant{30}};
    people.off_hours = {.acknowledge = Constant{600}, .diagnose = Constant{900}, .act = Constant{90}};
    people.hours = WorkingHours{.start = 16h, .opens = 9h, .closes = 17h};  // Monday, four o'clock
    EXPECT_EQ(Responder(people).page(Time{1h - 1s}, kStreams), Time{1h - 1s + 390s});
    EXPECT_EQ(Responder(people).page(Time{1h}, kStreams), Time{1h + 1590s});
    people.hours.reset();
    EXPECT_EQ(Responder(people).page(Time{1h}, kStreams), Time{1h + 390s});
}

TEST(Responder, ApprovesWithinWorkingHours) {
    People people;
    EXPECT_EQ(Responder(people).approval(Time{}, 1, kStreams), std::nullopt);
    people.approval = Constant{1200};
    EXPECT_EQ(Responder(people).approval(Time{10s}, 1, kStreams), Time{1210s});
    people.hours = WorkingHours{.start = 16h, .opens = 9h, .closes = 17h};
    EXPECT_EQ(Responder(people).approval(Time{10s}, 1, kStreams), Time{1210s});
    EXPECT_EQ(Responder(people).approval(Time{50min}, 1, kStreams), Time{17h + 10min}) << "ten minutes on Tuesday";
    EXPECT_EQ(Responder(people).approval(Time{2h}, 1, kStreams), Time{17h + 20min});
}

TEST(Responder, HearsOfNewFailuresOnlyAndNoMoreThanItTakes) {
    People people;
    people.reports = {.share = 1, .enough = 5};
    Responder responder(people);
    EXPECT_EQ(responder.reports_of(0, kStreams), 0);
    EXPECT_EQ(responder.reports_of(1'000'000, kStreams), 5);
    EXPECT_EQ(responder.reports_of(1'000'000, kStreams), 0) << "the same failures";
}

TEST(Responder, HearsNothingOfWhatFailedBeforeTheRollout) {
    People people;
    people.reports = {.share = 1, .enough = 5};
    Responder responder(people);
    responder.begin(1'000'000);
    EXPECT_EQ(responder.reports_of(1'000'000, kStreams), 0);
    EXPECT_EQ(responder.reports_of(2'000'000, kStreams), 5);
}

TEST(Responder, ReportsAreAShareOfTheFailures) {
    People people;
    people.reports = {.share = .01, .enough = 1'000'000};
    Responder responder(people);
    std::int64_t reports = 0;
    for (int look = 1; look <= 1000; ++look) reports += responder.reports_of(look * 500, kStreams);
    // Poisson of mean 5,000: five standard deviations.
    EXPECT_NEAR(static_cast<double>(reports), 5000, 5 * std::sqrt(5000.));
}

TEST(Responder, IsPagedByTheReportThatMakesItEnough) {
    People people;
    people.reports.enough = 2;
    Responder responder(people);
    EXPECT_FALSE(responder.report());
    EXPECT_TRUE(responder.report());
    EXPECT_FALSE(responder.report());
}

}  // namespace
}  // namespace rollcast
