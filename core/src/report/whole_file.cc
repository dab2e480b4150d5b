#include "taskleak/internal/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace taskleak::internal {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

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

// Returns the end of a chain of links; a link that leads nowhere stays as it is.
std::string EndOfLinks(const std::string& path) {
  char* const end = realpath(path.c_str(), nullptr);
  std::string result = end == nullptr ? path : end;
  free(end);  // NOLINT(cppcoreguidelines-no-malloc): realpath(3) says so
  return result;
}

bool IsNoFile(const std::string& path) {
  struct stat what {};
  return stat(path.c_str(), &what) == 0 && !S_ISREG(what.st_mode);
}

}  // namespace

WholeFile::WholeFile(const std::string& path)
    : folder_(AT_FDCWD),
      path_(EndOfLinks(path)),
      temporary_(path_ + '.' + std::to_string(getpid()) + ".tmp"),
      replaces_(true) {
  if (IsNoFile(path_)) {
    temporary_.clear();
    file_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    Keep(file_ >= 0);
  } else {
    constexpr mode_t kReadableByAll = 0644;
    Open(O_TRUNC, kReadableByAll);
  }
}

WholeFile::WholeFile(int folder, std::string name)
    : folder_(folder), path_(std::move(name)), temporary_('.' + path_ + ".part"), replaces_(false) {
  // No link is followed, and no existing file is opened (open(2), O_EXCL).
  constexpr mode_t kOwnersOnly = 0600;
  Open(O_EXCL | O_NOFOLLOW, kOwnersOnly);
}

void WholeFile::Open(int how, unsigned mode) {
  file_ = openat(folder_, temporary_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, mode);
  Keep(file_ >= 0);
  if (file_ < 0) temporary_.clear();
}

WholeFile::~WholeFile() {
  if (file_ >= 0) close(file_);
  if (!temporary_.empty()) unlinkat(folder_, temporary_.c_str(), 0);
}

void WholeFile::Append(std::string_view piece) {
  buffer_ += piece;
  if (buffer_.size() >= kBlock) Flush();
}

void WholeFile::Flush() {
  if (error_ == 0) error_ = WriteAll(file_, buffer_);
  buffer_.clear();
}

void WholeFile::Sync() {
  Flush();
  if (error_ == 0) Keep(fsync(file_) == 0);
}

int WholeFile::Close() {
  Flush();
  if (file_ >= 0) Keep(close(std::exchange(file_, -1)) == 0);
  return error_;
}

int WholeFile::Commit() {
  if (Close() != 0 || temporary_.empty()) return error_;
  const char* const from = temporary_.c_str();
  const char* const to = path_.c_str();
  Keep(replaces_ ? renameat(folder_, from, folder_, to) == 0
                 : renameat2(folder_, from, folder_, to, RENAME_NOREPLACE) == 0);
  if (error_ == 0) temporary_.clear();
  return error_;
}

// Keeps errno if this is the first failure.
void WholeFile::Keep(bool success) {
  if (!success && error_ == 0) error_ = errno;
}

}  // namespace taskleak::internal
