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

/// At what instances have to do.
bool weighs(const Balancing& balancing) { return looks(balancing) && balancing.policy != Policy::kRoundRobin; }

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
    for (double& share : law.late_by_size) share = std::max(0., share);
    AnswerLaw whole;
    whole.add(law, 1 / all);
    return whole;
}

AnswerLaw AnswerLaw::with_late(const AnswerLaw& calm, double share, double times) const {
    const double alone = 1 - calm.in_time();
    if (alone >= 1) return *this;
    AnswerLaw others = *this;
    for (std::size_t i = 0; i < kCauses; ++i) others.late[i] = std::max(0., late[i] - calm.late[i]);
    const double well = others.answered(), waited = std::accumulate(others.late.begin(), others.late.end(), 0.);
    if (waited > 0 && well > 0 && times != 1) {
        const double more = std::min(waited * (times - 1), well), rest = 1 - more / well;
        for (double& late_ones : others.late) late_ones *= 1 + more / waited;
        for (double& bucket : others.by_latency) bucket *= rest;
        others.slow *= rest, others.latency *= rest, others.latency_square *= rest;
    }
    AnswerLaw law;
    law.add(others, (1 - share) / (1 - alone));
    for (std::size_t i = 0; alone > 0 && i < kCauses; ++i) law.late[i] += share * calm.late[i] / alone;
    return law;
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
    for (std::size_t i = 0; i < kSizes; ++i) late_by_size[i] += share * other.late_by_size[i];
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
    const Retries& retries = scenario.traffic.retries;
    if (retries.timeouts && scenario.traffic.classes.empty()) late_attempts_ = retries.attempts;
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

AnswerLaw Profile::law(const Defect& defect, double load, int instances, double slowness) {
    const std::lock_guard lock(mutex_);
    return between(key(defect, instances, slowness), load);
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
    return weighs(alone_.balancing) && timing_of(defect).kind != DefectKind::kNone;
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
    const auto [scenario, facts, calm, first] = loaded(key);
    AnswerLaw law = first;
    if (key.load > 0) {
        const AnswerLaw attempts =
            measure_law(scenario, key.defect(), key.instances, key.slowness, calm, facts.work * key.slowness,
                        key.load < kShort ? kShortRequests : kRequests);
        if (late_attempts_ == 1) return laws_.emplace(key, attempts).first->second;
        // What waiting does to attempts that are not late anyhow it does to first ones.
        const double of_first = first.in_time() / calm.in_time();
        law.add(attempts, of_first);
        law.add(calm, -of_first);
    }
    return laws_.emplace(key, law).first->second;
}

/// Who is late by himself at the new version alone is not tried again.
void Profile::measure_mix(Key key) {
    constexpr std::size_t kOld = index_of(kOldVersion);
    Scenario scenario = loaded(this->key({}, 1, key.slowness)).scenario;
    const auto unknown = std::make_shared<Profile>(alone_);
    const AnswerBook first(alone_, key.defect(), unknown), attempts(scenario, key.defect(), unknown);
    std::array<AnswerLaw, 2> calm{};
    std::array<double, 2> work{};
    double capacity = 0;
    for (std::size_t version = 0; version < 2; ++version) {
        const AnswerBook::Version& facts = attempts.version(version);
        calm[version] = attempts.calm(version, key.slowness);
        work[version] = facts.work * key.slowness;
        capacity += (version == kOld ? key.instances - key.newer : key.newer) * facts.slots / work[version];
    }
    scenario.traffic.rate = key.load * capacity;
    const Mix mix = rollcast::measure_mix(scenario, key.defect(), {key.instances - key.newer, key.newer}, key.slowness,
                                          calm, work, key.load < kShort ? kShortRequests : kRequests);
    for (key.version = 0; key.version < 2; ++key.version) {
        const auto version = static_cast<std::size_t>(key.version);
        const AnswerLaw first_calm = first.calm(version, key.slowness);
        const double of_first = first_calm.in_time() / calm[version].in_time();
        const double share = version == kOld ? 1 - mix.newer : mix.newer;
        AnswerLaw law;
        law.add(first_calm, share);
        law.add(mix.laws[version], share * of_first);
        law.add(calm[version], -share * of_first);
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
    const auto [scenario, facts, calm, first] = loaded(key);
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
    const auto [scenario, facts, calm, first] = loaded(key);
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
                     static_cast<double>(key.version), static_cast<double>(key.refusing), key.stopping_for, key.load});
        rows.insert(rows.end(), law.refused.begin(), law.refused.end());
        rows.insert(rows.end(), law.late.begin(), law.late.end());
        rows.insert(rows.end(), law.by_latency.begin(), law.by_latency.end());
        rows.insert(rows.end(),
                    {law.slow, law.latency, law.latency_square, law.clustering, law.wait_clustering, law.persistence});
        rows.insert(rows.end(), law.late_by_size.begin(), law.late_by_size.end());
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
        key.refusing = static_cast<int>(next()), key.stopping_for = next(), key.load = next();
        AnswerLaw law;
        for (double& share : law.refused) share = next();
        for (double& share : law.late) share = next();
        for (double& share : law.by_latency) share = next();
        law.slow = next(), law.latency = next(), law.latency_square = next();
        law.clustering = next(), law.wait_clustering = next(), law.persistence = next();
        for (double& share : law.late_by_size) share = next();
        if (key.refusing > 0) {
            reaches_.emplace(key, law.slow);
        } else {
            laws_.emplace(key, law);
        }
    }
}

