// One exact semantics whichever path runs: the servers that look ahead and those that go event by event meet the same
// drawn scenarios and must end with the same requests, however often they are stopped, swept or copied on the way.

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/world/data_plane.h"

namespace rollcast {
namespace {

constexpr std::uint64_t kSeed = 20240607;
constexpr int kScenarios = 300, kParts = 4;

/// Draws what a scenario is like.
class Dice {
   public:
    explicit Dice(std::uint64_t number) : stream_(StreamSpace(kSeed, 1).stream(Purpose::kTruth, number)) {}
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(std::uint64_t{stream_()} * n >> 32); }
    int between(int low, int high) { return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1))); }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    double real(double low, double high) { return low + (high - low) * stream_() / 4294967296.0; }
    /// As likely in any factor of ten as in any other.
    double scale(double low, double high) { return low * std::pow(high / low, real(0, 1)); }
    template <typename T>
    T pick(std::initializer_list<T> choices) {
        return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
    }

   private:
    Stream stream_;
};

/// What control does to the plane at a time.
struct Action {
    enum Kind { kKill, kDrain, kShift, kLoseZone, kImpair, kImpairAll, kRekey, kAdd, kLook, kKinds };
    Time at{};
    Kind kind = kLook;
    std::uint32_t number = 0;
    double share = 0;
    Impairment impairment{};
    double mirrored = 0;
    double flagged = 0;
};

/// A scenario, the truth about its versions, its fleet, and what happens to it.
struct Case {
    Scenario scenario;
    std::vector<Defect> defects;
    std::vector<VersionId> servers;
    std::vector<Action> actions;
    Time from{};
    Time end{};
    Duration restart{};  // from the death of a process to the next one
    Duration grain{};    // times are multiples of it, so that many things happen at one instant; 1 ns: nothing does
    std::uint32_t replication = 0;

    explicit Case(int number);
    std::string describe() const;
    std::uint32_t versions() const { return static_cast<std::uint32_t>(defects.size()); }
    Duration rounded(double seconds) const { return std::max<Duration::rep>(1, from_seconds(seconds) / grain) * grain; }
};

