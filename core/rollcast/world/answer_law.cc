#include "rollcast/world/answer_law.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "rollcast/random/distribution.h"
#include "rollcast/stats/queueing.h"
#include "rollcast/world/data_plane.h"

namespace rollcast {
namespace {

/// Fewer than so many requests wait: as good as none.
constexpr double kFewWait = 1e-3;
/// Laws do not depend on luck: measurements have their own.
constexpr std::uint64_t kSeed = 20240229;
/// Of a measurement, at least.
constexpr int kFewestWindows = 100;

std::vector<RequestClass> classes_of(const Scenario& scenario) {
    return scenario.traffic.classes.empty() ? std::vector{RequestClass{}} : scenario.traffic.classes;
}

bool hits(const Defect& defect, std::size_t request_class) {
    return defect.request_class < 0 || static_cast<std::size_t>(defect.request_class) == request_class;
}

double slots_of(const Service& service, const Defect& defect) {
    const double slots = service.cores > 0 ? std::min<double>(service.slots, service.cores) : service.slots;
    return defect.kind == DefectKind::kCapacity ? std::max(1.0, std::round(slots * (1 - defect.severity))) : slots;
}

/// Does the balancer look at what instances do?
bool pools(const Balancing& balancing) { return balancing.policy != Policy::kRandom; }

/// The load up to which at most kFewWait of all requests would wait in M/M/c.
double quiet_load(double slots) {
    const int servers = std::max(1, static_cast<int>(std::lround(slots)));
    double low = 0, high = 1;
    for (int i = 0; i < 20; ++i) {
        const double load = (low + high) / 2;
        (mmc(load * servers, 1, servers).wait_probability < kFewWait ? low : high) = load;
    }
    return low;
}

/// Service times of a class at a version, by the share of requests that take longer.
class ServiceTimes {
   public:
    ServiceTimes(const Distribution& good, const Defect& defect, bool hit, double slowness)
        : good_(&good), slowness_(slowness) {
        if (hit && defect.kind == DefectKind::kLatency) slow_factor_ = defect.severity, slow_share_ = defect.share;
    }
    double good(double above) const { return slowness_ * upper_quantile(*good_, above); }
    double operator()(double above) const { return good(above) * (above < slow_share_ ? slow_factor_ : 1); }

    /// The share that takes longer than `limit`, by bisection. `time`: seconds by the share that takes longer.
    template <typename Time>
    static double beyond(double limit, const Time& time) {
        double low = 0, high = 1;
        for (int i = 0; i < 48; ++i) {
            const double middle = (low + high) / 2;
            (time(middle) > limit ? low : high) = middle;
        }
        return low;
    }

