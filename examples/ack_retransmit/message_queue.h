#ifndef EXAMPLES_ACK_RETRANSMIT_MESSAGE_QUEUE_H_
#define EXAMPLES_ACK_RETRANSMIT_MESSAGE_QUEUE_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace push {

/// Messages from one thread to another.
class MessageQueue {
 public:
  void Put(std::string message) {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_one();
  }

  /// Returns the next message, or nothing once the queue is closed and empty.
  std::optional<std::string> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !messages_.empty(); });
    if (messages_.empty()) return std::nullopt;
    std::string message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> messages_;
  bool closed_ = false;
};

}  // namespace push

#endif  // EXAMPLES_ACK_RETRANSMIT_MESSAGE_QUEUE_H_
