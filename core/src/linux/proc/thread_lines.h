// Parses the files of one thread in /proc: text in, values out.
#ifndef TASKLEAK_SRC_LINUX_PROC_THREAD_LINES_H_
#define TASKLEAK_SRC_LINUX_PROC_THREAD_LINES_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// Reads the line of task/TID/stat (proc_pid_stat(5)). Returns nothing if it is cut off.
std::optional<ThreadStat> ParseStat(std::string_view stat);

/// Reads the line of task/TID/syscall (proc_pid_syscall(5)). A call that was stopped and is
/// continued is the call that it was before. Returns nothing if the line is cut off.
std::optional<BlockedAt> ParseSyscall(std::string_view syscall);

/// Reads the line of task/TID/schedstat (Documentation/scheduler/sched-stats.rst). Returns nothing
/// if it counts nothing, as in a kernel without these statistics.
std::optional<RunCount> ParseSchedstat(std::string_view schedstat);

/// Reads the context switches in task/TID/status (proc_pid_status(5)), voluntary or not. Returns
/// nothing if they are not there.
std::optional<RunCount> ParseSwitches(std::string_view status);

/// Returns true if the signal mask `key` ("SigBlk", "SigPnd") of task/TID/status has `signal`, from
/// 1 to 64, or nothing if the mask is not there.
std::optional<bool> ParseSignal(std::string_view status, std::string_view key, int signal);
/// Returns the whole mask: signal N at bit N - 1.
std::optional<std::uint64_t> ParseSignals(std::string_view status, std::string_view key);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_THREAD_LINES_H_
