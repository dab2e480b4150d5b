// What is mapped into the process that is looked at, from /proc.
#ifndef TASKLEAK_SRC_PLATFORM_LINUX_MAPPINGS_H_
#define TASKLEAK_SRC_PLATFORM_LINUX_MAPPINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace taskleak::platform {

/// One line of /proc/PID/maps (proc_pid_maps(5)).
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool executable = false;
  std::uint64_t offset = 0;  ///< in the file
  std::string_view path;     ///< or a name such as "[vdso]"; empty for anonymous memory
  std::string_view line;     ///< with its end
};

/// The text of its maps; empty if it cannot be read. Of a thread that is alive: that of the process
/// shows nothing once the first thread has ended.
std::string ReadMaps();
/// Takes the first line, with its end, off the front of `maps`, which is not empty.
std::string_view TakeLine(std::string_view& maps);
/// What `Mapping::executable` of that line is.
bool IsExecutable(std::string_view line);
/// The lines of `maps`, into which the results point, by ascending address.
std::vector<Mapping> ParseMaps(std::string_view maps);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_MAPPINGS_H_
