// The system calls in which threads wait, in one table.
#ifndef TASKLEAK_SRC_LINUX_LOOK_WAIT_CALL_H_
#define TASKLEAK_SRC_LINUX_LOOK_WAIT_CALL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "linux/proc/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::platform {

/// Says which argument of a call names the object that the thread waits for.
enum class CallObject : std::uint8_t {
  kNone,        ///< nothing that can be shown
  kDescriptor,  ///< the first argument is a descriptor
  kPath,        ///< the first argument is a path
  kPathAt,      ///< the second argument is a path
  kChild,       ///< a child process that has not yet executed a program (vfork(2))
};

/// Says in which form a call gets its time limit.
enum class LimitForm : std::uint8_t {
  kNone,
  kMilliseconds,    ///< their number; negative is none
  kDuration,        ///< the address of a timespec(3type): how long to wait in all
  kMicroseconds,    ///< the same of a timeval(3type)
  kRealTime,        ///< the address of a timespec(3type): until when, by CLOCK_REALTIME
  kClock,           ///< the same by the clock that the next argument names
  kFutex,           ///< as futex(2) describes it: which of these depends on the operation
  kSleep,           ///< as clock_nanosleep(2) describes it: which of these depends on the flags
  kReceiveTimeout,  ///< the socket's SO_RCVTIMEO
  kSendTimeout,     ///< the socket's SO_SNDTIMEO
};

/// A system call in which threads wait.
struct WaitCall {
  long number = -1;
  std::string_view name{};
  WaitState state = WaitState::kOther;  ///< of a thread in it; for futex(2) its arguments decide
  CallObject object = CallObject::kNone;
  LimitForm limit = LimitForm::kNone;
  std::size_t limit_argument = 0;  ///< the argument with the limit
};

/// Returns what is known of the call that a thread is in; null if the call is not known to block.
/// Thread-safe.
const WaitCall* FindWaitCall(const BlockedAt& at);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_WAIT_CALL_H_
