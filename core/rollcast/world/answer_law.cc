#include "rollcast/world/answer_law.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/random/counts.h"
#include "rollcast/random/distribution.h"
#include "rollcast/stats/queueing.h"
#include "rollcast/world/answering.h"
#include "rollcast/world/measured_law.h"

namespace rollcast {
namespace {

/// Fewer than so many requests wait: as good as none.
constexpr double kFewWait = 1e-3;

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

/// Does the balancer look at what instances do, or whose turn it is?
bool looks(const Balancing& balancing) { return balancing.policy != Policy::kRandom; }

/// So many instances of one balancer hardly differ from these.
int like(int instances) {
    for (const int fewer : {16, 12, 8, 6, 4, 3, 2}) {
        if (instances >= fewer) return fewer;
    }
    return 1;
}

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

double share_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

double& of(AnswerLaw::ByCause& shares, Cause cause) { return shares[static_cast<std::size_t>(cause)]; }

}  // namespace

double AnswerLaw::in_time() const {
    return 1 - std::accumulate(refused.begin(), refused.end(), 0.) - std::accumulate(late.begin(), late.end(), 0.);
}

double AnswerLaw::all() const {
    return std::accumulate(refused.begin(), refused.end(), std::accumulate(late.begin(), late.end(), answered()));
}

double AnswerLaw::answered() const { return std::accumulate(by_latency.begin(), by_latency.end(), 0.); }

AnswerLaw AnswerLaw::behind(const AnswerLaw& calm, const AnswerLaw& delayed) const {
    AnswerLaw law = delayed;
    const double still = calm.in_time() > 0 ? std::max(0., delayed.in_time() / calm.in_time()) : 0;
    law.add(*this, still);
    law.add(calm, -still);
    double all = 0;
    for (auto* shares : {&law.refused, &law.late}) {
        for (double& share : *shares) all += share = std::max(0., share);
    }
    for (double& share : law.by_latency) all += share = std::max(0., share);
    for (double* each : {&law.slow, &law.latency, &law.latency_square}) *each = std::max(0., *each);
    AnswerLaw whole;
    whole.add(law, 1 / all);
    return whole;
}

double AnswerLaw::attempts() const {
    return std::accumulate(refused_again.begin(), refused_again.end(),
                           std::accumulate(late_again.begin(), late_again.end(), 1 + errors_again));
}

double AnswerLaw::late_alone() const {
    constexpr auto kAlone = static_cast<std::size_t>(Cause::kBackground);
    return (late[kAlone] + late_again[kAlone]) / attempts();
}

double AnswerLaw::fails_otherwise(bool elsewhere) const {
    constexpr auto kWaited = static_cast<std::size_t>(Cause::kCapacity);
    constexpr auto kDefective = static_cast<std::size_t>(Cause::kDefect);
    double fails = 0, alone = 0;
    for (std::size_t i = 0; i < kCauses; ++i) {
        fails += refused[i] + refused_again[i];
        (i == kWaited || (elsewhere && i == kDefective) ? fails : alone) += late[i] + late_again[i];
    }
    return share_of(fails, attempts() - alone);
}

AnswerLaw AnswerLaw::with_clients_of(const AnswerLaw& other, double errors, double again) const {
    const auto alone = static_cast<std::size_t>(Cause::kBackground);
    AnswerLaw law;
    const double others = (1 - other.late_alone()) / (1 - late[alone]);
    if (late[alone] < 1) law.add(*this, others);
    law.late[alone] = other.late_alone();
    double last = 1;
    const auto part = [&](double& all, double& tried, double share) {
        tried = all * share;
        all -= tried;
        last -= tried;
    };
    for (std::size_t i = 0; i < kCauses; ++i) {
        const double all = other.late[i] + other.late_again[i];
        part(law.late[i], law.late_again[i], all > 0 ? other.late_again[i] / all : again);
        part(law.refused[i], law.refused_again[i], again);
    }
    law.errors_again = law.answered() * errors * again;
    last -= law.errors_again;
    const double rest = 1 - errors * again;
    for (double& bucket : law.by_latency) bucket *= rest;
    law.slow *= rest, law.latency *= rest, law.latency_square *= rest;
    AnswerLaw of_last;
    if (last > 0) of_last.add(law, 1 / last);
    of_last.granted = other.granted, of_last.tokens = other.tokens;
    return of_last;
}

void AnswerLaw::cluster(const AnswerLaw& calm, double u) {
    const auto factor = [&](double excess, double sum) { return gamma_quantile(excess / (sum * sum), u); };
    const double failed =
        std::accumulate(refused.begin(), refused.end(), std::accumulate(late.begin(), late.end(), 0.));
    const double well = answered(), waited = latency - calm.latency;
    if (clustering > 0 && failed > 0 && well > 0) {
        const double times = std::min(factor(clustering, failed), (failed + well) / failed);
        for (std::size_t i = 0; i < kCauses; ++i) refused[i] *= times, late[i] *= times;
        const double rest = (failed + well - times * failed) / well;
        for (double& bucket : by_latency) bucket *= rest;
        slow *= rest, latency *= rest, latency_square *= rest;
    }
    if (wait_clustering > 0 && waited > 0) {
        const double times = factor(wait_clustering, waited), left = answered(), calm_left = calm.answered();
        double sum = 0;
        const auto move = [&](double& value, double still) { value = std::max(0., still + times * (value - still)); };
        for (std::size_t b = 0; b < by_latency.size(); ++b) {
            move(by_latency[b], calm.by_latency[b] * left / calm_left);
            sum += by_latency[b];
        }
        for (double& bucket : by_latency) bucket *= sum > 0 ? left / sum : 1;
        move(slow, calm.slow * left / calm_left);
        move(latency, calm.latency * left / calm_left);
        latency_square = std::max(latency_square, latency * latency / std::max(left, 1e-300));
    }
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
    wait_clustering += share * other.wait_clustering;
    persistence += share * other.persistence;
    for (std::size_t i = 0; i < kCauses; ++i) {
        refused_again[i] += share * other.refused_again[i];
        late_again[i] += share * other.late_again[i];
    }
    errors_again += share * other.errors_again;
    granted += share * other.granted;
    tokens += share * other.tokens;
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
    retries_ = scenario.traffic.retries;
    replicas_ = scenario.fleet.replicas;
    for (const RequestClass& each : classes_of(scenario)) {
        background_ += each.share * each.error_rate.value_or(scenario.service.error_rate);
    }
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

Profile::Key Profile::key(const Defect& defect, int instances, double slowness) const {
    const Defect timing = timing_of(defect);
    return {.kind = timing.kind,
            .severity = timing.severity,
            .share = timing.share,
            .request_class = timing.request_class,
            .slowness = slowness,
            .instances = looks(alone_.balancing) ? like(instances) : 1};
}

AnswerLaw Profile::law(const Defect& defect, double load, int instances, double slowness, double errors) {
    Key key = this->key(defect, instances, slowness);
    const std::lock_guard lock(mutex_);
    if (errors == kAttempts) return between(key, load);
    constexpr std::array kSteps{0., .01, .02, .03, .04, .05, .06, .08, .1, .15, .2, .3, .5, 1.};
    const double more = std::clamp(errors - background_, 0., 1.);
    std::size_t next = 1;
    while (next + 1 < kSteps.size() && kSteps[next] < more) ++next;
    const double beyond = (more - kSteps[next - 1]) / (kSteps[next] - kSteps[next - 1]);
    key.instances = like(instances);
    AnswerLaw law;
    key.errors = std::min(1., background_ + kSteps[next - 1]);
    law.add(between(key, load), 1 - beyond);
    key.errors = std::min(1., background_ + kSteps[next]);
    if (beyond > 1e-6) law.add(between(key, load), beyond);
    return law;
}

AnswerLaw Profile::between(Key key, double load) {
    const double step = load < kShort ? kShortStep : kLoadStep;
    const double steps = std::min(load, kHighest) / step, below = std::floor(steps), above = steps - below;
    key.load = below * step;
    AnswerLaw law;
    law.add(at(key), 1 - above);
    key.load = (below + 1) * step;
    if (above > 0) law.add(at(key), above);
    return law;
}

bool Profile::sets_apart(const Defect& defect) const {
    return weighs(alone_.balancing.policy) && timing_of(defect).kind != DefectKind::kNone;
}

Mix Profile::mix(const Defect& defect, double load, int older, int newer, double slowness) {
    Key key = this->key(defect, older + newer, slowness);
    const double part = std::clamp(std::round(static_cast<double>(kMixes) * newer / (older + newer)), 1., kMixes - 1.);
    key.instances = std::max(2, key.instances);
    key.newer = std::clamp(static_cast<int>(std::lround(part * key.instances / kMixes)), 1, key.instances - 1);
    Mix mix;
    std::array<double, 2> drawn{};  // requests of an instance
    {
        const std::lock_guard lock(mutex_);
        for (key.version = 0; key.version < 2; ++key.version) {
            AnswerLaw& law = mix.laws[static_cast<std::size_t>(key.version)];
            const AnswerLaw part_of_all = between(key, std::max(load, kShortStep));
            const double share = part_of_all.all();
            law.add(part_of_all, 1 / share);
            drawn[static_cast<std::size_t>(key.version)] =
                share / (key.version == 0 ? key.instances - key.newer : key.newer);
        }
    }
    mix.newer = newer * drawn[1] / (older * drawn[0] + newer * drawn[1]);
    return mix;
}

const AnswerLaw& Profile::at(const Key& key) {
    if (const auto known = laws_.find(key); known != laws_.end()) return known->second;
    if (key.newer > 0) {
        measure_mix(key);
        return laws_.at(key);
    }
    Key measured = key;
    const bool clients = key.errors != kAttempts;
    if (clients) measured.load = std::max(key.load, kShortStep);
    auto [scenario, facts, calm] = loaded(measured);
    if (!clients) {
        if (key.load == 0) return laws_.emplace(key, calm).first->second;
        return laws_
            .emplace(key, measure_law(scenario, key.defect(), key.instances, key.slowness, calm,
                                      facts.work * key.slowness, key.load < kShort ? kShortRequests : kRequests))
            .first->second;
    }
    scenario.traffic.retries = retries_;
    // All clients share a bucket; of a large fleet there is a part.
    if (key.instances == kMostPooled) {
        scenario.traffic.retries.reserve *= std::min(1., static_cast<double>(kMostPooled) / replicas_);
    }
    scenario.service.error_rate = key.errors;
    return laws_
        .emplace(key, measure_law_with_clients(scenario, key.defect(), key.instances, key.slowness, calm, kRequests))
        .first->second;
}

void Profile::measure_mix(Key key) {
    constexpr std::size_t kOld = index_of(kOldVersion);
    Scenario scenario = alone_;
    const AnswerBook book(alone_, key.defect(), std::make_shared<Profile>(alone_));
    std::array<AnswerLaw, 2> calm{};
    std::array<double, 2> work{};
    double capacity = 0;
    for (std::size_t version = 0; version < 2; ++version) {
        const AnswerBook::Version& facts = book.version(version);
        calm[version] = book.calm(version, key.slowness);
        work[version] = facts.work * key.slowness;
        capacity += (version == kOld ? key.instances - key.newer : key.newer) * facts.slots / work[version];
    }
    scenario.traffic.rate = key.load * capacity;
    const Mix mix = rollcast::measure_mix(scenario, key.defect(), {key.instances - key.newer, key.newer}, key.slowness,
                                          calm, work, key.load < kShort ? kShortRequests : kRequests);
    for (key.version = 0; key.version < 2; ++key.version) {
        const auto version = static_cast<std::size_t>(key.version);
        AnswerLaw law;
        law.add(mix.laws[version], version == kOld ? 1 - mix.newer : mix.newer);
        laws_.emplace(key, law);
    }
}

Profile::Key Profile::key_beside(const Defect& defect, double load, int refusing, int answering,
                                 double slowness) const {
    constexpr double kStep = .1;
    const double shrunk = std::min(1., static_cast<double>(kMostPooled) / (answering + refusing));
    Key key = this->key(defect, 1, slowness);
    key.instances = std::max(1, static_cast<int>(std::lround(shrunk * answering)));
    key.refusing = std::max(1, static_cast<int>(std::lround(shrunk * refusing)));
    key.load = std::max(1., std::round(std::min(load, kHighest) / kStep)) * kStep;
    return key;
}

double Profile::refused_at_first(const Defect& defect, double load, int answering, double dead_for, double slowness) {
    if (answering == 0 || dead_for <= 0 || !looks(alone_.balancing)) return 0;
    Key key = key_beside(defect, load, 1, answering, slowness);
    key.stopping_for = -dead_for;
    // Who is there works off what it has, so it is that many more of more instances.
    const double shrunk = static_cast<double>(answering) / key.instances;
    const std::lock_guard lock(mutex_);
    if (const auto known = reaches_.find(key); known != reaches_.end()) return shrunk * known->second;
    const auto [scenario, facts, calm] = loaded(key);
    const double refused = measure_refused_at_first(scenario, key.defect(), key.instances, key.slowness,
                                                    facts.work * key.slowness, dead_for);
    return shrunk * reaches_.emplace(key, refused).first->second;
}

double Profile::reach(const Defect& defect, double load, const Refusing& refusing, int answering, double slowness) {
    const int count = refusing.dead + refusing.stopping;
    if (count == 0) return 1;
    if (answering == 0) return 0;
    if (!looks(alone_.balancing)) return static_cast<double>(answering) / (answering + count);
    Key key = key_beside(defect, load, count, answering, slowness);
    key.stopping_for = refusing.dead == 0 ? refusing.stopping_for : 0;
    const std::lock_guard lock(mutex_);
    if (const auto known = reaches_.find(key); known != reaches_.end()) return known->second;
    const auto [scenario, facts, calm] = loaded(key);
    const double reach = key.stopping_for > 0
                             ? measure_reach_while_stopping(scenario, key.defect(), key.instances, key.refusing,
                                                            key.slowness, facts.work * key.slowness, key.stopping_for)
                             : measure_reach(scenario, key.defect(), key.instances, key.refusing, key.slowness);
    return reaches_.emplace(key, reach).first->second;
}

std::vector<double> Profile::dump() const {
    std::vector<double> rows;
    const auto add = [&](const Key& key, const AnswerLaw& law) {
        rows.insert(rows.end(),
                    {static_cast<double>(key.kind), key.severity, key.share, static_cast<double>(key.request_class),
                     key.slowness, static_cast<double>(key.instances), static_cast<double>(key.newer),
                     static_cast<double>(key.version), static_cast<double>(key.refusing), key.stopping_for, key.errors,
                     key.load});
        rows.insert(rows.end(), law.refused.begin(), law.refused.end());
        rows.insert(rows.end(), law.late.begin(), law.late.end());
        rows.insert(rows.end(), law.by_latency.begin(), law.by_latency.end());
        rows.insert(rows.end(),
                    {law.slow, law.latency, law.latency_square, law.clustering, law.wait_clustering, law.persistence});
        rows.insert(rows.end(), law.refused_again.begin(), law.refused_again.end());
        rows.insert(rows.end(), law.late_again.begin(), law.late_again.end());
        rows.insert(rows.end(), {law.errors_again, law.granted, law.tokens});
    };
    const std::lock_guard lock(mutex_);
    for (const auto& [key, law] : laws_) add(key, law);
    for (const auto& [key, reach] : reaches_) add(key, {.slow = reach});  // refusing tells it from a law
    return rows;
}

void Profile::restore(std::span<const double> rows) {
    require(rows.size() % kRow == 0, "a profile has " + std::to_string(kRow) + " numbers for each measurement");
    const std::lock_guard lock(mutex_);
    for (const double* at = rows.data(); at != rows.data() + rows.size();) {
        const auto next = [&] { return *at++; };
        Key key{};
        key.kind = static_cast<DefectKind>(next()), key.severity = next(), key.share = next(),
        key.request_class = static_cast<int>(next());
        key.slowness = next(), key.instances = static_cast<int>(next());
        key.newer = static_cast<int>(next()), key.version = static_cast<int>(next());
        key.refusing = static_cast<int>(next()), key.stopping_for = next(), key.errors = next(), key.load = next();
        AnswerLaw law;
        for (double& share : law.refused) share = next();
        for (double& share : law.late) share = next();
        for (double& share : law.by_latency) share = next();
        law.slow = next(), law.latency = next(), law.latency_square = next();
        law.clustering = next(), law.wait_clustering = next(), law.persistence = next();
        for (double& share : law.refused_again) share = next();
        for (double& share : law.late_again) share = next();
        law.errors_again = next(), law.granted = next(), law.tokens = next();
        if (key.refusing > 0) {
            reaches_.emplace(key, law.slow);
        } else {
            laws_.emplace(key, law);
        }
    }
}

Profile::Loaded Profile::loaded(const Key& key) const {
    constexpr std::size_t kNew = index_of(kNewVersion);
    Scenario scenario = alone_;
    const AnswerBook book(scenario, key.defect(), std::make_shared<Profile>(scenario));
    const AnswerBook::Version& facts = book.version(kNew);
    scenario.traffic.rate = key.load * key.instances * facts.slots / (facts.work * key.slowness);
    return {std::move(scenario), facts, book.calm(kNew, key.slowness)};
}

// ---- both versions ----

AnswerBook::AnswerBook(const Scenario& scenario, const Defect& defect, std::shared_ptr<Profile> profile)
    : scenario_(scenario), profile_(profile ? std::move(profile) : std::make_shared<Profile>(scenario)) {
    const std::vector<RequestClass> classes = classes_of(scenario);
    const double timeout = to_seconds(scenario.service.timeout);
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
            each_level(ServiceTimes(good, truth, hits(truth, i), 1), [&](double seconds, double share) {
                facts.work += each.share * share * seconds;
                facts.residual += each.share * share * seconds * seconds / 2;
                if (seconds > timeout) facts.late_work += each.share * share * seconds;
            });
        }
        facts.residual /= facts.work, facts.late_work /= facts.work;
        kind.quiet = quiet_load(facts.slots);
    }
}

