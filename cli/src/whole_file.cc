#include "whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace taskleak::cli {
namespace {

// Returns 0 or errno.
int WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int WriteNew(const std::string& path, std::string_view text) {
  constexpr mode_t kReadableByAll = 0644;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadableByAll);
  if (file < 0) return errno;
  int error = WriteAll(file, text);
  if (error == 0 && fsync(file) != 0) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

std::string WriteWhole(const std::string& path, std::string_view text) {
  int error = 0;
  if (path == "-") {
    error = WriteAll(STDOUT_FILENO, text);
  } else {
    const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
    error = WriteNew(temporary, text);
    if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) unlink(temporary.c_str());
  }
  if (error == 0) return {};
  return fmt::format("cannot write {}: {}", path == "-" ? "to standard output" : path,
                     std::generic_category().message(error));
}

}  // namespace taskleak::cli
