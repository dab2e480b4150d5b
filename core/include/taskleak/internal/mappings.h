// Reads the mappings of the looked-at process from /proc. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_MAPPINGS_H_
#define TASKLEAK_INTERNAL_MAPPINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)  // what a shared taskleak exports

namespace taskleak::internal {

/// One line of /proc/PID/maps (proc_pid_maps(5)).
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool executable = false;
  bool shared = false;       ///< other processes that map it see what is written there
  std::uint64_t offset = 0;  ///< in the file
  std::string_view path;     ///< or a name such as "[vdso]"; empty for anonymous memory
  std::string_view line;     ///< with its end
};

/// Returns the text of maps, or an empty text if it cannot be read. Reads the file of a thread that
/// is alive, since the file of the process is empty once the first thread has ended.
std::string ReadMaps();

/// Takes the first line, with its end, off the front of `maps`, which must not be empty.
/// Async-signal-safe, like the next three.
std::string_view TakeLine(std::string_view& maps);

/// Reads one line. The result points into it. Missing values are 0, false or empty.
Mapping ParseMapping(std::string_view line);

/// Returns `Mapping::executable` of that line, without reading the rest of it.
bool IsExecutable(std::string_view line);
/// Returns `Mapping::shared` of that line, in the same way.
bool IsShared(std::string_view line);

/// Reads the lines of `maps`, by ascending address. The results point into `maps`.
std::vector<Mapping> ParseMaps(std::string_view maps);

}  // namespace taskleak::internal

#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_MAPPINGS_H_
