#include "linux/proc/children.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "linux/proc/births.h"
#include "linux/proc/proc_file.h"
#include "linux/proc/recent_births.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"

namespace taskleak::platform {
namespace {

std::string FolderOf(int pid) { return "/proc/" + std::to_string(pid) + '/'; }

// Reads one file for each thread, with the children that it created. Returns an error if the kernel
// has no such files (ENOENT; CONFIG_PROC_CHILDREN) or they cannot be read.
Result<std::vector<int>> FromThreads() {
  const std::string folder = std::string(SubjectFolder()) + "task/";
  const auto path = [&folder](int tid) { return folder + std::to_string(tid) + "/children"; };
  const int own = open(path(SubjectThread()).c_str(), O_RDONLY | O_CLOEXEC);
  if (own < 0) return Error::OfLastCall();
  close(own);
  const auto threads = ListThreads();
  if (!threads) return threads.error();
  std::vector<int> children;
  for (const ThreadId& thread : **threads) {
    const auto text = ReadWholeProcFile(path(thread.tid).c_str());
    if (!text && !MeansEnded(text.error())) return text.error();
    if (!text) continue;
    NumberReader numbers(*text);
    while (const auto pid = numbers.Next()) children.push_back(static_cast<int>(*pid));
  }
  return children;
}

// Returns every process that /proc shows; their stat shows whose children they are.
Result<std::vector<int>> AllProcesses() {
  std::vector<int> processes;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename();
    int pid = 0;
    const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad == std::errc() && *rest == '\0') processes.push_back(pid);
  }
  if (error) return Error{error.value()};
  return processes;
}

// Returns the children and maybe others. Reads all processes of the machine if that means fewer
// files than one for each thread. (The directory /proc has a link for each process and a few more.)
Result<std::vector<int>> FromProcesses() {
  struct stat processes {};
  const bool are_fewer = stat("/proc", &processes) == 0 && processes.st_nlink < CountThreads();
  Result<std::vector<int>> candidates = are_fewer ? AllProcesses() : FromThreads();
  if (!candidates && candidates.error().number == ENOENT) candidates = AllProcesses();
  return candidates;
}

// Returns whether this is a child of the process (that of any thread), without taking its result.
bool IsChild(int pid) {
  const int error = errno;
  siginfo_t info{};
  const bool is_child =
      waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  errno = error;
  return is_child;
}

// This process's children as last listed, and the data to bring the list up to date.
//
// A new child has a number that the kernel has given out since (BirthCounter). If few were given
// out on the whole machine, only these are asked for: that takes a system call each, while the full
// list takes several for each thread. A process that takes in orphans reads the full list, since
// their numbers may be older.
class ChildList {
 public:
  Result<std::vector<int>> List() TASKLEAK_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const BirthCounter::Look births = births_.LookNow();
    const Clock::time_point now = Clock::now();
    recent_.Note(births, kMostAsked, now);
    const bool usable = known_ && pid_ == getpid() && now - listed_ < kFullListHolds &&
                        !births.unknown && !recent_.MustRead() && !TakesInOrphans();
    return usable ? Update() : ReadAll(now);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMostAsked = 256;
  static constexpr std::chrono::seconds kFullListHolds{1};

  Result<std::vector<int>> Update() TASKLEAK_REQUIRES(mutex_) {
    std::vector<int>& known = *known_;
    std::erase_if(known, [](int pid) { return !IsChild(pid); });
    recent_.EraseIf([&known](int pid) {
      if (!IsChild(pid)) return false;
      if (std::ranges::find(known, pid) == known.end()) known.push_back(pid);
      return true;
    });
    return *known_;
  }

  Result<std::vector<int>> ReadAll(Clock::time_point now) TASKLEAK_REQUIRES(mutex_) {
    known_.reset();
    auto children = FromProcesses();
    if (!children) return children;
    std::erase_if(*children, [](int pid) { return !IsChild(pid); });
    recent_.NoteFullList(
        [&children](int pid) { return std::ranges::find(*children, pid) != children->end(); });
    known_ = *children;
    pid_ = getpid();
    listed_ = now;
    return children;
  }

  Mutex mutex_;
  BirthCounter births_ TASKLEAK_GUARDED_BY(mutex_);
  std::optional<std::vector<int>> known_ TASKLEAK_GUARDED_BY(mutex_);
  RecentBirths recent_ TASKLEAK_GUARDED_BY(mutex_);
  pid_t pid_ TASKLEAK_GUARDED_BY(mutex_) = 0;
  Clock::time_point listed_ TASKLEAK_GUARDED_BY(mutex_);
};

