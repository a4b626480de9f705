#pragma once
// Multilevel splitting: the probability of what hardly ever happens. Paths climb towards it; those that reach a level
// are cloned there and go on with other luck each, until some arrive. It knows nothing of what climbs. A Process has
//
//     State start(const StreamSpace& luck) const;               a path at its beginning
//     void rekey(State& state, const StreamSpace& luck) const;  other luck from here on
//     double climb(State& state, double level) const;           on, until its score is at least `level` or it ends;
//                                                                the highest score it ever had
//     double work(const State& state) const;                    done since its beginning, clones' past included
//
// A score is a number above 0 on the way, and at least 1 if and only if the event has happened. A state is a value and
// knows all that its future hangs on, but for its luck. Then the estimate is unbiased whatever the score, which decides
// only how much it varies; so it is repeated, and the repetitions say how far to trust it.
//
// Fixed effort: Garvels, "The splitting method in rare event simulation", Twente 2000; L'Ecuyer, Demers and Tuffin,
// "Rare events, splitting, and quasi-Monte Carlo", ACM TOMACS 17 (2007). Levels found by quantiles of a pilot: Cerou
// and Guyader, "Adaptive multilevel splitting for rare event analysis", Stochastic Analysis and Applications 25 (2007).

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/random/streams.h"