   private:
    const Distribution* good_;
    double slowness_;
    double slow_factor_ = 1;
    double slow_share_ = 0;
};

/// Averages over service times, finer towards the upper tail. `add`: called with a time and its share.
template <typename Add>
void each_level(const ServiceTimes& times, const Add& add) {
    constexpr int kSteps = 96;
    double top = 1;
    for (const double bottom : {.1, .01, .001, 0.}) {
        const double step = (top - bottom) / kSteps;
        for (int i = 0; i < kSteps; ++i) add(times(top - (i + .5) * step), step);
        top = bottom;
    }
}

double& of(AnswerLaw::ByCause& shares, Cause cause) { return shares[static_cast<std::size_t>(cause)]; }

}  // namespace

double AnswerLaw::in_time() const {
    return 1 - std::accumulate(refused.begin(), refused.end(), 0.) - std::accumulate(late.begin(), late.end(), 0.);
}

void AnswerLaw::add(const AnswerLaw& other, double share) {
    for (std::size_t i = 0; i < kCauses; ++i) {
        refused[i] += share * other.refused[i];
        late[i] += share * other.late[i];
    }
    for (std::size_t i = 0; i < by_latency.size(); ++i) by_latency[i] += share * other.by_latency[i];
    slow += share * other.slow;
    latency += share * other.latency;
    latency_square += share * other.latency_square;
    clustering += share * other.clustering;
}

// ---- what is measured ----

Profile::Profile(const Scenario& scenario) {
    alone_.service = scenario.service;
    alone_.service.error_rate = 0;
    alone_.observability = scenario.observability;
    alone_.balancing.policy = scenario.balancing.policy;
    alone_.balancing.balancers = scenario.balancing.balancers;
    alone_.traffic.classes = scenario.traffic.classes;
    for (RequestClass& each : alone_.traffic.classes) each.error_rate.reset();
    alone_.release = scenario.release;
}

/// Only what it does to the time that answers take.
Defect Profile::timing_of(const Defect& defect) const {
    constexpr double kFactorStep = .05;
    if (defect.kind == DefectKind::kCapacity) return defect;
    if (defect.kind != DefectKind::kLatency) return {};
    const auto names_it = [&](const TruthKind& truth) {
        const Constant* fixed = std::get_if<Constant>(&truth.severity);
        return fixed != nullptr && truth.kind == defect.kind && fixed->value == defect.severity;
    };
    const std::vector<TruthKind>& truths = alone_.release.truths;
    Defect timing = defect;
    if (std::none_of(truths.begin(), truths.end(), names_it)) {
        timing.severity = std::exp(kFactorStep * std::round(std::log(defect.severity) / kFactorStep));
    }
    return timing;
}

AnswerLaw Profile::law(const Defect& defect, double load, int instances, double slowness) {
    const Defect timing = timing_of(defect);
    const double step = load < kShort ? kShortStep : kLoadStep;
    const double steps = std::min(load, kHighest) / step, below = std::floor(steps);
    Key key{.kind = timing.kind,
            .severity = timing.severity,
            .share = timing.share,
            .request_class = timing.request_class,
            .slowness = slowness,
            .instances = pools(alone_.balancing) ? std::clamp(instances, 1, kMostPooled) : 1,
            .load = below * step};
    const double above = steps - below;
    AnswerLaw law;
    const std::lock_guard lock(mutex_);
    law.add(at(key), 1 - above);
    key.load = (below + 1) * step;
    if (above > 0) law.add(at(key), above);
    return law;
}

const AnswerLaw& Profile::at(const Key& key) {
    const auto known = known_.find(key);
    return known != known_.end() ? known->second : known_.emplace(key, measure(key)).first->second;
}

AnswerLaw Profile::measure(const Key& key) const {
    const Defect defect{key.kind, key.severity, key.share, key.request_class};
    Scenario scenario = alone_;
    const AnswerBook book(scenario, defect, std::make_shared<Profile>(scenario));
    const AnswerBook::Version& facts = book.version(index_of(kNewVersion));
    const double most = key.instances * facts.slots / (facts.work * key.slowness);
    scenario.traffic.rate = std::max(kShortStep / 8, key.load) * most;

    DataPlane plane(scenario, std::vector{defect}, StreamSpace(kSeed, 0), Time{});
    plane.count_application(false);
    plane.impair_all({.slowness = key.slowness});
    RouteGroup group;
    for (int i = 0; i < key.instances; ++i) {
        group.servers.push_back(plane.add_server(kOldVersion));
        plane.listen(group.servers.back(), Time{});
    }
    plane.set_routes({group});

    const Duration all = from_seconds((key.load < kShort ? kShortRequests : kRequests) / scenario.traffic.rate);
    const Duration window = std::min(scenario.observability.scrape_interval, all / kFewestWindows);
    const double timeout = to_seconds(scenario.service.timeout);
    struct Look {
        Tally tally{};
        Meter meter{};
        double well = 0;     // requests in time
        double latency = 0;  // seconds, of these together

        Look(const DataPlane& plane, double timeout) : tally(plane.tally(0)), meter(plane.proxy_meter(0)) {
            // Proxies see those who are refused answered at once, and those who are late at their timeout.
            well = static_cast<double>(tally.answered);
            latency = static_cast<double>(meter.latency_ns) * 1e-9 - timeout * late();
        }
        double of(Code code) const { return static_cast<double>(meter.counters.by_code[std::size_t(code)]); }
        double late() const { return of(Code::k504); }
        double failed() const { return static_cast<double>(tally.failed()); }
    };
    std::vector<Look> looks;
    for (Time now = Time{} + all / 20 + 3 * scenario.service.timeout, end = now + all; now <= end; now += window) {
        plane.advance(now);
        plane.sweep(now);
        looks.emplace_back(plane, timeout);
    }
    const Look &first = looks.front(), &last = looks.back();
    const double well = last.well - first.well, failed = last.failed() - first.failed(), ended = well + failed;
    const double late = (last.late() - first.late()) / ended, refused = failed / ended - late;

    AnswerLaw law;
    const Tally tally = last.tally - first.tally;
    for (std::size_t cause = 0; cause < kCauses; ++cause) {
        const double share = static_cast<double>(tally.failed_by_cause[cause]) / ended;
        law.late[cause] = failed > 0 ? share * late * ended / failed : 0;
        law.refused[cause] = share - law.late[cause];
    }
    const std::vector<double>& limits = scenario.observability.latency_buckets;
    const Counters seen = last.meter.counters - first.meter.counters;
    for (std::size_t b = 0; b < kMaxLatencyBuckets; ++b) {
        law.by_latency[b] = static_cast<double>(seen.by_latency[b]) / ended;
    }
    law.by_latency[0] -= refused;
    law.by_latency[static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end(), timeout) - limits.begin())] -=
        late;
    law.slow = static_cast<double>(tally.slow) / ended;
    law.latency = (last.latency - first.latency) / ended;

    // How much more they differ from window to window than if each request had its fate for itself.
    const double mean_latency = well > 0 ? (last.latency - first.latency) / well : 0;
    const double windows = static_cast<double>(looks.size() - 1), mean_failed = failed / windows;
    double of_latency = 0, of_failures = 0;
    for (std::size_t i = 1; i < looks.size(); ++i) {
        const double n = looks[i].well - looks[i - 1].well, f = looks[i].failed() - looks[i - 1].failed();
        of_latency += std::pow(looks[i].latency - looks[i - 1].latency - n * mean_latency, 2);
        of_failures += std::pow(f - mean_failed, 2);
    }
    law.latency_square = law.latency * mean_latency + of_latency / ended;
    const double by_itself = failed * (1 - failed / ended);
    law.clustering = std::max(0., (of_failures * windows / (windows - 1) - by_itself) / ended);
    return law;
}

