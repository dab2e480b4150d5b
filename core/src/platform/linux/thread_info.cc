#include "platform/thread_info.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "platform/linux/proc_file.h"
#include "platform/linux/task_directory.h"
#include "platform/subject.h"

namespace taskleak::platform {
namespace {

// include/linux/sched.h
constexpr std::uint64_t kPfExiting = 0x4;
constexpr std::uint64_t kPfIoWorker = 0x10;

// The text after `key` in task/TID/status, up to the end of the line.
std::optional<std::string_view> StatusField(std::string_view status, std::string_view key) {
  const std::size_t at = status.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  status.remove_prefix(at + key.size());
  return status.substr(0, status.find('\n'));
}

std::optional<RunCount> ContextSwitches(int tid) {
  std::array<char, 4096> buffer;
  const auto status = ReadTaskFile(tid, "status", buffer.data(), buffer.size());
  if (!status) return std::nullopt;
  const auto voluntary = StatusField(*status, "\nvoluntary_ctxt_switches:");
  const auto forced = StatusField(*status, "\nnonvoluntary_ctxt_switches:");
  if (!voluntary || !forced) return std::nullopt;
  return RunCount{
      0, NumberReader(*voluntary).Next().value_or(0) + NumberReader(*forced).Next().value_or(0)};
}

// Whether one of the signal masks in task/TID/status has `signal`.
std::optional<bool> HasSignal(int tid, std::string_view mask, int signal) {
  std::array<char, 4096> buffer;
  const auto status = ReadTaskFile(tid, "status", buffer.data(), buffer.size());
  if (!status) return std::nullopt;
  const auto field = StatusField(*status, mask);
  if (!field) return std::nullopt;
  const std::uint64_t bits = NumberReader(*field).Next(16).value_or(0);
  return ((bits >> (signal - 1)) & 1) != 0;
}

}  // namespace

std::optional<ThreadStat> ReadThreadStat(int tid) {
  std::array<char, 1024> buffer;
  const auto text = ReadTaskFile(tid, "stat", buffer.data(), buffer.size());
  if (!text) return std::nullopt;
  // "tid (name) S ppid ...": the name may itself hold blanks and parentheses, so its end is the
  // last one (proc_pid_stat(5)).
  const std::size_t open = text->find('(');
  const std::size_t close = text->rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos ||
      close + 2 >= text->size()) {
    errno = EINVAL;
    return std::nullopt;
  }
  ThreadStat stat;
  stat.name = text->substr(open + 1, close - open - 1);
  stat.state = (*text)[close + 2];
  NumberReader numbers(text->substr(close + 3));
  numbers.Skip(5);  // ppid, pgrp, session, tty, tpgid: fields 4 to 8
  const std::uint64_t flags = numbers.Next().value_or(0);
  numbers.Skip(12);  // fields 10 to 21
  stat.start_ticks = numbers.Next().value_or(0);
  stat.exiting = (flags & kPfExiting) != 0 || stat.state == 'X' || stat.state == 'Z';
  stat.kernel_worker = (flags & kPfIoWorker) != 0;
  return stat;
}

bool UnreadableMeansEnded() {
  if (errno != ENOENT && errno != ESRCH) return false;
  return !LooksAtItself() || ReadThreadStat(gettid()).has_value();
}

std::optional<RunCount> ReadRunCount(int tid) {
  std::array<char, 128> buffer;
  const auto text = ReadTaskFile(tid, "schedstat", buffer.data(), buffer.size());
  if (text) {
    NumberReader numbers(*text);
    RunCount count;
    count.cpu_ns = numbers.Next().value_or(0);
    numbers.Skip(1);  // time spent waiting for a processor
    count.switches = numbers.Next().value_or(0);
    if (count.switches != 0) return count;  // a kernel without schedstats shows 0 0 0
  }
  return ContextSwitches(tid);
}

std::optional<BlockedAt> ReadBlockedAt(int tid, int* error) {
  std::array<char, 256> buffer;
  const auto text = ReadTaskFile(tid, "syscall", buffer.data(), buffer.size());
  if (!text) {
    *error = errno;
    return std::nullopt;
  }
  BlockedAt at;
  if (text->starts_with("running")) {
    at.running = true;
    return at;
  }
  // "nr arg0 ... arg5 sp pc", or "-1 sp pc" (proc_pid_syscall(5)).
  NumberReader numbers(*text);
  at.number = static_cast<long>(numbers.Next().value_or(0));
  if (at.number != -1) {
    for (std::uint64_t& argument : at.arguments) argument = numbers.Next(16).value_or(0);
  }
  const auto sp = numbers.Next(16);
  const auto pc = numbers.Next(16);
  if (!sp || !pc) {
    *error = EINVAL;
    return std::nullopt;
  }
  at.sp = *sp;
  at.pc = *pc;
  return at;
}

std::optional<bool> BlocksSignal(int tid, int signal) {
  return HasSignal(tid, "\nSigBlk:", signal);
}

std::optional<bool> HasPending(int tid, int signal) { return HasSignal(tid, "\nSigPnd:", signal); }

std::uint64_t TicksSinceBoot() {
  timespec now{};
  // Not through libc, before which a library may stand that shows another time (libfaketime).
  if (syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) != 0) clock_gettime(CLOCK_BOOTTIME, &now);
  const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * per_second +
         static_cast<std::uint64_t>(now.tv_nsec) * per_second / 1'000'000'000;
}

std::int64_t TicksToMs(std::uint64_t ticks) {
  return static_cast<std::int64_t>(ticks * 1000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
}

}  // namespace taskleak::platform
