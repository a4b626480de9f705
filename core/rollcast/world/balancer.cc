#include "rollcast/world/balancer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "rollcast/random/philox.h"
#include "rollcast/world/answering.h"

namespace rollcast {
namespace {

/// Envoy's floor of a slow start's weight.
constexpr double kLeastWeight = .1;

/// Finagle's cost of a server that nothing is known of yet: (2^63 - 1) >> 16 ns.
constexpr double kUnknown = 140737488355327;

}  // namespace

Balancer::Balancer(const Balancing& balancing, const Traffic& traffic, int zones, const StreamSpace& streams)
    : balancing_(balancing),
      sticky_(traffic.sessions.sticky),
      zones_(static_cast<std::uint32_t>(zones)),
      streams_(streams) {
    // Ejections are each balancer's own; preferences are those of a zone.
    views_.resize(balancing.outlier    ? static_cast<std::size_t>(balancing.balancers)
                  : balancing.locality ? std::min<std::size_t>(zones_, static_cast<std::size_t>(balancing.balancers))
                                       : 1);
    if (sticky_ == Stickiness::kInstance) {
        stays_.resize(traffic.sessions.users + static_cast<std::size_t>(traffic.users.count), 0);
    }
    for (std::size_t view = 0; view < views_.size(); ++view) build(view);
}

void Balancer::add_server(ZoneId zone) {
    members_.push_back({.zone = zone});
    if (balancing_.slow_start > Duration::zero()) known_since_.push_back(0);
    if (learns()) opinions_.resize(opinions_.size() + static_cast<std::size_t>(balancing_.balancers));
}

void Balancer::set_routes(std::vector<RouteGroup> groups, Instant now) {
    groups_ = std::move(groups);
    if (groups_.empty()) groups_.emplace_back();
    mirrored_.clear();
    if (std::any_of(groups_.begin(), groups_.end(), [](const RouteGroup& group) { return group.mirrored > 0; })) {
        for (const RouteGroup& group : groups_) mirrored_.push_back(words_below(group.mirrored));
    }
    std::vector<bool> knew(known_since_.size());
    for (std::size_t server = 0; server < knew.size(); ++server) knew[server] = members_[server].known;
    for (Member& member : members_) member.known = false;
    for (std::uint32_t group = 0; group < groups_.size(); ++group) {
        for (const std::uint32_t server : groups_[group].servers) {
            Member& member = members_[server];
            member.known = groups_[group].share > 0;
            member.group = group;
            // What is there from the start has been for long.
            if (known_since_.empty() || knew[server]) continue;
            known_since_[server] = first_routes_ ? now - balancing_.slow_start.count() : now;
        }
    }
    first_routes_ = false;
    for (std::size_t view = 0; view < views_.size(); ++view) build(view);
}

void Balancer::build(std::size_t index) {
    View& view = views_[index];
    const std::size_t groups_before = view.groups.size();
    view.groups.clear();
    view.endpoints.clear();
    double below = 0;
    const auto add = [&](double share, std::uint32_t whole, auto belongs) {
        Group group{
            .above = words_below(below), .first = static_cast<std::uint32_t>(view.endpoints.size()), .whole = whole};
        for (const std::uint32_t server : groups_[whole].servers) {
            if (belongs(server)) view.endpoints.push_back(server);
        }
        below += share;
        group.below = words_below(below);
        group.size = static_cast<std::uint32_t>(view.endpoints.size()) - group.first;
        if (group.size == 0) view.endpoints.push_back(kNobody);
        view.groups.push_back(group);
    };
    bool panics = false;
    const auto in = [&](std::uint32_t server) {
        return !balancing_.outlier || panics || !opinion(static_cast<std::uint8_t>(index), server).ejected;
    };
    for (std::uint32_t whole = 0; whole < groups_.size(); ++whole) {
        const double share = groups_[whole].share;
        const auto& servers = groups_[whole].servers;
        panics = false;
        panics = balancing_.outlier && 2 * std::count_if(servers.begin(), servers.end(), in) < std::ssize(servers);
        if (!balancing_.locality) {
            add(share, whole, in);
            continue;
        }
        const ZoneId zone{static_cast<std::uint16_t>(index % zones_)};
        const auto near = [&](std::uint32_t server) { return in(server) && members_[server].zone == zone; };
        const auto far = [&](std::uint32_t server) { return in(server) && members_[server].zone != zone; };
        const auto count_near = static_cast<double>(std::count_if(servers.begin(), servers.end(), near));
        const auto count_in = static_cast<double>(std::count_if(servers.begin(), servers.end(), in));
        const double stays =
            count_in == 0 ? 0
            : count_near == count_in
                ? 1
                : std::min(1.0, balancing_.locality->overprovisioning * zones_ * count_near / count_in);
        add(share * stays, whole, near);
        add(share * (1 - stays), whole, far);
    }
    view.groups.back().below = words_below(1);
    for (Group& group : view.groups) {
        const std::uint64_t words = group.below - group.above;
        if (words == 0) continue;
        group.shift = 30 + static_cast<int>(std::bit_width(words)) - static_cast<int>(std::bit_width(group.size));
        group.scale = (std::uint64_t{group.size} << group.shift) / words;
    }
    if (view.groups.size() != groups_before) view.next.assign(view.groups.size(), 0);
}

bool Balancer::report(std::uint8_t balancer, std::uint32_t server, bool good, Instant latency, Instant now) {
    Opinion& mine = opinion(balancer, server);
    if (balancing_.policy == Policy::kPeakEwma) observe(mine, latency, now);
    if (!balancing_.outlier) return false;
    if (good) {
        mine.errors_in_row = 0;
        return false;
    }
    if (++mine.errors_in_row < balancing_.outlier->consecutive_errors || mine.ejected) return false;
    mine.errors_in_row = 0;
    if (!members_[server].known) return false;
    const std::vector<std::uint32_t>& peers = groups_[members_[server].group].servers;
    const auto out =
        std::count_if(peers.begin(), peers.end(), [&](std::uint32_t peer) { return opinion(balancer, peer).ejected; });
    if (static_cast<double>(out) >= balancing_.outlier->most_ejected * static_cast<double>(peers.size())) return false;
    mine.ejected = true;
    mine.ejected_at = now;
    const OutlierDetection& rule = *balancing_.outlier;
    if (rule.base_ejection * mine.ejections < rule.most_ejection + rule.base_ejection) ++mine.ejections;
    build(balancer);
    return true;
}

void Balancer::readmit(Instant now) {
    const OutlierDetection& rule = *balancing_.outlier;
    for (std::size_t view = 0; view < views_.size(); ++view) {
        bool changed = false;
        for (std::uint32_t server = 0; server < members_.size(); ++server) {
            Opinion& one = opinion(static_cast<std::uint8_t>(view), server);
            if (!one.ejected) {
                if (one.ejections > 0) --one.ejections;  // forgiven for each quiet interval
                continue;
            }
            const Duration out = std::min<Duration>(rule.base_ejection * one.ejections,
                                                    std::max(rule.base_ejection, rule.most_ejection));
            if (now - one.ejected_at < out.count()) continue;
            one.ejected = false;
            one.errors_in_row = 0;
            changed = true;
        }
        if (changed) build(view);
    }
}

/// A peak counts at once, everything else fades in: Finagle's peak EWMA.
void Balancer::observe(Opinion& opinion, Instant latency, Instant now) const {
    const auto fresh = static_cast<double>(latency);
    const double age = static_cast<double>(std::max<Instant>(0, now - opinion.stamp)) /
                       static_cast<double>(balancing_.ewma_decay.count());
    const double kept = decay(age);
    opinion.cost = fresh > opinion.cost ? fresh : opinion.cost * kept + fresh * (1 - kept);
    opinion.stamp = now;
}

/// An average fades while nothing comes back; a server that nothing is known of yet gets one request, then waits.
double Balancer::load(std::uint8_t balancer, std::uint32_t server, std::uint32_t held, Instant now) {
    Opinion& mine = opinion(balancer, server);
    observe(mine, 0, now);
    if (mine.cost == 0 && held > 0) return kUnknown + held;
    return mine.cost * (held + 1);
}

double Balancer::weight(std::uint32_t server, Instant now) const {
    if (known_since_.empty()) return 1;
    const Instant ramp = balancing_.slow_start.count();
    const Instant age = now - known_since_[server];
    if (age >= ramp) return 1;
    return std::max(kLeastWeight, static_cast<double>(age) / static_cast<double>(ramp));
}

std::uint32_t Balancer::person_word(std::uint32_t person) const {
    return philox4x32(streams_.counter(Purpose::kSession, person), streams_.key())[0];
}

}  // namespace rollcast
