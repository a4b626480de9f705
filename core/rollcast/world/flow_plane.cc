#include "rollcast/world/flow_plane.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "rollcast/random/counts.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr std::size_t kOld = index_of(kOldVersion);
constexpr std::size_t kNew = index_of(kNewVersion);
constexpr std::size_t kThird = index_of(kBaselineVersion);  // or the intermediate one

// Numbers of streams within an interval: of each version's own requests, of copies, and of the whole service.
constexpr std::array<std::size_t, 4> kOwnLanes{0, 1, 5, 2};
constexpr std::array<std::size_t, 3> kCopyLanes{3, 4, 6};
constexpr std::size_t kServiceLane = 7, kLatencyLanes = 8;  // the latter: besides those of the version
constexpr int kLaneBits = 4;

/// Which of the book's two versions it answers as.
std::size_t answers_as(std::size_t version) { return version == kNew ? kNew : kOld; }

double share_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

/// How finely queues are followed, in requests: where they outlast the timeout it does not matter by how much.
double wait_step(const Scenario& scenario, double each) {
    constexpr double kSteps = 48, kMostSteps = 256;
    const double queue = std::max(1, scenario.service.queue), late = to_seconds(scenario.service.timeout) * each;
    return std::max(std::min(queue, late) / kSteps, queue / kMostSteps);
}

double in_steps(const Scenario& scenario, double each, double waiting) {
    const double step = wait_step(scenario, each);
    return std::round(waiting / step) * step;
}

template <typename Numbers>
auto sum(const Numbers& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), typename Numbers::value_type{});
}

}  // namespace

FlowPlane::FlowPlane(const Scenario& scenario, const Defect& defect, std::shared_ptr<const AnswerBook> book,
                     const StreamSpace& streams, Time from, std::optional<double> share)
    : scenario_(&scenario),
      defect_(defect),
      book_(std::move(book)),
      streams_(streams),
      share_(share),
      versions_(rollcast::versions(scenario)),
      closed_rate_(closed_loop_rate(scenario)),
      stopping_for_(std::max(0., mean(scenario.balancing.propagation) - to_seconds(scenario.fleet.pre_stop))),
      dead_for_(mean(scenario.fleet.crash_notice) + mean(scenario.balancing.propagation)),
      bursts_(scenario.traffic, streams, from),
      tokens_(scenario.traffic.retries.reserve),
      looked_(from),
      settled_(from) {}

void FlowPlane::look(const World& world, Time now) {
    if (now > looked_ && defect_.kind == DefectKind::kDescriptorLeak && !simulated_) follow_leak(world);
    while (now > looked_) pass_until(now);
    together_ = world.flagged();
    simulated_ = world.only_new() && !together_;
    double newer = world.share(kNew), beside = versions_ > kThird ? world.share(kThird) : 0;
    const double older = world.share(kOld) + beside;
    const bool both = newer > 0 && older > 0;
    if (share_ && both) {
        newer = *share_;
        // A baseline is as large as the new version; an intermediate one has its part of what that leaves.
        beside = !scenario_->baseline ? (1 - newer) * beside / older : beside > 0 ? std::min(newer, 1 - newer) : 0;
    }
    if (newer > 0 && first_exposed_ == kNever) first_exposed_ = now;
    if (newer > 0 && first_arrival_ == kNever && world.known(kNew) > 0 && !simulated_) {
        Stream luck = streams_.stream(Purpose::kDrawn, kServiceLane);
        const double rate = newer * this->rate(now, now);
        first_arrival_ = after(now, from_seconds(rollcast::draw(Exponential{1 / rate}, luck)));
    }
    mixed_ = !world.weighed() && !(share_ && both);
    standing_[kNew].routed = newer;
    standing_[kOld].routed = both ? 1 - newer - beside : world.share(kOld);
    standing_[kThird].routed = beside;
    nowhere_ = newer + older > 0 ? 0 : 1;
    for (std::size_t version = 0; version < versions_; ++version) {
        Standing& standing = standing_[version];
        const int dead = world.known(version) - world.answering(version) - world.refusing(version);
        if (dead > standing.dead()) die(version, dead - standing.dead());
        standing.mirrored = world.mirrored(version);
        standing.known = world.known(version);
        standing.serving = world.answering(version);
        if (standing.serving == 0) standing.backlog = {}, standing.load = 0;
        standing.stopping = world.refusing(version);
    }
    spread(rate(now, now) * attempts_);
}