Profile::Loaded Profile::loaded(const Key& key) const {
    constexpr std::size_t kNew = index_of(kNewVersion);
    constexpr double kFewLate = 1e-4;
    Scenario scenario = alone_;
    const Defect defect = key.defect();
    const AnswerLaw first = AnswerBook(scenario, defect, std::make_shared<Profile>(scenario)).calm(kNew, key.slowness);
    const double late = 1 - first.in_time();
    const bool of_some = defect.kind == DefectKind::kLatency && defect.share < 1;  // the slowest of first attempts
    if (late_attempts_ > 1 && late > kFewLate && late < 1 && !of_some) {
        scenario.service.service_time = with_retries(late);
    }
    const AnswerBook book(scenario, defect, std::make_shared<Profile>(scenario));
    const AnswerBook::Version& facts = book.version(kNew);
    scenario.traffic.rate = key.load * key.instances * facts.slots / (facts.work * key.slowness);
    return {std::move(scenario), facts, book.calm(kNew, key.slowness), first};
}

/// Of all attempts, if each of those who are late by themselves, a share of all, is tried as often as clients do.
Distribution Profile::with_retries(double late) const {
    constexpr std::size_t kValues = 1 << 14;
    const double again = late_attempts_ * late, late_now = again / (1 - late + again);
    Empirical times{.values = std::vector<double>(kValues)};
    for (std::size_t i = 0; i < kValues; ++i) {
        const double last = 1. / (2 * kValues), above = 1 - static_cast<double>(i) / (kValues - 1);
        const double level =
            above < late_now ? above * late / late_now : late + (above - late_now) * (1 - late) / (1 - late_now);
        times.values[i] = upper_quantile(alone_.service.service_time, std::clamp(level, last * late, 1 - last));
    }
    return times;
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
            each_level(ServiceTimes(good, truth, hits(truth, i), 1), [&](double seconds, double share) {
                facts.work += each.share * share * seconds;
                facts.residual += each.share * share * seconds * seconds / 2;
            });
        }
        facts.residual /= facts.work;
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
        of(law.late, Cause::kCapacity) += share * (late - alone);
        double longest = alone;
        for (std::size_t size = 1; wait > 0 && size < kSizes; ++size) {
            const double from = timeout * static_cast<double>(kSizes - 1 - size) / (kSizes - 1);
            const double longer = std::min(late, size + 1 == kSizes ? 1 : ServiceTimes::beyond(from, times));
            law.late_by_size[size] += share * std::max(0., longer - longest);
            longest = std::max(longest, longer);
        }
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

std::array<Size, kSizes> AnswerBook::sizes_alone(const Defect& defect, double slowness) const {
    const Service& service = scenario_.service;
    const double timeout = to_seconds(service.timeout);
    const std::vector<RequestClass> classes = classes_of(scenario_);
    std::array<Size, kSizes> sizes{};
    double work = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const Distribution& good = classes[i].service_time ? *classes[i].service_time : service.service_time;
        const ServiceTimes times(good, defect, hits(defect, i), slowness);
        std::array<double, kSizes> shares{}, seconds{};
        each_level(times, [&](double time, double share) {
            shares[size_of(time, timeout)] += share;
            seconds[size_of(time, timeout)] += share * time;
        });
        double longer = 0;  // the share is exact, the mean of a size nearly so
        for (std::size_t size = 0; size < kSizes; ++size) {
            const double from = timeout * static_cast<double>(kSizes - 1 - size) / (kSizes - 1);
            const double beyond = size + 1 == kSizes ? 1 : ServiceTimes::beyond(from, times);
            const double share = classes[i].share * std::max(0., beyond - longer);
            longer = std::max(longer, beyond);
            sizes[size].share += share;
            sizes[size].work += share * (shares[size] > 0 ? seconds[size] / shares[size] : from);
            work += share * (shares[size] > 0 ? seconds[size] / shares[size] : from);
        }
    }
    for (Size& size : sizes) size.work /= work;
    sizes[0].late = 1;
    return sizes;
}

std::array<Size, kSizes> AnswerBook::sizes(std::size_t version, double slowness, const AnswerLaw& law) const {
    std::array<Size, kSizes> sizes;
    {
        const std::lock_guard lock(mutex_);
        const Case key{version, slowness};
        auto known = sizes_.find(key);
        if (known == sizes_.end()) {
            known = sizes_.emplace(key, sizes_alone(versions_[version].defect, slowness)).first;
        }
        sizes = known->second;
    }
    const auto sum = [](const auto& shares) { return std::accumulate(shares.begin(), shares.end(), 0.); };
    const double admitted = 1 - sum(law.refused), waited = sum(law.late_by_size);
    if (admitted <= 0) return sizes;
    const double late = std::max(0., sum(law.late) / admitted - sizes[0].share);
    for (std::size_t i = 1; i < kSizes; ++i) {
        if (sizes[i].share <= 0) continue;
        const double its = waited > 0 ? law.late_by_size[i] / waited : sizes[i].share / (1 - sizes[0].share);
        sizes[i].late = std::min(1., late * its / sizes[i].share);
    }
    return sizes;
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

AnswerLaw AnswerBook::law_at(std::size_t version, double load, int instances, double slowness) const {
    const Kind& kind = versions_[version];
    return load > kind.quiet ? profile_->law(kind.defect, load, instances, slowness) : calm(version, slowness);
}

/// Seconds that clients wait on average.
double AnswerBook::waits(const AnswerLaw& law) const {
    return law.latency + std::accumulate(law.late.begin(), law.late.end(), 0.) * to_seconds(scenario_.service.timeout);
}

const AnswerLaw& AnswerBook::delayed(std::size_t version, double slowness, double wait) const {
    const std::pair key{Case{version, slowness}, wait};
    const std::lock_guard lock(mutex_);
    const auto known = delayed_.find(key);
    if (known != delayed_.end()) return known->second;
    return delayed_.emplace(key, alone(versions_[version].defect, slowness, wait)).first->second;
}

}  // namespace rollcast
