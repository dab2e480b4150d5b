#include "report/missing_words.h"

#include <fmt/format.h>

#include <cstring>

namespace taskleak::report {
namespace {

using platform::Missing;
using platform::NotBlocked;
using Reason = platform::Missing::Reason;

std::string_view OuterFrames(Reason reason) {
  switch (reason) {
    case Reason::kNoRule:
      return "there is no call frame information for the outermost frame shown";
    case Reason::kNoFramePointer:
      return "the frame pointer of the outermost frame shown could not be found";
    case Reason::kNoReturnAddress:
      return "the return address of the outermost frame shown could not be found";
    case Reason::kUnreadableAbove:
      return "the stack above the outermost frame shown could not be read";
    case Reason::kNotCode:
      return "the outermost frame shown returns to an address without code: its stack is damaged, "
             "or its caller was unloaded";
    case Reason::kDamaged:
      return "the stack above the outermost frame shown is damaged";
    case Reason::kTooDeep:
      return "the stack has more than 512 frames";
    default:
      return {};
  }
}

std::string_view AllFrames(const Missing& missing) {
  switch (missing.reason) {
    case Reason::kUnreadable:
      return "its stack could not be read";
    case Reason::kKernelOnly:
      return "it runs in the kernel only and has no stack of its own";
    case Reason::kEndedTooSoon:
      return "it ended before it could be read, and so did its successors";
    case Reason::kWentOn:
      return "it went on while it was looked at";
    case Reason::kLayoutNotProbed:
      return "taskleak has not yet found out how fibers are parked";
    case Reason::kUnknownLayout:
      return missing.text;
    default:
      return OuterFrames(missing.reason);
  }
}

std::string NotBlockedText(const NotBlocked& not_blocked) {
  std::string text = not_blocked.reason == NotBlocked::Reason::kHidden
                         ? HiddenText(not_blocked.error)
                     : not_blocked.reason == NotBlocked::Reason::kRunning
                         ? "running"
                         : "it never stayed blocked long enough to be read";
  if (not_blocked.trace_error != 0)
    text += fmt::format(", it could not be stopped with ptrace ({})",
                        std::strerror(not_blocked.trace_error));
  return text;
}

// Returns why the stack of a thread that was not blocked could not be read in another way.
std::string OtherWay(const Missing& missing) {
  switch (missing.reason) {
    case Reason::kNotToBeInterrupted:
      return "this look does not interrupt threads";
    case Reason::kKernelWorker:
      return "it runs in the kernel only";
    case Reason::kUnknownSignalMask:
      return "its signal mask could not be read";
    case Reason::kBlocksSignal:
      return "it blocks SIGURG, so its stack could not be copied";
    case Reason::kUnknownBounds:
      return "the end of its stack is not known, so it was not sent a signal";
    case Reason::kMayBeFull:
      return "its stack may be full, with no room for a signal handler";
    case Reason::kSmallStack:
      return fmt::format("its stack of {} KiB may have no room for a signal handler",
                         (missing.stack_size + 1023) >> 10);
    case Reason::kNoAnswer:
      return "it did not answer SIGURG within 100 ms";
    case Reason::kNotSent:
      return fmt::format("it could not be sent SIGURG ({})", std::strerror(missing.error));
    case Reason::kNotStopped:
      return fmt::format("it could not be stopped with ptrace ({})", std::strerror(missing.error));
    default:
      return {};
  }
}

}  // namespace

std::string MissingText(const Missing& missing) {
  const std::string other_way = OtherWay(missing);
  return other_way.empty() ? std::string(AllFrames(missing))
                           : NotBlockedText(missing.not_blocked) + ", and " + other_way;
}

std::string HiddenText(int error) {
  return fmt::format("the kernel does not show where it is (task/TID/syscall: {})",
                     std::strerror(error));
}

}  // namespace taskleak::report
