#include "rollcast/study/splitting.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <Eigen/Dense>

#include "rollcast/random/distribution.h"
#include "rollcast/stats/interval.h"
#include "rollcast/stats/moments.h"

namespace rollcast {
namespace {

constexpr std::uint64_t kSeed = 20;

/// A walk over 0 ... top from place 1; its score is how high it has been.
struct Walk {
    int at = 1;
    int best = 1;
    int steps = 0;
    Stream stream;
};

/// From each place up with `up[place]`, else down. It ends at the top, and at 0 or, if there is one, after a window of
/// so many steps; then it stays at 0 until it goes up.
class Walker {
   public:
    explicit Walker(std::vector<double> up, int window = 0) : up_(std::move(up)), window_(window) {}
    Walker(int top, double up, int window = 0) : Walker(std::vector(static_cast<std::size_t>(top), up), window) {}

    Walk start(const StreamSpace& luck) const { return {.stream = luck.stream(Purpose::kTruth, 0)}; }
    void rekey(Walk& walk, const StreamSpace& luck) const { walk.stream = luck.stream(Purpose::kTruth, 0); }
    double work(const Walk& walk) const { return walk.steps; }
    double climb(Walk& walk, double level) const {
        const auto ends = [&] { return window_ > 0 ? walk.steps == window_ : walk.at == 0; };
        while (score(walk) < level && !ends()) {
            walk.at += uniform(walk.stream) < up_[static_cast<std::size_t>(walk.at)] ? 1 : -1;
            walk.at = std::max(walk.at, 0);
            walk.best = std::max(walk.best, walk.at);
            ++walk.steps;
        }
        return score(walk);
    }

    /// The probability of the top. Without a window by first-step analysis: p(i) = up(i) p(i + 1) + (1 - up(i)) p(i -
    /// 1).
    double exact() const {
        const auto top = static_cast<Eigen::Index>(up_.size());
        Eigen::MatrixXd step = Eigen::MatrixXd::Zero(top + 1, top + 1);
        for (Eigen::Index i = 0; i < top; ++i) {
            step(i, i + 1) += up_[static_cast<std::size_t>(i)];
            step(i, std::max<Eigen::Index>(i - 1, 0)) += 1 - up_[static_cast<std::size_t>(i)];
        }
        Eigen::VectorXd p = Eigen::VectorXd::Unit(top + 1, top);
        if (window_ == 0) {
            const Eigen::MatrixXd inner = step.block(1, 1, top - 1, top - 1);
            const Eigen::VectorXd to_top = step.block(1, top, top - 1, 1);
            return (Eigen::MatrixXd::Identity(top - 1, top - 1) - inner).partialPivLu().solve(to_top)(0);
        }
        step(top, top) = 1;
        for (int i = 0; i < window_; ++i) p = step * p;
        return p(1);
    }

