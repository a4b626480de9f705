#include "rollcast/world/data_plane.h"

#include <algorithm>
#include <limits>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr double kWords = 4294967296.0;  // 2^32

std::uint64_t words_below(double probability) {
    return static_cast<std::uint64_t>(std::llround(std::clamp(probability, 0.0, 1.0) * kWords));
}

std::int64_t nanoseconds(Time t) { return t.time_since_epoch().count(); }

/// A latency histogram's limits compare in single precision: eight at a time, and 6e-8 is no error in a latency.
constexpr float kNoLimit = std::numeric_limits<float>::infinity();

}  // namespace

DataPlane::DataPlane(const Scenario& scenario, std::span<const Defect> defects, const StreamSpace& streams, Time from)
    : tables_(std::make_shared<const Tables>(
          Tables{QuantileTable(Exponential{1}), QuantileTable(scenario.service.service_time)})),
      streams_(streams),
      policy_(scenario.balancing.policy),
      slots_(static_cast<std::uint32_t>(scenario.service.slots)),
      queue_limit_(static_cast<std::uint32_t>(scenario.service.queue)),
      timeout_(scenario.service.timeout.count()),
      slow_(scenario.service.slow.count()),
      mean_gap_ns_(1e9 / scenario.traffic.rate),
      tallies_(defects.size() + 1),
      proxy_(defects.size() + 1),
      first_arrival_(defects.size(), kNever) {
    arrivals_.back() = nanoseconds(from);
    bucket_limits_.fill(kNoLimit);
    const std::vector<double>& limits = scenario.observability.latency_buckets;
    for (std::size_t i = 0; i < limits.size(); ++i) bucket_limits_[i] = static_cast<float>(limits[i] * 1e9);

    const double background = scenario.service.error_rate;
    for (const Defect& defect : defects) {
        VersionService& version = service_.emplace_back();
        version.background_below = version.defect_below = words_below(background);
        version.slowed_from = words_below(1);
        if (defect.kind == DefectKind::kErrorRate) version.defect_below = words_below(background + defect.severity);
        if (defect.kind == DefectKind::kLatency) {
            version.slow_factor = defect.severity;
            version.slowed_from = words_below(1 - defect.share);
        }
    }
    set_routes({});
}

void DataPlane::rekey(const StreamSpace& streams) {
    streams_ = streams;
    if (next_ == kRequestBlock) return;
    // What is left of the present block is drawn again: the ordinals stay, their words change.
    RequestWords fresh;
    request_words(streams_, next_ordinal_ - kRequestBlock, fresh);
    Instant at = next_ == 0 ? block_start_ : arrivals_[next_ - 1];
    for (std::uint32_t i = next_; i < kRequestBlock; ++i) {
        words_.service[i] = fresh.service[i];
        words_.error[i] = fresh.error[i];
        words_.balance[i] = fresh.balance[i];
        arrivals_[i] = at += gap(fresh.gap[i]);
    }
}

std::uint32_t DataPlane::add_server(VersionId version) {
    const auto server = static_cast<std::uint32_t>(servers_.size());
    servers_.push_back({.version = static_cast<std::uint16_t>(index_of(version)), .meter = {}});
    free_at_.resize(free_at_.size() + slots_, std::numeric_limits<Instant>::min());
    flights_.resize(flights_.size() + slots_, Flight{});
    queue_.resize(queue_.size() + queue_limit_, Flight{});
    return server;
}

void DataPlane::listen(std::uint32_t server, Time) { servers_[server].listening = true; }

void DataPlane::impair(std::uint32_t server, Impairment impairment) { servers_[server].impairment = impairment; }

void DataPlane::impair_all(Impairment impairment) { all_ = impairment; }

void DataPlane::refuse(std::uint32_t server, Cause cause) {
    servers_[server].listening = false;
    servers_[server].refusal = cause;
}

void DataPlane::kill(std::uint32_t server, Time now, Cause cause) {
    Server& dead = servers_[server];
    const Instant at = nanoseconds(now);
    settle_queue(server, at);
    const auto cut_off = [&](Flight& flight) {
        if (flight.answered) return;
        flight.seen = Code::k503;
        flight.cause = cause;
        flight.finish = at;
        answer(dead, flight);
    };
    Flight* slots = slots_of(server);
    for (std::uint32_t s = 0; s < slots_; ++s) {
        if (!slots[s].occupied) continue;
        if (slots[s].finish <= at) {
            finish(dead, slots[s]);
        } else {
            if (slots[s].arrived + timeout_ <= at) answer(dead, slots[s]);
            cut_off(slots[s]);
        }
        slots[s].occupied = false;
    }
    for (std::uint32_t i = 0; i < dead.queue_size; ++i) cut_off(queued(server, i));
    dead.queue_size = 0;
    std::fill_n(free_at_of(server), slots_, std::numeric_limits<Instant>::min());
    dead.meter = {};
    dead.impairment = {};
    refuse(server, cause);
}

