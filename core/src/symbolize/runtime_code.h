// Finds out to which code a function or module belongs: the runtime's, a library's for threads, or
// any other.
#ifndef TASKLEAK_SRC_SYMBOLIZE_RUNTIME_CODE_H_
#define TASKLEAK_SRC_SYMBOLIZE_RUNTIME_CODE_H_

#include <string_view>

namespace taskleak::symbolize {

/// Returns whether a plain name is that of a trampoline: a function that only calls the function
/// with which a thread is started.
bool IsThreadTrampoline(std::string_view plain_name);

/// Returns whether a plain name belongs to the namespaces of the C++ runtime (std, __gnu_cxx,
/// __cxxabiv1), of sanitizers or of Boost.Fiber, is reserved for the implementation, or is a known
/// thread trampoline.
bool IsRuntimeName(std::string_view plain_name);

/// Returns whether `file_name` is that of libc, the C++ runtime, the loader, the vdso, a
/// sanitizer's runtime or Boost.Fiber.
bool IsSystemModule(std::string_view file_name);

/// Returns whether `path` is that of a shared library that was installed rather than built beside
/// the program: "/usr/lib/x86_64-linux-gnu/libuv.so.1".
bool IsInstalledLibrary(std::string_view path);

/// Returns whether a plain name has the namespace or the prefix of a library for threads and the
/// like, or of a test framework. Such a function works for other code, so it does not show which
/// code started a thread or makes it wait.
bool IsThreadLibraryName(std::string_view plain_name);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_RUNTIME_CODE_H_
