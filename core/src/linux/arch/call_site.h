// Which function the call before a return address calls.
#ifndef TASKLEAK_SRC_LINUX_ARCH_CALL_SITE_H_
#define TASKLEAK_SRC_LINUX_ARCH_CALL_SITE_H_

#include <cstdint>
#include <vector>

#include "linux/modules/function_range.h"

namespace taskleak::platform {

/// The call instruction before a return address.
struct CallSite {
  bool is_call = false;
  /// Where the call leads, and where the jumps that stand there lead on (PLT entries, thunks).
  /// Empty for a call through a register or a pointer, which may lead anywhere.
  std::vector<std::uintptr_t> targets;

  [[nodiscard]] bool Calls(std::uintptr_t function_start) const;
};

/// Decodes the bytes before `return_address`.
CallSite ReadCallSite(std::uintptr_t return_address);

/// Whether the instruction before `return_address` is a call. Async-signal-safe.
bool FollowsCall(std::uintptr_t return_address);

/// True if the function has a jump to `to`: one that ends by calling another leaves its own frame
/// to it.
bool HasJump(const FunctionRange& function, std::uintptr_t to);

/// True if the function jumps through a register or a pointer, as one that ends by a virtual call.
bool HasJumpThroughPointer(const FunctionRange& function);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_CALL_SITE_H_
