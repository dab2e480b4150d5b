// Finds out what the arguments of futex(2) show.
#ifndef TASKLEAK_SRC_LINUX_LOOK_FUTEX_CALL_H_
#define TASKLEAK_SRC_LINUX_LOOK_FUTEX_CALL_H_

#include <string_view>

#include "linux/proc/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::platform {

/// Returns true if a thread is in futex(2).
bool IsInFutex(const BlockedAt& at);

/// Returns true if the thread waits there by an operation that ends only if another thread, a
/// signal or the time wakes it.
bool IsFutexWait(const BlockedAt& at);

/// Returns true if other processes can wait for the same word.
bool IsSharedFutex(const BlockedAt& at);

/// Returns true if the wait is a plain one for a word with the value of a mutex that a thread waits
/// for.
bool IsForContendedMutex(const BlockedAt& at);

/// Returns true if the arguments are those with which libstdc++ waits for a future.
bool IsForFuture(const BlockedAt& at);

/// Holds a wait inside of libc, and its function; empty if the function is not known.
struct LibcWait {
  WaitState state = WaitState::kFutex;
  std::string_view function{};
};

/// Classifies a wait in libc by its arguments alone, whichever function it may be in; kFutex if
/// several kinds of waits have these. The values are those that glibc 2.36 passes.
LibcWait ClassifyLibcWait(const BlockedAt& at);

/// Classifies a wait in a function of libc that is known to have no name: the names on the stack
/// were read. That rules out condition variables and read-write locks, which wait with the same
/// values as semaphores and mutexes with a time limit.
LibcWait ClassifyUnnamedLibcWait(const BlockedAt& at);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_FUTEX_CALL_H_
