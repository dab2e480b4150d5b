// Reading a running thread's stack: it is asked by a signal to copy it.
#ifndef TASKLEAK_SRC_LINUX_LOOK_SIGNAL_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_SIGNAL_LOOK_H_

#include "linux/look/blocked_look.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/stack_bounds.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Asks thread `tid` for a copy of its registers and stack and unwinds that. A call that the thread
/// blocks in may return early with EINTR, so this is for threads that run, or that cannot be read
/// otherwise: `blocked` says so, and its failure begins the explanation if the stack is not got
/// this way either. A signal's frame is written below whatever the thread is at, so it is sent only
/// where `find_stack` knows the thread's stack (and of the first thread, whose limit is known), and
/// there is room. It is not for threads that run on stacks of their own making, such as fibers.
/// Not thread-safe: `image` is scratch space.
ThreadLook LookBySignal(int tid, const BlockedLook& blocked, StackFinder find_stack,
                        StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_SIGNAL_LOOK_H_
