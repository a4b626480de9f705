#include "rollcast/study/estimate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Interval kNone{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::quiet_NaN()};

using Event = bool (*)(const Outcome&);
using Value = double (*)(const Outcome&);

enum class Of { kAll, kGood, kBad };

/// One kind of truth: a stratum, because replications are dealt out to the kinds and not drawn.
struct Kind {
    double weight = 0;
    bool bad = false;
    std::vector<const Outcome*> outcomes;
};

/// What can be said of the outcomes. A kind that has no replication yet is not left out: its share of the answer stays
/// open, and the interval as wide.
class Sample {
   public:
    Sample(std::vector<Kind> kinds, double confidence) : kinds_(std::move(kinds)), confidence_(confidence) {}

    /// P(of and event); kinds that are not of it add exactly nothing.
    Interval joint(Of of, Event event) const { return stratified_proportion(count(of, event), confidence_); }

    /// P(event | of).
    Interval given(Of of, Event event) const { return conditional_proportion(count(of, event), confidence_); }

    /// E(value | of).
    Interval mean(Of of, Value value) const {
        std::vector<MeanStratum> strata;
        for (const Kind& kind : chosen(of)) {
            MeanStratum& stratum = strata.emplace_back();
            stratum.weight = kind.weight;
            for (const Outcome* outcome : kind.outcomes) stratum.sample.add(value(*outcome));
        }
        return strata.empty() ? kNone : stratified_mean(strata, confidence_);
    }

    Interval quantile(Of of, Value value, double p) const {
        const Columns columns(chosen(of), value);
        std::vector<SampleStratum> strata;
        for (std::size_t i = 0; i < columns.weights.size(); ++i)
            strata.push_back({columns.weights[i], columns.values[i]});
        return stratified_quantile(strata, p, confidence_);
    }

    /// E(above | of) / E(below | of).
    Interval ratio(Of of, Value above, Value below) const {
        const Columns numerators(chosen(of), above);
        const Columns denominators(chosen(of), below);
        std::vector<RatioStratum> strata;
        for (std::size_t i = 0; i < numerators.weights.size(); ++i) {
            strata.push_back({numerators.weights[i], numerators.values[i], denominators.values[i]});
        }
        return strata.empty() ? kNone : stratified_ratio(strata, confidence_);
    }

   private:
    struct Columns {
        Columns(const std::vector<Kind>& kinds, Value value) {
            for (const Kind& kind : kinds) {
                weights.push_back(kind.weight);
                std::vector<double>& column = values.emplace_back();
                for (const Outcome* outcome : kind.outcomes) column.push_back(value(*outcome));
            }
        }
        std::vector<double> weights;
        std::vector<std::vector<double>> values;
    };

    static bool is_of(const Kind& kind, Of of) { return of == Of::kAll || kind.bad == (of == Of::kBad); }

    /// The kinds that are of it, weighted among themselves.
    std::vector<Kind> chosen(Of of) const {
        std::vector<Kind> result;
        double total = 0;
        for (const Kind& kind : kinds_) {
            if (!is_of(kind, of)) continue;
            result.push_back(kind);
            total += kind.weight;
        }
        for (Kind& kind : result) kind.weight /= total;
        return result;
    }

    std::vector<BinomialStratum> count(Of of, Event event) const {
        std::vector<BinomialStratum> strata;
        for (const Kind& kind : kinds_) {
            if (!is_of(kind, of)) continue;
            BinomialStratum& stratum = strata.emplace_back();
            stratum.weight = kind.weight;
            stratum.trials = static_cast<std::int64_t>(kind.outcomes.size());
            for (const Outcome* outcome : kind.outcomes) stratum.successes += event(*outcome);
        }
        return strata;
    }

    std::vector<Kind> kinds_;
    double confidence_;
};

template <Verdict verdict>
bool ended(const Outcome& outcome) {
    return outcome.verdict == verdict;
}
bool went_back(const Outcome& outcome) {
    return ended<Verdict::kRolledBack>(outcome) || ended<Verdict::kAborted>(outcome);
}
bool caught(const Outcome& outcome) { return went_back(outcome) || ended<Verdict::kStuck>(outcome); }

template <auto member>
double value_of(const Outcome& outcome) {
    return static_cast<double>(std::invoke(member, outcome));
}
template <Cause cause>
double failed_by(const Outcome& outcome) {
    return static_cast<double>(outcome.failed_by_cause[static_cast<std::size_t>(cause)]);
}
double attributable_slow(const Outcome& outcome) { return static_cast<double>(outcome.slow - outcome.baseline_slow); }

/// Columns that are NaN where nothing happened: the value and the fact, for E(value; happened) / P(happened).
template <auto member>
double where_it_happened(const Outcome& outcome) {
    return std::isnan(outcome.*member) ? 0 : outcome.*member;
}
template <auto member>
double happened(const Outcome& outcome) {
    return std::isnan(outcome.*member) ? 0 : 1;
}

