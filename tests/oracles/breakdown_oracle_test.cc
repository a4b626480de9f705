// Servers that die and come back, against chains. A crash loses what the server held, so that the field's models of
// breakdowns in which interrupted work goes on do not apply: these chains drop to "down" with all their requests.

#include <algorithm>
#include <cmath>

#include <boost/random/exponential_distribution.hpp>

#include "oracles/oracle.h"
#include "rollcast/stats/queueing.h"

namespace rollcast::oracles {
namespace {

constexpr double kArrivals = 1.6;
constexpr int kSlots = 2;  // of rate 1
constexpr int kCapacity = 10;
constexpr double kRepair = .2;
constexpr Eigen::Index kDown = kCapacity + 1;

/// The station without its crashes; from down, it comes back empty.
Eigen::MatrixXd healthy() {
    Eigen::MatrixXd generator = Eigen::MatrixXd::Zero(kDown + 1, kDown + 1);
    for (int k = 0; k < kCapacity; ++k) {
        generator(k, k + 1) = kArrivals;
        generator(k + 1, k) = std::min(k + 1, kSlots);
    }
    generator(kDown, 0) = kRepair;
    return generator;
}

struct Fates {
    double answered = 0;  // shares of requests
    double refused = 0;
    double cut_off = 0;
    double down = 0;  // share of time
};

/// `kills`: of requests that find a free slot, whose end is as sudden as a refusal.
Fates of(Eigen::MatrixXd generator, double kills = 0) {
    generator.diagonal() = -generator.rowwise().sum();
    const Eigen::VectorXd chain = stationary(generator);
    Fates fates{.down = chain(kDown)};
    for (int k = 1; k <= kCapacity; ++k) fates.answered += chain(k) * std::min(k, kSlots) / kArrivals;
    fates.refused = chain(kDown) + chain(kCapacity) + kills * chain.head(kSlots).sum();
    fates.cut_off = 1 - fates.answered - fates.refused;
    return fates;
}

Fates simulate(const Scenario& scenario, const Defect& defect, double crash_rate, std::uint32_t replication) {
    const StreamSpace streams(kSeed, replication);
    Stream luck = streams.stream(Purpose::kCrash, 0);
    const auto exponential = [&](double rate) {
        return from_seconds(boost::random::exponential_distribution<double>(rate)(luck));
    };
    DataPlane data(scenario, std::array{defect}, streams, Time{});
    std::vector<AttemptRecord> journal;
    data.keep_journal(&journal);
    const std::uint32_t server = data.add_server(kOldVersion);
    data.listen(server, Time{});
    data.set_routes({{.share = 1, .servers = {server}}});
    const Time end = Time{} + 20000s;
    Time now{};
    Duration down{};
    while (now < end) {
        const Time crash = crash_rate > 0 ? now + exponential(crash_rate) : end;
        const auto notice = data.advance(std::min(crash, end));
        now = notice ? notice->at : std::min(crash, end);
        if (now == end) break;
        data.kill(server, now, Cause::kDefect);
        const Time back = std::min(end, now + exponential(kRepair));
        EXPECT_FALSE(data.advance(back));
        down += back - now;
        now = back;
        if (now < end) data.listen(server, now);
    }
    data.sweep(end);
    Fates fates{.down = to_seconds(down) / to_seconds(end)};
    for (const AttemptRecord& each : journal) {
        const double one = 1 / static_cast<double>(journal.size());
        if (each.seen == Code::k200) {
            fates.answered += one;
        } else {
            (each.answered > each.arrived ? fates.cut_off : fates.refused) += one;
        }
    }
    return fates;
}

std::vector<ClaimOn<Fates>> claims(const Fates& oracle) {
    return {{"down", oracle.down, &Fates::down},
            {"answered", oracle.answered, &Fates::answered},
            {"refused", oracle.refused, &Fates::refused},
            {"cut off", oracle.cut_off, &Fates::cut_off}};
}

Scenario station(QueueOrder order) {
    Scenario scenario = unbounded(kArrivals, kSlots, Exponential{1});
    scenario.service.queue = kCapacity - kSlots;
    scenario.service.order = order;
    return scenario;
}

TEST(Oracle, AServerThatIsKilledAndComesBackIsAChainWithDisasters) {
    constexpr double kCrash = .05;
    Eigen::MatrixXd generator = healthy();
    generator.col(kDown).head(kDown).setConstant(kCrash);
    const Fates oracle = of(generator);
    EXPECT_NEAR(oracle.down, kCrash / (kCrash + kRepair), 1e-12);
    for (const auto order : {QueueOrder::kFifo, QueueOrder::kLifo}) {
        const Scenario scenario = station(order);
        expect_of([&](std::uint32_t r) { return simulate(scenario, {}, kCrash, r); }, claims(oracle));
    }
}

// A request that begins service kills with probability p: an arrival that finds a free slot, or the next in the queue.
TEST(Oracle, AServerThatRequestsKillIsAChainWithDisasters) {
    constexpr double kKills = .04;
    Eigen::MatrixXd generator = healthy();
    for (int k = 0; k < kSlots; ++k) {
        generator(k, k + 1) *= 1 - kKills;
        generator(k, kDown) += kKills * kArrivals;
    }
    for (int k = kSlots + 1; k <= kCapacity; ++k) {
        generator(k, k - 1) *= 1 - kKills;
        generator(k, kDown) += kKills * kSlots;
    }
    const Fates oracle = of(generator, kKills);
    const Defect defect{.kind = DefectKind::kCrashOnRequest, .severity = kKills};
    for (const auto order : {QueueOrder::kFifo, QueueOrder::kLifo}) {
        const Scenario scenario = station(order);
        expect_of([&](std::uint32_t r) { return simulate(scenario, defect, 0, r); }, claims(oracle));
    }
}

}  // namespace
}  // namespace rollcast::oracles
