#include "rollcast/stats/queueing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

// Published check values carry six decimals: half a unit of the last one.
constexpr double kSixDecimals = 6e-7;

/// Birth-death generator on 0 .. states - 1.
template <typename Up, typename Down>
Eigen::MatrixXd birth_death_generator(int states, Up up, Down down) {
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
    const auto chain =
        stationary(birth_death_generator(31, [](int) { return 9.5; }, [](int k) { return std::min(k, 10) * 1.; }));
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

TEST(SingleServerQueue, SpreadsItsWaitsAsTakacsSays) {
    // M/M/1: the wait is 0 or, with probability .8, exponential with mean 5.
    EXPECT_NEAR(mg1_mean_square_wait(.8, 1, 2, 6), .8 * 2 * 25, 1e-12);
    // M/D/1: twice the square of the mean wait, 2, and load / (3 (1 - load)).
    EXPECT_NEAR(mg1_mean_square_wait(.8, 1, 1, 1), 2 * 4 + .8 / .6, 1e-12);
    EXPECT_THROW(mg1_mean_square_wait(1, 1, 2, 6), std::invalid_argument);
}

TEST(SingleServerQueue, WaitsLessForArrivalsInTurn) {
    EXPECT_NEAR(ekm1_mean_wait(.8, 1, 1), 4, 1e-9);  // M/M/1
    // E_2/M/1: the root below 1 of s^2 - 4.2 s + 2.56.
    const double busy = (4.2 - std::sqrt(4.2 * 4.2 - 4 * 2.56)) / 2;
    EXPECT_NEAR(ekm1_mean_wait(.8, 2, 1), busy / (1 - busy), 1e-9);
    EXPECT_NEAR(ekm1_mean_wait(8, 2, 10), busy / (1 - busy) / 10, 1e-9);
    // D/M/1 at last: s = e^(-(1 - s) / .8).
    const double wait = ekm1_mean_wait(.8, 1'000'000, 1);
    EXPECT_NEAR(wait / (1 + wait), std::exp(-1 / (1 + wait) / .8), 1e-6);
    EXPECT_THROW(ekm1_mean_wait(1, 2, 1), std::invalid_argument);
}

// Garnett, Mandelbaum and Reiman (2002): 48 calls a minute, of a minute each, to 50 agents, patience two minutes on
// average. Published: 3.1% abandon, 3.7 s average wait, 3 in the queue; without abandonment 20.8 s and 17.
TEST(ImpatientClients, AbandonAsInThePublishedCallCentre) {
    const Impatience calls = erlang_a(48, 1, 50, .5);
    EXPECT_NEAR(calls.abandoned, .031, .0005);
    EXPECT_NEAR(60 * calls.mean_wait, 3.7, .05);
    EXPECT_NEAR(48 * calls.mean_wait, 3, .5);
    EXPECT_NEAR(60 * mmc(48, 1, 50).mean_wait, 20.8, .05);
}

TEST(ImpatientClients, WhoLeaveAsFastAsTheyAreServedMakeThePoissonDistribution) {
    const Impatience clients = erlang_a(7, 1, 5, 1);
    double weight = std::exp(-7.), waits = 0, queue = 0;
    for (int k = 0; k < 100; ++k, weight *= 7. / k) {
        if (k < 5) continue;
        waits += weight;
        queue += weight * (k - 5);
    }
    EXPECT_NEAR(clients.wait_probability, waits, 1e-12);
    EXPECT_NEAR(clients.mean_wait, queue / 7, 1e-12);
    EXPECT_NEAR(clients.abandoned, queue / 7, 1e-12);
    EXPECT_NEAR(clients.late, 1 - (1 - queue / 7) / 2, 1e-12);
}

TEST(ImpatientClients, WithPatienceEnoughAreThoseOfErlangC) {
    const MMc queue = mmc(8, 1, 10);
    for (const Impatience& clients : {erlang_a(8, 1, 10, 1e-9), fixed_patience(8, 1, 10, 1'000)}) {
        EXPECT_NEAR(clients.wait_probability, queue.wait_probability, 1e-7);
        EXPECT_NEAR(clients.mean_wait, queue.mean_wait, 1e-7);
        EXPECT_NEAR(clients.abandoned, 0, 1e-7);
        EXPECT_NEAR(clients.late, 0, 1e-7);
    }
}

TEST(ImpatientClients, WithoutPatienceAreErlangsLosses) {
    const double blocking = mmck(7, 1, 5, 5).blocking;
    EXPECT_NEAR(erlang_a(7, 1, 5, 1e9).abandoned, blocking, 1e-7);
    EXPECT_NEAR(fixed_patience(7, 1, 5, 0).abandoned, blocking, 1e-12);
    EXPECT_NEAR(fixed_patience(7, 1, 5, 0).late, 1, 1e-12);
    EXPECT_EQ(fixed_patience(7, 1, 5, 0).mean_wait, 0);
}

// Barrer's formula for one server: (1 - r) r e / (1 - r^2 e) with e = exp(-(1 - r) patience), at r = 1 its limit.
TEST(ImpatientClients, OfOnePatienceAbandonOneServerAsBarrerSays) {
    for (const double load : {.5, .9, 1.1, 3.}) {
        const double rest = std::exp(-(1 - load) * 4);
        EXPECT_NEAR(fixed_patience(load, 1, 1, 4).abandoned, (1 - load) * load * rest / (1 - load * load * rest),
                    1e-12);
    }
    EXPECT_NEAR(fixed_patience(1, 1, 1, 4).abandoned, 1. / (2 + 4), 1e-12);
    EXPECT_NEAR(fixed_patience(1e4, 1, 1, 4).abandoned, 1 - 1e-4, 1e-7);  // overload: all but what is served
}

/// The density of the wait on offer, added up by Simpson's rule.
Impatience added_up(double rate, int servers, double patience) {
    double idle = 0;
    for (double k = servers - 1, weight = 1 / rate; k >= 0; weight *= k / rate, --k) idle += weight;
    const double last = std::exp(-(servers - rate) * patience) / servers;
    double waits = 0, waited = 0, late = 0;
    constexpr int kSteps = 20'000;
    for (int i = 0; i <= kSteps; ++i) {
        const double v = patience * i / kSteps;
        const double weight = (i == 0 || i == kSteps ? 1
                               : i % 2 == 1          ? 4
                                                     : 2) *
                              patience / (3 * kSteps) * std::exp(-(servers - rate) * v);
        waits += weight;
        waited += weight * v;
        late += weight * std::exp(-(patience - v));
    }
    const double total = idle + waits + last;
    return {(waits + last) / total, last / total, (last + late + idle * std::exp(-patience)) / total,
            (waited + patience * last) / total};
}

TEST(ImpatientClients, OfOnePatienceWaitOnceTheDensityIsAddedUp) {
    const struct {
        double rate;
        int servers;
        double patience;
    } cases[] = {{.8, 1, 2}, {1, 1, 3}, {1 + 1e-6, 1, 3}, {1, 2, 2}, {3.6, 4, 1}, {14, 10, .5}, {49, 50, .3}};
    for (const auto& c : cases) {
        const Impatience closed = fixed_patience(c.rate, 1, c.servers, c.patience);
        const Impatience sum = added_up(c.rate, c.servers, c.patience);
        EXPECT_NEAR(closed.wait_probability, sum.wait_probability, 1e-9) << c.rate;
        EXPECT_NEAR(closed.abandoned, sum.abandoned, 1e-9) << c.rate;
        EXPECT_NEAR(closed.late, sum.late, 1e-9) << c.rate;
        EXPECT_NEAR(closed.mean_wait, sum.mean_wait, 1e-9) << c.rate;
    }
}

TEST(ImpatientClients, OverwhelmingAServerForHoursDoNotOverflow) {
    const Impatience clients = fixed_patience(2, 1, 1, 3'600);
    EXPECT_NEAR(clients.abandoned, .5, 1e-9);
    // Who is served has waited nearly all of the patience: what is left is exponential with mean 1 / (2 - 1), and the
    // service is shorter with probability 1/2.
    EXPECT_NEAR(clients.late, .75, 1e-9);
    EXPECT_THROW(fixed_patience(2, 1, 1, -1), std::invalid_argument);
    EXPECT_THROW(erlang_a(2, 1, 1, 0), std::invalid_argument);
}

TEST(ClosedStation, IsTheMachineRepairModel) {
    const struct {
        int crews;
        double down, availability;
    } cases[] = {{1, .558775, .944122}, {2, .394592, .960541}};
    for (const auto& c : cases) {
        const ClosedStation machines = closed_station(10, .02, c.crews, .5);
        EXPECT_NEAR(machines.mean_in_station, c.down, kSixDecimals);
        EXPECT_NEAR(1 - machines.mean_in_station / 10, c.availability, kSixDecimals);
        EXPECT_NEAR(machines.throughput, .02 * (10 - machines.mean_in_station), 1e-12);
        const auto chain = stationary(birth_death_generator(
            11, [](int k) { return (10 - k) * .02; }, [&](int k) { return std::min(k, c.crews) * .5; }));
        EXPECT_NEAR(mean_state(chain), machines.mean_in_station, 1e-12);
    }
    EXPECT_EQ(closed_station(0, .02, 1, .5).throughput, 0);
}

TEST(ClosedNetwork, HasTheThroughputOfTheTables) {
    const struct {
        int users;
        double throughput;
    } cases[] = {{1, .862069}, {5, 4.168609}, {10, 7.813332}, {20, 11.973117}, {50, 12.499999}};
    for (const auto& c : cases) {
        const ClosedNetwork network = mean_value_analysis(std::array{.05, .08, .03}, 1, c.users);
        EXPECT_NEAR(network.throughput, c.throughput, kSixDecimals);
        EXPECT_NEAR(network.mean_at.sum() + network.throughput, c.users, 1e-9);  // who does not think is at a station
    }
}

TEST(ClosedNetwork, OfOneStationIsTheClosedStation) {
    for (const int users : {1, 3, 30}) {
        EXPECT_NEAR(mean_value_analysis(std::array{.08}, 1, users).throughput,
                    closed_station(users, 1, 1, 12.5).throughput, 1e-9);
    }
    EXPECT_EQ(mean_value_analysis(std::array{.08}, 1, 0).throughput, 0);
    EXPECT_THROW(mean_value_analysis(std::array{0.}, 1, 1), std::invalid_argument);
}

TEST(PowerOfChoices, HasTheTimesOfTheMeanField) {
    const struct {
        double load;
        double one, two;
    } cases[] = {{.9, 10, 2.614057}, {.95, 20, 3.383046}, {.7, 1 / .3, 1.614454}};
    for (const auto& c : cases) {
        EXPECT_NEAR(power_of_choices(c.load, 1).limit, c.one, kSixDecimals);
        EXPECT_NEAR(power_of_choices(c.load, 2).limit, c.two, kSixDecimals);
        EXPECT_EQ(power_of_choices(c.load, 1).correction, 0);
        EXPECT_LT(power_of_choices(c.load, 3).limit, c.two);
    }
    EXPECT_THROW(power_of_choices(1, 2), std::invalid_argument);
}

// Gast and Van Houdt (2017): mean queue lengths of 10 servers by the refined mean field.
TEST(PowerOfChoices, HasThePublishedCorrectionForSmallFleets) {
    const MeanField field = power_of_choices(.9, 2);
    EXPECT_NEAR(.9 * (field.limit + field.correction / 10), 2.7513, 5e-4);
}

TEST(Chain, OfBirthsAndDeathsIsItsGenerators) {
    const Eigen::VectorXd chain = birth_death(std::array{3., 2., .5}, std::array{1., 4., 2.});
    const auto up = [](int k) { return std::array{3., 2., .5}[std::size_t(k)]; };
    const auto down = [](int k) { return std::array{1., 4., 2.}[std::size_t(k - 1)]; };
    EXPECT_LT((chain - stationary(birth_death_generator(4, up, down))).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_THROW(birth_death(std::array{1.}, std::array<double, 0>{}), std::invalid_argument);
    EXPECT_THROW(birth_death(std::array{1.}, std::array{0.}), std::invalid_argument);
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
    const Eigen::MatrixXd generator = birth_death_generator(6, [](int) { return 4.; }, [](int) { return 5.; });
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
