// Files that are read whole, and written whole or not at all.
#ifndef TASKLEAK_CLI_WHOLE_FILE_H_
#define TASKLEAK_CLI_WHOLE_FILE_H_

#include <string>
#include <string_view>

namespace taskleak::cli {

/// Writes piece by piece to a temporary file beside `path`, which is on the disk before it takes
/// that file's place: whatever happens, `path` is the old file or the new one. "-" is standard
/// output, which gets what there is.
class WholeFile {
 public:
  explicit WholeFile(std::string path);
  /// Without Commit, the old file stays.
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  void Append(std::string_view text);
  /// Returns why it failed, naming the file, or an empty text. To be called once.
  [[nodiscard]] std::string Commit();

 private:
  void Flush();

  std::string path_;
  std::string temporary_;  // empty for standard output
  std::string buffer_;
  int file_ = -1;
  int error_ = 0;  // errno of the first thing that failed
};

/// The same for a text that is there. Returns why it failed, naming the file, or an empty text.
std::string WriteWhole(const std::string& path, std::string_view text);

/// Reads a file, or standard input if `path` is "-". Returns why it failed, or an empty text.
std::string ReadWhole(const std::string& path, std::string* text);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_WHOLE_FILE_H_
