#include "rollcast/study/rare.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>
#include <variant>

#include "rollcast/base/check.h"
#include "rollcast/run/simulation.h"
#include "rollcast/study/pool.h"

namespace rollcast {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A run that is watched for the event.
struct Watched {
    Simulation simulation;
    Defect defect{};
    double work = 0;  // runs
    double best = 0;  // score
    RunSoFar seen{};
    Tally minute{};  // when the present whole minute began
};

/// The rollout as a process to be split: see splitting.h.
class RolloutProcess {
   public:
    RolloutProcess(const Scenario& scenario, const Strategy& strategy, const RareEvent& event,
                   const RareStratum& stratum, double pace)
        : scenario_(scenario), strategy_(strategy), event_(event), stratum_(stratum), pace_(pace) {}

    Watched start(const StreamSpace& luck) const {
        const Defect defect = draw_defect(luck);
        Watched run{.simulation = Simulation(scenario_, defect, luck), .defect = defect};
        run.simulation.run_until(Time{});
        run.simulation.launch(strategy_);
        run.minute = total(run.simulation.sites());
        run.work = lead_in() / whole();
        look(run);
        return run;
    }

    void rekey(Watched& run, const StreamSpace& luck) const { run.simulation.rekey(luck); }

    double climb(Watched& run, double level) const {
        constexpr Duration kLook = 5s;  // a minute is a whole number of these
        const Time horizon = Time{} + scenario_.window.horizon;
        while (run.best < level && event_.answer(run.seen) == RareEvent::Answer::kOpen) {
            const Time from = run.simulation.now(), to = std::min(horizon, from + kLook);
            run.simulation.run_until(to);
            run.work += to_seconds(to - from) / whole();
            look(run);
        }
        return run.best;
    }

    double work(const Watched& run) const { return run.work; }

   private:
    double lead_in() const { return to_seconds(scenario_.window.lead_in); }
    double whole() const { return lead_in() + to_seconds(scenario_.window.horizon); }

    Defect draw_defect(const StreamSpace& luck) const {
        const TruthKind& truth = scenario_.release.truths[stratum_.truth];
        Stream stream = luck.stream(Purpose::kTruth, 0);
        const SeverityBand& band = stratum_.band;
        Defect defect{.kind = truth.kind, .share = truth.share, .request_class = truth.request_class};
        if (const auto* constant = std::get_if<Constant>(&truth.severity)) {
            defect.severity = constant->value;
        } else {
            const double tail = band.to - uniform(stream) * band.probability();
            defect.severity = (band.upper ? upper_quantile : quantile)(truth.severity, tail);
        }
        return defect;
    }

    void look(Watched& run) const {
        const Simulation& simulation = run.simulation;
        const Time now = simulation.now();
        run.seen.row = simulation.outcome();
        run.seen.row.truth = stratum_.truth;
        run.seen.row.defect = run.defect.kind;
        run.seen.row.severity = run.defect.severity;
        run.seen.decided = is_final(simulation.phase());
        run.seen.over = now >= Time{} + scenario_.window.horizon;
        const auto share = [&](Time time) { return to_seconds(time - Time{}) / to_seconds(scenario_.window.horizon); };
        run.seen.time = share(std::min(now, simulation.went_back()));
        run.seen.left = 1 - share(now);
        if (now.time_since_epoch() % 1min == Duration{} && now > Time{}) {
            const Tally all = total(simulation.sites()), passed = all - run.minute;
            const std::int64_t ended = passed.answered + passed.failed();
            const double failed = static_cast<double>(passed.failed());
            if (ended > 0) run.seen.worst_minute = std::max(run.seen.worst_minute, failed / static_cast<double>(ended));
            run.minute = all;
        }
        const bool happened = event_.answer(run.seen) == RareEvent::Answer::kYes;
        run.best = std::max(run.best, happened ? 1 : event_.progress(run.seen, pace_));
    }

    const Scenario& scenario_;
    const Strategy& strategy_;
    const RareEvent& event_;
    const RareStratum& stratum_;
    double pace_;
};

/// A stratum on its way through a study.
struct Part {
    RareStratum stratum;
    Ladder ladder{};
    std::uint32_t paths = 0;     // that it took to find it; 0: nobody looked
    double pace = 0;             // see RareEvent::progress()
    double work = 0;             // of this and earlier ones
    std::uint32_t together = 0;  // paths of a repetition

