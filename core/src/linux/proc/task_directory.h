// The directory /proc/self/task, or that of another subject (platform/subject.h), kept open.
#ifndef TASKLEAK_SRC_LINUX_PROC_TASK_DIRECTORY_H_
#define TASKLEAK_SRC_LINUX_PROC_TASK_DIRECTORY_H_

#include <dirent.h>
#include <sys/types.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "base/result.h"

namespace taskleak::platform {

/// Keeps a descriptor open between looks, and opens it again if it is no longer ours. After fork(2)
/// it would show the parent, and a program may close descriptors that it does not know. Not
/// thread-safe.
class TaskDirectory {
 public:
  /// Opens the descriptor again if needed, and returns the directory's link count. `same_process`
  /// says that the caller knows that the process is the same as in the previous call, so this is
  /// not checked. Fails with EXDEV if /proc is that of another pid namespace.
  Result<std::uint64_t> Open(bool same_process = false);
  [[nodiscard]] int fd() const { return fd_; }
  /// Returns the process that the directory shows.
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  // The link count; nothing if the descriptor is not open on the directory any more.
  [[nodiscard]] std::optional<std::uint64_t> LinksIfOpen() const;

  int fd_ = -1;
  pid_t pid_ = 0;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

/// Calls `visit(int tid)` for each thread in the task directory that `directory` is open on, from
/// its position on. Returns why it cannot be read to its end, if so. Uses `buffer`, which is
/// aligned as linux_dirent64 (getdents64(2)), and allocates nothing.
template <typename Visit>
std::optional<Error> VisitTids(int directory, std::span<char> buffer, Visit visit) {
  for (;;) {
    const ssize_t size = getdents64(directory, buffer.data(), buffer.size());
    if (size < 0) return Error::OfLastCall();
    if (size == 0) return std::nullopt;
    for (ssize_t at = 0; at < size;) {
      const auto* const entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      const std::string_view name = static_cast<const char*>(entry->d_name);
      int tid = 0;
      if (std::from_chars(name.data(), name.data() + name.size(), tid).ec == std::errc())
        visit(tid);
      at += entry->d_reclen;
    }
  }
}

/// Opens task/TID/`name` of the looked-at process. Thread-safe and async-signal-safe, like the next
/// function.
Result<int> OpenTaskFile(int tid, std::string_view name);
/// Reads that file.
Result<std::string_view> ReadTaskFile(int tid, std::string_view name, char* buffer,
                                      std::size_t size);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_TASK_DIRECTORY_H_
