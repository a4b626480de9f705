#pragma once
// Strategies by name, so that a scenario can order one that was linked in: strategy: {cpp: {name: one_by_one}}.
//
//     const Registered one_by_one("one_by_one", [](Order& order) {
//         return std::make_shared<OneByOne>(order.replicas, order.number("pause", 60));
//     });
//
// strategies/examples/one_by_one.cc has the whole of it, and says how it is linked.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// What a scenario says of a strategy.
class Order {
   public:
    int replicas = 1;
    std::map<std::string, AnalysisId> analyses{};
    std::map<std::string, double> args{};

    /// An argument, or what it is when nobody says.
    double number(const std::string& name, double otherwise);
    /// Throws std::invalid_argument for arguments that nobody asked for.
    void finish() const;

   private:
    std::vector<std::string> asked_for_;
};

using Make = std::function<std::shared_ptr<const Strategy>(Order&)>;

/// Registers a strategy as long as the program runs. Throws std::invalid_argument for a name that is taken.
struct Registered {
    Registered(const std::string& name, Make make);
};

/// The names, in order.
std::vector<std::string> registered();

/// Throws std::invalid_argument for an unknown name, for arguments that it does not have, and what it throws itself.
std::shared_ptr<const Strategy> make_registered(const std::string& name, Order order);

}  // namespace rollcast::strategies
