// Channels between threads, with the semantics of Go's.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_CHANNEL_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_CHANNEL_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "corpus/support/selection.h"

namespace corpus {

/// A queue of at most `capacity` values. With capacity 0 (the default) a sender waits until a
/// receiver takes its value. Must outlive the operations on it.
///
/// Example:
///   Channel<int> numbers;
///   int number = 0;
///   if (Select({numbers.ToReceive(&number), stop.ToReceive()}) == 0) Use(number);
template <typename T>
class Channel {
 public:
  explicit Channel(std::size_t capacity = 0) : capacity_(capacity) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void Send(T value) { Select({ToSend(std::move(value))}); }
  /// std::nullopt if the channel is closed and empty.
  std::optional<T> Receive() {
    std::optional<T> value;
    Select({std::make_shared<ReceiveOperation>(this, &value)});
    return value;
  }
  /// The same, but also returns std::nullopt if no value came in time.
  std::optional<T> ReceiveFor(std::chrono::milliseconds limit) {
    std::optional<T> value;
    SelectFor(limit, {std::make_shared<ReceiveOperation>(this, &value)});
    return value;
  }
  /// Sends only if that needs no waiting. Returns true if it did.
  bool TrySend(T value) { return TrySelect({ToSend(std::move(value))}).has_value(); }
  /// Returns true if there was a value, which is dropped, or if the channel is closed.
  bool TryReceive() { return TrySelect({ToReceive()}).has_value(); }
  /// Closes the channel: nothing may be sent from now on. All waiting receivers continue.
  void Close() {
    const std::lock_guard lock(ChannelsMutex());
    closed_ = true;
    while (auto receiver = NextOf(receivers_)) Serve(*receiver);
  }

  /// Cases of Select. A value that is received goes to `*value`, if that is given.
  Case ToSend(T value) { return std::make_shared<SendOperation>(this, std::move(value)); }
  Case ToReceive(T* value = nullptr) {
    return std::make_shared<ReceiveOperation>(this, nullptr, value);
  }

  /// Returns the number of threads that wait in a send.
  std::size_t senders() const {
    const std::lock_guard lock(ChannelsMutex());
    return senders_.size();
  }

 private:
  class SendOperation : public Operation {
   public:
    SendOperation(Channel* channel, T value) : channel_(channel), value_(std::move(value)) {}

    bool TryNow() override {
      if (channel_->closed_) throw std::logic_error("send on a closed channel");
      if (const auto receiver = channel_->NextOf(channel_->receivers_)) {
        receiver->operation->Take(std::move(value_));
        channel_->Serve(*receiver);
        return true;
      }
      if (channel_->values_.size() >= channel_->capacity_) return false;
      channel_->values_.push_back(std::move(value_));
      return true;
    }
    void Enqueue(Selection* selection, int index) override {
      channel_->senders_.push_back({this, selection, index});
    }
    void Dequeue(Selection* selection) override { Channel::Drop(channel_->senders_, selection); }
    T Give() { return std::move(value_); }

   private:
    Channel* const channel_;
    T value_;
  };

  class ReceiveOperation : public Operation {
   public:
    ReceiveOperation(Channel* channel, std::optional<T>* received, T* value = nullptr)
        : channel_(channel), received_(received), value_(value) {}

    bool TryNow() override {
      const auto sender = channel_->values_.size() >= channel_->capacity_
                              ? channel_->NextOf(channel_->senders_)
                              : std::nullopt;
      if (sender) {
        channel_->values_.push_back(sender->operation->Give());
        channel_->Serve(*sender);
      }
      if (channel_->values_.empty()) return channel_->closed_;
      Take(std::move(channel_->values_.front()));
      channel_->values_.pop_front();
      return true;
    }
    void Enqueue(Selection* selection, int index) override {
      channel_->receivers_.push_back({this, selection, index});
    }
    void Dequeue(Selection* selection) override { Channel::Drop(channel_->receivers_, selection); }
    void Take(T value) {
      if (received_ != nullptr)
        *received_ = std::move(value);
      else if (value_ != nullptr)
        *value_ = std::move(value);
    }

   private:
    Channel* const channel_;
    std::optional<T>* const received_;
    T* const value_;
  };

  template <typename OperationType>
  struct Waiting {
    OperationType* operation;
    Selection* selection;
    int index;
  };

  /// Returns the first waiting thread that no other channel has served in the meantime.
  template <typename Queue>
  static std::optional<typename Queue::value_type> NextOf(Queue& queue) {
    while (!queue.empty()) {
      const auto first = queue.front();
      queue.pop_front();
      if (!first.selection->done) return first;
    }
    return std::nullopt;
  }
  template <typename Queue>
  static void Drop(Queue& queue, Selection* selection) {
    std::erase_if(queue, [selection](const auto& one) { return one.selection == selection; });
  }
  template <typename One>
  static void Serve(const One& waiting) {
    waiting.selection->done = waiting.index;
    waiting.selection->served.notify_one();
  }

  const std::size_t capacity_;
  bool closed_ = false;
  std::deque<T> values_;
  std::deque<Waiting<SendOperation>> senders_;
  std::deque<Waiting<ReceiveOperation>> receivers_;
};

/// Returns once a thread waits in a send on `channel`.
template <typename T>
void AwaitSender(const Channel<T>& channel) {
  while (channel.senders() == 0) std::this_thread::yield();
}

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_CHANNEL_H_
