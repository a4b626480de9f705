#pragma once
// Turns what happens in a run into its row. It may read the truth; nothing reads it before the run is over.

#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/site.h"

namespace rollcast {

class Recorder {
   public:
    /// `scenario` must outlive it.
    Recorder(const Scenario& scenario, const Defect& defect)
        : scenario_(&scenario), bad_(defect.kind != DefectKind::kNone) {}

    /// The window begins: what happened before does not count.
    void begin(std::span<const Site> sites, Time now);

    /// Something may have changed in a world.
    void look(std::span<const Site> sites, Time now);

    /// A decision: the phase from now on, and whether it changed anything.
    void decided(std::span<const Site> sites, Phase phase, bool changed, Time now);

    /// An analysis failed.
    void alarm() { ++(bad_ ? row_.alarms_true : row_.alarms_false); }

    /// A person has the rollout aborted.
    void person_aborts() { by_person_ = back_ == kNever; }

    Time went_back() const { return back_; }  // when it was decided to; kNever: not yet

    /// The row, once data has been swept at the horizon. `waits_for_ever`: for a person who will not come.
    Outcome row(std::span<const Site> sites, bool waits_for_ever, Time horizon) const;

   private:
    double* clock(Phase phase);
    void note(std::span<const Site> sites);

    const Scenario* scenario_;
    bool bad_;
    Outcome row_{};
    Phase phase_ = Phase::kMoving;
    Time phase_since_{};
    Time looked_{};
    int instances_ = 0;        // since then
    std::vector<int> ready_;   // since then; index: location
    bool by_person_ = false;   // it was a person who had it go back
    Time back_ = kNever;       // when it was decided to go back
    Time recovered_ = kNever;  // when routers sent nothing to the new version any more
    Time final_ = kNever;
    Tally before_{};  // at the beginning of the window
    Tally before_new_{};
    std::int64_t restarts_before_ = 0;
};

}  // namespace rollcast