AnswerLaw AnswerBook::alone(const Defect& defect, double slowness, double wait) const {
    const Service& service = scenario_.service;
    const std::vector<double>& limits = scenario_.observability.latency_buckets;
    const double timeout = to_seconds(service.timeout);
    const std::vector<RequestClass> classes = classes_of(scenario_);
    AnswerLaw law;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const Distribution& good = classes[i].service_time ? *classes[i].service_time : service.service_time;
        const ServiceTimes times(good, defect, hits(defect, i), slowness);
        const auto beyond = [&](double limit) { return limit > wait ? ServiceTimes::beyond(limit - wait, times) : 1; };
        const double share = classes[i].share, late = beyond(timeout), alone = ServiceTimes::beyond(timeout, times);
        const double late_anyhow =
            std::min(alone, ServiceTimes::beyond(timeout, [&](double above) { return times.good(above); }));
        of(law.late, Cause::kBackground) += share * late_anyhow;
        of(law.late, Cause::kDefect) += share * (alone - late_anyhow);
        of(law.late, blame_for_waits(defect, hits(defect, i))) += share * (late - alone);
        law.slow += share * std::max(0., beyond(to_seconds(service.slow)) - late);
        double longer = 1;
        for (std::size_t b = 0; b <= limits.size() && longer > late; ++b) {
            const double rest = b == limits.size() ? late : std::max(late, beyond(limits[b]));
            law.by_latency[b] += share * (longer - rest);
            longer = rest;
        }
        each_level(times, [&](double seconds, double of_it) {
            if (wait + seconds > timeout) return;
            law.latency += share * of_it * (wait + seconds);
            law.latency_square += share * of_it * (wait + seconds) * (wait + seconds);
        });
    }
    return law;
}

