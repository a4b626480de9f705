#include "rollcast/world/drawn_answers.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "rollcast/random/counts.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

using ByCause = std::array<double, kCauses>;
using CountByCause = std::array<std::int64_t, kCauses>;

std::int64_t& count(Meter& meter, Code code) { return meter.counters.by_code[static_cast<std::size_t>(code)]; }

double share_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

double sum(const ByCause& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.); }

/// So many failures, shared out among the causes that they are expected of.
void blame(std::int64_t failures, const ByCause& expected, Stream& luck, CountByCause& by_cause) {
    double left = sum(expected);
    for (std::size_t cause = 0; cause < kCauses && failures > 0; ++cause) {
        if (expected[cause] <= 0) continue;
        const bool last = expected[cause] >= left * (1 - 1e-12);
        const std::int64_t of_it =
            last ? failures : binomial_quantile(failures, expected[cause] / left, open_uniform(luck));
        by_cause[cause] += of_it;
        failures -= of_it;
        left -= expected[cause];
    }
}

/// Of answers in time. From the slowest on: a slower version never has fewer slow answers.
void draw_latencies(const AnswerLaw& of, std::size_t buckets, std::int64_t in_time, Stream& luck, Meter& meter) {
    double expected = of.answered();
    std::int64_t left = in_time;
    for (std::size_t b = buckets; b > 0; --b) {
        const double u = open_uniform(luck);
        if (left == 0 || of.by_latency[b] <= 0) continue;
        const std::int64_t here = binomial_quantile(left, std::min(1., of.by_latency[b] / expected), u);
        meter.counters.by_latency[b] = here;
        left -= here;
        expected -= of.by_latency[b];
    }
    meter.counters.by_latency[0] = left;
    if (in_time == 0 || of.answered() <= 0) return;
    const double n = static_cast<double>(in_time), mean = of.latency / of.answered();
    const double variance = std::max(0., of.latency_square / of.answered() - mean * mean);
    const double seconds = n * mean + std::sqrt(n * variance) * quick_normal_quantile(open_uniform(luck));
    meter.latency_ns = from_seconds(std::max(0., seconds)).count();
}

/// Those that are tried again.
void add_again(const Scenario& scenario, const ExpectedAnswers& of, Stream* latencies, Stream& luck,
               DrawnAnswers& answers) {
    if (scenario.traffic.retries.attempts < 2) return;
    Tally& tally = answers.tally_again;
    const auto some = [&](double expected, std::size_t cause) {
        const std::int64_t count = poisson_quantile(expected, open_uniform(luck));
        tally.failed_by_cause[cause] += count;
        tally.arrived += count;
        return count;
    };
    std::int64_t late = 0, refused = tally.failed();  // for which a budget has paid
    tally.arrived = refused;
    for (std::size_t cause = 0; cause < kCauses; ++cause) {
        refused += some(of.cut_off_again[cause] + of.law.refused_again[cause], cause);
        late += some(of.law.late_again[cause], cause);
    }
    const std::int64_t errors = some(of.marked_again, static_cast<std::size_t>(Cause::kBackground)) +
                                some(of.defective_again, static_cast<std::size_t>(Cause::kDefect));
    Meter& meter = answers.application_again;
    count(meter, Code::k500) = errors;
    if (latencies != nullptr) {
        draw_latencies(of.law, scenario.observability.latency_buckets.size(), errors, *latencies, meter);
    }
    const double timeout = to_seconds(scenario.service.timeout);
    meter.counters.by_latency[bucket_of(scenario, timeout)] += late;
    meter.latency_ns += from_seconds(timeout).count() * late;
    answers.proxy_again = meter;
    count(meter, Code::k200) = late;
    count(answers.proxy_again, Code::k504) = late;
    count(answers.proxy_again, Code::k503) = refused;
    answers.proxy_again.counters.by_latency[0] += refused;
}

}  // namespace

std::size_t bucket_of(const Scenario& scenario, double seconds) {
    const std::vector<double>& limits = scenario.observability.latency_buckets;
    return static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end(), seconds) - limits.begin());
}

