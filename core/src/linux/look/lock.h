// What glibc's locks say of who holds them.
#ifndef TASKLEAK_SRC_LINUX_LOOK_LOCK_H_
#define TASKLEAK_SRC_LINUX_LOOK_LOCK_H_

#include <cstdint>
#include <optional>

#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// What a thread waits for until another thread lets it go.
struct Hold {
  std::uintptr_t address = 0;  ///< of the lock; 0 for a thread's end
  int holder = 0;              ///< thread id as memory has it, not checked; 0 if it names nobody
  unsigned readers = 0;        ///< how many hold for reading what is wanted for writing
  bool shared = false;         ///< with other processes: the holder may be in one of them

  bool operator==(const Hold&) const = default;
};

/// The lock for which a thread that waits `at` in a function of pthread_mutex_lock's family waits.
/// Nothing if memory does not look like such a lock that is waited for. All here read memory
/// without risk (platform/memory.h) and are thread-safe.
std::optional<Hold> ReadMutexWait(const BlockedAt& at);
/// The same for pthread_rwlock_rdlock's family, or pthread_rwlock_wrlock's if `to_write`.
std::optional<Hold> ReadRwlockWait(const BlockedAt& at, bool to_write);
/// The thread that is joined, while it lives.
std::optional<Hold> ReadJoin(const BlockedAt& at);

/// The condition variable for which a thread that waits `at` in pthread_cond_wait waits.
std::uintptr_t ConditionVariableOf(const BlockedAt& at);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_LOCK_H_
