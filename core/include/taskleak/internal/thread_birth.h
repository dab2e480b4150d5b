// Records the lives of threads. For taskleak::hooks.
//
// These functions run in the program's threads, with the locks that they hold and the stack that
// they have left. So they take only short locks of their own, no memory from the program's
// allocator, and at most a kilobyte of stack.
#ifndef TASKLEAK_INTERNAL_THREAD_BIRTH_H_
#define TASKLEAK_INTERNAL_THREAD_BIRTH_H_

#include <pthread.h>

#include <cstdint>

// Makes a call go through an address that is resolved when the program is loaded: the dynamic
// linker needs three kilobytes of stack to look up a function at its first call.
#if defined(__has_attribute) && __has_attribute(noplt)
#define TASKLEAK_BOUND_EARLY __attribute__((noplt))
#else
#define TASKLEAK_BOUND_EARLY
#endif

#pragma GCC visibility push(default)  // what a shared taskleak exports

namespace taskleak::internal {

using StartRoutine = void* (*)(void*);
using C11StartRoutine = int (*)(void*);

/// Records one thread, from before its creation until its end does not matter any more.
class ThreadBirth;

/// Prepares what the others need. Call it when the program or the hooks' library is loaded, or
/// before the first call of another. Thread-safe, like all functions here.
TASKLEAK_BOUND_EARLY void PrepareBirths();

/// Records the creator of a thread. Call it in the creator, before the thread exists. Returns null
/// if births are not recorded or there is no memory; then create the thread as without hooks. Keeps
/// errno.
TASKLEAK_BOUND_EARLY ThreadBirth* BeginBirth(StartRoutine routine, void* argument,
                                             const pthread_attr_t* attributes);
/// Records the creator of a C11 thread, in the same way.
TASKLEAK_BOUND_EARLY ThreadBirth* BeginC11Birth(C11StartRoutine routine, void* argument);
/// Forgets a thread that could not be created.
TASKLEAK_BOUND_EARLY void CancelBirth(ThreadBirth* birth);
/// Notes that the thread exists. Call it in the creator; `handle` is where pthread_create stored
/// the handle.
TASKLEAK_BOUND_EARLY void FinishBirth(ThreadBirth* birth, const pthread_t* handle);
/// Runs the thread's routine on the new thread. Notices the thread's end, however it ends.
TASKLEAK_BOUND_EARLY void* RunThread(ThreadBirth* birth);
/// Runs the routine of a C11 thread. RunThread calls it with a ThreadBirth as `birth`.
void* RunC11Routine(void* birth);
/// Calls `routine`, and then `after(with)`: when the routine has returned, called pthread_exit(3),
/// or was cancelled. RunThread uses it to call the thread's routine. Takes no key for
/// thread-specific data, of which a process has few.
void* CallThen(void* (*routine)(void*), void* argument, void (*after)(void*), void* with);

/// Returns the serial of the thread that has that handle now; 0 if unknown. Take it before a join
/// or detach, since the handle can be used again once its thread is gone.
TASKLEAK_BOUND_EARLY std::uint64_t FindSerial(pthread_t handle);
/// Notes that the thread was joined, so it will not be reported.
TASKLEAK_BOUND_EARLY void MarkJoined(pthread_t handle, std::uint64_t serial);
/// Notes that the thread was detached.
TASKLEAK_BOUND_EARLY void MarkDetached(pthread_t handle, std::uint64_t serial);

}  // namespace taskleak::internal

#pragma GCC visibility pop

#undef TASKLEAK_BOUND_EARLY

#endif  // TASKLEAK_INTERNAL_THREAD_BIRTH_H_
