#include "rollcast/world/drawn_telemetry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "rollcast/random/counts.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr std::size_t kOld = index_of(kOldVersion);
constexpr std::size_t kNew = index_of(kNewVersion);
constexpr std::size_t kThird = index_of(kBaselineVersion);  // or the intermediate one

// Numbers of streams within a scrape: of each version's own requests, of copies, and of what reaches no version.
constexpr std::array<std::size_t, 3> kOwnLanes{0, 1, 5};
constexpr std::array<std::size_t, 3> kCopyLanes{3, 4, 6};
constexpr std::size_t kUnreachedLane = 2;

std::int64_t& count(Meter& meter, Code code) { return meter.counters.by_code[static_cast<std::size_t>(code)]; }

/// Which of the book's two versions it answers as.
std::size_t answers_as(std::size_t version) { return version == kNew ? kNew : kOld; }

double share_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

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
      versions_(versions(scenario)),
      closed_rate_(closed_loop_rate(scenario)),
      looked_(from) {}

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
    double newer = world.share(kNew), beside = versions_ > kThird ? world.share(kThird) : 0;
    const double older = world.share(kOld) + beside;
    const bool both = newer > 0 && older > 0;
    if (share_ && both) {
        newer = *share_;
        // A baseline is as large as the new version; an intermediate one has its part of what that leaves.
        beside = !scenario_->baseline ? (1 - newer) * beside / older : beside > 0 ? std::min(newer, 1 - newer) : 0;
    }
    if (newer > 0 && first_exposed_ == kNever) first_exposed_ = now;
    standing_[kNew].share = newer;
    standing_[kOld].share = both ? 1 - newer - beside : world.share(kOld);
    standing_[kThird].share = beside;
    for (std::size_t version = 0; version < versions_; ++version) {
        const int known = world.known(version), serving = world.answering(version);
        const int deaths = (known - serving) - (standing_[version].known - standing_[version].serving);
        if (deaths > 0) die(version, deaths);
        standing_[version].mirrored = world.mirrored(version);
        standing_[version].known = known;
        standing_[version].serving = serving;
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
    intervals_[version].refused += own;
    copies_[version].refused += lost - own;
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
    const int serving = busy.instances;
    AnswerLaw sum;
    double square = 0;
    for (int i = 0; i < serving; ++i) {
        const Impairment own = effect(version, i);
        const AnswerLaw one = book_->law(kind, busy.rate, serving, slowness * own.slowness);
        errors += own.error_rate / serving;
        sum.late += one.late / serving;
        sum.mean += one.mean / serving;
        square += (one.deviation * one.deviation + one.mean * one.mean) / serving;
        for (std::size_t b = 0; b < one.by_latency.size(); ++b) sum.by_latency[b] += one.by_latency[b] / serving;
    }
    sum.deviation = std::sqrt(std::max(0., square - sum.mean * sum.mean));
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
    if (standing.known == 0) {
        unreached_ += requests;
        if (harms) harmed_ += requests;
        return;
    }

    const AnswerBook::Version& facts = book_->version(answers_as(version));
    const Impairment brown = impairment_of(scenario_->faults.brown_outs, looked_);
    double errors = facts.background + brown.error_rate;
    const Busy busy = this->busy(version, rate);
    const AnswerLaw law = this->law(version, busy, brown.slowness, errors);
    const double defective = newer ? facts.defective + worn_out_ * (1 - facts.background) : 0;
    errors = std::min(1., errors + defective * facts.seen);

    const double its = together_ ? rate * standing.share / busy.rate : 1;
    standing.held = its * std::min(facts.slots, busy.rate / busy.instances * facts.work * brown.slowness);
    const double answered = requests * standing.serving / standing.known;
    const double in_time = answered * (1 - law.late);
    Interval& sum = (own ? intervals_ : copies_)[version];
    sum.requests += requests;
    sum.refused += requests - answered;
    sum.late += answered * law.late;
    sum.failed += in_time * errors;
    for (std::size_t b = 0; b < law.by_latency.size(); ++b) sum.by_latency[b] += in_time * law.by_latency[b];
    sum.latency += in_time * law.mean;
    sum.latency_variance += in_time * law.deviation * law.deviation;
    if (!newer) return;
    highest_load_ = std::max(highest_load_, book_->load(version, busy.rate, busy.instances, brown.slowness));
    if (!harms) return;
    const double late_anyhow = std::min(law.late, book_->law(kOld, busy.rate, busy.instances, brown.slowness).late);
    harmed_ += requests - answered + answered * (law.late - late_anyhow) + in_time * defective;
}

