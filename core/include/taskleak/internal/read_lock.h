// Records which threads hold read-write locks for reading. For taskleak::hooks.
//
// These functions run in the program's threads, under the conditions that
// taskleak/internal/thread_birth.h states. They take no lock and no memory.
#ifndef TASKLEAK_INTERNAL_READ_LOCK_H_
#define TASKLEAK_INTERNAL_READ_LOCK_H_

#include <atomic>

// Has the same purpose as in taskleak/internal/thread_birth.h.
#if defined(__has_attribute) && __has_attribute(noplt)
#define TASKLEAK_BOUND_EARLY __attribute__((noplt))
#else
#define TASKLEAK_BOUND_EARLY
#endif

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Says whether such locks are recorded (Options::lock_hooks).
inline std::atomic<bool> g_records_read_locks{false};

/// Notes that the calling thread holds the lock for reading, once more.
TASKLEAK_BOUND_EARLY void NoteReadLock(const void* lock) noexcept;
/// Notes that the calling thread is about to unlock the lock, which it holds for reading or
/// writing.
TASKLEAK_BOUND_EARLY void NoteUnlock(const void* lock) noexcept;

}  // namespace taskleak::internal
#pragma GCC visibility pop

#undef TASKLEAK_BOUND_EARLY

#endif  // TASKLEAK_INTERNAL_READ_LOCK_H_
