// Unwinds a whole stack from registers and a copy of the stack.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_UNWINDER_H_
#define TASKLEAK_SRC_LINUX_UNWIND_UNWINDER_H_

#include "linux/modules/modules.h"
#include "linux/unwind/frame_walk.h"
#include "linux/unwind/raw_stack.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Unwinds from the innermost frame. At least its rip and rsp must be known. Never faults and
/// always ends, even on a damaged stack. Thread-safe (the image belongs to the caller).
RawStack Unwind(const FrameState& innermost, StackImage& image)
    TASKLEAK_EXCLUDES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_UNWINDER_H_
