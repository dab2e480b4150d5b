#include "whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

namespace taskleak::cli {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20U;

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

}  // namespace

WholeFile::WholeFile(std::string path) : path_(std::move(path)) {
  if (path_ == "-") {
    file_ = STDOUT_FILENO;
    return;
  }
  temporary_ = fmt::format("{}.{}.tmp", path_, getpid());
  constexpr mode_t kReadableByAll = 0644;
  file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadableByAll);
  if (file_ < 0) error_ = errno;
}

WholeFile::~WholeFile() {
  if (temporary_.empty()) return;
  if (file_ >= 0) close(file_);
  unlink(temporary_.c_str());
}

void WholeFile::Append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBlock) Flush();
}

void WholeFile::Flush() {
  if (error_ == 0) error_ = WriteAll(file_, buffer_);
  buffer_.clear();
}

std::string WholeFile::Commit() {
  Flush();
  if (!temporary_.empty() && file_ >= 0) {
    if (error_ == 0 && fsync(file_) != 0) error_ = errno;
    if (close(std::exchange(file_, -1)) != 0 && error_ == 0) error_ = errno;
    if (error_ == 0 && std::rename(temporary_.c_str(), path_.c_str()) != 0) error_ = errno;
    if (error_ == 0) temporary_.clear();
  }
  if (error_ == 0) return {};
  return fmt::format("cannot write {}: {}", path_ == "-" ? "to standard output" : path_,
                     std::generic_category().message(error_));
}

std::string WriteWhole(const std::string& path, std::string_view text) {
  WholeFile file(path);
  file.Append(text);
  return file.Commit();
}

std::string ReadWhole(const std::string& path, std::string* text) {
  errno = 0;
  const bool standard_input = path == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      standard_input ? stdin : std::fopen(path.c_str(), "rb"),
      standard_input ? [](std::FILE*) { return 0; } : std::fclose);
  if (file == nullptr) return std::generic_category().message(errno);
  std::size_t size = 0;
  do {
    text->resize(size + kBlock);
    size += std::fread(text->data() + size, 1, kBlock, file.get());
  } while (size == text->size());
  text->resize(size);
  if (std::ferror(file.get()) == 0) return {};
  return std::generic_category().message(errno != 0 ? errno : EIO);
}

}  // namespace taskleak::cli
