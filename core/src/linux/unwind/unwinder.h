// A whole stack from registers and a copy of the stack.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_UNWINDER_H_
#define TASKLEAK_SRC_LINUX_UNWIND_UNWINDER_H_

#include "linux/modules/modules.h"
#include "linux/unwind/frame_walk.h"
#include "linux/unwind/raw_stack.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Unwinds from the innermost frame, of which at least rip and rsp are known. Never faults and
/// always ends, whatever the stack holds. Thread-safe (the image is the caller's own).
RawStack Unwind(const FrameState& innermost, StackImage& image)
    TASKLEAK_EXCLUDES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_UNWINDER_H_
