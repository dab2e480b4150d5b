// Reads whole files, and writes files whole or not at all.
#ifndef TASKLEAK_CLI_WHOLE_FILE_H_
#define TASKLEAK_CLI_WHOLE_FILE_H_

#include <optional>
#include <string>
#include <string_view>

#include "taskleak/internal/whole_file.h"

namespace taskleak::cli {

/// Writes a file piece by piece. The file is completely on the disk before it replaces `path`, so
/// `path` is always either the old file or the whole new one. "-" is standard output, which
/// receives the pieces as they come.
class WholeFile {
 public:
  explicit WholeFile(std::string path);

  void Append(std::string_view text);
  /// Replaces `path` by the new file. Without this call, the old file stays. Returns why it failed,
  /// naming the file, or an empty text. Call it once.
  [[nodiscard]] std::string Commit();

 private:
  std::string path_;
  std::optional<internal::WholeFile> file_;  // none for standard output
  int error_ = 0;                            // errno of the first failure there
};

/// Writes a whole text in the same way. Returns why it failed, naming the file, or an empty text.
std::string WriteWhole(const std::string& path, std::string_view text);

/// Reads a file, or standard input if `path` is "-". Returns why it failed, or an empty text.
std::string ReadWhole(const std::string& path, std::string* text);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_WHOLE_FILE_H_
