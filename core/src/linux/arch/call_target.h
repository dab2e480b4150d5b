// The function that a thread has called.
#ifndef TASKLEAK_SRC_LINUX_ARCH_CALL_TARGET_H_
#define TASKLEAK_SRC_LINUX_ARCH_CALL_TARGET_H_

#include <cstdint>
#include <vector>

namespace taskleak::platform {

/// Returns the target of the call before a return address, and the targets of jumps at that place
/// (PLT entries, thunks). Returns an empty list if there is no call, or it goes through a register.
/// Cannot fault. Thread-safe.
std::vector<std::uintptr_t> CallTargets(std::uintptr_t return_address);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_CALL_TARGET_H_
