#ifndef TASKLEAK_EXAMPLES_CATCH2_QUEUE_SIZE_ONE_QUEUE_H_
#define TASKLEAK_EXAMPLES_CATCH2_QUEUE_SIZE_ONE_QUEUE_H_

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace search {

/// A queue with room for one item, between one sender and one receiver.
template <typename T>
class SizeOneQueue {
 public:
  /// Waits for room. Returns false if the queue was closed instead.
  bool Send(T item) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !item_.has_value(); });
    if (closed_) return false;
    item_ = std::move(item);
    changed_.notify_all();
    return true;
  }

  /// Waits for an item. Returns nothing if the queue was closed and is empty.
  std::optional<T> Receive() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || item_.has_value(); });
    changed_.notify_all();
    return std::exchange(item_, std::nullopt);
  }

  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> item_;
  bool closed_ = false;
};

}  // namespace search

#endif  // TASKLEAK_EXAMPLES_CATCH2_QUEUE_SIZE_ONE_QUEUE_H_
