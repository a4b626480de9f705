#include "rollcast/strategies/waves.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/base/clone_ptr.h"
#include "rollcast/strategies/as_it_is.h"
#include "rollcast/strategies/way_back.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using cloudformation::actual_concurrency;

bool is_settled(Phase phase) { return is_final(phase) || phase == Phase::kStuck; }
bool has_failed(Phase phase) {
    return phase == Phase::kRollingBack || phase == Phase::kRolledBack || phase == Phase::kStuck;
}

class WavesController final : public Controller {
   public:
    WavesController(std::vector<std::shared_ptr<const Strategy>> inner, const WavesParams& params, const Launch& launch)
        : params_(params) {
        std::vector<Place> places = launch.locations;
        if (places.empty()) places.push_back({.name = {}, .replicas = launch.replicas});
        std::set<LocationId> covered;
        for (const Wave& wave : params_.waves) covered.insert(wave.begin(), wave.end());
        require(covered.size() == places.size() && index_of(*covered.rbegin()) + 1 == places.size(),
                "expected waves over " + std::to_string(places.size()) + " locations, got " +
                    strategies::describe(params_.waves));
        require(inner.size() == 1 || inner.size() == places.size(), "expected a strategy for each location");
        for (std::size_t i = 0; i < places.size(); ++i) {
            members_.push_back({.place = places[i], .strategy = inner[inner.size() == 1 ? 0 : i]});
        }
    }

    Directive decide(const Observation& seen) override {
        hear_of_approval(seen);
        if (seen.aborted && !final_ && !goes_back_) go_back("aborted from outside");
        run_all(seen);
        while (!final_ && !goes_back_ && advance(seen)) {
        }
        if (goes_back_ && !final_) run_all(seen);
        return all_together(seen);
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<WavesController>(*this); }

   private:
    struct Member {
        Place place;
        std::shared_ptr<const Strategy> strategy;
        ClonePtr<Controller> controller{};  // none before it begins
        Directive want{};
        Phase phase = Phase::kMoving;
        bool was_done = false;  // when all of it began to go back
        bool granted = false;   // what it asked a person for
    };

    // ---- one location ----

    void run(std::size_t index, const Observation& seen) {
        Member& member = members_[index];
        const LocationId location = static_cast<LocationId>(index);
        Observation here = seen;
        here.locations = 1;
        here.cohorts = seen.in(location);
        here.routed = here.cohorts.front().routed;
        here.replicas = seen.replicas_in(location);
        here.sizes = {};
        here.approved = seen.approved && member.granted;
        here.aborted = goes_back_;
        std::vector<AnalysisStatus> analyses;
        for (AnalysisStatus status : seen.analyses) {
            if (status.location != location) continue;
            status.location = kEverywhere;
            analyses.push_back(status);
        }
        here.analyses = analyses;
        member.want = member.was_done ? way_back(here, here.replicas.value_or(member.place.replicas), why_)
                                      : member.controller->decide(here);
        if (member.was_done && member.phase == Phase::kRolledBack) member.want.phase = Phase::kRolledBack;
        member.phase = member.want.phase;
        for (AnalysisWish& wish : member.want.analyses) wish.location = location;
    }

