#include "rollcast/world/hosts.h"

#include <algorithm>
#include <cmath>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/random/weibull_distribution.hpp>

#include "rollcast/base/check.h"
#include "rollcast/random/distribution.h"

namespace rollcast {

FailureLaw::FailureLaw(const HostFailures& failures) : shape_(failures.shape) {
    // One failure in (1 + contagion) is a host's own, and 2 contagion of them are in a pair.
    contagion_ = failures.burst / (2 - failures.burst);
    scale_ = failures.mttf * (1 + contagion_) / std::tgamma(1 + 1 / shape_);
    const double repair = to_seconds(failures.repair);
    down_ = repair / (failures.mttf + repair);
}

Duration FailureLaw::life(Stream& stream) const {
    return from_seconds(boost::random::weibull_distribution<double>(shape_, scale_)(stream));
}

Duration FailureLaw::rest_of_life(Stream& stream) const {
    const double beyond = 1 - uniform(stream);  // in (0, 1]
    return from_seconds(scale_ * std::pow(boost::math::gamma_q_inv(1 / shape_, beyond), 1 / shape_));
}

Hosts::Hosts(int zones, int hosts) : up_(static_cast<std::size_t>(zones)), open_(up_) {
    for (int zone = 0; zone < zones; ++zone) {
        first_.push_back(static_cast<std::uint32_t>(hosts_.size()));
        const int here = hosts == 0 ? 1 : hosts / zones + (zone < hosts % zones);
        hosts_.insert(hosts_.end(), static_cast<std::size_t>(here), {.zone = static_cast<ZoneId>(zone)});
        up_[static_cast<std::size_t>(zone)] = open_[static_cast<std::size_t>(zone)] = here;
    }
    first_.push_back(static_cast<std::uint32_t>(hosts_.size()));
}

HostId Hosts::emptiest(ZoneId zone) const {
    const Host* best = nullptr;
    for (std::uint32_t h = first(index_of(zone)); h < first(index_of(zone) + 1); ++h) {
        const Host& host = hosts_[h];
        if (host.up && !host.cordoned && (best == nullptr || host.instances < best->instances)) best = &host;
    }
    ensure(best != nullptr, "an instance is placed in a zone without a host that takes it");
    return static_cast<HostId>(best - hosts_.data());
}

HostId Hosts::another(HostId self, double u) const {
    const auto others = static_cast<double>(up(zone(self)) - is_up(self));
    auto skip = static_cast<std::uint32_t>(u * others);
    for (std::uint32_t h = first(index_of(zone(self)));; ++h) {
        if (h != index_of(self) && hosts_[h].up && skip-- == 0) return static_cast<HostId>(h);
    }
}

void Hosts::cordon(HostId host, bool cordoned) {
    int& open = open_[index_of(zone(host))];
    open -= is_open(host);
    at(host).cordoned = cordoned;
    open += is_open(host);
}

void Hosts::fail(HostId host, Time until) {
    Host& failed = at(host);
    failed.down_until = std::max(failed.down_until, until);
    up_[index_of(failed.zone)] -= failed.up;
    open_[index_of(failed.zone)] -= is_open(host);
    failed.up = false;
}

bool Hosts::repair(HostId host, Time now) {
    Host& repaired = at(host);
    if (repaired.up || now < repaired.down_until) return false;
    repaired.up = true;
    ++repaired.repairs;
    ++up_[index_of(repaired.zone)];
    open_[index_of(repaired.zone)] += is_open(host);
    return true;
}

}  // namespace rollcast
