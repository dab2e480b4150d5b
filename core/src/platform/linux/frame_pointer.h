// Finding out what rbp held when it was not read with the other registers.
#ifndef TASKLEAK_SRC_PLATFORM_LINUX_FRAME_POINTER_H_
#define TASKLEAK_SRC_PLATFORM_LINUX_FRAME_POINTER_H_

#include <optional>

#include "platform/linux/frame_walk.h"

namespace taskleak::platform {

struct FoundFramePointer {
  Walk walk;             ///< from the frame in question on
  bool guessed = false;  ///< other values would have been possible
};

/// Finds rbp of `frame`, whose caller can only be found through it, and walks on from there.
///
/// The kernel shows sp and pc of a blocked thread, not rbp. But a function that uses rbp has saved
/// its caller's there, next to its return address, and the call before that return address leads to
/// the function. So rbp is first computed from sp and what the function's prologue takes off it,
/// and otherwise searched upwards on the stack, where the walk from there reaches the thread's
/// start. It is a guess if more than one place fits, which remains of earlier calls can cause.
std::optional<FoundFramePointer> FindFramePointer(FrameWalker& walker, CodeFacts& facts,
                                                  StackImage& image, const FrameState& frame)
    TASKLEAK_REQUIRES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_FRAME_POINTER_H_