// ---- both versions ----

AnswerBook::AnswerBook(const Scenario& scenario, const Defect& defect, std::shared_ptr<Profile> profile)
    : scenario_(scenario), profile_(profile ? std::move(profile) : std::make_shared<Profile>(scenario)) {
    const std::vector<RequestClass> classes = classes_of(scenario);
    for (const Defect& truth : {Defect{}, defect}) {
        Kind& kind = versions_.emplace_back();
        kind.defect = truth;
        Version& facts = kind.facts;
        facts.slots = slots_of(scenario.service, truth);
        for (std::size_t i = 0; i < classes.size(); ++i) {
            const RequestClass& each = classes[i];
            const double background = each.error_rate.value_or(scenario.service.error_rate);
            facts.background += each.share * background;
            if (hits(truth, i) && (truth.kind == DefectKind::kErrorRate || truth.kind == DefectKind::kWrongAnswers)) {
                facts.defective += each.share * std::min(truth.severity, 1 - background);
            }
            if (hits(truth, i) && truth.kind == DefectKind::kCrashOnRequest) facts.fatal += each.share * truth.severity;
            const Distribution& good = each.service_time ? *each.service_time : scenario.service.service_time;
            each_level(ServiceTimes(good, truth, hits(truth, i), 1),
                       [&](double seconds, double share) { facts.work += each.share * share * seconds; });
        }
        kind.quiet = quiet_load(facts.slots);
        kind.alone = alone(truth, 1);
    }
}

AnswerLaw AnswerBook::alone(const Defect& defect, double slowness) const {
    const Service& service = scenario_.service;
    const std::vector<double>& limits = scenario_.observability.latency_buckets;
    const double timeout = to_seconds(service.timeout);
    const std::vector<RequestClass> classes = classes_of(scenario_);
    AnswerLaw law;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const Distribution& good = classes[i].service_time ? *classes[i].service_time : service.service_time;
        const ServiceTimes times(good, defect, hits(defect, i), slowness);
        const auto beyond = [&](double limit) { return ServiceTimes::beyond(limit, times); };
        const double share = classes[i].share, late = beyond(timeout);
        const double late_anyhow =
            std::min(late, ServiceTimes::beyond(timeout, [&](double above) { return times.good(above); }));
        of(law.late, Cause::kBackground) += share * late_anyhow;
        of(law.late, Cause::kDefect) += share * (late - late_anyhow);
        law.slow += share * std::max(0., beyond(to_seconds(service.slow)) - late);
        double longer = 1;
        for (std::size_t b = 0; b <= limits.size() && longer > late; ++b) {
            const double rest = b == limits.size() ? late : std::max(late, beyond(limits[b]));
            law.by_latency[b] += share * (longer - rest);
            longer = rest;
        }
        each_level(times, [&](double seconds, double of_it) {
            if (seconds > timeout) return;
            law.latency += share * of_it * seconds;
            law.latency_square += share * of_it * seconds * seconds;
        });
    }
    return law;
}

double AnswerBook::load(std::size_t version, double rate, int instances, double slowness) const {
    const Version& facts = versions_[version].facts;
    return rate * facts.work * slowness / (std::max(1, instances) * facts.slots);
}

AnswerLaw AnswerBook::law(std::size_t version, double rate, int instances, double slowness) const {
    const Kind& kind = versions_[version];
    const double load = this->load(version, rate, instances, slowness);
    if (load > kind.quiet) return profile_->law(kind.defect, load, instances, slowness);
    return slowness == 1 ? kind.alone : alone(kind.defect, slowness);
}

}  // namespace rollcast
