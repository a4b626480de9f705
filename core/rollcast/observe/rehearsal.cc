#include "rollcast/observe/rehearsal.h"

#include <algorithm>
#include <cmath>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr Duration kLongestLead = std::chrono::hours(1);  // what looks further back sees the steady state

void require_valid(const RehearsedAnswers& answers, std::size_t buckets) {
    require(answers.errors >= 0 && answers.errors <= 1, "a share of errors must be from 0 to 1");
    require(answers.within_bucket.empty() || answers.within_bucket.size() == buckets,
            "a rehearsal needs a share for each latency bucket");
}

/// The running totals of one version, of which scrapes see what is new.
class Version {
   public:
    explicit Version(const RehearsedAnswers& answers) : answers_(&answers) {}

    void serve(double requests) { requests_ += requests; }

    SeriesReading scrape(std::size_t buckets) {
        SeriesReading now;
        const auto whole = [](double count) { return static_cast<std::int64_t>(std::floor(count + 1e-6)); };
        const std::int64_t all = whole(requests_), errors = whole(requests_ * answers_->errors);
        now.increase.by_code[static_cast<std::size_t>(Code::k200)] = all - errors;
        now.increase.by_code[static_cast<std::size_t>(Code::k500)] = errors;
        std::int64_t below = 0;
        for (std::size_t i = 0; i <= buckets; ++i) {
            const bool counted = i < buckets && !answers_->within_bucket.empty();
            const std::int64_t within = counted ? std::min(all, whole(requests_ * answers_->within_bucket[i])) : all;
            now.increase.by_latency[i] = std::max<std::int64_t>(0, within - below);
            below = std::max(below, within);
        }
        now.latency_sum = static_cast<double>(all) * answers_->mean_latency;
        SeriesReading fresh = now;
        fresh.increase -= scraped_.increase;
        fresh.latency_sum -= scraped_.latency_sum;
        for (std::size_t i = 0; i < kCodes; ++i) {
            if (now.increase.by_code[i] > 0) fresh.codes = static_cast<std::uint8_t>(fresh.codes | 1u << i);
        }
        scraped_ = now;
        return fresh;
    }

   private:
    const RehearsedAnswers* answers_;
    double requests_ = 0;
    SeriesReading scraped_{};
};

/// Requests to the new version from the start of the plan to `until`, at one request per second of the service.
double share_until(const std::vector<RehearsedStretch>& plan, Duration until) {
    double sum = 0;
    for (const RehearsedStretch& stretch : plan) {
        if (until <= Duration::zero()) break;
        sum += stretch.share * to_seconds(std::min(stretch.lasts, until));
        until -= std::min(stretch.lasts, until);
    }
    return sum;
}

/// What a baseline gets beside the new version: as much, or what is left.
std::vector<RehearsedStretch> beside_the_new(std::vector<RehearsedStretch> plan) {
    for (RehearsedStretch& stretch : plan) stretch.share = std::min(stretch.share, 1 - stretch.share);
    return plan;
}

}  // namespace

Rehearsed rehearse(const Analysis& analysis, const Observability& observability, const Rehearsal& rehearsal) {
    require(rehearsal.rate >= 0 && std::isfinite(rehearsal.rate), "a rate must be at least 0 and finite");
    require_valid(rehearsal.old_version, observability.latency_buckets.size());
    require_valid(rehearsal.new_version, observability.latency_buckets.size());
    require(observability.scrape_interval > Duration::zero(), "a scrape interval must be above 0 s");
    Time end{};
    for (const RehearsedStretch& stretch : rehearsal.plan) {
        require(stretch.share >= 0 && stretch.share <= 1, "a share must be from 0 to 1");
        require(stretch.lasts >= Duration::zero(), "a stretch must not last less than 0 s");
        end = after(end, stretch.lasts);
    }
    require(rehearsal.starts >= Duration::zero(), "an analysis must not start before the plan");
    require(end != kNever, "a rehearsal must not last for ever");

    const Duration every = observability.scrape_interval, looks_back = lookback(analysis) + observability.delay;
    const auto lead = 2 + std::min(looks_back, kLongestLead) / every;
    Telemetry telemetry(observability, 3, looks_back);
    Version old_version(rehearsal.old_version), new_version(rehearsal.new_version), baseline(rehearsal.old_version);
    const std::vector<RehearsedStretch> beside =
        rehearsal.baseline ? beside_the_new(rehearsal.plan) : std::vector<RehearsedStretch>{};
    Time scraped = Time{} - lead * every;
    double to_new = 0, to_baseline = 0;
    const auto scrape = [&] {
        const Time next = scraped + every;
        const double so_far = share_until(rehearsal.plan, next.time_since_epoch());
        const double beside_so_far = share_until(beside, next.time_since_epoch());
        old_version.serve(rehearsal.rate * (to_seconds(every) - (so_far - to_new) - (beside_so_far - to_baseline)));
        new_version.serve(rehearsal.rate * (so_far - to_new));
        baseline.serve(rehearsal.rate * (beside_so_far - to_baseline));
        to_new = so_far;
        to_baseline = beside_so_far;
        scraped = next;
        const std::size_t buckets = observability.latency_buckets.size();
        const SeriesReading of_old = old_version.scrape(buckets), of_new = new_version.scrape(buckets),
                            of_baseline = baseline.scrape(buckets);
        SeriesReading of_all = of_old;
        (of_all += of_new) += of_baseline;
        telemetry.record({.at = scraped,
                          .application = {of_old, of_new, of_baseline},
                          .proxy = {of_old, of_new, of_baseline, SeriesReading{}},
                          .client = of_all});
    };

    AnalysisRun run(analysis, Time{} + rehearsal.starts);
    Rehearsed result;
    while (true) {
        const Time due = run.next_due();
        result.ended = std::min(due, end);
        while (scraped + every <= std::min(due, end)) scrape();
        if (due > end || due == kNever) break;
        run.advance(due, telemetry);
        if (is_complete(run.phase())) break;
    }
    result.phase = run.phase();
    result.log.assign(run.log().begin(), run.log().end());
    return result;
}

}  // namespace rollcast
