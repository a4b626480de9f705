#include "rollcast/model/scenario.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "rollcast/base/check.h"
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
    void fraction(double value, const std::string& path) {
        unless(value >= 0 && value <= 1, path, "must be from 0 to 1, is " + text(value));
    }
    void distribution(const Distribution& value, const std::string& path) {
        try {
            require_valid(value, path.c_str());
        } catch (const std::invalid_argument& error) {
            found_.push_back({path, error.what()});
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

void check(const Fleet& fleet, Complaints& found) {
    found.at_least(fleet.replicas, 1, "fleet.replicas");
    found.unless(fleet.zones >= 1 && fleet.zones <= 255, "fleet.zones", "must be from 1 to 255");
    if (fleet.capacity) {
        found.at_least(*fleet.capacity, fleet.replicas, "fleet.capacity");
    }
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
    found.unless(service.slots >= 1 && service.slots <= 64, "service.slots", "must be from 1 to 64");
    found.unless(service.queue >= 0 && service.queue <= 65536, "service.queue", "must be from 0 to 65536");
    found.distribution(service.service_time, "service.service_time");
    found.above<Duration>(service.timeout, 0s, "service.timeout");
    found.fraction(service.error_rate, "service.error_rate");
    found.above<Duration>(service.slow, 0s, "service.slow");
}

void check(const Release& release, Complaints& found) {
    found.unless(!release.truths.empty(), "release.truths", "must name at least one kind of truth");
    double sum = 0;
    for (std::size_t i = 0; i < release.truths.size(); ++i) {
        const TruthKind& truth = release.truths[i];
        const std::string path = "release.truths[" + std::to_string(i) + "]";
        found.fraction(truth.probability, path + ".probability");
        found.distribution(truth.severity, path + ".severity");
        found.unless(truth.share > 0 && truth.share <= 1, path + ".share", "must be above 0 and at most 1");
        if (truth.kind == DefectKind::kErrorRate || truth.kind == DefectKind::kCrashOnStart) {
            found.unless(quantile(truth.severity, 1 - 1e-9) <= 1 + 1e-9, path + ".severity",
                         "is a probability and must not exceed 1");
        }
        if (truth.kind == DefectKind::kLatency) {
            found.unless(quantile(truth.severity, 1e-9) >= 1 - 1e-9, path + ".severity",
                         "is a factor on latency and must not be below 1");
        }
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
        found.unless(limits[i] > (i == 0 ? 0 : limits[i - 1]),
                     "observability.latency_buckets[" + std::to_string(i) + "]", "limits must be above 0 and rise");
    }
}

void check(const Metric& metric, const std::string& path, std::size_t buckets, Complaints& found) {
    if (const auto wrong = complaint(metric.query, buckets)) found.unless(false, path + ".query", *wrong);
    if (const auto wrong = complaint(metric.success)) found.unless(false, path + ".success", *wrong);
    if (const auto wrong = complaint(metric.failure)) found.unless(false, path + ".failure", *wrong);
    found.at_least<Duration>(metric.interval, 0s, path + ".interval");
    found.at_least<Duration>(metric.initial_delay, 0s, path + ".initial_delay");
    found.at_least(metric.count, 0, path + ".count");
    found.unless(metric.count < 2 || metric.interval > 0s, path + ".interval", "must be given where count is above 1");
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

}  // namespace

std::vector<Complaint> validate(const Scenario& scenario) {
    Complaints found;
    check(scenario.fleet, found);
    check(scenario.service, found);
    found.above(scenario.traffic.rate, 0.0, "traffic.rate");
    found.distribution(scenario.balancing.propagation, "balancing.propagation");
    found.distribution(scenario.balancing.weight_propagation, "balancing.weight_propagation");
    check(scenario.observability, found);
    check(scenario.release, found);
    found.unless(scenario.slo.objective > 0 && scenario.slo.objective < 1, "slo.objective",
                 "must be above 0 and below 1");
    found.above<Duration>(scenario.slo.period, 0s, "slo.period");
    found.at_least<Duration>(scenario.window.lead_in, 0s, "window.lead_in");
    found.above<Duration>(scenario.window.horizon, 0s, "window.horizon");
    if (scenario.approval) found.distribution(*scenario.approval, "approval");
    for (std::size_t i = 0; i < scenario.analyses.size(); ++i) {
        const Analysis& analysis = scenario.analyses[i];
        const std::string path = "analyses[" + std::to_string(i) + "]";
        found.unless(!analysis.metrics.empty(), path + ".metrics", "must have at least one metric");
        for (std::size_t m = 0; m < analysis.metrics.size(); ++m) {
            check(analysis.metrics[m], path + ".metrics[" + std::to_string(m) + "]",
                  scenario.observability.latency_buckets.size(), found);
        }
    }
    return found.take();
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
