#include "rollcast/model/scenario.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "rollcast/base/check.h"
#include "rollcast/model/fidelity.h"
#include "rollcast/stats/counters.h"

namespace rollcast {
namespace {

/// Collects complaints; a check that holds costs nothing.
class Complaints {
   public:
    void unless(bool holds, const std::string& path, const std::string& message) {
        if (!holds) found_.push_back({path, message});
    }
    template <typename Number>
    void at_least(Number value, Number least, const std::string& path) {
        unless(value >= least, path, "must be at least " + text(least) + ", is " + text(value));
    }
    template <typename Number>
    void above(Number value, Number bound, const std::string& path) {
        unless(value > bound, path, "must be above " + text(bound) + ", is " + text(value));
    }
    void within(int value, int least, int most, const std::string& path) {
        unless(value >= least && value <= most, path,
               "must be from " + text(least) + " to " + text(most) + ", is " + text(value));
    }
    void fraction(double value, const std::string& path) {
        unless(value >= 0 && value <= 1, path, "must be from 0 to 1, is " + text(value));
    }
    void factor(double value, const std::string& path) {
        unless(value >= 0 && std::isfinite(value), path, "must be at least 0 and finite, is " + text(value));
    }
    /// Is it valid?
    bool distribution(const Distribution& value, const std::string& path) {
        try {
            require_valid(value, path.c_str());
            return true;
        } catch (const std::invalid_argument& error) {
            found_.push_back({path, error.what()});
            return false;
        }
    }
    std::vector<Complaint> take() { return std::move(found_); }