/// Of the service's requests, on average; within a burst, or between two.
double FlowPlane::rate(Time from, Time to) const {
    const Traffic& traffic = scenario_->traffic;
    const double usual = mean_rate(traffic, from.time_since_epoch(), to.time_since_epoch());
    return usual / burst_lift(traffic) * bursts_.factor(traffic) + closed_rate_;
}

/// Nothing changes but the traffic; not all the way to `now` where queues have to follow it.
void FlowPlane::pass_until(Time now) {
    constexpr Duration kGlance = 2s;
    constexpr double kQueues = .5;  // at lower loads hardly anybody waits
    const bool moves = !scenario_->traffic.shape.empty() || scenario_->traffic.retries.attempts > 1;
    const bool queues = std::any_of(standing_.begin(), standing_.end(),
                                    [](const Standing& standing) { return standing.load > kQueues; });
    if (queues && moves) now = std::min(now, looked_ + kGlance);
    now = std::min(now, Time{} + Duration(bursts_.stay_end()));
    const double rate = this->rate(looked_, now);
    const double seconds = to_seconds(now - looked_);
    spread(rate * attempts_);
    if (scenario_->traffic.retries.attempts > 1) follow_retries(rate, seconds);
    for (std::size_t version = 0; version < versions_; ++version) {
        pass(version, rate, seconds, Requests::kOwn);
        pass(version, rate, seconds, Requests::kCopies);
    }
    find_none(rate * seconds * nowhere_);
    looked_ = now;
    if (looked_ == Time{} + Duration(bursts_.stay_end())) bursts_.next(scenario_->traffic, streams_);
}

/// Which share of the requests gets where, and to instances that answer: those that refuse draw more than their share
/// from a balancer that looks for who is idle. `rate`: of attempts.
void FlowPlane::spread(double rate) {
    const double slowness = impairment_of(scenario_->faults.brown_outs, looked_).slowness;
    double share = 0;
    int serving = 0;
    Refusing all{.stopping_for = stopping_for_};
    for (std::size_t version = 0; version < versions_; ++version) {
        Standing& standing = standing_[version];
        standing.share = standing.routed;
        share += standing.routed;
        serving += standing.serving;
        all.dead += standing.dead();
        all.stopping += standing.stopping;
        const Refusing refusing{standing.dead(), standing.stopping, stopping_for_};
        standing.live = standing.refusing() == 0 || (simulated_ && version == kNew)
                            ? 1
                            : book_->reach(answers_as(version), rate * (standing.routed + standing.mirrored),
                                           standing.serving, refusing, slowness);
    }
    const int refusing = all.dead + all.stopping;
    pool_ = {};
    if (!mixed_ || serving == 0) return;
    const int newer = standing_[kNew].serving, older = serving - newer;
    const bool apart = newer > 0 && older > 0 && alike() && errors_ == Profile::kAttempts && book_->sets_apart();
    if (refusing == 0 && !apart) return;
    const std::size_t most = newer > standing_[kOld].serving ? kNew : kOld;
    const double live = book_->reach(answers_as(most), rate * share, serving, all, slowness);
    double of_newer = static_cast<double>(newer) / serving;
    if (apart) {
        double capacity = 0, brought = 0;  // requests a second
        for (std::size_t version = 0; version < versions_; ++version) {
            const Standing& standing = standing_[version];
            if (standing.serving == 0) continue;
            capacity += 1 / book_->load(answers_as(version), 1, standing.serving, slowness);
            brought += rate * live * standing.routed;
        }
        pool_ = {older, newer, brought / capacity};
        of_newer = book_->mix(pool_.load, older, newer, slowness).newer;
    }
    for (std::size_t version = 0; version < versions_; ++version) {
        Standing& standing = standing_[version];
        const double of_them = version == kNew ? of_newer : (1 - of_newer) * share_of(standing.serving, older);
        const double its_live = share * live * of_them;
        standing.share = its_live + share * (1 - live) * share_of(standing.refusing(), refusing);
        standing.live = share_of(its_live, standing.share);
    }
}

