// Stands before the functions that create, join and detach threads, and tells the core
// (taskleak/thread_birth.h) of each.
//
// Compiled into the executable, these definitions come first in the lookup of symbols, so calls
// from libraries reach them too. Each calls the function it stands before with the same arguments
// and returns what that returned; errno and cancellation are that function's own.
#include <pthread.h>
#include <threads.h>

#include <time.h>

#include <cerrno>
#include <cstdint>
#include <new>

#include "next_function.h"
#include "taskleak/thread_birth.h"

// The functions that come next, see NextFunction: the sanitizers' interceptors and libc's internal
// names, both absent in most builds. NOLINTBEGIN(bugprone-reserved-identifier)
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

bool StartsDetached(const pthread_attr_t* attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  return state == PTHREAD_CREATE_DETACHED;
}

// A C thread's routine returns int, so it travels inside a routine as pthreads have it.
struct C11Start {
  thrd_start_t routine;
  void* argument;
};

void* RunC11Routine(void* start) {
  const C11Start copy = *static_cast<C11Start*>(start);
  delete static_cast<C11Start*>(start);
  const std::intptr_t result = copy.routine(copy.argument);
  return reinterpret_cast<void*>(result);  // NOLINT(performance-no-int-to-ptr): a number it stays
}

// What C11 calls the outcomes of pthreads' functions; as glibc does (sysdeps/pthread/thrd_priv.h).
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

// Calls a joining function and notes the join if it succeeds.
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

// Shared libraries shall find them too, whatever visibility the executable's own code has.
#pragma GCC visibility push(default)

// One address in the whole process: where an executable and a library both have hooks, the inner
// one sees that the outer one has spoken.
extern "C" __attribute__((weak)) void* taskleak_run_thread(void* birth) {
  return taskleak::internal::RunThread(static_cast<taskleak::internal::ThreadBirth*>(birth));
}

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) {
  const auto next = g_pthread_create.Get(__interceptor_pthread_create, __pthread_create);
  // Somebody else's routine must not run before the sanitizer's own, which prepares the thread.
  const bool is_inner = routine == taskleak_run_thread || g_pthread_create.IsBehindInterceptor();
  auto* const birth =
      is_inner ? nullptr
               : taskleak::internal::BeginBirth(routine, argument, StartsDetached(attributes));
  if (birth == nullptr) return next(thread, attributes, routine, argument);
  taskleak::internal::NoteStack(birth, attributes);
  const int result = next(thread, attributes, taskleak_run_thread, birth);
  if (result == 0) {
    taskleak::internal::FinishBirth(birth, thread);
  } else {
    taskleak::internal::CancelBirth(birth);
  }
  return result;
}

extern "C" int pthread_join(pthread_t thread, void** value) {
  return NoteJoin(thread, [&] {
    return g_pthread_join.Get(__interceptor_pthread_join, __pthread_join)(thread, value);
  });
}

extern "C" int pthread_tryjoin_np(pthread_t thread, void** value) noexcept {
  return NoteJoin(thread, [&] {
    return g_pthread_tryjoin_np.Get(__interceptor_pthread_tryjoin_np, __pthread_tryjoin_np)(thread,
                                                                                            value);
  });
}

extern "C" int pthread_timedjoin_np(pthread_t thread, void** value, const timespec* limit) {
  return NoteJoin(thread, [&] {
    return g_pthread_timedjoin_np.Get(__interceptor_pthread_timedjoin_np, ___pthread_timedjoin_np)(
        thread, value, limit);
  });
}

extern "C" int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock,
                                    const timespec* limit) {
  return NoteJoin(thread, [&] {
    return g_pthread_clockjoin_np.Get(__interceptor_pthread_clockjoin_np, ___pthread_clockjoin_np)(
        thread, value, clock, limit);
  });
}

extern "C" int pthread_detach(pthread_t thread) noexcept {
  const std::uint64_t serial = taskleak::internal::FindSerial(thread);
  const int result = g_pthread_detach.Get(__interceptor_pthread_detach, __pthread_detach)(thread);
  if (result == 0) taskleak::internal::MarkDetached(thread, serial);
  return result;
}

// In glibc C11's threads are pthreads. So they are made from them here too, and sanitizers, which
// know nothing of C11's functions, see them.
extern "C" int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
  auto* const start = new (std::nothrow) C11Start{routine, argument};
  if (start == nullptr) return thrd_nomem;
  const int error = pthread_create(thread, nullptr, RunC11Routine, start);
  if (error != 0) delete start;
  return C11Result(error);
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
