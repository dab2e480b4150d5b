// Where dumps and recordings are kept.
#ifndef TASKLEAK_LIVE_FILES_H_
#define TASKLEAK_LIVE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace taskleak::live {

/// Files are named NAME-WHAT-PID-TIME.SUFFIX, readable by their owner only, written whole or not at
/// all, and never through a symbolic link. When there are too many, the oldest of that name go, be
/// they this process's or those of one that ran before.
struct FileOptions {
  std::string folder;           ///< exists, and is not a symbolic link itself
  std::string name;             ///< without '/'; empty: the program's
  std::size_t most_files = 60;  ///< at least 1
  std::uint64_t most_bytes = std::uint64_t{100} << 20;  ///< of all these files
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_FILES_H_
