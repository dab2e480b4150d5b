// A folder for temporary files.
#ifndef TASKLEAK_CLI_TEMPORARY_FOLDER_H_
#define TASKLEAK_CLI_TEMPORARY_FOLDER_H_

#include <string>

namespace taskleak::cli {

/// Only this user can read it. The destructor removes it with everything in it.
class TemporaryFolder {
 public:
  /// Makes the folder. Throws std::runtime_error if that fails.
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