// The last birth on the machine, which may not be finished. Thread-safe.
class LastBirth {
 public:
  // Returns true if `births` was first given more than a second ago.
  bool IsOver(std::uint64_t births) TASKLEAK_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (std::exchange(births_, births) != births) since_ = now;
    return now - since_ > std::chrono::seconds(1);
  }

 private:
  Mutex mutex_;
  std::uint64_t births_ TASKLEAK_GUARDED_BY(mutex_) = 0;
  std::chrono::steady_clock::time_point since_ TASKLEAK_GUARDED_BY(mutex_);
};

Result<std::vector<int>> OwnChildren() {
  static ChildList* const list = new ChildList();
  return list->List();
}

}  // namespace

bool TakesInOrphans() {
  int takes = 0;
  return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &takes) == 0 && takes != 0);
}

std::optional<ProcessStat> ParseProcessStat(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');  // the name may have brackets of its own
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      close + 2 >= text.size())
    return std::nullopt;
  ProcessStat stat{.name = std::string(text.substr(open + 1, close - open - 1)),
                   .state = text[close + 2]};
  NumberReader numbers(text.substr(close + 3));
  const auto next = [&numbers] { return numbers.Next(); };
  const auto parent = next();  // field 4
  numbers.Skip(1);
  const auto session = next();  // 6
  numbers.Skip(7);
  const auto user = next();  // 14
  const auto system = next();
  numbers.Skip(6);
  const auto start = next();  // 22
  numbers.Skip(15);
  const auto exit_signal = next();  // 38
  numbers.Skip(13);
  const auto exit_status = next();  // 52, since Linux 3.5
  if (!parent || !session || !user || !system || !start || !exit_signal) return std::nullopt;
  stat.parent = static_cast<int>(*parent);
  stat.session = static_cast<int>(*session);
  stat.cpu_ticks = *user + *system;
  stat.start_ticks = *start;
  stat.exit_signal = static_cast<int>(*exit_signal);
  stat.exit_status = static_cast<int>(exit_status.value_or(0));
  return stat;
}

Result<ProcessStat> ReadProcessStat(int pid) {
  std::array<char, 1024> buffer;
  constexpr int kNoFolder = -1;
  const auto text =
      ReadProcFile(kNoFolder, (FolderOf(pid) + "stat").c_str(), buffer.data(), buffer.size());
  if (!text) return text.error();
  auto stat = ParseProcessStat(*text);
  if (!stat) return Error{EINVAL};
  return *std::move(stat);
}

std::string ReadCommandLine(int pid) {
  // For a moment within execve(2) a process has none: the parent that waits in vfork(2) is let go
  // when the old memory is given up (fs/exec.c, exec_mmap), before the arguments are in the new
  // one.
  constexpr int kMostLooks = 25;
  std::string arguments;
  for (int look = 0; arguments.empty() && look < kMostLooks; ++look) {
    if (look > 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    auto text = ReadWholeProcFile((FolderOf(pid) + "cmdline").c_str());
    if (!text) break;
    arguments = *std::move(text);
    if (!arguments.empty()) break;
    const auto stat = ReadProcessStat(pid);
    if (!stat || stat->ended()) break;
  }
  while (!arguments.empty() && arguments.back() == '\0') arguments.pop_back();
  std::ranges::replace(arguments, '\0', ' ');
  return arguments;
}

bool HasChildren(std::uint64_t births) {
  static constinit std::atomic<std::uint64_t> none_at{0};
  static LastBirth last_birth;
  if (SubjectImage() != nullptr) return false;  // it does not show them
  if (!LooksAtItself()) return true;
  if (births != 0 && none_at.load() == births) return false;
  const int error = errno;
  siginfo_t info{};
  const bool none = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
  errno = error;
  if (none && births != 0 && last_birth.IsOver(births)) none_at.store(births);
  return !none;
}

Result<std::vector<ChildProcess>> ListChildren() {
  const int parent = SubjectPid();
  Result<std::vector<int>> candidates = LooksAtItself() ? OwnChildren() : FromProcesses();
  if (!candidates) return candidates.error();
  std::vector<ChildProcess> children;
  for (const int pid : *candidates) {
    auto stat = ReadProcessStat(pid);
    // /proc may show other users' processes without their files (proc(5), hidepid).
    const bool skipped = !stat && (stat.error() == Error{ENOENT} || stat.error() == Error{ESRCH} ||
                                   stat.error() == Error{EPERM} || stat.error() == Error{EACCES});
    if (!stat && !skipped) return stat.error();
    if (!stat || stat->parent != parent || stat->exit_signal != SIGCHLD) continue;
    children.push_back({{pid, stat->start_ticks}, *std::move(stat)});
  }
  std::ranges::sort(children, {}, &ChildProcess::id);
  return children;
}

}  // namespace taskleak::platform
