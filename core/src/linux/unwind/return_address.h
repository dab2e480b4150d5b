// Finding out where a function returns to when it keeps that in a register that was not read.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_RETURN_ADDRESS_H_
#define TASKLEAK_SRC_LINUX_UNWIND_RETURN_ADDRESS_H_

#include <optional>

#include "linux/unwind/frame_walk.h"

namespace taskleak::platform {

struct FoundReturnAddress {
  FrameState caller;     ///< what called the frame in question
  bool guessed = false;  ///< other callers would have been possible
};

/// Finds the caller of `frame`, a function without a frame of its own.
///
/// The kernel shows sp and pc of a blocked thread, not the link register. But the caller's stack
/// pointer is the frame's canonical address, and the caller has saved its own return address at a
/// distance that its call frame information gives for each of its calls. So all calls of the
/// function in the program and its libraries are tried: where the word at that place is the return
/// address of a call that leads to the caller, and the walk from there fits to the thread's start,
/// the caller is found. Of several, the one with the smallest frame is taken, as a guess; and where
/// none fits that far, one that fits up to where call frame information ends.
std::optional<FoundReturnAddress> FindReturnAddress(FrameWalker& walker, CodeFacts& facts,
                                                    StackImage& image, const FrameState& frame)
    TASKLEAK_REQUIRES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_RETURN_ADDRESS_H_
