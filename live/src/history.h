// Counts over the life of the process.
#ifndef TASKLEAK_LIVE_SRC_HISTORY_H_
#define TASKLEAK_LIVE_SRC_HISTORY_H_

#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace taskleak::live {

/// Keeps the counts of each look. Its size is bounded: when it is full, every other count is
/// dropped, so it always reaches back to the start. Thread-safe.
class History {
 public:
  struct Point {
    std::chrono::steady_clock::time_point time;
    std::size_t threads = 0;
    std::size_t tasks = 0;
  };
  static constexpr std::size_t kMost = 240;

  void Add(const Point& point);
  [[nodiscard]] std::vector<Point> Points() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Point> points_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_HISTORY_H_
