// What one writes in an afternoon: a priority queue of closures and the random numbers of the standard library.
//
//     naive MODEL REQUESTS SEED

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "models.h"

namespace {

class Simulation {
   public:
    double now() const { return now_; }
    void after(double delay, std::function<void()> action) {
        queue_.push({now_ + delay, scheduled_++, std::move(action)});
    }
    void step() {
        const Event event = std::move(const_cast<Event&>(queue_.top()));
        queue_.pop();
        now_ = event.time;
        event.action();
    }

   private:
    struct Event {
        double time;
        std::uint64_t order;
        std::function<void()> action;
        bool operator<(const Event& other) const {
            return time != other.time ? time > other.time : order > other.order;
        }
    };
    std::priority_queue<Event> queue_;
    std::uint64_t scheduled_ = 0;
    double now_ = 0;
};

class QueueModel {
   public:
    QueueModel(peers::Queue model, std::uint64_t seed) : random_(seed), gap_(model.arrival_rate), idle_(model.servers) {
        simulation_.after(gap_(random_), [this] { arrive(); });
    }

    void run(std::int64_t customers) {
        const peers::Stopwatch watch;
        while (served_ < customers) simulation_.step();
        const auto n = static_cast<double>(customers);
        peers::report(
            customers, watch.seconds(),
            {{"mean_in_system", in_system_ / n}, {"mean_wait", waited_ / n}, {"wait_probability", waits_ / n}});
    }

   private:
    void arrive() {
        simulation_.after(gap_(random_), [this] { arrive(); });
        waiting_.push_back(simulation_.now());
        if (idle_ == 0) ++waits_;
        if (idle_ > 0) serve();
    }
    void serve() {
        const double arrived = waiting_.front();
        waiting_.pop_front();
        --idle_;
        waited_ += simulation_.now() - arrived;
        simulation_.after(service_(random_), [this, arrived] {
            in_system_ += simulation_.now() - arrived;
            ++served_;
            ++idle_;
            if (!waiting_.empty()) serve();
        });
    }

    Simulation simulation_;
    std::mt19937_64 random_;
    std::exponential_distribution<> gap_;
    std::exponential_distribution<> service_{1};
    int idle_;
    std::deque<double> waiting_;  // when each arrived
    std::int64_t served_ = 0;
    double waits_ = 0, waited_ = 0, in_system_ = 0;
};

class FleetModel {
   public:
    FleetModel(const peers::Fleet& model, bool two_choices, std::uint64_t seed)
        : model_(model),
          two_choices_(two_choices),
          random_(seed),
          gap_(model.rate),
          service_(std::log(model.median()), model.sigma),
          any_(0, static_cast<std::size_t>(model.servers) - 1),
          servers_(static_cast<std::size_t>(model.servers)) {
        for (std::size_t i = 0; i < servers_.size(); ++i) servers_[i].version = i % 2;
        simulation_.after(gap_(random_), [this] { arrive(); });
    }

    void run(std::int64_t requests) {
        const peers::Stopwatch watch;
        while (ended_ < requests) simulation_.step();
        const double seconds = watch.seconds();
        std::int64_t counted = 0, quick = 0;
        for (const Version& version : versions_) {
            for (std::size_t i = 0; i < version.latencies.size(); ++i) {
                counted += version.latencies[i];
                if (i < peers::kBucketsTo25Milliseconds) quick += version.latencies[i];
            }
        }
        const auto n = static_cast<double>(counted);
        peers::report(requests, seconds,
                      {{"mean_latency", latency_ / n},
                       {"within_25ms", static_cast<double>(quick) / n},
                       {"timed_out", static_cast<double>(timed_out_) / n}});
    }

   private:
    struct Server;
    struct Request {
        double arrived;
        Server* server;
        bool ended = false;
    };
    struct Server {
        std::size_t version = 0;
        int busy = 0;
        std::deque<std::shared_ptr<Request>> waiting;
        std::size_t outstanding() const { return static_cast<std::size_t>(busy) + waiting.size(); }
    };
    struct Version {
        std::array<std::int64_t, peers::kBuckets.size() + 1> latencies{};
    };

    Server& choose() {
        Server& one = servers_[any_(random_)];
        if (!two_choices_) return one;
        Server& other = servers_[any_(random_)];
        return other.outstanding() < one.outstanding() ? other : one;
    }
    void arrive() {
        simulation_.after(gap_(random_), [this] { arrive(); });
        Server& server = choose();
        const auto request = std::make_shared<Request>(Request{simulation_.now(), &server});
        simulation_.after(model_.timeout, [this, request] {
            if (request->ended) return;
            std::erase(request->server->waiting, request);
            end(*request);
        });
        if (server.busy == model_.slots) {
            server.waiting.push_back(request);
        } else {
            serve(request);
        }
    }
    void serve(const std::shared_ptr<Request>& request) {
        ++request->server->busy;
        simulation_.after(service_(random_), [this, request] {
            Server& server = *request->server;
            --server.busy;
            if (!request->ended) end(*request);
            if (server.waiting.empty()) return;
            const auto next = server.waiting.front();
            server.waiting.pop_front();
            serve(next);
        });
    }
    void end(Request& request) {
        request.ended = true;
        ++ended_;
        if (simulation_.now() < peers::kWarmUp) return;
        const double latency = simulation_.now() - request.arrived;
        latency_ += latency;
        timed_out_ += latency >= model_.timeout;
        const auto bucket = std::lower_bound(peers::kBuckets.begin(), peers::kBuckets.end(), latency);
        ++versions_[request.server->version].latencies[static_cast<std::size_t>(bucket - peers::kBuckets.begin())];
    }

    peers::Fleet model_;
    bool two_choices_;
    Simulation simulation_;
    std::mt19937_64 random_;
    std::exponential_distribution<> gap_;
    std::lognormal_distribution<> service_;
    std::uniform_int_distribution<std::size_t> any_;
    std::vector<Server> servers_;
    std::array<Version, 2> versions_;
    std::int64_t ended_ = 0, timed_out_ = 0;
    double latency_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fputs("naive MODEL REQUESTS SEED\n", stderr), 2;
    const std::string model = argv[1];
    const std::int64_t requests = std::atoll(argv[2]);
    const auto seed = static_cast<std::uint64_t>(std::atoll(argv[3]));
    if (model == "mm1") {
        QueueModel(peers::kSingleServer, seed).run(requests);
    } else if (model == "mm100") {
        QueueModel(peers::kManyServers, seed).run(requests);
    } else if (model == "fleet-random" || model == "fleet-p2c") {
        FleetModel(peers::kWebFleet, model == "fleet-p2c", seed).run(requests);
    } else if (model == "large-fleet-random" || model == "large-fleet-p2c") {
        FleetModel(peers::kLargeFleet, model == "large-fleet-p2c", seed).run(requests);
    } else {
        peers::report_cannot("no such model");
    }
}
