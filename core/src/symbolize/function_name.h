// Demangling, and the plain form of a function's name that rules and signatures use.
#ifndef TASKLEAK_SRC_SYMBOLIZE_FUNCTION_NAME_H_
#define TASKLEAK_SRC_SYMBOLIZE_FUNCTION_NAME_H_

#include <string>
#include <string_view>

namespace taskleak::symbolize {

/// The readable name of a linker symbol; the symbol itself if it is not mangled or cannot be read.
/// Either without the version that full symbol tables append ("read@@GLIBC_2.2.5").
std::string Demangle(const char* symbol);

/// A demangled name without return type, parameters, qualifiers, template arguments, ABI tags,
/// lambda numbers and clone suffixes, the same for GCC and Clang: "pool::WorkerPool::Run",
/// "Serve::{lambda}::operator()", "(anonymous namespace)::Helper". Without names that macros make
/// up (symbolize/generated_name.h): "{test}::{lambda}::operator()".
std::string PlainName(std::string_view demangled);

/// The same with the names that macros make up: "CATCH2_INTERNAL_TEST_7::{lambda}::operator()".
std::string SpelledName(std::string_view demangled);

/// True for the plain name of a function that only calls the one that a thread is started with.
bool IsThreadTrampoline(std::string_view plain_name);

/// True for a plain name of the C++ runtime's own namespaces (std, __gnu_cxx, __cxxabiv1), of those
/// of Boost.Fiber, and of known thread trampolines.
bool IsRuntimeName(std::string_view plain_name);

/// True for the file name of libc, the C++ runtime, the loader, the vdso, a sanitizer's runtime or
/// Boost.Fiber.
bool IsSystemModule(std::string_view file_name);

/// True for the path of a shared library that was installed rather than built beside the program:
/// "/usr/lib/x86_64-linux-gnu/libuv.so.1".
bool IsInstalledLibrary(std::string_view path);

/// True for the plain name of a function in the namespace, or with the prefix, of a library for
/// threads and the like, or of a test framework: such a function does work for others, and which
/// program's thread it started or waits in does not follow from it.
bool IsThreadLibraryName(std::string_view plain_name);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_FUNCTION_NAME_H_