Time DataPlane::last_finish(std::uint32_t server, Time now) {
    const Instant* free_at = free_at_of(server);
    Instant last = std::max(nanoseconds(now), *std::max_element(free_at, free_at + slots_));
    // Those who give up in the queue hold no slot.
    for (std::uint32_t i = 0; i < servers_[server].queue_size; ++i) last = std::max(last, queued(server, i).start);
    return Time(Duration(last));
}

void DataPlane::set_routes(std::vector<RouteGroup> groups) {
    if (groups.empty()) groups.push_back({});
    groups_.clear();
    endpoints_.clear();
    double below = 0;
    for (const RouteGroup& group : groups) {
        below += group.share;
        groups_.push_back({.below = words_below(below),
                           .first = static_cast<std::uint32_t>(endpoints_.size()),
                           .size = static_cast<std::uint32_t>(group.servers.size())});
        endpoints_.insert(endpoints_.end(), group.servers.begin(), group.servers.end());
    }
    groups_.back().below = words_below(1);
}

std::optional<Crash> DataPlane::advance(Time until) {
    switch (policy_) {
        case Policy::kRoundRobin:
            advance_by<Policy::kRoundRobin>(nanoseconds(until));
            break;
        case Policy::kLeastOutstanding:
            advance_by<Policy::kLeastOutstanding>(nanoseconds(until));
            break;
        default:
            advance_by<Policy::kRandom>(nanoseconds(until));
    }
    return std::nullopt;
}

template <Policy policy>
void DataPlane::advance_by(Instant until) {
    while (true) {
        for (; next_ < kRequestBlock; ++next_) {
            const Instant now = arrivals_[next_];
            if (now >= until) return;
            // One word finds the group and, with what it leaves undecided, the place within the group.
            const std::uint64_t word = words_.balance[next_];
            std::size_t group = 0;
            std::uint64_t above = 0;
            while (word >= groups_[group].below) above = groups_[group++].below;
            if (groups_[group].size == 0) {
                fail_at_once(versions(), Cause::kCapacity);
                continue;
            }
            const double position =
                (static_cast<double>(word - above) + .5) / static_cast<double>(groups_[group].below - above);
            admit(choose<policy>(group, position, now), now, words_.service[next_], words_.error[next_]);
        }
        refill();
    }
}

template <Policy policy>
std::uint32_t DataPlane::choose(std::size_t index, double position, Instant now) {
    Group& group = groups_[index];
    const std::uint32_t* endpoints = &endpoints_[group.first];
    if constexpr (policy == Policy::kRoundRobin) {
        if (group.next >= group.size) group.next = 0;
        return endpoints[group.next++];
    }
    const auto start = static_cast<std::uint32_t>(position * group.size);
    if constexpr (policy == Policy::kRandom) return endpoints[start];
    // The first with the fewest, from a random one on: ties are broken evenly.
    std::uint32_t best = endpoints[start];
    int fewest = outstanding(best, now);
    for (std::uint32_t i = 1; i < group.size && fewest > 0; ++i) {
        const std::uint32_t at = start + i < group.size ? start + i : start + i - group.size;
        const int here = outstanding(endpoints[at], now);
        if (here < fewest) fewest = here, best = endpoints[at];
    }
    return best;
}

int DataPlane::outstanding(std::uint32_t server, Instant now) {
    settle_queue(server, now);
    int waiting = static_cast<int>(servers_[server].queue_size);
    const Flight* slots = slots_of(server);
    for (std::uint32_t s = 0; s < slots_; ++s) {
        waiting += slots[s].occupied && std::min(slots[s].finish, slots[s].arrived + timeout_) > now;
    }
    return waiting;
}

void DataPlane::admit(std::uint32_t index, Instant now, std::uint32_t service_word, std::uint32_t error_word) {
    Server& server = servers_[index];
    if (!server.listening) return fail_at_once(server.version, server.refusal);
    if (server.queue_size > 0) settle_queue(index, now);

    Tally& tally = tallies_[server.version];
    if (tally.arrived++ == 0) first_arrival_[server.version] = Time(Duration(now));

    Instant* free_at = free_at_of(index);
    Instant earliest = free_at[0];
    std::uint32_t slot = 0;
    for (std::uint32_t s = 1; s < slots_; ++s) {  // which is the first is anybody's guess: select, do not branch
        const bool earlier = free_at[s] < earliest;
        earliest = earlier ? free_at[s] : earliest;
        slot = earlier ? s : slot;
    }
    const Instant start = std::max(now, earliest);
    const bool waits = start > now;

    if (waits && server.queue_size == queue_limit_) {  // shed: the application itself says 503
        server.meter.add(Code::k503, 0, 0);
        proxy_[server.version].add(Code::k503, 0, 0);
        tally.failed_by_cause[std::size_t(Cause::kCapacity)] += 1;
        return;
    }

    const VersionService& version = service_[server.version];
    const double plain = tables_->service(service_word) * 1e9 * server.impairment.slowness * all_.slowness;
    const bool slowed = service_word >= version.slowed_from;
    const auto service = static_cast<Instant>((slowed ? plain * version.slow_factor : plain) + .5);
    const bool abandoned = start - now > timeout_;
    const std::uint64_t besides = words_below(server.impairment.error_rate + all_.error_rate);
    const bool fails = error_word < version.defect_below + besides;

    Flight flight{.arrived = now,
                  .start = abandoned ? now + timeout_ : start,
                  .finish = start + service,
                  .slot = static_cast<std::uint8_t>(slot),
                  .told = fails ? Code::k500 : Code::k200,
                  .seen = fails ? Code::k500 : Code::k200,
                  .cause = error_word < version.background_below + besides ? Cause::kBackground : Cause::kDefect,
                  .occupied = true,
                  .answered = false,
                  .abandoned = abandoned};
    if (abandoned || flight.finish - now > timeout_) {
        flight.seen = Code::k504;
        flight.cause = plain > static_cast<double>(timeout_) ? Cause::kBackground
                       : version.slow_factor > 1             ? Cause::kDefect
                                                             : Cause::kCapacity;
    }

    if (!abandoned) free_at[slot] = flight.finish;
    if (waits) {
        queued(index, server.queue_size++) = flight;
    } else {
        Flight& before = slots_of(index)[slot];
        if (before.occupied) finish(server, before);
        before = flight;
    }
}

