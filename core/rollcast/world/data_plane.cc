#include "rollcast/world/data_plane.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

bool looks_ahead(const Service& service, Pace pace) {
    return pace == Pace::kFastest && service.order == QueueOrder::kFifo && service.cores == 0;
}

/// In the place of an attempt: the words by which a request is exposed to a flag.
constexpr std::uint32_t kFlagWords = 254;

/// A part of a whole: the one of `parts` that a word falls into.
std::uint32_t part_of(std::uint32_t word, std::uint32_t parts) {
    return static_cast<std::uint32_t>(std::uint64_t{word} * parts >> 32);
}

}  // namespace

DataPlane::DataPlane(const Scenario& scenario, std::span<const Defect> defects, const StreamSpace& streams, Time from,
                     Pace pace)
    : shared_{
          .answering = Answering(scenario, defects),
          .ledger =
              Ledger(defects.size(), LatencyBuckets(scenario.observability.latency_buckets), scenario.service.slow),
          .clients = Clients(scenario.traffic, streams),
          .balancer = Balancer(scenario.balancing, scenario.traffic, scenario.fleet.zones, streams),
          .agenda = {},
          .timeout = scenario.service.timeout.count(),
          .most_wait = scenario.service.most_wait == Duration::zero() ? kNoInstant : scenario.service.most_wait.count(),
          .queue = static_cast<std::uint32_t>(scenario.service.queue),
          .follows_failures = scenario.traffic.retries.attempts > 1 || scenario.balancing.outlier.has_value()},
      servers_(looks_ahead(scenario.service, pace)
                   ? std::variant<LookaheadServers, EventServers>(
                         LookaheadServers(shared_.answering, static_cast<std::uint32_t>(scenario.service.slots),
                                          scenario.observability.latency_buckets.size() + 1))
                   : EventServers(scenario.service.order, scenario.service.cores,
                                  scenario.observability.latency_buckets.size() + 1)),
      streams_(streams),
      persons_(scenario.traffic.sessions.users),
      plain_(shared_.answering.classes() == 1 && shared_.balancer.is_plain() &&
             (scenario.balancing.policy == Policy::kRandom || scenario.balancing.policy == Policy::kPowerOfTwo)),
      extra_(!plain_ || scenario.balancing.policy == Policy::kPowerOfTwo),
      by_user_(scenario.traffic.sessions.sticky != Stickiness::kNone),
      arrivals_(scenario.traffic, streams, from),
      now_(from) {
    shared_.clients.begin(instant(from), shared_.agenda);
    if (const auto& outlier = scenario.balancing.outlier) {
        shared_.agenda.push(instant(from + outlier->interval), Happening::kReadmits, 0, 0, 0);
    }
    readmission_ = scenario.balancing.outlier ? scenario.balancing.outlier->interval.count() : 0;
    refill();
}

void DataPlane::rekey(const StreamSpace& streams) {
    streams_ = streams;
    shared_.clients.rekey(streams);
    arrivals_.rekey(streams, block_, next_, now_);
    fill_columns();
}

std::uint32_t DataPlane::add_server(VersionId version, ZoneId zone) {
    shared_.balancer.add_server(zone);
    if (counts_work_) shared_.work.emplace_back();
    const auto number = static_cast<std::uint16_t>(index_of(version));
    return std::visit([&](auto& servers) { return servers.add(number, shared_.answering); }, servers_);
}

void DataPlane::listen(std::uint32_t server, Time now) {
    std::visit([&](auto& servers) { servers.listen(server, instant(now), shared_); }, servers_);
}

void DataPlane::impair(std::uint32_t server, Impairment impairment) {
    std::visit([&](auto& servers) { servers.impair(server, impairment, shared_); }, servers_);
}

void DataPlane::impair_all(Impairment impairment) {
    shared_.answering.impair_all(impairment);
    std::visit([&](auto& servers) { servers.refresh(shared_); }, servers_);
}

void DataPlane::refuse(std::uint32_t server, Cause cause) {
    std::visit([&](auto& servers) { servers.refuse(server, cause); }, servers_);
}

void DataPlane::drain(std::uint32_t server, Time now) {
    std::visit([&](auto& servers) { servers.drain(server, instant(now), shared_); }, servers_);
}

