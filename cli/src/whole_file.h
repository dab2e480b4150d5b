// Files that are read whole, and written whole or not at all.
#ifndef TASKLEAK_CLI_WHOLE_FILE_H_
#define TASKLEAK_CLI_WHOLE_FILE_H_

#include <optional>
#include <string>
#include <string_view>

#include "taskleak/internal/whole_file.h"

namespace taskleak::cli {

/// Writes piece by piece to a file that is on the disk before it takes the place of `path`:
/// whatever happens, that is the old file or the new one. "-" is standard output, which gets what
/// there is.
class WholeFile {
 public:
  explicit WholeFile(std::string path);

  void Append(std::string_view text);
  /// Puts the file in its place; without it, the old one stays. Returns why it failed, naming the
  /// file, or an empty text. To be called once.
  [[nodiscard]] std::string Commit();

 private:
  std::string path_;
  std::optional<internal::WholeFile> file_;  // none for standard output
  int error_ = 0;                            // errno of the first thing that failed there
};

/// The same for a text that is there. Returns why it failed, naming the file, or an empty text.
std::string WriteWhole(const std::string& path, std::string_view text);

/// Reads a file, or standard input if `path` is "-". Returns why it failed, or an empty text.
std::string ReadWhole(const std::string& path, std::string* text);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_WHOLE_FILE_H_