// The shapes of the entries in the list.
template <Of of, Event event>
Interval joint(const Sample& sample) {
    return sample.joint(of, event);
}
template <Of of, Event event>
Interval given(const Sample& sample) {
    return sample.given(of, event);
}
template <Of of, Value value>
Interval mean(const Sample& sample) {
    return sample.mean(of, value);
}
template <Value value, int percent>
Interval quantile(const Sample& sample) {
    return sample.quantile(Of::kAll, value, percent / 100.0);
}
template <auto member>
Interval mean_where_it_happened(const Sample& sample) {
    return sample.ratio(Of::kBad, where_it_happened<member>, happened<member>);
}
Interval failed_fraction(const Sample& sample) {
    return sample.ratio(Of::kAll, value_of<&Outcome::failed>, value_of<&Outcome::requests>);
}

struct Definition {
    const char* name;
    const char* meaning;
    Unit unit;
    Interval (*evaluate)(const Sample&);
    double least = 0;  // what the quantity can be; no interval reaches beyond
    double most = kInfinity;
};

/// The order and the names are part of the interface: append, and rename nothing.
constexpr Definition kDefinitions[] = {
    {"p_promoted", "the release is promoted", Unit::kProbability, joint<Of::kAll, ended<Verdict::kPromoted>>},
    {"p_rolled_back", "a guard or a person rolls the release back", Unit::kProbability, joint<Of::kAll, went_back>},
    {"p_stuck", "the rollout is stuck at the horizon", Unit::kProbability, joint<Of::kAll, ended<Verdict::kStuck>>},
    {"p_timed_out", "the rollout is still under way at the horizon", Unit::kProbability,
     joint<Of::kAll, ended<Verdict::kTimedOut>>},
    {"p_escape", "the release is bad and promoted", Unit::kProbability, joint<Of::kBad, ended<Verdict::kPromoted>>},
    {"p_escape_given_bad", "a bad release is promoted", Unit::kProbability, given<Of::kBad, ended<Verdict::kPromoted>>},
    {"p_caught_given_bad", "a bad release is rolled back or gets stuck", Unit::kProbability, given<Of::kBad, caught>},
    {"p_false_rollback", "the release is good and rolled back", Unit::kProbability, joint<Of::kGood, went_back>},
    {"p_false_rollback_given_good", "a good release is rolled back", Unit::kProbability, given<Of::kGood, went_back>},

    {"duration_mean", "time to the end of the rollout; the horizon where there is none", Unit::kSeconds,
     mean<Of::kAll, value_of<&Outcome::duration>>},
    {"duration_p50", "time within which half of all rollouts end", Unit::kSeconds,
     quantile<value_of<&Outcome::duration>, 50>},
    {"duration_p90", "time within which 90% of all rollouts end", Unit::kSeconds,
     quantile<value_of<&Outcome::duration>, 90>},
    {"duration_p99", "time within which 99% of all rollouts end", Unit::kSeconds,
     quantile<value_of<&Outcome::duration>, 99>},
    {"active_mean", "time in which instances or traffic move", Unit::kSeconds,
     mean<Of::kAll, value_of<&Outcome::active>>},
    {"paused_mean", "time spent in pauses", Unit::kSeconds, mean<Of::kAll, value_of<&Outcome::paused>>},
    {"baking_mean", "time spent waiting for an analysis", Unit::kSeconds, mean<Of::kAll, value_of<&Outcome::baking>>},
    {"detection_mean", "time from a bad version's first request to the decision to go back, where there is one",
     Unit::kSeconds, mean_where_it_happened<&Outcome::detection>},
    {"recovery_mean", "time from that decision to the old version's having all traffic again, where it gets it",
     Unit::kSeconds, mean_where_it_happened<&Outcome::recovery>},

    {"failed_fraction", "share of all requests that fail", Unit::kFraction, failed_fraction, 0, 1},
    {"attributable_failures_mean", "requests that fail and would not without the rollout", Unit::kRequests,
     mean<Of::kAll, value_of<&Outcome::attributable>>, -kInfinity},
    {"attributable_failures_given_bad_mean",
     "requests that a bad release fails and that would not fail without the rollout", Unit::kRequests,
     mean<Of::kBad, value_of<&Outcome::attributable>>, -kInfinity},
    {"attributable_failures_given_good_mean",
     "requests that a good release's rollout fails and that would not fail without it", Unit::kRequests,
     mean<Of::kGood, value_of<&Outcome::attributable>>, -kInfinity},
    {"attributable_failures_p90", "requests that fail because of the rollout: 90% of all rollouts stay within",
     Unit::kRequests, quantile<value_of<&Outcome::attributable>, 90>, -kInfinity},
    {"attributable_slow_mean", "answers that are slow and would not be without the rollout", Unit::kRequests,
     mean<Of::kAll, attributable_slow>, -kInfinity},
    {"failed_background_mean", "requests that would fail on a good version, too", Unit::kRequests,
     mean<Of::kAll, failed_by<Cause::kBackground>>},
    {"failed_defect_mean", "requests that fail because of the release's defect", Unit::kRequests,
     mean<Of::kAll, failed_by<Cause::kDefect>>},
    {"failed_hand_over_mean", "requests that fail on an instance that comes or goes", Unit::kRequests,
     mean<Of::kAll, failed_by<Cause::kHandOver>>},
    {"failed_capacity_mean", "requests that fail for want of capacity", Unit::kRequests,
     mean<Of::kAll, failed_by<Cause::kCapacity>>},
    {"exposure_mean", "requests sent to the new version", Unit::kRequests,
     mean<Of::kAll, value_of<&Outcome::exposure>>},
    {"exposure_given_bad_mean", "requests sent to a bad version", Unit::kRequests,
     mean<Of::kBad, value_of<&Outcome::exposure>>},
    {"blast_radius_given_bad_mean", "largest share of traffic that a bad version has", Unit::kFraction,
     mean<Of::kBad, value_of<&Outcome::blast_radius>>, 0, 1},
    {"locations_exposed_given_bad_mean", "share of the locations that a bad version reaches", Unit::kFraction,
     mean<Of::kBad, value_of<&Outcome::locations_exposed>>, 0, 1},
    {"budget_spent_mean", "share of the period's error budget that is spent", Unit::kFraction,
     mean<Of::kAll, value_of<&Outcome::budget_spent>>},
    {"budget_spent_p99", "share of the period's error budget that 99% of all rollouts stay within", Unit::kFraction,
     quantile<value_of<&Outcome::budget_spent>, 99>},

    {"min_headroom_mean", "smallest spare capacity: ready instances / instances needed - 1", Unit::kFraction,
     mean<Of::kAll, value_of<&Outcome::min_headroom>>, -1},
    {"min_headroom_p10", "smallest spare capacity that 90% of all rollouts keep", Unit::kFraction,
     quantile<value_of<&Outcome::min_headroom>, 10>, -1},
    {"extra_instance_seconds_mean", "instance-seconds beyond the replicas", Unit::kSeconds,
     mean<Of::kAll, value_of<&Outcome::extra_instance_seconds>>, -kInfinity},
    {"restarts_mean", "restarts of processes", Unit::kCount, mean<Of::kAll, value_of<&Outcome::restarts>>},
    {"alarms_true_mean", "analyses that fail on a bad release", Unit::kCount,
     mean<Of::kAll, value_of<&Outcome::alarms_true>>},
    {"alarms_false_mean", "analyses that fail on a good release", Unit::kCount,
     mean<Of::kAll, value_of<&Outcome::alarms_false>>},
};

