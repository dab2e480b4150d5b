#include "linux/proc/thread_list.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "linux/proc/births.h"
#include "linux/proc/proc_file.h"
#include "linux/proc/process_image.h"
#include "linux/proc/recent_births.h"
#include "linux/proc/subject.h"
#include "linux/proc/task_directory.h"
#include "linux/proc/thread_info.h"

namespace taskleak::platform {
namespace {

// proc's task directory has one link for each thread, one for its name and one for ".".
constexpr std::uint64_t kLinksBesidesThreads = 2;

Result<std::vector<int>> ReadDirectory(int directory) {
  if (lseek(directory, 0, SEEK_SET) != 0) return Error::OfLastCall();
  std::vector<int> tids;
  alignas(8) std::array<char, 32768> buffer;
  if (const auto error = VisitTids(directory, buffer, [&tids](int tid) { tids.push_back(tid); }))
    return *error;
  std::sort(tids.begin(), tids.end());
  return tids;
}

// Returns true if the process with this task directory has a thread with the number. Signal 0 only
// asks (kill(2)). That has a fifth of the cost of looking for a directory entry that is not there.
bool HasThread(pid_t process, int directory, int tid) {
  if (syscall(SYS_tgkill, process, tid, 0) == 0) return true;
  if (errno == ESRCH) return false;
  std::array<char, 16> name{};
  std::to_chars(name.data(), name.data() + name.size() - 1, tid);
  return faccessat(directory, name.data(), F_OK, 0) == 0 || errno != ENOENT;
}

// Lists the threads. If a thread ends while the kernel walks its list, the kernel finds its place
// again by counting, and may skip others. So the list is read again until it has the length that
// the link count shows.
Result<std::vector<int>> ListTids(TaskDirectory& directory) {
  constexpr int kMostAttempts = 16;
  Result<std::vector<int>> tids = std::vector<int>();
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const auto before = directory.Open();
    if (!before) return before.error();
    tids = ReadDirectory(directory.fd());
    if (!tids) break;
    const auto after = directory.Open();
    if (!after) return after.error();
    if (*before == *after && tids->size() + kLinksBesidesThreads == *after) break;
  }
  return tids;
}

// The list of threads as last seen, and the data to bring it up to date.
//
// A new thread has a number that the kernel has given out since (BirthCounter). If few numbers were
// given out on the whole machine, only these are looked for. If there were many, the directory is
// read. To notice that threads have ended, it would have to be read, too. So a few stay in the
// list, but not many: each look reads more about every thread of the list, and must not take longer
// than a short-lived thread lives.
class ThreadList {
 public:
  Result<std::shared_ptr<const ThreadIds>> List(std::uint64_t* births) TASKLEAK_EXCLUDES(mutex_);

 private:
  bool FindRecent() TASKLEAK_REQUIRES(mutex_);
  void Replace(ThreadIds added) TASKLEAK_REQUIRES(mutex_);
  std::optional<Error> ReadAll(const BirthCounter::Look& births) TASKLEAK_REQUIRES(mutex_);

