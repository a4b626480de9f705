#include "rollcast/world/drawn_telemetry.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "rollcast/random/counts.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr std::size_t kOld = index_of(kOldVersion);
constexpr std::size_t kNew = index_of(kNewVersion);
constexpr std::size_t kBaseline = index_of(kBaselineVersion);

// Numbers of streams within an interval: of each version's own requests, of copies, and of the whole service.
constexpr std::array<std::size_t, 4> kOwnLanes{0, 1, 5, 2};
constexpr std::array<std::size_t, 3> kCopyLanes{3, 4, 6};
constexpr std::size_t kServiceLane = 7, kLatencyLanes = 8;  // the latter: besides those of the version
constexpr int kLaneBits = 4;

std::int64_t& count(Meter& meter, Code code) { return meter.counters.by_code[static_cast<std::size_t>(code)]; }

/// Which of the book's two versions it answers as.
std::size_t answers_as(std::size_t version) { return version == kNew ? kNew : kOld; }

double share_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

template <typename Numbers>
auto sum(const Numbers& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), typename Numbers::value_type{});
}

/// So many failures, shared out among the causes that they are expected of.
void blame(std::int64_t failures, const std::array<double, kCauses>& expected, Stream& luck, Tally& tally) {
    double left = sum(expected);
    for (std::size_t cause = 0; cause < kCauses && failures > 0; ++cause) {
        if (expected[cause] <= 0) continue;
        const bool last = expected[cause] >= left * (1 - 1e-12);
        const std::int64_t of_it =
            last ? failures : binomial_quantile(failures, expected[cause] / left, open_uniform(luck));
        tally.failed_by_cause[cause] += of_it;
        failures -= of_it;
        left -= expected[cause];
    }
}

std::size_t bucket_of(const std::vector<double>& limits, double seconds) {
    return static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end(), seconds) - limits.begin());
}

}  // namespace

DrawnTelemetry::DrawnTelemetry(const Scenario& scenario, const Defect& defect, std::shared_ptr<const AnswerBook> book,
                               const StreamSpace& streams, Time from, std::optional<double> share)
    : scenario_(&scenario),
      defect_(defect),
      book_(std::move(book)),
      streams_(streams),
      share_(share),
      versions_(scenario.baseline ? 3 : 2),
      closed_rate_(closed_loop_rate(scenario)),
      looked_(from),
      settled_(from) {}

void DrawnTelemetry::look(const World& world, Time now) {
    if (now > looked_) {
        if (defect_.kind == DefectKind::kDescriptorLeak) follow_leak(world);
        const double rate =
            mean_rate(scenario_->traffic, looked_.time_since_epoch(), now.time_since_epoch()) + closed_rate_;
        for (std::size_t version = 0; version < versions_; ++version) {
            pass(version, rate, to_seconds(now - looked_), Requests::kOwn);
            pass(version, rate, to_seconds(now - looked_), Requests::kCopies);
        }
        looked_ = now;
    }
    together_ = world.flagged();
    double newer = world.share(kNew), beside = versions_ > kBaseline ? world.share(kBaseline) : 0;
    const bool both = newer > 0 && world.share(kOld) + beside > 0;
    if (share_ && both) {
        newer = *share_;
        beside = beside > 0 ? std::min(newer, 1 - newer) : 0;
    }
    if (newer > 0 && first_exposed_ == kNever) first_exposed_ = now;
    if (newer > 0 && first_arrival_ == kNever && world.known(kNew) > 0) {
        Stream luck = streams_.stream(Purpose::kDrawn, kServiceLane);
        const double rate = newer * (rate_at(scenario_->traffic, now) + closed_rate_);
        first_arrival_ = after(now, from_seconds(rollcast::draw(Exponential{1 / rate}, luck)));
    }
    standing_[kNew].share = newer;
    standing_[kOld].share = both ? 1 - newer - beside : world.share(kOld);
    standing_[kBaseline].share = beside;
    for (std::size_t version = 0; version < versions_; ++version) {
        Standing& standing = standing_[version];
        const int dead = world.known(version) - world.answering(version) - world.refusing(version);
        if (dead > standing.dead()) die(version, dead - standing.dead());
        standing.mirrored = world.mirrored(version);
        standing.known = world.known(version);
        standing.serving = world.answering(version);
        standing.stopping = world.refusing(version);
    }
}

/// A new version whose processes die of its defect is blamed for those that hosts take along, too.
Cause DrawnTelemetry::cause_of_death(std::size_t version) const {
    switch (version == kNew ? defect_.kind : DefectKind::kNone) {
        case DefectKind::kCrashOnStart:
        case DefectKind::kCrashHazard:
        case DefectKind::kCrashOnRequest:
        case DefectKind::kMemoryLeak:
        case DefectKind::kSlowLeak:
            return Cause::kDefect;
        default:
            return Cause::kBackground;
    }
}

