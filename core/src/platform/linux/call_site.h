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

  /// True if it calls the function that starts there.
  [[nodiscard]] bool Calls(std::uintptr_t function_start) const;
  /// True if it calls another function (which may of course have jumped on to this one).
  [[nodiscard]] bool CallsAnother(std::uintptr_t function_start) const;
};

/// Decodes the bytes before `return_address`.
CallSite ReadCallSite(std::uintptr_t return_address);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_CALL_SITE_H_
