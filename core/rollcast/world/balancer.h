#pragma once
// Where requests go. One or several balancers that share no state: each knows its own endpoints, what it has sent and
// what came back. Servers are asked for nothing but how many of this balancer's requests they hold.

#include <cstdint>
#include <limits>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/model/balancing.h"
#include "rollcast/model/traffic.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/agenda.h"
#include "rollcast/world/request.h"

namespace rollcast {

/// Where routers send requests: to one of several groups by share, then to one of its servers by the policy.
struct RouteGroup {
    double share = 1;                    // of all requests; the shares of all groups add up to 1
    std::vector<std::uint32_t> servers;  // none: its requests fail
    double mirrored = 0;                 // of all requests: so many are copied to one of its servers, for nobody
};

/// What decides where an attempt goes.
struct RouteWords {
    std::uint32_t balance = 0;  // the group and, with what it leaves undecided, the place within
    std::uint32_t choice = 0;   // the second place
    std::uint32_t person = 0;
    std::uint8_t balancer = 0;
};

struct Shared;

class Balancer {
   public:
    static constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();

    Balancer(const Balancing& balancing, const Traffic& traffic, int zones, const StreamSpace& streams);

    int balancers() const { return balancing_.balancers; }
    Policy policy() const { return balancing_.policy; }
    std::uint32_t most_outstanding() const { return static_cast<std::uint32_t>(balancing_.max_outstanding); }
    /// Does it learn from answers? Then they must be reported, and in order.
    bool learns() const { return balancing_.outlier.has_value() || balancing_.policy == Policy::kPeakEwma; }
    bool ejects() const { return balancing_.outlier.has_value(); }
    /// One view for all, of all servers: the plain case.
    bool is_plain() const {
        return views_.size() == 1 && balancing_.balancers == 1 && sticky_ == Stickiness::kNone && !learns() &&
               balancing_.max_outstanding == 0;
    }

    void add_server(ZoneId zone);
    void set_routes(std::vector<RouteGroup> groups, Instant now);

    /// Requests of that balancer that a server holds. Servers remember whose they are only if there are several.
    template <typename Servers>
    std::uint32_t outstanding(std::uint32_t server, std::uint8_t balancer, Instant now, Servers& servers,
                              Shared& shared) const {
        return balancing_.balancers == 1 ? servers.outstanding(server, now, shared)
                                         : servers.outstanding(server, balancer, now, shared);
    }

    /// The server of an attempt, or kNobody.
    template <typename Servers>
    std::uint32_t choose(const RouteWords& words, Instant now, Servers& servers, Shared& shared);

    /// A user's place in the split between versions.
    std::uint32_t person_word(std::uint32_t person) const;

    /// How much is mirrored to a group, in words; and the server of a copy, or kNobody.
    const std::vector<std::uint64_t>& mirrored() const { return mirrored_; }
    template <typename Servers>
    std::uint32_t choose_mirror(std::uint32_t group, const RouteWords& words, Instant now, Servers& servers,
                                Shared& shared);

    /// What came back to a balancer. True if the server is ejected for it.
    bool report(std::uint8_t balancer, std::uint32_t server, bool good, Instant latency, Instant now);
    /// Envoy's sweep: lets ejected servers back in when their time is over.
    void readmit(Instant now);

    // ---- for tight loops over the plain case ----
    struct Group {
        std::uint64_t below = 0;  // balance words below it, and not below the previous group's, go here
        std::uint64_t above = 0;  // the previous group's `below`
        std::uint64_t scale = 0;  // places * 2^shift / words of the group, below 2^32
        std::uint32_t first = 0;  // into endpoints
        std::uint32_t size = 0;
        std::uint32_t whole = 0;  // which of the groups it is a part of
        int shift = 0;
        /// The place that a balance word leads to.
        std::uint32_t place(std::uint64_t word) const {
            return static_cast<std::uint32_t>((word - above) * scale >> shift);
        }
        /// Another place.
        std::uint32_t other(std::uint64_t word) const { return static_cast<std::uint32_t>(word * size >> 32); }
    };
    struct View {
        std::vector<Group> groups;
        std::vector<std::uint32_t> endpoints;  // of each group; a group without any has kNobody
        std::vector<std::uint32_t> next;       // round robin; index: group
        const Group& group_of(std::uint64_t word) const {
            // Which it is is anybody's guess: add up, do not branch.
            std::size_t group = 0;
            for (std::size_t i = 0; i + 1 < groups.size(); ++i) group += word >= groups[i].below;
            return groups[group];
        }
        std::uint32_t turn(const Group& group) {
            std::uint32_t& turn_of_group = next[static_cast<std::size_t>(&group - groups.data())];
            if (turn_of_group >= group.size) turn_of_group = 0;
            return endpoints[group.first + turn_of_group++];
        }
    };
    View& plain_view() { return views_.front(); }

