// Says how to get from one frame to its caller's, for each place in the code.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_FRAME_RULE_H_
#define TASKLEAK_SRC_LINUX_UNWIND_FRAME_RULE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "linux/arch/registers.h"
#include "linux/modules/function_range.h"
#include "linux/modules/modules.h"
#include "linux/unwind/dwarf_expression.h"

namespace taskleak::platform {

/// Says where the caller's value of one register is.
struct Location {
  enum Kind : std::uint8_t {
    kSame,               ///< the register still holds it
    kUnknown,            ///< it is lost
    kSavedAtCfaPlus,     ///< in memory at the canonical frame address + `operand`
    kCfaPlus,            ///< is itself the canonical frame address + `operand`
    kInRegister,         ///< in register number `operand`
    kSavedAtExpression,  ///< in memory where expression number `operand` says
    kExpression,         ///< is itself what expression number `operand` computes
  };
  Kind kind = kUnknown;
  std::int32_t operand = 0;
};

/// The call frame information for one place in the code (DWARF 5, section 6.4).
struct FrameRule {
  static constexpr std::uint8_t kNoRegister = 0xff;

  bool found = false;         ///< false: there is no information, and nothing below holds
  bool signal_frame = false;  ///< the caller was interrupted here and did not call
  bool assumed = false;       ///< there is no information, but the function probably has no frame
  bool needs_frame_pointer = false;  ///< the canonical frame address depends on the frame pointer
  std::uint8_t cfa_register = kNoRegister;  ///< else expression number `cfa_operand` is the address
  std::int32_t cfa_operand = 0;             ///< what to add to that register
  std::array<Location, kRegisterCount> callers;
  std::uint8_t return_register = kReturnColumn;  ///< its place in `callers` is where the caller is
  std::vector<DwarfExpression> expressions;
  FunctionRange function;  ///< that this place is in

  /// Returns whether this is the outermost frame: nothing called it.
  [[nodiscard]] bool is_start() const {
    return callers[return_register].kind == Location::kUnknown;
  }
};

/// Makes the rule for the instruction at `pc` from .eh_frame, or else .debug_frame. Entries of
/// procedure linkage tables may have neither, and a rule is assumed for them; also for the vdso, if
/// return addresses are in a register.
FrameRule MakeFrameRule(std::uintptr_t pc) TASKLEAK_REQUIRES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_FRAME_RULE_H_
