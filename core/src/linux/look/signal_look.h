// Reads a running thread's stack: a signal makes the thread copy it.
#ifndef TASKLEAK_SRC_LINUX_LOOK_SIGNAL_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_SIGNAL_LOOK_H_

#include "linux/look/blocked_look.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/stack_bounds.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Asks thread `tid` for a copy of its registers and stack, and unwinds the copy. A call in which
/// the thread blocks may return early with EINTR. So this is only for threads that run, or that
/// cannot be read in another way: `blocked` says why. If there is no stack this way either, the
/// explanation begins with that reason. The signal's frame is written below the thread's stack
/// pointer. So the signal is sent only if `find_stack` knows the thread's stack and there is room
/// (the limit of the first thread's stack is known). It is not for threads that run on stacks of
/// their own making, such as fibers. Not thread-safe: `image` is scratch space.
ThreadLook LookBySignal(int tid, const BlockedLook& blocked, StackFinder find_stack,
                        StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_SIGNAL_LOOK_H_
