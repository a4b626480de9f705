#pragma once
// One run: the loop, and the only switch over what can happen. The state of a run is a value: a copy goes on exactly as
// the original would, and a copy with other luck (rekey) goes another way.
//
// A service of several locations has a world for each. They run apart, for as long as nothing is due that concerns them
// all, but no longer than it takes until news of one has spread to where decisions are made.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rollcast/base/clone_ptr.h"
#include "rollcast/control/strategy.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/model/scenario.h"
#include "rollcast/observe/analysis.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"
#include "rollcast/run/flow.h"
#include "rollcast/run/narrator.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/recorder.h"
#include "rollcast/run/responder.h"
#include "rollcast/run/site.h"
#include "rollcast/run/timeline.h"
#include "rollcast/world/world.h"

namespace rollcast {

class Simulation {
   public:
    /// The steady service, lead_in before time zero. `scenario` must be valid and outlive the simulation.
    Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Pace pace = Pace::kFastest,
               const Counting& counting = {});

    /// Likewise, but requests are drawn: `flow` is of the same scenario and defect.
    Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams,
               std::shared_ptr<const Flow> flow);

    /// Starts the rollout now. Tells its story to `timeline` if there is one; a copy of the run tells none.
    void launch(const Strategy& strategy, Timeline* timeline = nullptr);

    /// Keeps books from now on of a run without a rollout.
    void watch();

    /// Handles everything up to and at `until`. Throws StrategyError, with the time and the strategy, for what it may
    /// not do and for whatever it throws.
    void run_until(Time until);

    /// Makes tallies and meters exact as of now.
    void settle();

    /// Nobody is going to ask how long answers took.
    void forget_latencies();

    /// Other luck from here on.
    void rekey(const StreamSpace& streams);

    /// The row so far, scored as if the horizon were now. Without `replication`, `truth` and the baseline.
    Outcome outcome() const;

    Time now() const { return now_; }
    Time went_back() const { return recorder_.went_back(); }  // when it was decided to; kNever: not yet
    Phase phase() const { return phase_; }
    std::span<const Site> sites() const { return sites_; }  // index: location; at least one
    const World& world() const { return sites_.front().world; }
    const Telemetry& telemetry() const { return sites_.front().telemetry; }

   private:
    enum class RunEvent : std::uint32_t {
        kScrape = static_cast<std::uint32_t>(WorldEvent::kEnd),
        kDecide,
        kWake,           // detail: number of the wake-up call
        kAnalysisDue,    // subject: index into analyses_
        kApproval,       // detail: number of the request
        kApprovalLimit,  // likewise
        kReport,         // of a user
        kPersonActs,
        kReadLoads,  // an autoscaler's metrics; subject: location
        kAutoscale,  // likewise
    };
    struct News {
        bool any = false;      // something happened
        bool visible = false;  // and a control plane could see it
    };
    struct RunningAnalysis {
        AnalysisRun run;
        LocationId location = kEverywhere;
        std::string where{};     // its name, for people
        std::uint32_t luck = 0;  // FlakyDraws::run
        std::size_t told = 0;    // measurements that the timeline has
    };

    Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Pace pace,
               const Counting& counting, std::shared_ptr<const Flow> flow);
    bool is_one() const { return sites_.size() == 1; }
    EventQueue& queue_of(Site& site) { return is_one() ? queue_ : site.queue; }
    const Telemetry& telemetry_of(LocationId location) const;
    void run_one(Time until);
    void run_apart(Time until);
    void run_site(Site& site, Time until, News& news);
    void happen(const EventQueue::Entry& next);
    void handle(const Event& event);
    bool handle_world(Site& site, const Event& event, Time now);
    void look_at_drawn();
    void scrape();
    std::optional<Scrape> scrape(Site& site);
    void decide();
    Directive ask(const Observation& seen);
    [[noreturn]] void blame(const std::string& what) const;
    void request_decision();
    bool follow_analyses(const std::vector<AnalysisWish>& wishes);
    void start_analysis(const AnalysisWish& wish);
    void follow_approval(bool asks);
    std::int64_t failures_that_hurt() const;
    void hear_of_failures();
    void page(const std::string& why);
    void abort(const char* why);
    void analysis_moved(std::size_t index);
    void schedule(Time at, RunEvent kind, std::uint32_t subject = 0, std::uint32_t detail = 0);
    void tell_fault(const Site& site, const Event& event, Time now);
    void begin_autoscaling(std::uint32_t location);
    void autoscale(Site& site);
    bool is_deploying(const Site& site) const;

    const Scenario* scenario_;
    std::shared_ptr<const std::vector<Scenario>> local_;  // what it is in each location; none where there is but one
    std::shared_ptr<const Flow> flow_;                    // how requests are drawn; none: they are not
    StreamSpace streams_;
    Time now_;
    EventQueue queue_;  // what concerns all locations; of the only one, all that happens
    std::vector<Site> sites_;
    std::optional<Telemetry> everywhere_;  // of all locations, where there are several
    Recorder recorder_;
    Responder responder_;
    std::uint32_t scrapes_ = 0;

    std::string strategy_;             // what is launched
    ClonePtr<Controller> controller_;  // none before the launch
    std::vector<RunningAnalysis> analyses_;
    std::vector<AnalysisStatus> statuses_;  // parallel to analyses_
    Phase phase_ = Phase::kMoving;
    std::string reason_;
    bool watched_ = false;  // books are kept
    bool decision_requested_ = false;
    int decisions_at_once_ = 0;  // since time last moved
    std::uint32_t wakes_ = 0;
    bool waits_for_ever_ = false;  // in a pause that nothing is going to end
    bool asks_approval_ = false;
    bool approved_ = false;
    std::uint32_t approvals_ = 0;
    bool aborted_ = false;  // by a person, or for want of one
    Narrator narrator_;
};

}  // namespace rollcast