    bool was_seen() const { return ladder.best >= 1; }
    /// Nothing was followed: either its first paths arrived, or none came a step closer.
    bool is_flat() const { return ladder.levels.empty(); }
    /// Of one path that is split, lead-in included.
    double price() const { return ladder.price / paths; }

    /// Of the event, as the ladder found it; where it found none, as if half a path had arrived.
    double chance() const {
        const std::span<const Rung> rungs = ladder.rungs;
        if (ladder.arrived()) return reached(rungs);
        const std::size_t climbed = rungs.back().reached > 0 ? rungs.size() : rungs.size() - 1;
        return reached(rungs.first(climbed)) * .5 / rungs.back().tries;
    }

    /// Standard deviation of a repetition's part of the total.
    double spread(std::uint32_t split_paths) const {
        double squares = 1;
        for (const Rung& rung : ladder.rungs) {
            const double share = std::max<double>(.5, rung.reached) / rung.tries;
            squares *= 1 + (1 - share) / (share * split_paths);
        }
        return stratum.weight * chance() * std::sqrt(squares - 1);
    }
};

struct Repetition {
    std::uint32_t part = 0;
    std::uint32_t number = 1;  // the ladder was number 0
    double probability = 0;
    double work = 0;
    std::vector<Rung> rungs{};
    std::vector<RarePath> paths{};  // lineage: within the repetition
};

class Study {
   public:
    Study(const Scenario& scenario, const Strategy& strategy, const RareEvent& event, const RareOptions& options,
          const Progress& progress)
        : scenario_(scenario), strategy_(strategy), event_(event), options_(options), progress_(progress) {}

    RareResult run() {
        begin();
        find_ladders();
        if (ending_ == Ending::kAll) repeat();
        return result();
    }

   private:
    static constexpr std::uint32_t kPilotPaths = 16;
    static constexpr std::uint32_t kFewestPaths = 4;
    /// A few for an interval, so many for a good one; beyond that more paths in each say more than more of them. Too
    /// many paths say no more, and cannot be interrupted.
    static constexpr std::uint32_t kFewestRepetitions = 3, kRepetitions = 30, kMostTogether = 400;
    /// Of the effort, at most to find levels.
    static constexpr double kFinding = .5;
    /// Of what that leaves, to where nothing was seen yet.
    static constexpr double kSearch = .25;

    void begin() {
        const std::vector<TruthKind>& truths = scenario_.release.truths;
        std::vector<std::uint32_t> able;
        for (std::uint32_t i = 0; i < truths.size(); ++i) {
            if (truths[i].probability > 0 && event_.is_possible(truths[i], i)) able.push_back(i);
        }
        require(!able.empty(), "the event asks for a kind of truth that the release cannot have");
        const bool has_bands = looks(left_to_find() / 2) >= 4 * able.size();
        for (const std::uint32_t i : able) {
            if (!has_bands || std::holds_alternative<Constant>(truths[i].severity)) {
                add(i, {});
                continue;
            }
            for (const bool upper : {false, true}) {
                add(i, {0, .1, upper});
                add(i, {.1, .5, upper});
            }
        }
    }

    void add(std::uint32_t truth, const SeverityBand& band) {
        const double probability = scenario_.release.truths[truth].probability;
        parts_.push_back({.stratum = {.truth = truth, .band = band, .weight = probability * band.probability()}});
    }

    /// A band is named by where it is, so that others do not shift its luck.
    StreamSpace luck(const RareStratum& stratum, std::uint32_t repetition) const {
        const auto band = static_cast<std::uint64_t>(std::llround(-1e6 * std::log10(stratum.band.to)));
        return StreamSpace(options_.seed, repetition)
            .rekeyed(stratum.truth)
            .rekeyed(band << 1 | std::uint64_t{stratum.band.upper});
    }

    RolloutProcess process(const Part& part) const { return {scenario_, strategy_, event_, part.stratum, part.pace}; }

    /// Does tasks, each of which gives its work, and returns how many of the first were done.
    std::uint32_t each(std::size_t tasks, const std::function<double(std::uint32_t)>& task) {
        Progress tell;
        if (progress_) tell = [this](std::uint32_t) { return progress_(static_cast<std::uint32_t>(work_.load())); };
        const auto count = static_cast<std::uint32_t>(tasks);
        const TasksDone done = run_tasks(
            {count, std::max(1U, count), options_.threads}, [&](std::uint32_t i) { work_.fetch_add(task(i)); }, {},
            tell);
        ending_ = done.ending;
        return done.count;
    }

