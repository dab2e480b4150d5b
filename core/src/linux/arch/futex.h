// futex(2) without libc, for words of taskleak that must not depend on any lock or function of the
// program.
#ifndef TASKLEAK_SRC_LINUX_ARCH_FUTEX_H_
#define TASKLEAK_SRC_LINUX_ARCH_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "linux/arch/raw_call.h"

namespace taskleak::platform {

/// Sleeps while `word` is `value`, until FutexWake() or until `limit`, if there is one, has passed.
/// May return early. Async-signal-safe.
inline void FutexWait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                      const timespec* limit = nullptr) {
  RawCall(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAIT_PRIVATE, value,
          reinterpret_cast<long>(limit));
}
inline void FutexWait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                      std::chrono::nanoseconds timeout) {
  const timespec limit{.tv_sec = static_cast<time_t>(timeout.count() / 1'000'000'000),
                       .tv_nsec = static_cast<long>(timeout.count() % 1'000'000'000)};
  FutexWait(word, value, &limit);
}

/// Wakes one sleeper. Async-signal-safe.
inline void FutexWake(const std::atomic<std::uint32_t>& word) {
  RawCall(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAKE_PRIVATE, 1);
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_FUTEX_H_
