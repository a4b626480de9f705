#include "rollcast/strategies/all_at_once.h"

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

class AllAtOnceController final : public Controller {
   public:
    AllAtOnceController(const AllAtOnceParams& params, const Launch& launch)
        : replicas_(params.replicas),
          late_at_(params.progress_deadline ? after(launch.at, *params.progress_deadline) : kNever) {}

    Directive decide(const Observation& seen) override {
        ensure(!seen.cohorts.empty(), "a rollout without versions");
        Directive want(seen.cohorts.size());
        want.targets.back().desired = replicas_;

        const Cohort& fresh = seen.cohorts.back();
        int left = 0;
        for (const Cohort& old : seen.cohorts.first(seen.cohorts.size() - 1)) left += old.instances;
        done_ = done_ || (fresh.available >= replicas_ && left == 0);
        const bool late = !done_ && seen.now >= late_at_;
        want.phase = done_ ? Phase::kPromoted : late ? Phase::kStuck : Phase::kMoving;
        if (!done_ && !late) want.wake_at = late_at_;
        want.reason = of(fresh.available, replicas_) + " new available" + (late ? ", still waiting" : "");
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<AllAtOnceController>(*this); }

   private:
    int replicas_;
    Time late_at_;
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
