// The directory /proc/self/task, kept open.
#ifndef TASKLEAK_SRC_PLATFORM_LINUX_TASK_DIRECTORY_H_
#define TASKLEAK_SRC_PLATFORM_LINUX_TASK_DIRECTORY_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taskleak::platform {

/// A descriptor that stays open between looks and is opened again whenever it is no longer ours:
/// after fork(2) it would show the parent, and a program may close descriptors it does not know.
class KeptDescriptor {
 public:
  KeptDescriptor(const char* path, int flags) : path_(path), flags_(flags) {}

  /// The descriptor, open on `path` as this process sees it, or -1 with errno set. Not thread-safe
  /// by itself. `links` receives the inode's link count.
  int Get(std::uint64_t* links);
  /// What Get returned last.
  [[nodiscard]] int fd() const { return fd_; }

 private:
  bool StillOpen(std::uint64_t* links) const;

  const char* path_;
  int flags_;
  int fd_ = -1;
  pid_t pid_ = 0;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

/// Reads task/TID/`file` of this process. Thread-safe and async-signal-safe.
std::optional<std::string_view> ReadTaskFile(int tid, const char* file, char* buffer,
                                             std::size_t size);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_TASK_DIRECTORY_H_
