#include "rollcast/run/responder.h"

#include <algorithm>

#include <boost/random/poisson_distribution.hpp>

#include "rollcast/random/distribution.h"

namespace rollcast {

std::optional<Time> Responder::page(Time now, const StreamSpace& streams) {
    if (paged_) return std::nullopt;
    paged_ = true;
    const bool off = people_->hours && !at_work(*people_->hours, now);
    const OnCall& takes = off ? people_->off_hours : people_->on_call;
    double seconds = 0;
    std::uint64_t stage = 0;
    for (const Distribution* each : {&takes.acknowledge, &takes.diagnose, &takes.act}) {
        Stream stream = streams.stream(Purpose::kPerson, stage++);
        seconds += draw(*each, stream);
    }
    return now + from_seconds(seconds);
}

std::optional<Time> Responder::approval(Time asked, std::uint32_t nth, const StreamSpace& streams) const {
    if (!people_->approval) return std::nullopt;
    Stream stream = streams.stream(Purpose::kApproval, nth);
    const Duration takes = from_seconds(draw(*people_->approval, stream));
    return people_->hours ? worked(*people_->hours, asked, takes) : after(asked, takes);
}

int Responder::reports_of(std::int64_t failures, const StreamSpace& streams) {
    const std::int64_t fresh = failures - failures_;
    if (people_->reports.share == 0 || fresh <= 0) return 0;
    failures_ = failures;
    Stream stream = streams.stream(Purpose::kReport, std::uint64_t{looks_++} << 1);
    const int reports =
        boost::random::poisson_distribution<int>(people_->reports.share * static_cast<double>(fresh))(stream);
    return std::min(reports, people_->reports.enough);
}

Duration Responder::report_delay(const StreamSpace& streams) {
    Stream stream = streams.stream(Purpose::kReport, std::uint64_t{announced_++} << 1 | 1);
    return from_seconds(draw(people_->reports.delay, stream));
}

}  // namespace rollcast
