#include "platform/thread_list.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/mutex.h"
#include "platform/linux/births.h"
#include "platform/linux/proc_file.h"
#include "platform/linux/task_directory.h"
#include "platform/thread_info.h"

namespace taskleak::platform {
namespace {

// proc's task directory has one link for each thread, one for its name and one for ".".
constexpr std::uint64_t kLinksBesidesThreads = 2;

// linux_dirent64 of getdents64(2), up to the name.
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
  char name[1];
};

std::optional<std::vector<int>> ReadDirectory(int directory) {
  if (lseek(directory, 0, SEEK_SET) != 0) return std::nullopt;
  std::vector<int> tids;
  alignas(8) std::array<char, 32768> buffer;
  for (;;) {
    const long n = syscall(SYS_getdents64, directory, buffer.data(), buffer.size());
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    for (long at = 0; at < n;) {
      DirectoryEntry entry;
      std::memcpy(&entry, buffer.data() + at, offsetof(DirectoryEntry, name));
      const char* name = buffer.data() + at + offsetof(DirectoryEntry, name);
      int tid = 0;
      if (std::from_chars(name, name + std::strlen(name), tid).ec == std::errc())
        tids.push_back(tid);
      at += entry.length;
    }
  }
  std::sort(tids.begin(), tids.end());
  return tids;
}

// When a thread ends while the kernel walks the list it finds its place again by counting, and may
// pass over others. So the list is read again until it is as long as the link count says.
std::optional<std::vector<int>> ListTids(KeptDescriptor& directory) {
  constexpr int kMostAttempts = 16;
  std::optional<std::vector<int>> tids;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    tids = ReadDirectory(directory.Get(&before));
    if (!tids || directory.Get(&after) < 0) return std::nullopt;
    if (before == after && tids->size() + kLinksBesidesThreads == after) break;
  }
  return tids;
}

// The list of threads as last seen, and what it takes to know whether it still holds.
class ThreadList {
 public:
  std::shared_ptr<const ThreadIds> List() TASKLEAK_EXCLUDES(mutex_);

 private:
  std::shared_ptr<const ThreadIds> Update(const std::vector<int>& tids,
                                          const BirthCounter::Look& births)
      TASKLEAK_REQUIRES(mutex_);

  Mutex mutex_;
  KeptDescriptor directory_ TASKLEAK_GUARDED_BY(mutex_){"/proc/self/task", O_RDONLY | O_DIRECTORY};
  BirthCounter births_ TASKLEAK_GUARDED_BY(mutex_);
  std::shared_ptr<const ThreadIds> known_ TASKLEAK_GUARDED_BY(mutex_);
  std::uint64_t known_links_ TASKLEAK_GUARDED_BY(mutex_) = 0;
  pid_t known_pid_ TASKLEAK_GUARDED_BY(mutex_) = 0;
};

std::shared_ptr<const ThreadIds> ThreadList::List() {
  const MutexLock lock(mutex_);
  // Births first: one that happens after this look shows in the next.
  const BirthCounter::Look births = births_.LookNow();
  std::uint64_t links = 0;
  if (directory_.Get(&links) < 0) return nullptr;
  const pid_t pid = getpid();
  // Nobody was born on this machine and as many of ours are alive as before: they are the same.
  if (known_ != nullptr && known_pid_ == pid && births.none && links == known_links_) return known_;
  const auto tids = ListTids(directory_);
  if (!tids) return nullptr;
  known_links_ = tids->size() + kLinksBesidesThreads;
  known_pid_ = pid;
  return Update(*tids, births);
}

// Keeps the identity of threads that are surely the same and reads the others'.
std::shared_ptr<const ThreadIds> ThreadList::Update(const std::vector<int>& tids,
                                                    const BirthCounter::Look& births) {
  auto ids = std::make_shared<ThreadIds>();
  ids->reserve(tids.size());
  auto known = known_ == nullptr ? ThreadIds::const_iterator() : known_->begin();
  const auto known_end = known_ == nullptr ? ThreadIds::const_iterator() : known_->end();
  for (const int tid : tids) {
    while (known != known_end && known->tid < tid) ++known;
    if (known != known_end && known->tid == tid && !births.MayHaveReused(tid)) {
      ids->push_back(*known);
    } else if (const auto stat = ReadThreadStat(tid)) {
      ids->push_back({tid, stat->start_ticks});
    }
  }
  if (known_ == nullptr || *ids != *known_) known_ = std::move(ids);
  return known_;
}

}  // namespace

std::shared_ptr<const ThreadIds> ListThreads() {
  static ThreadList* const list = new ThreadList();
  return list->List();
}

}  // namespace taskleak::platform
