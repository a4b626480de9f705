// M/M/1 as events of Rollcast's general kernel: every arrival and every departure is one, in the kernel's total order.
//
//     event_kernel mm1 REQUESTS SEED

#include <array>
#include <cstdlib>
#include <memory>
#include <queue>
#include <string_view>

#include "models.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"

namespace {

using namespace rollcast;

/// Exponential waits of mean 1 s, drawn a block at a time: one for an arrival and one for a service.
class Waits {
   public:
    explicit Waits(std::uint64_t seed) : streams_(seed, 0), table_(std::make_unique<QuantileTable>(Exponential{1})) {}

    double gap() { return gap_[next()]; }
    double service() const { return service_[at_]; }  // that goes with the latest gap

   private:
    std::size_t next() {
        if (++at_ < kRequestBlock) return at_;
        request_words(streams_, ordinal_, words_);
        ordinal_ += kRequestBlock;
        for (std::size_t i = 0; i < kRequestBlock; ++i) {
            gap_[i] = (*table_)(words_.gap[i]);
            service_[i] = (*table_)(words_.service[i]);
        }
        return at_ = 0;
    }

    StreamSpace streams_;
    std::unique_ptr<QuantileTable> table_;
    RequestWords words_;
    std::array<double, kRequestBlock> gap_, service_;
    std::size_t at_ = kRequestBlock - 1;
    std::uint64_t ordinal_ = 0;
};

void run(const peers::Queue& model, std::int64_t requests, std::uint64_t seed) {
    enum Kind : std::uint32_t { kArrival, kDeparture };
    struct Customer {
        Time arrived;
        Duration service;
    };
    Waits waits(seed);
    const double mean_gap = 1 / model.arrival_rate;
    EventQueue events;
    std::queue<Customer> in_system;  // the first is being served
    std::int64_t served = 0;
    Duration total{};

    const peers::Stopwatch watch;
    events.schedule(Time{} + from_seconds(waits.gap() * mean_gap), {kArrival});
    while (served < requests) {
        const EventQueue::Entry entry = events.pop();
        if (entry.event.kind == kArrival) {
            in_system.push({entry.at, from_seconds(waits.service())});
            events.schedule(entry.at + from_seconds(waits.gap() * mean_gap), {kArrival});
            if (in_system.size() > 1) continue;
        } else {
            total += entry.at - in_system.front().arrived;
            ++served;
            in_system.pop();
            if (in_system.empty()) continue;
        }
        events.schedule(entry.at + in_system.front().service, {kDeparture});
    }
    const double mean = to_seconds(total) / static_cast<double>(served);
    peers::report(served, watch.seconds(), {{"mean_in_system", mean}, {"mean_wait", mean - 1}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fputs("event_kernel mm1 REQUESTS SEED\n", stderr), 2;
    if (argv[1] != std::string_view("mm1")) return peers::report_cannot("the kernel is measured with M/M/1 only"), 0;
    run(peers::kSingleServer, std::atoll(argv[2]), static_cast<std::uint64_t>(std::atoll(argv[3])));
}
