#include "rollcast/stats/queueing.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

// Published check values carry six decimals: half a unit of the last one.
constexpr double kSixDecimals = 6e-7;

/// Birth-death generator on 0..rates.size().
template <typename Up, typename Down>
Eigen::MatrixXd birth_death(int states, Up up, Down down) {
    Eigen::MatrixXd generator = Eigen::MatrixXd::Zero(states, states);
    for (int k = 0; k < states; ++k) {
        if (k + 1 < states) generator(k, k + 1) = up(k);
        if (k > 0) generator(k, k - 1) = down(k);
        generator(k, k) = -generator.row(k).sum();
    }
    return generator;
}

double mean_state(const Eigen::VectorXd& distribution) {
    return distribution.dot(Eigen::VectorXd::LinSpaced(distribution.size(), 0, double(distribution.size() - 1)));
}

TEST(MultiServerQueue, HasTheWaitsOfTheTables) {
    const struct {
        int servers;
        double load, wait_probability, mean_wait;
    } cases[] = {{1, .8, .8, 4},
                 {2, .8, .711111, 1.777778},
                 {4, .8, .596432, .745541},
                 {10, .8, .409180, .204590},
                 {50, .9, .363864, .072773},
                 {100, .95, .506457, .101291}};
    for (const auto& c : cases) {
        const MMc queue = mmc(c.load * c.servers, 1, c.servers);
        EXPECT_NEAR(queue.wait_probability, c.wait_probability, kSixDecimals) << c.servers;
        EXPECT_NEAR(queue.mean_wait, c.mean_wait, kSixDecimals) << c.servers;
    }
}

TEST(MultiServerQueue, ShowsWhatDrainingOneOfTenCosts) {
    EXPECT_NEAR(mmc(8, 1, 10).mean_wait, .204590, kSixDecimals);
    EXPECT_NEAR(mmc(8, 1, 9).mean_wait, .653327, kSixDecimals);
}

TEST(MultiServerQueue, ScalesWithTheUnitOfTime) {
    EXPECT_NEAR(mmc(800, 100, 10).mean_wait, mmc(8, 1, 10).mean_wait / 100, 1e-15);
}

TEST(MultiServerQueue, ObeysLittlesLaw) {
    const MMc queue = mmc(7.3, .9, 11);
    EXPECT_NEAR(queue.mean_in_system, 7.3 * (queue.mean_wait + 1 / .9), 1e-12);
}

TEST(MultiServerQueue, DoesNotOverflowForManyServers) {
    const MMc queue = mmc(9'900, 1, 10'000);
    EXPECT_GT(queue.wait_probability, 0);
    EXPECT_LT(queue.wait_probability, 1);
}

TEST(MultiServerQueue, NeedsServersThatKeepUp) {
    EXPECT_THROW(mmc(2, 1, 2), std::invalid_argument);
    EXPECT_THROW(mmc(0, 1, 2), std::invalid_argument);
    EXPECT_THROW(mmc(1, 1, 0), std::invalid_argument);
}

TEST(SingleServerQueue, WaitsAsPollaczekAndKhinchineSay) {
    EXPECT_NEAR(mg1_mean_wait(.8, 1, 0), 2, 1e-12);                                // deterministic
    EXPECT_NEAR(mg1_mean_wait(.8, 1, .5), 3, 1e-12);                               // Erlang-2
    EXPECT_NEAR(mg1_mean_wait(.8, 1, 1), 4, 1e-12);                                // exponential
    EXPECT_NEAR(mg1_mean_wait(.8, 1, std::expm1(1)), 5.436564, kSixDecimals);      // lognormal, sigma 1
    EXPECT_NEAR(mg1_mean_wait(.8, 1, std::expm1(2.25)), 18.975472, kSixDecimals);  // lognormal, sigma 1.5
    EXPECT_NEAR(mg1_mean_wait(.8, 1, 4), 10, 1e-12);                               // hyperexponential
    EXPECT_THROW(mg1_mean_wait(1, 1, 1), std::invalid_argument);
}

TEST(FiniteQueue, HasTheBlockingOfTheTables) {
    const struct {
        int servers, capacity;
        double rate, blocking, mean_in_system;
    } cases[] = {{1, 5, .8, .088819, 1.868332},
                 {1, 10, 1.2, .192586, 6.710709},
                 {4, 20, 3.6, .016805, 7.769208},
                 {10, 30, 9.5, .020586, 15.480539}};
    for (const auto& c : cases) {
        const MMcK queue = mmck(c.rate, 1, c.servers, c.capacity);
        EXPECT_NEAR(queue.blocking, c.blocking, kSixDecimals);
        EXPECT_NEAR(queue.mean_in_system, c.mean_in_system, kSixDecimals);
    }
}

TEST(FiniteQueue, AgreesWithItsChain) {
    const auto chain = stationary(birth_death(31, [](int) { return 9.5; }, [](int k) { return std::min(k, 10) * 1.; }));
    const MMcK queue = mmck(9.5, 1, 10, 30);
    EXPECT_NEAR(chain(30), queue.blocking, 1e-12);
    EXPECT_NEAR(mean_state(chain), queue.mean_in_system, 1e-10);
}