    void run_all(const Observation& seen) {
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (members_[i].controller) run(i, seen);
        }
    }

    void begin(LocationId location, const Observation& seen) {
        Member& member = members_[index_of(location)];
        const int replicas = seen.replicas_in(location).value_or(member.place.replicas);
        member.controller = member.strategy->start({.at = seen.now, .replicas = replicas});
        run(index_of(location), seen);
    }

    /// What was granted, was granted to those that had asked.
    void hear_of_approval(const Observation& seen) {
        for (Member& member : members_) {
            if (!seen.approved) member.granted = false;
            if (seen.approved && !approved_) member.granted = member.want.asks_approval;
        }
        approved_ = seen.approved;
    }

    // ---- waves ----

    template <typename Is>
    int count_in(const Wave& wave, Is&& is) const {
        return static_cast<int>(
            std::count_if(wave.begin(), wave.end(), [&](LocationId at) { return is(members_[index_of(at)]); }));
    }
    int failures(const Wave& wave) const {
        return count_in(wave, [](const Member& member) { return has_failed(member.phase); });
    }
    int tolerance(const Wave& wave) const {
        const Amount amount = params_.failure_tolerance;
        const int size = static_cast<int>(wave.size());
        return amount.percent ? cloudformation::failures_tolerated(size, amount.value) : amount.value;
    }
    int most_at_once(const Wave& wave) const {
        const Amount amount = params_.max_concurrent;
        const int size = static_cast<int>(wave.size());
        return amount.percent ? cloudformation::max_concurrent(size, amount.value) : amount.value;
    }
    bool has_failed_as_a_whole(const Wave& wave) const { return failures(wave) > tolerance(wave); }

    std::span<const Wave> present() const {
        const std::span<const Wave> all = params_.waves;
        return params_.parallel ? all : all.subspan(wave_, 1);
    }
    bool is_last() const { return params_.parallel || wave_ + 1 == params_.waves.size(); }

    /// One step of the plan, if there is one to take now.
    bool advance(const Observation& seen) {
        bool done = true;
        for (const Wave& wave : present()) {
            if (has_failed_as_a_whole(wave)) {
                if (!failed_) return fail(of(failures(wave), static_cast<int>(wave.size())) + " locations failed");
                done = false;
                continue;
            }
            const int on_their_way =
                count_in(wave, [](const Member& member) { return member.controller && !is_settled(member.phase); });
            const int allowed = actual_concurrency(params_.mode, most_at_once(wave), tolerance(wave), failures(wave));
            const auto next = std::find_if(wave.begin(), wave.end(), [&](LocationId location) {
                return !members_[index_of(location)].controller;
            });
            if (next != wave.end() && on_their_way < allowed) {
                begin(*next, seen);
                return true;
            }
            done = done && next == wave.end() && on_their_way == 0;
        }
        return done && !failed_ && !over_ && bake(seen);
    }

    /// Whether it is over.
    bool bake(const Observation& seen) {
        if (!baking_since_) baking_since_ = seen.now;
        if (params_.analysis) {
            const AnalysisPhase found = seen.analysis(bake_run());
            if (is_complete(found) && found != AnalysisPhase::kSuccessful) return fail("the analysis did not succeed");
            if (params_.bake == Duration::zero() && !is_complete(found)) return false;
        }
        if (seen.now < bake_ends()) return false;
        baking_since_.reset();
        over_ = is_last();
        wave_ += !over_;
        return !over_;
    }
    Time bake_ends() const { return after(*baking_since_, params_.bake); }
    std::uint32_t bake_run() const { return static_cast<std::uint32_t>(wave_) + 1; }

    bool fail(const std::string& why) {
        failed_ = true;
        baking_since_.reset();
        if (params_.on_failure == OnWaveFailure::kRollBack) {
            go_back(where() + why);
        } else {
            why_ = where() + why;
        }
        return true;
    }

    void go_back(std::string why) {
        goes_back_ = true;
        why_ = std::move(why);
        for (Member& member : members_) member.was_done = member.phase == Phase::kPromoted;
    }

    // ---- all of them ----

    Directive all_together(const Observation& seen) {
        Directive want(0);
        bool asks_again = false;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            const Member& member = members_[i];
            if (!member.controller) {
                const std::vector<Target> there = as_it_is(seen, static_cast<LocationId>(i));
                want.targets.insert(want.targets.end(), there.begin(), there.end());
                continue;
            }
            const Directive& there = member.want;
            want.targets.insert(want.targets.end(), there.targets.begin(), there.targets.end());
            want.analyses.insert(want.analyses.end(), there.analyses.begin(), there.analyses.end());
            want.wake_at = std::min(want.wake_at, there.wake_at);
            (seen.approved && !member.granted ? asks_again : want.asks_approval) |= there.asks_approval;
        }
        if (asks_again && !want.asks_approval) want.wake_at = std::min(want.wake_at, seen.now + Duration(1));
        if (baking_since_) {
            if (params_.analysis) want.analyses.push_back({bake_run(), *params_.analysis});
            if (seen.now < bake_ends()) want.wake_at = std::min(want.wake_at, bake_ends());
        }
        want.phase = phase();
        if (is_final(want.phase)) final_ = want.phase;
        want.reason = reason();
        return want;
    }

    int members(Phase phase) const {
        return static_cast<int>(std::count_if(members_.begin(), members_.end(), [&](const Member& member) {
            return member.controller && member.phase == phase;
        }));
    }
    int started() const {
        return static_cast<int>(std::count_if(members_.begin(), members_.end(),
                                              [](const Member& member) { return bool(member.controller); }));
    }

    Phase phase() const {
        if (final_) return *final_;
        const int promoted = members(Phase::kPromoted), back = members(Phase::kRolledBack);
        const int stuck = members(Phase::kStuck), going_back = members(Phase::kRollingBack);
        const bool settled = promoted + back + stuck == started();
        if (goes_back_ || failed_) {
            if (back == started()) return Phase::kRolledBack;
            if (settled) return Phase::kStuck;
            return goes_back_ || going_back + back == started() ? Phase::kRollingBack : Phase::kMoving;
        }
        if (over_) return stuck > 0 ? Phase::kStuck : promoted > 0 ? Phase::kPromoted : Phase::kRolledBack;
        if (baking_since_) return Phase::kBaking;
        for (const Phase each : {Phase::kMoving, Phase::kBaking, Phase::kPaused}) {
            if (members(each) > 0) return each;
        }
        return Phase::kMoving;
    }

    std::string where() const {
        if (params_.parallel) return {};
        return "wave " + of(static_cast<int>(wave_) + 1, static_cast<int>(params_.waves.size())) + ": ";
    }

    std::string reason() const {
        std::string text = why_.empty() ? where() : why_ + "; ";
        if (baking_since_) {
            text += params_.bake > Duration::zero() ? "baking until " + spell(bake_ends()) : "waits for its analysis";
            text += ", ";
        }
        const int all = static_cast<int>(members_.size());
        text += of(members(Phase::kPromoted), all) + " locations promoted";
        const int back = members(Phase::kRolledBack) + members(Phase::kRollingBack), stuck = members(Phase::kStuck);
        if (back > 0) text += ", " + std::to_string(back) + (goes_back_ ? " go back" : " failed and went back");
        if (stuck > 0) text += ", " + std::to_string(stuck) + " stuck";
        const Member* alone = nullptr;
        int on_their_way = 0;
        for (const Member& member : members_) {
            if (!member.controller || is_settled(member.phase)) continue;
            alone = &member;
            ++on_their_way;
        }
        if (on_their_way == 1) text += "; " + alone->place.name + ": " + alone->want.reason;
        if (on_their_way > 1) text += ", " + std::to_string(on_their_way) + " on their way";
        return text;
    }

    WavesParams params_;
    std::vector<Member> members_;  // index: location
    std::size_t wave_ = 0;         // the present one
    std::optional<Time> baking_since_;
    bool over_ = false;    // all waves are done, and have been watched
    bool failed_ = false;  // a wave did
    bool goes_back_ = false;
    bool approved_ = false;
    std::string why_;  // it failed or goes back
    std::optional<Phase> final_;
};

}  // namespace

