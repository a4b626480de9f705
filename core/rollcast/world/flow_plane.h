#pragma once
// The flow data plane: requests in numbers, none by itself. Whenever somebody counts, what has come of each version's
// requests since the last time is drawn: what proxies and instances have counted, and the truth. The fleet, the routers
// and whatever decides are real, so its cost depends on scrapes and on what happens to instances, not on traffic.
//
// It is right where requests are a Poisson process and what becomes of one depends on no other but through queues in
// their steady state; see AnswerBook. It is wrong where requests themselves make things happen: sticky users, cold
// starts. Where a process lasts for so many requests the world has a few of its own, which wear it out as soon; where
// it lasts for few of them nothing is drawn at all, see serves_all().
//
// Counts are drawn by inversion from numbers that depend on the interval and the version alone. Those who would fail
// anyhow are drawn for the whole service and then shared out, so that a rollout and its twin have the same; and with
// the same luck a worse release or a larger share never shows fewer failures.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/model/scenario.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/answer_law.h"
#include "rollcast/world/backlog.h"
#include "rollcast/world/burst_path.h"
#include "rollcast/world/drawn_answers.h"
#include "rollcast/world/world.h"

namespace rollcast {

class FlowPlane {
   public:
    /// `scenario` has the traffic, which the world that is looked at need not have, and must outlive this. `book`: of
    /// the same scenario and defect. `share`: of the traffic, to the new version while both have some, whatever the
    /// routers say; its instances are taken to be as busy then as those of the whole service.
    FlowPlane(const Scenario& scenario, const Defect& defect, std::shared_ptr<const AnswerBook> book,
              const StreamSpace& streams, Time from, std::optional<double> share = {});

    /// Nobody asks for latencies: histograms are not drawn any more.
    void forget_latencies() { latencies_ = false; }

    /// Something may have changed in the world.
    void look(const World& world, Time now);
    /// Draws what came of the requests until now, so that tallies are exact. A look, besides.
    void settle(const World& world, Time now);
    /// What a scrape brings: all since the one before. Settles.
    Scrape scrape(const World& world, Time now);

    // The truth, for whoever scores: attempts by version, requests in total. None is in flight.
    Tally tally(std::size_t version) const { return tallies_[version]; }  // index versions(): reached none
    Tally total() const { return total_; }
    std::size_t versions() const { return versions_; }
    Time first_arrival() const { return first_arrival_; }  // at the new version; kNever: none yet

    // Likewise, but expected numbers since the beginning.
    double exposure() const { return exposure_; }          // requests to the new version
    double harmed() const { return harmed_; }              // of these: fail of the defect
    Time first_exposed() const { return first_exposed_; }  // kNever: not yet
    double highest_load() const { return highest_load_; }  // share of the new version's slots in use

   private:
    static constexpr std::size_t kMostVersions = 3;
    /// What clients do about attempts that fail: they go anywhere with the next one.
    struct Again {
        double attempts = 1;  // there, of each request that ends there
        double pressed = 1;   // as many attempts come, over those that requests would make if all of theirs did
        double refused = 0;   // share of those that are turned away that is tried again
        double not_paid = 0;  // that would be if the budget did not lack
    };
    /// A version since the last look.
    struct Standing {
        double share = 0;   // of the service's requests
        double routed = 0;  // likewise, if the balancer looked at nothing
        double mirrored = 0;
        int known = 0;      // instances that routers send requests to
        int serving = 0;    // of these: answer
        int stopping = 0;   // of these: refuse; the rest is dead
        double held = 0;    // requests in flight of each
        double live = 1;    // share of its requests that gets to one that answers
        double load = 0;    // share of the slots in use that its queues are as long as, up to 1
        Backlog backlog{};  // beyond that
        Again again{};      // of attempts there

        int refusing() const { return known - serving; }
        int dead() const { return refusing() - stopping; }
    };
    struct Busy {
        double rate;  // requests of the version's work a second
        int instances;
    };
    /// Instances of both versions that one balancer sends unlike shares to; none: it does not.
    struct Pool {
        int older = 0;
        int newer = 0;
        double load = 0;  // share of their slots in use
    };
    /// What counters saw of a version, by whoever counts.
    struct Grown {
        Meter proxy{};
        Meter application{};
        Grown& operator+=(const DrawnAnswers& more) {
            proxy += more.proxy, application += more.application;
            proxy += more.proxy_again, application += more.application_again;
            return *this;
        }
        Grown& operator+=(const Grown& other) {
            proxy += other.proxy, application += other.application;
            return *this;
        }
    };
    struct Codes {
        std::uint8_t proxy = 0;
        std::uint8_t application = 0;
    };

