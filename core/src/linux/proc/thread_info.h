// What the kernel tells of one thread of this process, without disturbing it.
#ifndef TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_
#define TASKLEAK_SRC_LINUX_PROC_THREAD_INFO_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

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

/// Nothing, with errno set, when the thread is gone or cannot be read. Thread-safe, does not
/// allocate beyond the name.
std::optional<ThreadStat> ReadThreadStat(int tid);

/// Returns true if the thread is gone, on its way out or cannot be read.
bool HasEnded(int tid);

/// Right after ReadThreadStat() returned nothing: whether that thread has ended. Otherwise it is
/// /proc that cannot be read (no descriptors are left, it was unmounted), and nothing is known.
bool UnreadableMeansEnded();

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

/// `error` receives errno when nothing is returned.
std::optional<BlockedAt> ReadBlockedAt(int tid, int* error);

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