/// Processes take along what they have in flight, and the request that kills them. These and those that are refused
/// until routers know are the first failures of their kind: a series that begins with a death misses some of them.
void DrawnTelemetry::die(std::size_t version, int deaths) {
    const Standing& standing = standing_[version];
    const double share = standing.share + standing.mirrored;
    if (share <= 0) return;
    const bool killed =
        version == kNew && (defect_.kind == DefectKind::kCrashOnRequest || defect_.kind == DefectKind::kMemoryLeak);
    const double lost = deaths * (standing.held + killed), own = lost * standing.share / share;
    const auto cause = static_cast<std::size_t>(cause_of_death(version));
    intervals_[version].refused[cause] += own;
    copies_[version].refused[cause] += lost - own;
    if (version == kNew && defect_.kind != DefectKind::kNone) harmed_ += own;
}

/// Nothing happens when a process has no descriptors left but that its requests fail: those of the world tell.
void DrawnTelemetry::follow_leak(const World& world) {
    const auto served = [](const Tally& tally) {
        return tally.answered + tally.failed_by_cause[static_cast<std::size_t>(Cause::kBackground)];
    };
    const Tally tally = world.data().tally(kNew);
    const Tally since = tally - before_;
    before_ = tally;
    const auto failed = static_cast<double>(since.failed_by_cause[static_cast<std::size_t>(Cause::kDefect)]);
    const double fine = static_cast<double>(served(since));
    if (failed + fine > 0) worn_out_ = failed / (failed + fine);
}

Impairment DrawnTelemetry::effect(std::size_t version, int instance) const {
    const InstanceEffects& effects = scenario_->faults.instances;
    if (effects.noise == 0 && effects.gray == 0) return {};
    Stream luck = streams_.stream(Purpose::kInstanceEffect,
                                  std::uint64_t{version} << 40 | static_cast<std::uint64_t>(instance) << 16);
    const bool gray = uniform(luck) < effects.gray;
    const double noise = rollcast::draw(LogNormal{1, effects.noise}, luck);
    return {.slowness = gray ? noise * effects.gray_slowness : noise, .error_rate = gray ? effects.gray_errors : 0};
}

/// What a version's instances have to do: at a share that is not the plan's they are as busy as the whole service, and
/// behind a flag they do the work of all. `service`: rate of requests.
DrawnTelemetry::Busy DrawnTelemetry::busy(std::size_t version, double service) const {
    const Standing& standing = standing_[version];
    const double rate = service * (standing.share + standing.mirrored);
    if (together_) {
        double work = 0;
        for (std::size_t each = 0; each < versions_; ++each) {
            work += service * standing_[each].share * book_->version(answers_as(each)).work;
        }
        return {work > 0 ? work / book_->version(answers_as(version)).work : rate, std::max(1, standing.serving)};
    }
    const bool as_planned = !share_ || version == kOld || standing_[kNew].share != *share_ || standing.share == 0;
    if (as_planned) return {rate, std::max(1, standing.serving)};
    const int replicas = scenario_->fleet.replicas;
    const int fleet = std::max(1, static_cast<int>(std::lround(standing.share * replicas)));
    return {rate / standing.share * fleet / replicas, fleet};
}

/// Over the instances that serve. Adds what fails because of them to `errors`.
AnswerLaw DrawnTelemetry::law(std::size_t version, const Busy& busy, double slowness, double& errors) const {
    const InstanceEffects& effects = scenario_->faults.instances;
    const std::size_t kind = answers_as(version);
    if (effects.noise == 0 && effects.gray == 0) return book_->law(kind, busy.rate, busy.instances, slowness);
    AnswerLaw sum;
    for (int i = 0; i < busy.instances; ++i) {
        const Impairment own = effect(version, i);
        errors += own.error_rate / busy.instances;
        sum.add(book_->law(kind, busy.rate, busy.instances, slowness * own.slowness), 1. / busy.instances);
    }
    return sum;
}

