// The result of unwinding a stack: addresses without names.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_RAW_STACK_H_
#define TASKLEAK_SRC_LINUX_UNWIND_RAW_STACK_H_

#include <cstdint>
#include <vector>

#include "linux/unwind/missing.h"

namespace taskleak::platform {

struct RawFrame {
  std::uintptr_t pc = 0;  ///< the address at which the frame is (a return address for all but the
                          ///< first and signal frames)
  bool is_return_address = false;  ///< then the call is the instruction before pc: look up pc - 1
  bool guessed = false;            ///< found by searching the stack, not by call frame information

  /// Returns an address within the instruction that the frame executes. For a caller, that is its
  /// call.
  [[nodiscard]] std::uintptr_t instruction() const { return pc - (is_return_address ? 1 : 0); }
  bool operator==(const RawFrame&) const = default;
};

struct RawStack {
  std::vector<RawFrame> frames;  ///< innermost first
  Missing missing;               ///< why frames are missing
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_RAW_STACK_H_
