#include "rollcast/world/measured_law.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

#include "rollcast/random/request_words.h"
#include "rollcast/stats/moments.h"
#include "rollcast/world/data_plane.h"
#include "rollcast/world/request.h"

namespace rollcast {
namespace {

/// Laws do not depend on luck: measurements have their own.
const StreamSpace kLuck(20240229, 0);
/// In which how much requests have in common is seen.
constexpr int kFewestWindows = 100;
constexpr double kMostSlots = 1024;
constexpr double kMostPersistent = .98;
constexpr double kMostEffort = 10;  // times the requests that are asked for

class Rig {
   public:
    /// The scenario outlives it.
    Rig(const Scenario& scenario, const Defect& defect, int answering, int refusing, double slowness)
        : Rig(scenario, std::array{defect, Defect{}}, {answering, 0}, refusing, slowness) {}
    /// Of two versions those that answer; of the first those that refuse.
    Rig(const Scenario& scenario, const std::array<Defect, 2>& defects, std::array<int, 2> answering, int refusing,
        double slowness)
        : plane_(scenario, defects, kLuck, Time{}) {
        plane_.count_application(false);
        plane_.impair_all({.slowness = slowness});
        RouteGroup group;
        for (int i = 0; i < answering[0] + answering[1]; ++i) {
            group.servers.push_back(plane_.add_server(i < answering[0] ? kOldVersion : kNewVersion));
            plane_.listen(group.servers.back(), Time{});
        }
        for (int i = 0; i < refusing; ++i) {
            group.servers.push_back(plane_.add_server(kOldVersion));
            plane_.refuse(group.servers.back(), Cause::kHandOver);
        }
        servers_ = static_cast<std::uint32_t>(group.servers.size());
        plane_.set_routes({group});
        plane_.keep_journal(&journal_);
    }
    Rig(Scenario&&, const Defect&, int, int, double) = delete;
    Rig(Scenario&&, const std::array<Defect, 2>&, std::array<int, 2>, int, double) = delete;
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    /// From now on the last so many refuse, or answer again.
    void stop(int instances, bool stops, Time now) {
        for (int i = 0; i < instances; ++i) {
            const std::uint32_t server = servers_ - 1 - static_cast<std::uint32_t>(i);
            if (stops) {
                plane_.refuse(server, Cause::kHandOver);
            } else {
                plane_.listen(server, now);
            }
        }
    }

    /// The last one's process ends.
    void kill(Time now) { plane_.kill(servers_ - 1, now, Cause::kHandOver); }

    /// Goes on, and returns what has ended since it stopped the last time.
    const std::vector<AttemptRecord>& run(Time until) {
        journal_.clear();
        plane_.advance(until);
        plane_.sweep(until);
        return journal_;
    }

    double tokens() const { return plane_.tokens(); }

   private:
    DataPlane plane_;
    std::uint32_t servers_ = 0;
    std::vector<AttemptRecord> journal_;
};

/// Requests by what became of them: as a law, but in numbers.
struct Count {
    AnswerLaw law{};
    double ended = 0;

    void add(const AttemptRecord& record, const Scenario& scenario) {
        ++ended;
        const auto cause = static_cast<std::size_t>(record.cause);
        if (record.seen == Code::k503) {
            ++law.refused[cause];
        } else if (record.seen == Code::k504) {
            ++law.late[cause];
        } else {
            const Duration latency{record.answered - record.arrived};
            const double seconds = to_seconds(latency);
            const std::vector<double>& limits = scenario.observability.latency_buckets;
            ++law.by_latency[static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end(), seconds) -
                                                      limits.begin())];
            law.slow += latency > scenario.service.slow;
            law.latency += seconds;
            law.latency_square += seconds * seconds;
        }
    }
    double failed() const { return ended - law.answered(); }
};

