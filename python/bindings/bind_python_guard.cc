// Guards written in Python: a function from what a guard is shown to its verdict.

#include "rollcast/control/contract.h"
#include "rollcast/model/own_check.h"
#include "rollcast/strategies/words.h"
#include "user_code.h"

namespace rollcast::bindings {
namespace {

class PythonGuard final : public OwnGuard {
   public:
    PythonGuard(py::object judge, std::string identity) : judge_(std::move(judge)), identity_(std::move(identity)) {}

    std::string describe() const override { return identity_; }

    OwnVerdict judge(const OwnView& seen) const override {
        const py::gil_scoped_acquire gil;
        try {
            return (*judge_)(seen).cast<OwnVerdict>();
        } catch (const py::error_already_set& error) {  // it must not leave the GIL
            throw StrategyError("the guard " + identity_ + " failed " + strategies::spell(seen.now) +
                                " into the rollout: " + tell(error));
        }
    }

    const py::object& function() const { return *judge_; }

   private:
    Handle judge_;
    std::string identity_;
};

}  // namespace

void bind_python_guard(py::module_& module) {
    bind_struct(module, "WindowCounts", "What the scrapes of a window brought; codes and latency buckets in order.",
                field("by_code", &WindowCounts::by_code), field("by_latency", &WindowCounts::by_latency),
                field("latency_sum", &WindowCounts::latency_sum));
    bind_struct(module, "OwnView", "What a guard of the user's own is shown; None: no scrape saw the version.",
                field("now", &OwnView::now), field("window", &OwnView::window), field("canary", &OwnView::canary),
                field("baseline", &OwnView::baseline));
    bind_struct(module, "OwnVerdict", "What it answers; passes: None is inconclusive.",
                field("passes", &OwnVerdict::passes), field("value", &OwnVerdict::value));
    py::class_<OwnGuard, std::shared_ptr<OwnGuard>>(module, "OwnGuard", "A guard of the user's own.")
        .def("describe", &OwnGuard::describe)
        .def("__repr__", &OwnGuard::describe)
        .def("judge", &OwnGuard::judge, py::arg("seen"));
    py::class_<PythonGuard, OwnGuard, std::shared_ptr<PythonGuard>>(module, "PythonGuard", "One written in Python.")
        .def(py::init<py::object, std::string>(), py::arg("judge"), py::arg("identity"),
             "judge: called with an OwnView, gives an OwnVerdict, and remembers nothing; identity: what describe() "
             "says.")
        .def(py::pickle([](const PythonGuard& self) { return py::make_tuple(self.function(), self.describe()); },
                        [](const py::tuple& state) {
                            return std::make_shared<PythonGuard>(py::object(state[0]), state[1].cast<std::string>());
                        }));
    bind_struct(module, "OwnCheck", "A guard of the user's own, and what it looks at.",
                field("guard", &OwnCheck::guard), field("vantage", &OwnCheck::vantage),
                field("window", &OwnCheck::window), field("baseline", &OwnCheck::baseline));
}

}  // namespace rollcast::bindings