TEST(FiniteQueue, BecomesTheInfiniteOneWithRoom) {
    EXPECT_NEAR(mmck(8, 1, 10, 2'000).mean_in_system, mmc(8, 1, 10).mean_in_system, 1e-10);
}

TEST(FiniteQueue, StandsHeavyOverload) {
    const MMcK queue = mmck(1e6, 1, 10, 1'000);
    EXPECT_NEAR(queue.blocking, 1 - 10 / 1e6, 1e-9);  // all but what ten servers do is refused
    EXPECT_NEAR(queue.mean_in_system, 1'000, 1e-3);
}

TEST(Chain, SettlesAsTheMachineRepairModelDoes) {
    const auto failed = [](int crews) {
        return mean_state(stationary(
            birth_death(11, [](int k) { return (10 - k) * .02; }, [=](int k) { return std::min(k, crews) * .5; })));
    };
    EXPECT_NEAR(failed(1), .558775, kSixDecimals);
    EXPECT_NEAR(1 - failed(1) / 10, .944122, kSixDecimals);
    EXPECT_NEAR(failed(2), .394592, kSixDecimals);
    EXPECT_NEAR(1 - failed(2) / 10, .960541, kSixDecimals);
}

TEST(Chain, FollowsTheTwoStateClosedForm) {
    const Eigen::MatrixXd generator = (Eigen::MatrixXd(2, 2) << -.01, .01, .5, -.5).finished();
    const struct {
        double t, availability;
    } cases[] = {{0, 1}, {1, .992167}, {5, .981923}, {24, .980392}};
    for (const auto& c : cases) {
        EXPECT_NEAR(two_state_availability(.01, .5, c.t), c.availability, kSixDecimals);
        const Eigen::VectorXd state = transient(generator, Eigen::Vector2d(1, 0), c.t);
        EXPECT_NEAR(state(0), two_state_availability(.01, .5, c.t), 2e-12);  // the truncation error, and rounding
        EXPECT_NEAR(state.sum(), 1, 2e-12);
    }
}

// A pure chain of deaths 0 -> 1 -> 2 at rate 1: the time to the end is Erlang-2.
TEST(Chain, FollowsAnAbsorbingPath) {
    const Eigen::MatrixXd generator = (Eigen::MatrixXd(3, 3) << -1, 1, 0, 0, -1, 1, 0, 0, 0).finished();
    const Eigen::VectorXd state = transient(generator, Eigen::Vector3d(1, 0, 0), 3);
    EXPECT_NEAR(state(0), std::exp(-3.), 2e-12);
    EXPECT_NEAR(state(1), 3 * std::exp(-3.), 2e-12);
    EXPECT_NEAR(state(2), 1 - 4 * std::exp(-3.), 2e-12);
}

// 50,000 expected jumps: exp(-50,000) is zero in double precision.
TEST(Chain, SettlesInTheLongRun) {
    const Eigen::MatrixXd generator = birth_death(6, [](int) { return 4.; }, [](int) { return 5.; });
    const Eigen::VectorXd late = transient(generator, Eigen::VectorXd::Unit(6, 0), 5'555);
    EXPECT_LT((late - stationary(generator)).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(Chain, StandsStillWithoutRatesOrTime) {
    const Eigen::VectorXd start = Eigen::Vector2d(.3, .7);
    EXPECT_EQ(transient(Eigen::MatrixXd::Zero(2, 2), start, 5), start);
    EXPECT_EQ(transient((Eigen::MatrixXd(2, 2) << -1, 1, 1, -1).finished(), start, 0), start);
}

TEST(Chain, MustBeSquare) {
    EXPECT_THROW(stationary(Eigen::MatrixXd::Zero(2, 3)), std::invalid_argument);
    EXPECT_THROW(transient(Eigen::MatrixXd::Zero(2, 2), Eigen::VectorXd::Zero(3), 1), std::invalid_argument);
}

TEST(RolloutDuration, OfABatchIsItsSlowestStart) {
    EXPECT_NEAR(expected_maximum_exponential(1, 5), 2.283333, kSixDecimals);
    EXPECT_NEAR(expected_maximum_exponential(1, 10), 2.928968, kSixDecimals);
    EXPECT_NEAR(expected_maximum_exponential(1, 20), 3.597740, kSixDecimals);
    EXPECT_NEAR(10 * expected_maximum_exponential(30, 10), 878.69, .005);  // two decimals published
    EXPECT_NEAR(4 * expected_maximum_exponential(30, 25), 457.91, .005);
    EXPECT_EQ(expected_maximum_exponential(30, 0), 0);
}

TEST(RolloutDuration, OfASlidingWindowNeedsNoBarrier) {
    EXPECT_NEAR(sliding_window_duration(30, 100, 10), 357.87, .005);
    EXPECT_NEAR(sliding_window_duration(30, 100, 1), 3'000, 1e-9);
    EXPECT_NEAR(sliding_window_duration(30, 5, 10), expected_maximum_exponential(30, 5), 1e-12);
    EXPECT_EQ(sliding_window_duration(30, 0, 10), 0);
}

}  // namespace
}  // namespace rollcast