    /// And narrower bands wherever a kind's mildest or worst releases are the likeliest to get there. Of what is left
    /// for that each round may take half; where that is too little for all strata, the likeliest are looked at.
    void find_ladders() {
        std::stable_sort(parts_.begin(), parts_.end(),
                         [](const Part& a, const Part& b) { return a.stratum.weight > b.stratum.weight; });
        for (std::size_t found = 0; found < parts_.size();) {
            const double most = left_to_find() / 2, before = spent();
            const std::size_t left = parts_.size() - found, count = std::min(left, looks(most));
            if (count == 0) return;
            const auto paths = std::min(kPilotPaths, static_cast<std::uint32_t>(most / 2 / static_cast<double>(count)));
            explore(found, count, [&](Part& part) { look(part, paths); });
            const auto last = parts_.begin() + static_cast<std::ptrdiff_t>(found + count);
            const auto climbing = std::count_if(last - static_cast<std::ptrdiff_t>(count), last,
                                                [](const Part& part) { return !part.is_flat(); });
            if (ending_ == Ending::kAll && climbing > 0) {
                const double share = (most - (spent() - before)) / static_cast<double>(climbing);
                explore(found, count, [&](Part& part) { climb(part, share); });
            }
            if (count < left || ending_ != Ending::kAll) return;
            found = parts_.size() - refine();
        }
    }

    double left_to_find() const { return kFinding * options_.effort - spent(); }
    /// Strata that can be looked at, and as much left to climb them.
    static std::size_t looks(double work) { return static_cast<std::size_t>(std::max(0., work / 2 / kFewestPaths)); }

    double spent() const {
        return std::accumulate(parts_.begin(), parts_.end(), given_up_,
                               [](double sum, const Part& part) { return sum + part.work; });
    }

    void explore(std::size_t first, std::size_t count, const std::function<void(Part&)>& task) {
        each(count, [&](std::uint32_t i) {
            Part& part = parts_[first + i];
            const double before = part.work;
            task(part);
            return part.work - before;
        });
    }

    void find_ladder(Part& part, double most) const {
        const LadderOptions options{
            .paths = part.paths, .least = options_.least / part.stratum.weight, .path_work = 1, .most_work = most};
        part.ladder = rollcast::find_ladder(process(part), options, luck(part.stratum, 0));
        part.work += part.ladder.work;
    }

    /// To the end of so many paths.
    void look(Part& part, std::uint32_t paths) const {
        part.paths = paths;
        find_ladder(part, 0);
    }

    /// Knowing their usual pace, paths climb by early luck, too; where none of them arrives, more of them may.
    void climb(Part& part, double most) const {
        if (part.is_flat() || most < part.paths) return;
        const double end = part.work + most;
        part.pace = part.ladder.mean;
        find_ladder(part, most);
        while (part.ladder.rungs.back().reached == 0 && 4 * part.ladder.work < end - part.work) {
            part.paths *= 4;
            find_ladder(part, end - part.work);
        }
    }

    /// Returns how many bands there are at the end of the list that took the places of wider ones.
    std::size_t refine() {
        constexpr double kNarrowest = 1e-6;
        double total = 0;
        for (const Part& part : parts_) {
            if (part.was_seen()) total += part.stratum.weight * part.chance();
        }
        const auto is_too_wide = [&](const Part& part) {
            const auto& [weight, band] = std::pair(part.stratum.weight, part.stratum.band);
            if (band.from > 0 || band.to >= 1 || band.to <= kNarrowest) return false;
            if (weight < std::max(.01 * total, options_.least)) return false;
            const Part& next = neighbour(part);
            if (part.was_seen() || next.was_seen()) {
                return part.chance() < .5 && part.chance() > next.chance();
            }
            return part.ladder.best > next.ladder.best;
        };
        std::vector<Part> kept, wide;
        for (const Part& part : parts_) (is_too_wide(part) ? wide : kept).push_back(part);
        if (2 * wide.size() > looks(left_to_find() / 2)) return 0;
        parts_ = std::move(kept);
        for (const Part& part : wide) {
            const auto& [truth, band] = std::pair(part.stratum.truth, part.stratum.band);
            given_up_ += part.work;
            add(truth, {0, band.to / 10, band.upper});
            add(truth, {band.to / 10, band.to, band.upper});
        }
        return 2 * wide.size();
    }

