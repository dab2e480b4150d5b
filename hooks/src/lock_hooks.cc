// Wraps the functions that lock and unlock read-write locks, and reports to the core which thread
// holds one for reading (taskleak/internal/read_lock.h): the lock itself only counts its readers.
//
// As in thread_hooks.cc, each hook calls the wrapped function with the same arguments and returns
// its result. Without Options::lock_hooks it does nothing else.
#include <pthread.h>
#include <time.h>

#include <atomic>

#include "next_function.h"
#include "taskleak/internal/read_lock.h"

// The functions that come next, as in thread_hooks.cc. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
#define TASKLEAK_WEAK __attribute__((weak))
TASKLEAK_WEAK int __interceptor_pthread_rwlock_rdlock(pthread_rwlock_t*);
TASKLEAK_WEAK int __interceptor_pthread_rwlock_tryrdlock(pthread_rwlock_t*);
TASKLEAK_WEAK int __interceptor_pthread_rwlock_timedrdlock(pthread_rwlock_t*, const timespec*);
TASKLEAK_WEAK int __interceptor_pthread_rwlock_clockrdlock(pthread_rwlock_t*, clockid_t,
                                                           const timespec*);
TASKLEAK_WEAK int __interceptor_pthread_rwlock_unlock(pthread_rwlock_t*);
TASKLEAK_WEAK int ___pthread_rwlock_rdlock(pthread_rwlock_t*);
TASKLEAK_WEAK int ___pthread_rwlock_tryrdlock(pthread_rwlock_t*);
TASKLEAK_WEAK int ___pthread_rwlock_timedrdlock(pthread_rwlock_t*, const timespec*);
TASKLEAK_WEAK int ___pthread_rwlock_clockrdlock(pthread_rwlock_t*, clockid_t, const timespec*);
TASKLEAK_WEAK int ___pthread_rwlock_unlock(pthread_rwlock_t*);
#undef TASKLEAK_WEAK
}
// NOLINTEND(bugprone-reserved-identifier)

namespace taskleak::hooks {
namespace {

NextFunction<decltype(&__interceptor_pthread_rwlock_rdlock)> g_rdlock("pthread_rwlock_rdlock");
NextFunction<decltype(&__interceptor_pthread_rwlock_tryrdlock)> g_tryrdlock(
    "pthread_rwlock_tryrdlock");
NextFunction<decltype(&__interceptor_pthread_rwlock_timedrdlock)> g_timedrdlock(
    "pthread_rwlock_timedrdlock");
NextFunction<decltype(&__interceptor_pthread_rwlock_clockrdlock)> g_clockrdlock(
    "pthread_rwlock_clockrdlock");
NextFunction<decltype(&__interceptor_pthread_rwlock_unlock)> g_unlock("pthread_rwlock_unlock");

std::atomic<bool> g_locks_prepared{false};

[[gnu::noinline]] void PrepareLocks() {
  g_rdlock.Find(__interceptor_pthread_rwlock_rdlock, ___pthread_rwlock_rdlock);
  g_tryrdlock.Find(__interceptor_pthread_rwlock_tryrdlock, ___pthread_rwlock_tryrdlock);
  g_timedrdlock.Find(__interceptor_pthread_rwlock_timedrdlock, ___pthread_rwlock_timedrdlock);
  g_clockrdlock.Find(__interceptor_pthread_rwlock_clockrdlock, ___pthread_rwlock_clockrdlock);
  g_unlock.Find(__interceptor_pthread_rwlock_unlock, ___pthread_rwlock_unlock);
  dlerror();  // a missing function is not an error of the program
  g_locks_prepared.store(true, std::memory_order_release);
}

__attribute__((constructor(101))) void PrepareLocksWhenLoaded() {
  if (!g_locks_prepared.load(std::memory_order_acquire)) PrepareLocks();
}

template <typename Function>
Function NextLock(const NextFunction<Function>& function) {
  if (!g_locks_prepared.load(std::memory_order_acquire)) PrepareLocks();
  return function.Get();
}

bool Records() { return internal::g_records_read_locks.load(std::memory_order_relaxed); }

// Passes on the result of a function that locks for reading.
int NoteIfLocked(int result, const pthread_rwlock_t* lock) {
  if (result == 0 && Records()) internal::NoteReadLock(lock);
  return result;
}

}  // namespace
}  // namespace taskleak::hooks

using namespace taskleak::hooks;  // NOLINT(google-build-using-namespace): as in thread_hooks.cc

#pragma GCC visibility push(default)

extern "C" int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  return NoteIfLocked(NextLock(g_rdlock)(lock), lock);
}

extern "C" int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  return NoteIfLocked(NextLock(g_tryrdlock)(lock), lock);
}

extern "C" int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* limit) noexcept {
  return NoteIfLocked(NextLock(g_timedrdlock)(lock, limit), lock);
}

extern "C" int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                          const timespec* limit) noexcept {
  return NoteIfLocked(NextLock(g_clockrdlock)(lock, clock, limit), lock);
}

// Notes the unlock first: afterwards another thread may have destroyed the lock.
extern "C" int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  if (Records()) taskleak::internal::NoteUnlock(lock);
  return NextLock(g_unlock)(lock);
}

#pragma GCC visibility pop