Case::Case(int number) : replication(static_cast<std::uint32_t>(number)) {
    Dice dice(static_cast<std::uint64_t>(number));
    const bool ties = dice.one_in(3);
    defects.resize(number % 3 == 0 ? 3 : 2);
    const double mean = dice.scale(.001, .1);  // seconds of service
    grain = ties ? std::max(Duration(2), from_seconds(mean / dice.between(1, 4))) : Duration(1);

    Service& service = scenario.service;
    service.slots = dice.one_in(4) ? dice.between(17, 40) : dice.between(1, 16);
    service.queue = dice.one_in(5) ? 0 : dice.between(1, 50);
    if (dice.one_in(3)) service.most_wait = rounded(mean * dice.scale(.1, 5));
    service.timeout = rounded(mean * dice.scale(.3, 30));
    service.slow = rounded(mean * 2);
    if (dice.one_in(2)) service.error_rate = dice.scale(.001, .3);
    if (!ties && dice.one_in(4)) service.cold_slowness = dice.real(.5, 3);
    service.cold_decay = rounded(mean * 50);
    const auto time = [&]() -> Distribution {
        if (ties) return Constant{to_seconds(rounded(mean * dice.real(.2, 2)))};
        switch (dice.below(4)) {
            case 0:
                return Constant{mean};
            case 1:
                return Exponential{mean};
            case 2:
                return Uniform{0, 2 * mean};
            default:
                return LogNormal{mean * .7, .8};
        }
    };
    service.service_time = time();

    scenario.fleet.zones = dice.between(1, 3);
    const int fleet = dice.between(1, 8);
    for (int i = 0; i < fleet; ++i) servers.push_back(VersionId(dice.below(versions())));

    Traffic& traffic = scenario.traffic;
    const double most_rate = service.slots * fleet / mean;
    const double rate = dice.real(.2, 2) * most_rate;
    const double lasts = (800 + 4 * service.slots * fleet) / rate;
    from = dice.one_in(3) ? Time{} - rounded(lasts / 2) : Time{};
    end = from + rounded(lasts);
    if (dice.one_in(3)) {
        traffic.users = {.count = dice.between(1, 2 * service.slots * fleet), .think = time()};
    }
    traffic.rate = traffic.users.count > 0 && dice.one_in(2) ? 0 : rate;
    if (ties && traffic.rate > 0) {
        std::vector<std::int64_t> given;
        const auto instants = (end - from) / grain;
        for (int i = 0; i < static_cast<int>(rate * lasts); ++i) {
            given.push_back(instant(from) +
                            std::int64_t{dice.below(static_cast<std::uint32_t>(instants))} * grain.count());
        }
        std::sort(given.begin(), given.end());
        traffic.replay = std::make_shared<const std::vector<std::int64_t>>(std::move(given));
    } else if (!ties) {
        if (dice.one_in(4)) {
            traffic.shape = {{from.time_since_epoch(), .5},
                             {from_seconds(to_seconds(from) + lasts / 2), 2},
                             {from_seconds(to_seconds(from) + lasts), .2}};
        }
        if (dice.one_in(4)) {
            traffic.bursts = Bursts{
                .factor = dice.pick({0., 3.}), .mean_quiet = rounded(lasts / 5), .mean_burst = rounded(lasts / 10)};
        }
    }
    if (dice.one_in(3)) {
        traffic.classes = {{.name = "usual", .share = .6},
                           {.name = "long", .share = .3, .service_time = time()},
                           {.name = "bad", .share = .1, .error_rate = .5}};
    }
    traffic.sessions = {
        .sticky = dice.pick({Stickiness::kNone, Stickiness::kNone, Stickiness::kVersion, Stickiness::kInstance}),
        .users = static_cast<std::uint32_t>(dice.between(1, 200))};
    if (dice.one_in(2)) {
        Retries& retries = traffic.retries;
        retries.attempts = dice.between(2, 5);
        retries.base = rounded(mean * dice.scale(.01, 10));
        retries.most = rounded(mean * dice.scale(1, 20));
        retries.factor = ties ? 2 : dice.real(1, 3);
        retries.jitter = ties ? Jitter::kNone : dice.pick({Jitter::kNone, Jitter::kEqual, Jitter::kFull});
        retries.errors = !dice.one_in(4);
        retries.timeouts = !dice.one_in(4);
        if (dice.one_in(2)) retries.budget = dice.pick({0., .1, .25});
        retries.reserve = dice.between(0, 20);
    }

    Balancing& balancing = scenario.balancing;
    balancing.policy = static_cast<Policy>(dice.below(6));
    if (dice.one_in(2)) balancing.balancers = dice.between(2, 4);
    if (dice.one_in(2)) balancing.slow_start = rounded(lasts / 4);
    balancing.ewma_decay = rounded(mean * dice.scale(1, 30));
    if (dice.one_in(4)) balancing.max_outstanding = dice.between(1, 2 * service.slots);
    if (dice.one_in(3)) {
        balancing.outlier = OutlierDetection{.consecutive_errors = dice.between(1, 5),
                                             .interval = rounded(lasts / dice.between(5, 50)),
                                             .base_ejection = rounded(lasts / 20),
                                             .most_ejection = rounded(lasts / 5),
                                             .most_ejected = dice.pick({.1, .5, 1.})};
    }
    if (dice.one_in(3)) balancing.locality = Locality{.overprovisioning = dice.pick({.7, 1.4})};

    if (dice.one_in(2)) {  // the plain case has a path of its own
        traffic.classes.clear();
        traffic.sessions.sticky = Stickiness::kNone;
        balancing.balancers = 1;
        balancing.max_outstanding = 0;
        balancing.outlier.reset();
        balancing.policy = dice.pick({Policy::kRandom, Policy::kRoundRobin, Policy::kPowerOfTwo});
    }

    std::vector<double>& buckets = scenario.observability.latency_buckets;
    buckets.clear();
    const int limits = dice.between(1, 23);
    for (int i = 1; i <= limits; ++i) buckets.push_back(mean * 5 * i / limits);

    for (Defect& defect : defects) {
        switch (dice.below(8)) {
            case 0:
                defect = {.kind = DefectKind::kErrorRate, .severity = dice.scale(.01, 1)};
                break;
            case 1:
                defect = {.kind = DefectKind::kLatency, .severity = dice.pick({2., 5.}), .share = dice.real(.1, 1)};
                break;
            case 2:
                defect = {.kind = DefectKind::kCrashOnRequest, .severity = dice.scale(.001, .1)};
                break;
            case 3:
                defect = {.kind = DefectKind::kMemoryLeak, .severity = dice.scale(5, 500)};
                break;
            case 4:
                defect = {.kind = DefectKind::kDescriptorLeak, .severity = dice.scale(5, 500)};
                break;
            case 5:
                defect = {.kind = DefectKind::kCapacity, .severity = dice.real(.1, .95)};
                break;
            default:
                break;
        }
        if (!traffic.classes.empty() && dice.one_in(2)) defect.request_class = dice.between(0, 2);
    }

    restart = rounded(mean * dice.scale(.1, 100));
    const int count = dice.between(0, 25);
    for (int i = 0; i < count; ++i) {
        actions.push_back({.at = from + rounded(dice.real(0, lasts)),
                           .kind = static_cast<Action::Kind>(dice.below(Action::kKinds)),
                           .number = dice.below(1000),
                           .share = dice.one_in(3) ? dice.below(2) : dice.real(0, 1),
                           .impairment = {.slowness = ties ? dice.pick({.5, 1., 2.}) : dice.scale(.5, 3),
                                          .error_rate = dice.pick({0., .2})},
                           .mirrored = dice.one_in(4) ? dice.pick({.3, 1.}) : 0,
                           .flagged = dice.one_in(4) ? dice.pick({.1, 1.}) : 0});
    }
    std::sort(actions.begin(), actions.end(), [](const Action& a, const Action& b) { return a.at < b.at; });
}

