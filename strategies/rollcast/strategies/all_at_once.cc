#include "rollcast/strategies/all_at_once.h"

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

class AllAtOnceController final : public Controller {
   public:
    AllAtOnceController(const AllAtOnceParams& params, const Launch& launch)
        : replicas_(params.replicas),
          before_(launch.replicas),
          late_at_(params.progress_deadline ? after(launch.at, *params.progress_deadline) : kNever) {}

    Directive decide(const Observation& seen) override {
        ensure(!seen.cohorts.empty(), "a rollout without versions");
        if (seen.replicas) replicas_ = before_ = *seen.replicas;
        back_ = back_ || (seen.aborted && !done_);
        const Cohort& wanted = back_ ? seen.cohorts.front() : seen.cohorts.back();
        const int replicas = back_ ? before_ : replicas_;
        int left = -wanted.instances;
        for (const Cohort& cohort : seen.cohorts) left += cohort.instances;
        done_ = done_ || (wanted.available >= replicas && left == 0);
        const bool late = !done_ && !back_ && seen.now >= late_at_;

        Directive want(seen.cohorts.size());
        (back_ ? want.targets.front() : want.targets.back()).desired = replicas;
        want.phase = back_   ? (done_ ? Phase::kRolledBack : Phase::kRollingBack)
                     : done_ ? Phase::kPromoted
                     : late  ? Phase::kStuck
                             : Phase::kMoving;
        if (want.phase == Phase::kMoving) want.wake_at = late_at_;
        want.reason = of(wanted.available, replicas) + (back_ ? " old" : " new") + " available" +
                      (back_  ? ", aborted from outside"
                       : late ? ", still waiting"
                              : "");
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<AllAtOnceController>(*this); }

   private:
    int replicas_;
    int before_;
    Time late_at_;
    bool back_ = false;
    bool done_ = false;
};

}  // namespace

AllAtOnce::AllAtOnce(AllAtOnceParams params) : params_(params) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(!params_.progress_deadline || *params_.progress_deadline > Duration::zero(),
            "progress_deadline must be above 0");
}

std::string AllAtOnce::describe() const {
    const std::string deadline = params_.progress_deadline ? spell(*params_.progress_deadline) : "none";
    return "all_at_once(replicas=" + std::to_string(params_.replicas) + ", progress_deadline=" + deadline + ")";
}

std::unique_ptr<Controller> AllAtOnce::start(const Launch& launch) const {
    return std::make_unique<AllAtOnceController>(params_, launch);
}

}  // namespace rollcast::strategies
