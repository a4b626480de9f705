#pragma once
// Code of the user's in Python that the engine calls: what it raises, and how it is held.

#include <string>

#include "bind.h"

namespace rollcast::bindings {

/// "ValueError: lost the thread (mine.py, line 12)": the last line of the user's own.
inline std::string tell(const py::error_already_set& error) {
    std::string text = py::str(error.type().attr("__name__"));
    if (const std::string said = py::str(error.value()); !said.empty()) text += ": " + said;
    const py::module_ path = py::module_::import("os.path");
    const py::object ours = path.attr("dirname")(py::module_::import("rollcast").attr("__file__"));
    std::string where;
    for (const py::handle frame : py::module_::import("traceback").attr("extract_tb")(error.trace())) {
        const py::object file = frame.attr("filename");
        if (path.attr("dirname")(file).equal(ours)) continue;
        where = " (" + std::string(py::str(path.attr("basename")(file))) + ", line " +
                std::string(py::str(frame.attr("lineno"))) + ")";
    }
    return text + where;
}

/// A Python object that may be copied and dropped by threads without the GIL.
class Handle {
   public:
    explicit Handle(py::object object) : object_(std::move(object)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        const py::gil_scoped_acquire gil;
        object_ = {};
    }
    const py::object& operator*() const { return object_; }

   private:
    py::object object_;
};

}  // namespace rollcast::bindings
