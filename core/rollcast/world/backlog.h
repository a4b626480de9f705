#pragma once
// What waits at a version's instances while they get more than they can do: a fluid. It grows by what comes beyond what
// is served, and shrinks again, up to what instances let wait. Instances that have as much waiting are counted
// together; one that begins has none, and a balancer that looks at instances sends all to it until it is as busy as the
// others.

#include <array>
#include <cstddef>
#include <vector>

namespace rollcast {

class Backlog {
   public:
    struct Instances {
        double each = 0;     // requests a second that each can do
        double most = 0;     // requests that wait at each, at most
        bool pooled = true;  // a balancer looks for the least busy one
    };
    /// What a share of the requests meets.
    struct Met {
        double share = 1;
        double waiting = 0;  // before each of them
        bool room = true;
    };

    /// Those that go take along what waits at them.
    void resize(int instances);

    /// Some seconds at that load, of what all of them can do; returns how many are left when nothing waits any more and
    /// nothing has to. `step`: how finely, in requests that wait.
    double pass(double load, const Instances& of, double seconds, double step, std::vector<Met>& met);
    /// Likewise, but now.
    std::vector<Met> now(double load, const Instances& of) const;

    bool empty() const { return levels_[used_ - 1].waiting <= 0; }
    double mean() const;  // of an instance

   private:
    struct Level {
        double instances = 0;
        double waiting = 0;  // at each
    };
    void merge(std::size_t upper);
    void tidy(double most);
    double instances() const;

    static constexpr std::size_t kMost = 8;
    std::array<Level, kMost + 1> levels_{};  // rising
    std::size_t used_ = 1;
};

}  // namespace rollcast