/// Some time passes in which nothing changes. `rate`: of the service. What becomes of copies matters to counters alone.
void DrawnTelemetry::pass(std::size_t version, double rate, double seconds, Requests whose) {
    Standing& standing = standing_[version];
    const bool own = whose == Requests::kOwn;
    const double requests = rate * (own ? standing.share : standing.mirrored) * seconds;
    if (requests <= 0 || (!own && standing.known == 0)) return;
    const bool newer = version == kNew;
    const bool harms = newer && own && defect_.kind != DefectKind::kNone;
    if (newer && own) exposure_ += requests;

    const AnswerBook::Version& facts = book_->version(answers_as(version));
    const Impairment brown = impairment_of(scenario_->faults.brown_outs, looked_);
    double errors = facts.background + brown.error_rate;
    if (standing.known == 0) {
        Interval& none = intervals_[versions_];
        none.marked += requests * errors;
        none.fine += requests * (1 - errors);
        none.refused[static_cast<std::size_t>(Cause::kCapacity)] += requests;
        if (harms) harmed_ += requests;
        return;
    }

    const Busy busy = this->busy(version, rate);
    const AnswerLaw law = this->law(version, busy, brown.slowness, errors);
    errors = std::min(1., errors);
    const double defective = newer ? std::min(1 - errors, facts.defective + worn_out_ * (1 - facts.background)) : 0;

    const double its = together_ ? rate * standing.share / busy.rate : 1;
    standing.held = its * std::min(facts.slots, busy.rate / busy.instances * facts.work * brown.slowness);
    const double one = requests / standing.known, reached = one * standing.serving;
    const double in_time = reached * law.in_time();
    Interval& interval = own ? intervals_[version] : copies_[version];
    interval.marked += requests * errors;
    interval.fine += requests * (1 - errors);
    for (std::size_t cause = 0; cause < kCauses; ++cause) {
        interval.refused[cause] += reached * law.refused[cause];
        interval.late[cause] += reached * law.late[cause];
    }
    interval.refused[static_cast<std::size_t>(Cause::kHandOver)] += one * standing.stopping;
    interval.refused[static_cast<std::size_t>(cause_of_death(version))] += one * standing.dead();
    interval.in_time += in_time;
    interval.defective += in_time * defective;
    interval.slow += reached * law.slow;
    for (std::size_t b = 0; b < law.by_latency.size(); ++b) interval.by_latency[b] += reached * law.by_latency[b];
    interval.latency += reached * law.latency;
    interval.latency_square += reached * law.latency_square;
    interval.clustering += reached * law.clustering;
    if (!newer) return;
    highest_load_ = std::max(highest_load_, book_->load(version, busy.rate, busy.instances, brown.slowness));
    if (!harms) return;
    const AnswerLaw good = book_->law(kOld, busy.rate, busy.instances, brown.slowness);
    harmed_ += requests - reached + reached * std::max(0., good.in_time() - law.in_time()) + in_time * defective;
}

Tally DrawnTelemetry::total() const {
    return std::accumulate(tallies_.begin(), tallies_.end(), Tally{}, [](Tally a, const Tally& b) { return a += b; });
}

void DrawnTelemetry::settle(const World& world, Time now) {
    look(world, now);
    if (now == settled_) return;
    settled_ = now;
    ++settlings_;
    double fine = 0, marked = 0;
    for (const Interval& each : intervals_) fine += each.fine, marked += each.marked;
    Stream luck = streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | kServiceLane);
    std::int64_t fine_left = poisson_quantile(fine, open_uniform(luck));
    std::int64_t marked_left = poisson_quantile(marked, open_uniform(luck));
    // The old version, which has the most, takes what the others leave.
    for (std::size_t i = versions_ + 1; i-- > 0;) {
        const std::size_t version = i == 0 ? kOld : i == versions_ ? kNew : i + 1;
        const Interval of = std::exchange(intervals_[version], {});
        const auto take = [&](std::int64_t& left, double& expected_left, double expected) {
            const double u = open_uniform(luck);
            const std::int64_t its = i == 0 ? left : binomial_quantile(left, share_of(expected, expected_left), u);
            left -= its;
            expected_left -= expected;
            return its;
        };
        const std::int64_t its_fine = take(fine_left, fine, of.fine), its_marked = take(marked_left, marked, of.marked);
        const Answers answers = draw(of, its_fine, its_marked, kOwnLanes[version == versions_ ? 3 : version]);
        tallies_[version] += answers.tally;
        grown_[version] += answers.seen;
        if (version == versions_) continue;
        const Interval copies = std::exchange(copies_[version], {});
        if (copies.requests() == 0) continue;
        Stream own = streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | kCopyLanes[version]);
        const std::int64_t fine_copies = poisson_quantile(copies.fine, open_uniform(own));
        const std::int64_t marked_copies = poisson_quantile(copies.marked, open_uniform(own));
        grown_copies_[version] += draw(copies, fine_copies, marked_copies, kCopyLanes[version] ).seen;
    }
}

