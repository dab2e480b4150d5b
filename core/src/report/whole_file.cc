#include "taskleak/internal/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
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

std::string RandomDigits() {
  std::uint64_t number = 0;
  [[maybe_unused]] const int failed = getentropy(&number, sizeof number);  // then it is 0
  return std::to_string(number);
}

bool IsNoFile(const std::string& path) {
  struct stat what {};
  return stat(path.c_str(), &what) == 0 && !S_ISREG(what.st_mode);
}

}  // namespace

WholeFile::WholeFile(const std::string& path)
    : folder_(AT_FDCWD), path_(EndOfLinks(path)), replaces_(true) {
  if (IsNoFile(path_)) {
    file_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    Keep(file_ >= 0);
    return;
  }
  constexpr mode_t kReadableByAll = 0644;
  constexpr int kMostNames = 100;
  const std::string stem = path_ + '.' + std::to_string(getpid());
  error_ = MakeTemporary(stem + ".tmp", kReadableByAll);
  for (int names = 1; error_ == EEXIST && names < kMostNames; ++names)
    error_ = MakeTemporary(stem + '.' + RandomDigits() + ".tmp", kReadableByAll);
}

WholeFile::WholeFile(int folder, std::string name)
    : folder_(folder), path_(std::move(name)), replaces_(false) {
  constexpr mode_t kOwnersOnly = 0600;
  error_ = MakeTemporary('.' + path_ + ".part", kOwnersOnly);
}

// Follows no link and opens no existing file (open(2), O_EXCL). Returns 0 or errno.
int WholeFile::MakeTemporary(const std::string& name, unsigned mode) {
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_ = openat(folder_, name.c_str(), kNew, mode);
  if (file_ < 0) return errno;
  temporary_ = name;
  return 0;
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
