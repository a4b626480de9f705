// Fleets of one-slot servers against closed forms: what a balancer's choice is worth.

#include <cmath>

#include "oracles/oracle.h"
#include "rollcast/stats/queueing.h"

namespace rollcast::oracles {
namespace {

Scenario one_slot_servers(int servers, double load, Policy policy) {
    Scenario scenario = unbounded(load * servers, 1, Exponential{1});
    scenario.fleet.replicas = servers;
    scenario.balancing.policy = policy;
    return scenario;
}

TEST(Oracle, AtRandomEachServerIsAQueueOfItsOwn) {
    for (const double load : {.7, .9}) {
        expect(one_slot_servers(20, load, Policy::kRandom), 3000,
               {{"M/M/1", power_of_choices(load, 1).limit, &Path::mean_latency}});
    }
}

TEST(Oracle, InTurnEachServerSeesErlangsArrivals) {
    for (const int servers : {2, 5, 20}) {
        expect(one_slot_servers(servers, .8, Policy::kRoundRobin), 50000. / servers,
               {{"E" + std::to_string(servers) + "/M/1", 1 + ekm1_mean_wait(.8, servers, 1), &Path::mean_latency}});
    }
}

/// Mean time in system of two servers when requests join the shorter queue with that probability.
double two_queues(double load, double to_shorter) {
    constexpr int kMost = 24;  // in each: the rest is below 1e-5
    const auto state = [](int a, int b) { return static_cast<Eigen::Index>(a * kMost + b); };
    Eigen::MatrixXd generator = Eigen::MatrixXd::Zero(kMost * kMost, kMost * kMost);
    Eigen::VectorXd held(kMost * kMost);
    for (int a = 0; a < kMost; ++a) {
        for (int b = 0; b < kMost; ++b) {
            const double to_a = a == b ? .5 : a < b ? to_shorter : 1 - to_shorter;
            const Eigen::Index here = state(a, b);
            if (a + 1 < kMost) generator(here, state(a + 1, b)) = 2 * load * to_a;
            if (b + 1 < kMost) generator(here, state(a, b + 1)) = 2 * load * (1 - to_a);
            if (a > 0) generator(here, state(a - 1, b)) = 1;
            if (b > 0) generator(here, state(a, b - 1)) = 1;
            held(here) = a + b;
        }
    }
    generator.diagonal() = -generator.rowwise().sum();
    return stationary(generator).dot(held) / (2 * load);
}

TEST(Oracle, TwoServersAreTheirChain) {
    // Two draws of two servers are the same one half of the time.
    expect(one_slot_servers(2, .6, Policy::kPowerOfTwo), 50000,
           {{"power of two", two_queues(.6, .75), &Path::mean_latency}});
    expect(one_slot_servers(2, .6, Policy::kLeastOutstanding), 50000,
           {{"least outstanding", two_queues(.6, 1), &Path::mean_latency}});
}

// The mean time of n servers is limit + correction / n + O(1/n^2) and always above the limit. Here the last term is
// below 3 correction / n^2.
TEST(Oracle, PowerOfTwoComesToTheMeanFieldAsFleetsGrow) {
    for (const double load : {.7, .9, .95}) {
        const MeanField field = power_of_choices(load, 2);
        const double warm_up = 11 / (1 - load);  // eight times what the largest fleets need to settle
        double smaller_fleet = 1 / (1 - load);   // one server
        for (const int servers : {10, 100, 1000}) {
            const Scenario scenario = one_slot_servers(servers, load, Policy::kPowerOfTwo);
            const Sample time =
                sample([&](std::uint32_t r) { return follow(scenario, r, 60000. / servers, warm_up).mean_latency(); });
            const double beyond = field.correction / servers;
            EXPECT_LT(std::abs(time.mean - field.limit - beyond), 3 * beyond / servers + 5 * time.error)
                << servers << " servers at " << load << ": " << time.mean << " +- " << time.error;
            EXPECT_LT(time.error, .025 * field.limit) << "too noisy to be a check";
            EXPECT_GT(time.mean, field.limit - 5 * time.error);
            EXPECT_LT(time.mean, smaller_fleet + 5 * time.error);
            smaller_fleet = time.mean;
        }
    }
}

}  // namespace
}  // namespace rollcast::oracles
