#include "linux/proc/task_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>

#include "linux/proc/proc_file.h"
#include "linux/proc/subject.h"

namespace taskleak::platform {

namespace {

// Returns false for a /proc that was mounted in another pid namespace. It shows this process's
// threads with the numbers of that namespace. These cannot be used for signals, or to find lock
// holders (pid_namespaces(7)).
bool ShowsOwnNumbers() {
  std::array<char, 16> target{};
  const ssize_t length = readlink("/proc/self", target.data(), target.size());
  pid_t shown = 0;
  if (length <= 0) return false;
  std::from_chars(target.data(), target.data() + length, shown);
  return shown == getpid();
}

}  // namespace

std::optional<std::uint64_t> TaskDirectory::LinksIfOpen() const {
  struct stat info {};
  if (fd_ < 0 || fstat(fd_, &info) != 0 || info.st_dev != device_ || info.st_ino != inode_)
    return std::nullopt;
  return info.st_nlink;
}

Result<std::uint64_t> TaskDirectory::Open(bool same_process) {
  const pid_t pid = same_process ? pid_ : SubjectPid();
  const auto links = LinksIfOpen();
  if (links && pid_ == pid) return *links;
  // If the descriptor is not open on our file any more, the number may belong to other code now. So
  // it is closed only if it is certainly ours.
  if (links) close(fd_);
  const std::string path = std::string(SubjectFolder()) + "task";
  fd_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto fail = [this](Error error) {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    return error;
  };
  struct stat info {};
  if (fd_ < 0 || fstat(fd_, &info) != 0) return fail(Error::OfLastCall());
  if (LooksAtItself() && !ShowsOwnNumbers()) return fail(Error{EXDEV});
  pid_ = pid;
  device_ = info.st_dev;
  inode_ = info.st_ino;
  return info.st_nlink;
}

Result<int> OpenTaskFile(int tid, std::string_view name) {
  constexpr std::string_view kTask = "task/";
  constexpr std::size_t kMostDigits = 11;
  constexpr std::size_t kLongestName = 31;
  constexpr std::size_t kLongestFolder = 48;
  std::array<char, kLongestFolder + kTask.size() + kMostDigits + 1 + kLongestName + 1> path{};
  const std::string_view folder = SubjectFolder();
  if (name.size() > kLongestName || folder.size() > kLongestFolder) return Error{ENAMETOOLONG};
  folder.copy(path.data(), folder.size());
  char* const task = path.data() + folder.size();
  kTask.copy(task, kTask.size());
  char* const number = task + kTask.size();
  char* const slash = std::to_chars(number, number + kMostDigits, tid).ptr;
  *slash = '/';
  name.copy(slash + 1, name.size());
  const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error::OfLastCall();
  return fd;
}

Result<std::string_view> ReadTaskFile(int tid, std::string_view name, char* buffer,
                                      std::size_t size) {
  const auto fd = OpenTaskFile(tid, name);
  if (!fd) return fd.error();
  auto text = ReadOpenProcFile(*fd, buffer, size);
  close(*fd);
  return text;
}

}  // namespace taskleak::platform
