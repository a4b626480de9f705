#pragma once
// People in one run: what wakes the person on call, and when they have done something about it.

#include <cstdint>
#include <optional>

#include "rollcast/base/time.h"
#include "rollcast/model/people.h"
#include "rollcast/random/streams.h"

namespace rollcast {

class Responder {
   public:
    explicit Responder(const People& people) : people_(&people) {}

    /// Something pages. When the person will have aborted the rollout; nothing if they are at it already.
    std::optional<Time> page(Time now, const StreamSpace& streams);

    /// When a person has granted the n-th thing that is asked for; nothing if nobody ever does.
    std::optional<Time> approval(Time asked, std::uint32_t nth, const StreamSpace& streams) const;

    /// So many requests had failed when the rollout began: nobody reports those.
    void begin(std::int64_t failures) { failures_ = failures; }
    /// So many have failed by now, background errors apart. How many users will report one of those that are new: no
    /// more than it takes to page.
    int reports_of(std::int64_t failures, const StreamSpace& streams);
    /// How long the next of them takes.
    Duration report_delay(const StreamSpace& streams);
    /// One has come in. Does it page?
    bool report() { return ++reports_ == people_->reports.enough; }

   private:
    const People* people_;
    bool paged_ = false;
    std::int64_t failures_ = 0;    // looked at
    std::uint32_t looks_ = 0;      // at failures
    std::uint32_t announced_ = 0;  // reports that will come
    int reports_ = 0;              // that have come in
};

}  // namespace rollcast
