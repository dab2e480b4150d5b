// Wraps the functions that create child processes, and reports their callers to the core
// (taskleak/internal/child_birth.h).
//
// As in thread_hooks.cc, each hook calls the wrapped function with the same arguments and returns
// its result. In addition it needs only a little stack. vfork(2) and clone(2) have no hook: their
// child returns on the stack of its parent, so a function around them would be gone when the parent
// goes on. Children that libc creates on its own (system(3), forkpty(3)) are not seen either. The
// creators of all these are unknown.
#include <spawn.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>

#include "next_function.h"
#include "taskleak/internal/child_birth.h"

// The functions that come next, as in thread_hooks.cc. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
#define TASKLEAK_WEAK __attribute__((weak))
TASKLEAK_WEAK pid_t __interceptor_fork();
TASKLEAK_WEAK int __interceptor_posix_spawn(pid_t*, const char*, const posix_spawn_file_actions_t*,
                                            const posix_spawnattr_t*, char* const[], char* const[]);
TASKLEAK_WEAK int __interceptor_posix_spawnp(pid_t*, const char*, const posix_spawn_file_actions_t*,
                                             const posix_spawnattr_t*, char* const[],
                                             char* const[]);
TASKLEAK_WEAK FILE* __interceptor_popen(const char*, const char*);
TASKLEAK_WEAK pid_t __fork();
TASKLEAK_WEAK int __posix_spawn(pid_t*, const char*, const posix_spawn_file_actions_t*,
                                const posix_spawnattr_t*, char* const[], char* const[]);
TASKLEAK_WEAK int __posix_spawnp(pid_t*, const char*, const posix_spawn_file_actions_t*,
                                 const posix_spawnattr_t*, char* const[], char* const[]);
TASKLEAK_WEAK FILE* _IO_new_popen(const char*, const char*);
#undef TASKLEAK_WEAK
}
// NOLINTEND(bugprone-reserved-identifier)

namespace taskleak::hooks {
namespace {

using Spawn = decltype(&__interceptor_posix_spawn);

NextFunction<decltype(&__interceptor_fork)> g_fork("fork");
NextFunction<Spawn> g_posix_spawn("posix_spawn");
NextFunction<Spawn> g_posix_spawnp("posix_spawnp");
NextFunction<decltype(&__interceptor_popen)> g_popen("popen");

std::atomic<bool> g_children_prepared{false};

[[gnu::noinline]] void PrepareChildren() {
  // A dynamic libc exports __fork too, but that name would bypass other wrappers of fork.
  g_fork.Find(__interceptor_fork, nullptr, __fork);
  g_posix_spawn.Find(__interceptor_posix_spawn, __posix_spawn);
  g_posix_spawnp.Find(__interceptor_posix_spawnp, __posix_spawnp);
  g_popen.Find(__interceptor_popen, _IO_new_popen);
  dlerror();  // a missing function is not an error of the program
  g_children_prepared.store(true, std::memory_order_release);
}

__attribute__((constructor(101))) void PrepareChildrenWhenLoaded() {
  if (!g_children_prepared.load(std::memory_order_acquire)) PrepareChildren();
}

template <typename Function>
Function NextOf(const NextFunction<Function>& function) {
  if (!g_children_prepared.load(std::memory_order_acquire)) PrepareChildren();
  return function.Get();
}

int SpawnWith(Spawn next, pid_t* child, const char* path, const posix_spawn_file_actions_t* actions,
              const posix_spawnattr_t* attributes, char* const arguments[],
              char* const environment[]) {
  auto* const birth = internal::BeginChild();
  pid_t number = 0;
  const int error = next(&number, path, actions, attributes, arguments, environment);
  internal::FinishChild(birth, error == 0 ? number : 0);
  if (error == 0 && child != nullptr) *child = number;
  return error;
}

}  // namespace
}  // namespace taskleak::hooks

using namespace taskleak::hooks;  // NOLINT(google-build-using-namespace): the hooks themselves can
                                  // be in no namespace

// Shared libraries must find them too, even if the executable's own code is hidden.
#pragma GCC visibility push(default)

extern "C" pid_t fork() noexcept {
  const auto next = NextOf(g_fork);
  auto* const birth = taskleak::internal::BeginChild();
  const pid_t child = next();
  if (child != 0) taskleak::internal::FinishChild(birth, child);
  return child;
}

extern "C" int posix_spawn(pid_t* child, const char* path,
                           const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes, char* const arguments[],
                           char* const environment[]) {
  return SpawnWith(NextOf(g_posix_spawn), child, path, actions, attributes, arguments, environment);
}

extern "C" int posix_spawnp(pid_t* child, const char* file,
                            const posix_spawn_file_actions_t* actions,
                            const posix_spawnattr_t* attributes, char* const arguments[],
                            char* const environment[]) {
  return SpawnWith(NextOf(g_posix_spawnp), child, file, actions, attributes, arguments,
                   environment);
}

extern "C" FILE* popen(const char* command, const char* mode) {
  const auto next = NextOf(g_popen);
  auto* const birth = taskleak::internal::BeginChild();
  FILE* const stream = next(command, mode);
  if (birth != nullptr)
    taskleak::internal::FinishChild(birth,
                                    stream == nullptr ? 0 : taskleak::internal::YoungestChild());
  return stream;
}

#pragma GCC visibility pop
