// Whose code a function or a module is: the runtime's, a library's for threads, or any other.
#ifndef TASKLEAK_SRC_SYMBOLIZE_RUNTIME_CODE_H_
#define TASKLEAK_SRC_SYMBOLIZE_RUNTIME_CODE_H_

#include <string_view>

namespace taskleak::symbolize {

/// Returns whether a plain name is that of a function that only calls the one that a thread is
/// started with.
bool IsThreadTrampoline(std::string_view plain_name);

/// Returns whether a plain name is one of the C++ runtime's own namespaces (std, __gnu_cxx,
/// __cxxabiv1), of those of Boost.Fiber, or of known thread trampolines.
bool IsRuntimeName(std::string_view plain_name);

/// Returns whether `file_name` is that of libc, the C++ runtime, the loader, the vdso, a
/// sanitizer's runtime or Boost.Fiber.
bool IsSystemModule(std::string_view file_name);

/// Returns whether `path` is that of a shared library that was installed rather than built beside
/// the program: "/usr/lib/x86_64-linux-gnu/libuv.so.1".
bool IsInstalledLibrary(std::string_view path);

/// Returns whether a plain name is that of a function in the namespace, or with the prefix, of a
/// library for threads and the like, or of a test framework. Such a function does work for others,
/// so it does not show which program's thread it started or waits in.
bool IsThreadLibraryName(std::string_view plain_name);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_RUNTIME_CODE_H_
