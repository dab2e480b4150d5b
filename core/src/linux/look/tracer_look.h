// Reads a running thread's stack without the help of the thread: a child stops it for a moment.
#ifndef TASKLEAK_SRC_LINUX_LOOK_TRACER_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_TRACER_LOOK_H_

#include "base/result.h"
#include "linux/look/stack_reader.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Stops thread `tid` of this process with ptrace(2), copies its registers and stack, lets it
/// continue and unwinds the copy. Writes nothing to the thread's stack, on any kind of stack, and
/// sends no signal. A thread cannot trace its own process, so a child that shares the memory does
/// it (vfork(2)), and this thread waits meanwhile. Fails if that is not permitted (in a sandbox,
/// under a debugger, or if kernel.yama.ptrace_scope is not 0). Not thread-safe: `image` is scratch
/// space.
Result<ThreadLook> LookByTracer(int tid, StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_TRACER_LOOK_H_
