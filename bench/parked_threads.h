// Threads that wait until they are ended.
#ifndef TASKLEAK_BENCH_PARKED_THREADS_H_
#define TASKLEAK_BENCH_PARKED_THREADS_H_

#include <functional>
#include <latch>
#include <thread>
#include <utility>
#include <vector>

namespace taskleak::bench {

/// Starts `count` threads that each call `park(index, end)`, which must wait for `end`. All have
/// started when the constructor returns. The destructor ends and joins them.
class ParkedThreads {
 public:
  using Park = std::function<void(int index, std::latch& end)>;

  explicit ParkedThreads(
      int count, Park park = [](int, std::latch& end) { end.wait(); })
      : park_(std::move(park)), started_(count) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, i] {
        started_.count_down();
        park_(i, end_);
      });
    }
    started_.wait();
  }
  ~ParkedThreads() {
    end_.count_down();
    for (std::thread& thread : threads_) thread.join();
  }
  ParkedThreads(const ParkedThreads&) = delete;
  ParkedThreads& operator=(const ParkedThreads&) = delete;

 private:
  Park park_;
  std::latch started_;
  std::latch end_{1};
  std::vector<std::thread> threads_;
};

}  // namespace taskleak::bench

#endif  // TASKLEAK_BENCH_PARKED_THREADS_H_
