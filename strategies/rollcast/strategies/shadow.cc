#include "rollcast/strategies/shadow.h"

#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/base/clone_ptr.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

int instances(const ShadowParams& params) { return resolve(params.instances, params.replicas, Rounding::kUp); }

class ShadowController final : public Controller {
   public:
    ShadowController(std::shared_ptr<const Strategy> then, const ShadowParams& params, std::uint32_t run,
                     const Launch& launch)
        : then_(std::move(then)),
          params_(params),
          run_(run),
          replicas_(launch.replicas),
          late_at_(params.progress_deadline ? after(launch.at, *params.progress_deadline) : kNever) {}

    Directive decide(const Observation& seen) override {
        if (after_) return after_->decide(seen);
        if (seen.replicas) replicas_ = params_.replicas = *seen.replicas;
        look(seen);
        if (after_) return after_->decide(seen);

        Directive want(seen.cohorts.size());
        for (Target& target : want.targets) target.weight = 0;
        want.targets.front() = {.desired = replicas_, .weight = 1};
        const Cohort& fresh = seen.cohorts.back();
        if (goes_back_ != nullptr) {
            done_ = done_ || fresh.instances == 0;
            want.phase = done_ ? Phase::kRolledBack : Phase::kRollingBack;
            want.reason = std::string(goes_back_) + ": " + std::to_string(fresh.instances) + " in the shadow left";
            return want;
        }
        want.targets.back().desired = instances(params_);
        if (!ends_) {
            want.phase = Phase::kMoving;
            want.wake_at = late_at_;
            want.reason = of(fresh.available, instances(params_)) + " available in the shadow";
            return want;
        }
        want.targets.back().mirrored = params_.mirrored;
        if (params_.analysis) want.analyses.push_back({run_, *params_.analysis});
        want.phase = Phase::kBaking;
        want.wake_at = *ends_;
        want.reason = "requests are mirrored until " + spell(*ends_);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<ShadowController>(*this); }

   private:
    /// What the observation leads to: the end of the shadow, one way or the other, or its beginning.
    void look(const Observation& seen) {
        if (goes_back_ != nullptr) return;
        const AnalysisPhase verdict = seen.analysis(run_);
        if (seen.aborted) {
            goes_back_ = "aborted from outside";
        } else if (is_complete(verdict) && verdict != AnalysisPhase::kSuccessful) {
            goes_back_ = "the shadow's analysis did not succeed";
        } else if (ends_ && seen.now >= *ends_) {
            after_ = then_->start({.at = seen.now, .replicas = replicas_});
        } else if (!ends_ && seen.cohorts.back().available >= instances(params_)) {
            ends_ = after(seen.now, params_.duration);
        } else if (!ends_ && seen.now >= late_at_) {
            goes_back_ = "no shadow in time";
        }
    }

    std::shared_ptr<const Strategy> then_;
    ShadowParams params_;
    std::uint32_t run_;
    int replicas_;
    Time late_at_;
    std::optional<Time> ends_;
    const char* goes_back_ = nullptr;  // and why
    bool done_ = false;
    ClonePtr<Controller> after_;
};

}  // namespace

Shadow::Shadow(std::shared_ptr<const Strategy> then, ShadowParams params)
    : Wrapper(std::move(then)), params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(params_.instances.value >= 0 && instances(params_) >= 1, "instances must be at least 1");
    require(params_.mirrored > 0 && params_.mirrored <= 1, "mirrored must be above 0 and at most 1");
    require(params_.duration > Duration::zero(), "duration must be above 0");
    require(!params_.progress_deadline || *params_.progress_deadline > Duration::zero(),
            "progress_deadline must be above 0");
}

std::string Shadow::describe() const {
    std::string text = "shadow(replicas=" + std::to_string(params_.replicas) +
                       ", instances=" + to_string(params_.instances) +
                       ", mirrored=" + std::to_string(params_.mirrored) + ", duration=" + spell(params_.duration);
    if (params_.analysis) text += ", analysis=" + std::to_string(index_of(*params_.analysis));
    text += ", progress_deadline=" + (params_.progress_deadline ? spell(*params_.progress_deadline) : "none");
    return text + ", then=" + inner()->describe() + ")";
}

std::unique_ptr<Controller> Shadow::start(const Launch& launch) const {
    return std::make_unique<ShadowController>(inner(), params_, own_run(), launch);
}

}  // namespace rollcast::strategies
