#pragma once
// Hosts that AWS CodeDeploy brings to a version, one attempt each, as the counts of a cohort tell it. They do not tell
// which host is which: the first crash of an attempt is its failure, and the oldest attempt ends first.

#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/codedeploy_rules.h"

namespace rollcast::strategies::codedeploy {

/// A deployment to servers under way.
struct Attempts {
    int hosts = 0;     // to be attempted
    int there = 0;     // hosts that ran the version before
    int restarts = 0;  // of the version, as last seen
    ServerDeployment deployment{};
    std::optional<ServerDeployment> zone{};  // the part of it that is under way; none: it goes on everywhere

    int available = 0;  // of the attempted hosts, as last seen
    int succeeded = 0;
    int failed = 0;
    std::vector<Time> begun{};  // for every attempt, in order

    /// Of so many healthy hosts, all of them.
    static Attempts of_all(int hosts, int minimum, const Cohort& cohort);

    int attempted() const { return static_cast<int>(begun.size()); }
    int in_flight() const { return attempted() - succeeded - failed; }
    int not_sound() const { return attempted() - succeeded; }
    Status status() const;

    /// Takes the results of attempts; one that took longer than `timeout` has failed.
    void observe(const Cohort& cohort, Duration timeout, Time now);
    /// Hosts join that are to be attempted as well.
    void grow(int more, int minimum);
    /// Begins the attempts that the minimum allows.
    void begin(Time now);
    /// When the oldest attempt has failed at the latest.
    Time times_out(Duration timeout) const;

    /// "3/10 hosts succeeded, 1 failed, 2 under way".
    std::string describe() const;

   private:
    void finish(bool success);
};

}  // namespace rollcast::strategies::codedeploy
