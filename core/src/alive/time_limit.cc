#include "alive/time_limit.h"

#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "linux/arch/call_numbers.h"
#include "linux/proc/memory.h"
#include "linux/proc/subject.h"

namespace taskleak::alive {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kNanoseconds = 1'000'000'000;

// The kernel takes what is longer than a lifetime, and so do programs that mean "never".
constexpr std::int64_t kMostSeconds = std::int64_t{10} * 365 * 24 * 3600;

std::optional<nanoseconds> ToDuration(std::int64_t seconds, std::int64_t parts) {
  if (seconds < -kMostSeconds || seconds > kMostSeconds) return std::nullopt;
  return nanoseconds(seconds * kNanoseconds + parts);
}

std::optional<TimeLimit> InAll(std::optional<nanoseconds> time) {
  if (!time) return std::nullopt;
  return TimeLimit{.time = *time, .in_all = true};
}

std::optional<TimeLimit> Milliseconds(std::uint64_t argument) {
  const auto time = static_cast<int>(argument);
  if (time < 0) return std::nullopt;
  return InAll(std::chrono::milliseconds(time));
}

std::optional<TimeLimit> Duration(std::uintptr_t address) {
  const auto time = platform::ReadValue<timespec>(address);
  return time ? InAll(ToDuration(time->tv_sec, time->tv_nsec)) : std::nullopt;
}

std::optional<TimeLimit> DurationInMicroseconds(std::uintptr_t address) {
  const auto time = platform::ReadValue<timeval>(address);
  return time ? InAll(ToDuration(time->tv_sec, time->tv_usec * 1000)) : std::nullopt;
}

// Not through libc, before which a library may stand that shows another time (libfaketime).
std::optional<TimeLimit> Until(clockid_t clock, std::uintptr_t address) {
  const auto end = platform::ReadValue<timespec>(address);
  timespec now{};
  if (!end || syscall(SYS_clock_gettime, clock, &now) != 0) return std::nullopt;
  std::int64_t seconds = 0;
  if (__builtin_sub_overflow(end->tv_sec, now.tv_sec, &seconds)) return std::nullopt;
  const auto left = ToDuration(seconds, end->tv_nsec - now.tv_nsec);
  if (!left) return std::nullopt;
  return TimeLimit{.time = *left};
}

// futex(2): a plain wait has a relative limit, the others an absolute one.
std::optional<TimeLimit> LimitOfFutex(const platform::BlockedAt& at) {
  if (at.arguments[3] == 0) return std::nullopt;
  const auto operation = static_cast<int>(at.arguments[1]);
  const int command = operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT) return Duration(at.arguments[3]);
  const bool real_time = (operation & FUTEX_CLOCK_REALTIME) != 0 || command == FUTEX_LOCK_PI;
  return Until(real_time ? CLOCK_REALTIME : CLOCK_MONOTONIC, at.arguments[3]);
}

// SO_RCVTIMEO or SO_SNDTIMEO (socket(7)); zero is none.
std::optional<TimeLimit> LimitOfSocket(const platform::BlockedAt& at, int option) {
  const platform::SubjectDescriptor descriptor(static_cast<int>(at.arguments[0]));
  timeval time{};
  socklen_t size = sizeof time;
  if (getsockopt(descriptor.get(), SOL_SOCKET, option, &time, &size) != 0 ||
      (time.tv_sec == 0 && time.tv_usec == 0))
    return std::nullopt;
  return InAll(ToDuration(time.tv_sec, time.tv_usec * 1000));
}

}  // namespace

bool IsYearsAway(std::uintptr_t address) {
  const auto time = platform::ReadValue<timespec>(address);
  return time && time->tv_sec > kMostSeconds;
}

std::optional<TimeLimit> ReadTimeLimit(const platform::BlockedAt& at) {
  constexpr long kFutexWaitv = 449;
  constexpr long kEpollPwait2 = 441;
  const auto& arguments = at.arguments;
  switch (at.number) {
    case SYS_futex:
      return LimitOfFutex(at);
    case kFutexWaitv:
      return Until(static_cast<clockid_t>(arguments[4]), arguments[3]);
    case SYS_nanosleep:
      return Duration(arguments[0]);
    case SYS_clock_nanosleep:
      return (arguments[1] & TIMER_ABSTIME) == 0
                 ? Duration(arguments[2])
                 : Until(static_cast<clockid_t>(arguments[0]), arguments[2]);
    case platform::kPollCall:
      return Milliseconds(arguments[2]);
    case platform::kEpollWaitCall:
    case SYS_epoll_pwait:
      return Milliseconds(arguments[3]);
    case SYS_ppoll:
    case SYS_rt_sigtimedwait:
      return Duration(arguments[2]);
    case kEpollPwait2:
    case SYS_semtimedop:
      return Duration(arguments[3]);
    case SYS_pselect6:
      return Duration(arguments[4]);
    case platform::kSelectCall:
      return DurationInMicroseconds(arguments[4]);
    case SYS_mq_timedreceive:
    case SYS_mq_timedsend:
      return Until(CLOCK_REALTIME, arguments[4]);
    case SYS_read:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_accept:
    case SYS_accept4:
      return LimitOfSocket(at, SO_RCVTIMEO);
    case SYS_write:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_connect:
      return LimitOfSocket(at, SO_SNDTIMEO);
    default:
      return std::nullopt;
  }
}

}  // namespace taskleak::alive
