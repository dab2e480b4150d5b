// Says where dumps and recordings are kept.
#ifndef TASKLEAK_LIVE_FILES_H_
#define TASKLEAK_LIVE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Says where files are kept, and how many. Files are named NAME-WHAT-PID-TIME.SUFFIX. They are
/// readable by their owner only, written completely or not at all, and never through a symbolic
/// link. If there are too many, the oldest with the same NAME are deleted, including those of
/// earlier processes.
struct FileOptions {
  std::string folder;           ///< must exist, and must not be a symbolic link
  std::string name;             ///< NAME, without '/'; empty: the program's name
  std::size_t most_files = 60;  ///< at least 1
  std::uint64_t most_bytes = std::uint64_t{100} << 20;  ///< in all these files
};

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_FILES_H_