void DataPlane::kill(std::uint32_t server, Time now, Cause cause) {
    std::visit([&](auto& servers) { servers.kill(server, instant(now), cause, shared_); }, servers_);
}

void DataPlane::set_routes(std::vector<RouteGroup> groups) {
    shared_.balancer.set_routes(std::move(groups), instant(now_));
    places_known_ = false;  // until a request comes that needs them
}

void DataPlane::set_flag(double share) { flagged_below_ = words_below(share); }

Meter DataPlane::take_flagged() { return std::exchange(shared_.flagged, {}); }

Meter DataPlane::take_application(std::uint32_t server) {
    return std::visit([&](auto& servers) { return servers.take_application(server); }, servers_);
}

void DataPlane::count_application(bool wanted) {
    std::visit([&](auto& servers) { servers.count_application(wanted); }, servers_);
}

void DataPlane::count_work() {
    counts_work_ = true;
    count_application(true);  // work is booked beside it
}

std::int64_t DataPlane::count_in_flight(Time now) const {
    return shared_.clients.backing_off() +
           std::visit([&](const auto& servers) { return servers.count_in_flight(instant(now), shared_); }, servers_);
}

std::optional<Notice> DataPlane::advance(Time until) {
    ensure(instant(until) < SlotTimes::kGone, "requests are followed for 91 days at most");
    const auto notice = std::visit([&](auto& servers) { return advance_by(servers, instant(until)); }, servers_);
    now_ = notice ? notice->at : until;
    return notice;
}

template <typename Servers>
std::optional<Notice> DataPlane::advance_by(Servers& servers, Instant until) {
    // Processes end between two advances, and one ends where it stops early.
    const bool may_stop = shared_.answering.can_crash() || shared_.agenda.has_notices();
    const bool remembers = shared_.balancer.learns() || shared_.balancer.balancers() > 1;
    shared_.sure_until = may_stop || remembers ? std::numeric_limits<Instant>::min() : until;
    while (true) {
        admit_until(servers, until);
        if (shared_.agenda.next() > until) return std::nullopt;
        if (shared_.agenda.next() == until && shared_.agenda.front().kind() == Happening::kArrives) return std::nullopt;
        if (const auto notice = handle(shared_.agenda.pop(), servers)) return notice;
    }
}

/// Open requests up to the next thing that they, or others before them, cause.
template <typename Servers>
void DataPlane::admit_until(Servers& servers, Instant until) {
    while (block_.at[next_] < std::min(until, shared_.agenda.next())) {
        if constexpr (std::is_same_v<Servers, LookaheadServers>) {
            if (plain_ && shared_.balancer.mirrored().empty() && flagged_below_ == 0)
                admit_usual(servers, std::min(until, shared_.agenda.next()));
        }
        if (next_ < kRequestBlock && block_.at[next_] < std::min(until, shared_.agenda.next())) {
            admit(servers);
            ++next_;
        }
        if (next_ == kRequestBlock) refill();
    }
}

void DataPlane::admit_usual(LookaheadServers& servers, Instant until) {
    if (!places_known_) fill_places();
    const bool of_two = shared_.balancer.policy() == Policy::kPowerOfTwo;
    const AttemptColumns attempts{.first = block_.first,
                                  .arrived = block_.at.data(),
                                  .work = work_.data(),
                                  .service_word = block_.words.service.data(),
                                  .error_word = block_.words.error.data(),
                                  .one = one_.data(),
                                  .other = of_two ? other_.data() : nullptr};
    const auto end = std::lower_bound(block_.at.begin() + next_, block_.at.end(), until);
    next_ = servers.admit_usual(attempts, next_, static_cast<std::uint32_t>(end - block_.at.begin()), shared_);
}