DrawnTelemetry::Answers DrawnTelemetry::draw(const Interval& of, std::int64_t fine, std::int64_t marked,
                                             std::size_t lane) const {
    if (fine + marked == 0) return {};
    Stream luck = streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | lane);
    const auto of_both = [&](double share, std::int64_t& fine_rest, std::int64_t& marked_rest) {
        const double u = open_uniform(luck), v = open_uniform(luck);
        const std::int64_t of_fine = binomial_quantile(fine_rest, share, u);
        const std::int64_t of_marked = binomial_quantile(marked_rest, share, v);
        fine_rest -= of_fine, marked_rest -= of_marked;
        return of_fine + of_marked;
    };
    Answers answers;
    answers.tally.arrived = fine + marked;
    // Where failures come in clusters, an interval has its own share of them.
    double refused_share = share_of(sum(of.refused), of.requests()), late_share = share_of(sum(of.late), of.requests());
    if (const double u = open_uniform(luck), failing = sum(of.refused) + sum(of.late); of.clustering > 0 && failing > 0) {
        const double factor = gamma_quantile(of.clustering / (failing * failing), u);
        const double most = 1 / (refused_share + late_share);
        refused_share *= std::min(factor, most), late_share *= std::min(factor, most);
    }
    const std::int64_t refused = of_both(refused_share, fine, marked);
    const std::int64_t late = of_both(share_of(late_share, 1 - refused_share), fine, marked);
    const std::int64_t in_time = fine + marked;
    const double fine_in_time = of.in_time * share_of(of.fine, of.requests());
    const std::int64_t defective = binomial_quantile(fine, share_of(of.defective, fine_in_time), open_uniform(luck));
    answers.tally.answered = fine - defective;
    answers.tally.slow =
        binomial_quantile(fine - defective, share_of(of.slow, of.in_time), open_uniform(luck));
    answers.tally.failed_by_cause[static_cast<std::size_t>(Cause::kBackground)] = marked;
    answers.tally.failed_by_cause[static_cast<std::size_t>(Cause::kDefect)] = defective;
    blame(refused, of.refused, luck, answers.tally);
    blame(late, of.late, luck, answers.tally);

    Meter meter;
    const std::int64_t failed = marked + (defect_.kind == DefectKind::kWrongAnswers ? 0 : defective);
    count(meter, Code::k200) = in_time - failed;
    count(meter, Code::k500) = failed;
    if (latencies_) {
        Stream of_latencies =
            streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | kLatencyLanes | lane);
        draw_latencies(of, in_time, of_latencies, meter);
    }
    const std::vector<double>& limits = scenario_->observability.latency_buckets;
    const double timeout = to_seconds(scenario_->service.timeout);
    const std::int64_t waited = from_seconds(timeout).count() * late;
    Grown& grown = answers.seen;
    grown = {.proxy = meter, .application = meter};
    for (Meter* each : {&grown.proxy, &grown.application}) {
        each->counters.by_latency[bucket_of(limits, timeout)] += late;
        each->latency_ns += waited;
    }
    count(grown.application, Code::k200) += late;  // an instance does not know that nobody waits any more
    count(grown.proxy, Code::k504) = late;
    count(grown.proxy, Code::k503) = refused;
    grown.proxy.counters.by_latency[0] += refused;
    return answers;
}

/// Of answers in time. From the slowest on: a slower version never has fewer slow answers.
void DrawnTelemetry::draw_latencies(const Interval& of, std::int64_t in_time, Stream& luck, Meter& meter) const {
    double expected = of.in_time;
    std::int64_t left = in_time;
    for (std::size_t b = scenario_->observability.latency_buckets.size(); b > 0; --b) {
        const double u = open_uniform(luck);
        if (left == 0 || of.by_latency[b] <= 0) continue;
        const std::int64_t here = binomial_quantile(left, std::min(1., of.by_latency[b] / expected), u);
        meter.counters.by_latency[b] = here;
        left -= here;
        expected -= of.by_latency[b];
    }
    meter.counters.by_latency[0] = left;
    if (in_time == 0) return;
    const double n = static_cast<double>(in_time);
    const double mean = of.latency / of.in_time, variance = std::max(0., of.latency_square / of.in_time - mean * mean);
    const double seconds = n * mean + std::sqrt(n * variance) * quick_normal_quantile(open_uniform(luck));
    meter.latency_ns = from_seconds(std::max(0., seconds)).count();
}

Scrape DrawnTelemetry::scrape(const World& world, Time now) {
    settle(world, now);
    Scrape scrape{.at = now,
                  .application = std::vector<SeriesReading>(versions_),
                  .proxy = std::vector<SeriesReading>(versions_ + 1),
                  .client = {}};
    Meter all;
    for (std::size_t version = 0; version <= versions_; ++version) {
        Grown grown = std::exchange(grown_[version], {});
        all += grown.proxy;
        Codes& seen = codes_[version];
        if (version < versions_) {
            grown += std::exchange(grown_copies_[version], {});
            scrape.application[version] = World::read(grown.application, seen.application, seen.application);
        }
        scrape.proxy[version] = World::read(grown.proxy, seen.proxy, seen.proxy);
    }
    scrape.client = World::read(all, client_codes_, client_codes_);
    return scrape;
}

}  // namespace rollcast
