// Reads the stack of a thread of another process while the thread is stopped for a moment.
#ifndef TASKLEAK_SRC_LINUX_LOOK_TRACE_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_TRACE_LOOK_H_

#include "linux/look/blocked_look.h"
#include "linux/look/stack_reader.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Reads a running thread after a look without a stop has failed (`blocked`). Stops it with
/// ptrace(2) (PTRACE_SEIZE and PTRACE_INTERRUPT, so that no signal is sent), copies its registers
/// and the part of the stack that unwinding needs, and lets it continue. If that is not possible,
/// the look says why. Not thread-safe.
ThreadLook LookByTrace(int tid, const BlockedLook& blocked, StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_TRACE_LOOK_H_
