#include "linux/proc/thread_info.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/parallel.h"
#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"
#include "linux/proc/task_directory.h"
#include "linux/proc/thread_lines.h"

namespace taskleak::platform {
namespace {

// Reads task/TID/`file` and returns the result of `parse`, or EINVAL if there is none.
template <std::size_t kSize, typename Parse>
auto ReadThread(int tid, const char* file, Parse parse) {
  using Parsed = typename decltype(parse(std::string_view()))::value_type;
  std::array<char, kSize> buffer;
  const auto text = ReadTaskFile(tid, file, buffer.data(), buffer.size());
  if (!text) return Result<Parsed>(text.error());
  auto parsed = parse(*text);
  return parsed ? Result<Parsed>(*std::move(parsed)) : Error{EINVAL};
}

constexpr std::size_t kStatusSize = 4096;

Result<bool> HasSignal(int tid, std::string_view mask, int signal) {
  return ReadThread<kStatusSize>(
      tid, "status", [&](std::string_view status) { return ParseSignal(status, mask, signal); });
}

bool IsInUserCode(const BlockedAt& at) { return !at.running && at.number < 0 && at.sp != 0; }

// Returns true for a thread that has been woken, by the end of a page fault or of a tracer's stop,
// and waits for its processor (TASK_WAKING, kernel/sched/core.c). The file syscall (lib/syscall.c)
// does not show it as running yet, but stat (fs/proc/array.c) does.
bool IsReadyToRun(int tid) {
  const auto stat = ReadThreadStat(tid);
  return stat && stat->state == 'R';
}

Result<ThreadStat> StatInImage(int tid) {
  const ImageThread* const thread = SubjectImage()->Find(tid);
  if (thread == nullptr) return Error{ESRCH};
  return ThreadStat{.name = thread->name, .state = thread->at.running ? 'R' : 'S'};
}

}  // namespace

Result<ThreadStat> ReadThreadStat(int tid) {
  if (SubjectImage() != nullptr) return StatInImage(tid);
  return ReadThread<1024>(tid, "stat", ParseStat);
}

std::vector<Result<ThreadStat>> ReadThreadStats(const std::vector<int>& tids) {
  std::vector<Result<ThreadStat>> stats(tids.size(), Error{ESRCH});
  const auto read = [&](std::size_t i) { stats[i] = ReadThreadStat(tids[i]); };
  if (LooksAtItself()) {
    for (std::size_t i = 0; i < tids.size(); ++i) read(i);
  } else {
    ForEachInParallel(tids.size(), read);
  }
  return stats;
}

bool HasEnded(int tid) {
  const auto stat = ReadThreadStat(tid);
  return stat ? stat->exiting : MeansEnded(stat.error());
}

bool MeansEnded(Error error) {
  if (error.number != ENOENT && error.number != ESRCH) return false;
  return !LooksAtItself() || ReadThreadStat(gettid()).has_value();
}

Result<RunCount> ReadRunCount(int tid) {
  if (SubjectImage() != nullptr) return RunCount();  // nothing runs
  const auto count = ReadThread<128>(tid, "schedstat", ParseSchedstat);
  return count ? count : ReadThread<kStatusSize>(tid, "status", ParseSwitches);
}

Result<BlockedAt> ReadBlockedAt(int tid) {
  if (const ProcessImage* const image = SubjectImage()) {
    const ImageThread* const thread = image->Find(tid);
    if (thread == nullptr) return Error{ESRCH};
    return thread->at;
  }
  const auto at = ReadThread<256>(tid, "syscall", ParseSyscall);
  if (at && IsInUserCode(*at) && IsReadyToRun(tid)) return BlockedAt{.running = true};
  return at;
}

bool HasNotMoved(int tid, const Position& since) {
  return ReadBlockedAt(tid) == since.at && ReadRunCount(tid) == since.run;
}

Result<bool> BlocksSignal(int tid, int signal) { return HasSignal(tid, "SigBlk", signal); }

Result<std::uint64_t> BlockedSignals(int tid) {
  return ReadThread<kStatusSize>(
      tid, "status", [](std::string_view status) { return ParseSignals(status, "SigBlk"); });
}

Result<bool> HasPending(int tid, int signal) { return HasSignal(tid, "SigPnd", signal); }

std::uint64_t TicksSinceBoot() {
  timespec now{};
  // This bypasses libc, since a library may replace its functions to show another time
  // (libfaketime).
  if (syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) != 0) clock_gettime(CLOCK_BOOTTIME, &now);
  const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * per_second +
         static_cast<std::uint64_t>(now.tv_nsec) * per_second / 1'000'000'000;
}

std::int64_t TicksToMs(std::uint64_t ticks) {
  return static_cast<std::int64_t>(ticks * 1000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
}

}  // namespace taskleak::platform
