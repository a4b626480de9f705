// One station against closed forms: how requests wait, for every law of the service time and order of the queue.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "oracles/oracle.h"
#include "rollcast/stats/queueing.h"

namespace rollcast::oracles {
namespace {

/// Mean 1, squared coefficient of variation 4, and both kinds of request bring half of the work.
HyperExponential bursty() {
    const double p = .5 * (1 + std::sqrt(.6));
    return {.p = p, .first_mean = .5 / p, .second_mean = .5 / (1 - p)};
}

TEST(Oracle, WaitOfMMcIsErlangs) {
    const struct {
        int servers;
        double utilisation;
    } cases[] = {{1, .8}, {2, .8}, {4, .8}, {10, .8}, {50, .9}, {100, .95}};
    for (const auto& [servers, utilisation] : cases) {
        const double rate = utilisation * servers;
        const MMc oracle = mmc(rate, 1, servers);
        const std::string name = "M/M/" + std::to_string(servers);
        expect(unbounded(rate, servers, Exponential{1}), 60000 / rate,
               {{name, oracle.mean_wait + 1, &Path::mean_latency},
                {name + " waits", oracle.wait_probability,
                 [servers = servers](const Path& path) { return path.share_of_time(servers); }},
                {name + " in system", oracle.mean_in_system, &Path::mean_in_flight}});
    }
}

TEST(Oracle, SlowAnswersOfMM1AreTheTailOfAnExponential) {
    Scenario scenario = unbounded(.8, 1, Exponential{1});
    for (const Duration slow : {2s, 10s}) {
        scenario.service.slow = slow;
        expect(scenario, 60000, {{"slow", std::exp(-(1 - .8) * to_seconds(slow)), [](const Path& path) {
                                      return static_cast<double>(path.clients.slow) /
                                             static_cast<double>(path.clients.answered);
                                  }}});
    }
}

TEST(Oracle, OneOfTenInstancesAwayTriplesTheWaitAtEightyPercentLoad) {
    const auto wait = [](int servers) {
        const Scenario scenario = unbounded(8, servers, Exponential{1});
        return sample([&](std::uint32_t r) { return follow(scenario, r, 7500).mean_latency() - 1; }).mean;
    };
    // .653327 / .204590; the means' relative errors are below 2 % each, 5 standard deviations of the ratio 14 %.
    EXPECT_NEAR(wait(9) / wait(10), 3.1933, .14 * 3.1933);
}

TEST(Oracle, WaitOfMG1IsPollaczekAndKhinchines) {
    const struct {
        const char* name;
        Distribution service;  // mean 1
        double wait;
    } cases[] = {{"deterministic", Constant{1}, 2},       {"uniform", Uniform{0, 2}, 8. / 3},
                 {"measured", Empirical{{0, 2}}, 8. / 3}, {"Erlang-2", Erlang{2, 1}, 3},
                 {"exponential", Exponential{1}, 4},      {"lognormal", LogNormal{std::exp(-.5), 1}, 5.436564},
                 {"hyperexponential", bursty(), 10},      {"Weibull", Weibull{.5, .5}, 12}};
    for (const auto& [name, service, wait] : cases) {
        expect(unbounded(.8, 1, service), 100000,
               {{name, wait + 1, &Path::mean_latency},
                {std::string(name) + ", utilisation", .8, [](const Path& path) { return path.share_of_time(1); }}});
    }
}

/// Which class a request was of shows in its answer: one class always fails.
TEST(Oracle, ClassesShareTheWaitOfTheirMixture) {
    Scenario scenario = unbounded(1, 1, Constant{1});
    scenario.traffic.classes = {{.name = "quick", .share = .7, .service_time = Exponential{.5}},
                                {.name = "slow", .share = .3, .service_time = Constant{1.5}, .error_rate = 1}};
    // Load .7 * .5 + .3 * 1.5 = .8; mean square .7 * .5 + .3 * 2.25 = 1.025.
    const double wait = 1.025 / (2 * (1 - .8));
    expect(scenario, 60000,
           {{"quick", wait + .5, &Path::mean_latency},
            {"slow", wait + 1.5, [](const Path& path) { return path.latency(Code::k500).mean(); }},
            {"share of slow", .3, [](const Path& path) { return path.share(Code::k500); }}});
}

TEST(Oracle, LastComeFirstServedWaitsAsLongButLessEvenly) {
    const struct {
        Distribution service;  // mean 1
        double mean_square, mean_cube;
    } cases[] = {{Constant{1}, 1, 1}, {Exponential{1}, 2, 6}, {Erlang{2, 1}, 1.5, 3}};
    constexpr double kRate = .6;
    for (const auto& [service, mean_square, mean_cube] : cases) {
        const double wait = mg1_mean_wait(kRate, 1, mean_square - 1);
        const double square = mg1_mean_square_wait(kRate, 1, mean_square, mean_cube);
        for (const auto order : {QueueOrder::kFifo, QueueOrder::kLifo}) {
            const double spread = order == QueueOrder::kFifo ? square : square / (1 - kRate);
            Scenario scenario = unbounded(kRate, 1, service);
            scenario.service.order = order;
            expect(scenario, 60000,
                   {{"mean", wait + 1, &Path::mean_latency},
                    {"mean square", spread + 2 * wait + mean_square, &Path::mean_square_latency}});
        }
    }
}

TEST(Oracle, SharedCoresDelayInProportionToTheWorkWhateverItsLaw) {
    for (const Distribution& service : {Distribution(Constant{1}), Distribution(Exponential{1}),
                                        Distribution(LogNormal{std::exp(-.5), 1}), Distribution(bursty())}) {
        Scenario scenario = unbounded(.7, 1024, service);
        scenario.service.cores = 1;
        expect(scenario, 20000, {{"M/G/1-PS", 1 / (1 - .7), &Path::mean_latency}});
    }
    // Of requests that need x the mean time is x / (1 - load).
    Scenario scenario = unbounded(1, 1024, Constant{1});
    scenario.service.cores = 1;
    scenario.traffic.classes = {{.name = "quick", .share = .8, .service_time = Exponential{.25}},
                                {.name = "slow", .share = .2, .service_time = Constant{2}, .error_rate = 1}};
    expect(scenario, 20000,
           {{"quick", .25 / (1 - .6), &Path::mean_latency},
            {"slow", 2 / (1 - .6), [](const Path& path) { return path.latency(Code::k500).mean(); }}});
}

// Coffman, Muntz and Trotter (1970).
TEST(Oracle, SharedCoresSpreadTheTimesOfExponentialWork) {
    constexpr double kLoad = .5;
    Scenario scenario = unbounded(kLoad, 1024, Exponential{1});
    scenario.service.cores = 1;
    const double variance = (2 + kLoad) / ((2 - kLoad) * (1 - kLoad) * (1 - kLoad));
    expect(scenario, 60000,
           {{"M/M/1-PS", variance, [](const Path& path) { return path.latency(Code::k200).variance(); }}});
}

TEST(Oracle, SeveralSharedCoresHoldAsManyAsAQueueForThem) {
    for (const Distribution& service : {Distribution(Exponential{1}), Distribution(bursty())}) {
        Scenario scenario = unbounded(2.4, 1024, service);
        scenario.service.cores = 3;
        expect(scenario, 12000, {{"M/G/3-PS", mmc(2.4, 1, 3).mean_in_system, &Path::mean_in_flight}});
    }
}

TEST(Oracle, BlockingOfMMcKIsItsBirthDeathChains) {
    const struct {
        int servers, capacity;
        double rate;
    } cases[] = {{1, 5, .8}, {1, 10, 1.2}, {4, 20, 3.6}, {10, 30, 9.5}};
    for (const auto& [servers, capacity, rate] : cases) {
        Scenario scenario = unbounded(rate, servers, Exponential{1});
        scenario.service.queue = capacity - servers;
        const MMcK oracle = mmck(rate, 1, servers, capacity);
        const std::string name = "M/M/" + std::to_string(servers) + "/" + std::to_string(capacity);
        expect(scenario, 60000 / rate,
               {{name, oracle.blocking, [](const Path& path) { return path.share(Code::k503); }},
                {name + " in system", oracle.mean_in_system, &Path::mean_in_flight}});
    }
}

TEST(Oracle, WithoutAQueueBlockingIsErlangsLossFormulaWhateverTheLaw) {
    for (const Distribution& service : {Distribution(Constant{1}), Distribution(Exponential{1}),
                                        Distribution(LogNormal{std::exp(-.5), 1}), Distribution(bursty())}) {
        Scenario scenario = unbounded(4, 5, service);
        scenario.service.queue = 0;
        const double blocking = mmck(4, 1, 5, 5).blocking;
        expect(scenario, 15000,
               {{"Erlang B", blocking, [](const Path& path) { return path.share(Code::k503); }},
                // Arrivals see what time sees.
                {"full", blocking, [](const Path& path) { return path.share_of_time(5); }},
                {"busy", 4 * (1 - blocking), &Path::mean_in_flight}});
    }
}

TEST(Oracle, LittlesLawHoldsOnEveryPath) {
    expect(unbounded(8, 10, LogNormal{.8, .6}), 7500, {{"L / (lambda T)", 1, [](const Path& path) {
                                                            return path.mean_in_flight() * path.seconds /
                                                                   (path.total() * path.mean_latency());
                                                        }}});
}

TEST(Oracle, AnEmptyStationFillsAsItsChainDoes) {
    constexpr int kMost = 60;
    Eigen::MatrixXd generator = Eigen::MatrixXd::Zero(kMost + 1, kMost + 1);
    for (int k = 0; k < kMost; ++k) {
        generator(k, k + 1) = 1.8;
        generator(k + 1, k) = std::min(k + 1, 2);
    }
    generator.diagonal() = -generator.rowwise().sum();
    const Scenario scenario = unbounded(1.8, 2, Exponential{1});
    for (const double t : {.5, 2., 10.}) {
        const Eigen::VectorXd chain = transient(generator, Eigen::VectorXd::Unit(kMost + 1, 0), t);
        const auto held = [&](std::uint32_t replication) {
            DataPlane data = fleet(scenario, replication);
            data.advance(Time{} + from_seconds(t));
            data.sweep(Time{} + from_seconds(t));
            return static_cast<double>(data.count_in_flight(Time{} + from_seconds(t)));
        };
        expect_near(sample(held, 4000), chain.dot(Eigen::VectorXd::LinSpaced(kMost + 1, 0, kMost)),
                    "at " + std::to_string(t));
    }
}

/// Not in the mean but to the request: three ways to count those in flight at an instant.
TEST(Oracle, WhoIsInFlightIsWhoHasArrivedAndHasNoAnswerYet) {
    for (const auto order : {QueueOrder::kFifo, QueueOrder::kLifo}) {
        Scenario scenario = unbounded(50, 4, LogNormal{.06, .8});
        scenario.fleet.replicas = 2;
        scenario.service.order = order;
        scenario.service.queue = 6;
        scenario.service.timeout = 300ms;
        scenario.service.error_rate = .1;
        scenario.traffic.retries.attempts = 3;
        DataPlane data = fleet(scenario, 0);
        std::vector<AttemptRecord> journal;
        data.keep_journal(&journal);
        std::vector<std::int64_t> held;
        for (int look = 1; look <= 300; ++look) {
            const Time now = Time{} + look * 100ms;
            data.advance(now);
            data.sweep(now);
            EXPECT_EQ(data.total().in_flight(), data.count_in_flight(now));
            held.push_back(data.count_in_flight(now));
        }
        data.advance(Time{} + 100s);
        data.sweep(Time{} + 100s);
        std::sort(journal.begin(), journal.end(), [](const AttemptRecord& a, const AttemptRecord& b) {
            return std::pair(ordinal_of(a.id), a.id) < std::pair(ordinal_of(b.id), b.id);
        });
        for (int look = 1; look <= 300; ++look) {
            const Instant now = instant(Time{} + look * 100ms);
            std::int64_t covered = 0;
            for (std::size_t first = 0, last = 0; first < journal.size(); first = last + 1) {
                last = first;
                while (last + 1 < journal.size() && ordinal_of(journal[last + 1].id) == ordinal_of(journal[first].id)) {
                    ++last;
                }
                covered += journal[first].arrived < now && now < journal[last].answered;
            }
            EXPECT_EQ(covered, held[static_cast<std::size_t>(look - 1)]) << "at " << look * 100 << " ms";
        }
    }
}

}  // namespace
}  // namespace rollcast::oracles
