// Finds out if a library can be preloaded into a program.
#ifndef TASKLEAK_CLI_PRELOADABLE_H_
#define TASKLEAK_CLI_PRELOADABLE_H_

#include <string>

namespace taskleak::cli {

/// Returns the file that execvp(3) would run for `command`, or an empty text if there is none.
std::string FindProgram(const std::string& command);

/// Returns why the loader would not put a preloaded library into the program `path`: it is static,
/// has extra rights, or cannot be read. Returns an empty text if it would. For a script, the
/// interpreter counts.
std::string WhyNotPreloadable(const std::string& path);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_PRELOADABLE_H_
