// Wraps the functions that create, join and detach threads, and reports each call to the core
// (taskleak/internal/thread_birth.h).
//
// These definitions are compiled into the executable, so they come first in the lookup of symbols,
// and calls from libraries reach them too. Each hook calls the wrapped function with the same
// arguments and returns its result. errno and cancellation are those of that function.
// docs/design.md says which locks, memory and stack a hook needs in addition.
#include <pthread.h>
#include <threads.h>

#include <time.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "next_function.h"
#include "taskleak/internal/thread_birth.h"

// The functions that come next (see NextFunction): the sanitizers' interceptors and libc's internal
// names. Most builds have neither. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
#define TASKLEAK_WEAK __attribute__((weak))
TASKLEAK_WEAK int __interceptor_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*),
                                               void*);
TASKLEAK_WEAK int __interceptor_pthread_join(pthread_t, void**);
TASKLEAK_WEAK int __interceptor_pthread_detach(pthread_t);
TASKLEAK_WEAK int __interceptor_pthread_tryjoin_np(pthread_t, void**);
TASKLEAK_WEAK int __interceptor_pthread_timedjoin_np(pthread_t, void**, const timespec*);
TASKLEAK_WEAK int __interceptor_pthread_clockjoin_np(pthread_t, void**, clockid_t, const timespec*);
TASKLEAK_WEAK int __pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
TASKLEAK_WEAK int __pthread_join(pthread_t, void**);
TASKLEAK_WEAK int __pthread_detach(pthread_t);
TASKLEAK_WEAK int __pthread_tryjoin_np(pthread_t, void**);
TASKLEAK_WEAK int ___pthread_timedjoin_np(pthread_t, void**, const timespec*);
TASKLEAK_WEAK int ___pthread_clockjoin_np(pthread_t, void**, clockid_t, const timespec*);
TASKLEAK_WEAK int __thrd_create(thrd_t*, thrd_start_t, void*);
#undef TASKLEAK_WEAK
}
// NOLINTEND(bugprone-reserved-identifier)

