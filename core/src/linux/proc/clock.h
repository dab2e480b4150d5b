// The time that ends waits.
#ifndef TASKLEAK_SRC_LINUX_PROC_CLOCK_H_
#define TASKLEAK_SRC_LINUX_PROC_CLOCK_H_

#include <chrono>

namespace taskleak::platform {

/// Reads std::chrono::steady_clock from the kernel, at the cost of a system call. Libraries that
/// show a program another time (libfaketime) replace libc's functions, and with their clock a wait
/// might never end. Thread-safe and async-signal-safe.
struct Clock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_CLOCK_H_