/// What became of a request, from its first attempt on.
struct Story {
    std::uint64_t ordinal = 0;
    Instant arrived = kNoInstant;  // the first
    Instant ended = 0;
    Instant latency = 0;  // of the last
    Code seen = Code::k200;
    Cause cause = Cause::kBackground;
    std::int16_t last = -1;                      // number of the attempt
    std::array<int, kCauses> refused{}, late{};  // of all attempts
    int errors = 0;

    void add(const AttemptRecord& record) {
        const auto number = static_cast<std::int16_t>(attempt_of(record.id));
        const auto by = static_cast<std::size_t>(record.cause);
        ordinal = ordinal_of(record.id);
        arrived = std::min(arrived, record.arrived);
        refused[by] += record.seen == Code::k503;
        late[by] += record.seen == Code::k504;
        errors += record.seen == Code::k500;
        if (number < last) return;
        last = number, seen = record.seen, cause = record.cause;
        ended = record.answered, latency = record.answered - record.arrived;
    }
    void count(const Scenario& scenario, Count& count) const {
        const auto by = static_cast<std::size_t>(cause);
        AnswerLaw& law = count.law;
        count.add({.id = 0, .server = 0, .arrived = 0, .answered = latency, .seen = seen, .cause = cause}, scenario);
        const bool in_time = seen == Code::k200 || seen == Code::k500;
        if (in_time)
            law.slow += (ended - arrived > scenario.service.slow.count()) - (latency > scenario.service.slow.count());
        for (std::size_t i = 0; i < kCauses; ++i) {
            law.refused_again[i] += refused[i] - (i == by && seen == Code::k503);
            law.late_again[i] += late[i] - (i == by && seen == Code::k504);
        }
        law.errors_again += errors - (seen == Code::k500);
    }
    /// Does somebody want to try the last attempt again?
    bool refuses(const Retries& retries) const {
        return last + 1 < retries.attempts && seen != Code::k200 &&
               (seen == Code::k504 ? retries.timeouts : retries.errors);
    }
};

/// Requests by ordinal, which is by arrival.
class Stories {
   public:
    void add(const std::vector<AttemptRecord>& records) {
        for (const AttemptRecord& record : records) {
            const std::uint64_t ordinal = ordinal_of(record.id);
            if (ordinal < first_) continue;
            if (ordinal - first_ >= stories_.size()) stories_.resize(ordinal - first_ + 1);
            stories_[ordinal - first_].add(record);
        }
    }
    /// Calls `use` with those that arrived before.
    template <typename Use>
    void take(Time before, const Use& use) {
        while (!stories_.empty() && stories_.front().arrived < instant(before)) {
            use(stories_.front());
            stories_.pop_front();
            ++first_;
        }
    }

   private:
    std::deque<Story> stories_;
    std::uint64_t first_ = 0;
};

/// What became of a version's requests, and what would have at instances that have room for all: window by window.
struct Seen {
    Count real{}, idle{};
    Moments failures{};                           // of a window
    std::vector<std::array<double, 2>> waited{};  // well answered in a window, and their seconds together

    void end_window() {
        const double failed = real.failed() - failed_before_;
        const double for_waiting = failed - (idle.failed() - failed_alone_before_);
        failures.add(failed);
        in_a_row_ += for_waiting * std::exchange(for_waiting_before_, for_waiting);
        for_waiting_.add(for_waiting);
        waited.push_back({real.law.answered() - well_before_, real.law.latency - latency_before_});
        failed_before_ = real.failed(), failed_alone_before_ = idle.failed();
        well_before_ = real.law.answered(), latency_before_ = real.law.latency;
    }
    /// Are failures known well enough? Those of who is late by himself are. `all`: requests, of which these are a part.
    bool is_enough(double all) const {
        constexpr double kNearEnough = .005, kNextToNone = 1e-5;  // error of failures, of requests
        if (failures.count() < kFewestWindows) return false;
        const double windows = static_cast<double>(failures.count());
        const double mean = for_waiting_.mean(), variance = for_waiting_.variance();
        const double lasts =
            variance > 0 ? std::clamp((in_a_row_ / windows - mean * mean) / variance, 0., kMostPersistent) : 0;
        const double error = std::sqrt(variance / windows * (1 + lasts) / (1 - lasts));
        return error < kNearEnough * failures.mean() + kNextToNone * all / windows;
    }
    AnswerLaw law(const AnswerLaw& calm, Duration window, Duration interval) const;
    /// What neighbours have in common.
    void cluster(AnswerLaw& law, Duration window, Duration interval) const;