void DataPlane::settle_queue(std::uint32_t index, Instant now) {
    Server& server = servers_[index];
    while (server.queue_size > 0) {
        Flight& head = queued(index, 0);
        if (head.start > now) return;
        if (head.abandoned) {
            answer(server, head);
        } else {
            Flight& before = slots_of(index)[head.slot];
            if (before.occupied) finish(server, before);
            before = head;
        }
        server.queue_head = server.queue_head + 1 == queue_limit_ ? 0 : server.queue_head + 1;
        --server.queue_size;
    }
}

/// The server is done with the request: the application counts it, and proxy and client if they have not yet.
inline void DataPlane::finish(Server& server, Flight& flight) {
    const Instant latency = flight.finish - flight.arrived;
    const std::size_t in = bucket(latency);
    server.meter.add(flight.told, in, latency);
    if (latency <= timeout_) {
        count_answer(server, flight, in, latency);
    } else if (!flight.answered) {
        answer(server, flight);
    }
    flight.occupied = false;
}

/// The client has its answer or gives up.
void DataPlane::answer(const Server& server, Flight& flight) {
    const Instant latency = std::min(flight.finish - flight.arrived, timeout_);
    count_answer(server, flight, bucket(latency), latency);
    flight.answered = true;
}

inline void DataPlane::count_answer(const Server& server, const Flight& flight, std::size_t in, Instant latency) {
    proxy_[server.version].add(flight.seen, in, latency);
    Tally& tally = tallies_[server.version];
    if (flight.seen == Code::k200) {
        tally.answered += 1;
        tally.slow += latency > slow_;
    } else {
        tally.failed_by_cause[std::size_t(flight.cause)] += 1;
    }
}

void DataPlane::fail_at_once(std::size_t version, Cause cause) {
    tallies_[version].arrived += 1;
    tallies_[version].failed_by_cause[std::size_t(cause)] += 1;
    proxy_[version].add(Code::k503, 0, 0);
}

inline std::size_t DataPlane::bucket(Instant latency) const {
    const auto value = static_cast<float>(latency);
    int above = 0;
    for (const float limit : bucket_limits_) above += value > limit;
    return static_cast<std::size_t>(above);
}

inline DataPlane::Instant DataPlane::gap(std::uint32_t word) const {
    return static_cast<Instant>(tables_->gap(word) * mean_gap_ns_ + .5);
}

void DataPlane::refill() {
    request_words(streams_, next_ordinal_, words_);
    next_ordinal_ += kRequestBlock;
    block_start_ = arrivals_.back();
    Instant at = block_start_;
    for (std::size_t i = 0; i < kRequestBlock; ++i) arrivals_[i] = at += gap(words_.gap[i]);
    next_ = 0;
}

void DataPlane::sweep(Time time) {
    const Instant now = nanoseconds(time);
    for (std::uint32_t index = 0; index < servers_.size(); ++index) {
        settle_queue(index, now);
        Flight* slots = slots_of(index);
        for (std::uint32_t s = 0; s < slots_; ++s) {
            Flight& flight = slots[s];
            if (!flight.occupied) continue;
            if (flight.finish <= now) {
                finish(servers_[index], flight);
            } else if (!flight.answered && flight.arrived + timeout_ <= now) {
                answer(servers_[index], flight);
            }
        }
    }
}

Tally DataPlane::total() const {
    Tally sum;
    for (const Tally& tally : tallies_) sum += tally;
    return sum;
}

std::int64_t DataPlane::count_in_flight(Time time) const {
    const Instant now = nanoseconds(time);
    std::int64_t count = 0;
    for (const Flight& flight : flights_) {
        count += flight.occupied && std::min(flight.finish, flight.arrived + timeout_) > now;
    }
    for (const Server& server : servers_) count += server.queue_size;
    return count;
}

}  // namespace rollcast
