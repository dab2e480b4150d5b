// A folder for files that nobody needs afterwards.
#ifndef TASKLEAK_CLI_TEMPORARY_FOLDER_H_
#define TASKLEAK_CLI_TEMPORARY_FOLDER_H_

#include <string>

namespace taskleak::cli {

/// Only this user can read it; removed with all that is in it at the end of this object's life.
class TemporaryFolder {
 public:
  /// Throws std::runtime_error if it cannot be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string File(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TEMPORARY_FOLDER_H_