    /// Of a band at an end.
    const Part& neighbour(const Part& part) const {
        const auto found = std::find_if(parts_.begin(), parts_.end(), [&](const Part& other) {
            return other.stratum.truth == part.stratum.truth && other.stratum.band.upper == part.stratum.band.upper &&
                   other.stratum.band.from == part.stratum.band.to;
        });
        ensure(found != parts_.end(), "a band of severities has no neighbour");
        return *found;
    }

    void repeat() {
        // The fewest repetitions everywhere, or half of what is left; the rest by Neyman's allocation: as often as the
        // spread of a repetition asks for, and its price allows.
        const double left = std::max(0., options_.effort - spent());
        const auto fewest = [&](const Part& part) {
            return std::min(kFewestRepetitions * price(part), left / 2 / static_cast<double>(parts_.size()));
        };
        const auto wish = [&](const Part& part) { return part.spread(paths_of(part)) * std::sqrt(price(part)); };
        double rest = left;
        std::array<double, 2> wanted{};  // by whether it was seen
        for (const Part& part : parts_) {
            if (part.paths == 0) continue;
            rest -= fewest(part);
            wanted[part.was_seen()] += wish(part);
        }
        const std::array<double, 2> given{wanted[1] > 0 ? kSearch * rest : rest,
                                          wanted[0] > 0 ? (1 - kSearch) * rest : rest};
        std::vector<Repetition> all;
        for (std::uint32_t i = 0; i < parts_.size(); ++i) {
            Part& part = parts_[i];
            if (part.paths == 0) continue;
            const bool seen = part.was_seen();
            const double more = wanted[seen] > 0 ? given[seen] * wish(part) / wanted[seen] : 0;
            const auto paths = static_cast<std::uint32_t>(std::min(1e9, (fewest(part) + more) / part.price()));
            if (paths < kFewestRepetitions) continue;
            part.together = std::max(std::min(paths_of(part), paths / kFewestRepetitions),
                                     std::min(paths / kRepetitions, kMostTogether));
            for (std::uint32_t number = 1; number <= paths / part.together; ++number) {
                all.push_back({.part = i, .number = number});
            }
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const Repetition& a, const Repetition& b) { return a.number < b.number; });
        all.resize(each(all.size(), [&](std::uint32_t i) {
            repeat(all[i]);
            return all[i].work;
        }));
        repetitions_ = std::move(all);
    }

    /// Of a repetition of usual size.
    double price(const Part& part) const { return part.price() * paths_of(part); }

    std::uint32_t paths_of(const Part& part) const { return std::max(options_.paths, part.paths); }

    void repeat(Repetition& repetition) const {
        const Part& part = parts_[repetition.part];
        auto split_runs =
            split(process(part), part.ladder.levels, part.together, luck(part.stratum, repetition.number));
        repetition.probability = split_runs.probability;
        repetition.work = split_runs.work;
        repetition.rungs = std::move(split_runs.rungs);
        for (const Arrival<Watched>& arrival : split_runs.arrivals) {
            repetition.paths.push_back({.row = arrival.state.seen.row,
                                        .worst_minute = arrival.state.seen.worst_minute,
                                        .stratum = repetition.part,
                                        .lineage = arrival.root});
        }
    }

