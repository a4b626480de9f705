#include "rollcast/stats/queueing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <unsupported/Eigen/KroneckerProduct>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

/// Rates as functions of the state that they leave.
template <typename Up, typename Down>
Eigen::VectorXd birth_death(int last, Up up, Down down) {
    std::vector<double> ups, downs;
    for (int k = 0; k < last; ++k) {
        ups.push_back(up(k));
        downs.push_back(down(k + 1));
    }
    return rollcast::birth_death(ups, downs);
}

double mean_state(const Eigen::VectorXd& chain) {
    return chain.dot(Eigen::VectorXd::LinSpaced(chain.size(), 0, static_cast<double>(chain.size() - 1)));
}

/// The integral of e^(-x u) over u from 0 to 1, x >= 0.
double mean_of_decay(double x) { return x > 0 ? -std::expm1(-x) / x : 1; }

/// The integral of u e^(-x u) over u from 0 to 1, x >= 0.
double first_moment_of_decay(double x) {
    return x > 1e-4 ? (mean_of_decay(x) - std::exp(-x)) / x : .5 - x / 3;  // the series: where the difference cancels
}

}  // namespace

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

double mg1_mean_square_wait(double arrival_rate, double mean_service, double mean_square, double mean_cube) {
    require(arrival_rate > 0 && mean_service > 0, "M/G/1: rate and mean must be above 0");
    const double load = arrival_rate * mean_service;
    require(load < 1, "M/G/1: the load must be below 1");
    const double wait = arrival_rate * mean_square / (2 * (1 - load));
    return 2 * wait * wait + arrival_rate * mean_cube / (3 * (1 - load));
}

double ekm1_mean_wait(double arrival_rate, int shape, double service_rate) {
    require(arrival_rate > 0 && shape > 0 && service_rate > arrival_rate,
            "E_k/M/1: the arrival rate must be above 0 and below the service rate");
    // An arrival finds the server busy with the probability that is the fixed point of the arrivals' transform; from
    // below, the iteration only rises.
    double busy = 0;
    for (double before = -1; busy > before;) {
        before = busy;
        busy = std::pow(1 + service_rate * (1 - busy) / (shape * arrival_rate), -shape);
    }
    return busy / (service_rate * (1 - busy));
}

Eigen::VectorXd birth_death(std::span<const double> up, std::span<const double> down) {
    require(up.size() == down.size(), "a birth-death chain needs as many rates up as down");
    Eigen::VectorXd logarithm = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(up.size()) + 1);
    for (std::size_t k = 0; k < up.size(); ++k) {
        require(up[k] > 0 && down[k] > 0, "rates of a birth-death chain must be above 0");
        const auto state = static_cast<Eigen::Index>(k);
        logarithm(state + 1) = logarithm(state) + std::log(up[k] / down[k]);
    }
    const Eigen::VectorXd weights = (logarithm.array() - logarithm.maxCoeff()).exp();
    return weights / weights.sum();
}

MMcK mmck(double arrival_rate, double service_rate, int servers, int capacity) {
    require(arrival_rate > 0 && service_rate > 0 && servers > 0 && capacity >= servers,
            "M/M/c/K: rates and servers must be above 0, the capacity at least the servers");
    const Eigen::VectorXd chain = birth_death(
        capacity, [&](int) { return arrival_rate; }, [&](int k) { return service_rate * std::min(k, servers); });
    return {chain(capacity), mean_state(chain)};
}

Impatience erlang_a(double arrival_rate, double service_rate, int servers, double impatience_rate) {
    require(arrival_rate > 0 && service_rate > 0 && servers > 0 && impatience_rate > 0,
            "Erlang A: rates and servers must be above 0");
    const auto down = [&](int k) {
        return service_rate * std::min(k, servers) + impatience_rate * std::max(0, k - servers);
    };
    // States rise in probability and then fall: beyond e^-45 of the likeliest nothing is left to speak of.
    int last = 0;
    for (double weight = 0, most = 0; weight > most - 45; most = std::max(most, weight)) {
        require(last < 10'000'000, "Erlang A: clients are too patient for so much traffic");
        weight += std::log(arrival_rate / down(++last));
    }
    last = std::max(last, servers);
    const Eigen::VectorXd chain = birth_death(last, [&](int) { return arrival_rate; }, down);
    Impatience result;
    for (int k = servers; k <= last; ++k) {
        result.wait_probability += chain(k);
        result.mean_wait += chain(k) * (k - servers) / arrival_rate;
    }
    result.abandoned = impatience_rate * result.mean_wait;
    result.late = 1 - (1 - result.abandoned) * service_rate / (service_rate + impatience_rate);
    return result;
}