  Mutex mutex_;
  TaskDirectory directory_ TASKLEAK_GUARDED_BY(mutex_);
  BirthCounter births_ TASKLEAK_GUARDED_BY(mutex_);
  std::shared_ptr<const ThreadIds> known_ TASKLEAK_GUARDED_BY(mutex_);  // sorted
  RecentBirths recent_ TASKLEAK_GUARDED_BY(mutex_);
  pid_t known_pid_ TASKLEAK_GUARDED_BY(mutex_) = 0;
  std::uint64_t looks_with_births_ TASKLEAK_GUARDED_BY(mutex_) = 1;
};

Result<std::shared_ptr<const ThreadIds>> ThreadList::List(std::uint64_t* births_seen) {
  const MutexLock lock(mutex_);
  // Births first: one that happens after this look shows in the next.
  const BirthCounter::Look births = births_.LookNow();
  if (!births.none) ++looks_with_births_;
  if (births_seen != nullptr) *births_seen = births.unknown ? 0 : looks_with_births_;
  // A forked child gets a number too. So while none was given out, this is the same process.
  const bool same_process = births.none && LooksAtItself();
  const auto links = directory_.Open(same_process);
  if (!links) return links.error();
  constexpr std::size_t kCheap = 64;
  recent_.Note(births, kCheap + (known_ == nullptr ? 0 : known_->size()));
  const bool usable = known_ != nullptr && known_pid_ == directory_.pid() && !births.unknown;
  if (usable && FindRecent()) {
    const std::uint64_t listed = known_->size() + kLinksBesidesThreads;
    constexpr std::uint64_t kMostEnded = 8;
    if (*links <= listed && listed <= 2 * *links + kMostEnded) return known_;
  }
  // After a failure nothing is known: numbers given out till now will not be looked for again.
  if (const auto error = ReadAll(births)) {
    known_ = nullptr;
    return *error;
  }
  return known_;
}

// Looks for threads with recently given out numbers. Returns false if that is not enough, or if
// reading the directory is cheaper.
bool ThreadList::FindRecent() {
  if (recent_.MustRead()) return false;
  ThreadIds added;
  const pid_t process = directory_.pid();
  const int directory = directory_.fd();
  bool unreadable = false;
  recent_.EraseIf([&](int tid) {
    if (!HasThread(process, directory, tid)) return false;
    const auto stat = ReadThreadStat(tid);
    if (stat)
      added.push_back({tid, stat->start_ticks});
    else
      unreadable |= !MeansEnded(stat.error());
    return stat.has_value();
  });
  if (!added.empty()) Replace(std::move(added));
  return !unreadable;
}

// Adds threads; they replace earlier ones with the same number.
void ThreadList::Replace(ThreadIds added) {
  std::sort(added.begin(), added.end());
  const auto by_tid = [](const ThreadId& a, const ThreadId& b) { return a.tid < b.tid; };
  auto ids = std::make_shared<ThreadIds>();
  ids->reserve(known_->size() + added.size());
  // Of equal numbers, set_union takes those of its first range.
  std::set_union(added.begin(), added.end(), known_->begin(), known_->end(),
                 std::back_inserter(*ids), by_tid);
  known_ = std::move(ids);
}

// Reads all threads. Keeps the identity of threads that are surely the same, and reads that of the
// others. Returns why this fails, if it does.
std::optional<Error> ThreadList::ReadAll(const BirthCounter::Look& births) {
  const auto tids = ListTids(directory_);
  if (!tids) return tids.error();
  known_pid_ = directory_.pid();
  auto ids = std::make_shared<ThreadIds>();
  ids->reserve(tids->size());
  auto known = known_ == nullptr ? ThreadIds::const_iterator() : known_->begin();
  const auto known_end = known_ == nullptr ? ThreadIds::const_iterator() : known_->end();
  std::vector<int> unknown;
  for (const int tid : *tids) {
    while (known != known_end && known->tid < tid) ++known;
    if (known != known_end && known->tid == tid && !births.MayHaveReused(tid))
      ids->push_back(*known);
    else
      unknown.push_back(tid);
  }
  const auto stats = ReadThreadStats(unknown);
  for (std::size_t i = 0; i < stats.size(); ++i) {
    if (stats[i])
      ids->push_back({unknown[i], stats[i]->start_ticks});
    else if (!MeansEnded(stats[i].error()))
      return stats[i].error();
  }
  std::ranges::sort(*ids);
  if (known_ == nullptr || *ids != *known_) known_ = std::move(ids);
  recent_.NoteFullList(
      [&tids](int tid) { return std::binary_search(tids->begin(), tids->end(), tid); });
  return std::nullopt;
}

std::shared_ptr<const ThreadIds> ThreadsOf(const ProcessImage& image) {
  auto ids = std::make_shared<ThreadIds>();
  for (const ImageThread& thread : image.threads()) ids->push_back({thread.tid, 0});
  return ids;
}

}  // namespace

Result<std::shared_ptr<const ThreadIds>> ListThreads(std::uint64_t* births) {
  if (const ProcessImage* const image = SubjectImage()) {
    if (births != nullptr) *births = 0;
    return ThreadsOf(*image);
  }
  static ThreadList* const list = new ThreadList();
  return list->List(births);
}

std::size_t CountThreads() {
  if (const ProcessImage* const image = SubjectImage()) return image->threads().size();
  struct stat task {};
  const std::string path = std::string(SubjectFolder()) + "task";
  return stat(path.c_str(), &task) == 0 ? task.st_nlink - kLinksBesidesThreads : 0;
}

}  // namespace taskleak::platform