/// A new version whose processes die of its defect is blamed for those that hosts take along, too.
Cause FlowPlane::cause_of_death(std::size_t version) const {
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
/// While those that live are still busy a balancer that looks for idle ones sends hardly any request to these.
void FlowPlane::die(std::size_t version, int deaths) {
    const Standing& standing = standing_[version];
    const double share = standing.share + standing.mirrored;
    if (share <= 0 || (simulated_ && version == kNew)) return;
    const bool killed =
        version == kNew && (defect_.kind == DefectKind::kCrashOnRequest || defect_.kind == DefectKind::kMemoryLeak);
    double lost = deaths * (standing.held + killed);
    if (standing.refusing() == 0) {
        const double slowness = impairment_of(scenario_->faults.brown_outs, looked_).slowness;
        const double requests = rate(looked_, looked_) * attempts_;
        int living = -deaths;
        double its = 0;
        for (std::size_t each = 0; each < versions_; ++each) {
            if (each != version && !mixed_) continue;
            living += standing_[each].serving;
            its += standing_[each].routed + standing_[each].mirrored;
        }
        lost += book_->refused_at_first(answers_as(version), requests * its, living, dead_for_, slowness);
    }
    const double own = lost * standing.share / share;
    const auto cause = static_cast<std::size_t>(cause_of_death(version));
    const bool tried = scenario_->traffic.retries.attempts > 1 && scenario_->traffic.retries.errors;
    const double again = tried ? pay(own) : 0;
    ExpectedAnswers& interval = intervals_[version];
    if (tried && scenario_->traffic.retries.budget) {
        interval.wanted[cause] += own;
        interval.bought += again;
    } else {
        (tried ? interval.cut_off_again : interval.cut_off)[cause] += own;
    }
    copies_[version].cut_off[cause] += lost - own;
    if (version == kNew && defect_.kind != DefectKind::kNone) harmed_ += own;
}

/// Nothing happens when a process has no descriptors left but that its requests fail: those of the world tell.
void FlowPlane::follow_leak(const World& world) {
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

/// Is one instance of a version as good as another?
bool FlowPlane::alike() const {
    const InstanceEffects& effects = scenario_->faults.instances;
    return effects.noise == 0 && effects.gray == 0;
}

Impairment FlowPlane::effect(std::size_t version, int instance) const {
    const InstanceEffects& effects = scenario_->faults.instances;
    if (alike()) return {};
    Stream luck = streams_.stream(Purpose::kInstanceEffect,
                                  std::uint64_t{version} << 40 | static_cast<std::uint64_t>(instance) << 16);
    const bool gray = uniform(luck) < effects.gray;
    const double noise = rollcast::draw(LogNormal{1, effects.noise}, luck);
    return {.slowness = gray ? noise * effects.gray_slowness : noise, .error_rate = gray ? effects.gray_errors : 0};
}

/// What a version's instances have to do: at a share that is not the plan's they are as busy as the whole service, and
/// behind a flag they do the work of all. `service`: rate of requests.
FlowPlane::Busy FlowPlane::busy(std::size_t version, double service) const {
    const Standing& standing = standing_[version];
    const double rate = service * standing.live * (standing.share * standing.again.pressed + standing.mirrored);
    if (together_) {
        double work = 0;
        for (std::size_t each = 0; each < versions_; ++each) {
            work += service * standing_[each].live * standing_[each].share * standing_[each].again.pressed *
                    book_->version(answers_as(each)).work;
        }
        return {work > 0 ? work / book_->version(answers_as(version)).work : rate, std::max(1, standing.serving)};
    }
    if (mixed_ && alike() && standing.serving > 0) {  // one queue, of as many as share it
        int all = 0;
        for (std::size_t each = 0; each < versions_; ++each) all += standing_[each].serving;
        return {rate * all / standing.serving, all};
    }
    const bool as_planned = !share_ || version == kOld || standing_[kNew].share != *share_ || standing.share == 0;
    if (as_planned) return {rate, std::max(1, standing.serving)};
    const int replicas = scenario_->fleet.replicas;
    const int fleet = std::max(1, static_cast<int>(std::lround(standing.share * replicas)));
    return {rate / standing.share * fleet / replicas, fleet};
}

/// Share of the slots in use, if all that comes is served.
double FlowPlane::load(std::size_t version, const Busy& busy, double slowness) const {
    return pool_.newer > 0 ? pool_.load : book_->load(answers_as(version), busy.rate, busy.instances, slowness);
}

/// Of instances as there are now.
AnswerLaw FlowPlane::law_at(std::size_t version, double load, int instances, double slowness) const {
    const std::size_t kind = answers_as(version);
    if (errors_ != Profile::kAttempts) {
        const int its = pool(version, instances);
        if (comes_back(version)) return book_->law_at(kind, load, its, slowness, errors_);
        const Standing& old = standing_[kOld];
        return book_->law_at(kind, load, instances, slowness)
            .with_clients_of(book_->law_at(kOld, old.load, pool(kOld, old.serving), slowness, errors_), errors_,
                             again_errors_);
    }
    return pool_.newer > 0 ? book_->mix(load, pool_.older, pool_.newer, slowness).laws[kind]
                           : book_->law_at(kind, load, instances, slowness);
}

/// Over the instances that serve, each with that share of its slots in use. Adds what fails because of them to
/// `errors`.
AnswerLaw FlowPlane::law(std::size_t version, const Busy& busy, double load, double slowness, double& errors) const {
    if (alike()) return law_at(version, load, busy.instances, slowness);
    AnswerLaw sum;
    for (int i = 0; i < busy.instances; ++i) {
        const Impairment own = effect(version, i);
        errors += own.error_rate / busy.instances;
        sum.add(law_at(version, load * own.slowness, busy.instances, slowness * own.slowness), 1. / busy.instances);
    }
    return sum;
}

/// Who waits for longer than the timeout, or may, leaves the queue. So it grows until as many are answered in time as
/// are in the long run.
Backlog::Instances FlowPlane::waiting_at(std::size_t version, const Busy& busy, double slowness) const {
    constexpr int kHalvings = 8;
    const std::size_t kind = answers_as(version);
    const AnswerBook::Version& facts = book_->version(kind);
    const Service& service = scenario_->service;
    const double each = facts.slots / (facts.work * slowness);
    const Duration longest =
        service.most_wait > Duration{} ? std::min(service.most_wait, service.timeout) : service.timeout;
    double most = std::min<double>(service.queue, to_seconds(longest) * each);
    if (const double to = load(version, busy, slowness); to > 1) {
        const double well = law_at(version, to, busy.instances, slowness).in_time();
        double least = 0;
        for (int i = 0; i < kHalvings; ++i) {
            const double middle = (least + most) / 2;
            const double wait = in_steps(*scenario_, each, middle) / each;
            (book_->delayed(kind, slowness, wait).in_time() > well ? least : most) = middle;
        }
    }
    return {.each = each, .most = most, .pooled = weighs(scenario_->balancing.policy)};
}

/// What that law becomes for those who wait besides. Where there is no room any more all is as it stays at that load.
AnswerLaw FlowPlane::behind(std::size_t version, const Busy& busy, const AnswerLaw& law,
                            std::span<const Backlog::Met> met, double each, double slowness) const {
    const std::size_t kind = answers_as(version);
    const AnswerLaw& calm = book_->calm(kind, slowness);
    AnswerLaw sum;
    for (const auto& [share, waiting, room] : met) {
        if (share <= 0) continue;
        const double wait = in_steps(*scenario_, each, waiting) / each;
        sum.add(!room      ? law_at(version, load(version, busy, slowness), busy.instances, slowness)
                : wait > 0 ? law.behind(calm, book_->delayed(kind, slowness, wait))
                           : law,
                share);
    }
    return sum;
}

/// At the present length of the queues.
AnswerLaw FlowPlane::law_now(std::size_t version, const Busy& busy, double slowness, double& errors) const {
    const Standing& standing = standing_[version];
    const AnswerLaw law = this->law(version, busy, standing.load, slowness, errors);
    if (errors_ != Profile::kAttempts) return law;
    const double to = load(version, busy, slowness);
    const Backlog::Instances instances = waiting_at(version, busy, slowness);
    return behind(version, busy, law, standing.backlog.now(to, instances), instances.each, slowness);
}

/// Likewise on average over a time in which queues grow or shrink to what the load makes of them. Where it is more than
/// all slots can do, what is beyond that waits besides.
AnswerLaw FlowPlane::follow_load(std::size_t version, const Busy& busy, double seconds, double slowness,
                                 double& errors) {
    const double to = load(version, busy, slowness);
    Standing& standing = standing_[version];
    // Laws with clients who try again have what overload makes of them.
    if (errors_ != Profile::kAttempts) return approach(version, busy, to, seconds, slowness, errors);
    standing.backlog.resize(busy.instances);
    const Backlog::Instances instances = waiting_at(version, busy, slowness);
    std::vector<Backlog::Met> met;
    const double left = standing.backlog.pass(to, instances, seconds, wait_step(*scenario_, instances.each), met);
    AnswerLaw sum;
    if (left < seconds) {
        for (Backlog::Met& each : met) each.share *= seconds / (seconds - left);
        double ignored = 0;
        const AnswerLaw full = approach(version, busy, 1, seconds - left, slowness, ignored);
        sum.add(behind(version, busy, full, met, instances.each, slowness), 1 - left / seconds);
    }
    double of_instances = 0;
    sum.add(approach(version, busy, left > 0 ? to : 1, left, slowness, of_instances), left / seconds);
    errors += of_instances;
    return sum;
}

/// Over some time in which the load that queues are as long as goes to another.
AnswerLaw FlowPlane::approach(std::size_t version, const Busy& busy, double to, double seconds, double slowness,
                              double& errors) {
    constexpr double kNear = 1e-3, kStep = .5, kFarOff = 8;  // of the load; of the time constant
    constexpr int kMostSteps = 32;
    const std::size_t kind = answers_as(version);
    double& load = standing_[version].load;
    AnswerLaw sum;
    double left = seconds;
    const auto inertia = [&](double at) {
        return book_->inertia(kind, at, slowness,
                              [&](double its) { return law_at(version, its, busy.instances, slowness); });
    };
    for (int step = 0; step < kMostSteps && left > 0 && std::max(load, to) > book_->quiet(kind); ++step) {
        if (std::abs(to - load) < kNear) break;
        const double constant = inertia(load);
        if (constant * kFarOff < left && inertia(to) * kFarOff < left) break;
        const double taken = std::min(left, std::max(kStep * constant, seconds / kMostSteps));
        const double moved = (to - load) * -std::expm1(-taken / constant);
        double ignored = 0;
        sum.add(law(version, busy, load + moved / 2, slowness, ignored), taken / seconds);
        load += moved;
        left -= taken;
    }
    if (left > 0) load = to;
    sum.add(law(version, busy, load, slowness, errors), seconds > 0 ? left / seconds : 0);
    return sum;
}

/// Of the version: the share of all requests that fail because of it, where so many fail anyhow.
double FlowPlane::defective(std::size_t version, double errors) const {
    if (version != kNew) return 0;
    const AnswerBook::Version& facts = book_->version(version);
    return std::min(1 - errors, facts.defective + worn_out_ * (1 - facts.background));
}

/// How many attempts each version gets, and what becomes of those that fail, by the queues that there are.
void FlowPlane::follow_retries(double rate, double seconds) {
    const Impairment brown = impairment_of(scenario_->faults.brown_outs, looked_);
    const Retries& retries = scenario_->traffic.retries;
    const bool unseen = defect_.kind == DefectKind::kWrongAnswers;
    std::array<double, kMostVersions> errors{}, turned{};
    double stopping = 0, turned_all = 0;
    errors_ = 0;
    for (std::size_t version = 0; version < versions_; ++version) {
        const Standing& standing = standing_[version];
        if (standing.share <= 0) continue;
        turned[version] = standing.known == 0 ? 1 : 1 - standing.live;
        turned_all += standing.share * turned[version];
        stopping += standing.share * turned[version] * share_of(standing.stopping, standing.refusing());
        const double background = std::min(1., book_->version(answers_as(version)).background + brown.error_rate);
        errors[version] = background + (unseen ? 0 : defective(version, background));
        errors_ += standing.share * errors[version];
        // What takes too long at one version alone ends well at another, as errors do.
        if (version == kNew && apart()) {
            errors_ +=
                standing.share * book_->calm(kNew, brown.slowness).late[static_cast<std::size_t>(Cause::kDefect)];
        }
    }
    errors_ = std::min(1., errors_);
    // What each version's queues do, and how many attempts come to nothing there.
    double fails = 0, granted = 1, alone = 0, level = retries.reserve;
    std::array<double, kMostVersions> own{}, others{}, in_time{};
    for (std::size_t version = 0; version < versions_; ++version) {
        const Standing& standing = standing_[version];
        if (standing.share <= 0) continue;
        double ignored = 0;
        const AnswerLaw law = this->law(version, busy(version, rate), standing.load, brown.slowness, ignored);
        own[version] = law.attempts();
        others[version] = (own[version] - 1 - law.errors_again) / own[version];
        in_time[version] = (law.answered() + law.errors_again) / own[version];
        const double otherwise = law.fails_otherwise(!comes_back(version));
        fails += standing.share *
                 (turned[version] + (1 - turned[version]) * (otherwise + (1 - otherwise) * errors[version]));
        if (version == kOld) alone = law.late_alone();
        granted = std::min(granted, law.granted);
        level = std::min(level, law.tokens);
    }
    again_errors_ = granted * tried_again(fails, stopping, granted);
    double refused = tried_again(fails, stopping, 1), not_paid = 0;
    const auto spread_attempts = [&] {
        double ended = 0;
        for (std::size_t version = 0; version < versions_; ++version) {
            Standing& standing = standing_[version];
            if (standing.share <= 0) continue;
            const double again =
                turned[version] * refused +
                (1 - turned[version]) * (others[version] + in_time[version] * errors[version] * again_errors_);
            standing.again = {.attempts = 1 / std::max(1e-3, 1 - again), .refused = refused, .not_paid = not_paid};
            ended += standing.share / standing.again.attempts;
        }
        attempts_ = ended > 0 ? 1 / ended : 1;
    };
    spread_attempts();
    if (retries.budget) {
        const double requests = rate * seconds, bursts = turned_all * refused * attempts_ * requests;
        const double saved = *retries.budget - (attempts_ - 1) + turned_all * refused * attempts_;
        tokens_ = std::min(tokens_, level) + std::max(0., saved) * requests;
        if (bursts > 0) {
            not_paid = refused * (1 - pay(bursts) / bursts);
            refused -= not_paid;
            spread_attempts();
        }
        tokens_ = std::min(tokens_, level);
    }
    for (std::size_t version = 0; version < versions_; ++version) {
        if (own[version] > 0)
            standing_[version].again.pressed =
                attempts_ * (comes_back(version) ? 1 / own[version] : work_of_attempts(alone));
    }
}

/// Do requests go to versions of which one takes another time?
bool FlowPlane::apart() const { return !book_->same_times() && standing_[kNew].share > 0 && standing_[kNew].share < 1; }

/// Does most of what is tried again after an attempt at the version come back to it, or to one like it?
bool FlowPlane::comes_back(std::size_t version) const {
    if (version != kNew) return true;
    return !apart() && (is_pooled() || standing_[kNew].share >= .5 - 1e-9);
}

/// Are all instances as if they were of one version?
bool FlowPlane::is_pooled() const { return book_->same_times() && (mixed_ || !weighs(scenario_->balancing.policy)); }

/// Over that of requests, where so many attempts take too long by themselves.
double FlowPlane::work_of_attempts(double late_alone) const {
    const Impairment brown = impairment_of(scenario_->faults.brown_outs, looked_);
    const double late = book_->calm(kOld, brown.slowness).late_alone(), work = book_->version(kOld).late_work;
    if (late <= 0 || late >= 1) return 1;
    return late_alone / late * work + (1 - late_alone) / (1 - late) * (1 - work);
}

/// How many instances those share who try again.
int FlowPlane::pool(std::size_t version, int instances) const {
    instances = std::max(1, instances);
    if (!is_pooled()) return instances;
    for (std::size_t other = 0; other < versions_; ++other) {
        if (other != version && standing_[other].share > 0) instances += standing_[other].serving;
    }
    return instances;
}

/// Of the attempts that fail: the share that is tried again, if so many are granted. Until then routers may have learnt
/// of those who stop. `fails`: of all attempts; `stopping`: of these, because of them.
double FlowPlane::tried_again(double fails, double stopping, double granted) const {
    const Retries& retries = scenario_->traffic.retries;
    if (!retries.errors) return 0;
    const double jitter = retries.jitter == Jitter::kNone ? 1 : retries.jitter == Jitter::kEqual ? .75 : .5;
    double wait = to_seconds(retries.base), waited = 0, all = 1, number = 1;
    for (int attempt = 1; attempt < retries.attempts; ++attempt) {
        waited += jitter * std::min(wait, to_seconds(retries.most));
        wait *= retries.factor;
        const double known = stopping_for_ > 0 ? std::min(1., waited / stopping_for_) : 1;
        number *= granted * (fails - stopping * known);
        all += number;
    }
    return 1 - share_of(number, all);
}

/// Of so many retries beyond those of the steady state: how many the budget pays for, with what it has saved up.
double FlowPlane::pay(double retries) {
    if (!scenario_->traffic.retries.budget) return retries;
    constexpr double kFraction = .5;  // of a token buys nothing
    const double paid = std::min(retries, std::max(0., tokens_ - kFraction));
    tokens_ -= paid;
    spare_ = std::max(0., tokens_ - kFraction);
    return paid;
}

/// Some time passes in which nothing changes. `rate`: of the service's requests. What becomes of copies matters to
/// counters alone.
void FlowPlane::pass(std::size_t version, double rate, double seconds, Requests whose) {
    Standing& standing = standing_[version];
    const bool own = whose == Requests::kOwn;
    const Again again = own ? standing.again : Again{};
    const double attempts = rate * (own ? standing.share * attempts_ : standing.mirrored) * seconds;
    const double requests = attempts / again.attempts;  // that end there
    if (requests <= 0 || (!own && standing.known == 0)) return;
    const bool newer = version == kNew;
    const bool harms = newer && own && defect_.kind != DefectKind::kNone;
    if (newer && own) exposure_ += attempts;
    if (newer && own && simulated_) return;

    const AnswerBook::Version& facts = book_->version(answers_as(version));
    const Impairment brown = impairment_of(scenario_->faults.brown_outs, looked_);
    double errors = facts.background + brown.error_rate;
    if (standing.known == 0) {
        find_none(requests);
        intervals_[versions_].cut_off_again[static_cast<std::size_t>(Cause::kCapacity)] += attempts - requests;
        if (harms) harmed_ += requests;
        return;
    }

    const Busy busy = this->busy(version, rate);
    const bool leads = own || standing.share <= 0;  // what the queues do
    AnswerLaw law = leads ? follow_load(version, busy, seconds, brown.slowness, errors)
                          : law_now(version, busy, brown.slowness, errors);
    const AnswerLaw& calm = book_->calm(answers_as(version), brown.slowness);
    errors = std::min(1., errors);

    const bool unseen = defect_.kind == DefectKind::kWrongAnswers;
    double defects = defective(version, errors);
    const double seen = errors + (unseen ? 0 : defects), errors_again = attempts * standing.live * again_errors_;
    const double in_time = law.answered() + law.errors_again;
    ExpectedAnswers& interval = own ? intervals_[version] : copies_[version];
    if (errors_ != Profile::kAttempts && own) {
        const double last = 1 - seen * again_errors_, answers = errors_again * in_time / law.attempts();
        interval.marked_again += answers * errors;
        interval.defective_again += unseen ? 0 : answers * defects;
        errors *= (1 - again_errors_) / last;
        defects *= (unseen ? 1 : 1 - again_errors_) / last;
    }

    const double its = together_ ? rate * standing.share / busy.rate : 1;
    standing.held = its * (std::min(facts.slots, busy.rate / busy.instances * facts.work * brown.slowness) +
                           standing.backlog.mean());
    const double turned_away =
        own ? attempts * (1 - standing.live) * (1 - again.refused) : requests * (1 - standing.live);
    const double turned_again = own ? attempts * (1 - standing.live) * again.refused : 0;
    const double not_paid = own ? attempts * (1 - standing.live) * again.not_paid : 0;
    const double reached = requests - turned_away, stop = share_of(standing.stopping, standing.refusing());
    const double doomed = own ? std::min(sum(book_->calm(kOld, brown.slowness).late), law.late[0]) : 0;
    interval.doomed += requests * doomed;
    interval.marked += requests * (1 - doomed) * errors;
    interval.fine += requests * (1 - doomed) * (1 - errors);
    law.late[0] -= doomed;
    const auto add = [&](ExpectedAnswers::ByCause& to, double turned) {
        to[static_cast<std::size_t>(Cause::kHandOver)] += turned * stop;
        to[static_cast<std::size_t>(cause_of_death(version))] += turned * (1 - stop);
    };
    add(interval.cut_off, turned_away - not_paid);
    add(scenario_->traffic.retries.budget && own ? interval.wanted : interval.cut_off_again, turned_again + not_paid);
    if (own) interval.bought += turned_again;
    interval.law.add(law, reached);
    interval.calm.add(calm, reached);
    const double fails = reached * law.answered() * defects;
    interval.defective += fails;
    if (!newer) return;
    highest_load_ = std::max(highest_load_, book_->load(version, busy.rate, busy.instances, brown.slowness));
    if (!harms) return;
    const AnswerLaw good =
        book_->law(kOld, busy.rate, busy.instances, brown.slowness, comes_back(version) ? errors_ : Profile::kAttempts);
    harmed_ += requests - reached + reached * std::max(0., good.answered() - law.answered()) + fails;
}

/// No router knows an instance for them.
void FlowPlane::find_none(double requests) {
    const Impairment brown = impairment_of(scenario_->faults.brown_outs, looked_);
    const double errors = std::min(1., book_->version(kOld).background + brown.error_rate);
    const double doomed = sum(book_->calm(kOld, brown.slowness).late);
    ExpectedAnswers& none = intervals_[versions_];
    none.doomed += requests * doomed;
    none.marked += requests * (1 - doomed) * errors;
    none.fine += requests * (1 - doomed) * (1 - errors);
    none.cut_off[static_cast<std::size_t>(Cause::kCapacity)] += requests;
}

void FlowPlane::settle(const World& world, Time now) {
    look(world, now);
    if (now == settled_) return;
    settled_ = now;
    ++settlings_;
    double fine = 0, marked = 0, doomed = 0;
    for (const ExpectedAnswers& each : intervals_) fine += each.fine, marked += each.marked, doomed += each.doomed;
    Stream luck = streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | kServiceLane);
    std::int64_t fine_left = poisson_quantile(fine, open_uniform(luck));
    std::int64_t marked_left = poisson_quantile(marked, open_uniform(luck));
    std::int64_t doomed_left = poisson_quantile(doomed, open_uniform(luck));
    // The old version, which has the most, takes what the others leave.
    for (std::size_t i = versions_ + 1; i-- > 0;) {
        const std::size_t version = i == 0 ? kOld : i == versions_ ? kNew : i + 1;
        ExpectedAnswers of = std::exchange(intervals_[version], {});
        if (sum(of.wanted) > 0) of.bought += spare_;
        of.spell = next_spell(version, of);
        const auto take = [&](std::int64_t& left, double& expected_left, double expected) {
            const double u = open_uniform(luck);
            const std::int64_t its = i == 0 ? left : binomial_quantile(left, share_of(expected, expected_left), u);
            left -= its;
            expected_left -= expected;
            return its;
        };
        const std::int64_t its_fine = take(fine_left, fine, of.fine), its_marked = take(marked_left, marked, of.marked);
        const std::int64_t its_doomed = take(doomed_left, doomed, of.doomed);
        const DrawnAnswers drawn =
            draw(of, {its_fine, its_marked, its_doomed}, kOwnLanes[version == versions_ ? 3 : version]);
        total_ += drawn.tally;
        clients_ += drawn.proxy;
        tallies_[version] += drawn.tally;
        tallies_[version] += drawn.tally_again;
        grown_[version] += drawn;
        if (version == versions_) continue;
        const ExpectedAnswers copies = std::exchange(copies_[version], {});
        if (copies.requests() == 0) continue;
        Stream own = streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | kCopyLanes[version]);
        const std::int64_t fine_copies = poisson_quantile(copies.fine, open_uniform(own));
        const std::int64_t marked_copies = poisson_quantile(copies.marked, open_uniform(own));
        grown_copies_[version] += draw(copies, {fine_copies, marked_copies}, kCopyLanes[version]);
    }
}

