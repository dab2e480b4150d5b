#include "history.h"

namespace taskleak::live {

void History::Add(const Point& point) {
  const std::lock_guard lock(mutex_);
  if (points_.size() == kMost) {
    for (std::size_t i = 0; i < kMost / 2; ++i) points_[i] = points_[2 * i];
    points_.resize(kMost / 2);
  }
  points_.push_back(point);
}

std::vector<History::Point> History::Points() const {
  const std::lock_guard lock(mutex_);
  return points_;
}

}  // namespace taskleak::live
