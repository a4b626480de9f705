#include <array>
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
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"

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

/// Exponential waits as the simulator draws them: words by the block through a table.
class BlockWaits {
   public:
    Duration gap() {
        if (next_ == kRequestBlock) refill();
        return Duration(static_cast<Duration::rep>(gaps_[next_]));
    }
    /// Of the customer whose gap was drawn last.
    Duration service() { return Duration(static_cast<Duration::rep>(services_[next_++])); }

   private:
    void refill() {
        request_words(streams_, ordinal_, words_);
        quantiles(unit_, words_.gap.data(), static_cast<float>(1e9 / kArrivalRate), gaps_.data(), kRequestBlock);
        quantiles(unit_, words_.service.data(), 1e9f, services_.data(), kRequestBlock);
        ordinal_ += kRequestBlock;
        next_ = 0;
    }

    StreamSpace streams_{1, 0};
    QuantileTable unit_{Exponential{1}};
    RequestWords words_;
    std::array<float, kRequestBlock> gaps_, services_;
    std::uint64_t ordinal_ = 0;
    std::size_t next_ = kRequestBlock;
};

/// Exponential waits as one would draw them first.
class StandardWaits {
   public:
    Duration gap() { return from_seconds(exponential_(random_) / kArrivalRate); }
    Duration service() { return from_seconds(exponential_(random_)); }

   private:
    std::mt19937_64 random_;
    std::exponential_distribution<double> exponential_;
};

/// Two kinds of events through a general queue; first come, first served.
template <typename Queue, typename Waits>
class KernelModel {
   public:
    KernelModel() { arrive_after(waits_.gap()); }

    /// Returns the mean time in system of the next `customers` to leave, in seconds.
    double run(std::int64_t customers) {
        Duration sum{};
        for (std::int64_t left = 0; left < customers;) {
            const EventQueue::Entry entry = queue_.pop();
            now_ = entry.at;
            if (entry.event.kind == kArrival) {
                customer(last_++) = {now_, waits_.service()};
                arrive_after(waits_.gap());
                if (last_ - first_ == 1) leave_after(customer(first_).service);
            } else {
                sum += now_ - customer(first_++).arrived;
                ++left;
                if (first_ != last_) leave_after(customer(first_).service);
            }
        }
        return to_seconds(sum) / static_cast<double>(customers);
    }

   private:
    enum : std::uint32_t { kArrival, kDeparture };
    struct Customer {
        Time arrived;
        Duration service;
    };

    void arrive_after(Duration wait) { queue_.schedule(now_ + wait, {.kind = kArrival}); }
    void leave_after(Duration wait) { queue_.schedule(now_ + wait, {.kind = kDeparture}); }
    Customer& customer(std::size_t ordinal) { return line_[ordinal % kLongestLine]; }

    static constexpr std::size_t kLongestLine = 1 << 12;  // reached with a probability of .9^4096
    Queue queue_;
    Waits waits_;
    std::vector<Customer> line_ = std::vector<Customer>(kLongestLine);
    std::size_t first_ = 0, last_ = 0;
    Time now_{};
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
