// A thread that reports its own place, so that a look at it can be compared with that.
#ifndef TASKLEAK_TESTS_CAPTURE_WATCHED_THREAD_H_
#define TASKLEAK_TESTS_CAPTURE_WATCHED_THREAD_H_

#include <pthread.h>
#include <unistd.h>
#include <unwind.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "linux/look/stack_reader.h"
#include "linux/proc/thread_info.h"
#include "report/missing_words.h"

namespace taskleak::capture {

/// Waits until `condition` holds. Returns false if it does not hold within half a minute.
template <typename Condition>
bool WaitFor(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Returns the callers of its own caller, as the C++ runtime's unwinder finds them. (Sanitizers
/// change the result of backtrace(3).)
inline __attribute__((noinline)) std::vector<std::uintptr_t> CallersByRuntime() {
  std::vector<std::uintptr_t> frames;
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* list) {
        const std::uintptr_t pc = _Unwind_GetIP(context);
        if (pc != 0) static_cast<std::vector<std::uintptr_t>*>(list)->push_back(pc);
        return _URC_NO_REASON;
      },
      &frames);
  frames.erase(frames.begin(), frames.begin() + 2);  // this function's and its caller's
  return frames;
}

/// Returns an empty text if `stack` is whole and ends in `callers`, and otherwise what is wrong.
inline std::string Compare(const platform::RawStack& stack,
                           const std::vector<std::uintptr_t>& callers) {
  if (!stack.missing.nothing()) return report::MissingText(stack.missing);
  if (stack.frames.size() <= callers.size()) return "too few frames";
  const std::size_t inner = stack.frames.size() - callers.size();
  for (std::size_t i = 0; i < callers.size(); ++i) {
    if (stack.frames[inner + i].pc != callers[i]) return "wrong frames";
  }
  return "";
}

/// Runs a function in a thread of its own, with a stack of the given size (0: the usual).
class WatchedThread {
 public:
  explicit WatchedThread(std::function<void()> body, std::size_t stack_size = 0)
      : body_(std::move(body)) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (stack_size != 0) pthread_attr_setstacksize(&attributes, stack_size);
    if (pthread_create(&thread_, &attributes, &Start, this) != 0) std::abort();
    pthread_attr_destroy(&attributes);
  }
  ~WatchedThread() { Join(); }
  WatchedThread(const WatchedThread&) = delete;
  WatchedThread& operator=(const WatchedThread&) = delete;

  void Join() {
    if (!std::exchange(joined_, true)) pthread_join(thread_, nullptr);
  }
  [[nodiscard]] pthread_t handle() const { return thread_; }
  /// Waits until the thread has begun.
  [[nodiscard]] int tid() const {
    tid_.wait(0);
    return tid_;
  }
  /// Waits until the thread is blocked in the system call.
  [[nodiscard]] bool WaitUntilIn(long number) const {
    const int tid = this->tid();
    return WaitFor([&] {
      const auto at = platform::ReadBlockedAt(tid);
      return at && !at->running && at->number == number;
    });
  }
  /// Returns the callers of the thread's own body.
  [[nodiscard]] const std::vector<std::uintptr_t>& callers() const {
    tid_.wait(0);
    return callers_;
  }

 private:
  static __attribute__((noinline)) void* Start(void* self_pointer) {
    auto* const self = static_cast<WatchedThread*>(self_pointer);
    self->Run();
    return nullptr;
  }
  __attribute__((noinline)) void Run() {
    callers_ = CallersByRuntime();
    tid_ = gettid();
    tid_.notify_all();
    body_();
    asm volatile("");  // keeps this from being a tail call
  }

  std::function<void()> body_;
  pthread_t thread_{};
  std::vector<std::uintptr_t> callers_;
  std::atomic<int> tid_{0};
  bool joined_ = false;
};

/// Blocks a thread until the test releases it.
class Gate {
 public:
  Gate() {
    if (pipe2(ends_.data(), 0) != 0) std::abort();
  }
  ~Gate() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Blocks in read(2). Returns true if that ended undisturbed.
  bool Pass() const {
    char c = 0;
    return read(ends_[0], &c, 1) == 1;
  }
  /// Returns the descriptor from which Pass() reads one byte.
  [[nodiscard]] int fd() const { return ends_[0]; }
  void Open(std::size_t times = 1) const {
    for (; times > 0; --times) {
      if (write(ends_[1], "x", 1) != 1) std::abort();
    }
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace taskleak::capture

#endif  // TASKLEAK_TESTS_CAPTURE_WATCHED_THREAD_H_
