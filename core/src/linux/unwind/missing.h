// Says why a stack is missing, or frames of it; report/missing_words.h has the words.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_MISSING_H_
#define TASKLEAK_SRC_LINUX_UNWIND_MISSING_H_

#include <compare>
#include <cstddef>
#include <string_view>

namespace taskleak::platform {

/// Says why a thread could not be read while it was blocked.
struct NotBlocked {
  enum class Reason {
    kRunning,
    kHidden,         ///< the kernel does not show where it is; `error` is the errno
    kWakesTooOften,  ///< it never stayed blocked long enough
  };
  Reason reason = Reason::kRunning;
  int error = 0;
  int trace_error = 0;  ///< errno, if it could not be stopped with ptrace either; else 0

  auto operator<=>(const NotBlocked&) const = default;
};

/// Says why frames are missing.
struct Missing {
  enum class Reason {
    kNothing,  ///< none are: the stack reaches the thread's start

    // Outer frames are missing. The walk stops at the outermost frame shown, because
    kNoRule,           ///< there is no call frame information for it
    kNoFramePointer,   ///< its frame pointer could not be found
    kNoReturnAddress,  ///< its return address could not be found
    kUnreadableAbove,  ///< the stack above it could not be read
    kNotCode,          ///< it returns to an address without code
    kDamaged,          ///< the stack above it leads downwards
    kTooDeep,          ///< it is the last of the most that are shown

    // All are missing.
    kUnreadable,       ///< the stack could not be read
    kKernelOnly,       ///< the thread runs in the kernel only
    kEndedTooSoon,     ///< it ended before it could be read, and so did its successors
    kWentOn,           ///< a fiber went on while it was looked at
    kLayoutNotProbed,  ///< it was not yet found out how fibers are parked
    kUnknownLayout,    ///< it is not known how fibers are parked; the adapter's `text` says why

    // The thread could not be read while it was blocked, and
    kNotToBeInterrupted,  ///< the look must not interrupt threads
    kKernelWorker,        ///< it runs in the kernel only
    kUnknownSignalMask,   ///< its signal mask could not be read
    kBlocksSignal,        ///< it blocks SIGURG
    kUnknownBounds,       ///< it is not certain where its stack ends
    kMayBeFull,           ///< its stack may have no room for a signal handler
    kSmallStack,          ///< the same, since it has only `stack_size` bytes
    kNoAnswer,            ///< it did not answer SIGURG in time
    kNotSent,             ///< it could not be sent SIGURG; `error` is the errno
    kNotStopped,          ///< it could not be stopped with ptrace; `error` is the errno
  };
  Reason reason = Reason::kNothing;
  NotBlocked not_blocked{};
  int error = 0;
  std::size_t stack_size = 0;
  std::string_view text{};  ///< lives as long as the process

  [[nodiscard]] bool nothing() const { return reason == Reason::kNothing; }
  auto operator<=>(const Missing&) const = default;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_MISSING_H_
