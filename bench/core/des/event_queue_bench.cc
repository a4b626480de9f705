#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "rollcast/des/event_queue.h"
#include "rollcast/random/distribution.h"
#include "rollcast/random/streams.h"
#include "single_server.h"

namespace rollcast {
namespace {

/// What one would write first: the standard heap over the same entries, in the same total order.
class StandardQueue {
   public:
    void schedule(Time at, Event event) { heap_.push({at, scheduled_++, event}); }
    bool empty() const { return heap_.empty(); }
    EventQueue::Entry pop() {
        const EventQueue::Entry first = heap_.top();
        heap_.pop();
        return first;
    }

   private:
    struct Later {
        bool operator()(const EventQueue::Entry& a, const EventQueue::Entry& b) const {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };
    std::priority_queue<EventQueue::Entry, std::vector<EventQueue::Entry>, Later> heap_;
    std::uint64_t scheduled_ = 0;
};

/// The hold model: the earliest event is popped and comes again after an exponential wait, with so many pending.
template <typename Queue>
void Hold(benchmark::State& state) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    std::vector<Duration> waits(1 << 16);  // drawn before, so that their price is not in it
    for (Duration& wait : waits) wait = from_seconds(draw(Exponential{1}, stream));

    Queue queue;
    std::size_t next = 0;
    const auto wait = [&] { return waits[next++ % waits.size()]; };
    for (std::int64_t i = 0; i < state.range(0); ++i) queue.schedule(Time{wait()}, {});
    for (auto _ : state) {
        const EventQueue::Entry entry = queue.pop();
        queue.schedule(entry.at + wait(), entry.event);
    }
}
BENCHMARK(Hold<EventQueue>)->Arg(1)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);
BENCHMARK(Hold<StandardQueue>)->Arg(1)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);

// --- M/M/1: one server, lambda .9, mu 1, so that the mean time in system is 10 ---------------------------------------

constexpr double kArrivalRate = .9;
constexpr double kMeanTimeInSystem = 1 / (1 - kArrivalRate);

/// Exponential waits as one would draw them first.
class StandardWaits {
   public:
    StandardWaits(Duration mean, std::uint64_t seed, std::uint32_t stream)
        : random_(seed + stream), exponential_(1 / to_seconds(mean)) {}

    Duration operator()() { return from_seconds(exponential_(random_)); }

   private:
    std::mt19937_64 random_;
    std::exponential_distribution<double> exponential_;
};

/// The model in common, as an equal of NaiveModel.
template <typename Queue, typename Waits>
struct KernelModel : SingleServer<Queue, Waits> {
    KernelModel() : SingleServer<Queue, Waits>(from_seconds(1 / kArrivalRate), from_seconds(1), 1) {}
};

/// What many write: an event is a function, and everything is from the standard library.
class NaiveModel {
   public:
    NaiveModel() {
        schedule(gap_(random_), [this] { arrive(); });
    }

    double run(std::int64_t customers) {
        sum_ = 0;
        for (left_ = 0; left_ < customers;) {
            const Scheduled first = queue_.top();
            queue_.pop();
            now_ = first.at;
            first.what();
        }
        return sum_ / static_cast<double>(customers);
    }

   private:
    struct Scheduled {
        double at;
        std::function<void()> what;
        bool operator<(const Scheduled& other) const { return at > other.at; }
    };
    void schedule(double wait, std::function<void()> what) { queue_.push({now_ + wait, std::move(what)}); }
    void arrive() {
        present_.push(now_);
        schedule(gap_(random_), [this] { arrive(); });
        if (present_.size() == 1) schedule(service_(random_), [this] { leave(); });
    }
    void leave() {
        sum_ += now_ - present_.front();
        ++left_;
        present_.pop();
        if (!present_.empty()) schedule(service_(random_), [this] { leave(); });
    }

    std::priority_queue<Scheduled> queue_;
    std::mt19937_64 random_;
    std::exponential_distribution<double> gap_{kArrivalRate}, service_{1};
    std::queue<double> present_;
    double now_ = 0, sum_ = 0;
    std::int64_t left_ = 0;
};

/// Time a customer: two events, two draws, one wait in line. Timed only after the model has given the answer of the
/// textbook: over so many customers the mean has a standard error of about .1.
template <typename Model>
void TimeACustomer(benchmark::State& state) {
    Model model;
    const double mean = model.run(20'000'000);
    if (std::abs(mean - kMeanTimeInSystem) > .5) {
        return state.SkipWithError(("the mean time in system is " + std::to_string(mean)).c_str());
    }
    state.counters["mean_time_in_system"] = mean;
    constexpr std::int64_t kCustomers = 1'000'000;
    for (auto _ : state) benchmark::DoNotOptimize(model.run(kCustomers));
    state.SetItemsProcessed(state.iterations() * kCustomers);
}

void KernelMM1(benchmark::State& state) { TimeACustomer<KernelModel<EventQueue, BlockWaits>>(state); }
void StandardQueueMM1(benchmark::State& state) { TimeACustomer<KernelModel<StandardQueue, StandardWaits>>(state); }
void NaiveMM1(benchmark::State& state) { TimeACustomer<NaiveModel>(state); }
BENCHMARK(KernelMM1)->Unit(benchmark::kMillisecond)->MinTime(1);
BENCHMARK(StandardQueueMM1)->Unit(benchmark::kMillisecond)->MinTime(1);
BENCHMARK(NaiveMM1)->Unit(benchmark::kMillisecond)->MinTime(1);

}  // namespace
}  // namespace rollcast
