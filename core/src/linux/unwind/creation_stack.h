// Captures the calling thread's own stack as cheaply as possible.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_CREATION_STACK_H_
#define TASKLEAK_SRC_LINUX_UNWIND_CREATION_STACK_H_

#include <cstddef>
#include <cstdint>

#include "taskleak/internal/fiber_task.h"

namespace taskleak::platform {

/// Writes the return addresses of the caller and its callers, innermost first, and returns how
/// many, at most `most`. Ends early where `.eh_frame` has no or only unusual information. Takes no
/// lock and no memory, opens no file, and needs less than 512 bytes of stack, so it may be called
/// with any lock held. A frame costs some nanoseconds if its place in the code was met before.
/// Async-signal-safe. Keeps errno.
std::size_t CaptureCreationStack(std::uintptr_t* addresses, std::size_t most);

/// Does the same for code that is parked with the stack pointer `sp` and stays parked meanwhile.
std::size_t CaptureParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout,
                               std::uintptr_t* addresses, std::size_t most);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_CREATION_STACK_H_
