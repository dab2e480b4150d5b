// Waits until a number of things is done.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_WAIT_GROUP_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_WAIT_GROUP_H_

#include <condition_variable>
#include <mutex>

namespace corpus {

/// Go's sync.WaitGroup. Thread-safe.
class WaitGroup {
 public:
  void Add(int count) {
    const std::lock_guard lock(mutex_);
    count_ += count;
    if (count_ == 0) none_left_.notify_all();
  }
  void Done() { Add(-1); }
  void Wait() {
    std::unique_lock lock(mutex_);
    while (count_ != 0) none_left_.wait(lock);
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_left_;
  int count_ = 0;
};

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_WAIT_GROUP_H_