   private:
    template <typename Number>
    static std::string text(Number value) {
        std::ostringstream out;
        if constexpr (std::is_same_v<Number, Duration>) {
            out << to_seconds(value) << " s";
        } else {
            out << value;
        }
        return out.str();
    }
    std::vector<Complaint> found_;
};

/// "traffic.classes[2]"
std::string at(const std::string& path, std::size_t index) { return path + "[" + std::to_string(index) + "]"; }

void check(const LoadTarget& target, const std::string& path, Complaints& found) {
    found.above(target.value, 0.0, path + ".value");
}

void check(const ScalingRules& rules, const std::string& path, Complaints& found) {
    found.at_least<Duration>(rules.stabilization, 0s, path + ".stabilization");
    found.unless(!rules.policies.empty() || rules.select == SelectPolicy::kDisabled, path + ".policies",
                 "must hold at least one policy");
    for (std::size_t i = 0; i < rules.policies.size(); ++i) {
        const std::string one = at(path + ".policies", i);
        found.at_least(rules.policies[i].value, 1, one + ".value");
        found.above<Duration>(rules.policies[i].period, 0s, one + ".period");
    }
}

void check(const HorizontalPodAutoscaler& rules, const std::string& path, Complaints& found) {
    found.unless(!rules.targets.empty(), path + ".targets", "must hold at least one target");
    for (std::size_t i = 0; i < rules.targets.size(); ++i) check(rules.targets[i], at(path + ".targets", i), found);
    check(rules.up, path + ".up", found);
    check(rules.down, path + ".down", found);
    found.fraction(rules.tolerance, path + ".tolerance");
    found.above<Duration>(rules.sync, 0s, path + ".sync");
    found.above<Duration>(rules.resolution, 0s, path + ".resolution");
    found.at_least<Duration>(rules.cpu_initialization, 0s, path + ".cpu_initialization");
    found.at_least<Duration>(rules.initial_readiness, 0s, path + ".initial_readiness");
}

void check(const std::vector<TargetTracking>& policies, const std::string& path, Complaints& found) {
    found.unless(!policies.empty(), path, "must hold at least one policy");
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const std::string one = at(path, i);
        check(policies[i].target, one + ".target", found);
        found.at_least<Duration>(policies[i].scale_out_cooldown, 0s, one + ".scale_out_cooldown");
        found.at_least<Duration>(policies[i].scale_in_cooldown, 0s, one + ".scale_in_cooldown");
    }
}

void check(const Autoscaling& autoscaling, int replicas, Complaints& found) {
    const std::string path = "fleet.autoscaling";
    found.at_least(autoscaling.least, 1, path + ".least");
    found.at_least(autoscaling.most, autoscaling.least, path + ".most");
    found.unless(replicas >= autoscaling.least && replicas <= autoscaling.most, "fleet.replicas",
                 "must be what its autoscaling keeps, from " + std::to_string(autoscaling.least) + " to " +
                     std::to_string(autoscaling.most) + ", is " + std::to_string(replicas));
    found.above(autoscaling.request, 0.0, path + ".request");
    std::visit([&](const auto& by) { check(by, path + ".by", found); }, autoscaling.by);
}

void check(const UnderWay& under_way, int replicas, Complaints& found) {
    found.at_least(under_way.instances, 0, "fleet.under_way.instances");
    const int most = under_way.on_top ? replicas : replicas - 1;
    found.unless(under_way.instances <= most, "fleet.under_way.instances",
                 "must be at most " + std::to_string(most) + ", is " + std::to_string(under_way.instances));
}

void check(const Fleet& fleet, Complaints& found) {
    found.at_least(fleet.replicas, 1, "fleet.replicas");
    check(fleet.under_way, fleet.replicas, found);
    const int present = left_of_old(fleet.under_way, fleet.replicas) + fleet.under_way.instances;
    if (fleet.autoscaling) check(*fleet.autoscaling, fleet.replicas, found);
    found.within(fleet.zones, 1, 255, "fleet.zones");
    if (fleet.capacity) {
        found.at_least(*fleet.capacity, present, "fleet.capacity");
    }
    if (fleet.disruption_budget) {
        const DisruptionBudget& budget = *fleet.disruption_budget;
        found.unless(budget.min_available.has_value() != budget.max_unavailable.has_value(), "fleet.disruption_budget",
                     "must have exactly one of min_available and max_unavailable");
        for (const std::optional<Amount>& amount : {budget.min_available, budget.max_unavailable}) {
            found.unless(!amount || amount->value >= 0, "fleet.disruption_budget", "must not be negative");
        }
    }
    if (fleet.quota) found.at_least(*fleet.quota, present, "fleet.quota");
    found.above<Duration>(fleet.creation.initial, 0s, "fleet.creation.initial");
    found.at_least(fleet.creation.most, fleet.creation.initial, "fleet.creation.most");
    found.distribution(fleet.schedule, "fleet.schedule");
    found.at_least(fleet.image_bytes, 0.0, "fleet.image_bytes");
    found.above(fleet.pull_bytes_per_second, 0.0, "fleet.pull_bytes_per_second");
    found.fraction(fleet.image_cached, "fleet.image_cached");
    found.distribution(fleet.start, "fleet.start");
    found.distribution(fleet.warm_up, "fleet.warm_up");
    found.at_least<Duration>(fleet.readiness.initial_delay, 0s, "fleet.readiness.initial_delay");
    found.above<Duration>(fleet.readiness.period, 0s, "fleet.readiness.period");
    found.at_least(fleet.readiness.success_threshold, 1, "fleet.readiness.success_threshold");
    found.at_least(fleet.readiness.failure_threshold, 1, "fleet.readiness.failure_threshold");
    found.at_least<Duration>(fleet.min_ready, 0s, "fleet.min_ready");
    found.at_least<Duration>(fleet.pre_stop, 0s, "fleet.pre_stop");
    found.at_least<Duration>(fleet.grace, 0s, "fleet.grace");
    found.distribution(fleet.crash_notice, "fleet.crash_notice");
    found.above<Duration>(fleet.backoff.initial, 0s, "fleet.backoff.initial");
    found.at_least(fleet.backoff.most, fleet.backoff.initial, "fleet.backoff.most");
}

void check(const Service& service, Complaints& found) {
    found.within(service.slots, 1, 1024, "service.slots");
    found.within(service.queue, 0, 65536, "service.queue");
    found.at_least<Duration>(service.most_wait, 0s, "service.most_wait");
    found.factor(service.cores, "service.cores");
    found.distribution(service.service_time, "service.service_time");
    found.factor(service.cold_slowness, "service.cold_slowness");
    found.above<Duration>(service.cold_decay, 0s, "service.cold_decay");
    found.above<Duration>(service.timeout, 0s, "service.timeout");
    found.fraction(service.error_rate, "service.error_rate");
    found.above<Duration>(service.slow, 0s, "service.slow");
}

void check_shape(const std::vector<RatePoint>& shape, const std::string& where, Complaints& found) {
    bool arrivals = shape.empty();
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::string path = at(where, i);
        found.factor(shape[i].factor, path + ".factor");
        found.unless(i < 1 || shape[i].at >= shape[i - 1].at, path + ".at", "times must not fall");
        found.unless(i < 2 || shape[i].at != shape[i - 2].at, path + ".at", "at most two points share a time");
        arrivals |= shape[i].factor > 0;
    }
    found.unless(arrivals, where, "must not be 0 everywhere");
}