/// Bad times last: the luck of an interval, in (0, 1), goes on from the one before.
double FlowPlane::next_spell(std::size_t version, const ExpectedAnswers& of) {
    Stream luck = streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | kLatencyLanes |
                                                       kOwnLanes[version == versions_ ? 3 : version]);
    const double lasts = std::clamp(share_of(of.law.persistence, of.fine + of.marked), 0., 1.);
    double& spell = spells_[version];
    spell = lasts * spell + std::sqrt(1 - lasts * lasts) * quick_normal_quantile(open_uniform(luck));
    return std::clamp(.5 * std::erfc(-spell / std::numbers::sqrt2), 1e-12, 1 - 1e-12);
}

DrawnAnswers FlowPlane::draw(const ExpectedAnswers& of, AttemptCounts counts, std::size_t lane) const {
    const auto stream = [&](std::size_t its) {
        return streams_.stream(Purpose::kDrawn, std::uint64_t{settlings_} << kLaneBits | its);
    };
    std::optional<Stream> latencies;
    if (latencies_) {
        latencies = stream(kLatencyLanes | lane);
        open_uniform(*latencies);  // that of the spell
    }
    return rollcast::draw(*scenario_, of, counts, defect_.kind == DefectKind::kWrongAnswers, stream(lane), latencies);
}

Scrape FlowPlane::scrape(const World& world, Time now) {
    settle(world, now);
    Scrape scrape{.at = now,
                  .application = std::vector<SeriesReading>(versions_),
                  .proxy = std::vector<SeriesReading>(versions_ + 1),
                  .client = {}};
    for (std::size_t version = 0; version <= versions_; ++version) {
        Grown grown = std::exchange(grown_[version], {});
        Codes& seen = codes_[version];
        if (version < versions_) {
            grown += std::exchange(grown_copies_[version], {});
            scrape.application[version] = World::read(grown.application, seen.application, seen.application);
        }
        scrape.proxy[version] = World::read(grown.proxy, seen.proxy, seen.proxy);
    }
    scrape.client = World::read(std::exchange(clients_, {}), client_codes_, client_codes_);
    return scrape;
}

}  // namespace rollcast
