#include "rollcast/study/splitting.h"

#include <functional>
#include <numeric>

#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr std::uint32_t kDealer = ~0U;  // no path has this number

}  // namespace

double reached(std::span<const Rung> rungs) {
    return std::accumulate(rungs.begin(), rungs.end(), 1.,
                           [](double product, const Rung& rung) { return product * rung.reached / rung.tries; });
}

StreamSpace stretch_luck(const StreamSpace& luck, std::size_t stage, std::uint32_t path) {
    return luck.rekeyed(std::uint64_t{stage} << 32 | path);
}

std::vector<std::uint32_t> deal_clones(std::uint32_t from, std::uint32_t paths, const StreamSpace& luck,
                                       std::size_t stage) {
    std::vector<std::uint32_t> order(from);
    std::iota(order.begin(), order.end(), 0U);
    Stream stream = stretch_luck(luck, stage, kDealer).stream(Purpose::kTruth, 0);
    for (std::uint32_t i = 0; i < paths % from; ++i) {
        const auto other = i + static_cast<std::uint32_t>(uniform(stream) * (from - i));
        std::swap(order[i], order[other]);
    }
    std::vector<std::uint32_t> parents;
    parents.reserve(paths);
    for (std::uint32_t i = 0; i < paths; ++i) parents.push_back(order[i % from]);
    return parents;
}

std::optional<double> next_level(std::vector<double> scores, double last, double share) {
    for (double& score : scores) score = std::min(score, 1.);
    std::sort(scores.begin(), scores.end(), std::greater<>());
    const double most = std::max(1., share * static_cast<double>(scores.size()));
    std::optional<double> level;
    for (auto at = scores.begin(); at != scores.end() && *at > last;) {
        const auto next = std::upper_bound(at, scores.end(), *at, std::greater<>());
        if (level && static_cast<double>(next - scores.begin()) > most) break;
        level = *at;
        at = next;
    }
    return level;
}

}  // namespace rollcast