Impatience fixed_patience(double arrival_rate, double service_rate, int servers, double patience) {
    require(arrival_rate > 0 && service_rate > 0 && servers > 0 && patience >= 0,
            "M/M/c+D: rates and servers must be above 0, patience not below 0");
    // The wait that an arrival would have: with weight `idle` none; with density e^(-fall v) up to the patience; then,
    // as nobody joins, with one that falls as the servers work. All relative to the greatest value of the density.
    const double fall = service_rate * servers - arrival_rate;
    const double at_start = std::exp(std::min(0., fall * patience));
    const double at_patience = std::exp(-std::max(0., fall * patience));
    const double waits = patience * mean_of_decay(std::abs(fall) * patience);
    const double first_moment = patience * patience * first_moment_of_decay(std::abs(fall) * patience);
    const double given_up = at_patience / (service_rate * servers);
    double idle = 0;  // sum of the weights of 0 .. servers - 1 in the system
    double weight = at_start / arrival_rate;
    for (int k = servers - 1; k >= 0; --k) {
        idle += weight;
        weight *= k * service_rate / arrival_rate;
    }
    // Cut off in mid-service: the density times the chance that the service outlasts what patience is left.
    const double cut_off = std::max(at_patience, at_start * std::exp(-service_rate * patience)) * patience *
                           mean_of_decay(std::abs(service_rate - fall) * patience);
    const double total = idle + waits + given_up;
    return {.wait_probability = (waits + given_up) / total,
            .abandoned = given_up / total,
            .late = (given_up + cut_off + idle * std::exp(-service_rate * patience)) / total,
            .mean_wait = ((fall >= 0 ? first_moment : patience * waits - first_moment) + patience * given_up) / total};
}

ClosedStation closed_station(int users, double request_rate, int servers, double service_rate) {
    require(users >= 0 && request_rate > 0 && servers > 0 && service_rate > 0,
            "M/M/R//N: rates and servers must be above 0");
    const double mean = mean_state(birth_death(
        users, [&](int k) { return (users - k) * request_rate; },
        [&](int k) { return std::min(k, servers) * service_rate; }));
    return {mean, request_rate * (users - mean)};
}

ClosedNetwork mean_value_analysis(std::span<const double> demands, double think_time, int users) {
    require(think_time >= 0 && users >= 0, "a closed network needs users and a think time");
    const Eigen::VectorXd demand =
        Eigen::Map<const Eigen::VectorXd>(demands.data(), static_cast<Eigen::Index>(demands.size()));
    require(demand.size() > 0 && demand.minCoeff() > 0, "stations of a closed network need demands above 0");
    ClosedNetwork result{0, Eigen::VectorXd::Zero(demand.size())};
    for (int n = 1; n <= users; ++n) {
        const Eigen::VectorXd response = demand.array() * (1 + result.mean_at.array());
        result.throughput = n / (think_time + response.sum());
        result.mean_at = result.throughput * response;
    }
    return result;
}

MeanField power_of_choices(double load, int choices) {
    require(load > 0 && load < 1 && choices > 0, "power of choices: the load must be in (0, 1)");
    if (choices == 1) return {1 / (1 - load), 0};
    // share(i): of servers with i requests or more, i = 0 .. last + 1.
    std::vector<double> share{1};
    while (share.back() > 1e-15) share.push_back(load * std::pow(share.back(), choices));
    const auto last = static_cast<Eigen::Index>(share.size()) - 2;
    const auto power = [&](Eigen::Index i, int exponent) {
        return std::pow(share[static_cast<std::size_t>(i)], exponent);
    };
    // Around the fixed point of the drift load (s[i-1]^d - s[i]^d) - (s[i] - s[i+1]): its derivative, what noise adds
    // (each event moves one share by 1 / n), and the covariance, which solves a Lyapunov equation.
    Eigen::MatrixXd drift = Eigen::MatrixXd::Zero(last, last);
    Eigen::MatrixXd noise = Eigen::MatrixXd::Zero(last, last);
    for (Eigen::Index i = 1; i <= last; ++i) {
        if (i > 1) drift(i - 1, i - 2) = load * choices * power(i - 1, choices - 1);
        drift(i - 1, i - 1) = -load * choices * power(i, choices - 1) - 1;
        if (i < last) drift(i - 1, i) = 1;
        noise(i - 1, i - 1) = 2 * (power(i, 1) - power(i + 1, 1));
    }
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(last, last);
    const Eigen::MatrixXd lyapunov = Eigen::kroneckerProduct(one, drift) + Eigen::kroneckerProduct(drift, one);
    const Eigen::VectorXd covariance = -lyapunov.partialPivLu().solve(noise.reshaped());
    // The drift is curved, so that noise shifts the mean.
    Eigen::VectorXd curve = Eigen::VectorXd::Zero(last);
    const auto bend = [&](Eigen::Index i) {
        return .5 * load * choices * (choices - 1) * power(i, choices - 2) * covariance((i - 1) * (last + 1));
    };
    for (Eigen::Index i = 1; i <= last; ++i) curve(i - 1) = (i > 1 ? bend(i - 1) : 0) - bend(i);
    const Eigen::VectorXd shift = -drift.partialPivLu().solve(curve);
    const double in_system = std::accumulate(share.begin() + 1, share.end(), 0.);
    return {in_system / load, shift.sum() / load};
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
