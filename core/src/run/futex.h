// futex(2), for the few threads of taskleak's own that must not depend on any lock of the program.
#ifndef TASKLEAK_SRC_RUN_FUTEX_H_
#define TASKLEAK_SRC_RUN_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace taskleak::run {

/// Sleeps while `word` is `value`, at most `timeout`. May return early. Async-signal-safe.
inline void FutexWait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                      std::chrono::nanoseconds timeout) {
  const timespec limit{.tv_sec = static_cast<time_t>(timeout.count() / 1'000'000'000),
                       .tv_nsec = static_cast<long>(timeout.count() % 1'000'000'000)};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, &limit, nullptr, 0);
}

/// Wakes one sleeper. Async-signal-safe.
inline void FutexWake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_FUTEX_H_