namespace rollcast {

/// One level: of the paths that set out for it, how many reached it.
struct Rung {
    double level = 1;
    std::uint32_t tries = 0;
    std::uint32_t reached = 0;
};

/// The product of the rungs' shares: the probability to reach the last one.
double reached(std::span<const Rung> rungs);

/// What the luck of one path's next stretch is called.
StreamSpace stretch_luck(const StreamSpace& luck, std::size_t stage, std::uint32_t path);

/// Which of `from` states each of `paths` clones continues: each state as often as any other, but for a remainder
/// that is drawn.
std::vector<std::uint32_t> deal_clones(std::uint32_t from, std::uint32_t paths, const StreamSpace& luck,
                                       std::size_t stage);

/// One that made it: the beginning it descends from, and its state.
template <class State>
struct Arrival {
    std::uint32_t root = 0;
    State state;
};

template <class State>
struct Split {
    double probability = 0;   // of the event; unbiased
    std::vector<Rung> rungs;  // up to the event, or to the first that none reached
    std::vector<Arrival<State>> arrivals;
    double work = 0;
};

/// Levels for a process, found by trying.
struct Ladder {
    std::vector<double> levels;  // below 1, rising
    std::vector<Rung> rungs;     // as they were found; the last one is the event if it climbed that far
    double best = 0;             // the highest score seen
    double mean = 0;             // of the highest scores of paths from the beginning to the end
    double work = 0;             // of all this
    double price = 0;            // about what split() takes to climb it with as many paths
    bool arrived() const { return !rungs.empty() && rungs.back().level >= 1 && rungs.back().reached > 0; }
};

struct LadderOptions {
    std::uint32_t paths = 32;
    double share = .25;   // of the paths that shall reach the next level
    double least = 1e-9;  // probability below which it climbs no further
    // It goes to the end with all paths once, and climbs no further than `most_work` allows if a path takes
    // `path_work`.
    double path_work = 0;
    double most_work = std::numeric_limits<double>::infinity();
};

/// `paths` beginnings climb through `levels` (below 1, rising) and on to the event.
template <class Process>
auto split(const Process& process, std::span<const double> levels, std::uint32_t paths, const StreamSpace& luck) {
    using State = decltype(process.start(luck));
    require(paths > 0, "splitting needs at least one path");
    Split<State> result;
    std::vector<Arrival<State>> climbers;
    for (std::uint32_t i = 0; i < paths; ++i) {
        climbers.push_back({i, process.start(stretch_luck(luck, 0, i))});
        result.work += process.work(climbers.back().state);
    }
    for (std::size_t stage = 0; stage <= levels.size(); ++stage) {
        const double level = stage < levels.size() ? levels[stage] : 1;
        std::vector<Arrival<State>> there;
        for (Arrival<State>& climber : climbers) {
            const double before = process.work(climber.state);
            const bool made_it = process.climb(climber.state, level) >= level;
            result.work += process.work(climber.state) - before;
            if (made_it) there.push_back(std::move(climber));
        }
        result.rungs.push_back({level, paths, static_cast<std::uint32_t>(there.size())});
        if (there.empty()) return result;
        if (stage == levels.size()) {
            result.arrivals = std::move(there);
            break;
        }
        climbers.clear();
        const auto from = static_cast<std::uint32_t>(there.size());
        for (const std::uint32_t parent : deal_clones(from, paths, luck, stage + 1)) {
            climbers.push_back(there[parent]);
            const auto path = static_cast<std::uint32_t>(climbers.size() - 1);
            process.rekey(climbers.back().state, stretch_luck(luck, stage + 1, path));
        }
    }
    result.probability = reached(result.rungs);
    return result;
}

/// The level that a share of the paths reached, given the highest score of each: above `last` and at most 1, or none
/// if no path came further than that.
std::optional<double> next_level(std::vector<double> scores, double last, double share);

/// Climbs as far as it can, each time to the level that the wanted share of the paths reaches.
template <class Process>
Ladder find_ladder(const Process& process, const LadderOptions& options, const StreamSpace& luck) {
    using State = decltype(process.start(luck));
    require(options.paths > 1, "a ladder needs at least two paths");
    require(options.share > 0 && options.share < 1, "the share that reaches a level must be between 0 and 1");
    Ladder ladder;
    std::vector<State> climbers;
    for (std::uint32_t i = 0; i < options.paths; ++i) {
        climbers.push_back(process.start(stretch_luck(luck, 0, i)));
        ladder.work += process.work(climbers.back());
    }
    ladder.price = ladder.work;
    const auto climb = [&](State& path, double level) {
        const double before = process.work(path);
        const double score = process.climb(path, level);
        const double took = process.work(path) - before;
        ladder.work += took;
        return std::pair(score, took);
    };
    // Each path goes to its end first and, if that was far enough, the same way again up to the new level.
    for (std::size_t stage = 0;; ++stage) {
        std::vector<double> scores, took;
        for (const State& climber : climbers) {
            State path = climber;
            const auto [score, its_work] = climb(path, 1);
            scores.push_back(score);
            took.push_back(its_work);
            ladder.best = std::max(ladder.best, score);
        }
        if (stage == 0) ladder.mean = std::accumulate(scores.begin(), scores.end(), 0.) / options.paths;
        const double last = ladder.levels.empty() ? 0 : ladder.levels.back();
        const std::optional<double> level = next_level(scores, last, options.share);
        const double wanted = level.value_or(1);
        const auto reach = [wanted](double score) { return score >= wanted; };
        const auto count = static_cast<std::uint32_t>(std::count_if(scores.begin(), scores.end(), reach));
        ladder.rungs.push_back({wanted, options.paths, count});
        const bool at_end = !level || wanted >= 1;
        for (std::size_t i = 0; i < climbers.size(); ++i) {
            if (at_end || !reach(scores[i])) ladder.price += took[i];
        }
        if (at_end || reached(ladder.rungs) < options.least) return ladder;
        ladder.levels.push_back(wanted);
        if (ladder.work + (count + options.paths) * options.path_work > options.most_work) {
            ladder.price += (count + options.paths) * options.path_work;  // nobody knows
            return ladder;
        }
        std::vector<State> there;
        for (std::size_t i = 0; i < climbers.size(); ++i) {
            if (!reach(scores[i])) continue;
            ladder.price += climb(climbers[i], wanted).second;
            there.push_back(std::move(climbers[i]));
        }
        climbers.clear();
        for (const std::uint32_t parent : deal_clones(count, options.paths, luck, stage + 1)) {
            climbers.push_back(there[parent]);
            const auto path = static_cast<std::uint32_t>(climbers.size() - 1);
            process.rekey(climbers.back(), stretch_luck(luck, stage + 1, path));
        }
    }
}

}  // namespace rollcast
