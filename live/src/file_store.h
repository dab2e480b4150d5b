// A folder for files that are written safely, and of which only the newest are kept.
#ifndef TASKLEAK_LIVE_SRC_FILE_STORE_H_
#define TASKLEAK_LIVE_SRC_FILE_STORE_H_

#include <chrono>
#include <string>
#include <string_view>

#include "taskleak/live/files.h"

namespace taskleak::live {

/// Not thread-safe.
class FileStore {
 public:
  /// Throws std::invalid_argument if an option is bad, and std::runtime_error, which names the
  /// folder, if it cannot be opened or written to.
  explicit FileStore(FileOptions options);
  ~FileStore();
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  /// Returns the common beginning of the names of files that belong together:
  /// "NAME-tasks-4121-20260131T120000.250Z".
  [[nodiscard]] std::string Stem(std::string_view what,
                                 std::chrono::system_clock::time_point time) const;

  /// Writes the file `stem` + `suffix`, and makes room for it. Returns why that failed, or an empty
  /// text. Writes nothing if the files of the folder cannot be listed.
  std::string Write(const std::string& stem, std::string_view suffix, std::string_view content);

 private:
  int MakeRoom(std::uint64_t bytes);

  FileOptions options_;
  int folder_ = -1;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_FILE_STORE_H_