DrawnAnswers draw(const Scenario& scenario, ExpectedAnswers of, AttemptCounts counts, bool silent, Stream luck,
                  std::optional<Stream> latencies) {
    auto& [fine, marked, doomed] = counts;
    if (fine + marked + doomed == 0) return {};
    const auto of_both = [&](double share, std::int64_t& fine_rest, std::int64_t& marked_rest) {
        const double u = open_uniform(luck), v = open_uniform(luck);
        const std::int64_t of_fine = binomial_quantile(fine_rest, share, u);
        const std::int64_t of_marked = binomial_quantile(marked_rest, share, v);
        fine_rest -= of_fine, marked_rest -= of_marked;
        return of_fine + of_marked;
    };
    of.law.cluster(of.calm, of.spell);
    DrawnAnswers answers;
    answers.tally.arrived = fine + marked + doomed;
    const double others = of.fine + of.marked;
    const double wanted = sum(of.wanted), cut_off = sum(of.cut_off) + wanted + sum(of.law.refused);
    const double refused_share = share_of(cut_off, others + of.doomed);
    const std::int64_t doomed_refused = binomial_quantile(doomed, refused_share, open_uniform(luck));
    std::int64_t refused = of_both(refused_share, fine, marked) + doomed_refused;
    doomed -= doomed_refused;
    CountByCause bought{};
    if (wanted > 0) {
        const std::int64_t want = binomial_quantile(refused, wanted / cut_off, open_uniform(luck));
        const double whole = std::floor(of.bought + open_uniform(luck));
        const std::int64_t get = std::min(want, static_cast<std::int64_t>(whole));
        blame(get, of.wanted, luck, bought);
        refused -= get, fine += get;
        const double left = 1 - static_cast<double>(get) / std::max(wanted, static_cast<double>(want));
        for (std::size_t cause = 0; cause < kCauses; ++cause) of.cut_off[cause] += left * of.wanted[cause];
    }
    const std::int64_t late_of_others =
        of_both(share_of(sum(of.law.late), sum(of.law.late) + of.law.answered()), fine, marked);
    const std::int64_t in_time = fine + marked, late = late_of_others + doomed;
    const double fine_in_time = of.law.answered() * share_of(of.fine, others);
    const std::int64_t defective = binomial_quantile(fine, share_of(of.defective, fine_in_time), open_uniform(luck));
    answers.tally.answered = fine - defective;
    answers.tally.slow =
        binomial_quantile(fine - defective, share_of(of.law.slow, of.law.answered()), open_uniform(luck));
    const auto by_defect = static_cast<std::size_t>(Cause::kDefect);
    answers.tally.failed_by_cause[by_defect] = defective;
    const std::int64_t wrong = silent ? defective : 0;
    answers.tally.failed_by_cause[static_cast<std::size_t>(Cause::kBackground)] += marked;
    for (std::size_t cause = 0; cause < kCauses; ++cause) of.cut_off[cause] += of.law.refused[cause];
    blame(refused, of.cut_off, luck, answers.tally.failed_by_cause);
    blame(late_of_others, of.law.late, luck, answers.tally.failed_by_cause);
    answers.tally.failed_by_cause[static_cast<std::size_t>(Cause::kBackground)] += doomed;

    Meter meter;
    const std::int64_t failed = marked + defective - wrong;
    count(meter, Code::k200) = in_time - failed;
    count(meter, Code::k500) = failed;
    if (latencies) draw_latencies(of.law, scenario.observability.latency_buckets.size(), in_time, *latencies, meter);
    const double timeout = to_seconds(scenario.service.timeout);
    const std::int64_t waited = from_seconds(timeout).count() * late;
    answers.proxy = answers.application = meter;
    for (Meter* each : {&answers.proxy, &answers.application}) {
        each->counters.by_latency[bucket_of(scenario, timeout)] += late;
        each->latency_ns += waited;
    }
    count(answers.application, Code::k200) += late;  // an instance does not know that nobody waits any more
    count(answers.proxy, Code::k504) = late;
    count(answers.proxy, Code::k503) = refused;
    answers.proxy.counters.by_latency[0] += refused;
    for (std::size_t cause = 0; cause < kCauses; ++cause) answers.tally_again.failed_by_cause[cause] = bought[cause];
    add_again(scenario, of, latencies ? &*latencies : nullptr, luck, answers);
    return answers;
}

}  // namespace rollcast
