// Where executable files are mapped.
#ifndef TASKLEAK_LIVE_SRC_CODE_MAPPINGS_H_
#define TASKLEAK_LIVE_SRC_CODE_MAPPINGS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace taskleak::live {

/// One executable mapping of a file, as proc_pid_maps(5) has it.
struct CodeMapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;  ///< in the file
  std::string path;
};

/// Those of this process, ascending; empty if they cannot be read.
std::vector<CodeMapping> ReadCodeMappings();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_CODE_MAPPINGS_H_
