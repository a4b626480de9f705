#pragma once
// Tells the story of a run to whoever listens.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/run/site.h"
#include "rollcast/run/timeline.h"

namespace rollcast {

/// Writes to a timeline, if there is one. A copy has none: it tells of another run.
class Narrator {
   public:
    Narrator() = default;
    Narrator(const Narrator&) {}
    Narrator(Narrator&&) = default;
    Narrator& operator=(const Narrator&) { return *this = Narrator(); }
    Narrator& operator=(Narrator&&) = default;

    /// From `now` on, of what happens in these places.
    void begin(Timeline& timeline, std::span<const Site> sites, Time now);

    /// One line; `text()` is only asked for when somebody listens. Locations may tell a little late what happened
    /// there.
    template <typename Text>
    void tell(Time at, TimelineEntry::Kind kind, Text&& text) {
        if (timeline_ != nullptr) add({.at = at, .kind = kind, .text = text()});
    }

    /// How things stand, as a scrape saw them and in truth.
    void tell_scrape(const Scrape& scrape, std::span<const Site> sites);

   private:
    void add(TimelineEntry entry);

    Timeline* timeline_ = nullptr;
    // When it last told how things stand:
    Time at_{};
    std::vector<Tally> tallies_;
    Tally clients_;
    std::int64_t restarts_ = 0;
    std::int64_t host_failures_ = 0;
};

}  // namespace rollcast
