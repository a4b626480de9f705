#include "rollcast/model/traffic.h"

#include <algorithm>
#include <set>

namespace rollcast {
namespace {

constexpr Duration kReplayMinute = std::chrono::minutes(1);

/// Given arrivals from `from` to before `to`, per second.
double replayed(const Traffic& traffic, Duration from, Duration to) {
    const std::vector<std::int64_t>& at = *traffic.replay;
    const auto first = std::lower_bound(at.begin(), at.end(), from.count());
    return static_cast<double>(std::lower_bound(first, at.end(), to.count()) - first) / to_seconds(to - from);
}

/// Calls visit(length, factor at its beginning, factor at its end) for all straight parts of the window.
template <typename Visit>
void for_each_piece(std::span<const RatePoint> shape, Duration from, Duration to, Visit visit) {
    while (from < to) {
        const ShapePiece piece = shape_from(shape, from);
        const Duration end = std::min(piece.end, to);
        visit(end - from, piece.first, end == piece.end ? piece.last : shape_from(shape, end).first);
        from = end;
    }
}

}  // namespace

ShapePiece shape_from(std::span<const RatePoint> shape, Duration from) {
    const auto next = std::upper_bound(shape.begin(), shape.end(), from,
                                       [](Duration time, const RatePoint& point) { return time < point.at; });
    if (next == shape.end()) {
        const double factor = shape.empty() ? 1 : shape.back().factor;
        return {Duration::max(), factor, factor};
    }
    if (next == shape.begin()) return {next->at, next->factor, next->factor};
    const RatePoint& last = *(next - 1);
    const double way =
        static_cast<double>((from - last.at).count()) / static_cast<double>((next->at - last.at).count());
    return {next->at, last.factor + (next->factor - last.factor) * way, next->factor};
}

std::vector<RatePoint> product(std::span<const RatePoint> one, std::span<const RatePoint> other) {
    if (one.empty()) return {other.begin(), other.end()};
    if (other.empty()) return {one.begin(), one.end()};
    std::set<Duration> times;
    for (const RatePoint& point : one) times.insert(point.at);
    for (const RatePoint& point : other) times.insert(point.at);
    const auto before = [](std::span<const RatePoint> shape, Duration at) {
        const ShapePiece piece = shape_from(shape, at - Duration(1));
        return piece.end == at ? piece.last : shape_from(shape, at).first;
    };
    std::vector<RatePoint> all;
    for (const Duration at : times) {
        const double from = before(one, at) * before(other, at);
        const double to = shape_from(one, at).first * shape_from(other, at).first;
        all.push_back({at, from});
        if (to != from) all.push_back({at, to});
    }
    return all;
}

double burst_lift(const Traffic& traffic) {
    if (!traffic.bursts) return 1;
    const double burst = to_seconds(traffic.bursts->mean_burst), quiet = to_seconds(traffic.bursts->mean_quiet);
    return (quiet + traffic.bursts->factor * burst) / (quiet + burst);
}

double rate_at(const Traffic& traffic, Time time) {
    const Duration at = time.time_since_epoch();
    if (traffic.replay) return replayed(traffic, at - kReplayMinute / 2, at + kReplayMinute / 2);
    return traffic.rate * shape_from(traffic.shape, at).first * burst_lift(traffic);
}

double mean_rate(const Traffic& traffic, Duration from, Duration to) {
    if (to <= from) return rate_at(traffic, Time(from));
    if (traffic.replay) return replayed(traffic, from, to);
    double sum = 0;
    for_each_piece(traffic.shape, from, to,
                   [&](Duration length, double first, double last) { sum += (first + last) / 2 * to_seconds(length); });
    return traffic.rate * burst_lift(traffic) * sum / to_seconds(to - from);
}

double peak_rate(const Traffic& traffic, Duration from, Duration to) {
    if (to <= from) return rate_at(traffic, Time(from));
    double peak = 0;
    if (traffic.replay) {
        for (Duration at = from; at < to; at += kReplayMinute) {
            peak = std::max(peak, replayed(traffic, at, at + kReplayMinute));
        }
        return peak;
    }
    for_each_piece(traffic.shape, from, to,
                   [&](Duration, double first, double last) { peak = std::max({peak, first, last}); });
    return traffic.rate * burst_lift(traffic) * peak;
}

}  // namespace rollcast
