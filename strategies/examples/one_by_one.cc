// A strategy of one's own in C++: one instance after the other is replaced, with a pause after each.
//
//     strategy: {cpp: {name: one_by_one, args: {pause: 30}}}
//
// It is linked in by its file: pip install . -C cmake.define.ROLLCAST_STRATEGIES=/path/to/one_by_one.cc
// (several: separated by semicolons). rollcast.testing.check_strategy("one_by_one") tells what it does that none may.

#include <optional>
#include <string>

#include "rollcast/base/check.h"
#include "rollcast/base/words.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/registry.h"
#include "rollcast/strategies/way_back.h"

namespace {

using namespace rollcast;
using namespace std::chrono_literals;

constexpr Duration kPatience = 10min;  // with an instance that does not come up

class OneByOneController final : public Controller {
   public:
    OneByOneController(int replicas, Duration pause) : replicas_(replicas), pause_(pause) {}

    Directive decide(const Observation& seen) override {
        if (seen.aborted && !over_) aborted_ = true;
        Directive want = aborted_ ? strategies::way_back(seen, replicas_, "aborted from outside") : go_on(seen);
        if (is_final(want.phase)) over_ = want.phase;
        want.phase = over_.value_or(want.phase);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<OneByOneController>(*this); }

   private:
    Directive go_on(const Observation& seen) {
        const int there = seen.cohorts.back().available;
        if (wanted_ == 0) want_one_more(seen.now);
        if (there >= wanted_ && !ready_since_) ready_since_ = seen.now;
        if (ready_since_ && seen.now >= after(*ready_since_, pause_) && wanted_ < replicas_) want_one_more(seen.now);

        Directive want(seen.cohorts.size());
        // An old instance goes when the new one in its place is there.
        want.targets.front().desired = replicas_ - (ready_since_ ? wanted_ : wanted_ - 1);
        want.targets.back().desired = wanted_;
        want.reason = std::to_string(there) + " of " + std::to_string(wanted_) + " new ones are there";
        if (ready_since_ && wanted_ == replicas_) {
            want.phase = Phase::kPromoted;
        } else if (ready_since_) {
            want.phase = Phase::kPaused;
            want.wake_at = after(*ready_since_, pause_);
        } else if (seen.now >= after(since_, kPatience)) {
            want.phase = Phase::kStuck;
        } else {
            want.wake_at = after(since_, kPatience);
        }
        return want;
    }

    void want_one_more(Time now) {
        ++wanted_;
        since_ = now;
        ready_since_.reset();
    }

    int replicas_;
    Duration pause_;
    int wanted_ = 0;                   // new ones
    Time since_{};                     // so many are wanted
    std::optional<Time> ready_since_;  // so many were available
    bool aborted_ = false;
    std::optional<Phase> over_;
};

class OneByOne final : public Strategy {
   public:
    OneByOne(int replicas, double pause) : replicas_(replicas), pause_(from_seconds(pause)) {
        require(pause >= 0, "pause must not be negative");
    }
    std::string describe() const override {
        return "one_by_one(replicas=" + std::to_string(replicas_) + ", pause=" + spell(pause_) + ")";
    }
    std::unique_ptr<Controller> start(const Launch&) const override {
        return std::make_unique<OneByOneController>(replicas_, pause_);
    }

   private:
    int replicas_;
    Duration pause_;
};

const strategies::Registered one_by_one("one_by_one", [](strategies::Order& order) {
    return std::make_shared<OneByOne>(order.replicas, order.number("pause", 60));
});

}  // namespace