std::string Case::describe() const {
    const auto number = [](const char* name, auto value) {
        return std::string(" ") + name + " " + std::to_string(value);
    };
    const Balancing& balancing = scenario.balancing;
    return number("policy", int(balancing.policy)) + number("balancers", balancing.balancers) +
           number("most", balancing.max_outstanding) + number("sticky", int(scenario.traffic.sessions.sticky)) +
           number("retries", scenario.traffic.retries.attempts) + number("users", scenario.traffic.users.count) +
           number("slots", scenario.service.slots) + number("queue", scenario.service.queue) +
           number("defect", int(defects[0].kind)) + number("defect", int(defects[1].kind)) +
           number("grain", grain.count()) + number("from", to_seconds(from)) + (balancing.outlier ? " outlier" : "") +
           (balancing.locality ? " locality" : "") + (scenario.service.most_wait > 0s ? " most_wait" : "");
}

/// All that can be seen of a plane at an instant at which it was swept.
struct View {
    std::vector<Tally> tallies;
    std::vector<Tally> mirrored;
    Tally total;
    std::vector<Counters> proxies;
    std::vector<std::int64_t> latencies;
    std::vector<Counters> applications;
    std::vector<std::int64_t> application_latencies;
    Counters clients;
    std::int64_t in_flight = 0;
    std::vector<Time> first;

    View without_applications() const {
        View rest = *this;
        rest.applications.clear();
        rest.application_latencies.clear();
        return rest;
    }
    friend bool operator==(const View&, const View&) = default;
};

struct Seen {
    Notice::Kind kind;
    std::uint32_t server;
    Time at;
    friend auto operator<=>(const Seen&, const Seen&) = default;
};

/// Drives a plane through a case as a world would.
class Driver {
   public:
    Driver(const Case& what, Pace pace, bool restless, bool keeps_journal)
        : case_(&what),
          plane_(what.scenario, what.defects, StreamSpace(kSeed, what.replication), what.from, pace),
          restless_(restless),
          keeps_journal_(keeps_journal),
          dice_(what.replication + 1'000'000) {
        keep_journal();
        for (const VersionId version : what.servers) add(version, what.from);
        shift(.5);
    }

    /// Everything up to the action, and the action itself.
    void run_to(const Action& action) {
        advance(action.at);
        act(action);
    }
    void run_out() { advance(case_->end); }

    View look(Time now) {
        View view;
        plane_.sweep(now);
        view.total = plane_.total();
        for (std::size_t version = 0; version <= plane_.versions(); ++version) {
            view.tallies.push_back(plane_.tally(version));
            view.mirrored.push_back(version < plane_.versions() ? plane_.mirrored(version) : Tally{});
            view.proxies.push_back(plane_.proxy_meter(version).counters);
            view.latencies.push_back(plane_.proxy_meter(version).latency_ns);
            view.first.push_back(plane_.first_arrival(version));
        }
        for (std::uint32_t server = 0; server < up_.size(); ++server) {
            const Meter meter = plane_.take_application(server);
            view.applications.push_back(meter.counters);
            view.application_latencies.push_back(meter.latency_ns);
        }
        view.clients = plane_.client_meter().counters;
        view.latencies.push_back(plane_.client_meter().latency_ns);
        view.in_flight = plane_.count_in_flight(now);
        return view;
    }

    /// Goes on as a copy of what it was.
    void become_a_copy() {
        const DataPlane copy = plane_;
        plane_ = copy;
        keep_journal();
    }

    std::vector<AttemptRecord> journal() const {
        std::vector<AttemptRecord> sorted = *journal_;
        std::sort(sorted.begin(), sorted.end());
        return sorted;
    }
    const std::vector<Seen>& notices() const { return notices_; }
    bool keeps_journal() const { return keeps_journal_; }

