// The call before a return address, and the function that it calls.
#ifndef TASKLEAK_SRC_LINUX_ARCH_CALL_SITE_H_
#define TASKLEAK_SRC_LINUX_ARCH_CALL_SITE_H_

#include <cstdint>
#include <vector>

#include "linux/modules/function_range.h"

namespace taskleak::platform {

/// The call instruction before a return address.
struct CallSite {
  bool is_call = false;
  /// The target of the call, and the targets of jumps at that place (PLT entries, thunks). Empty
  /// for a call through a register or a pointer, which may lead anywhere.
  std::vector<std::uintptr_t> targets;

  [[nodiscard]] bool Calls(std::uintptr_t function_start) const;
};

/// Decodes the bytes before `return_address`.
CallSite ReadCallSite(std::uintptr_t return_address);

/// Returns whether the instruction before `return_address` is a call. Async-signal-safe.
bool FollowsCall(std::uintptr_t return_address);

/// Returns whether the function has a jump to `to`: a function that ends by calling another one
/// leaves its own frame to that.
bool HasJump(const FunctionRange& function, std::uintptr_t to);

/// Returns true if the function jumps through a register or a pointer, as with a virtual tail call.
bool HasJumpThroughPointer(const FunctionRange& function);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_CALL_SITE_H_
