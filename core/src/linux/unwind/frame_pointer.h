// Finds out what the frame pointer held if it was not read with the other registers.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_FRAME_POINTER_H_
#define TASKLEAK_SRC_LINUX_UNWIND_FRAME_POINTER_H_

#include <optional>

#include "linux/unwind/frame_walk.h"

namespace taskleak::platform {

struct FoundFramePointer {
  Walk walk;             ///< from the frame in question on
  bool guessed = false;  ///< other values would have been possible
};

/// Says how far to search: upwards on all of the stack, or only where the prologue says and just
/// above, which is enough to rule out most of many frames that are tried.
enum class FrameSearch { kWhole, kNear };

/// Finds rbp of `frame`, whose caller can only be found through it, and walks on from there.
///
/// The kernel shows sp and pc of a blocked thread, but not rbp. A function's prologue shows how far
/// sp is below rbp. A function that uses rbp has saved its caller's rbp there, next to its return
/// address, which follows a call of that function. So rbp is computed from sp. If that does not
/// lead to the return address of such a call, rbp is searched for upwards on the stack. A result of
/// this search is a guess unless the call certainly leads to the function.
std::optional<FoundFramePointer> FindFramePointer(FrameWalker& walker, CodeFacts& facts,
                                                  StackImage& image, const FrameState& frame,
                                                  FrameSearch search = FrameSearch::kWhole)
    TASKLEAK_REQUIRES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_FRAME_POINTER_H_
