#include "linux/look/time_limit.h"

#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "linux/look/wait_call.h"
#include "linux/proc/memory.h"
#include "linux/proc/subject.h"

namespace taskleak::platform {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kNanoseconds = 1'000'000'000;

// Longer times mean "never": the kernel accepts times longer than a lifetime, and programs use them
// for that.
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
  const auto time = ReadValue<timespec>(address);
  return time ? InAll(ToDuration(time->tv_sec, time->tv_nsec)) : std::nullopt;
}

std::optional<TimeLimit> DurationInMicroseconds(std::uintptr_t address) {
  const auto time = ReadValue<timeval>(address);
  return time ? InAll(ToDuration(time->tv_sec, time->tv_usec * 1000)) : std::nullopt;
}

// Reads the clock without libc, which a library may intercept to show another time (libfaketime).
std::optional<TimeLimit> Until(clockid_t clock, std::uintptr_t address) {
  if (SubjectImage() != nullptr) return std::nullopt;  // what time it was is not known
  const auto end = ReadValue<timespec>(address);
  timespec now{};
  if (!end || syscall(SYS_clock_gettime, clock, &now) != 0) return std::nullopt;
  std::int64_t seconds = 0;
  if (__builtin_sub_overflow(end->tv_sec, now.tv_sec, &seconds)) return std::nullopt;
  const auto left = ToDuration(seconds, end->tv_nsec - now.tv_nsec);
  if (!left) return std::nullopt;
  return TimeLimit{.time = *left};
}

// SO_RCVTIMEO or SO_SNDTIMEO (socket(7)); zero is none.
std::optional<TimeLimit> LimitOfSocket(const BlockedAt& at, int option) {
  const SubjectDescriptor descriptor(static_cast<int>(at.arguments[0]));
  timeval time{};
  socklen_t size = sizeof time;
  if (getsockopt(descriptor.get(), SOL_SOCKET, option, &time, &size) != 0 ||
      (time.tv_sec == 0 && time.tv_usec == 0))
    return std::nullopt;
  return InAll(ToDuration(time.tv_sec, time.tv_usec * 1000));
}

// Holds the limit that was given to a call; `form` is one that needs no look at other arguments.
struct GivenLimit {
  LimitForm form = LimitForm::kNone;
  std::uint64_t argument = 0;
  clockid_t clock = CLOCK_REALTIME;  // for kClock
};

// futex(2): a plain wait has a relative limit, the others an absolute one.
GivenLimit OfFutex(const BlockedAt& at, std::uint64_t argument) {
  const auto operation = static_cast<int>(at.arguments[1]);
  const int command = operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT) return {LimitForm::kDuration, argument};
  const bool real_time = (operation & FUTEX_CLOCK_REALTIME) != 0 || command == FUTEX_LOCK_PI;
  return {LimitForm::kClock, argument, real_time ? CLOCK_REALTIME : CLOCK_MONOTONIC};
}

// clock_nanosleep(2)
GivenLimit OfSleep(const BlockedAt& at, std::uint64_t argument) {
  if ((at.arguments[1] & TIMER_ABSTIME) == 0) return {LimitForm::kDuration, argument};
  return {LimitForm::kClock, argument, static_cast<clockid_t>(at.arguments[0])};
}

// Returns whether the limit is at an address, which is null if there is no limit.
bool IsBehindAddress(LimitForm form) {
  return form != LimitForm::kNone && form != LimitForm::kMilliseconds &&
         form != LimitForm::kReceiveTimeout && form != LimitForm::kSendTimeout;
}

GivenLimit FindLimit(const BlockedAt& at) {
  const WaitCall* const call = FindWaitCall(at);
  if (call == nullptr) return {};
  const std::uint64_t argument = at.arguments.at(call->limit_argument);
  if (argument == 0 && IsBehindAddress(call->limit)) return {};
  switch (call->limit) {
    case LimitForm::kFutex:
      return OfFutex(at, argument);
    case LimitForm::kSleep:
      return OfSleep(at, argument);
    case LimitForm::kClock:
      return {LimitForm::kClock, argument,
              static_cast<clockid_t>(at.arguments.at(call->limit_argument + 1))};
    case LimitForm::kRealTime:
      return {LimitForm::kClock, argument, CLOCK_REALTIME};
    default:
      return {call->limit, argument};
  }
}

}  // namespace

bool HasTimeLimit(const BlockedAt& at) {
  const GivenLimit limit = FindLimit(at);
  if (limit.form == LimitForm::kMilliseconds) return static_cast<int>(limit.argument) >= 0;
  return IsBehindAddress(limit.form);
}

Never IsYearsAway(const BlockedAt& at) {
  const GivenLimit limit = FindLimit(at);
  const bool in_all = limit.form == LimitForm::kDuration;
  if (!in_all && limit.form != LimitForm::kClock) return Never::kNo;
  const auto time = ReadValue<timespec>(limit.argument);
  if (!time || time->tv_sec <= kMostSeconds) return Never::kNo;
  return in_all ? Never::kInAll : Never::kUntil;
}

std::optional<TimeLimit> ReadTimeLimit(const BlockedAt& at) {
  const GivenLimit limit = FindLimit(at);
  switch (limit.form) {
    case LimitForm::kMilliseconds:
      return Milliseconds(limit.argument);
    case LimitForm::kDuration:
      return Duration(limit.argument);
    case LimitForm::kMicroseconds:
      return DurationInMicroseconds(limit.argument);
    case LimitForm::kClock:
      return Until(limit.clock, limit.argument);
    case LimitForm::kReceiveTimeout:
      return LimitOfSocket(at, SO_RCVTIMEO);
    case LimitForm::kSendTimeout:
      return LimitOfSocket(at, SO_SNDTIMEO);
    default:
      return std::nullopt;
  }
}

}  // namespace taskleak::platform