void check_replay(const std::vector<std::int64_t>& times, Complaints& found) {
    found.unless(!times.empty(), "traffic.replay", "must hold at least one arrival");
    const auto fall = std::is_sorted_until(times.begin(), times.end());
    if (fall == times.end()) return;
    found.unless(false, at("traffic.replay", static_cast<std::size_t>(fall - times.begin())), "times must not fall");
}

void check(const std::vector<RequestClass>& classes, Complaints& found) {
    found.unless(classes.size() <= kMostClasses, "traffic.classes",
                 "must be at most " + std::to_string(kMostClasses) + " classes");
    double sum = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const std::string path = at("traffic.classes", i);
        found.fraction(classes[i].share, path + ".share");
        if (classes[i].service_time) found.distribution(*classes[i].service_time, path + ".service_time");
        if (classes[i].error_rate) found.fraction(*classes[i].error_rate, path + ".error_rate");
        sum += classes[i].share;
    }
    found.unless(classes.empty() || std::abs(sum - 1) < 1e-9, "traffic.classes", "shares must add up to 1");
}

void check(const Retries& retries, Complaints& found) {
    found.within(retries.attempts, 1, 100, "traffic.retries.attempts");
    found.at_least<Duration>(retries.base, 0s, "traffic.retries.base");
    found.unless(retries.base > 0s || retries.attempts == 1 || retries.budget, "traffic.retries.base",
                 "must be above 0 where no budget limits the retries: they would all come at once");
    found.unless(retries.factor >= 1 && std::isfinite(retries.factor), "traffic.retries.factor",
                 "must be at least 1 and finite");
    found.at_least(retries.most, retries.base, "traffic.retries.most");
    if (!retries.budget) return;
    found.fraction(*retries.budget, "traffic.retries.budget");
    found.unless(retries.reserve >= 1 && std::isfinite(retries.reserve), "traffic.retries.reserve",
                 "must be at least 1 and finite: a retry costs one");
}

void check(const Traffic& traffic, Complaints& found) {
    const bool others = traffic.replay || traffic.users.count > 0;
    found.unless(std::isfinite(traffic.rate) && (others ? traffic.rate >= 0 : traffic.rate > 0), "traffic.rate",
                 others ? "must be at least 0 and finite" : "must be above 0 and finite without users or a replay");
    check_shape(traffic.shape, "traffic.shape", found);
    if (traffic.bursts) {
        found.factor(traffic.bursts->factor, "traffic.bursts.factor");
        found.above<Duration>(traffic.bursts->mean_quiet, 0s, "traffic.bursts.mean_quiet");
        found.above<Duration>(traffic.bursts->mean_burst, 0s, "traffic.bursts.mean_burst");
    }
    if (traffic.replay) {
        check_replay(*traffic.replay, found);
        found.unless(traffic.shape.empty(), "traffic.shape", "has no meaning for a replay");
        found.unless(!traffic.bursts, "traffic.bursts", "have no meaning for a replay");
    }
    check(traffic.classes, found);
    found.at_least(traffic.users.count, 0, "traffic.users.count");
    found.distribution(traffic.users.think, "traffic.users.think");
    found.unless(traffic.sessions.users >= 1, "traffic.sessions.users", "must be at least 1");
    check(traffic.retries, found);
}