/// The next of the block.
template <typename Servers>
void DataPlane::admit(Servers& servers) {
    Attempt attempt{.id = block_.first + next_,
                    .arrived = block_.at[next_],
                    .work = work_[next_],
                    .service_word = block_.words.service[next_],
                    .error_word = block_.words.error[next_]};
    RouteWords words{.balance = block_.words.balance[next_]};
    if (extra_) {
        attempt.request_class = shared_.answering.class_of(extra_words_.kind[next_]);
        if (attempt.request_class > 0) attempt.work = work(attempt.request_class, attempt.service_word);
        attempt.balancer = words.balancer = static_cast<std::uint8_t>(
            part_of(extra_words_.spare[next_], static_cast<std::uint32_t>(shared_.balancer.balancers())));
        words.choice = extra_words_.choice[next_];
        words.person = part_of(extra_words_.user[next_], persons_);
    }
    if (flagged_below_ > 0 && is_exposed(attempt.id, 0)) attempt.id |= kFlagged;
    route(attempt, words, servers);
}

/// `user`: of a closed loop, from 1 on; 0: of none.
bool DataPlane::is_exposed(std::uint64_t ordinal, std::uint32_t user) const {
    if (user > 0) return shared_.balancer.person_word(persons_ + user - 1) < flagged_below_;
    if (!by_user_) return attempt_words(streams_, ordinal, kFlagWords, 0)[0] < flagged_below_;
    return shared_.balancer.person_word(part_of(attempt_words(streams_, ordinal, 0, 1)[2], persons_)) < flagged_below_;
}

template <typename Servers>
void DataPlane::route(const Attempt& attempt, const RouteWords& words, Servers& servers) {
    if (!shared_.balancer.mirrored().empty() && attempt_of(attempt.id) == 0) mirror(attempt, servers);
    const std::uint32_t server = shared_.balancer.choose(words, attempt.arrived, servers, shared_);
    if (server == Balancer::kNobody) return reach_nobody(attempt);
    if (const std::uint32_t most = shared_.balancer.most_outstanding();
        most > 0 && shared_.balancer.outstanding(server, attempt.balancer, attempt.arrived, servers, shared_) >= most) {
        const std::uint16_t version = servers.version(server);
        shared_.ledger.arrived(shared_.ledger.page(version, attempt.id), attempt.arrived);
        return shared_.fail_at_once(attempt, version, server, Cause::kCapacity);
    }
    servers.admit(server, attempt, shared_);
}

/// Sends a copy where requests are mirrored to: it brings the same work and has a fate of its own. Retries are not
/// mirrored, and what finds no server or no room is lost.
template <typename Servers>
void DataPlane::mirror(const Attempt& attempt, Servers& servers) {
    const std::uint64_t ordinal = ordinal_of(attempt.id);
    const auto words = attempt_words(streams_, ordinal, kMirrored, 0);
    const std::vector<std::uint64_t>& below = shared_.balancer.mirrored();
    for (std::uint32_t group = 0; group < below.size(); ++group) {
        if (words[0] >= below[group]) continue;
        const RouteWords to{.balance = words[3],
                            .choice = attempt_words(streams_, ordinal, kMirrored, 1)[0],
                            .balancer = attempt.balancer};
        const std::uint32_t server = shared_.balancer.choose_mirror(group, to, attempt.arrived, servers, shared_);
        if (server == Balancer::kNobody) continue;
        Attempt copy = attempt;
        copy.id = AttemptId{kMirrored} << kOrdinalBits | ordinal;
        copy.error_word = words[2];
        copy.call = kNoCall;
        servers.admit(server, copy, shared_);
    }
}

void DataPlane::reach_nobody(const Attempt& attempt) {
    shared_.ledger.arrived(versions(), attempt.arrived);
    shared_.fail_at_once(attempt, versions(), Balancer::kNobody, Cause::kCapacity);
}

template <typename Servers>
std::optional<Notice> DataPlane::handle(const Happening& what, Servers& servers) {
    switch (what.kind()) {
        case Happening::kServed:
        case Happening::kGivenUp:
            servers.handle(what, shared_);
            break;
        case Happening::kAnswered: {
            const Call& call = shared_.clients[what.subject];
            if (call.generation != what.generation) break;
            if (shared_.balancer.ejects() && call.server != Balancer::kNobody) {
                servers.report_until(call.server, what.at, shared_);
            }
            shared_.clients.answered(what.subject, what.at, first_attempts(), shared_.agenda, shared_.ledger);
            break;
        }
        case Happening::kCrashed:
        case Happening::kDrained:
            if (servers.process(what.subject) != what.generation) break;
            return Notice{what.kind() == Happening::kCrashed ? Notice::Kind::kCrashed : Notice::Kind::kDrained,
                          what.subject, time_of(what.at)};
        case Happening::kReadmits:
            shared_.balancer.readmit(what.at);
            shared_.agenda.push(what.at + readmission_, Happening::kReadmits, 0, 0, 0);
            break;
        case Happening::kArrives:
            arrive_again(what, servers);
            break;
    }
    return std::nullopt;
}