namespace taskleak::hooks {
namespace {

NextFunction<decltype(&__interceptor_pthread_create)> g_pthread_create("pthread_create");
NextFunction<decltype(&__interceptor_pthread_join)> g_pthread_join("pthread_join");
NextFunction<decltype(&__interceptor_pthread_detach)> g_pthread_detach("pthread_detach");
NextFunction<decltype(&__interceptor_pthread_tryjoin_np)> g_pthread_tryjoin_np(
    "pthread_tryjoin_np");
NextFunction<decltype(&__interceptor_pthread_timedjoin_np)> g_pthread_timedjoin_np(
    "pthread_timedjoin_np");
NextFunction<decltype(&__interceptor_pthread_clockjoin_np)> g_pthread_clockjoin_np(
    "pthread_clockjoin_np");

NextFunction<decltype(&__thrd_create)> g_thrd_create("thrd_create");

std::atomic<bool> g_prepared{false};

// Runs before any thread of the program can hold a lock that this needs: when the program is
// loaded, or at the first call if that comes earlier, from the initialization of a library.
// Prepares everything at once, since the creation of the first thread comes before all other
// actions of threads.
[[gnu::noinline]] void Prepare() {
  g_pthread_create.Find(__interceptor_pthread_create, __pthread_create);
  g_pthread_join.Find(__interceptor_pthread_join, __pthread_join);
  g_pthread_detach.Find(__interceptor_pthread_detach, __pthread_detach);
  g_pthread_tryjoin_np.Find(__interceptor_pthread_tryjoin_np, __pthread_tryjoin_np);
  g_pthread_timedjoin_np.Find(__interceptor_pthread_timedjoin_np, ___pthread_timedjoin_np);
  g_pthread_clockjoin_np.Find(__interceptor_pthread_clockjoin_np, ___pthread_clockjoin_np);
  g_thrd_create.Find(nullptr, __thrd_create);
  dlerror();  // a missing function is not an error of the program
  internal::PrepareBirths();
  g_prepared.store(true, std::memory_order_release);
}

__attribute__((constructor(101))) void PrepareWhenLoaded() {  // the first one for programs
  if (!g_prepared.load(std::memory_order_acquire)) Prepare();
}

template <typename Function>
Function Next(const NextFunction<Function>& function) {
  if (!g_prepared.load(std::memory_order_acquire)) Prepare();
  return function.Get();
}

// Converts a result of pthreads to one of C11, as glibc does (sysdeps/pthread/thrd_priv.h).
int C11Result(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

// Calls a joining function, and records the join if it succeeds.
template <typename Join>
int NoteJoin(pthread_t thread, Join join) {
  const std::uint64_t serial = internal::FindSerial(thread);
  const int result = join();
  if (result == 0) internal::MarkJoined(thread, serial);
  return result;
}

}  // namespace
}  // namespace taskleak::hooks

using namespace taskleak::hooks;  // NOLINT(google-build-using-namespace): the hooks themselves can
                                  // be in no namespace

// Shared libraries must find them too, even if the executable's own code is hidden.
#pragma GCC visibility push(default)

// It has one address in the whole process. If an executable and a library both have hooks, the
// inner one sees that the outer one has already acted.
extern "C" __attribute__((weak)) void* taskleak_run_thread(void* birth) {
  return taskleak::internal::RunThread(static_cast<taskleak::internal::ThreadBirth*>(birth));
}

namespace {

// Creates the thread with a function behind the hooks.
int Create(taskleak::internal::ThreadBirth* birth, pthread_t* thread,
           const pthread_attr_t* attributes, decltype(&__interceptor_pthread_create) next) {
  const int result = next(thread, attributes, taskleak_run_thread, birth);
  if (result == 0)
    taskleak::internal::FinishBirth(birth, thread);
  else
    taskleak::internal::CancelBirth(birth);
  return result;
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) {
  const auto next = Next(g_pthread_create);
  // No other routine may run before the sanitizer's own routine, which prepares the thread.
  const bool is_inner = routine == taskleak_run_thread || g_pthread_create.IsBehindInterceptor();
  auto* const birth =
      is_inner ? nullptr : taskleak::internal::BeginBirth(routine, argument, attributes);
  if (birth == nullptr) return next(thread, attributes, routine, argument);
  return Create(birth, thread, attributes, next);
}

extern "C" int pthread_join(pthread_t thread, void** value) {
  const auto next = Next(g_pthread_join);
  return NoteJoin(thread, [=] { return next(thread, value); });
}

extern "C" int pthread_tryjoin_np(pthread_t thread, void** value) noexcept {
  const auto next = Next(g_pthread_tryjoin_np);
  return NoteJoin(thread, [=] { return next(thread, value); });
}

extern "C" int pthread_timedjoin_np(pthread_t thread, void** value, const timespec* limit) {
  const auto next = Next(g_pthread_timedjoin_np);
  return NoteJoin(thread, [=] { return next(thread, value, limit); });
}

extern "C" int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock,
                                    const timespec* limit) {
  const auto next = Next(g_pthread_clockjoin_np);
  return NoteJoin(thread, [=] { return next(thread, value, clock, limit); });
}

extern "C" int pthread_detach(pthread_t thread) noexcept {
  const auto next = Next(g_pthread_detach);
  const std::uint64_t serial = taskleak::internal::FindSerial(thread);
  const int result = next(thread);
  if (result == 0) taskleak::internal::MarkDetached(thread, serial);
  return result;
}

// In glibc, C11's threads are pthreads. So they are created as pthreads here too, and sanitizers,
// which do not know C11's functions, see them.
extern "C" int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
  const auto next = Next(g_pthread_create);
  auto* const birth = g_pthread_create.IsBehindInterceptor()
                          ? nullptr
                          : taskleak::internal::BeginC11Birth(routine, argument);
  if (birth == nullptr) return Next(g_thrd_create)(thread, routine, argument);
  return C11Result(Create(birth, thread, nullptr, next));
}

extern "C" int thrd_join(thrd_t thread, int* value) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (error == 0 && value != nullptr)
    *value = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
  return C11Result(error);
}

extern "C" int thrd_detach(thrd_t thread) { return C11Result(pthread_detach(thread)); }

#pragma GCC visibility pop
