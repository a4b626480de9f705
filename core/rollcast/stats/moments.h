#pragma once
// Count, mean and spread of a sample, added up one value or one batch at a time (Welford; Chan, Golub, LeVeque).

#include <cstdint>

namespace rollcast {

class Moments {
   public:
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
