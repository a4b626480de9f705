#pragma once
// Argo's experiment, as a step of a canary starts one: instances of both versions beside the rollout's own, for a
// while, and analyses of them. Semantics: argoproj/argo-rollouts, experiments/experiment.go, rollout/experiment.go,
// rollout/trafficrouting.go.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// The instances of one version that an experiment starts.
struct ExperimentSide {
    int replicas = 0;
    int weight = 0;  // of max_weight, taken from the stable version's; without a router traffic follows instances
};
struct ExperimentAnalysis {
    AnalysisId analysis{};
    bool required = false;  // the experiment ends when all of these are successful, and not before
};
/// A step. The default delay is Argo's.
struct RunExperiment {
    ExperimentSide stable{};
    ExperimentSide canary{};
    std::optional<Duration> duration{};  // from when all are available; none, and nothing required: until a person says
    std::vector<ExperimentAnalysis> analyses{};            // from when all are available
    Duration scale_down_delay = std::chrono::seconds(30);  // its instances outlive it

    bool needs_person() const;
};

/// "experiment 1 stable at 5, 1 canary at 5 for 1h with analysis 0 (required)".
std::string spell(const RunExperiment& step);

namespace argo {

/// The phase of an experiment. `instances`: Pending, Running when all are available, Successful when its time is over,
/// Failed when they were late. `phases`: of its analyses.
AnalysisPhase experiment_phase(AnalysisPhase instances, std::span<const ExperimentAnalysis> analyses,
                               std::span<const AnalysisPhase> phases);

}  // namespace argo

/// The experiments of one rollout in flight: the one that runs, and what is left of those before. Their instances of
/// the new version stand in the same cohort as the rollout's own.
class Experiments {
   public:
    /// `baseline`: any has instances of the old version; they are the second of three cohorts.
    Experiments(bool baseline, std::optional<Duration> progress_deadline, int max_weight)
        : baseline_(baseline), progress_deadline_(progress_deadline), max_weight_(max_weight) {}

    /// The cohorts without the experiments' instances.
    std::vector<Cohort> rest(std::span<const Cohort> all);

    bool running() const { return step_.has_value(); }
    void begin(const RunExperiment& step, std::uint32_t first_run, Time now);
    /// How the one that runs gets on; after rest() of what is seen.
    AnalysisPhase look(const Observation& seen);
    /// Why it failed.
    const char* complaint() const { return late_ ? "not available in time" : "an analysis failed"; }
    bool asks_person() const { return running() && step_->needs_person() && serves_; }
    void grant() { granted_ = true; }
    /// "2/4 available".
    std::string state() const;
    void end(Time now, bool successful);

    /// The router gives the weights that are due.
    void shift();
    /// What they want besides what the rollout wants. `all`: as rest() was shown.
    void add(std::span<const Cohort> all, Time now, Directive& want);

   private:
    struct Sizes {
        int stable = 0;
        int canary = 0;
        int sum() const { return stable + canary; }
        friend bool operator==(const Sizes&, const Sizes&) = default;
    };
    /// Of one that is over.
    struct Leaving {
        Time until{};
        Sizes sizes{};
    };
    /// What a directive asked for. A decision may be made twice with nothing new to see, so that what is seen is what
    /// the last directive asked for or the one before it.
    struct Asked {
        int baseline = 0;
        int fresh = 0;
        double weight = 0;  // of the new version
        // Of these:
        Sizes running{};  // of the experiment of that `number`
        Sizes leaving{};
        double share = 0;
        int number = 0;
        int extra() const { return running.canary + leaving.canary; }
        friend bool operator==(const Asked&, const Asked&) = default;
    };

    double share(int weight) const;
    Sizes wanted() const;
    Sizes left() const;
    void leave(Time now);

    bool baseline_;
    std::optional<Duration> progress_deadline_;
    int max_weight_;

    std::optional<RunExperiment> step_;  // that runs
    int number_ = 0;                     // its own, from 1 on
    std::uint32_t first_run_ = 0;        // of its analyses
    std::optional<Time> available_at_;
    Sizes available_{};  // of it, as seen now
    Sizes counted_{};    // and at the look before
    Time changed_at_{};  // the last time that these differed
    bool serves_ = false;
    bool over_ = false;  // its instances were told to leave; required analyses may go on
    bool late_ = false;
    bool granted_ = false;
    std::vector<Leaving> leaving_;
    bool successful_ = false;  // the last one that ended
    Sizes weights_{};          // due since the router could last be told

    Asked last_{}, before_{};
    Asked seen_{};  // which of them is seen now
};

}  // namespace rollcast::strategies
