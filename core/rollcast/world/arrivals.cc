#include "rollcast/world/arrivals.h"

#include <algorithm>
#include <cmath>

#include "rollcast/base/check.h"
#include "rollcast/random/quantile_table.h"

namespace rollcast {
namespace {

/// Nothing arrives so late: the rate is as good as zero.
constexpr std::int64_t kTooLate = BurstPath::kTooLate;

const QuantileTable& unit_gap() {
    static const QuantileTable table(Exponential{1});
    return table;
}

}  // namespace

Arrivals::Arrivals(const Traffic& traffic, const StreamSpace& streams, Time from)
    : traffic_(&traffic), streams_(streams), state_{.at = from.time_since_epoch().count()} {
    if (traffic.replay) {
        const std::vector<std::int64_t>& given = *traffic.replay;
        skipped_ = static_cast<std::uint64_t>(std::lower_bound(given.begin(), given.end(), state_.at) - given.begin());
    } else {
        state_.bursts = BurstPath(traffic, streams, from);
    }
    before_ = state_;
}

void Arrivals::fill(ArrivalBlock& block) {
    request_words(streams_, next_ordinal_, block.words);
    block.first = next_ordinal_;
    next_ordinal_ += kRequestBlock;
    before_ = state_;
    traffic_->replay ? replay(block) : place(block, 0);
}

/// To when block.at[next] had not been decided, or to `now` if that is later.
void Arrivals::go_back(const ArrivalBlock& block, std::uint32_t next, Time now) {
    State state = state_;
    if (next < kRequestBlock) {
        state = before_;
        if (next > 0 && block.at[next - 1] > state.at) state.at = block.at[next - 1], state.rest = 0;
    }
    if (now.time_since_epoch().count() > state.at) state.at = now.time_since_epoch().count(), state.rest = 0;
    state.at = std::min(state.at, kTooLate);
    while (state.bursts.stay_end() <= state.at && state.at < kTooLate) {
        state.bursts.next(*traffic_, streams_);  // as the luck so far has it
    }
    state_ = before_ = state;
}

void Arrivals::rekey(const StreamSpace& streams, ArrivalBlock& block, std::uint32_t next, Time now) {
    go_back(block, next, now);
    streams_ = streams;
    if (next == kRequestBlock) return;

    RequestWords fresh;
    request_words(streams_, block.first, fresh);
    for (const auto column :
         {&RequestWords::gap, &RequestWords::service, &RequestWords::error, &RequestWords::balance}) {
        std::copy((fresh.*column).begin() + next, (fresh.*column).end(), (block.words.*column).begin() + next);
    }
    if (!traffic_->replay) place(block, next);
}

void Arrivals::scale(double factor, ArrivalBlock& block, std::uint32_t next, Time now) {
    go_back(block, next, now);
    factor_ = factor;
    ++scalings_;
    if (next == kRequestBlock) return;
    // What is left of a gap is as long as a whole one, but not by the luck that has made it last until now.
    block.words.gap[next] = streams_.stream(Purpose::kScaling, scalings_)();
    place(block, next);
}

/// From index `first` on, by the words of the gaps.
void Arrivals::place(ArrivalBlock& block, std::uint32_t first) {
    std::array<float, kRequestBlock> gap;
    quantiles(unit_gap(), &block.words.gap[0], 1, gap.data(), kRequestBlock);
    std::array<double, kRequestBlock> mass;  // expected arrivals from the present state to each of these
    double sum = 0;
    for (std::uint32_t i = first; i < kRequestBlock; ++i) mass[i] = sum += double{gap[i]};

    double passed = 0;  // of them, those until state_
    for (std::uint32_t i = first; i < kRequestBlock;) {
        const Line line = line_from(state_);
        if (line.whole == 0 && line.end == kTooLate) {
            std::fill(block.at.begin() + i, block.at.end(), kNoInstant);
            state_.at = kTooLate;
            return;
        }
        const auto stop = static_cast<std::uint32_t>(
            (sum - passed <= line.whole ? mass.end()
                                        : std::upper_bound(mass.begin() + i, mass.end(), passed + line.whole)) -
            mass.begin());
        double x = 0;  // ns since state_.at
        if (line.slope == 0) {
            const double mean_gap = 1 / line.level;
            for (; i < stop; ++i) {
                x = state_.rest + (mass[i] - passed) * mean_gap;
                block.at[i] = std::min(state_.at + static_cast<std::int64_t>(x), line.end);
            }
        } else {
            std::int64_t last = state_.at;
            for (; i < stop; ++i) {
                const double m = mass[i] - passed;
                const double rate = std::sqrt(std::max(0., line.level * line.level + 2 * line.slope * m));
                x = state_.rest + 2 * m / (line.level + rate);
                last = block.at[i] = std::clamp(state_.at + static_cast<std::int64_t>(x), last, line.end);
            }
        }
        if (stop == kRequestBlock) {
            state_.rest = std::clamp(x - static_cast<double>(block.at.back() - state_.at), 0., 1.);
            state_.at = block.at.back();
        } else {
            passed += line.whole;
            state_.at = line.end;
            state_.rest = 0;
            if (state_.at < kTooLate && state_.at == state_.bursts.stay_end()) state_.bursts.next(*traffic_, streams_);
        }
    }
}

/// How the rate runs from there to where its slope or the state of the bursts changes.
Arrivals::Line Arrivals::line_from(const State& state) const {
    const ShapePiece piece = shape_from(traffic_->shape, Duration(state.at));
    const double rate = factor_ * traffic_->rate * 1e-9 * state.bursts.factor(*traffic_);
    Line line{.level = rate * piece.first, .slope = 0, .whole = 0, .end = piece.end.count()};
    if (piece.last != piece.first) {
        line.slope = rate * (piece.last - piece.first) / static_cast<double>(line.end - state.at);
        line.level += line.slope * state.rest;
    }
    // A rate that is zero for ever, bursts or not, needs no following of bursts.
    const bool never = piece.end == Duration::max() && factor_ * traffic_->rate * piece.first == 0;
    line.end = never ? kTooLate : std::min({line.end, state.bursts.stay_end(), kTooLate});
    const double length = static_cast<double>(line.end - state.at) - state.rest;
    line.whole = std::max(0., (line.level + line.slope * length / 2) * length);
    return line;
}

void Arrivals::replay(ArrivalBlock& block) const {
    const std::vector<std::int64_t>& given = *traffic_->replay;
    const std::uint64_t first = std::min<std::uint64_t>(skipped_ + block.first, given.size());
    const std::uint64_t count = std::min<std::uint64_t>(given.size() - first, kRequestBlock);
    const auto end = std::copy_n(given.begin() + static_cast<std::ptrdiff_t>(first), count, block.at.begin());
    std::fill(end, block.at.end(), kNoInstant);
}

}  // namespace rollcast
