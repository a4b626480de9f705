#pragma once
// Count, mean and spread of a sample, added up one value or one batch at a time (Welford; Chan, Golub, LeVeque).

#include <cstdint>

namespace rollcast {

class Moments {
   public:
    /// Of a sample of which so much is known.
    static Moments of(std::int64_t count, double mean, double variance) {
        Moments moments;
        moments.count_ = count;
        moments.mean_ = mean;
        moments.squares_ = variance * static_cast<double>(count - 1);
        return moments;
    }

    void add(double value);
    void merge(const Moments& other);

    std::int64_t count() const { return count_; }
    double mean() const { return mean_; }
    /// Unbiased; zero for fewer than two values.
    double variance() const { return count_ > 1 ? squares_ / static_cast<double>(count_ - 1) : 0.0; }

   private:
    std::int64_t count_ = 0;
    double mean_ = 0;
    double squares_ = 0;  // sum of squared distances from the mean
};

}  // namespace rollcast
