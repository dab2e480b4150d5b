// Which function the call before a return address calls.
#ifndef TASKLEAK_SRC_PLATFORM_LINUX_CALL_SITE_H_
#define TASKLEAK_SRC_PLATFORM_LINUX_CALL_SITE_H_

#include <cstdint>
#include <vector>

namespace taskleak::platform {

/// The call instruction before a return address (Intel SDM volume 2, CALL: E8 and FF /2).
struct CallSite {
  bool is_call = false;
  /// Where the call leads, and where the jumps that stand there lead on (PLT entries, thunks).
  /// Empty for a call through a register or a pointer, which may lead anywhere.
  std::vector<std::uintptr_t> targets;

  [[nodiscard]] bool Calls(std::uintptr_t function_start) const;
};

/// Decodes the bytes before `return_address`.
CallSite ReadCallSite(std::uintptr_t return_address);

/// True if the code that begins at `from` has a jump to `to`: a function that ends by calling
/// another leaves its own frame to it.
bool HasJump(std::uintptr_t from, std::uintptr_t to);

/// True if the code between the two addresses jumps through a register or a pointer: so does a
/// function that ends by a virtual call.
bool HasJumpThroughPointer(std::uintptr_t from, std::uintptr_t end);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_CALL_SITE_H_
