// Paths of source files as reports show them.
#ifndef TASKLEAK_SRC_SYMBOLIZE_SOURCE_PATH_H_
#define TASKLEAK_SRC_SYMBOLIZE_SOURCE_PATH_H_

#include <string>
#include <string_view>

namespace taskleak::symbolize {

/// Returns `file` relative to the project: without the directory it was compiled in. Since builds
/// mostly run in a folder of the project ("project/build"), it may instead be without the directory
/// that contains both. Paths under /usr, and paths that share no directory with the compilation,
/// stay absolute. Remembers the full path for FullSourcePath. Thread-safe.
std::string ShortSourcePath(std::string_view file, std::string_view compilation_directory);

/// Returns the path that ShortSourcePath last shortened to `short_path`, or `short_path` itself if
/// there is none. Thread-safe.
std::string FullSourcePath(const std::string& short_path);

/// Returns true for a file of the C++ library: libstdc++'s "/usr/include/c++/14/bits/vector.tcc"
/// and "/usr/include/x86_64-linux-gnu/c++/14/bits/gthr.h", libc++'s
/// "/usr/lib/llvm-19/include/c++/v1/vector".
bool IsCppLibraryFile(std::string_view file);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_SOURCE_PATH_H_