    enum class Requests : std::uint8_t { kOwn, kCopies };
    void follow_leak(const World& world);
    Cause cause_of_death(std::size_t version) const;
    void die(std::size_t version, int deaths);
    void pass(std::size_t version, double rate, double seconds, Requests requests);
    void find_none(double requests);
    Busy busy(std::size_t version, double rate) const;
    double load(std::size_t version, const Busy& busy, double slowness) const;
    AnswerLaw law_at(std::size_t version, double load, int instances, double slowness) const;
    AnswerLaw law(std::size_t version, const Busy& busy, double load, double slowness, double& errors) const;
    AnswerLaw law_now(std::size_t version, const Busy& busy, double slowness, double& errors) const;
    AnswerLaw behind(std::size_t version, const Busy& busy, const AnswerLaw& law, std::span<const Backlog::Met> met,
                     double each, double slowness) const;
    Backlog::Instances waiting_at(std::size_t version, const Busy& busy, double slowness) const;
    AnswerLaw follow_load(std::size_t version, const Busy& busy, double seconds, double slowness, double& errors);
    AnswerLaw approach(std::size_t version, const Busy& busy, double to, double seconds, double slowness,
                       double& errors);
    double defective(std::size_t version, double errors) const;
    double rate(Time from, Time to) const;
    void pass_until(Time now);
    void spread(double rate);
    void follow_retries(double rate, double seconds);
    double tried_again(double fails, double stopping, double granted) const;
    double pay(double retries);
    bool apart() const;
    bool comes_back(std::size_t version) const;
    bool is_pooled() const;
    double work_of_attempts(double late_alone) const;
    int pool(std::size_t version, int instances) const;
    bool alike() const;
    Impairment effect(std::size_t version, int instance) const;
    DrawnAnswers draw(const ExpectedAnswers& of, AttemptCounts counts, std::size_t lane) const;
    double next_spell(std::size_t version, const ExpectedAnswers& of);

    const Scenario* scenario_;
    Defect defect_;
    std::shared_ptr<const AnswerBook> book_;
    StreamSpace streams_;
    std::optional<double> share_;
    std::size_t versions_;
    double closed_rate_;
    double stopping_for_;  // seconds, from TERM until routers know
    double dead_for_;      // likewise, from a death

    BurstPath bursts_;
    double tokens_;     // of a retry budget
    double spare_ = 0;  // of these, after the last burst
    bool latencies_ = true;
    bool together_ = false;   // behind a flag
    bool simulated_ = false;  // the world has the new version's requests itself
    bool mixed_ = false;      // versions share one balancer's instances
    double nowhere_ = 0;      // share of the requests that no version gets
    Pool pool_{};
    Time looked_;
    Time settled_;
    std::uint32_t settlings_ = 0;
    std::array<Standing, kMostVersions> standing_{};
    Tally before_;         // of the world's own requests at the new version, at the last look
    double worn_out_ = 0;  // share of these that met a process without descriptors, since the look before
    double errors_ = Profile::kAttempts;  // share of all answers in time that are tried again as errors are
    double again_errors_ = 0;             // share of errors that is tried again
    double attempts_ = 1;                 // of a request, wherever they go
    // Index: version; the last of intervals_: those that reach none.
    std::array<ExpectedAnswers, kMostVersions + 1> intervals_{};
    std::array<ExpectedAnswers, kMostVersions> copies_{};
    std::array<double, kMostVersions + 1> spells_{};   // normal deviates
    std::array<Tally, kMostVersions + 1> tallies_{};   // of attempts
    Tally total_{};                                    // of requests
    Meter clients_{};                                  // likewise, since the last scrape
    std::array<Grown, kMostVersions + 1> grown_{};     // since the last scrape, without copies
    std::array<Grown, kMostVersions> grown_copies_{};  // likewise, of copies
    std::array<Codes, kMostVersions + 1> codes_{};     // seen so far
    std::uint8_t client_codes_ = 0;
    double exposure_ = 0;
    double harmed_ = 0;
    double highest_load_ = 0;
    Time first_exposed_ = kNever;
    Time first_arrival_ = kNever;
};

}  // namespace rollcast
