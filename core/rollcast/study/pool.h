#pragma once
// Replications and other tasks on many threads, as if they ran one after the other.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "rollcast/run/outcome.h"
#include "rollcast/study/forecast.h"

namespace rollcast {

struct PoolPlan {
    std::uint32_t replications = 0;  // or tasks
    std::uint32_t batch = 1;
    unsigned threads = 0;  // 0: every core
};

struct PoolResult {
    std::vector<Outcome> outcomes;  // of replications 0, 1, 2 ...
    Ending ending = Ending::kAll;
};

/// One replication. Called on several threads at once.
using Replicate = std::function<Outcome(std::uint32_t replication)>;
/// Is a whole number of batches enough? Called on the calling thread.
using Enough = std::function<bool(std::span<const Outcome> prefix)>;

/// Runs replications 0, 1, 2 ... until all are done, `enough` (may be empty) says so of the first 1, 2, 3 ... batches,
/// or `progress` (may be empty) returns false. But for an interruption the result depends on no timing: what ran ahead
/// of the batch that was enough is thrown away, and what the first failing replication threw is thrown here, unless a
/// batch before it was enough. `progress` is called once more when all is done.
PoolResult run_pool(const PoolPlan& plan, const Replicate& replicate, const Enough& enough = {},
                    const Progress& progress = {});

/// Called on several threads at once. Keeps its result itself, where no other task does.
using Task = std::function<void(std::uint32_t task)>;

struct TasksDone {
    std::uint32_t count = 0;  // of tasks 0, 1, 2 ...
    Ending ending = Ending::kAll;
};

/// The same for tasks; `enough` is asked with the number of tasks done.
TasksDone run_tasks(const PoolPlan& plan, const Task& task, const std::function<bool(std::uint32_t done)>& enough = {},
                    const Progress& progress = {});

}  // namespace rollcast
