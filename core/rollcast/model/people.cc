#include "rollcast/model/people.h"

#include <algorithm>

namespace rollcast {
namespace {

using std::chrono::hours;

constexpr Duration kDay = hours(24);
constexpr Duration kWeek = 7 * kDay;
constexpr Duration kLongestWork = 3650 * kDay;

/// Since Monday 0:00 of the same week.
Duration in_week(const WorkingHours& at, Time now) {
    const Duration since = (at.start + now.time_since_epoch()) % kWeek;
    return since < Duration::zero() ? since + kWeek : since;
}

bool is_workday(const WorkingHours& at, Duration week) { return (at.days >> (week / kDay) & 1) != 0; }

/// Until work begins; zero within hours.
Duration until_open(const WorkingHours& at, Time now) {
    const Duration week = in_week(at, now), midnight = week - week % kDay;
    if (is_workday(at, week) && week < midnight + at.closes) {
        return std::max(Duration::zero(), midnight + at.opens - week);
    }
    for (Duration day = midnight + kDay;; day += kDay) {
        if (is_workday(at, day % kWeek)) return day + at.opens - week;
    }
}

}  // namespace

bool at_work(const WorkingHours& at, Time now) { return until_open(at, now) == Duration::zero(); }

Time worked(const WorkingHours& at, Time from, Duration work) {
    if (work >= kLongestWork) return kNever;
    while (true) {
        from += until_open(at, from);
        const Duration left = at.closes - in_week(at, from) % kDay;
        if (work <= left) return from + work;
        work -= left;
        from += left;
    }
}

}  // namespace rollcast
