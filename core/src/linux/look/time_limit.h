// Finds out when a wait ends by itself.
#ifndef TASKLEAK_SRC_LINUX_LOOK_TIME_LIMIT_H_
#define TASKLEAK_SRC_LINUX_LOOK_TIME_LIMIT_H_

#include <chrono>
#include <optional>

#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// The time limit of a call that a thread is blocked in.
struct TimeLimit {
  std::chrono::nanoseconds time{0};
  bool in_all = false;  ///< `time` is what the whole wait may take; else what is left of it now,
                        ///< which is negative when the limit has passed
};

/// Returns the limit of that call; nothing if it has none, if it is years away, or if it cannot be
/// read. Thread-safe.
std::optional<TimeLimit> ReadTimeLimit(const BlockedAt& at);

/// Returns true if the call was given a limit; false also for the limit of a socket. Thread-safe.
bool HasTimeLimit(const BlockedAt& at);

/// A limit that is years away: that is how programs say "never".
enum class Never {
  kNo,     ///< not years away, or not to be read
  kInAll,  ///< the whole wait may take years
  kUntil,  ///< the wait may last until a time that is years away
};

/// Returns whether the limit is years away. Only for a limit that is given as a timespec(3type) and
/// that ReadTimeLimit does not return. Thread-safe.
Never IsYearsAway(const BlockedAt& at);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_TIME_LIMIT_H_
