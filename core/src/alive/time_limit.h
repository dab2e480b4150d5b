// When a wait ends by itself.
#ifndef TASKLEAK_SRC_ALIVE_TIME_LIMIT_H_
#define TASKLEAK_SRC_ALIVE_TIME_LIMIT_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "linux/proc/thread_info.h"

namespace taskleak::alive {

/// The time limit of a call that a thread is blocked in.
struct TimeLimit {
  std::chrono::nanoseconds time{0};
  bool in_all = false;  ///< `time` is what the whole wait may take; else what is left of it now,
                        ///< which is negative when the limit has passed
};

/// Returns the limit of that call; nothing if it has none, if it is years away, or if it cannot be
/// read. Thread-safe.
std::optional<TimeLimit> ReadTimeLimit(const platform::BlockedAt& at);

/// Returns true if that limit is years away: the time at `address` (timespec(3)) is how programs
/// say "never". Only for a limit that ReadTimeLimit does not return. Thread-safe.
bool IsYearsAway(std::uintptr_t address);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_TIME_LIMIT_H_