void check(const Balancing& balancing, Complaints& found) {
    found.within(balancing.balancers, 1, 255, "balancing.balancers");
    found.at_least<Duration>(balancing.slow_start, 0s, "balancing.slow_start");
    found.above<Duration>(balancing.ewma_decay, 0s, "balancing.ewma_decay");
    found.at_least(balancing.max_outstanding, 0, "balancing.max_outstanding");
    found.distribution(balancing.propagation, "balancing.propagation");
    found.distribution(balancing.weight_propagation, "balancing.weight_propagation");
    if (const auto& outlier = balancing.outlier) {
        found.at_least(outlier->consecutive_errors, 1, "balancing.outlier.consecutive_errors");
        found.above<Duration>(outlier->interval, 0s, "balancing.outlier.interval");
        found.above<Duration>(outlier->base_ejection, 0s, "balancing.outlier.base_ejection");
        found.at_least(outlier->most_ejection, outlier->base_ejection, "balancing.outlier.most_ejection");
        found.fraction(outlier->most_ejected, "balancing.outlier.most_ejected");
    }
    if (const auto& locality = balancing.locality) {
        found.unless(locality->overprovisioning > 0 && std::isfinite(locality->overprovisioning),
                     "balancing.locality.overprovisioning", "must be above 0 and finite");
    }
}

/// Something that begins and ends.
template <typename Fault>
void check_span(const Fault& fault, const std::string& path, Complaints& found) {
    found.at_least<Duration>(fault.at, 0s, path + ".at");
    found.above<Duration>(fault.lasts, 0s, path + ".lasts");
}

void check(const Faults& faults, int zones, Complaints& found) {
    const HostFailures& hosts = faults.host_failures;
    found.at_least(hosts.hosts, 0, "faults.host_failures.hosts");
    found.above(hosts.mttf, 0.0, "faults.host_failures.mttf");
    found.unless(hosts.shape > 0 && std::isfinite(hosts.shape), "faults.host_failures.shape",
                 "must be above 0 and finite");
    found.fraction(hosts.burst, "faults.host_failures.burst");
    found.at_least<Duration>(hosts.burst_within, 0s, "faults.host_failures.burst_within");
    found.above<Duration>(hosts.repair, 0s, "faults.host_failures.repair");
    found.at_least<Duration>(hosts.notice, 0s, "faults.host_failures.notice");
    found.at_least<Duration>(hosts.evict, 0s, "faults.host_failures.evict");
    for (std::size_t i = 0; i < faults.zone_losses.size(); ++i) {
        const std::string path = at("faults.zone_losses", i);
        check_span(faults.zone_losses[i], path, found);
        found.within(faults.zone_losses[i].zone, 0, zones - 1, path + ".zone");
    }
    for (std::size_t i = 0; i < faults.brown_outs.size(); ++i) {
        const std::string path = at("faults.brown_outs", i);
        check_span(faults.brown_outs[i], path, found);
        found.above(faults.brown_outs[i].slowness, 0.0, path + ".slowness");
        found.fraction(faults.brown_outs[i].error_rate, path + ".error_rate");
    }
    for (std::size_t i = 0; i < faults.black_outs.size(); ++i) {
        check_span(faults.black_outs[i], at("faults.black_outs", i), found);
    }
    for (std::size_t i = 0; i < faults.drains.size(); ++i) {
        const Drain& drain = faults.drains[i];
        const std::string path = at("faults.drains", i);
        found.at_least<Duration>(drain.at, 0s, path + ".at");
        found.unless(drain.hosts >= 1 && drain.hosts <= hosts.hosts, path + ".hosts",
                     "must be from 1 to the " + std::to_string(hosts.hosts) + " hosts that there are");
        found.above<Duration>(drain.retry, 0s, path + ".retry");
        found.above<Duration>(drain.away, 0s, path + ".away");
        if (drain.timeout) found.above<Duration>(*drain.timeout, 0s, path + ".timeout");
    }
    const InstanceEffects& effects = faults.instances;
    found.factor(effects.noise, "faults.instances.noise");
    found.fraction(effects.gray, "faults.instances.gray");
    found.above(effects.gray_slowness, 0.0, "faults.instances.gray_slowness");
    found.fraction(effects.gray_errors, "faults.instances.gray_errors");
}