    RareResult result() {
        RareResult result{.work = spent(), .ending = ending_};
        std::vector<Moments> seen(parts_.size());
        for (const Repetition& each : repetitions_) {
            seen[each.part].add(each.probability);
            add_up(each, parts_[each.part].stratum);
            result.work += each.work;
        }
        std::vector<MeanStratum> strata;
        double variance = 0, kinds = 0;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            RareStratum& stratum = parts_[i].stratum;
            stratum.levels = parts_[i].ladder.levels;
            stratum.work += parts_[i].work;
            stratum.repetitions = static_cast<std::uint32_t>(seen[i].count());
            if (parts_[i].is_flat() && seen[i].mean() > 0) seen[i] = of_plain_runs(stratum.rungs.front());
            stratum.probability = seen[i].mean();
            stratum.error = std::sqrt(seen[i].variance() / std::max<double>(1, static_cast<double>(seen[i].count())));
            stratum.unseen = could_be(parts_[i]);
            result.unseen += stratum.unseen;
            const bool matters = parts_[i].paths == 0 || parts_[i].was_seen();
            if (matters && stratum.repetitions == 0) result.left_out += stratum.weight;
            variance += stratum.weight * stratum.weight * stratum.error * stratum.error;
            const double p = stratum.probability;
            kinds += stratum.weight * std::sqrt(parts_[i].is_flat() ? seen[i].variance() : p * std::max(0., 1 - p));
            strata.push_back({stratum.weight, seen[i]});
            result.strata.push_back(stratum);
        }
        gather_paths(result);
        result.probability = {kNaN, kNaN, kNaN};
        if (result.effective < kFewestLineages || variance <= 0 || result.left_out > 0) return result;
        result.probability = stratified_positive_mean(strata, options_.confidence);
        result.probability.value = std::min(result.probability.value, 1.);  // weights sum to 1 but for rounding
        result.probability.high = std::min(result.probability.high, 1.);    // a logarithmic scale knows no top
        const double p = result.probability.value;
        result.plain = p * (1 - p) / variance;
        result.gain_strata = p * (1 - p) / (kinds * kinds);
        result.gain_splitting = kinds * kinds / variance / result.work;
        return result;
    }

    /// Where nothing is split, each run says as much as any other. If all arrived, the next one need not: Jeffreys's
    /// estimate stands for their spread.
    static Moments of_plain_runs(const Rung& rung) {
        const double n = rung.tries, p = rung.reached / n;
        const double shrunk = (rung.reached + .5) / (n + 1);
        return Moments::of(rung.tries, p, p < 1 ? p * (1 - p) * n / (n - 1) : shrunk * (1 - shrunk));
    }

    static void add_up(const Repetition& repetition, RareStratum& stratum) {
        stratum.work += repetition.work;
        for (std::size_t i = 0; i < repetition.rungs.size(); ++i) {
            if (i == stratum.rungs.size()) stratum.rungs.push_back({.level = repetition.rungs[i].level});
            stratum.rungs[i].tries += repetition.rungs[i].tries;
            stratum.rungs[i].reached += repetition.rungs[i].reached;
        }
    }

    /// What a stratum in which nothing was seen could add: its paths came so far, and no further in so many tries.
    double could_be(const Part& part) const {
        const RareStratum& stratum = part.stratum;
        if (stratum.probability > 0) return 0;
        if (stratum.rungs.empty() && (part.paths == 0 || part.was_seen())) return stratum.weight;
        // Without repetitions: the first paths of its ladder went to the end before there was a level.
        const std::span<const Rung> rungs =
            stratum.rungs.empty() ? std::span(part.ladder.rungs).first(1) : stratum.rungs;
        return stratum.weight * reached(rungs.first(rungs.size() - 1)) *
               (1 - std::pow(1 - options_.confidence, 1. / rungs.back().tries));
    }

    void gather_paths(RareResult& result) const {
        double sum = 0, squares = 0;
        for (const Repetition& each : repetitions_) {
            const RareStratum& stratum = parts_[each.part].stratum;
            const double weight =
                stratum.weight * each.probability / (static_cast<double>(each.paths.size()) * stratum.repetitions);
            std::map<std::uint32_t, std::pair<std::uint32_t, double>> lineages;  // number in the study, weight
            for (RarePath path : each.paths) {
                auto& [number, total] =
                    lineages.try_emplace(path.lineage, result.lineages + lineages.size(), 0).first->second;
                total += path.weight = weight;
                path.lineage = number;
                result.paths.push_back(path);
            }
            result.lineages += static_cast<std::uint32_t>(lineages.size());
            for (const auto& [root, lineage] : lineages) {
                sum += lineage.second;
                squares += lineage.second * lineage.second;
            }
        }
        if (squares > 0) result.effective = sum * sum / squares;
    }

    const Scenario& scenario_;
    const Strategy& strategy_;
    const RareEvent& event_;
    const RareOptions& options_;
    const Progress& progress_;
    std::vector<Part> parts_;
    double given_up_ = 0;  // work of strata that others took the places of
    std::vector<Repetition> repetitions_;
    std::atomic<double> work_{0};  // so far, for progress
    Ending ending_ = Ending::kAll;
};

}  // namespace

RareResult rare(const Scenario& scenario, const Strategy& strategy, const RareEvent& event, const RareOptions& options,
                const Progress& progress) {
    for (const Complaint& wrong : validate(scenario)) require(false, wrong.path + " " + wrong.message);
    require(options.effort > 0, "effort must be above 0");
    require(options.paths > 1, "paths must be above 1");
    require(options.confidence > 0 && options.confidence < 1, "confidence must be between 0 and 1");
    require(options.least > 0 && options.least < 1, "least must be between 0 and 1");
    return Study(scenario, strategy, event, options, progress).run();
}

}  // namespace rollcast