   private:
    void keep_journal() {
        if (keeps_journal_) plane_.keep_journal(journal_.get());
    }

    void add(VersionId version, Time now) {
        const auto zone =
            static_cast<std::uint16_t>(up_.size() % static_cast<std::size_t>(case_->scenario.fleet.zones));
        const std::uint32_t server = plane_.add_server(version, ZoneId(zone));
        plane_.listen(server, now);
        up_.push_back(true);
        zones_.push_back(zone);
        versions_.push_back(version);
    }

    void kill(std::uint32_t server, Time now, Cause cause) {
        plane_.kill(server, now, cause);
        up_[server] = false;
        restarts_.push_back({now + case_->restart, server});
        std::sort(restarts_.begin(), restarts_.end());
    }

    void shift(double share, double mirrored = 0, double flagged = 0) {
        std::vector<RouteGroup> groups(case_->versions());
        for (RouteGroup& group : groups) group.share = (1 - share) / (case_->versions() - 1);
        groups.back().share = share;
        for (std::size_t group = 1; group < groups.size(); ++group) groups[group].mirrored = mirrored;
        for (std::uint32_t server = 0; server < up_.size(); ++server) {
            groups[index_of(versions_[server])].servers.push_back(server);
        }
        plane_.set_routes(groups);
        plane_.set_flag(flagged);
    }

    void advance(Time until) {
        while (true) {
            Time stop = until;
            if (!restarts_.empty()) stop = std::min(stop, restarts_.front().first);
            if (restless_) {
                stop = std::min(
                    stop, now_ + (1 + dice_.below(1u << dice_.below(20))) * (case_->end - case_->from) / (1 << 19));
            }
            const auto notice = plane_.advance(stop);
            now_ = notice ? notice->at : stop;
            if (restless_ && dice_.one_in(2)) plane_.sweep(now_);
            if (restless_ && dice_.one_in(50)) become_a_copy();
            if (notice) {
                notices_.push_back({notice->kind, notice->server, notice->at});
                kill(notice->server, now_, notice->kind == Notice::Kind::kCrashed ? Cause::kDefect : Cause::kHandOver);
                continue;
            }
            if (!restarts_.empty() && restarts_.front().first == now_) {
                plane_.listen(restarts_.front().second, now_);
                up_[restarts_.front().second] = true;
                restarts_.erase(restarts_.begin());
                continue;
            }
            if (now_ == until) return;
        }
    }

    void act(const Action& action) {
        const auto server = static_cast<std::uint32_t>(action.number % up_.size());
        switch (action.kind) {
            case Action::kKill:
                if (up_[server]) kill(server, action.at, static_cast<Cause>(action.number % kCauses));
                break;
            case Action::kDrain:
                if (!up_[server]) break;
                plane_.refuse(server, Cause::kHandOver);
                plane_.drain(server, action.at);
                break;
            case Action::kShift:
                shift(action.share, action.mirrored, action.flagged);
                break;
            case Action::kLoseZone:
                for (std::uint32_t each = 0; each < up_.size(); ++each) {
                    if (up_[each] &&
                        zones_[each] == action.number % static_cast<std::uint32_t>(case_->scenario.fleet.zones)) {
                        kill(each, action.at, Cause::kCapacity);
                    }
                }
                break;
            case Action::kImpair:
                plane_.impair(server, action.impairment);
                break;
            case Action::kImpairAll:
                plane_.impair_all(action.impairment);
                break;
            case Action::kRekey:
                plane_.rekey(StreamSpace(kSeed, case_->replication).rekeyed(action.number));
                break;
            case Action::kAdd:
                add(VersionId(action.number % case_->versions()), action.at);
                shift(action.share, action.mirrored, action.flagged);
                break;
            case Action::kLook:
            case Action::kKinds:
                break;
        }
    }

    const Case* case_;
    DataPlane plane_;
    bool restless_;
    bool keeps_journal_;
    Dice dice_;
    std::unique_ptr<std::vector<AttemptRecord>> journal_ = std::make_unique<std::vector<AttemptRecord>>();
    std::vector<Seen> notices_;
    std::vector<bool> up_;
    std::vector<std::uint32_t> zones_;
    std::vector<VersionId> versions_;
    std::vector<std::pair<Time, std::uint32_t>> restarts_;
    Time now_ = case_->from;
};

