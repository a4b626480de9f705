#include "rollcast/strategies/registry.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/check.h"

namespace rollcast::strategies {

namespace {

/// Made when the first strategy is registered, whichever file that stands in.
std::map<std::string, Make>& registry() {
    static std::map<std::string, Make> all;
    return all;
}

}  // namespace

double Order::number(const std::string& name, double otherwise) {
    asked_for_.push_back(name);
    const auto given = args.find(name);
    return given == args.end() ? otherwise : given->second;
}

void Order::finish() const {
    for (const auto& given : args) {
        const bool known = std::find(asked_for_.begin(), asked_for_.end(), given.first) != asked_for_.end();
        std::string message = "it has no argument " + given.first;
        for (const std::string& name : asked_for_) message += (&name == asked_for_.data() ? "; it has " : ", ") + name;
        require(known, message);
    }
}

Registered::Registered(const std::string& name, Make make) {
    require(registry().emplace(name, std::move(make)).second, "there are two strategies of the name " + name);
}

std::vector<std::string> registered() {
    std::vector<std::string> names;
    for (const auto& entry : registry()) names.push_back(entry.first);
    return names;
}

std::shared_ptr<const Strategy> make_registered(const std::string& name, Order order) {
    const auto found = registry().find(name);
    require(found != registry().end(), "there is no strategy of the name " + name);
    auto made = found->second(order);
    order.finish();
    return made;
}

}  // namespace rollcast::strategies
