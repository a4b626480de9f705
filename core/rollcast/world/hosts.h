#pragma once
// The hosts that instances run on, and when they fail. No plan has a say in that: two plans, and the twin without a
// rollout, meet the same failures.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/model/faults.h"
#include "rollcast/random/streams.h"

namespace rollcast {

/// How hosts fail: see HostFailures. A repaired host is as good as new.
class FailureLaw {
   public:
    explicit FailureLaw(const HostFailures& failures);

    /// How long a host stays up from its repair to the next failure of its own.
    Duration life(Stream& stream) const;

    /// How much of its life is left to a host that is met at any time: it is beyond x with probability
    /// Q(1 / shape, (x / scale)^shape), where Q is the regularised incomplete gamma function.
    Duration rest_of_life(Stream& stream) const;

    /// Probability that a host is down that is met at any time.
    double down() const { return down_; }
    /// Probability that a failure of a host's own takes another host along.
    double contagion() const { return contagion_; }

   private:
    double shape_;
    double scale_;  // seconds
    double down_;
    double contagion_;
};

/// Which hosts there are, in which zone, whether they are up, and how many instances each has.
class Hosts {
   public:
    /// All up and empty, spread evenly over the zones. Without hosts each zone is one host.
    Hosts(int zones, int hosts);

    std::size_t size() const { return hosts_.size(); }
    ZoneId zone(HostId host) const { return at(host).zone; }
    bool is_up(HostId host) const { return at(host).up; }
    int up(ZoneId zone) const { return up_[index_of(zone)]; }      // how many
    int open(ZoneId zone) const { return open_[index_of(zone)]; }  // of these: that take instances
    /// How often it was repaired.
    std::uint32_t repairs(HostId host) const { return at(host).repairs; }

    /// Of the hosts of the zone that take instances, the first of those with the fewest. There must be one.
    HostId emptiest(ZoneId zone) const;
    /// Of the hosts of the zone that are up, any but this one: each with the same probability as `u` is uniform in
    /// [0, 1). There must be one.
    HostId another(HostId host, double u) const;

    void add_instances(HostId host, int count) { at(host).instances += count; }

    /// Whether it takes instances while it is up.
    void cordon(HostId host, bool cordoned);

    /// Down until then at least.
    void fail(HostId host, Time until);
    /// Up again, unless it is already or has to stay down for longer. True if it came up.
    bool repair(HostId host, Time now);

    /// The hosts of a zone: from first(zone) on, before first(zone + 1).
    std::uint32_t first(std::size_t zone) const { return first_[zone]; }

   private:
    struct Host {
        Time down_until{};
        int instances = 0;
        std::uint32_t repairs = 0;
        ZoneId zone{};
        bool up = true;
        bool cordoned = false;
    };
    bool is_open(HostId host) const { return at(host).up && !at(host).cordoned; }
    const Host& at(HostId host) const { return hosts_[index_of(host)]; }
    Host& at(HostId host) { return hosts_[index_of(host)]; }

    std::vector<Host> hosts_;
    std::vector<std::uint32_t> first_;  // zones + 1
    std::vector<int> up_;               // index: zone
    std::vector<int> open_;             // likewise
};

}  // namespace rollcast
