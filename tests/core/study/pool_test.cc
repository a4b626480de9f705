#include "rollcast/study/pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

/// A stand-in: a row that says which replication it is, after a while that differs from one to the next.
Outcome numbered(std::uint32_t replication) {
    std::this_thread::sleep_for(std::chrono::microseconds(replication * 7919 % 300));
    Outcome outcome;
    outcome.replication = replication;
    outcome.duration = replication * 1.5;
    return outcome;
}

std::vector<std::uint32_t> numbers(const PoolResult& result) {
    std::vector<std::uint32_t> replications;
    for (const Outcome& outcome : result.outcomes) replications.push_back(outcome.replication);
    return replications;
}

std::vector<std::uint32_t> first(std::uint32_t count) {
    std::vector<std::uint32_t> replications(count);
    std::iota(replications.begin(), replications.end(), 0U);
    return replications;
}

class PoolOfThreads : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(OneToEight, PoolOfThreads, testing::Range(1U, 9U));

TEST_P(PoolOfThreads, RunsEveryReplicationOnceAndInOrder) {
    std::vector<std::atomic<int>> runs(101);
    const PoolResult result = run_pool({.replications = 101, .batch = 10, .threads = GetParam()}, [&](std::uint32_t r) {
        ++runs[r];
        return numbered(r);
    });
    EXPECT_EQ(numbers(result), first(101));
    EXPECT_EQ(result.ending, Ending::kAll);
    for (const auto& count : runs) EXPECT_EQ(count, 1);
}

TEST_P(PoolOfThreads, StopsAtTheSameBatch) {
    const auto enough = [](std::span<const Outcome> prefix) { return prefix.size() >= 25; };
    const PoolResult result = run_pool({.replications = 200, .batch = 10, .threads = GetParam()}, numbered, enough);
    EXPECT_EQ(numbers(result), first(30));
    EXPECT_EQ(result.ending, Ending::kPrecise);
}

TEST_P(PoolOfThreads, AsksAtEveryWholeBatchAndNowhereElse) {
    std::vector<std::size_t> asked;
    const auto enough = [&](std::span<const Outcome> prefix) {
        for (std::size_t i = 0; i < prefix.size(); ++i) EXPECT_EQ(prefix[i].replication, i);
        asked.push_back(prefix.size());
        return false;
    };
    const PoolResult result = run_pool({.replications = 35, .batch = 10, .threads = GetParam()}, numbered, enough);
    EXPECT_EQ(asked, (std::vector<std::size_t>{10, 20, 30}));
    EXPECT_EQ(result.ending, Ending::kAll);
}

TEST_P(PoolOfThreads, ThrowsWhatTheFirstFailingReplicationThrew) {
    // Of the failing ones either may fail first, and all of them before one that succeeds: the clock must not choose.
    for (const std::uint32_t late : {11U, 12U}) {
        const auto fails = [=](std::uint32_t r) {
            if (r == 10) std::this_thread::sleep_for(std::chrono::milliseconds(60));
            if (r == late) std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (r >= 11) throw std::runtime_error("replication " + std::to_string(r));
            return numbered(r);
        };
        try {
            run_pool({.replications = 100, .batch = 10, .threads = GetParam()}, fails);
            FAIL() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "replication 11");
        }
    }
}

TEST_P(PoolOfThreads, ForgetsAFailureBeyondTheBatchThatIsEnough) {
    const auto fails = [](std::uint32_t r) {
        if (r >= 10) throw std::runtime_error("ran ahead");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return numbered(r);
    };
    const auto enough = [](std::span<const Outcome>) { return true; };
    const PoolResult result = run_pool({.replications = 100, .batch = 10, .threads = GetParam()}, fails, enough);
    EXPECT_EQ(numbers(result), first(10));
}

TEST_P(PoolOfThreads, AnInterruptionKeepsTheFinishedPrefix) {
    std::atomic<std::uint32_t> started = 0;
    const auto slow = [&](std::uint32_t r) {
        ++started;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return numbered(r);
    };
    const PoolResult result = run_pool({.replications = 100'000, .batch = 10, .threads = GetParam()}, slow, {},
                                       [](std::uint32_t) { return false; });
    EXPECT_EQ(result.ending, Ending::kInterrupted);
    EXPECT_LT(result.outcomes.size(), 100'000U);
    EXPECT_EQ(result.outcomes.size(), started.load());  // what was under way has been finished, not thrown away
    EXPECT_EQ(numbers(result), first(static_cast<std::uint32_t>(result.outcomes.size())));
}

TEST_P(PoolOfThreads, LetsAnExceptionOfTheCallerThrough) {
    const auto interrupt = [](std::uint32_t) -> bool { throw std::runtime_error("interrupt"); };
    const auto slow = [](std::uint32_t r) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return numbered(r);
    };
    EXPECT_THROW(run_pool({.replications = 100'000, .batch = 10, .threads = GetParam()}, slow, {}, interrupt),
                 std::runtime_error);
    const auto enough = [](std::span<const Outcome>) -> bool { throw std::logic_error("rule"); };
    EXPECT_THROW(run_pool({.replications = 1'000, .batch = 10, .threads = GetParam()}, numbered, enough),
                 std::logic_error);
}

TEST(Pool, ReportsProgressOnTheCallingThread) {
    const auto caller = std::this_thread::get_id();
    std::vector<std::uint32_t> reports;
    const auto slow = [](std::uint32_t r) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        return numbered(r);
    };
    run_pool({.replications = 60, .batch = 10, .threads = 2}, slow, {}, [&](std::uint32_t finished) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        reports.push_back(finished);
        return true;
    });
    EXPECT_GE(reports.size(), 2U);  // at least one on the way: the whole takes 300 ms or more
    EXPECT_TRUE(std::is_sorted(reports.begin(), reports.end()));
    EXPECT_EQ(reports.back(), 60U);
}

TEST(Pool, UsesTheThreadsItIsGiven) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    run_pool({.replications = 40, .batch = 10, .threads = 4}, [&](std::uint32_t r) {
        {
            const std::lock_guard lock(mutex);
            threads.insert(std::this_thread::get_id());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return numbered(r);
    });
    EXPECT_EQ(threads.size(), 4U);
    EXPECT_EQ(threads.count(std::this_thread::get_id()), 0U);
}

TEST(Pool, StandsMoreThreadsThanWork) {
    EXPECT_EQ(numbers(run_pool({.replications = 2, .batch = 50, .threads = 8}, numbered)), first(2));
    EXPECT_TRUE(run_pool({.replications = 0, .batch = 50, .threads = 8}, numbered).outcomes.empty());
}

TEST(Pool, TakesALargestBatchAsNeverAsking) {
    const auto enough = [](std::span<const Outcome>) { return true; };
    const PoolResult result = run_pool({.replications = 20, .batch = 0xffffffff, .threads = 2}, numbered, enough);
    EXPECT_EQ(result.ending, Ending::kAll);
    EXPECT_THROW(run_pool({.replications = 1, .batch = 0, .threads = 1}, numbered), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