   private:
    Moments for_waiting_{};  // failures of a window, but for those who are late by themselves
    double in_a_row_ = 0, for_waiting_before_ = 0;
    double failed_before_ = 0, failed_alone_before_ = 0, well_before_ = 0, latency_before_ = 0;
};

AnswerLaw Seen::law(const AnswerLaw& calm, Duration window, Duration interval) const {
    AnswerLaw law = calm;
    if (real.ended == 0 || idle.ended == 0) return law;
    law.add(real.law, 1 / real.ended);
    law.add(idle.law, -1 / idle.ended);
    const auto no_less_than_none = [](double& share) { share = std::max(0., share); };
    for (double& share : law.refused) no_less_than_none(share);
    for (double& share : law.late) no_less_than_none(share);
    for (double& share : law.by_latency) no_less_than_none(share);
    no_less_than_none(law.slow);
    cluster(law, window, interval);
    return law;
}

void Seen::cluster(AnswerLaw& law, Duration window, Duration interval) const {
    const double windows = static_cast<double>(failures.count()), well = real.law.answered();
    if (well == 0) return;
    const double by_itself = real.failed() * well / real.ended;
    law.clustering = std::max(0., (failures.variance() * windows - by_itself) / real.ended);
    const double mean = real.law.latency / well, variance = real.law.latency_square / well - mean * mean;
    double spread = 0, in_a_row = 0, before = 0;
    for (const auto& [answered, seconds] : waited) {
        const double off = seconds - answered * mean;
        spread += off * off;
        in_a_row += off * std::exchange(before, off);
    }
    const double in_common = std::max(0., spread * windows / (windows - 1) - well * variance);
    law.wait_clustering = in_common / real.ended;
    if (in_common > 0) {
        const double lasts = std::clamp(in_a_row / in_common, 0., kMostPersistent);
        law.persistence = std::pow(lasts, to_seconds(interval) / to_seconds(window));
    }
}

/// With room for all, where so many of an instance are served at a time on average: a Poisson number.
Scenario roomy(const Scenario& scenario, double busy) {
    Scenario idle = scenario;
    idle.service.slots = static_cast<int>(std::min(kMostSlots, std::ceil(2 * busy + 30)));
    idle.service.cores = 0;
    idle.service.most_wait = Duration{};
    return idle;
}

/// Where there is room for all, lost slots are none.
Defect at_ease(const Defect& defect) { return defect.kind == DefectKind::kCapacity ? Defect{} : defect; }

Duration window_of(const Scenario& scenario, double requests) {
    return std::min(scenario.observability.scrape_interval,
                    from_seconds(requests / scenario.traffic.rate / kFewestWindows));
}

}  // namespace

AnswerLaw measure_law(const Scenario& scenario, const Defect& defect, int instances, double slowness,
                      const AnswerLaw& calm, double work, double requests) {
    const double rate = scenario.traffic.rate;
    Rig real(scenario, defect, instances, 0, slowness);
    const Scenario with_room = roomy(scenario, rate / instances * work);
    Rig idle(with_room, at_ease(defect), instances, 0, slowness);
    const Duration window = window_of(scenario, requests);
    Time now = Time{} + 5 * window + 3 * scenario.service.timeout;
    real.run(now), idle.run(now);
    Seen seen;
    const auto is_enough = [&] {
        const double ended = seen.real.ended;
        return ended >= requests && (ended > kMostEffort * requests || seen.is_enough(ended));
    };
    while (!is_enough()) {
        now += window;
        for (const AttemptRecord& each : idle.run(now)) seen.idle.add(each, scenario);
        for (const AttemptRecord& each : real.run(now)) seen.real.add(each, scenario);
        seen.end_window();
    }
    return seen.law(calm, window, scenario.observability.scrape_interval);
}