/// The values that a severity may have; a distribution may reach beyond them less than once in a billion draws.
void check_severity(const TruthKind& truth, const std::string& path, Complaints& found) {
    const double low = quantile(truth.severity, 1e-9), high = quantile(truth.severity, 1 - 1e-9);
    switch (truth.kind) {
        case DefectKind::kNone:
        case DefectKind::kCrashHazard:
            return;
        case DefectKind::kErrorRate:
        case DefectKind::kCrashOnStart:
        case DefectKind::kCrashOnRequest:
        case DefectKind::kWrongAnswers:
            return found.unless(high <= 1 + 1e-9, path, "is a probability and must not exceed 1");
        case DefectKind::kLatency:
            return found.unless(low >= 1 - 1e-9, path, "is a factor on latency and must not be below 1");
        case DefectKind::kMemoryLeak:
        case DefectKind::kDescriptorLeak:
            return found.unless(low >= 1 - 1e-9, path, "is a number of requests and must not be below 1");
        case DefectKind::kSlowLeak:
            return found.unless(low > 0, path, "is a time and must be above 0");
        case DefectKind::kCapacity:
            return found.unless(high < 1, path, "is the share of slots that is gone and must be below 1");
    }
}

bool may_be_of_one_class(DefectKind kind) {
    return kind == DefectKind::kErrorRate || kind == DefectKind::kLatency || kind == DefectKind::kCrashOnRequest ||
           kind == DefectKind::kWrongAnswers;
}

void check(const Release& release, std::size_t classes, Complaints& found) {
    found.unless(!release.truths.empty(), "release.truths", "must name at least one kind of truth");
    double sum = 0;
    for (std::size_t i = 0; i < release.truths.size(); ++i) {
        const TruthKind& truth = release.truths[i];
        const std::string path = at("release.truths", i);
        found.fraction(truth.probability, path + ".probability");
        if (found.distribution(truth.severity, path + ".severity")) check_severity(truth, path + ".severity", found);
        found.unless(truth.share > 0 && truth.share <= 1, path + ".share", "must be above 0 and at most 1");
        found.unless(truth.request_class < static_cast<int>(std::max<std::size_t>(classes, 1)), path + ".request_class",
                     "there are " + std::to_string(classes) + " classes in traffic.classes");
        found.unless(truth.request_class < 0 || may_be_of_one_class(truth.kind), path + ".request_class",
                     "this defect does not tell requests apart");
        sum += truth.probability;
    }
    found.unless(std::abs(sum - 1) < 1e-9, "release.truths", "probabilities must add up to 1");
}

void check(const Observability& observability, Complaints& found) {
    found.above<Duration>(observability.scrape_interval, 0s, "observability.scrape_interval");
    found.at_least<Duration>(observability.delay, 0s, "observability.delay");
    found.unless(observability.scrape_loss >= 0 && observability.scrape_loss < 1, "observability.scrape_loss",
                 "must be at least 0 and below 1");
    const std::vector<double>& limits = observability.latency_buckets;
    found.unless(!limits.empty() && limits.size() < kMaxLatencyBuckets, "observability.latency_buckets",
                 "must have from 1 to " + std::to_string(kMaxLatencyBuckets - 1) + " limits");
    for (std::size_t i = 0; i < limits.size(); ++i) {
        found.unless(limits[i] > (i == 0 ? 0 : limits[i - 1]), at("observability.latency_buckets", i),
                     "limits must be above 0 and rise");
    }
}

