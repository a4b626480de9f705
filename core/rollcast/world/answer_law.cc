#include "rollcast/world/answer_law.h"

#include <algorithm>
#include <cmath>

#include "rollcast/random/distribution.h"
#include "rollcast/stats/queueing.h"

namespace rollcast {
namespace {

/// Loads are told apart in steps of this: as fine as any guard can see.
constexpr double kLoadStep = 1 / 256.;

/// Levels of quantiles with what each stands for, finer towards the upper tail.
struct Level {
    double above;  // share of all draws above it
    double share;
};
std::vector<Level> levels() {
    constexpr int kSteps = 96;
    std::vector<Level> all;
    double top = 1;
    for (const double bottom : {.1, .01, .001, 0.}) {
        const double step = (top - bottom) / kSteps;
        for (int i = 0; i < kSteps; ++i) all.push_back({top - (i + .5) * step, step});
        top = bottom;
    }
    return all;
}

}  // namespace

AnswerBook::AnswerBook(const Scenario& scenario, const Defect& defect)
    : limits_(scenario.observability.latency_buckets),
      timeout_(to_seconds(scenario.service.timeout)),
      pools_(scenario.balancing.policy != Policy::kRandom && scenario.balancing.policy != Policy::kRoundRobin) {
    const Service& service = scenario.service;
    const std::vector<RequestClass> one{RequestClass{}};
    const std::vector<RequestClass>& classes = scenario.traffic.classes.empty() ? one : scenario.traffic.classes;
    for (const Defect& truth : {Defect{}, defect}) {
        Kind& kind = versions_.emplace_back();
        double square = 0;
        kind.facts.slots = service.cores > 0 ? std::min<double>(service.slots, service.cores) : service.slots;
        if (truth.kind == DefectKind::kCapacity) {
            kind.facts.slots = std::max(1.0, std::round(kind.facts.slots * (1 - truth.severity)));
        }
        kind.facts.seen = truth.kind == DefectKind::kWrongAnswers ? 0 : 1;
        for (std::size_t i = 0; i < classes.size(); ++i) {
            const RequestClass& of = classes[i];
            const bool hit = truth.request_class < 0 || static_cast<std::size_t>(truth.request_class) == i;
            const double background = of.error_rate.value_or(service.error_rate);
            kind.facts.background += of.share * background;
            if (hit && (truth.kind == DefectKind::kErrorRate || truth.kind == DefectKind::kWrongAnswers)) {
                kind.facts.defective += of.share * std::min(truth.severity, 1 - background);
            }
            if (hit && truth.kind == DefectKind::kCrashOnRequest) kind.facts.fatal += of.share * truth.severity;
            for (const Level& level : levels()) {
                const double good = upper_quantile(of.service_time.value_or(service.service_time), level.above);
                const bool slowed = hit && truth.kind == DefectKind::kLatency && level.above < truth.share;
                const double seconds = slowed ? good * truth.severity : good;
                const double share = of.share * level.share;
                kind.points.push_back({seconds, share});
                kind.facts.good_work += share * good;
                kind.facts.work += share * seconds;
                square += share * seconds * seconds;
            }
        }
        const double work = kind.facts.work;
        kind.facts.squared_cv = work > 0 ? std::max(0.0, square / (work * work) - 1) : 0;
    }
}

double AnswerBook::load(std::size_t version, double rate, int instances, double slowness) const {
    const Version& facts = versions_[version].facts;
    return rate * facts.work * slowness / (std::max(1, instances) * facts.slots);
}

AnswerLaw AnswerBook::law(std::size_t version, double rate, int instances, double slowness) const {
    const double load = std::min(kMostLoad, this->load(version, rate, instances, slowness));
    const int step = static_cast<int>(std::lround(load / kLoadStep));
    const int pooled = pools_ ? std::max(1, instances) : 1;
    const std::tuple key{version, step, pooled, slowness};
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    return known_.emplace(key, compute(versions_[version], step * kLoadStep, pooled, slowness)).first->second;
}

AnswerLaw AnswerBook::compute(const Kind& kind, double load, int pooled, double slowness) const {
    const int servers = std::max(1, static_cast<int>(std::lround(kind.facts.slots * pooled)));
    const double work = kind.facts.work * slowness;
    double waits = 0, ends_waiting = 0;  // who waits does so for an exponential time of this rate
    if (load > 0 && work > 0) {
        waits = mmc(load * servers / work, 1 / work, servers).wait_probability;
        ends_waiting = servers * (1 - load) / work * 2 / (1 + kind.facts.squared_cv);
    }
    const auto below = [&](double limit) {  // share of the answers by then
        double share = 0;
        for (const Point& point : kind.points) {
            const double left = limit - point.service * slowness;
            if (left < 0) continue;
            share += point.share * (1 - (waits > 0 ? waits * std::exp(-ends_waiting * left) : 0));
        }
        return share;
    };
    AnswerLaw law;
    const double in_time = below(timeout_);
    law.late = std::clamp(1 - in_time, 0., 1.);
    if (law.late < 1e-9) law.late = 0;
    double before = 0;
    for (std::size_t bucket = 0; bucket <= limits_.size(); ++bucket) {
        const bool last = bucket == limits_.size() || limits_[bucket] >= timeout_;
        const double by_now = last || in_time == 0 ? 1 : std::min(1., below(limits_[bucket]) / in_time);
        law.by_latency[bucket] = by_now - before;
        before = by_now;
        if (last) break;
    }
    const double wait = waits > 0 ? waits / ends_waiting : 0;
    law.mean = std::min(timeout_, work + wait);
    const double wait_square = waits > 0 ? 2 * waits / (ends_waiting * ends_waiting) : 0;
    law.deviation = std::sqrt(work * work * kind.facts.squared_cv + std::max(0., wait_square - wait * wait));
    return law;
}

}  // namespace rollcast
