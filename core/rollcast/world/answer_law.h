#pragma once
// What becomes of the requests of a version in a steady state, as shares: for requests that are not simulated one by
// one; see FlowPlane. From the distribution of service times where nobody waits, else measured by the request data
// plane itself.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "rollcast/model/scenario.h"
#include "rollcast/stats/counters.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// Of the requests that come to an instance that answers. All are shares of these, so laws add up; errors are no part
/// of them, for an error takes as long as any answer.
struct AnswerLaw {
    using ByCause = std::array<double, kCauses>;
    ByCause refused{};                                    // turned away, or dropped from the queue: 503
    ByCause late{};                                       // meet the client's timeout: 504
    std::array<double, kMaxLatencyBuckets> by_latency{};  // of those in time
    double slow = 0;                                      // in time, but slower than Service::slow
    double latency = 0;                                   // seconds, of those in time
    double latency_square = 0;                            // likewise
    /// Bursts and queues give neighbouring requests a fate in common. By how much the variance of the failures in a
    /// scrape interval exceeds that of independent ones, per request; and that of the sum of latencies.
    double clustering = 0;
    double wait_clustering = 0;
    double persistence = 0;  // correlation of that from one interval to the next
    /// Where clients try again, all of the above is said of requests, each at its last attempt (slow: since its first).
    /// These are the attempts besides.
    ByCause refused_again{};
    ByCause late_again{};
    double errors_again = 0;  // in time, but a 500
    double granted = 0;       // share of the retries that clients want and the budget lets them have
    double tokens = 0;        // that are in the bucket, on average

    double in_time() const;
    /// Of a sum of laws: how many are in time; and how many there are.
    double answered() const;
    double all() const;
    /// That many more requests, or that share of all, meet another law.
    void add(const AnswerLaw& other, double requests);
    /// If those who meet this law all wait besides; `delayed`: what `calm`, the law without waiting, becomes by that.
    AnswerLaw behind(const AnswerLaw& calm, const AnswerLaw& delayed) const;
    /// Of a request.
    double attempts() const;
    /// Of attempts: share of those that take too long by themselves, at a good version.
    double late_alone() const;
    /// Of attempts of requests that are not late anyhow: share that is late or refused. `elsewhere`: those that a
    /// defect makes late would not be so where they are tried again.
    double fails_otherwise(bool elsewhere) const;
    /// Of attempts alone, which nobody tries again: what it is if clients do so as by `other`, a law of all of them.
    /// Those who are late by themselves come again. `errors`: share of the answers, of which `again` are tried again.
    AnswerLaw with_clients_of(const AnswerLaw& other, double errors, double again) const;
    /// Of a sum of laws: what these requests meet together, where they would meet `calm` if nobody waited, with luck u
    /// in (0, 1). On average as before.
    void cluster(const AnswerLaw& calm, double u);
};

/// Instances that routers know and that refuse all they are sent.
struct Refusing {
    int dead = 0;
    int stopping = 0;
    double stopping_for = 0;  // seconds until routers know, on average
};

/// Two versions with instances of one balancer.
struct Mix {
    double newer = 0;                 // share of the requests that get to the new one
    std::array<AnswerLaw, 2> laws{};  // of each version's own
};

/// What the request data plane has measured of a service: a version's law by load, however many replications ask.
/// Loads are measured in steps, what is between them is interpolated; factors of slow releases are rounded to 5 %, but
/// for those that the scenario names. Each measurement is a run of its own, the same in every profile of that service.
/// Threads may share one.
class Profile {
   public:
    // Where queues are short little depends on the load.
    static constexpr double kShort = .7;       // load
    static constexpr double kLoadStep = .025;  // from there on
    static constexpr double kShortStep = .05;  // up to there
    static constexpr double kRequests = 1e5;   // of a measurement, at least
    static constexpr double kShortRequests = 3e4;
    static constexpr double kHighest = 4;   // load; beyond, as there
    static constexpr int kMostPooled = 16;  // instances that one balancer knows, where some of them refuse
    static constexpr int kMixes = 8;        // pools are measured with so many parts of new instances, but for none

    explicit Profile(const Scenario& scenario);

    /// Of `instances`, each with that share of its slots in use, by first attempts where clients try again. `errors`:
    /// share of the answers in time that are 500s, which costs retries; kAttempts: nobody tries anything again.
    AnswerLaw law(const Defect& defect, double load, int instances, double slowness, double errors = kAttempts);
    static constexpr double kAttempts = -1;
    /// Of so many instances of each version, with that share of the pool's slots in use.
    Mix mix(const Defect& defect, double load, int older, int newer, double slowness);
    /// Do versions share instances that differ, by a balancer that looks at how much they have to do?
    bool sets_apart(const Defect& defect) const;
    /// Beside instances that refuse: the share of requests that get to one that answers. `load`: if all did.
    double reach(const Defect& defect, double load, const Refusing& refusing, int answering, double slowness);

    /// When one more dies: how many more requests it refuses at first than if it had been dead for long; see Refusing.
    double refused_at_first(const Defect& defect, double load, int answering, double dead_for, double slowness);

    /// What is known, to be kept: so many numbers for each measurement.
    static constexpr std::size_t kRow = 12 + 4 * kCauses + kMaxLatencyBuckets + 9;
    std::vector<double> dump() const;
    /// What a profile of the same service and model has known. Throws std::invalid_argument for a part of a row.
    void restore(std::span<const double> rows);