void check(const Metric& metric, const std::string& path, std::size_t buckets, Complaints& found) {
    if (const auto wrong = complaint(metric.source, buckets)) found.unless(false, path + ".source", *wrong);
    found.at_least<Duration>(metric.interval, 0s, path + ".interval");
    found.at_least<Duration>(metric.initial_delay, 0s, path + ".initial_delay");
    found.at_least(metric.count, 0, path + ".count");
    found.unless(metric.count < 2 || metric.interval > 0s, path + ".interval", "must be given where count is above 1");
    found.fraction(metric.flaky, path + ".flaky");
    found.at_least(metric.inconclusive_limit, 0, path + ".inconclusive_limit");
    found.at_least(metric.consecutive_error_limit, 0, path + ".consecutive_error_limit");
    found.unless(metric.failure_limit >= 0 || metric.consecutive_success_limit > 0, path + ".failure_limit",
                 "must not be switched off where consecutive_success_limit is off, too");
}

double mean_service_time(const Scenario& scenario) {
    const Distribution& usual = scenario.service.service_time;
    if (scenario.traffic.classes.empty()) return mean(usual);
    double sum = 0;
    for (const RequestClass& each : scenario.traffic.classes)
        sum += each.share * mean(each.service_time.value_or(usual));
    return sum;
}

void check(const OnCall& person, const std::string& path, Complaints& found) {
    found.distribution(person.acknowledge, path + ".acknowledge");
    found.distribution(person.diagnose, path + ".diagnose");
    found.distribution(person.act, path + ".act");
}

void check(const WorkingHours& hours, Complaints& found) {
    found.at_least<Duration>(hours.opens, 0s, "people.hours.opens");
    found.unless(hours.opens < hours.closes && hours.closes <= 24h, "people.hours.closes",
                 "must be later than the opening, and at most 24 h");
    found.unless((hours.days & 0b1111111) != 0, "people.hours.days", "must name a day");
}

void check(const People& people, std::size_t analyses, Complaints& found) {
    check(people.on_call, "people", found);
    check(people.off_hours, "people.off_hours", found);
    if (people.hours) check(*people.hours, found);
    for (std::size_t i = 0; i < people.pages.size(); ++i) {
        found.unless(index_of(people.pages[i]) < analyses, at("people.pages", i), "must be one of the analyses");
    }
    found.fraction(people.reports.share, "people.reports.share");
    found.distribution(people.reports.delay, "people.reports.delay");
    found.at_least(people.reports.enough, 1, "people.reports.enough");
    if (people.approval) found.distribution(*people.approval, "approval");
    if (people.approval_limit) found.above<Duration>(*people.approval_limit, 0s, "people.approval_limit");
}

void check(const std::vector<Location>& locations, const Scenario& scenario, Complaints& found) {
    if (locations.empty()) return;
    found.unless(locations.size() < index_of(kEverywhere), "locations", "are too many");
    found.unless(!scenario.traffic.replay, "locations",
                 "have no meaning for a replay: nobody knows what arrives where");
    found.unless(!scenario.fleet.autoscaling, "fleet.autoscaling", "is of each location: give it there");
    double sum = 0;
    int replicas = 0;
    std::set<std::string> names;
    for (std::size_t i = 0; i < locations.size(); ++i) {
        const Location& one = locations[i];
        const std::string path = at("locations", i);
        found.unless(!one.name.empty() && names.insert(one.name).second, path + ".name", "must be given and unique");
        found.unless(one.share > 0 && one.share <= 1, path + ".share", "must be above 0 and at most 1");
        sum += one.share;
        replicas += one.fleet.replicas;
        found.unless(!any(one.fleet.under_way), path + ".fleet.under_way",
                     "is not modelled with locations: all begin on one revision");
        Complaints there;
        check(one.fleet, there);
        check(one.faults, one.fleet.zones, there);
        check_shape(one.shape, "shape", there);
        for (const Complaint& each : there.take()) found.unless(false, path + "." + each.path, each.message);
    }
    found.unless(std::abs(sum - 1) < 1e-9, "locations", "shares must add up to 1");
    found.unless(replicas == scenario.fleet.replicas, "fleet.replicas", "must be those of all locations");
}

