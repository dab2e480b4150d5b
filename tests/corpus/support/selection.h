// Waits for the first of several channel operations that can be done.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_SELECTION_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_SELECTION_H_

#include <chrono>
#include <condition_variable>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>

namespace corpus {

/// Guards all channels, so an operation on several of them needs no lock order. It is held only
/// during an operation, never while a thread waits.
inline std::mutex& ChannelsMutex() {
  static std::mutex mutex;
  return mutex;
}

/// A thread that waits in Select. The thread that serves it records which of its operations was
/// done.
struct Selection {
  std::condition_variable served;
  std::optional<int> done;
};

/// One operation on one channel, as a case of Select. All of it is called with ChannelsMutex()
/// held.
class Operation {
 public:
  Operation() = default;
  virtual ~Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  virtual bool TryNow() = 0;  ///< does it if that needs no waiting
  virtual void Enqueue(Selection* selection, int index) = 0;
  virtual void Dequeue(Selection* selection) = 0;
};

using Case = std::shared_ptr<Operation>;

/// Does the first case that can be done and returns its index; std::nullopt if none can.
inline std::optional<int> TrySelect(std::initializer_list<Case> cases) {
  const std::lock_guard lock(ChannelsMutex());
  int index = 0;
  for (const Case& one : cases) {
    if (one->TryNow()) return index;
    ++index;
  }
  return std::nullopt;
}

namespace internal {

/// Waits with `wait` until one of the cases was done. Returns std::nullopt if `wait` gave up.
template <typename Wait>
std::optional<int> SelectWaiting(std::initializer_list<Case> cases, Wait wait) {
  std::unique_lock lock(ChannelsMutex());
  Selection selection;
  int index = 0;
  for (const Case& one : cases) {
    if (one->TryNow()) return index;
    ++index;
  }
  index = 0;
  for (const Case& one : cases) one->Enqueue(&selection, index++);
  wait(selection, lock);
  for (const Case& one : cases) one->Dequeue(&selection);
  return selection.done;
}

}  // namespace internal

/// The same, but waits until one can be done.
inline int Select(std::initializer_list<Case> cases) {
  return *internal::SelectWaiting(cases, [](Selection& selection, auto& lock) {
    while (!selection.done) selection.served.wait(lock);
  });
}

/// The same, but waits for at most `limit` and then returns std::nullopt.
inline std::optional<int> SelectFor(std::chrono::milliseconds limit,
                                    std::initializer_list<Case> cases) {
  return internal::SelectWaiting(cases, [limit](Selection& selection, auto& lock) {
    selection.served.wait_for(lock, limit, [&selection] { return selection.done.has_value(); });
  });
}

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_SELECTION_H_