   private:
    struct Key {
        DefectKind kind;
        double severity;
        double share;
        int request_class;
        double slowness;
        int instances;
        int newer = 0;    // of these, in a mix; the law is then of all its requests, of which a version has its part
        int version = 0;  // of a mix
        int refusing = 0;
        double stopping_for = 0;  // negative: dead for
        double errors = kAttempts;
        double load = 0;
        Defect defect() const { return {kind, severity, share, request_class}; }
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    struct Loaded;
    Loaded loaded(const Key& key) const;
    Key key_beside(const Defect& defect, double load, int refusing, int answering, double slowness) const;
    Key key(const Defect& defect, int instances, double slowness) const;
    AnswerLaw between(Key key, double load);
    const AnswerLaw& at(const Key& key);
    void measure_mix(Key key);
    Defect timing_of(const Defect& defect) const;

    Scenario alone_;            // the service with nothing around it
    Retries retries_;           // of clients
    int replicas_;              // that these have
    double background_ = 0;     // share of the answers that are errors, of a good version
    mutable std::mutex mutex_;  // guards what follows
    std::map<Key, AnswerLaw> laws_;
    std::map<Key, double> reaches_;
};

/// Both versions of a scenario. Threads may share one.
class AnswerBook {
   public:
    /// Beyond this share of slots in use it takes so long until a state is steady that laws may come too late.
    static constexpr double kMostLoad = .95;

    /// `profile`: of the same service; none: its own.
    AnswerBook(const Scenario& scenario, const Defect& defect, std::shared_ptr<Profile> profile = {});

    struct Version {
        double background = 0;  // share that fails on a good version, too
        double defective = 0;   // share that fails besides
        double fatal = 0;       // share of requests that kill the process that begins them
        double slots = 1;       // of an instance
        double work = 0;        // mean seconds of service
        double late_work = 0;   // share of it that is brought by those that take too long by themselves
        double residual = 0;    // likewise, that a request in service still takes
    };
    const Version& version(std::size_t index) const { return versions_[index].facts; }

    /// Of `rate` requests a second at so many instances, all of them slower than usual by a factor.
    AnswerLaw law(std::size_t version, double rate, int instances, double slowness,
                  double errors = Profile::kAttempts) const {
        return law_at(version, load(version, rate, instances, slowness), instances, slowness, errors);
    }
    AnswerLaw law_at(std::size_t version, double load, int instances, double slowness,
                     double errors = Profile::kAttempts) const;
    /// Do answers of both versions take the same time?
    bool same_times() const;
    /// Where instances of both share one balancer: does it matter whose they are?
    bool sets_apart() const { return profile_->sets_apart(versions_.back().defect); }
    /// `load`: share of all their slots in use.
    Mix mix(double load, int older, int newer, double slowness) const {
        return profile_->mix(versions_.back().defect, load, older, newer, slowness);
    }
    /// Up to this load nobody waits.
    double quiet(std::size_t version) const { return versions_[version].quiet; }
    /// How quickly queues follow where the load goes from there: a time constant in seconds. What is there has to grow
    /// or go (the pointwise stationary fluid flow approximation; Wang, Tipper and Banerjee 1996), and slots fill as if
    /// there were enough of them: few requests may bring most of the work, and they stay.
    /// `law_at`: by load.
    template <typename LawAt>
    double inertia(std::size_t version, double load, double slowness, const LawAt& law_at) const {
        const double idle = waits(calm(version, slowness));
        const auto waiting = [&](double at) { return at * (waits(law_at(at)) - idle); };  // by Little's law
        const double step = Profile::kLoadStep, from = std::min(load, Profile::kHighest - step);
        const double grows = (waiting(from + step) - waiting(from)) / step;
        return versions_[version].facts.residual * slowness + std::max(0., grows);
    }
    /// Of requests to these and others that refuse: the share that gets to one that answers.
    double reach(std::size_t version, double rate, int answering, const Refusing& refusing, double slowness) const;
    double refused_at_first(std::size_t version, double rate, int answering, double dead_for, double slowness) const;
    /// The law if nobody waits.
    const AnswerLaw& calm(std::size_t version, double slowness) const { return delayed(version, slowness, 0); }
    /// If all wait for so many seconds.
    const AnswerLaw& delayed(std::size_t version, double slowness, double wait) const;
    /// Share of the slots in use; above 1 where they do not suffice.
    double load(std::size_t version, double rate, int instances, double slowness) const;

   private:
    struct Kind {
        Version facts{};
        Defect defect{};
        double quiet = 0;
    };
    AnswerLaw alone(const Defect& defect, double slowness, double wait) const;
    double waits(const AnswerLaw& law) const;

    Scenario scenario_;
    std::shared_ptr<Profile> profile_;
    std::vector<Kind> versions_;
    mutable std::mutex mutex_;                                      // guards what follows
    using Case = std::pair<std::size_t, double>;                    // version and slowness
    mutable std::map<std::pair<Case, double>, AnswerLaw> delayed_;  // by the wait; entries stay
};

/// The service at a load, and what is known of it without a measurement.
struct Profile::Loaded {
    Scenario scenario;
    AnswerBook::Version facts;
    AnswerLaw calm;
};

}  // namespace rollcast
