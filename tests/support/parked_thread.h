// A thread that stays at a place that the test chooses.
#ifndef TASKLEAK_TESTS_SUPPORT_PARKED_THREAD_H_
#define TASKLEAK_TESTS_SUPPORT_PARKED_THREAD_H_

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <utility>

#include "linux/proc/thread_info.h"

namespace taskleak::testing {

/// Runs `block` in a thread of its own, which must block in it. `release` lets the thread continue.
/// The destructor joins it.
class BlockedThread {
 public:
  BlockedThread(std::function<void()> block, std::function<void()> release)
      : release_(std::move(release)), thread_([this, block = std::move(block)] {
          tid_.store(gettid());
          started_.count_down();
          block();
        }) {
    started_.wait();
  }
  ~BlockedThread() {
    release_();
    thread_.join();
  }
  BlockedThread(const BlockedThread&) = delete;
  BlockedThread& operator=(const BlockedThread&) = delete;

  [[nodiscard]] int tid() const { return tid_.load(); }

  /// Waits until the thread is blocked in the system call `number`.
  void AwaitCall(long number) const {
    for (;;) {
      const auto at = platform::ReadBlockedAt(tid());
      if (at && !at->running && at->number == number) return;
      std::this_thread::yield();
    }
  }

 private:
  std::function<void()> release_;
  std::latch started_{1};
  std::atomic<int> tid_{0};
  std::thread thread_;
};

/// A thread that waits on a latch until the end of its scope.
class ParkedThread {
 public:
  ParkedThread()
      : latch_(std::make_shared<std::latch>(1)),
        thread_([l = latch_] { l->wait(); }, [l = latch_] { l->count_down(); }) {}
  [[nodiscard]] int tid() const { return thread_.tid(); }
  void AwaitAsleep() const { thread_.AwaitCall(SYS_futex); }

 private:
  std::shared_ptr<std::latch> latch_;
  BlockedThread thread_;
};

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_PARKED_THREAD_H_
