#include "rollcast/stats/moments.h"

namespace rollcast {

void Moments::add(double value) {
    ++count_;
    const double distance = value - mean_;
    mean_ += distance / static_cast<double>(count_);
    squares_ += distance * (value - mean_);
}

void Moments::merge(const Moments& other) {
    if (other.count_ == 0) return;
    const double ours = static_cast<double>(count_);
    const double theirs = static_cast<double>(other.count_);
    const double distance = other.mean_ - mean_;
    count_ += other.count_;
    mean_ += distance * theirs / (ours + theirs);
    squares_ += other.squares_ + distance * distance * ours * theirs / (ours + theirs);
}

}  // namespace rollcast
