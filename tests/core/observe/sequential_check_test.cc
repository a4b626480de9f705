#include "rollcast/observe/sequential_check.h"

#include <gtest/gtest.h>

#include "core/observe/two_versions.h"
#include "rollcast/base/ids.h"
#include "rollcast/observe/source.h"

namespace rollcast {
namespace {

using namespace observe_test;
using namespace std::chrono_literals;

/// Both versions for ten minutes, scraped each 15 s; the new one fails twice as often or just as often.
Telemetry rollout(std::int64_t failures_of_new) {
    Telemetry store = telemetry();
    for (int scrape = 0; scrape <= 40; ++scrape) record(store, 15 * scrape, {1000, 10}, {1000, failures_of_new});
    return store;
}

/// The minute at which the check fails its metric; 0: never.
int fails_at(const SequentialCheck& check, const Telemetry& store) {
    SourceMemory memory;
    for (int minute = 1; minute <= 10; ++minute) {
        if (measure(check, memory, store, at(60 * minute)).phase == AnalysisPhase::kFailed) return minute;
    }
    return 0;
}

const SequentialCheck kChecks[] = {{.test = SprtParams{.good = .01, .bad = .02}},
                                   {.test = MixtureSprtParams{}},
                                   {.test = CountTestParams{}},
                                   {.test = GroupSequentialParams{.bounds = {3.7, 2.5, 2.0, 1.7}}}};

TEST(SequentialCheck, FailsAWorseVersionSoonAfterItsFirstLook) {
    for (const SequentialCheck& check : kChecks) {
        const int minute = fails_at(check, rollout(20));
        EXPECT_GE(minute, 2) << check.test.index();  // the first measurement starts the counting
        EXPECT_LE(minute, 4) << check.test.index();
    }
}

TEST(SequentialCheck, PassesOneThatIsAlike) {
    for (const SequentialCheck& check : kChecks) EXPECT_EQ(fails_at(check, rollout(10)), 0) << check.test.index();
}

/// The new version fails as often as the baseline, and twice as often as the old one.
Telemetry rollout_beside_a_baseline() {
    Telemetry store({.delay = 0s}, 3, 1h);
    for (int i = 0; i <= 40; ++i) {
        Scrape scrape{.at = at(15 * i), .application = std::vector<SeriesReading>(3), .proxy = {}, .client = {}};
        scrape.proxy.resize(4);
        for (std::size_t version = 0; version < 3; ++version) {
            const std::int64_t failures = version == index_of(kOldVersion) ? 10 : 20;
            count(scrape.proxy[version], Code::k200, 1000 - failures);
            count(scrape.proxy[version], Code::k500, failures);
        }
        store.record(scrape);
    }
    return store;
}

TEST(SequentialCheck, ComparesWithWhatItIsToldTo) {
    const Telemetry store = rollout_beside_a_baseline();
    for (SequentialCheck check : kChecks) {
        if (std::holds_alternative<SprtParams>(check.test)) continue;  // compares with nothing
        EXPECT_GT(fails_at(check, store), 0) << check.test.index();
        check.baseline = Scope::kBaseline;
        EXPECT_EQ(fails_at(check, store), 0) << check.test.index();
    }
}

TEST(SequentialCheck, CountsEachRequestOnce) {
    const SequentialCheck check{.test = SprtParams{.good = .01, .bad = .02}};
    const Telemetry store = rollout(13);
    SequentialMemory memory = begin(check);
    evaluate(check, memory, store, at(60));
    evaluate(check, memory, store, at(120));
    evaluate(check, memory, store, at(300));
    EXPECT_EQ(memory.canary.requests, 16'000);
    EXPECT_EQ(memory.canary.failures, 16 * 13);
    EXPECT_EQ(memory.baseline.failures, 16 * 10);
}

TEST(SequentialCheck, SeesWhatHasArrived) {
    const SequentialCheck check;
    Telemetry store = telemetry(30);
    for (int scrape = 0; scrape <= 20; ++scrape) record(store, 15 * scrape, {1000, 10}, {1000, 10});
    SequentialMemory memory = begin(check);
    evaluate(check, memory, store, at(60));
    evaluate(check, memory, store, at(120));
    EXPECT_EQ(memory.canary.requests, 4'000);
}

TEST(SequentialCheck, HasNothingToSayWithoutRequests) {
    Telemetry store = telemetry();
    for (int scrape = 0; scrape <= 40; ++scrape) record(store, 15 * scrape, {1000, 10}, {});
    for (const SequentialCheck& check : kChecks) EXPECT_EQ(fails_at(check, store), 0) << check.test.index();
}

TEST(SequentialCheck, LooksBackOnOneInterval) {
    EXPECT_EQ(lookback(Source(SequentialCheck{}), from_seconds(90)), from_seconds(90));
}

}  // namespace
}  // namespace rollcast