AnswerLaw measure_law_with_clients(const Scenario& scenario, const Defect& defect, int instances, double slowness,
                                   const AnswerLaw& calm, double requests) {
    const Retries& retries = scenario.traffic.retries;
    Rig rig(scenario, defect, instances, 0, slowness);
    const Duration window = window_of(scenario, requests);
    Duration longest = retries.attempts * scenario.service.timeout;  // from the first attempt to the end
    double wait = to_seconds(retries.base);
    for (int i = 1; i < retries.attempts; ++i, wait *= retries.factor) {
        longest += std::min(retries.most, from_seconds(wait));
    }
    Time now = Time{} + 5 * window + 3 * scenario.service.timeout, looked = now;
    Stories stories;
    stories.add(rig.run(now + longest));
    stories.take(now, [](const Story&) {});
    now += longest;
    // Which requests take the longest is in their words.
    const double alone = scenario.traffic.classes.empty() ? 1 - calm.in_time() : 0;
    const auto is_alone = [&](const Story& story) {
        return attempt_words(kLuck, story.ordinal, 0, 0)[1] >= (1 - alone) * 0x1p32;
    };
    std::array<Count, 2> counts;  // of those that are late by themselves, and of the others
    Seen seen;
    double not_granted = 0, tokens = 0;
    const auto is_enough = [&] {
        const double ended = seen.real.ended;
        return ended >= requests && (ended > kMostEffort * requests || seen.is_enough(ended));
    };
    while (!is_enough()) {
        looked += window;
        while (now < looked + longest) stories.add(rig.run(now += window)), tokens += rig.tokens();
        stories.take(looked, [&](const Story& story) {
            story.count(scenario, counts[alone > 0 && is_alone(story) ? 0 : 1]);
            not_granted += story.refuses(retries);
            story.count(scenario, seen.real);
        });
        seen.end_window();
    }
    AnswerLaw law;
    const double its = counts[0].ended > 0 ? alone : 0;
    if (its > 0) law.add(counts[0].law, its / counts[0].ended);
    if (its < 1) law.add(counts[1].law, (1 - its) / counts[1].ended);
    law.tokens = tokens / static_cast<double>(seen.failures.count());
    const double granted = seen.real.law.attempts() - 1;
    law.granted = granted + not_granted > 0 ? granted / (granted + not_granted) : 1;
    seen.cluster(law, window, scenario.observability.scrape_interval);
    return law;
}