double AnswerBook::load(std::size_t version, double rate, int instances, double slowness) const {
    const Version& facts = versions_[version].facts;
    return rate * facts.work * slowness / (std::max(1, instances) * facts.slots);
}

double AnswerBook::reach(std::size_t version, double rate, int answering, const Refusing& refusing,
                         double slowness) const {
    const double load = this->load(version, rate, answering, slowness);
    return profile_->reach(versions_[version].defect, load, refusing, answering, slowness);
}

double AnswerBook::refused_at_first(std::size_t version, double rate, int answering, double dead_for,
                                    double slowness) const {
    const double load = this->load(version, rate, answering, slowness);
    return profile_->refused_at_first(versions_[version].defect, load, answering, dead_for, slowness);
}

AnswerLaw AnswerBook::law_at(std::size_t version, double load, int instances, double slowness, double errors) const {
    const Kind& kind = versions_[version];
    if (load <= kind.quiet && errors == Profile::kAttempts) return calm(version, slowness);
    return profile_->law(kind.defect, load, instances, slowness, errors);
}

bool AnswerBook::same_times() const {
    const DefectKind kind = versions_.back().defect.kind;
    return kind != DefectKind::kLatency && kind != DefectKind::kCapacity;
}

/// Seconds that clients wait on average.
double AnswerBook::waits(const AnswerLaw& law) const {
    const double late = std::accumulate(law.late.begin(), law.late.end(), 0.);
    const double before = std::accumulate(law.late_again.begin(), law.late_again.end(), late);
    return law.latency + before * to_seconds(scenario_.service.timeout);
}

const AnswerLaw& AnswerBook::delayed(std::size_t version, double slowness, double wait) const {
    const std::pair key{Case{version, slowness}, wait};
    const std::lock_guard lock(mutex_);
    const auto known = delayed_.find(key);
    if (known != delayed_.end()) return known->second;
    return delayed_.emplace(key, alone(versions_[version].defect, slowness, wait)).first->second;
}

}  // namespace rollcast
