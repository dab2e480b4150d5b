// Reports a test that never returns, and ends the process: otherwise such a test hides its leak
// from every check that comes after it.
#ifndef TASKLEAK_SRC_RUN_HANG_WATCH_H_
#define TASKLEAK_SRC_RUN_HANG_WATCH_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "alive/stillness.h"
#include "base/mutex.h"
#include "check/checker.h"
#include "linux/proc/clock.h"
#include "run/last_resort.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/test_run.h"

namespace taskleak::run {

/// Watches for hangs with two threads, both named and adopted. The first sleeps until a test, or
/// what runs around tests, exceeds the hang timeout or is shown never to return. (It looks for that
/// after 1 s, 2 s, 4 s, ...: every thread is asleep, or that of the test is in a deadlock.) Then it
/// reports all threads, has the report printed by the framework or prints it itself, and ends the
/// process with code 1. The second (LastResort) does the same with less if the first gets stuck in
/// turn, for example on the allocator's lock that the stuck test holds. Arm and Disarm are called
/// by one thread and cost no wake-up.
class HangWatch {
 public:
  /// Starts both threads. `checker` must outlive this object; its options give the timeout. Returns
  /// when both are up: later they might need the very locks that the test is stuck with.
  HangWatch(const check::Checker& checker, TestRun::HangHandler on_hang);
  /// Ends both threads. In a forked child, where they do not exist, only releases them.
  ~HangWatch();
  HangWatch(const HangWatch&) = delete;
  HangWatch& operator=(const HangWatch&) = delete;

  /// Begins to wait for the end of `phase` of `scope`; without a phase, of a test's body.
  void Arm(std::string_view scope, std::string_view phase = {}) TASKLEAK_EXCLUDES(mutex_);
  void Disarm();

 private:
  using Clock = platform::Clock;

  void Watch();
  [[nodiscard]] Clock::time_point NextLook(Clock::time_point armed) const;
  Standstill FindStandstill();
  bool IsStill();
  [[noreturn]] void ReportAndEnd(Standstill standstill, Clock::duration waited);

  const check::Checker& checker_;
  const TestRun::HangHandler on_hang_;
  LastResort last_resort_;
  Mutex mutex_;
  std::string scope_ TASKLEAK_GUARDED_BY(mutex_);
  std::string phase_ TASKLEAK_GUARDED_BY(mutex_);
  std::atomic<Clock::rep> armed_{0};  // since when; 0: nothing is waited for
  std::atomic<int> test_thread_{0};   // that armed it
  // Of the watching thread:
  alive::Stillness stillness_;
  Clock::time_point looked_{};  // when it last looked for a standstill
  std::atomic<std::uint32_t> stop_{0};
  internal::OwnThread thread_;
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_HANG_WATCH_H_
