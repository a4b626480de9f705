#include "rollcast/stats/queueing.h"

#include <algorithm>
#include <cmath>

#include "rollcast/base/check.h"

namespace rollcast {

MMc mmc(double arrival_rate, double service_rate, int servers) {
    require(arrival_rate > 0 && service_rate > 0 && servers > 0, "M/M/c: rates and servers must be above 0");
    const double capacity = service_rate * servers;
    require(arrival_rate < capacity, "M/M/c: the arrival rate must be below what the servers can do");
    const double offered = arrival_rate / service_rate;
    double blocking = 1;  // Erlang B by its recursion, which neither overflows nor cancels
    for (int k = 1; k <= servers; ++k) blocking = offered * blocking / (k + offered * blocking);
    MMc result;
    result.wait_probability = blocking / (1 - arrival_rate / capacity * (1 - blocking));
    result.mean_wait = result.wait_probability / (capacity - arrival_rate);
    result.mean_in_system = arrival_rate * result.mean_wait + offered;
    return result;
}

double mg1_mean_wait(double arrival_rate, double mean_service, double squared_cv) {
    require(arrival_rate > 0 && mean_service > 0 && squared_cv >= 0, "M/G/1: rate and mean must be above 0");
    const double load = arrival_rate * mean_service;
    require(load < 1, "M/G/1: the load must be below 1");
    return load * mean_service * (1 + squared_cv) / (2 * (1 - load));
}

MMcK mmck(double arrival_rate, double service_rate, int servers, int capacity) {
    require(arrival_rate > 0 && service_rate > 0 && servers > 0 && capacity >= servers,
            "M/M/c/K: rates and servers must be above 0, the capacity at least the servers");
    // Relative to the fullest state seen so far: no weight exceeds 1, so nothing overflows.
    double weight = 1, total = 1, weighted = 0;
    for (int k = 1; k <= capacity; ++k) {
        const double growth = arrival_rate / (service_rate * std::min(k, servers));
        weight *= growth;
        if (weight > 1) {
            total /= weight;
            weighted /= weight;
            weight = 1;
        }
        total += weight;
        weighted += weight * k;
    }
    return {weight / total, weighted / total};
}

double two_state_availability(double failure_rate, double repair_rate, double t) {
    const double both = failure_rate + repair_rate;
    require(failure_rate >= 0 && repair_rate >= 0 && both > 0 && t >= 0,
            "availability: rates and time must not be negative");
    return (repair_rate + failure_rate * std::exp(-both * t)) / both;
}

Eigen::VectorXd stationary(const Eigen::MatrixXd& generator) {
    require(generator.rows() == generator.cols() && generator.rows() > 0, "a generator must be square");
    // The balance equations are linearly dependent: the last one makes room for "the probabilities add up to 1".
    Eigen::MatrixXd equations = generator.transpose();
    equations.bottomRows(1).setOnes();
    return equations.fullPivLu().solve(Eigen::VectorXd::Unit(generator.rows(), generator.rows() - 1));
}

Eigen::VectorXd transient(const Eigen::MatrixXd& generator, const Eigen::VectorXd& start, double t, double epsilon) {
    require(generator.rows() == generator.cols() && generator.rows() == start.size(),
            "a generator must be square and as large as the start");
    require(t >= 0 && epsilon > 0, "a transient needs t >= 0 and epsilon > 0");
    const double rate = -generator.diagonal().minCoeff();
    if (!(rate * t > 0)) return start;
    constexpr double kMostJumps = 100;  // a step: exp(-jumps) must stay far from underflow
    const int steps = static_cast<int>(std::ceil(rate * t / kMostJumps));
    const double jumps = rate * t / steps;
    const Eigen::MatrixXd jump = (Eigen::MatrixXd::Identity(start.size(), start.size()) + generator / rate).transpose();
    Eigen::VectorXd state = start;
    for (int step = 0; step < steps; ++step) {
        Eigen::VectorXd after_jumps = state;
        double weight = std::exp(-jumps);
        state *= weight;
        // Beyond k > jumps the Poisson weights fall at least as fast as a geometric series, which bounds the rest.
        for (int k = 1; k <= jumps || weight / (1 - jumps / k) > epsilon / steps; ++k) {
            weight *= jumps / k;
            after_jumps = jump * after_jumps;
            state += weight * after_jumps;
        }
    }
    return state;
}

double expected_maximum_exponential(double mean, int n) {
    require(n >= 0, "a maximum needs n >= 0");
    double sum = 0;
    for (int k = n; k >= 1; --k) sum += 1.0 / k;
    return mean * sum;
}

double sliding_window_duration(double mean, int n, int window) {
    require(n >= 0 && window > 0, "a sliding window must be above 0");
    // While any are left to start, `window` run and one of them ends every mean / window.
    const int under_way = std::min(n, window);
    return mean * (n - under_way) / window + expected_maximum_exponential(mean, under_way);
}

}  // namespace rollcast