Mix measure_mix(const Scenario& scenario, const Defect& defect, std::array<int, 2> instances, double slowness,
                const std::array<AnswerLaw, 2>& calm, const std::array<double, 2>& work, double requests) {
    const double rate = scenario.traffic.rate;
    const int all = instances[0] + instances[1];
    const std::array<Defect, 2> defects{Defect{}, defect};
    Rig real(scenario, defects, instances, 0, slowness);
    // What each request would take at either version.
    const std::array rooms{roomy(scenario, rate / all * work[0]), roomy(scenario, rate / all * work[1])};
    std::array<Rig, 2> idle{Rig(rooms[0], Defect{}, all, 0, slowness),
                            Rig(rooms[1], at_ease(defect), all, 0, slowness)};
    std::array<std::vector<AttemptRecord>, 2> alone;  // by ordinal
    const Duration window = window_of(scenario, requests);
    Time now = Time{} + 5 * window + 3 * scenario.service.timeout;
    real.run(now);
    std::array<Seen, 2> seen;
    const auto is_enough = [&] {
        const double ended = seen[0].real.ended + seen[1].real.ended;
        return ended >= requests &&
               (ended > kMostEffort * requests || (seen[0].is_enough(ended) && seen[1].is_enough(ended)));
    };
    while (!is_enough()) {
        now += window;
        for (std::size_t version = 0; version < alone.size(); ++version) {
            // By then nobody waits any more who has come.
            for (const AttemptRecord& each : idle[version].run(now + scenario.service.timeout)) {
                if (each.id >= alone[version].size()) alone[version].resize(2 * each.id + 1);
                alone[version][each.id] = each;
            }
        }
        for (const AttemptRecord& each : real.run(now)) {
            const std::size_t version = each.server < static_cast<std::uint32_t>(instances[0]) ? 0 : 1;
            const AttemptRecord& same = alone[version][each.id];
            seen[version].real.add(each, scenario);
            seen[version].idle.add(same, scenario);
        }
        for (Seen& each : seen) each.end_window();
    }
    Mix mix{.newer = seen[1].real.ended / (seen[0].real.ended + seen[1].real.ended)};
    for (std::size_t version = 0; version < seen.size(); ++version) {
        mix.laws[version] = seen[version].law(calm[version], window, scenario.observability.scrape_interval);
    }
    return mix;
}

double measure_reach(const Scenario& scenario, const Defect& defect, int answering, int refusing, double slowness) {
    constexpr double kRequests = 3e4;
    Rig rig(scenario, defect, answering, refusing, slowness);
    const Duration all = from_seconds(kRequests / scenario.traffic.rate);
    rig.run(Time{} + all / 20);
    double refused = 0, ended = 0;
    for (const AttemptRecord& each : rig.run(Time{} + all / 20 + all)) {
        refused += each.seen == Code::k503 && each.cause == Cause::kHandOver;
        ++ended;
    }
    return 1 - refused / ended;
}

double measure_reach_while_stopping(const Scenario& scenario, const Defect& defect, int answering, int refusing,
                                    double slowness, double work, double seconds) {
    constexpr int kTimes = 400;
    constexpr double kSettled = 20;  // means of service
    Rig rig(scenario, defect, answering + refusing, 0, slowness);
    const Duration pause = from_seconds(kSettled * work), window = from_seconds(seconds);
    double refused = 0;
    Time now{};
    for (int i = 0; i < kTimes; ++i) {
        rig.run(now += pause);
        rig.stop(refusing, true, now);
        for (const AttemptRecord& each : rig.run(now += window)) {
            refused += each.seen == Code::k503 && each.cause == Cause::kHandOver;
        }
        rig.stop(refusing, false, now);
    }
    return std::max(0., 1 - refused / (kTimes * scenario.traffic.rate * seconds));
}

double measure_refused_at_first(const Scenario& scenario, const Defect& defect, int answering, double slowness,
                                double work, double seconds) {
    constexpr int kTimes = 400;
    constexpr double kSettled = 20, kSettledAgain = 8;  // means of service
    const double usual = 1 - measure_reach(scenario, defect, answering, 1, slowness);
    Rig rig(scenario, defect, answering + 1, 0, slowness);
    const Duration pause = from_seconds(kSettled * work);
    const Duration window = from_seconds(std::min(seconds, kSettledAgain * work));
    double refused = 0, arrived = 0;
    Time now{};
    Instant from = 0, to = 0;  // since the last death
    const auto go_on = [&](Duration time) {
        for (const AttemptRecord& each : rig.run(now += time)) {
            if (each.arrived < from || each.arrived >= to) continue;
            ++arrived;
            refused += each.seen == Code::k503 && each.cause == Cause::kHandOver;
        }
    };
    for (int i = 0; i < kTimes; ++i) {
        go_on(pause);
        rig.kill(now);
        from = Duration{now - Time{}}.count();
        to = from + window.count();
        go_on(window);
        rig.stop(1, false, now);
    }
    go_on(pause);
    return (refused - usual * arrived) / kTimes;
}

}  // namespace rollcast
