#include "linux/proc/thread_lines.h"

#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

#include "linux/proc/proc_file.h"
#include "linux/proc/restarted_call.h"

namespace taskleak::platform {
namespace {

// include/linux/sched.h
constexpr std::uint64_t kPfExiting = 0x4;
constexpr std::uint64_t kPfIoWorker = 0x10;

// Returns the rest of the line of task/TID/status that begins with `key` and a colon.
std::optional<std::string_view> StatusField(std::string_view status, std::string_view key) {
  while (!status.empty()) {
    const std::size_t end = status.find('\n');
    const std::string_view line = status.substr(0, end);
    if (line.starts_with(key) && line.substr(key.size()).starts_with(':'))
      return line.substr(key.size() + 1);
    if (end == std::string_view::npos) break;
    status.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ThreadStat> ParseStat(std::string_view stat) {
  // "tid (name) S ppid ...": the name may itself hold blanks and parentheses, so its end is the
  // last one (proc_pid_stat(5)).
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      close + 2 >= stat.size())
    return std::nullopt;
  ThreadStat result;
  result.name = stat.substr(open + 1, close - open - 1);
  result.state = stat[close + 2];
  NumberReader numbers(stat.substr(close + 3));
  numbers.Skip(5);  // ppid, pgrp, session, tty, tpgid: fields 4 to 8
  const auto flags = numbers.Next();
  numbers.Skip(12);  // fields 10 to 21
  const auto start = numbers.Next();
  if (!flags || !start) return std::nullopt;
  result.start_ticks = *start;
  result.exiting = (*flags & kPfExiting) != 0 || result.state == 'X' || result.state == 'Z';
  result.kernel_worker = (*flags & kPfIoWorker) != 0;
  return result;
}

std::optional<BlockedAt> ParseSyscall(std::string_view syscall) {
  BlockedAt at;
  if (syscall.starts_with("running")) {
    at.running = true;
    return at;
  }
  // "nr arg0 ... arg5 sp pc", or "-1 sp pc".
  NumberReader numbers(syscall);
  const auto number = numbers.Next();
  if (!number) return std::nullopt;
  at.number = static_cast<long>(*number);
  if (at.number != -1) {
    for (std::uint64_t& argument : at.arguments) argument = numbers.Next(16).value_or(0);
  }
  if (at.number == SYS_restart_syscall) at.number = FindRestartedCall(at.arguments);
  const auto sp = numbers.Next(16);
  const auto pc = numbers.Next(16);
  if (!sp || !pc) return std::nullopt;
  at.sp = *sp;
  at.pc = *pc;
  return at;
}

std::optional<RunCount> ParseSchedstat(std::string_view schedstat) {
  NumberReader numbers(schedstat);
  RunCount count;
  count.cpu_ns = numbers.Next().value_or(0);
  numbers.Skip(1);  // time spent waiting for a processor
  count.switches = numbers.Next().value_or(0);
  if (count.switches == 0) return std::nullopt;
  return count;
}

std::optional<RunCount> ParseSwitches(std::string_view status) {
  const auto voluntary = StatusField(status, "voluntary_ctxt_switches");
  const auto forced = StatusField(status, "nonvoluntary_ctxt_switches");
  if (!voluntary || !forced) return std::nullopt;
  return RunCount{
      0, NumberReader(*voluntary).Next().value_or(0) + NumberReader(*forced).Next().value_or(0)};
}

std::optional<std::uint64_t> ParseSignals(std::string_view status, std::string_view key) {
  const auto field = StatusField(status, key);
  return field ? NumberReader(*field).Next(16) : std::nullopt;
}

std::optional<bool> ParseSignal(std::string_view status, std::string_view key, int signal) {
  const auto bits = ParseSignals(status, key);
  if (!bits) return std::nullopt;
  return ((*bits >> (signal - 1)) & 1) != 0;
}

}  // namespace taskleak::platform