void expect_conserved(const View& view, const View& before) {
    EXPECT_EQ(view.total.in_flight(), view.in_flight);
    EXPECT_EQ(view.clients.requests(), view.total.answered + view.total.failed());
    EXPECT_EQ(view.clients.by_code[std::size_t(Code::k200)], view.total.answered);
    const auto grows = [](const Tally& now, const Tally& then) {
        EXPECT_GE(now.arrived, then.arrived);
        EXPECT_GE(now.answered, then.answered);
        EXPECT_GE(now.slow, then.slow);
        for (std::size_t cause = 0; cause < kCauses; ++cause)
            EXPECT_GE(now.failed_by_cause[cause], then.failed_by_cause[cause]);
    };
    grows(view.total, before.total);
    for (std::size_t version = 0; version < view.tallies.size(); ++version) {
        const Tally& tally = view.tallies[version];
        EXPECT_GE(tally.in_flight(), 0);
        const Tally& copies = view.mirrored[version];
        EXPECT_GE(copies.in_flight(), 0);
        EXPECT_EQ(view.proxies[version].requests(),
                  tally.answered + tally.failed() + copies.answered + copies.failed());
        EXPECT_LE(tally.slow, tally.answered);
        if (!before.tallies.empty()) grows(tally, before.tallies[version]);
    }
}

/// The books against the journal.
void expect_booked(const View& view, const std::vector<AttemptRecord>& journal) {
    std::array<std::int64_t, kCodes> by_code{};
    std::int64_t latency = 0;
    for (const AttemptRecord& record : journal) {
        by_code[std::size_t(record.seen)] += 1;
        latency += record.answered - record.arrived;
    }
    Counters sum;
    std::int64_t booked = 0;
    for (std::size_t version = 0; version < view.proxies.size(); ++version) {
        sum += view.proxies[version];
        booked += view.latencies[version];
    }
    EXPECT_EQ(sum.by_code, by_code);
    EXPECT_EQ(booked, latency);
}

std::string first_difference(const std::vector<AttemptRecord>& a, const std::vector<AttemptRecord>& b) {
    if (a == b) return "";
    std::string text = std::to_string(a.size()) + " and " + std::to_string(b.size()) + " records";
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (a[i] == b[i]) continue;
        for (const AttemptRecord& record : {a[i], b[i]}) {
            text += "\n  request " + std::to_string(ordinal_of(record.id)) + " attempt " +
                    std::to_string(attempt_of(record.id)) + " at server " + std::to_string(record.server) +
                    " arrived " + std::to_string(record.arrived) + " answered " + std::to_string(record.answered) +
                    " code " + std::to_string(int(record.seen)) + " cause " + std::to_string(int(record.cause));
        }
        break;
    }
    return text;
}

class Equivalence : public ::testing::TestWithParam<int> {};

TEST_P(Equivalence, LookingAheadOrEventByEventAtAnyPaceRequestsAreTheSame) {
    for (int number = GetParam(); number < kScenarios; number += kParts) {
        const Case what(number);
        SCOPED_TRACE("scenario " + std::to_string(number) + ": " + what.describe());
        // One that is not watched takes short cuts, so that each is there twice.
        Driver by_event(what, Pace::kEventByEvent, false, true);
        Driver ahead(what, Pace::kFastest, false, true);
        std::deque<Driver> others;  // a Driver that moves loses its journal
        for (const Pace pace : {Pace::kEventByEvent, Pace::kFastest}) {
            for (const bool keeps_journal : {false, true}) others.emplace_back(what, pace, true, keeps_journal);
        }
        others.emplace_back(what, Pace::kFastest, false, false);
        View before;
        for (const Action& action : what.actions) {
            by_event.run_to(action), ahead.run_to(action);
            const View view = by_event.look(action.at);
            for (Driver& other : others) {
                other.run_to(action);
                EXPECT_TRUE(view == other.look(action.at));
            }
            expect_conserved(view, before);
            before = view;
        }
        by_event.run_out(), ahead.run_out();
        const View view = by_event.look(what.end);
        EXPECT_TRUE(view.without_applications() == ahead.look(what.end).without_applications());
        EXPECT_EQ(by_event.notices(), ahead.notices());
        const auto journal = by_event.journal();
        EXPECT_EQ(first_difference(journal, ahead.journal()), "");
        for (Driver& other : others) {
            other.run_out();
            EXPECT_TRUE(view == other.look(what.end));
            EXPECT_EQ(by_event.notices(), other.notices());
            EXPECT_EQ(other.keeps_journal() ? first_difference(journal, other.journal()) : "", "");
        }
        expect_conserved(view, before);
        expect_booked(view, journal);
        ASSERT_FALSE(HasFailure());
    }
}

INSTANTIATE_TEST_SUITE_P(OfAll, Equivalence, ::testing::Range(0, kParts));

}  // namespace
}  // namespace rollcast
