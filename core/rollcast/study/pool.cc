#include "rollcast/study/pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

/// What the workers and the calling thread share.
struct Board {
    explicit Board(std::uint32_t tasks) : end(tasks), done(tasks) {}

    std::atomic<std::uint32_t> next{0};  // to be taken
    std::atomic<std::uint32_t> end;      // none from here on is taken: the first that failed, or all that are wanted

    std::mutex mutex;  // guards what follows
    std::condition_variable changed;
    std::vector<bool> done;
    std::uint32_t prefix = 0;    // every task before this one is done
    std::exception_ptr failure;  // of task `end`
};

void work(Board& board, const Task& task) {
    for (std::uint32_t r = board.next++; r < board.end; r = board.next++) {
        std::exception_ptr failure;
        try {
            task(r);
        } catch (...) {
            failure = std::current_exception();
        }
        const std::lock_guard lock(board.mutex);
        if (failure) {
            if (r < board.end) {
                board.end = r;
                board.failure = failure;
            }
        } else {
            board.done[r] = true;
            while (board.prefix < board.done.size() && board.done[board.prefix]) ++board.prefix;
        }
        board.changed.notify_one();
    }
}

/// Lets no worker take another task, however the scope is left.
struct Closing {
    Board& board;
    ~Closing() { board.end = 0; }
};

/// Waits for the workers, batch by batch. Throws what the first task that failed has thrown.
Ending watch(Board& board, std::uint32_t batch, const std::function<bool(std::uint32_t)>& enough,
             const Progress& progress, std::uint32_t& finished) {
    using Clock = std::chrono::steady_clock;
    constexpr auto kReportEvery = std::chrono::milliseconds(100);
    auto next_report = Clock::now() + kReportEvery;
    std::uint64_t next_check = batch;
    while (true) {
        std::unique_lock lock(board.mutex);
        board.changed.wait_until(lock, next_report,
                                 [&] { return board.prefix >= std::min<std::uint64_t>(board.end, next_check); });
        finished = board.prefix;
        const bool at_end = finished == board.end;
        lock.unlock();

        for (; next_check <= finished; next_check += batch) {
            if (enough && enough(static_cast<std::uint32_t>(next_check))) {
                finished = static_cast<std::uint32_t>(next_check);
                return Ending::kPrecise;
            }
        }
        if (at_end && board.failure) std::rethrow_exception(board.failure);
        if (at_end) return Ending::kAll;
        if (const auto now = Clock::now(); now >= next_report) {
            if (progress && !progress(finished)) return Ending::kInterrupted;
            next_report = now + kReportEvery;
        }
    }
}

}  // namespace

TasksDone run_tasks(const PoolPlan& plan, const Task& task, const std::function<bool(std::uint32_t)>& enough,
                    const Progress& progress) {
    require(plan.batch > 0, "a batch must have at least one replication");
    const unsigned wanted = plan.threads > 0 ? plan.threads : std::max(1U, std::thread::hardware_concurrency());

    Board board(plan.replications);
    TasksDone result;
    {
        std::vector<std::jthread> workers;
        const Closing closing{board};
        for (unsigned i = 0; i < std::min(wanted, plan.replications); ++i) {
            workers.emplace_back(work, std::ref(board), std::cref(task));
        }
        result.ending = watch(board, plan.batch, enough, progress, result.count);
    }
    if (result.ending == Ending::kInterrupted) result.count = board.prefix;  // what was under way has ended since
    if (progress) progress(result.count);
    return result;
}

PoolResult run_pool(const PoolPlan& plan, const Replicate& replicate, const Enough& enough, const Progress& progress) {
    std::vector<Outcome> outcomes(plan.replications);
    std::function<bool(std::uint32_t)> enough_done;
    if (enough) enough_done = [&](std::uint32_t done) { return enough({outcomes.data(), done}); };
    const TasksDone done = run_tasks(
        plan, [&](std::uint32_t replication) { outcomes[replication] = replicate(replication); }, enough_done,
        progress);
    outcomes.resize(done.count);
    return {std::move(outcomes), done.ending};
}

}  // namespace rollcast