/// A retry, or a closed-loop user's next request. A retry brings the same work as the first attempt; whether it fails
/// and where it goes is drawn anew.
template <typename Servers>
void DataPlane::arrive_again(const Happening& what, Servers& servers) {
    shared_.clients.arrives(what.subject, what.at, shared_.ledger);
    Call& call = shared_.clients[what.subject];
    const bool first_attempt = attempt_of(call.id) == 0;
    if (first_attempt && flagged_below_ > 0 && is_exposed(call.id, call.user)) call.id |= kFlagged;
    const std::uint64_t ordinal = ordinal_of(call.id);
    const auto words = attempt_words(streams_, ordinal, attempt_of(call.id), 0);
    const auto first = first_attempt ? words : attempt_words(streams_, ordinal, 0, 0);
    Attempt attempt{
        .id = call.id, .arrived = what.at, .service_word = first[1], .error_word = words[2], .call = what.subject};
    RouteWords route_words{.balance = words[3]};
    if (extra_) {
        const auto own = attempt_words(streams_, ordinal, 0, 1);
        attempt.request_class = shared_.answering.class_of(own[1]);
        attempt.balancer = route_words.balancer =
            static_cast<std::uint8_t>(part_of(own[3], static_cast<std::uint32_t>(shared_.balancer.balancers())));
        route_words.choice = attempt_words(streams_, ordinal, attempt_of(call.id), 1)[0];
        route_words.person = call.user > 0 ? persons_ + call.user - 1 : part_of(own[2], persons_);
    }
    attempt.work = work(attempt.request_class, attempt.service_word);
    route(attempt, route_words, servers);
}

double DataPlane::work(std::uint16_t request_class, std::uint32_t word) const {
    return shared_.answering.service_time(request_class)(word) * 1e9f;
}

/// Requests whose first attempt has arrived.
std::int64_t DataPlane::first_attempts() const {
    return static_cast<std::int64_t>(block_.first + next_) + shared_.clients.closed_requests();
}

void DataPlane::refill() {
    arrivals_.fill(block_);
    next_ = 0;
    fill_columns();
}

void DataPlane::fill_columns() {
    if (extra_) extra_words(streams_, block_.first, extra_words_);
    quantiles(shared_.answering.service_time(0), block_.words.service.data(), 1e9f, work_.data(), kRequestBlock);
    places_known_ = false;
}

void DataPlane::fill_places() {
    places_known_ = true;
    const Balancer::View& view = shared_.balancer.plain_view();
    const std::uint32_t* endpoints = view.endpoints.data();
    const auto fill = [&](auto group_of) {
        for (std::size_t i = next_; i < kRequestBlock; ++i) {
            const std::uint32_t word = block_.words.balance[i];
            const Balancer::Group& group = group_of(word);
            one_[i] = endpoints[group.first + group.place(word)];
            if (extra_) other_[i] = endpoints[group.first + group.other(extra_words_.choice[i])];
        }
    };
    if (view.groups.size() == 1) {
        fill([group = view.groups.front()](std::uint32_t) -> const Balancer::Group& { return group; });
    } else {
        fill([&](std::uint32_t word) -> const Balancer::Group& { return view.group_of(word); });
    }
}

void DataPlane::sweep(Time time) {
    const Instant now = instant(time);
    std::visit(
        [&](auto& servers) {
            servers.sweep(now, shared_);
            while (shared_.agenda.next() <= now && shared_.agenda.front().kind() == Happening::kAnswered) {
                handle(shared_.agenda.pop(), servers);
            }
        },
        servers_);
}

}  // namespace rollcast