   private:
    double score(const Walk& walk) const { return static_cast<double>(walk.best) / static_cast<double>(up_.size()); }
    std::vector<double> up_;
    int window_;
};

struct Study {
    Interval interval{};
    double relative_error = 0;
    double work = 0;   // steps
    double paths = 0;  // that set out, from the beginning or from a level
};

/// Repetitions of splitting along levels that a pilot found.
template <class Process>
Study study(const Process& process, std::uint32_t repetitions, std::uint32_t paths, std::uint64_t seed = kSeed) {
    const Ladder ladder = find_ladder(process, {.paths = 4 * paths}, StreamSpace(seed, 0));
    Study study{.work = ladder.work, .paths = 4. * paths * static_cast<double>(ladder.rungs.size())};
    MeanStratum only;
    for (std::uint32_t i = 1; i <= repetitions; ++i) {
        const auto result = split(process, ladder.levels, paths, StreamSpace(seed, i));
        only.sample.add(result.probability);
        study.work += result.work;
        study.paths += paths * static_cast<double>(result.rungs.size());
    }
    study.interval = stratified_positive_mean({&only, 1});
    study.relative_error = std::sqrt(only.sample.variance() / repetitions) / only.sample.mean();
    return study;
}

/// Paths that a plain study needs for a relative error.
double plain_paths(double p, double relative_error) { return (1 - p) / (p * relative_error * relative_error); }

/// Steps of a path from its beginning to its end, without levels.
template <class Process>
double path_steps(const Process& process) {
    return split(process, {}, 5000, StreamSpace(kSeed, 99)).work / 5000;
}

/// A probability near 1e-6, to 20 % at 95 % confidence, with so many times fewer steps than a plain study needs for the
/// same. Right answers are five standard errors off once in a million; fixed seeds decide. Returns how many times fewer
/// paths set out.
template <class Process>
double expect_gain(const Process& process, double exact, double least_gain) {
    EXPECT_GT(exact, 1e-7);
    EXPECT_LT(exact, 1e-5);
    const Study found = study(process, 60, 250);
    EXPECT_LT(found.relative_error, .2 / 1.96);
    EXPECT_NEAR(found.interval.value, exact, 5 * found.relative_error * exact);
    const double plain = plain_paths(exact, found.relative_error);
    EXPECT_GT(plain * path_steps(process) / found.work, least_gain);
    return plain / found.paths;
}

TEST(Splitting, FindsTheGamblersRuin) {
    // Up with 1/3: p = (r - 1) / (r^top - 1) with r = 2. Most paths end after a step or two, three on average, and
    // those that are split have the whole way down before them, three steps a place. m levels that a share q reaches
    // each have a variance of m (1 - q) / q a path and take 30 m steps a path: for 1e-6 with q from 1/8 to 1/2 that is
    // 9,000 to 12,000 steps, of the 3e6 that a plain study takes for as much: no levels gain more than 350 times in
    // steps.
    const Walker gambler(20, 1. / 3);
    const double exact = 1 / (std::exp2(20) - 1);
    EXPECT_NEAR(gambler.exact(), exact, 1e-12);
    EXPECT_GT(expect_gain(gambler, exact, 200), 1000);
}

TEST(Splitting, FindsTheOverflowOfAQueueWithinAWindow) {
    // M/M/1 of load 1/2, uniformised: 1,000 arrivals and services, 30 places.
    const Walker queue(30, 1. / 3, 1000);
    expect_gain(queue, queue.exact(), 1000);
}

TEST(Splitting, FindsWhatAChainSolvedExactlySays) {
    std::vector<double> up;
    for (int i = 0; i < 14; ++i) up.push_back(.38 - .02 * i);
    const Walker chain(up, 200);
    expect_gain(chain, chain.exact(), 1000);
}

TEST(Splitting, IsUnbiasedEvenWithFewPaths) {
    const Walker gambler(8, 1. / 3);  // 1 / 255
    const std::vector<double> levels{3. / 8, 5. / 8, 6. / 8};
    Moments seen;
    for (std::uint32_t i = 0; i < 40'000; ++i) {
        seen.add(split(gambler, levels, 5, StreamSpace(kSeed, i)).probability);  // 5 paths: remainders are dealt
    }
    const double error = std::sqrt(seen.variance() / static_cast<double>(seen.count()));
    EXPECT_LT(error, .02 / 255);
    EXPECT_NEAR(seen.mean(), 1. / 255, 5 * error);
}

TEST(Splitting, HasIntervalsThatCover) {
    const Walker gambler(12, 1. / 3);
    const double exact = gambler.exact();  // 2.4e-4
    int covered = 0;
    constexpr int kStudies = 600;
    for (int i = 0; i < kStudies; ++i) {
        const Interval interval = study(gambler, 15, 25, 1000 + static_cast<std::uint64_t>(i)).interval;
        covered += interval.low <= exact && exact <= interval.high;
    }
    // 95 % of 600 are 570 +- 5.3; four and a half standard errors below and above, less than once in 100,000, and two
    // points below for what a t interval of 15 skewed values may lack.
    EXPECT_GT(covered, 570 - 24 - 12);
    EXPECT_LT(covered, 570 + 24);
}

TEST(Splitting, CountsEveryStepOnce) {
    const Walker certain(4, 1.);
    const auto result = split(certain, std::vector<double>{.5, .75}, 3, StreamSpace(kSeed, 0));
    EXPECT_EQ(result.probability, 1);
    EXPECT_EQ(result.work, 9);  // three paths, each from 1 to 4
    ASSERT_EQ(result.rungs.size(), 3U);
    EXPECT_EQ(result.rungs.back().reached, 3U);
    ASSERT_EQ(result.arrivals.size(), 3U);
    EXPECT_EQ(result.arrivals[2].root, 2U);
}

TEST(Splitting, StopsWhereNoPathArrives) {
    const Walker hopeless(4, 0.);
    const auto result = split(hopeless, std::vector<double>{.5, .75}, 3, StreamSpace(kSeed, 0));
    EXPECT_EQ(result.probability, 0);
    EXPECT_EQ(result.rungs.size(), 1U);
    EXPECT_TRUE(result.arrivals.empty());
    const Ladder ladder = find_ladder(hopeless, {}, StreamSpace(kSeed, 0));
    EXPECT_FALSE(ladder.arrived());
    EXPECT_EQ(ladder.best, .25);
}

TEST(Splitting, ClimbsNoFurtherThanItMay) {
    const Walker queue(30, 1. / 3, 1000);
    const LadderOptions bounded{.path_work = 1000, .most_work = 150'000};
    const Ladder ladder = find_ladder(queue, bounded, StreamSpace(kSeed, 0));
    EXPECT_FALSE(ladder.arrived());
    EXPECT_FALSE(ladder.levels.empty());
    EXPECT_LE(ladder.work, bounded.most_work);
    EXPECT_GT(reached(ladder.rungs), 0);  // it ended because it had to
    const Ladder first = find_ladder(queue, {.path_work = 1000, .most_work = 0}, StreamSpace(kSeed, 0));
    EXPECT_EQ(first.levels.size(), 1U);
    EXPECT_LE(first.work, 32 * 1000);
}

TEST(Splitting, KnowsWhatALadderTakesToClimb) {
    const Walker queue(30, 1. / 3, 1000);
    const Ladder ladder = find_ladder(queue, {.paths = 500}, StreamSpace(kSeed, 0));
    Moments work;
    for (std::uint32_t i = 1; i <= 20; ++i) work.add(split(queue, ladder.levels, 500, StreamSpace(kSeed, i)).work);
    EXPECT_NEAR(ladder.price, work.mean(), .05 * work.mean());
    EXPECT_LT(ladder.price, ladder.work);
}

TEST(Splitting, ClimbsNoFurtherThanItIsWorth) {
    const Ladder ladder = find_ladder(Walker(60, .2), {.least = 1e-6}, StreamSpace(kSeed, 0));
    EXPECT_FALSE(ladder.arrived());
    EXPECT_LT(reached(ladder.rungs), 1e-6);
    EXPECT_GT(reached(std::span(ladder.rungs).first(ladder.rungs.size() - 1)), 1e-6);
}

TEST(Splitting, DealsClonesEvenly) {
    std::vector<int> extra(3);
    for (std::uint32_t i = 0; i < 3000; ++i) {
        std::vector<int> count(3);
        for (const std::uint32_t parent : deal_clones(3, 10, StreamSpace(kSeed, i), 1)) ++count[parent];
        for (std::size_t j = 0; j < 3; ++j) {
            EXPECT_GE(count[j], 3);
            extra[j] += count[j] - 3;
        }
    }
    for (const int each : extra) EXPECT_NEAR(each, 1000, 5 * 26);  // binomial, standard deviation 26
}

TEST(Splitting, ChoosesALevelThatTheWantedShareReaches) {
    EXPECT_EQ(next_level({.1, .2, .3, .4, .5, .6, .7, .8}, 0, .25), .7);
    EXPECT_EQ(next_level({.2, .2, .2, .2, .2, .3, .3, .3}, .1, .25), .3);  // none that fewer reach
    EXPECT_EQ(next_level({.2, .2, .2, .2}, .2, .25), std::nullopt);
    EXPECT_EQ(next_level({.2, 1.5, 1, 1}, .1, .25), 1);
    EXPECT_EQ(next_level({.2, .9, .8, 1}, .1, .5), .9);
}

TEST(Splitting, GivesTheSameForTheSameSeedOnly) {
    const Walker gambler(6, 1. / 3);
    const std::vector<double> levels{.5};
    const auto once = split(gambler, levels, 50, StreamSpace(1, 0)),
               again = split(gambler, levels, 50, StreamSpace(1, 0));
    EXPECT_EQ(once.work, again.work);
    EXPECT_EQ(once.probability, again.probability);
    EXPECT_NE(once.work, split(gambler, levels, 50, StreamSpace(2, 0)).work);
}

}  // namespace
}  // namespace rollcast