DrawnTelemetry::Grown DrawnTelemetry::draw(Interval& interval, std::size_t lane) {
    const Interval of = std::exchange(interval, {});
    const std::vector<double>& limits = scenario_->observability.latency_buckets;
    const double timeout = to_seconds(scenario_->service.timeout);
    Stream luck = streams_.stream(Purpose::kDrawn, std::uint64_t{scrapes_} << 3 | lane);
    const auto next = [&] { return open_uniform(luck); };

    const std::int64_t requests = poisson_quantile(of.requests, next());
    const std::int64_t refused = binomial_quantile(requests, share_of(of.refused, of.requests), next());
    const double reached = of.requests - of.refused;
    const std::int64_t late = binomial_quantile(requests - refused, share_of(of.late, reached), next());
    const std::int64_t in_time = requests - refused - late;
    const std::int64_t failed = binomial_quantile(in_time, share_of(of.failed, reached - of.late), next());

    Meter meter;
    count(meter, Code::k200) = in_time - failed;
    count(meter, Code::k500) = failed;
    // From the slowest on: a slower version never has fewer slow answers.
    double expected = reached - of.late;
    std::int64_t left = in_time;
    for (std::size_t b = limits.size(); b > 0; --b) {
        const double u = next();
        if (left == 0 || of.by_latency[b] <= 0) continue;
        const std::int64_t here = binomial_quantile(left, std::min(1., of.by_latency[b] / expected), u);
        meter.counters.by_latency[b] = here;
        left -= here;
        expected -= of.by_latency[b];
    }
    meter.counters.by_latency[0] = left;
    if (in_time > 0) {
        const double n = static_cast<double>(in_time), of_n = reached - of.late;
        const double seconds =
            n * of.latency / of_n + std::sqrt(n * of.latency_variance / of_n) * quick_normal_quantile(next());
        meter.latency_ns = from_seconds(std::max(0., seconds)).count();
    }

    const std::int64_t waited = from_seconds(timeout).count() * late;
    Grown grown{.proxy = meter, .application = meter};
    for (Meter* each : {&grown.proxy, &grown.application}) {
        each->counters.by_latency[bucket_of(limits, timeout)] += late;
        each->latency_ns += waited;
    }
    count(grown.application, Code::k200) += late;  // an instance does not know that nobody waits any more
    count(grown.proxy, Code::k504) = late;
    count(grown.proxy, Code::k503) = refused;
    grown.proxy.counters.by_latency[0] += refused;
    return grown;
}

Scrape DrawnTelemetry::scrape(const World& world, Time now) {
    look(world, now);
    ++scrapes_;
    Scrape scrape{.at = now,
                  .application = std::vector<SeriesReading>(versions_),
                  .proxy = std::vector<SeriesReading>(versions_ + 1),
                  .client = {}};
    Meter all;
    for (std::size_t version = 0; version < versions_; ++version) {
        Grown grown = draw(intervals_[version], kOwnLanes[version]);
        const Grown copies = draw(copies_[version], kCopyLanes[version]);
        all += grown.proxy;
        grown.proxy += copies.proxy;
        grown.application += copies.application;
        Codes& seen = codes_[version];
        scrape.application[version] = World::read(grown.application, seen.application, seen.application);
        scrape.proxy[version] = World::read(grown.proxy, seen.proxy, seen.proxy);
    }
    Meter unreached;
    Stream luck = streams_.stream(Purpose::kDrawn, std::uint64_t{scrapes_} << 3 | kUnreachedLane);
    unreached.add(Code::k503, 0, 0, poisson_quantile(std::exchange(unreached_, 0), open_uniform(luck)));
    scrape.proxy[versions_] = World::read(unreached, unreached_codes_, unreached_codes_);
    all.counters += unreached.counters;
    scrape.client = World::read(all, client_codes_, client_codes_);
    return scrape;
}

}  // namespace rollcast
