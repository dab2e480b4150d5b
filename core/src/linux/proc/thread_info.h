// What the kernel tells of one thread of this process, without disturbing it.
#ifndef TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_
#define TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace taskleak::platform {

/// From task/TID/stat.
struct ThreadStat {
  std::string name;               ///< comm: at most 15 characters
  char state = '?';               ///< R, S, D, T, t, Z, X, I
  bool exiting = false;           ///< PF_EXITING, or state X or Z: on its way out, not alive
  bool kernel_worker = false;     ///< PF_IO_WORKER: no user stack, must never be signalled
  std::uint64_t start_ticks = 0;  ///< since boot, in clock ticks

  bool operator==(const ThreadStat&) const = default;
};

/// Fails when the thread is gone or cannot be read. Thread-safe, does not allocate beyond the name.
Result<ThreadStat> ReadThreadStat(int tid);

/// Returns true if the thread is gone, on its way out or cannot be read.
bool HasEnded(int tid);

/// Returns whether a thread of which ReadThreadStat() fails so has ended. Otherwise it is /proc
/// that cannot be read (no descriptors are left, it was unmounted), and nothing is known.
bool MeansEnded(Error error);

/// How much a thread has run: two equal readings mean that it has not run in between.
struct RunCount {
  std::uint64_t cpu_ns = 0;
  std::uint64_t switches = 0;  ///< time slices run, or context switches

  bool operator==(const RunCount&) const = default;
};

/// From task/TID/schedstat, or task/TID/status where that counts nothing. Nothing when the thread
/// is gone or neither can be read.
std::optional<RunCount> ReadRunCount(int tid);

/// From task/TID/syscall: where a blocked thread is.
struct BlockedAt {
  bool running = false;  ///< on a processor or ready to run; all else is unknown then
  long number = -1;      ///< system call; -1 when blocked elsewhere (a page fault)
  std::array<std::uint64_t, 6> arguments{};
  std::uintptr_t sp = 0;
  std::uintptr_t pc = 0;

  bool operator==(const BlockedAt&) const = default;
};

/// Fails when the thread is gone or the kernel does not show where it is.
Result<BlockedAt> ReadBlockedAt(int tid);

/// Where a blocked thread is, and how much it has run till then. If neither has changed, it has not
/// moved in between.
struct Position {
  BlockedAt at;
  RunCount run;  ///< read before `at`
};

/// Returns whether the thread has not moved since. What was read of it in between is of one moment:
/// a run is counted when the thread gets a processor (schedstat) or gives it up (status), so one
/// that has run since `since` either differs in its count or is seen running.
bool HasNotMoved(int tid, const Position& since);

/// True if the thread blocks `signal` (task/TID/status); nothing when that cannot be read.
std::optional<bool> BlocksSignal(int tid, int signal);
/// The signals that the thread blocks, signal N at bit N - 1; nothing when that cannot be read.
std::optional<std::uint64_t> BlockedSignals(int tid);
/// True if `signal` was sent to just that thread and has not reached it yet.
std::optional<bool> HasPending(int tid, int signal);

/// Time since boot in clock ticks, comparable with start_ticks.
std::uint64_t TicksSinceBoot();
/// Ticks to milliseconds.
std::int64_t TicksToMs(std::uint64_t ticks);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_