   private:
    /// What one balancer thinks of one server.
    struct Opinion {
        double cost = 0;  // moving average of latency, ns
        Instant stamp = 0;
        Instant ejected_at = 0;
        std::int32_t errors_in_row = 0;
        std::int32_t ejections = 0;  // how many times its base time it stays out
        bool ejected = false;
    };
    struct Member {
        std::uint32_t group = 0;
        ZoneId zone{};
        bool known = false;  // routers send requests there
    };

    template <typename Servers>
    std::uint32_t pick(View& view, const Group& group, std::uint32_t place, const RouteWords& words, Instant now,
                       Servers& servers, Shared& shared);
    void observe(Opinion& opinion, Instant latency, Instant now) const;
    double load(std::uint8_t balancer, std::uint32_t server, std::uint32_t held, Instant now);
    double weight(std::uint32_t server, Instant now) const;
    Opinion& opinion(std::uint8_t balancer, std::uint32_t server) {
        return opinions_[server * static_cast<std::size_t>(balancing_.balancers) + balancer];
    }
    const Opinion& opinion(std::uint8_t balancer, std::uint32_t server) const {
        return opinions_[server * static_cast<std::size_t>(balancing_.balancers) + balancer];
    }
    View& view_of(std::uint8_t balancer) { return views_[views_.size() == 1 ? 0 : balancer % views_.size()]; }
    void build(std::size_t view);

    Balancing balancing_;
    Stickiness sticky_;
    std::uint32_t zones_;
    StreamSpace streams_;
    std::vector<Member> members_;          // index: server
    std::vector<Instant> known_since_;     // index: server; only for a slow start
    std::vector<RouteGroup> groups_{1};    // as routers know them
    std::vector<std::uint64_t> mirrored_;  // index: group; a word below it is mirrored there; empty: none is
    std::vector<View> views_;              // one for all; one a zone; or one a balancer where each has its own opinions
    std::vector<Opinion> opinions_;        // servers x balancers; only if it learns
    std::vector<std::uint32_t> stays_;     // index: person; the server of his session + 1
    bool first_routes_ = true;
};

template <typename Servers>
std::uint32_t Balancer::choose(const RouteWords& words, Instant now, Servers& servers, Shared& shared) {
    if (sticky_ == Stickiness::kInstance) {
        if (const std::uint32_t stay = stays_[words.person]; stay != 0) {
            const Member& member = members_[stay - 1];
            if (member.known && !(learns() && opinion(words.balancer, stay - 1).ejected)) return stay - 1;
        }
    }
    View& view = view_of(words.balancer);
    const std::uint32_t word = sticky_ == Stickiness::kVersion ? person_word(words.person) : words.balance;
    const Group& group = view.group_of(word);
    if (group.size == 0) return kNobody;
    const std::uint32_t place = sticky_ == Stickiness::kVersion ? group.other(words.balance) : group.place(word);
    const std::uint32_t server = pick(view, group, place, words, now, servers, shared);
    if (sticky_ == Stickiness::kInstance) stays_[words.person] = server + 1;
    return server;
}

template <typename Servers>
std::uint32_t Balancer::choose_mirror(std::uint32_t whole, const RouteWords& words, Instant now, Servers& servers,
                                      Shared& shared) {
    View& view = view_of(words.balancer);
    for (const Group& group : view.groups) {
        if (group.whole != whole || group.size == 0) continue;
        return pick(view, group, group.other(words.balance), words, now, servers, shared);
    }
    return kNobody;
}

template <typename Servers>
std::uint32_t Balancer::pick(View& view, const Group& group, std::uint32_t place, const RouteWords& words, Instant now,
                             Servers& servers, Shared& shared) {
    const std::uint32_t* endpoints = &view.endpoints[group.first];
    const std::uint8_t me = words.balancer;
    const auto held = [&](std::uint32_t server) { return outstanding(server, me, now, servers, shared); };
    const std::uint32_t one = endpoints[place];
    switch (balancing_.policy) {
        case Policy::kRandom:
            return one;
        case Policy::kRoundRobin:
            return view.turn(group);
        case Policy::kLeastOutstanding: {
            // The first with the fewest, from a random one on: ties are broken evenly.
            std::uint32_t best = one;
            std::uint32_t fewest = held(best);
            for (std::uint32_t i = 1; i < group.size && fewest > 0; ++i) {
                const std::uint32_t at = place + i < group.size ? place + i : place + i - group.size;
                const std::uint32_t here = held(endpoints[at]);
                if (here < fewest) fewest = here, best = endpoints[at];
            }
            return best;
        }
        case Policy::kPowerOfTwo: {
            const std::uint32_t other = endpoints[group.other(words.choice)];
            return held(other) < held(one) ? other : one;
        }
        case Policy::kWeightedLeastRequest: {
            const std::uint32_t other = endpoints[group.other(words.choice)];
            return (held(other) + 1) * weight(one, now) < (held(one) + 1) * weight(other, now) ? other : one;
        }
        case Policy::kPeakEwma: {
            const std::uint32_t other = endpoints[group.other(words.choice)];
            servers.report_until(one, now, shared);
            servers.report_until(other, now, shared);
            return load(me, other, held(other), now) < load(me, one, held(one), now) ? other : one;
        }
    }
    return one;
}

}  // namespace rollcast
