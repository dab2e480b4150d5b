// Records which threads hold read-write locks for reading. For taskleak::hooks.
//
// All of it runs in threads of the program, as what taskleak/internal/thread_birth.h declares: it
// takes no lock and no memory.
#ifndef TASKLEAK_INTERNAL_READ_LOCK_H_
#define TASKLEAK_INTERNAL_READ_LOCK_H_

#include <atomic>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Says whether they are recorded (Options::lock_hooks).
inline std::atomic<bool> g_records_read_locks{false};

/// Notes that the calling thread holds the lock for reading, once more.
void NoteReadLock(const void* lock) noexcept;
/// Notes that the calling thread is about to unlock the lock, which it holds for reading or
/// writing.
void NoteUnlock(const void* lock) noexcept;

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_READ_LOCK_H_
