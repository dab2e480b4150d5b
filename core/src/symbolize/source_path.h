// Paths of source files as reports show them.
#ifndef TASKLEAK_SRC_SYMBOLIZE_SOURCE_PATH_H_
#define TASKLEAK_SRC_SYMBOLIZE_SOURCE_PATH_H_

#include <string>
#include <string_view>

namespace taskleak::symbolize {

/// `file` relative to the project: without the directory it was compiled in, or, since builds
/// mostly run in a folder of the project ("project/build"), without the directory that both lie in.
/// Paths under /usr, and those that share no directory with the compilation, stay absolute. The
/// full path is remembered for FullSourcePath. Thread-safe.
std::string ShortSourcePath(std::string_view file, std::string_view compilation_directory);

/// The path that ShortSourcePath last shortened to `short_path`; `short_path` itself if there is
/// none. Thread-safe.
std::string FullSourcePath(const std::string& short_path);

/// True for a file of the C++ library: libstdc++'s "/usr/include/c++/14/bits/vector.tcc" and
/// "/usr/include/x86_64-linux-gnu/c++/14/bits/gthr.h", libc++'s
/// "/usr/lib/llvm-19/include/c++/v1/vector".
bool IsCppLibraryFile(std::string_view file);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_SOURCE_PATH_H_
