#pragma once
// Telemetry of requests that are not simulated: what scrapes would bring if the requests of each version were a Poisson
// process whose answers are independent of each other. The fleet, the routers and whatever decides are real; that is
// what makes it quick enough to try a guard ten thousand times, and wrong where the requests themselves make things
// happen: queues beyond AnswerBook::kMostLoad, retries that bring load, bursts, sticky users, cold starts. Where a
// process lasts for so many requests the world has a few of its own, which wear it out as soon.
//
// Counts are drawn by inversion from numbers that depend on the scrape and the version alone: with the same luck a
// worse release or a larger share never shows fewer failures.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rollcast/model/scenario.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/answer_law.h"
#include "rollcast/world/world.h"

namespace rollcast {

class DrawnTelemetry {
   public:
    /// `scenario` has the traffic, which the world that is looked at need not have, and must outlive this. `book`: of
    /// the same scenario and defect. `share`: of the traffic, to the new version while both have some, whatever the
    /// routers say; its instances are taken to be as busy then as those of the whole service.
    DrawnTelemetry(const Scenario& scenario, const Defect& defect, std::shared_ptr<const AnswerBook> book,
                   const StreamSpace& streams, Time from, std::optional<double> share = {});

    /// Something may have changed in the world.
    void look(const World& world, Time now);
    /// What a scrape brings; each call starts the next interval.
    Scrape scrape(const World& world, Time now);

    // The truth, for whoever scores. Expected numbers, since the beginning.
    double exposure() const { return exposure_; }          // requests to the new version
    double harmed() const { return harmed_; }              // of these: fail of the defect
    Time first_exposed() const { return first_exposed_; }  // kNever: not yet
    double highest_load() const { return highest_load_; }  // share of the new version's slots in use

   private:
    static constexpr std::size_t kMostVersions = 3;
    /// What has come since the last scrape, expected.
    struct Interval {
        double requests = 0;
        double refused = 0;  // 503, of processes that are dead or die
        double failed = 0;   // 500
        double late = 0;     // 504
        std::array<double, kMaxLatencyBuckets> by_latency{};
        double latency = 0;  // s
        double latency_variance = 0;
    };
    /// A version since the last look.
    struct Standing {
        double share = 0;
        double mirrored = 0;
        int known = 0;    // instances that routers send requests to
        int serving = 0;  // of these: alive
        double held = 0;  // requests in flight of each
    };
    struct Busy {
        double rate;  // requests of the version's work a second
        int instances;
    };
    /// What counters saw of a version, by whoever counts.
    struct Grown {
        Meter proxy{};
        Meter application{};
    };
    struct Codes {
        std::uint8_t proxy = 0;
        std::uint8_t application = 0;
    };

    enum class Requests : std::uint8_t { kOwn, kCopies };
    void follow_leak(const World& world);
    void die(std::size_t version, int deaths);
    void pass(std::size_t version, double rate, double seconds, Requests requests);
    Busy busy(std::size_t version, double rate) const;
    AnswerLaw law(std::size_t version, const Busy& busy, double slowness, double& errors) const;
    Impairment effect(std::size_t version, int instance) const;
    Grown draw(Interval& interval, std::size_t lane);

    const Scenario* scenario_;
    Defect defect_;
    std::shared_ptr<const AnswerBook> book_;
    StreamSpace streams_;
    std::optional<double> share_;
    std::size_t versions_;
    double closed_rate_;

    bool together_ = false;  // behind a flag
    Time looked_;
    std::uint32_t scrapes_ = 0;
    std::array<Standing, kMostVersions> standing_{};
    Tally before_;         // of the world's own requests at the new version, at the last look
    double worn_out_ = 0;  // share of these that met a process without descriptors, since the look before
    std::array<Interval, kMostVersions> intervals_{};
    std::array<Interval, kMostVersions> copies_{};
    double unreached_ = 0;                      // no instance was known
    std::array<Codes, kMostVersions> codes_{};  // seen so far
    std::uint8_t unreached_codes_ = 0;
    std::uint8_t client_codes_ = 0;
    double exposure_ = 0;
    double harmed_ = 0;
    double highest_load_ = 0;
    Time first_exposed_ = kNever;
};

}  // namespace rollcast
