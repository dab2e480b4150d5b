// Which function a thread has called.
#ifndef TASKLEAK_SRC_LINUX_ARCH_CALL_TARGET_H_
#define TASKLEAK_SRC_LINUX_ARCH_CALL_TARGET_H_

#include <cstdint>
#include <vector>

namespace taskleak::platform {

/// Where the call before a return address leads, and where the jumps that stand there lead on (PLT
/// entries, thunks). Empty if there is no call, or it goes through a register. Reads memory without
/// risk; thread-safe.
std::vector<std::uintptr_t> CallTargets(std::uintptr_t return_address);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_CALL_TARGET_H_
