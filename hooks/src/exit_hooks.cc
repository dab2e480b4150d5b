// Wraps the functions that end the process without running handlers, and reports their calls
// (taskleak/internal/process_end.h): a test that makes such a call must not pass unchecked.
//
// Compiled into the executable, like thread_hooks.cc. Async-signal-safe, like the wrapped
// functions.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "next_function.h"
#include "taskleak/internal/process_end.h"

extern "C" __attribute__((weak, noreturn)) void
__interceptor__exit(  // NOLINT: the sanitizer's name
    int status);

namespace taskleak::hooks {
namespace {

NextFunction<void (*)(int)> g_exit("_exit");

__attribute__((constructor(101))) void PrepareExit() {
  g_exit.Find(__interceptor__exit, nullptr);
  dlerror();  // a missing function is not an error of the program
}

}  // namespace
}  // namespace taskleak::hooks

#pragma GCC visibility push(default)

extern "C" __attribute__((noreturn)) void _exit(int status) {
  status = taskleak::internal::StatusAtEnd(status);
  if (const auto next = taskleak::hooks::g_exit.GetIfAny()) next(status);
  for (;;)
    syscall(SYS_exit_group, status);  // in a static executable, and before the first constructor
}

extern "C" __attribute__((noreturn)) void _Exit(int status) noexcept { _exit(status); }

#pragma GCC visibility pop