Waves::Waves(std::vector<std::shared_ptr<const Strategy>> inner, WavesParams params)
    : inner_(std::move(inner)), params_(std::move(params)) {
    require(!inner_.empty(), "expected a strategy inside");
    for (const auto& each : inner_) require(each != nullptr, "expected a strategy inside");
    require(!params_.waves.empty(), "expected a wave at least");
    std::set<LocationId> named;
    for (const Wave& wave : params_.waves) {
        require(!wave.empty(), "a wave needs a location");
        for (const LocationId location : wave) {
            require(named.insert(location).second,
                    "location " + std::to_string(index_of(location)) + " is in two waves");
        }
    }
    require(params_.max_concurrent.value >= 1, "max_concurrent must be at least 1");
    require(params_.failure_tolerance.value >= 0, "failure_tolerance must not be negative");
    require(params_.bake >= Duration::zero(), "bake must not be negative");
}

std::string describe(const std::vector<Wave>& waves) {
    std::string text = "[";
    for (const Wave& wave : waves) {
        if (&wave != &waves.front()) text += ", ";
        for (std::size_t i = 0; i < wave.size(); ++i) {
            std::size_t last = i;  // of a run of neighbours
            while (last + 1 < wave.size() && index_of(wave[last + 1]) == index_of(wave[last]) + 1) ++last;
            text += (i == 0 ? "" : "+") + std::to_string(index_of(wave[i]));
            if (last > i) text += "-" + std::to_string(index_of(wave[last]));
            i = last;
        }
    }
    return text + "]";
}

std::string Waves::describe() const {
    std::set<std::string> inside;
    for (const auto& each : inner_) inside.insert(each->describe());
    std::string text = "waves(";
    for (const std::string& each : inside) text += each + ", ";
    text += "waves=" + strategies::describe(params_.waves);
    if (params_.parallel) text += ", parallel";
    text += ", max_concurrent=" + to_string(params_.max_concurrent);
    text += ", failure_tolerance=" + to_string(params_.failure_tolerance);
    if (params_.mode == cloudformation::ConcurrencyMode::kStrictFailureTolerance) text += ", strict";
    text += params_.on_failure == OnWaveFailure::kRollBack ? ", roll back" : ", stop";
    if (params_.bake > Duration::zero()) text += ", bake=" + spell(params_.bake);
    if (params_.analysis) text += ", analysis=" + std::to_string(index_of(*params_.analysis));
    return text + ")";
}

std::unique_ptr<Controller> Waves::start(const Launch& launch) const {
    return std::make_unique<WavesController>(inner_, params_, launch);
}

}  // namespace rollcast::strategies
