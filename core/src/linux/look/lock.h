// The holders of glibc's locks, read from memory.
#ifndef TASKLEAK_SRC_LINUX_LOOK_LOCK_H_
#define TASKLEAK_SRC_LINUX_LOOK_LOCK_H_

#include <cstdint>
#include <optional>

#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// A lock or a thread's end that a thread waits for, and its holder.
struct Hold {
  std::uintptr_t address = 0;  ///< of the lock; 0 for a thread's end
  int holder = 0;              ///< thread id in memory, not checked; 0 if memory has none
  unsigned readers = 0;        ///< threads that hold it for reading, if this one waits to write
  bool shared = false;         ///< shared with other processes, so the holder may be in one of them

  bool operator==(const Hold&) const = default;
};

/// Returns the lock of a thread that waits `at` in a function of pthread_mutex_lock's family.
/// Returns nothing if memory does not look like such a lock with a waiting thread. All functions
/// here read memory without a fault (platform/memory.h) and are thread-safe.
std::optional<Hold> ReadMutexWait(const BlockedAt& at);
/// Returns the same for pthread_rwlock_rdlock's family, or pthread_rwlock_wrlock's if `to_write`.
std::optional<Hold> ReadRwlockWait(const BlockedAt& at, bool to_write);
/// Returns the thread that is joined, while it is alive.
std::optional<Hold> ReadJoin(const BlockedAt& at);

/// Returns the condition variable of a thread that waits `at` in pthread_cond_wait.
std::uintptr_t ConditionVariableOf(const BlockedAt& at);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_LOCK_H_
