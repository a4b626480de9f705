#include "rollcast/base/words.h"

#include <chrono>
#include <sstream>

namespace rollcast {

std::string spell(Duration duration) {
    using namespace std::chrono;
    std::ostringstream out;
    if (duration < Duration::zero()) {
        out << '-';
        duration = -duration;
    }
    const auto whole_hours = duration_cast<hours>(duration);
    const auto whole_minutes = duration_cast<minutes>(duration - whole_hours);
    const Duration rest = duration - whole_hours - whole_minutes;
    if (whole_hours.count() > 0) out << whole_hours.count() << 'h';
    if (whole_minutes.count() > 0) out << whole_minutes.count() << 'm';
    if (rest > Duration::zero() || duration == Duration::zero()) out << to_seconds(rest) << 's';
    return out.str();
}

}  // namespace rollcast
