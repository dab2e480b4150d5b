// Finds out where a function returns to if it keeps that in a register that was not read.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_RETURN_ADDRESS_H_
#define TASKLEAK_SRC_LINUX_UNWIND_RETURN_ADDRESS_H_

#include <optional>

#include "linux/unwind/frame_walk.h"

namespace taskleak::platform {

struct FoundReturnAddress {
  FrameState caller;           ///< what called the frame in question
  bool guessed = false;        ///< other callers would have been possible
  bool place_guessed = false;  ///< other calls of the same caller would have been possible
};

/// Finds the caller of `frame`, a function without a frame of its own.
///
/// The kernel shows sp and pc of a blocked thread, but not the link register. The caller's stack
/// pointer is the frame's canonical address. The caller has saved its own return address at a
/// distance that its call frame information gives for each of its calls. So all calls of the
/// function in the program and its libraries are tried. The caller is found if the word at that
/// place is the return address of a call that leads to the caller, and the walk from there reaches
/// the thread's start. If several fit, the one with the smallest frame is taken, as a guess. If
/// none fits that far, one is taken as a guess that fits up to the end of call frame information,
/// or else up to a damaged frame.
std::optional<FoundReturnAddress> FindReturnAddress(FrameWalker& walker, CodeFacts& facts,
                                                    StackImage& image, const FrameState& frame)
    TASKLEAK_REQUIRES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_RETURN_ADDRESS_H_
