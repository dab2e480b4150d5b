// Compares stacks by the code that they are in, as reports show it. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_FRAME_CODE_H_
#define TASKLEAK_INTERNAL_FRAME_CODE_H_

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "taskleak/leak.h"

namespace taskleak::internal {

/// Stands for what a report shows of a frame: its function and its line, or the function and the
/// module if the line is not known, or the address if the function is not known either. Valid as
/// long as the frame.
using FrameCode = std::tuple<std::string_view, std::string_view, int, std::uintptr_t>;

/// Returns the code of a frame. Frames at two instructions of one line have the same code.
inline FrameCode CodeOf(const Frame& frame) {
  return {frame.function, frame.file.empty() ? frame.module : frame.file, frame.line,
          frame.function.empty() ? frame.address : 0};
}

/// Returns whether two stacks are in the same code, frame by frame. Fast for the stacks of one
/// look, where equal ones share their frames.
inline bool IsSameCode(const Stack& a, const Stack& b) {
  return a.begin() == b.begin() ||
         std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Frame& x, const Frame& y) { return CodeOf(x) == CodeOf(y); });
}

}  // namespace taskleak::internal

#endif  // TASKLEAK_INTERNAL_FRAME_CODE_H_
