// Where a function's frame is.
#ifndef TASKLEAK_SRC_LINUX_ARCH_FRAME_PLACE_H_
#define TASKLEAK_SRC_LINUX_ARCH_FRAME_PLACE_H_

#include <cstdint>

namespace taskleak::platform {

/// Holds the values from which a walk up a stack starts.
struct FramePlace {
  std::uintptr_t pc;
  std::uintptr_t frame_pointer;
  std::uintptr_t stack_pointer;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_FRAME_PLACE_H_
