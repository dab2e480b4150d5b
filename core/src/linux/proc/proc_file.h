// Reads small files of /proc into a caller's buffer without allocation, and the numbers in them.
#ifndef TASKLEAK_SRC_LINUX_PROC_PROC_FILE_H_
#define TASKLEAK_SRC_LINUX_PROC_PROC_FILE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace taskleak::platform {

/// Reads `path`, relative to the directory `dir_fd` (or absolute), in one read(2), because the
/// content of a proc file is consistent in one read. Async-signal-safe.
Result<std::string_view> ReadProcFile(int dir_fd, const char* path, char* buffer, std::size_t size);

/// Reads an open file from its beginning, in the same way.
Result<std::string_view> ReadOpenProcFile(int fd, char* buffer, std::size_t size);

/// Reads the next piece of an open file, in one read(2), which a signal handler cannot end. Returns
/// its length: 0 at the end of the file. Async-signal-safe.
Result<std::size_t> ReadPiece(int fd, char* buffer, std::size_t size);

/// Reads a whole file that may be longer than one read, such as /proc/self/maps. Fails if a part of
/// it cannot be read.
Result<std::string> ReadWholeProcFile(const char* path);

/// Takes numbers off the front of a line, one by one.
class NumberReader {
 public:
  explicit NumberReader(std::string_view text) : text_(text) {}

  /// Returns the next number after any blanks, in `base` (a leading 0x is accepted for base 16), or
  /// nothing if none follows.
  std::optional<std::uint64_t> Next(int base = 10);
  /// Skips `count` fields.
  void Skip(int count);
  /// Skips one character if it comes next.
  void SkipCharacter(char character);
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  void SkipBlanks();

  std::string_view text_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_PROC_FILE_H_
