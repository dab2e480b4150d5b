// Facts about one thread of this process that the kernel shows without disturbing the thread.
#ifndef TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_
#define TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace taskleak::platform {

/// The contents of task/TID/stat.
struct ThreadStat {
  std::string name;               ///< comm: at most 15 characters
  char state = '?';               ///< R, S, D, T, t, Z, X, I
  bool exiting = false;           ///< PF_EXITING, or state X or Z: it is ending, and not alive
  bool kernel_worker = false;     ///< PF_IO_WORKER: no user stack, must never be signalled
  std::uint64_t start_ticks = 0;  ///< since boot, in clock ticks

  bool operator==(const ThreadStat&) const = default;
};

/// Fails if the thread is gone or cannot be read. Thread-safe. Allocates only the name.
Result<ThreadStat> ReadThreadStat(int tid);

/// Reads the stat of several threads. Uses several processors if they are another process's.
std::vector<Result<ThreadStat>> ReadThreadStats(const std::vector<int>& tids);

/// Returns true if the thread is gone or is ending.
bool HasEnded(int tid);

/// Returns true if this error of ReadThreadStat() means that the thread has ended. Otherwise /proc
/// cannot be read (no descriptors are left, or it was unmounted), and nothing is known.
bool MeansEnded(Error error);

/// Says how much a thread has run. Two equal readings mean that it has not run in between.
struct RunCount {
  std::uint64_t cpu_ns = 0;
  std::uint64_t switches = 0;  ///< time slices run, or context switches

  bool operator==(const RunCount&) const = default;
};

/// Reads task/TID/schedstat, or task/TID/status if that counts nothing. Fails if the thread is gone
/// or neither can be read.
Result<RunCount> ReadRunCount(int tid);

/// The place of a blocked thread, from task/TID/syscall.
struct BlockedAt {
  bool running = false;  ///< on a processor or ready to run; all else is unknown then
  long number = -1;      ///< system call; -1 when blocked elsewhere (a page fault)
  std::array<std::uint64_t, 6> arguments{};
  std::uintptr_t sp = 0;
  std::uintptr_t pc = 0;

  bool operator==(const BlockedAt&) const = default;
};

/// Fails if the thread is gone or the kernel does not show where it is.
Result<BlockedAt> ReadBlockedAt(int tid);

/// The place of a blocked thread, and how much it has run until then. If neither has changed, the
/// thread has not moved in between.
struct Position {
  BlockedAt at;
  RunCount run;  ///< read before `at`
};

/// Returns true if the thread has not moved since. Then everything that was read of it in between
/// belongs to one moment. A run is counted when the thread gets a processor (schedstat) or gives it
/// up (status), so a thread that has run since `since` either has another count or is seen running.
bool HasNotMoved(int tid, const Position& since);

/// Returns true if the thread blocks `signal`. Fails, as those that follow, if task/TID/status
/// cannot be read.
Result<bool> BlocksSignal(int tid, int signal);
/// Returns the signals that the thread blocks, signal N at bit N - 1.
Result<std::uint64_t> BlockedSignals(int tid);
/// Returns true if `signal` was sent to exactly that thread and has not reached it yet.
Result<bool> HasPending(int tid, int signal);

/// Returns the time since boot in clock ticks, comparable with start_ticks.
std::uint64_t TicksSinceBoot();
/// Converts ticks to milliseconds.
std::int64_t TicksToMs(std::uint64_t ticks);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_