Interval evaluate(const Definition& definition, const Sample& sample) {
    const Interval interval = definition.evaluate(sample);
    return {interval.value, std::max(interval.low, definition.least), std::min(interval.high, definition.most)};
}

std::vector<Estimate> evaluate_all(const Sample& sample) {
    std::vector<Estimate> estimates;
    for (const Definition& definition : kDefinitions) {
        estimates.push_back({definition.name, definition.meaning, definition.unit, evaluate(definition, sample)});
    }
    return estimates;
}

Kind kind_of(const TruthKind& truth, double weight) { return {weight, truth.kind != DefectKind::kNone, {}}; }

Sample sample_of(const Release& release, std::span<const Outcome> outcomes, double confidence) {
    double total = 0;
    for (const TruthKind& truth : release.truths) total += truth.probability;
    std::vector<Kind> kinds;
    for (const TruthKind& truth : release.truths) kinds.push_back(kind_of(truth, truth.probability / total));
    for (const Outcome& outcome : outcomes) {
        require(outcome.truth < kinds.size(), "an outcome's truth is not one of the release's");
        kinds[outcome.truth].outcomes.push_back(&outcome);
    }
    std::erase_if(kinds, [](const Kind& kind) { return kind.weight == 0; });
    return {std::move(kinds), confidence};
}

const Definition* find(std::string_view name) {
    const auto found = std::find_if(std::begin(kDefinitions), std::end(kDefinitions),
                                    [=](const Definition& definition) { return definition.name == name; });
    return found == std::end(kDefinitions) ? nullptr : found;
}

}  // namespace

std::vector<Estimate> estimate(const Release& release, const std::vector<Outcome>& outcomes, double confidence) {
    return evaluate_all(sample_of(release, outcomes, confidence));
}

std::vector<Estimate> estimate_truth(const Release& release, const std::vector<Outcome>& outcomes, std::uint32_t truth,
                                     double confidence) {
    require(truth < release.truths.size(), "there is no such kind of truth");
    Kind kind = kind_of(release.truths[truth], 1);
    for (const Outcome& outcome : outcomes) {
        if (outcome.truth == truth) kind.outcomes.push_back(&outcome);
    }
    return evaluate_all(Sample(std::vector<Kind>{std::move(kind)}, confidence));
}

bool is_estimate(std::string_view name) { return find(name) != nullptr; }

Interval estimate_one(const Release& release, std::span<const Outcome> outcomes, std::string_view name,
                      double confidence) {
    const Definition* definition = find(name);
    require(definition != nullptr, "there is no estimate named " + std::string(name));
    return evaluate(*definition, sample_of(release, outcomes, confidence));
}

}  // namespace rollcast
