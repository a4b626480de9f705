#include "rollcast/run/recorder.h"

#include <algorithm>
#include <limits>

namespace rollcast {
namespace {

constexpr std::size_t kNew = index_of(kNewVersion);
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

int ready(const World& world) {
    int sum = 0;
    for (std::size_t version = 0; version < world.versions(); ++version) sum += world.ready(version);
    return sum;
}

}  // namespace

void Recorder::begin(std::span<const Site> sites, Time now) {
    before_ = total(sites);
    before_new_ = tally(sites, kNew);
    restarts_before_ = restarts(sites);
    note(sites);
    looked_ = phase_since_ = now;
    row_.min_headroom = std::numeric_limits<double>::infinity();
    look(sites, now);
}

void Recorder::look(std::span<const Site> sites, Time now) {
    row_.extra_instance_seconds += to_seconds(now - looked_) * (instances_ - scenario_->fleet.replicas);
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const double needed = instances_needed(*sites[i].scenario, looked_, now);
        if (needed > 0) row_.min_headroom = std::min(row_.min_headroom, ready_[i] / needed - 1);
    }
    looked_ = now;
    note(sites);
    if (bad_) row_.blast_radius = std::max(row_.blast_radius, share(sites, kNew));
    if (back_ != kNever && recovered_ == kNever && share(sites, kNew) == 0) recovered_ = now;
}

void Recorder::note(std::span<const Site> sites) {
    instances_ = instances(sites);
    ready_.clear();
    for (const Site& site : sites) ready_.push_back(ready(site.world));
}

double* Recorder::clock(Phase phase) {
    switch (phase) {
        case Phase::kMoving:
        case Phase::kRollingBack:
            return &row_.active;
        case Phase::kPaused:
            return &row_.paused;
        case Phase::kBaking:
            return &row_.baking;
        default:
            return nullptr;
    }
}

void Recorder::decided(std::span<const Site> sites, Phase phase, bool changed, Time now) {
    row_.decisions += changed;
    if (is_final(phase_)) return;
    if (double* spent = clock(phase_)) *spent += to_seconds(now - phase_since_);
    phase_since_ = now;
    phase_ = phase;
    if (back_ == kNever && (phase == Phase::kRollingBack || phase == Phase::kRolledBack)) {
        back_ = now;
        row_.detection = kNaN;
        const Time exposed = first_arrival(sites, kNew);
        if (bad_ && exposed <= now) row_.detection = to_seconds(now - exposed);
        look(sites, now);
    }
    if (is_final(phase)) final_ = now;
}

Outcome Recorder::row(std::span<const Site> sites, bool waits_for_ever, Time horizon) const {
    Recorder at_end = *this;
    at_end.look(sites, horizon);
    at_end.decided(sites, phase_, false, horizon);  // closes the clock of the last phase

    Outcome row = at_end.row_;
    row.verdict = phase_ == Phase::kPromoted                   ? Verdict::kPromoted
                  : phase_ == Phase::kRolledBack && by_person_ ? Verdict::kAborted
                  : phase_ == Phase::kRolledBack               ? Verdict::kRolledBack
                  : phase_ == Phase::kStuck || waits_for_ever  ? Verdict::kStuck
                                                               : Verdict::kTimedOut;
    row.duration = to_seconds(std::min(final_, horizon));
    if (back_ == kNever) row.detection = kNaN;
    row.recovery = recovered_ == kNever ? kNaN : to_seconds(recovered_ - back_);

    const Tally window = total(sites) - before_;
    row.requests = window.arrived;
    row.failed = window.failed();
    row.slow = window.slow;
    row.failed_by_cause = window.failed_by_cause;
    row.exposure = (tally(sites, kNew) - before_new_).arrived;
    const auto exposed = [&](const Site& site) { return site.first_arrival(kNew) <= horizon; };
    row.locations_exposed =
        static_cast<double>(std::count_if(sites.begin(), sites.end(), exposed)) / static_cast<double>(sites.size());
    // The window's expected rate stands for the whole period's.
    const double rate =
        mean_rate(scenario_->traffic, Duration{}, scenario_->window.horizon) + closed_loop_rate(*scenario_);
    row.budget_spent =
        static_cast<double>(row.failed) / ((1 - scenario_->slo.objective) * rate * to_seconds(scenario_->slo.period));
    row.restarts = restarts(sites) - restarts_before_;
    return row;
}

}  // namespace rollcast