/// Of so many, those that fall to a location: all locations together have them all.
std::int64_t portion(std::int64_t whole, const std::vector<Location>& locations, std::size_t location) {
    double before = 0;
    for (std::size_t i = 0; i < location; ++i) before += locations[i].share;
    const auto up_to = [&](double share) { return std::llround(share * static_cast<double>(whole)); };
    return up_to(before + locations[location].share) - up_to(before);
}

}  // namespace

Scenario in_location(const Scenario& scenario, LocationId location) {
    if (scenario.locations.empty()) return scenario;
    const Location& here = scenario.locations[index_of(location)];
    Scenario local = scenario;
    local.locations.clear();
    local.fleet = here.fleet;
    local.faults = here.faults;
    local.traffic.rate *= here.share;
    local.traffic.shape = product(scenario.traffic.shape, here.shape);
    Users& users = local.traffic.users;
    users.count = static_cast<int>(portion(users.count, scenario.locations, index_of(location)));
    std::uint32_t& people = local.traffic.sessions.users;
    people =
        static_cast<std::uint32_t>(std::max<std::int64_t>(1, portion(people, scenario.locations, index_of(location))));
    return local;
}

std::vector<Complaint> validate(const Scenario& scenario) {
    Complaints found;
    check(scenario.fleet, found);
    check(scenario.service, found);
    check(scenario.traffic, found);
    check(scenario.balancing, found);
    check(scenario.faults, scenario.fleet.zones, found);
    check(scenario.observability, found);
    check(scenario.release, scenario.traffic.classes.size(), found);
    found.unless(scenario.slo.objective > 0 && scenario.slo.objective < 1, "slo.objective",
                 "must be above 0 and below 1");
    found.above<Duration>(scenario.slo.period, 0s, "slo.period");
    found.at_least<Duration>(scenario.window.lead_in, 0s, "window.lead_in");
    found.above<Duration>(scenario.window.horizon, 0s, "window.horizon");
    check(scenario.people, scenario.analyses.size(), found);
    check(scenario.locations, scenario, found);
    found.unless(!scenario.baseline || !any(scenario.fleet.under_way), "fleet.under_way",
                 "is not modelled beside a baseline");
    for (std::size_t i = 0; i < scenario.analyses.size(); ++i) {
        const Analysis& analysis = scenario.analyses[i];
        const std::string path = at("analyses", i);
        found.unless(!analysis.metrics.empty(), path + ".metrics", "must have at least one metric");
        for (std::size_t m = 0; m < analysis.metrics.size(); ++m) {
            const std::string metric = at(path + ".metrics", m);
            check(analysis.metrics[m], metric, scenario.observability.latency_buckets.size(), found);
            found.unless(scenario.baseline || !selects(analysis.metrics[m].source, Scope::kBaseline), metric,
                         "looks at a baseline, which no strategy brings");
        }
    }
    if (scenario.fidelity == Fidelity::kFlow || scenario.fidelity == Fidelity::kHybrid) {
        const std::optional<std::string> why = refuses_flow(scenario);
        found.unless(!why, "fidelity", "must be request or auto, for " + why.value_or(""));
    }
    return found.take();
}

std::size_t versions(const Scenario& scenario) { return scenario.baseline || any(scenario.fleet.under_way) ? 3 : 2; }

bool autoscales(const Scenario& scenario) {
    return scenario.fleet.autoscaling || std::any_of(scenario.locations.begin(), scenario.locations.end(),
                                                     [](const Location& one) { return one.fleet.autoscaling; });
}

double closed_loop_rate(const Scenario& scenario) {
    const Users& users = scenario.traffic.users;
    return users.count == 0 ? 0 : users.count / (mean(users.think) + mean_service_time(scenario));
}

double instances_needed(const Scenario& scenario, Time from, Time to) {
    const Service& service = scenario.service;
    const double served = service.cores > 0 ? std::min<double>(service.slots, service.cores) : service.slots;
    const double rate = peak_rate(scenario.traffic, from.time_since_epoch(), to.time_since_epoch());
    return (rate + closed_loop_rate(scenario)) * mean_service_time(scenario) / served;
}

double instances_needed(const Scenario& scenario) {
    return instances_needed(scenario, Time{}, Time(scenario.window.horizon));
}

}  // namespace rollcast
